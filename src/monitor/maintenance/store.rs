//! SQL of planned stops.

use super::model::Maintenance;
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Records one.
    pub const INSERT: &str = "
        INSERT INTO maintenances (id, source_id, starts_at, restores_at, ends_at, announced_at, link, reason,
                                  created_by, created_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)";
    /// One.
    pub const FIND: &str = "
        SELECT id, source_id, starts_at, restores_at, ends_at, announced_at, link, reason, created_by, created_at,
               cancelled_at, version
        FROM maintenances WHERE id = $1";
    /// Those of a source that were not called off and share time with a time.
    pub const OF_SOURCE: &str = "
        SELECT id, source_id, starts_at, restores_at, ends_at, announced_at, link, reason, created_by, created_at,
               cancelled_at, version
        FROM maintenances
        WHERE source_id = $1 AND cancelled_at IS NULL AND starts_at < $3 AND ends_at > $2
        ORDER BY starts_at, id LIMIT 10000";
    /// Those of all sources that end after an instant, called off or not, soonest first.
    pub const COMING: &str = "
        SELECT id, source_id, starts_at, restores_at, ends_at, announced_at, link, reason, created_by, created_at,
               cancelled_at, version
        FROM maintenances WHERE ends_at > $1 ORDER BY starts_at, id LIMIT $2";
    /// It ends at another time, or is called off, if nobody was faster.
    pub const CHANGE: &str = "
        UPDATE maintenances SET ends_at = $3, cancelled_at = $4, version = version + 1 WHERE id = $1 AND version = $2";
    /// Every dated row of the working days of notice.
    pub const NOTICE: &str = "
        SELECT valid_from, value FROM parameters WHERE name = 'maintenance_notice_working_days'
        ORDER BY valid_from LIMIT 1000";
    /// Is there a source?
    pub const HAS_SOURCE: &str = "SELECT id FROM sources WHERE id = $1";
}

/// Records one.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, new: &Maintenance) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT)
        .bind(&new.id)
        .bind(&new.source_id)
        .bind(new.starts_at)
        .bind(new.restores_at)
        .bind(new.ends_at)
        .bind(new.announced_at)
        .bind(&new.link)
        .bind(&new.reason)
        .bind(&new.created_by)
        .bind(new.created_at)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// One.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Maintenance>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::FIND).bind(id).fetch_optional(conn).await)
}

/// Those of a source that hold and share time with a time, epoch milliseconds, in order.
///
/// # Errors
/// When the database fails.
pub async fn of_source(tx: &mut Tx, source: &str, from: i64, to: i64) -> Result<Vec<Maintenance>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::OF_SOURCE).bind(source).bind(from).bind(to).fetch_all(conn).await)
}

/// At most `limit` that end after an instant, called off or not, soonest first.
///
/// # Errors
/// When the database fails.
pub async fn coming(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<Maintenance>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::COMING).bind(after).bind(limit).fetch_all(conn).await)
}

/// Writes end and calling off; `row.version` is the one that was seen. Says whether nobody was faster.
///
/// # Errors
/// When the database fails.
pub async fn change(tx: &mut Tx, row: &Maintenance) -> Result<bool, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::CHANGE)
        .bind(&row.id)
        .bind(row.version)
        .bind(row.ends_at)
        .bind(row.cancelled_at)
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Every dated row of the working days of notice, in order: from which day, how many.
///
/// # Errors
/// When the database fails.
pub async fn notice_rows(tx: &mut Tx) -> Result<Vec<(String, f64)>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::NOTICE).fetch_all(conn).await)
}

/// Is there a source of this name?
///
/// # Errors
/// When the database fails.
pub async fn has_source(tx: &mut Tx, id: &str) -> Result<bool, sqlx::Error> {
    let row: Option<(String,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::HAS_SOURCE).bind(id).fetch_optional(conn).await?);
    Ok(row.is_some())
}
