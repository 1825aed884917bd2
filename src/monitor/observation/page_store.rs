//! SQL of pages of a series: values in force and windows, so many at a time.

use super::model::Step;
use super::store::Stored;
use super::window_store::WindowRow;
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Values in force.
    pub const IN_FORCE: &str = "
        SELECT o.slot, o.revision, o.state, o.value, o.failure, o.detail, o.observed_at
        FROM observations o
        WHERE o.series_id = $1 AND o.slot >= $2 AND o.slot < $3
          AND NOT EXISTS (SELECT 1 FROM observations later WHERE later.series_id = o.series_id
                          AND later.slot = o.slot AND later.revision > o.revision)
        ORDER BY o.slot LIMIT $4";
    /// The newest values in force, newest first.
    pub const NEWEST: &str = "
        SELECT o.slot, o.revision, o.state, o.value, o.failure, o.detail, o.observed_at
        FROM observations o
        WHERE o.series_id = $1
          AND NOT EXISTS (SELECT 1 FROM observations later WHERE later.series_id = o.series_id
                          AND later.slot = o.slot AND later.revision > o.revision)
        ORDER BY o.slot DESC LIMIT $2";
    /// The newest values of the poll that failed, newest first.
    pub const FAILED: &str = "
        SELECT o.slot, o.revision, o.state, o.value, o.failure, o.detail, o.observed_at
        FROM observations o
        WHERE o.series_id = $1 AND o.slot >= $2 AND o.failure IS NOT NULL
        ORDER BY o.slot DESC, o.revision DESC LIMIT $3";
    /// Windows.
    pub const WINDOWS: &str = "
        SELECT series_id, at, good, bad, excluded, not_applicable, not_delivered, suppressed, total, least, most,
               buckets
        FROM rollups WHERE series_id = $1 AND step = $2 AND at >= $3 AND at < $4 ORDER BY at LIMIT $5";
}

/// At most `limit` values in force from `from`, before `to` (epoch milliseconds), in order.
///
/// # Errors
/// When the database fails.
pub async fn in_force(tx: &mut Tx, series: i64, from: i64, to: i64, limit: i64) -> Result<Vec<Stored>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::IN_FORCE).bind(series).bind(from).bind(to).bind(limit).fetch_all(conn).await)
}

/// The newest values in force, newest first.
///
/// # Errors
/// When the database fails.
pub async fn newest(tx: &mut Tx, series: i64, limit: i64) -> Result<Vec<Stored>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::NEWEST).bind(series).bind(limit).fetch_all(conn).await)
}

/// The newest failures from `from` (epoch milliseconds), newest first.
///
/// # Errors
/// When the database fails.
pub async fn failed(tx: &mut Tx, series: i64, from: i64, limit: i64) -> Result<Vec<Stored>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::FAILED).bind(series).bind(from).bind(limit).fetch_all(conn).await)
}

/// At most `limit` windows from `from`, before `to` (epoch milliseconds), in order; those without values are left out.
///
/// # Errors
/// When the database fails.
pub async fn windows(
    tx: &mut Tx,
    series: i64,
    step: Step,
    from: i64,
    to: i64,
    limit: i64,
) -> Result<Vec<WindowRow>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::WINDOWS)
        .bind(series)
        .bind(step.as_str())
        .bind(from)
        .bind(to)
        .bind(limit)
        .fetch_all(conn)
        .await)
}
