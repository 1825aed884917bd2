//! SQL of flags: what is open, for whom, since when, and what became of it.

use jiff::Timestamp;

use super::flag::FlagCode;
use super::store::AssessmentError;
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// All flags that the procedures between two codes have had.
    pub const OF_PROCEDURES: &str = "
        SELECT id, code, unit_id, flag, opened_at, acknowledged_at, resolved_at, reopened, owner, cause, due_date,
               version
        FROM flags WHERE code >= $1 AND code <= $2 ORDER BY code, unit_id, flag LIMIT 1000000";
    /// A page of the open flags, in the order of procedures.
    pub const OPEN: &str = "
        SELECT id, code, unit_id, flag, opened_at, acknowledged_at, resolved_at, reopened, owner, cause, due_date,
               version
        FROM flags WHERE resolved_at IS NULL ORDER BY code, unit_id, flag LIMIT 1000000";
    /// One flag.
    pub const FIND: &str = "
        SELECT id, code, unit_id, flag, opened_at, acknowledged_at, resolved_at, reopened, owner, cause, due_date,
               version
        FROM flags WHERE id = $1";
    /// Opens a flag.
    pub const INSERT: &str = "
        INSERT INTO flags (id, code, unit_id, flag, opened_at, reopened, version) VALUES ($1, $2, $3, $4, $5, 0, 1)";
    /// What it stood for has gone.
    pub const RESOLVE: &str = "UPDATE flags SET resolved_at = $2, version = version + 1 WHERE id = $1";
    /// It is back.
    pub const REOPEN: &str = "
        UPDATE flags SET resolved_at = NULL, acknowledged_at = NULL, reopened = reopened + 1, version = version + 1
        WHERE id = $1";
    /// What people decide about it, if nobody was faster.
    pub const DECIDE: &str = "
        UPDATE flags SET owner = $3, cause = $4, due_date = $5, acknowledged_at = $6, version = version + 1
        WHERE id = $1 AND version = $2";
    /// Notes what happened.
    pub const EVENT: &str = "INSERT INTO flag_events (flag_id, at, event, actor, detail) VALUES ($1, $2, $3, $4, $5)";
    /// What happened to a flag, oldest first.
    pub const EVENTS: &str = "
        SELECT at, event, actor, detail FROM flag_events WHERE flag_id = $1 ORDER BY at, event LIMIT 1000";
}

/// A flag as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct FlagRow {
    /// Identity.
    pub id: String,
    /// Procedure.
    pub code: String,
    /// Unit, empty for all.
    pub unit_id: String,
    /// `F1` to `F10`.
    pub flag: String,
    /// Epoch milliseconds.
    pub opened_at: i64,
    /// Epoch milliseconds.
    pub acknowledged_at: Option<i64>,
    /// Epoch milliseconds.
    pub resolved_at: Option<i64>,
    /// How often it has come back.
    pub reopened: i64,
    /// Login of who answers for it; `None` while it lies with the agency.
    pub owner: Option<String>,
    /// Cause word.
    pub cause: Option<String>,
    /// ISO day.
    pub due_date: Option<String>,
    /// Counts changes, so that nobody overwrites what they have not seen.
    pub version: i64,
}

impl FlagRow {
    /// Which flag.
    #[must_use]
    pub fn flag(&self) -> Option<FlagCode> {
        FlagCode::parse(&self.flag)
    }

    /// Whether it was open at an instant; of a flag that came back, the times between are not asked.
    #[must_use]
    pub fn was_open(&self, at: i64) -> bool {
        self.opened_at <= at && self.resolved_at.is_none_or(|resolved| at < resolved)
    }
}

/// Something that happened to a flag.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct FlagEvent {
    /// Epoch milliseconds.
    pub at: i64,
    /// `opened`, `resolved`, `reopened`, `decided`.
    pub event: String,
    /// Login, for what people did.
    pub actor: Option<String>,
    /// What it was set to.
    pub detail: String,
}

/// All flags that a procedure has had, open or not.
///
/// # Errors
/// [`AssessmentError`]
pub async fn of_procedure(tx: &mut Tx, code: &str) -> Result<Vec<FlagRow>, AssessmentError> {
    of_procedures(tx, code, code).await
}

/// All flags that the procedures from `first` to `last` have had, open or not.
///
/// # Errors
/// [`AssessmentError`]
pub async fn of_procedures(tx: &mut Tx, first: &str, last: &str) -> Result<Vec<FlagRow>, AssessmentError> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::OF_PROCEDURES).bind(first).bind(last).fetch_all(conn).await?))
}

/// All open flags.
///
/// # Errors
/// [`AssessmentError`]
pub async fn open(tx: &mut Tx) -> Result<Vec<FlagRow>, AssessmentError> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::OPEN).fetch_all(conn).await?))
}

/// One flag.
///
/// # Errors
/// [`AssessmentError`]
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<FlagRow>, AssessmentError> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::FIND).bind(id).fetch_optional(conn).await?))
}

/// Opens a flag on the agency.
///
/// # Errors
/// [`AssessmentError`]
pub async fn insert(tx: &mut Tx, code: &str, flag: FlagCode, now: Timestamp) -> Result<(), AssessmentError> {
    let id = uuid::Uuid::now_v7().to_string();
    on_db!(tx, |conn| sqlx::query(sql::INSERT)
        .bind(&id)
        .bind(code)
        .bind("")
        .bind(flag.code())
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|_| ())?);
    event(tx, &id, "opened", None, "", now).await
}

/// Closes a flag whose condition has gone.
///
/// # Errors
/// [`AssessmentError`]
pub async fn resolve(tx: &mut Tx, id: &str, now: Timestamp) -> Result<(), AssessmentError> {
    on_db!(tx, |conn| sqlx::query(sql::RESOLVE).bind(id).bind(now.as_millisecond()).execute(conn).await.map(|_| ())?);
    event(tx, id, "resolved", None, "", now).await
}

/// Opens a flag again.
///
/// # Errors
/// [`AssessmentError`]
pub async fn reopen(tx: &mut Tx, id: &str, now: Timestamp) -> Result<(), AssessmentError> {
    on_db!(tx, |conn| sqlx::query(sql::REOPEN).bind(id).execute(conn).await.map(|_| ())?);
    event(tx, id, "reopened", None, "", now).await
}

/// Writes what people decided; `row.version` is the one they saw.
///
/// # Errors
/// [`AssessmentError::Conflict`] when somebody was faster.
pub async fn decide(tx: &mut Tx, row: &FlagRow) -> Result<(), AssessmentError> {
    let changed = on_db!(tx, |conn| sqlx::query(sql::DECIDE)
        .bind(&row.id)
        .bind(row.version)
        .bind(&row.owner)
        .bind(&row.cause)
        .bind(&row.due_date)
        .bind(row.acknowledged_at)
        .execute(conn)
        .await
        .map(|done| done.rows_affected())?);
    if changed == 0 { Err(AssessmentError::Conflict) } else { Ok(()) }
}

/// Notes what happened.
///
/// # Errors
/// [`AssessmentError`]
pub async fn event(
    tx: &mut Tx,
    id: &str,
    event: &str,
    actor: Option<&str>,
    detail: &str,
    now: Timestamp,
) -> Result<(), AssessmentError> {
    on_db!(tx, |conn| sqlx::query(sql::EVENT)
        .bind(id)
        .bind(now.as_millisecond())
        .bind(event)
        .bind(actor)
        .bind(detail)
        .execute(conn)
        .await
        .map(|_| ())?);
    Ok(())
}

/// What happened to a flag, oldest first.
///
/// # Errors
/// [`AssessmentError`]
pub async fn events(tx: &mut Tx, id: &str) -> Result<Vec<FlagEvent>, AssessmentError> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::EVENTS).bind(id).fetch_all(conn).await?))
}
