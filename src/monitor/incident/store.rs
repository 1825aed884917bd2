//! SQL of incidents and the sources that are part of them.

use serde::Serialize;

use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// The open incident of a kind and a cause.
    pub const OPEN_OF: &str = "
        SELECT id, kind, cause, failure, severity, started_at, opened_at, ended_at, closed_at
        FROM incidents WHERE kind = $1 AND cause = $2 AND closed_at IS NULL";
    /// One.
    pub const FIND: &str = "
        SELECT id, kind, cause, failure, severity, started_at, opened_at, ended_at, closed_at
        FROM incidents WHERE id = $1";
    /// Those that are open, worst and longest first.
    pub const OPEN: &str = "
        SELECT id, kind, cause, failure, severity, started_at, opened_at, ended_at, closed_at
        FROM incidents WHERE closed_at IS NULL ORDER BY kind, severity, started_at, id LIMIT $1";
    /// Those that began before an instant, newest first.
    pub const RECENT: &str = "
        SELECT id, kind, cause, failure, severity, started_at, opened_at, ended_at, closed_at
        FROM incidents WHERE started_at < $1 ORDER BY started_at DESC, id DESC LIMIT $2";
    /// Opens one.
    pub const INSERT: &str = "
        INSERT INTO incidents (id, kind, cause, failure, severity, started_at, opened_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    /// It began earlier or is worse than it seemed, or is over.
    pub const UPDATE: &str = "
        UPDATE incidents SET severity = $2, started_at = $3, ended_at = $4, closed_at = $5 WHERE id = $1";
    /// A source becomes part of one.
    pub const JOIN: &str = "
        INSERT INTO incident_members (incident_id, source_id, failure, started_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (incident_id, source_id, started_at) DO NOTHING";
    /// A source answers again.
    pub const LEAVE: &str = "
        UPDATE incident_members SET ended_at = $3 WHERE incident_id = $1 AND source_id = $2 AND ended_at IS NULL";
    /// Sources of one.
    pub const MEMBERS: &str = "
        SELECT source_id, failure, started_at, ended_at
        FROM incident_members WHERE incident_id = $1 ORDER BY source_id, started_at LIMIT 100000";
    /// Procedures that stand still while one lasts; the code '*' is every procedure.
    pub const PROCEDURES: &str = "
        SELECT DISTINCT p.code FROM incident_members m JOIN source_procedures p ON p.source_id = m.source_id
        WHERE m.incident_id = $1 ORDER BY p.code LIMIT 1000000";
    /// Incidents of a procedure that began after an instant, newest first.
    pub const OF_PROCEDURE: &str = "
        SELECT DISTINCT i.id, i.kind, i.cause, i.failure, i.severity, i.started_at, i.opened_at, i.ended_at,
               i.closed_at
        FROM incidents i JOIN incident_members m ON m.incident_id = i.id
        JOIN source_procedures p ON p.source_id = m.source_id
        WHERE p.code IN ($1, '*') AND i.started_at >= $2 ORDER BY i.started_at DESC, i.id LIMIT $3";
    /// What a source is.
    pub const DEFINITION: &str = "SELECT definition FROM sources WHERE id = $1";
    /// How many are open, by severity, planned stops apart.
    pub const COUNT_OPEN: &str = "
        SELECT kind, severity, COUNT(*) FROM incidents WHERE closed_at IS NULL
        GROUP BY kind, severity ORDER BY kind, severity LIMIT 10";
}

/// An incident as it is stored. Times are epoch milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Incident {
    /// Identifier (UUIDv7).
    pub id: String,
    /// `incident`, or `maintenance` within a planned stop.
    pub kind: String,
    /// What its sources share: a host, or `source:` and the source.
    pub cause: String,
    /// Word of the first failure.
    pub failure: String,
    /// `critical`, `major` or `minor`.
    pub severity: String,
    /// The first failure.
    pub started_at: i64,
    /// The poll that made it an incident.
    pub opened_at: i64,
    /// The first good poll of the source that came back last.
    pub ended_at: Option<i64>,
    /// The poll that ended it.
    pub closed_at: Option<i64>,
}

impl Incident {
    /// How long it lasted, or has lasted at an instant, milliseconds.
    #[must_use]
    pub fn duration(&self, now: i64) -> i64 {
        (self.ended_at.unwrap_or(now) - self.started_at).max(0)
    }
}

/// A source that is part of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Member {
    /// The source.
    pub source_id: String,
    /// Word of its first failure.
    pub failure: String,
    /// Its first failure, epoch milliseconds.
    pub started_at: i64,
    /// Its first good poll.
    pub ended_at: Option<i64>,
}

/// The open incident of a kind and a cause.
///
/// # Errors
/// When the database fails.
pub async fn open_of(tx: &mut Tx, kind: &str, cause: &str) -> Result<Option<Incident>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::OPEN_OF).bind(kind).bind(cause).fetch_optional(conn).await)
}

/// One incident.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Incident>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::FIND).bind(id).fetch_optional(conn).await)
}

/// At most `limit` open incidents, worst and longest first, planned stops last.
///
/// # Errors
/// When the database fails.
pub async fn open(tx: &mut Tx, limit: i64) -> Result<Vec<Incident>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::OPEN).bind(limit).fetch_all(conn).await)
}

/// At most `limit` incidents that began before an instant, newest first.
///
/// # Errors
/// When the database fails.
pub async fn recent(tx: &mut Tx, before: i64, limit: i64) -> Result<Vec<Incident>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::RECENT).bind(before).bind(limit).fetch_all(conn).await)
}

/// At most `limit` incidents of a procedure that began at or after an instant, newest first.
///
/// # Errors
/// When the database fails.
pub async fn of_procedure(tx: &mut Tx, code: &str, since: i64, limit: i64) -> Result<Vec<Incident>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::OF_PROCEDURE).bind(code).bind(since).bind(limit).fetch_all(conn).await)
}

/// Opens an incident.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, new: &Incident) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT)
        .bind(&new.id)
        .bind(&new.kind)
        .bind(&new.cause)
        .bind(&new.failure)
        .bind(&new.severity)
        .bind(new.started_at)
        .bind(new.opened_at)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Writes severity, beginning and end of an incident.
///
/// # Errors
/// When the database fails.
pub async fn update(tx: &mut Tx, incident: &Incident) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::UPDATE)
        .bind(&incident.id)
        .bind(&incident.severity)
        .bind(incident.started_at)
        .bind(incident.ended_at)
        .bind(incident.closed_at)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// A source becomes part of an incident.
///
/// # Errors
/// When the database fails.
pub async fn join(tx: &mut Tx, incident: &str, member: &Member) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::JOIN)
        .bind(incident)
        .bind(&member.source_id)
        .bind(&member.failure)
        .bind(member.started_at)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// A source of an incident answers again.
///
/// # Errors
/// When the database fails.
pub async fn leave(tx: &mut Tx, incident: &str, source: &str, at: i64) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::LEAVE).bind(incident).bind(source).bind(at).execute(conn).await.map(|_| ()))
}

/// Sources of an incident.
///
/// # Errors
/// When the database fails.
pub async fn members(tx: &mut Tx, incident: &str) -> Result<Vec<Member>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::MEMBERS).bind(incident).fetch_all(conn).await)
}

/// Procedures that stand still while an incident lasts, in order; the code `*` stands for every procedure.
///
/// # Errors
/// When the database fails.
pub async fn procedures(tx: &mut Tx, incident: &str) -> Result<Vec<String>, sqlx::Error> {
    let rows: Vec<(String,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::PROCEDURES).bind(incident).fetch_all(conn).await?);
    Ok(rows.into_iter().map(|(code,)| code).collect())
}

/// The definition of a source, JSON.
///
/// # Errors
/// When the database fails.
pub async fn definition(tx: &mut Tx, source: &str) -> Result<String, sqlx::Error> {
    let row: Option<(String,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::DEFINITION).bind(source).fetch_optional(conn).await?);
    Ok(row.map(|(text,)| text).unwrap_or_default())
}

/// How many incidents are open: kind, severity, number.
///
/// # Errors
/// When the database fails.
pub async fn count_open(tx: &mut Tx) -> Result<Vec<(String, String, i64)>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::COUNT_OPEN).fetch_all(conn).await)
}
