//! SQL of the board: the history of verdicts, targets, incidents of a time, measures with what they were measured to save.

use super::model::Target;
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// The history of the verdicts over all units of procedures that are not between agencies.
    pub const HISTORY: &str = "
        SELECT a.code, a.valid_from, a.valid_to, p.retired_at, a.points, a.claimed, a.verified
        FROM assessments a JOIN procedures p ON p.code = a.code
        WHERE a.unit_id = '' AND p.kind <> 'internal' ORDER BY a.code, a.valid_from LIMIT 1000000";
    /// Every target, the latest of a figure last.
    pub const TARGETS: &str = "
        SELECT figure, code, valid_from, due, value, source FROM targets
        ORDER BY figure, valid_from, code LIMIT 10000";
    /// Incidents that touch a time, the longest first; one that lasts goes on to the end of it.
    pub const INCIDENTS: &str = "
        SELECT i.id, i.cause, i.failure, i.severity, i.started_at, i.ended_at,
               (SELECT MIN(s.name) FROM incident_members m JOIN sources s ON s.id = m.source_id
                WHERE m.incident_id = i.id) AS source,
               (SELECT CAST(COUNT(DISTINCT m.source_id) AS BIGINT) FROM incident_members m
                WHERE m.incident_id = i.id) AS sources
        FROM incidents i
        WHERE i.kind = 'incident' AND i.started_at < $2 AND (i.ended_at IS NULL OR i.ended_at > $1)
        ORDER BY COALESCE(i.ended_at, $2) - i.started_at DESC, i.id LIMIT 10000";
    /// Measures of the public register.
    pub const MEASURES: &str = "
        SELECT i.number, m.position, i.title, o.name AS organisation, i.track, i.workflow_version, m.state, m.due_at,
               m.document
        FROM measures m JOIN initiatives i ON i.id = m.initiative_id
        LEFT JOIN organisations o ON o.id = i.organisation_id
        WHERE i.is_public = 1 ORDER BY i.number, m.position LIMIT 250000";
    /// What measures of the public register were measured to save, the last measurement of each last.
    pub const MEASUREMENTS: &str = "
        SELECT i.number, m.position, r.taken_at, r.result
        FROM measurements r JOIN measures m ON m.id = r.measure_id JOIN initiatives i ON i.id = m.initiative_id
        WHERE i.is_public = 1 AND r.result IS NOT NULL AND r.taken_at IS NOT NULL
        ORDER BY i.number, m.position, r.days LIMIT 250000";
    /// Up to which day each source of dossiers told, counted from 1 January 1970.
    pub const FRESHNESS: &str = "
        SELECT o.name, CAST(MAX(c.last_day) AS BIGINT) AS last_day
        FROM dossier_coverage c JOIN dossier_sources o ON o.id = c.source_id
        GROUP BY o.name ORDER BY o.name LIMIT 1000";
}

/// A verdict and the time in which it held. Times are epoch milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct HistoryRow {
    /// Procedure.
    pub code: String,
    /// From when.
    pub valid_from: i64,
    /// Until when; `None` while it holds.
    pub valid_to: Option<i64>,
    /// When the procedure left the catalog.
    pub retired_at: Option<i64>,
    /// One letter a point.
    pub points: String,
    /// 1 where every applicable point is yes.
    pub claimed: i64,
    /// 1 where it is verified.
    pub verified: i64,
}

/// An incident of a time.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct IncidentRow {
    /// Identity.
    pub id: String,
    /// Word of the cause.
    pub cause: String,
    /// Word of the first failure.
    pub failure: String,
    /// Word of the severity.
    pub severity: String,
    /// Epoch milliseconds.
    pub started_at: i64,
    /// Epoch milliseconds; `None` while it lasts.
    pub ended_at: Option<i64>,
    /// Name of one of its sources.
    pub source: Option<String>,
    /// How many it has.
    pub sources: i64,
}

/// A measure of the public register.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MeasureRow {
    /// Public number of the initiative.
    pub number: String,
    /// From 1.
    pub position: i64,
    /// Title of the initiative.
    pub title: String,
    /// Whose it is.
    pub organisation: Option<String>,
    /// Word of the track.
    pub track: String,
    /// Version of its workflow.
    pub workflow_version: i64,
    /// Word of the state.
    pub state: String,
    /// By when the state is to be left, epoch milliseconds.
    pub due_at: Option<i64>,
    /// What it does, JSON.
    pub document: String,
}

/// What a measure was measured to save.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MeasurementRow {
    /// Public number of the initiative.
    pub number: String,
    /// Position of the measure.
    pub position: i64,
    /// Epoch milliseconds.
    pub taken_at: i64,
    /// What was found, JSON.
    pub result: String,
}

/// The history of verdicts, by procedure and time.
///
/// # Errors
/// When the database fails.
pub async fn history(tx: &mut Tx) -> Result<Vec<HistoryRow>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::HISTORY).fetch_all(conn).await)
}

/// Every target, past and coming ones too.
///
/// # Errors
/// When the database fails.
pub async fn targets(tx: &mut Tx) -> Result<Vec<Target>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::TARGETS).fetch_all(conn).await)
}

/// Incidents that touch the time from `from` to before `to` (epoch milliseconds), the longest first.
///
/// # Errors
/// When the database fails.
pub async fn incidents(tx: &mut Tx, from: i64, to: i64) -> Result<Vec<IncidentRow>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::INCIDENTS).bind(from).bind(to).fetch_all(conn).await)
}

/// Measures of the public register, by number.
///
/// # Errors
/// When the database fails.
pub async fn measures(tx: &mut Tx) -> Result<Vec<MeasureRow>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::MEASURES).fetch_all(conn).await)
}

/// What measures were measured to save, by number; the last measurement of each comes last.
///
/// # Errors
/// When the database fails.
pub async fn measurements(tx: &mut Tx) -> Result<Vec<MeasurementRow>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::MEASUREMENTS).fetch_all(conn).await)
}

/// Up to which day each source of dossiers told, counted from 1 January 1970.
///
/// # Errors
/// When the database fails.
pub async fn freshness(tx: &mut Tx) -> Result<Vec<(String, i64)>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::FRESHNESS).fetch_all(conn).await)
}
