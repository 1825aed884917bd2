//! SQL of service levels and their versions.

use jiff::Timestamp;
use serde::Serialize;

use super::model::{Definition, Standing};
use crate::monitor::field::{self, FieldError};
use crate::monitor::parameters::ParameterError;
use crate::on_db;
use crate::platform::db::Tx;
use crate::platform::word;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// One.
    pub const FIND: &str = "
        SELECT id, version, enabled, definition, created_at, changed_at, evaluated_to, month, standing
        FROM service_levels WHERE id = $1";
    /// A page, by identifier.
    pub const PAGE: &str = "
        SELECT id, version, enabled, definition, created_at, changed_at, evaluated_to, month, standing
        FROM service_levels WHERE id > $1 ORDER BY id LIMIT $2";
    /// Those that have not been evaluated up to an instant, by identifier.
    pub const DUE: &str = "
        SELECT id, version, enabled, definition, created_at, changed_at, evaluated_to, month, standing
        FROM service_levels WHERE enabled = 1 AND id > $1 AND (evaluated_to IS NULL OR evaluated_to < $2)
        ORDER BY id LIMIT $3";
    /// Adds one unless its identifier is taken.
    pub const INSERT: &str = "
        INSERT INTO service_levels (id, version, enabled, indicator, source_id, procedure_code, unit_id, definition,
                                    created_at, changed_at)
        VALUES ($1, 1, 1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (id) DO NOTHING";
    /// Changes one, if nobody was faster; it is evaluated anew.
    pub const UPDATE: &str = "
        UPDATE service_levels SET version = version + 1, enabled = $3, indicator = $4, source_id = $5,
            procedure_code = $6, unit_id = $7, definition = $8, changed_at = $9, evaluated_to = NULL
        WHERE id = $1 AND version = $2";
    /// It has been evaluated up to an instant, unless another process was faster or the definition is another now.
    pub const ADVANCE: &str = "
        UPDATE service_levels SET evaluated_to = $3
        WHERE id = $1 AND version = $2 AND (evaluated_to IS NULL OR evaluated_to < $3)";
    /// What the last full month came to.
    pub const SET_STANDING: &str = "UPDATE service_levels SET month = $2, standing = $3 WHERE id = $1";
    /// Did an availability objective that a procedure falls under miss its last full month?
    pub const BROKEN: &str = "
        SELECT s.id FROM service_levels s
        WHERE s.enabled = 1 AND s.indicator = 'availability' AND s.standing = 'missed'
          AND (s.procedure_code = $1 OR EXISTS (
              SELECT 1 FROM source_procedures p WHERE p.source_id = s.source_id AND p.code IN ($1, '*')))
        ORDER BY s.id LIMIT 1";
    /// Every procedure for which one did; the code '*' is every procedure.
    pub const BROKEN_CODES: &str = "
        SELECT s.procedure_code AS code FROM service_levels s
        WHERE s.enabled = 1 AND s.indicator = 'availability' AND s.standing = 'missed' AND s.procedure_code <> ''
        UNION
        SELECT p.code FROM service_levels s JOIN source_procedures p ON p.source_id = s.source_id
        WHERE s.enabled = 1 AND s.indicator = 'availability' AND s.standing = 'missed' AND s.source_id <> ''
        ORDER BY code LIMIT 1000000";
    /// Procedures of a source; the code '*' is every procedure.
    pub const COVERED: &str = "
        SELECT code FROM source_procedures WHERE source_id = $1 ORDER BY code LIMIT 1000000";
}

/// What service levels can fail of.
#[derive(Debug, thiserror::Error)]
pub enum ServiceLevelError {
    /// Fields are wrong.
    #[error("{}", field::line(.0))]
    Invalid(Vec<FieldError>),
    /// There is none of this identifier.
    #[error("there is no service level `{0}`")]
    Missing(String),
    /// The identifier is taken, or somebody was faster.
    #[error("somebody else has changed it: look at it again")]
    Conflict,
    /// What is stored is no service level: a newer program wrote it, or a hand.
    #[error("the stored service level `{0}` cannot be read: {1}")]
    Stored(String, String),
    /// A number that the rules need is missing.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The catalog cannot be read.
    #[error(transparent)]
    Catalog(#[from] crate::catalog::store::StoreError),
    /// The database failed.
    #[error("the database failed")]
    Sql(#[from] sqlx::Error),
}

/// A service level as it is stored. Times are epoch milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServiceLevel {
    /// Version of the definition.
    pub version: i64,
    /// Whether it is evaluated.
    pub enabled: bool,
    /// What it is.
    pub definition: Definition,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub changed_at: i64,
    /// End of the time that was last evaluated.
    pub evaluated_to: Option<i64>,
    /// The last full month that was judged, such as `2026-10`.
    pub month: Option<String>,
    /// What that month came to.
    pub standing: Option<Standing>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    version: i64,
    enabled: i64,
    definition: String,
    created_at: i64,
    changed_at: i64,
    evaluated_to: Option<i64>,
    month: Option<String>,
    standing: Option<String>,
}

impl Row {
    fn read(self) -> Result<ServiceLevel, ServiceLevelError> {
        let unreadable = |error: super::model::Unreadable| ServiceLevelError::Stored(self.id.clone(), error.0);
        Ok(ServiceLevel {
            version: self.version,
            enabled: self.enabled != 0,
            definition: Definition::from_json(&self.definition).map_err(unreadable)?,
            created_at: self.created_at,
            changed_at: self.changed_at,
            evaluated_to: self.evaluated_to,
            month: self.month,
            standing: self.standing.as_deref().and_then(word::read),
        })
    }
}

/// One service level.
///
/// # Errors
/// [`ServiceLevelError`]
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<ServiceLevel>, ServiceLevelError> {
    let row: Option<Row> = on_db!(tx, |conn| sqlx::query_as(sql::FIND).bind(id).fetch_optional(conn).await?);
    row.map(Row::read).transpose()
}

/// At most `limit` service levels whose identifier follows `after`; begin with an empty text.
///
/// # Errors
/// [`ServiceLevelError`]
pub async fn page(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<ServiceLevel>, ServiceLevelError> {
    let rows: Vec<Row> = on_db!(tx, |conn| sqlx::query_as(sql::PAGE).bind(after).bind(limit).fetch_all(conn).await?);
    rows.into_iter().map(Row::read).collect()
}

/// At most `limit` that have not been evaluated up to an instant and whose identifier follows `after`. One that cannot
/// be read is said in the log and left out: the others go on.
///
/// # Errors
/// When the database fails.
pub async fn due(tx: &mut Tx, after: &str, until: i64, limit: i64) -> Result<Due, sqlx::Error> {
    let rows: Vec<Row> =
        on_db!(tx, |conn| sqlx::query_as(sql::DUE).bind(after).bind(until).bind(limit).fetch_all(conn).await?);
    let last = rows.last().map(|row| row.id.clone());
    let mut levels = Vec::with_capacity(rows.len());
    for row in rows {
        match row.read() {
            Ok(level) => levels.push(level),
            Err(error) => tracing::error!(error = %error, "a service level is left out"),
        }
    }
    Ok(Due { levels, last })
}

/// A page of service levels to be evaluated.
#[derive(Debug, Clone, Default)]
pub struct Due {
    /// Those that can be read.
    pub levels: Vec<ServiceLevel>,
    /// The last identifier of the page; `None` when the page is empty.
    pub last: Option<String>,
}

/// Adds a service level; says whether its identifier was free.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, d: &Definition, now: Timestamp) -> Result<bool, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT)
        .bind(&d.id)
        .bind(word::of(&d.indicator))
        .bind(&d.scope.source)
        .bind(&d.scope.procedure)
        .bind(&d.scope.unit)
        .bind(d.json())
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Changes a service level whose version is `version`; says whether it still was.
///
/// # Errors
/// When the database fails.
pub async fn update(
    tx: &mut Tx,
    d: &Definition,
    version: i64,
    enabled: bool,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::UPDATE)
        .bind(&d.id)
        .bind(version)
        .bind(i64::from(enabled))
        .bind(word::of(&d.indicator))
        .bind(&d.scope.source)
        .bind(&d.scope.procedure)
        .bind(&d.scope.unit)
        .bind(d.json())
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Notes that a version has been evaluated up to an instant; says whether nobody was faster.
///
/// # Errors
/// When the database fails.
pub async fn advance(tx: &mut Tx, id: &str, version: i64, until: i64) -> Result<bool, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::ADVANCE)
        .bind(id)
        .bind(version)
        .bind(until)
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Notes what the last full month came to; `None` when none is judged any more.
///
/// # Errors
/// When the database fails.
pub async fn set_standing(
    tx: &mut Tx,
    id: &str,
    month: Option<&str>,
    standing: Option<Standing>,
) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::SET_STANDING)
        .bind(id)
        .bind(month)
        .bind(standing.map(|standing| word::of(&standing)))
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Whether an availability objective that a procedure falls under was missed in the last full month that was judged
/// (C4). Objectives of single units say nothing about the procedure as a whole.
///
/// # Errors
/// When the database fails.
pub async fn broken(tx: &mut Tx, code: &str) -> Result<bool, sqlx::Error> {
    let row: Option<(String,)> = on_db!(tx, |conn| sqlx::query_as(sql::BROKEN).bind(code).fetch_optional(conn).await?);
    Ok(row.is_some())
}

/// Every procedure for which [`broken`] holds, in order; the code `*` stands for every procedure.
///
/// # Errors
/// When the database fails.
pub async fn broken_codes(tx: &mut Tx) -> Result<Vec<String>, sqlx::Error> {
    let rows: Vec<(String,)> = on_db!(tx, |conn| sqlx::query_as(sql::BROKEN_CODES).fetch_all(conn).await?);
    Ok(rows.into_iter().map(|(code,)| code).collect())
}

/// Procedures of a source, in order; the code `*` stands for every procedure.
///
/// # Errors
/// When the database fails.
pub async fn covered(tx: &mut Tx, source: &str) -> Result<Vec<String>, sqlx::Error> {
    let rows: Vec<(String,)> = on_db!(tx, |conn| sqlx::query_as(sql::COVERED).bind(source).fetch_all(conn).await?);
    Ok(rows.into_iter().map(|(code,)| code).collect())
}
