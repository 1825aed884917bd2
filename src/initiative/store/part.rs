//! SQL of what hangs on an initiative: legal acts, measurements, comments, what was typed and not saved.

use jiff::Timestamp;

use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Adds a legal act that has to change.
    pub const INSERT_ACT: &str = "
        INSERT INTO measure_acts (id, measure_id, act, provision, change, version) VALUES ($1, $2, $3, $4, $5, 1)";
    /// Legal acts of all measures of an initiative.
    pub const ACTS: &str = "
        SELECT a.id, a.measure_id, a.act, a.provision, a.change, a.signed_number, a.signed_on, a.effective_on, a.version
        FROM measure_acts a JOIN measures m ON m.id = a.measure_id
        WHERE m.initiative_id = $1 ORDER BY m.position, a.id LIMIT 10000";
    /// Notes that an act was signed, if nobody was faster.
    pub const SIGN_ACT: &str = "
        UPDATE measure_acts SET signed_number = $3, signed_on = $4, effective_on = $5, version = version + 1
        WHERE id = $1 AND version = $2";
    /// Plans a measurement, unless it is planned.
    pub const PLAN: &str = "
        INSERT INTO measurements (measure_id, days, due_on) VALUES ($1, $2, $3)
        ON CONFLICT (measure_id, days) DO UPDATE SET due_on = excluded.due_on, result = NULL, taken_at = NULL";
    /// Measurements of all measures of an initiative.
    pub const MEASUREMENTS: &str = "
        SELECT t.measure_id, t.days, t.due_on, t.result, t.taken_at
        FROM measurements t JOIN measures m ON m.id = t.measure_id
        WHERE m.initiative_id = $1 ORDER BY m.position, t.days LIMIT 10000";
    /// Measurements that are due and have not been taken.
    pub const DUE: &str = "
        SELECT t.measure_id, t.days, t.due_on, t.result, t.taken_at, m.initiative_id
        FROM measurements t JOIN measures m ON m.id = t.measure_id
        WHERE t.due_on <= $1 AND t.taken_at IS NULL ORDER BY t.due_on, t.measure_id, t.days LIMIT 100";
    /// Keeps a measurement, unless another process did.
    pub const TAKE: &str = "
        UPDATE measurements SET result = $3, taken_at = $4 WHERE measure_id = $1 AND days = $2 AND taken_at IS NULL";
    /// Adds a comment.
    pub const INSERT_COMMENT: &str = "
        INSERT INTO initiative_comments (id, initiative_id, author_id, author_name, at, body)
        VALUES ($1, $2, $3, $4, $5, $6)";
    /// Comments, oldest first.
    pub const COMMENTS: &str = "
        SELECT id, author_name, at, body FROM initiative_comments WHERE initiative_id = $1 ORDER BY at, id LIMIT 1000";
    /// Keeps what somebody has typed.
    pub const PUT_DRAFT: &str = "
        INSERT INTO initiative_drafts (initiative_id, user_id, place, base_version, form, saved_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (initiative_id, user_id, place) DO UPDATE SET
            base_version = excluded.base_version, form = excluded.form, saved_at = excluded.saved_at";
    /// What somebody has typed.
    pub const DRAFT: &str = "
        SELECT base_version, form, saved_at FROM initiative_drafts
        WHERE initiative_id = $1 AND user_id = $2 AND place = $3";
    /// Forgets it once it is saved.
    pub const DELETE_DRAFT: &str = "
        DELETE FROM initiative_drafts WHERE initiative_id = $1 AND user_id = $2 AND place = $3";
}

/// A legal act that has to change before a measure can be applied.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Act {
    /// Identifier (UUIDv7).
    pub id: String,
    /// The measure it blocks.
    pub measure_id: String,
    /// The act, such as `Quyết định 12/2024/QĐ-UBND`.
    pub act: String,
    /// Articles, clauses, points.
    pub provision: String,
    /// What changes in it.
    pub change: String,
    /// Number of the act that changes it; `None` until it is signed.
    pub signed_number: Option<String>,
    /// Day of signature, ISO.
    pub signed_on: Option<String>,
    /// First day in force, ISO.
    pub effective_on: Option<String>,
    /// Counts changes.
    pub version: i64,
}

/// Adds a legal act.
///
/// # Errors
/// When the database fails.
pub async fn insert_act(tx: &mut Tx, act: &Act) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT_ACT)
        .bind(&act.id)
        .bind(&act.measure_id)
        .bind(&act.act)
        .bind(&act.provision)
        .bind(&act.change)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Legal acts of an initiative.
///
/// # Errors
/// When the database fails.
pub async fn acts(tx: &mut Tx, initiative_id: &str) -> Result<Vec<Act>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::ACTS).bind(initiative_id).fetch_all(conn).await?))
}

/// Notes that an act was signed; says whether its version still was `act.version`.
///
/// # Errors
/// When the database fails.
pub async fn sign_act(tx: &mut Tx, act: &Act) -> Result<bool, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::SIGN_ACT)
        .bind(&act.id)
        .bind(act.version)
        .bind(&act.signed_number)
        .bind(&act.signed_on)
        .bind(&act.effective_on)
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// A measurement, planned or taken.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MeasurementRow {
    /// The measure.
    pub measure_id: String,
    /// Days after it was applied.
    pub days: i64,
    /// When it is to be taken, ISO day.
    pub due_on: String,
    /// What was measured, as JSON.
    pub result: Option<String>,
    /// Epoch milliseconds.
    pub taken_at: Option<i64>,
}

/// A measurement that is due, with its initiative.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DueRow {
    /// The measurement.
    #[sqlx(flatten)]
    pub measurement: MeasurementRow,
    /// Its initiative.
    pub initiative_id: String,
}

/// Plans a measurement; one that was taken before is to be taken anew.
///
/// # Errors
/// When the database fails.
pub async fn plan(tx: &mut Tx, measure_id: &str, days: i64, due_on: &str) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::PLAN).bind(measure_id).bind(days).bind(due_on).execute(conn).await.map(|_| ()))
}

/// Measurements of an initiative.
///
/// # Errors
/// When the database fails.
pub async fn measurements(tx: &mut Tx, initiative_id: &str) -> Result<Vec<MeasurementRow>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::MEASUREMENTS).bind(initiative_id).fetch_all(conn).await?))
}

/// Measurements that are due on a day.
///
/// # Errors
/// When the database fails.
pub async fn due(tx: &mut Tx, day: &str) -> Result<Vec<DueRow>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::DUE).bind(day).fetch_all(conn).await?))
}

/// Keeps a measurement; says whether it had not been taken.
///
/// # Errors
/// When the database fails.
pub async fn take(tx: &mut Tx, row: &MeasurementRow, result: &str, now: Timestamp) -> Result<bool, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::TAKE)
        .bind(&row.measure_id)
        .bind(row.days)
        .bind(result)
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Comment {
    /// Identifier (UUIDv7).
    pub id: String,
    /// Who.
    pub author_name: String,
    /// Epoch milliseconds.
    pub at: i64,
    /// What they say.
    pub body: String,
}

/// Adds a comment of somebody with id and name.
///
/// # Errors
/// When the database fails.
pub async fn comment(
    tx: &mut Tx,
    initiative_id: &str,
    author: (&str, &str),
    body: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT_COMMENT)
        .bind(uuid::Uuid::now_v7().to_string())
        .bind(initiative_id)
        .bind(author.0)
        .bind(author.1)
        .bind(now.as_millisecond())
        .bind(body)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Comments, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn comments(tx: &mut Tx, initiative_id: &str) -> Result<Vec<Comment>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::COMMENTS).bind(initiative_id).fetch_all(conn).await?))
}

/// What somebody has typed and not saved.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Draft {
    /// The version of the initiative that it began from.
    pub base_version: i64,
    /// The form, as it was sent.
    pub form: String,
    /// Epoch milliseconds.
    pub saved_at: i64,
}

/// A form of an initiative that somebody types in.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// The initiative.
    pub initiative_id: &'a str,
    /// Who types.
    pub user_id: &'a str,
    /// 0 is the record, from 1 on the measures.
    pub place: i64,
}

/// Keeps what somebody has typed.
///
/// # Errors
/// When the database fails.
pub async fn put_draft(tx: &mut Tx, desk: Desk<'_>, draft: &Draft) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::PUT_DRAFT)
        .bind(desk.initiative_id)
        .bind(desk.user_id)
        .bind(desk.place)
        .bind(draft.base_version)
        .bind(&draft.form)
        .bind(draft.saved_at)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// What somebody has typed.
///
/// # Errors
/// When the database fails.
pub async fn draft(tx: &mut Tx, desk: Desk<'_>) -> Result<Option<Draft>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::DRAFT)
        .bind(desk.initiative_id)
        .bind(desk.user_id)
        .bind(desk.place)
        .fetch_optional(conn)
        .await?))
}

/// Forgets what somebody has typed.
///
/// # Errors
/// When the database fails.
pub async fn forget_draft(tx: &mut Tx, desk: Desk<'_>) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::DELETE_DRAFT)
        .bind(desk.initiative_id)
        .bind(desk.user_id)
        .bind(desk.place)
        .execute(conn)
        .await
        .map(|_| ()))
}
