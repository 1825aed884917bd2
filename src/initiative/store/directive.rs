//! SQL of directive tasks, and of what leadership follows in a period: who proposes nothing, what is late, what works.

use serde::Serialize;
use utoipa::ToSchema;

use crate::initiative::directive::NewTask;
use crate::on_db;
use crate::platform::db::Tx;
use crate::platform::word;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Tasks, those that are due first; empty texts ask for all.
    pub const TASKS: &str = "
        SELECT t.id, t.directive, t.item, t.title, t.organisation_id, o.name AS organisation, t.owner, t.authority,
               t.product, t.due_date, t.begun_on, t.done_on, t.result, t.objective, t.version,
               (SELECT CAST(COUNT(*) AS BIGINT) FROM initiatives i
                JOIN initiative_objectives io ON io.initiative_id = i.id AND io.objective = t.objective
                WHERE i.is_public = 1) AS initiatives
        FROM directive_tasks t JOIN organisations o ON o.id = t.organisation_id
        WHERE ($1 = '' OR t.id = $1) ORDER BY t.due_date, t.id LIMIT 10000";
    /// Adds a task.
    pub const INSERT: &str = "
        INSERT INTO directive_tasks (id, directive, item, title, organisation_id, owner, authority, product, due_date,
                                     begun_on, done_on, result, objective, created_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, NULL, '', $10, $11, 1)";
    /// Changes what a task asks for, if nobody was faster.
    pub const UPDATE: &str = "
        UPDATE directive_tasks SET directive = $3, item = $4, title = $5, organisation_id = $6, owner = $7, authority = $8,
               product = $9, due_date = $10, objective = $11, version = version + 1
        WHERE id = $1 AND version = $2";
    /// Notes how far a task is, if nobody was faster.
    pub const REPORT: &str = "
        UPDATE directive_tasks SET begun_on = $3, done_on = $4, result = $5, version = version + 1
        WHERE id = $1 AND version = $2";
    /// Organisations that submitted nothing in a period.
    pub const SILENT: &str = "
        SELECT o.id, o.name FROM organisations o
        WHERE NOT EXISTS (SELECT 1 FROM initiatives i JOIN initiative_steps s ON s.initiative_id = i.id
                          WHERE i.organisation_id = o.id AND s.step = 'submit' AND s.at >= $1 AND s.at < $2)
        ORDER BY o.name, o.id LIMIT 10000";
    /// Steps of a period that came after their deadline.
    pub const LATE_STEPS: &str = "
        SELECT i.number, i.title, o.name AS organisation, s.from_state AS state, s.at AS at, i.track,
               i.workflow_version
        FROM initiative_steps s JOIN initiatives i ON i.id = s.initiative_id
        LEFT JOIN organisations o ON o.id = i.organisation_id
        WHERE s.late = 1 AND s.at >= $1 AND s.at < $2 ORDER BY s.at, i.number LIMIT 1000";
    /// Measures whose state was to be left before now.
    pub const OVERDUE: &str = "
        SELECT DISTINCT i.number, i.title, o.name AS organisation, m.state, m.due_at AS at, i.track,
               i.workflow_version
        FROM measures m JOIN initiatives i ON i.id = m.initiative_id
        LEFT JOIN organisations o ON o.id = i.organisation_id
        WHERE i.is_open = 1 AND m.due_at < $1 ORDER BY at, i.number LIMIT 1000";
    /// Measures that were measured in a period, with what was found.
    pub const MEASURED: &str = "
        SELECT i.number, m.position, i.title, o.name AS organisation, i.proposer_name, r.result
        FROM measurements r JOIN measures m ON m.id = r.measure_id JOIN initiatives i ON i.id = m.initiative_id
        LEFT JOIN organisations o ON o.id = i.organisation_id
        WHERE r.taken_at >= $1 AND r.taken_at < $2 AND m.state = 'measured' AND r.result IS NOT NULL
        ORDER BY i.number, m.position, r.days LIMIT 1000";
}

/// A task of a directive. Days are ISO.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Task {
    /// Identity (UUIDv7).
    pub id: String,
    /// Number of the directive.
    pub directive: String,
    /// Which item of it.
    pub item: String,
    /// What is to be done.
    pub title: String,
    /// Identity of the organisation that is responsible.
    pub organisation_id: String,
    /// Its name.
    pub organisation: String,
    /// Who does it.
    pub owner: String,
    /// Who decides on it.
    pub authority: String,
    /// What comes of it.
    pub product: String,
    /// By when.
    pub due_date: String,
    /// Day on which it was begun.
    pub begun_on: Option<String>,
    /// Day on which it was done.
    pub done_on: Option<String>,
    /// What came of it.
    pub result: String,
    /// Word of the objective; empty for none.
    pub objective: String,
    /// Counts changes.
    pub version: i64,
    /// Public initiatives with the same objective.
    pub initiatives: i64,
}

/// Something that is late.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Late {
    /// Public number of the initiative.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Whose it is.
    pub organisation: Option<String>,
    /// Word of the state that was left late, or that is to be left.
    pub state: String,
    /// When the step was taken, or was due; epoch milliseconds.
    pub at: i64,
    /// Word of the track.
    pub track: String,
    /// Version of its workflow.
    pub workflow_version: i64,
}

/// A measure that has its verdict.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Measured {
    /// Public number of the initiative.
    pub number: String,
    /// Position of the measure.
    pub position: i64,
    /// Its title.
    pub title: String,
    /// Whose it is.
    pub organisation: Option<String>,
    /// Who proposed it.
    pub proposer_name: String,
    /// What was found, JSON.
    pub result: String,
}

/// All tasks, those that are due first.
///
/// # Errors
/// When the database fails.
pub async fn tasks(tx: &mut Tx) -> Result<Vec<Task>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::TASKS).bind("").fetch_all(conn).await?))
}

/// One task.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Task>, sqlx::Error> {
    if id.is_empty() || id.contains('\0') {
        return Ok(None);
    }
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::TASKS).bind(id).fetch_optional(conn).await?))
}

/// Adds a task.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, id: &str, new: &NewTask, at: i64) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT)
        .bind(id)
        .bind(&new.directive)
        .bind(&new.item)
        .bind(&new.title)
        .bind(&new.organisation)
        .bind(&new.owner)
        .bind(&new.authority)
        .bind(&new.product)
        .bind(&new.due_date)
        .bind(new.objective.as_ref().map(word::of).unwrap_or_default())
        .bind(at)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Changes what a task of version `version` asks for; says whether it still was.
///
/// # Errors
/// When the database fails.
pub async fn update(tx: &mut Tx, (id, version): (&str, i64), new: &NewTask) -> Result<bool, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::UPDATE)
        .bind(id)
        .bind(version)
        .bind(&new.directive)
        .bind(&new.item)
        .bind(&new.title)
        .bind(&new.organisation)
        .bind(&new.owner)
        .bind(&new.authority)
        .bind(&new.product)
        .bind(&new.due_date)
        .bind(new.objective.as_ref().map(word::of).unwrap_or_default())
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Notes how far a task of version `version` is; says whether it still was.
///
/// # Errors
/// When the database fails.
pub async fn report(
    tx: &mut Tx,
    (id, version): (&str, i64),
    begun_on: Option<String>,
    done_on: Option<String>,
    result: &str,
) -> Result<bool, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::REPORT)
        .bind(id)
        .bind(version)
        .bind(&begun_on)
        .bind(&done_on)
        .bind(result)
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Organisations that submitted no initiative between two instants: identity and name.
///
/// # Errors
/// When the database fails.
pub async fn silent(tx: &mut Tx, from: i64, to: i64) -> Result<Vec<(String, String)>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::SILENT).bind(from).bind(to).fetch_all(conn).await?))
}

/// Steps between two instants that came after their deadline.
///
/// # Errors
/// When the database fails.
pub async fn late_steps(tx: &mut Tx, from: i64, to: i64) -> Result<Vec<Late>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::LATE_STEPS).bind(from).bind(to).fetch_all(conn).await?))
}

/// What is overdue at an instant.
///
/// # Errors
/// When the database fails.
pub async fn overdue(tx: &mut Tx, now: i64) -> Result<Vec<Late>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::OVERDUE).bind(now).fetch_all(conn).await?))
}

/// Measures with a verdict that were measured between two instants.
///
/// # Errors
/// When the database fails.
pub async fn measured(tx: &mut Tx, from: i64, to: i64) -> Result<Vec<Measured>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::MEASURED).bind(from).bind(to).fetch_all(conn).await?))
}
