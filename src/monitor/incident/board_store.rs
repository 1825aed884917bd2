//! SQL of what the pages on services and incidents list.

use super::store::Incident;
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Services that are watched and switched on: those with polls, and probes that have none yet.
    pub const WATCHED: &str = "
        SELECT s.id, s.name, x.id AS series_id, x.every_ms, x.max_age_ms
        FROM sources s LEFT JOIN series x ON x.source_id = s.id AND x.metric = 'probe' AND x.subject = ''
        WHERE s.enabled = 1 AND (s.kind = 'http_probe' OR x.id IS NOT NULL)
        ORDER BY s.name, s.id LIMIT 100000";
    /// Those that a procedure needs.
    pub const OF_PROCEDURE: &str = "
        SELECT s.id, s.name, x.id AS series_id, x.every_ms, x.max_age_ms
        FROM sources s LEFT JOIN series x ON x.source_id = s.id AND x.metric = 'probe' AND x.subject = ''
        WHERE s.enabled = 1 AND (s.kind = 'http_probe' OR x.id IS NOT NULL)
          AND EXISTS (SELECT 1 FROM source_procedures p WHERE p.source_id = s.id AND p.code IN ($1, '*'))
        ORDER BY s.name, s.id LIMIT 100";
    /// A page of incidents, newest first; a source, a procedure or a kind that is empty is all, `$4` is `open`, `closed`
    /// or empty.
    pub const INCIDENTS: &str = "
        SELECT i.id, i.kind, i.cause, i.failure, i.severity, i.started_at, i.opened_at, i.ended_at, i.closed_at
        FROM incidents i
        WHERE (CAST($1 AS TEXT) = '' OR EXISTS (
                  SELECT 1 FROM incident_members m WHERE m.incident_id = i.id AND m.source_id = $1))
          AND (CAST($2 AS TEXT) = '' OR EXISTS (
                  SELECT 1 FROM incident_members m JOIN source_procedures p ON p.source_id = m.source_id
                  WHERE m.incident_id = i.id AND p.code IN ($2, '*')))
          AND (CAST($3 AS TEXT) = '' OR i.kind = $3)
          AND (CAST($4 AS TEXT) = '' OR (CAST($4 AS TEXT) = 'open' AND i.closed_at IS NULL)
               OR (CAST($4 AS TEXT) = 'closed' AND i.closed_at IS NOT NULL))
        ORDER BY i.started_at DESC, i.id DESC LIMIT $5 OFFSET $6";
    /// Names of the sources of an incident.
    pub const MEMBER_NAMES: &str = "
        SELECT DISTINCT s.id, s.name FROM incident_members m JOIN sources s ON s.id = m.source_id
        WHERE m.incident_id = $1 ORDER BY s.name, s.id LIMIT 100000";
    /// How many procedures stand still while an incident lasts; the code '*' is one here.
    pub const COUNT_PROCEDURES: &str = "
        SELECT CAST(COUNT(DISTINCT p.code) AS BIGINT), CAST(MAX(CASE WHEN p.code = '*' THEN 1 ELSE 0 END) AS BIGINT)
        FROM incident_members m JOIN source_procedures p ON p.source_id = m.source_id WHERE m.incident_id = $1";
    /// Some of them.
    pub const SOME_PROCEDURES: &str = "
        SELECT DISTINCT p.code FROM incident_members m JOIN source_procedures p ON p.source_id = m.source_id
        WHERE m.incident_id = $1 AND p.code <> '*' ORDER BY p.code LIMIT $2 OFFSET $3";
}

/// A service that is watched.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Watched {
    /// Its source.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The series of its polls.
    pub series_id: Option<i64>,
    /// Their rhythm, milliseconds.
    pub every_ms: Option<i64>,
    /// Age from which they are stale, milliseconds.
    pub max_age_ms: Option<i64>,
}

/// Services that are watched and switched on, by name.
///
/// # Errors
/// When the database fails.
pub async fn watched(tx: &mut Tx) -> Result<Vec<Watched>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::WATCHED).fetch_all(conn).await)
}

/// Those that a procedure needs, by name.
///
/// # Errors
/// When the database fails.
pub async fn of_procedure(tx: &mut Tx, code: &str) -> Result<Vec<Watched>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::OF_PROCEDURE).bind(code).fetch_all(conn).await)
}

/// What a list of incidents is narrowed to; an empty text is no condition.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    /// A source that is part of it.
    pub source: &'a str,
    /// A procedure that stands still.
    pub procedure: &'a str,
    /// `incident` or `maintenance`.
    pub kind: &'a str,
    /// `open` or `closed`.
    pub state: &'a str,
}

/// A page of incidents, newest first.
///
/// # Errors
/// When the database fails.
pub async fn incidents(tx: &mut Tx, filter: Filter<'_>, limit: i64, offset: i64) -> Result<Vec<Incident>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::INCIDENTS)
        .bind(filter.source)
        .bind(filter.procedure)
        .bind(filter.kind)
        .bind(filter.state)
        .bind(limit)
        .bind(offset)
        .fetch_all(conn)
        .await)
}

/// Identifiers and names of the sources of an incident.
///
/// # Errors
/// When the database fails.
pub async fn member_names(tx: &mut Tx, incident: &str) -> Result<Vec<(String, String)>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::MEMBER_NAMES).bind(incident).fetch_all(conn).await)
}

/// Procedures that stand still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Affected {
    /// All of them.
    Every,
    /// So many.
    Some(i64),
}

/// How many procedures stand still while an incident lasts.
///
/// # Errors
/// When the database fails.
pub async fn affected(tx: &mut Tx, incident: &str) -> Result<Affected, sqlx::Error> {
    let (count, every): (i64, Option<i64>) =
        on_db!(tx, |conn| sqlx::query_as(sql::COUNT_PROCEDURES).bind(incident).fetch_one(conn).await?);
    Ok(if every == Some(1) { Affected::Every } else { Affected::Some(count) })
}

/// Codes of some procedures that stand still while an incident lasts, in order.
///
/// # Errors
/// When the database fails.
pub async fn some_procedures(tx: &mut Tx, incident: &str, limit: i64, offset: i64) -> Result<Vec<String>, sqlx::Error> {
    let rows: Vec<(String,)> = on_db!(tx, |conn| sqlx::query_as(sql::SOME_PROCEDURES)
        .bind(incident)
        .bind(limit)
        .bind(offset)
        .fetch_all(conn)
        .await?);
    Ok(rows.into_iter().map(|(code,)| code).collect())
}
