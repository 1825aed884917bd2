//! SQL of roll-ups: windows of series, read and written many at a time.

use super::model::Step;
use super::rollup::{Aggregate, Buckets};
use super::store::Window;
use crate::on_db;
use crate::platform::db::Tx;
use crate::platform::rows;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// What the narrower windows of windows come to.
    pub const SUM_OF_WINDOWS: &str = "
        WITH w (series_id, at, until, step) AS (
            VALUES (CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS TEXT)))
        SELECT w.series_id, w.at, CAST(SUM(r.good) AS BIGINT) AS good, CAST(SUM(r.bad) AS BIGINT) AS bad,
               CAST(SUM(r.excluded) AS BIGINT) AS excluded, CAST(SUM(r.not_applicable) AS BIGINT) AS not_applicable,
               CAST(SUM(r.not_delivered) AS BIGINT) AS not_delivered, CAST(SUM(r.suppressed) AS BIGINT) AS suppressed,
               SUM(r.total) AS total, MIN(r.least) AS least, MAX(r.most) AS most, string_agg(r.buckets, ';') AS buckets
        FROM w CROSS JOIN rollups r
        WHERE r.series_id = w.series_id AND r.step = w.step AND r.at >= w.at AND r.at < w.until
        GROUP BY w.series_id, w.at ORDER BY w.series_id, w.at LIMIT 1000000";
    /// Writes a window.
    pub const PUT_ROLLUP: &str = "
        INSERT INTO rollups (series_id, step, at, good, bad, excluded, not_applicable, not_delivered, suppressed,
                             total, least, most, buckets)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT (series_id, step, at) DO UPDATE SET
            good = excluded.good, bad = excluded.bad, excluded = excluded.excluded,
            not_applicable = excluded.not_applicable, not_delivered = excluded.not_delivered,
            suppressed = excluded.suppressed, total = excluded.total, least = excluded.least, most = excluded.most,
            buckets = excluded.buckets";
    /// Windows of a series.
    pub const WINDOWS: &str = "
        SELECT series_id, at, good, bad, excluded, not_applicable, not_delivered, suppressed, total, least, most,
               buckets
        FROM rollups WHERE series_id = $1 AND step = $2 AND at >= $3 AND at < $4 ORDER BY at LIMIT 1000000";
}

/// A window of a series.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct WindowRow {
    /// Series.
    pub series_id: i64,
    /// Beginning of the window, epoch milliseconds.
    pub at: i64,
    good: i64,
    bad: i64,
    excluded: i64,
    not_applicable: i64,
    not_delivered: i64,
    suppressed: i64,
    total: f64,
    least: Option<f64>,
    most: Option<f64>,
    buckets: String,
}

impl WindowRow {
    /// What it comes to.
    #[must_use]
    pub fn aggregate(&self) -> Aggregate {
        Aggregate {
            good: self.good,
            bad: self.bad,
            excluded: self.excluded,
            not_applicable: self.not_applicable,
            not_delivered: self.not_delivered,
            suppressed: self.suppressed,
            total: self.total,
            least: self.least,
            most: self.most,
            buckets: Buckets::read(&self.buckets),
        }
    }
}

/// What the windows of a narrower step come to in some windows.
///
/// # Errors
/// When the database fails.
pub async fn sum_of_windows(tx: &mut Tx, windows: &[Window], of: Step) -> Result<Vec<WindowRow>, sqlx::Error> {
    let mut all = Vec::new();
    for part in rows::parts(windows) {
        let many = rows::many(tx, sql::SUM_OF_WINDOWS, part.len());
        let found: Vec<WindowRow> = on_db!(tx, |conn| {
            let mut query = sqlx::query_as(many.text).persistent(many.keep);
            for (series, at, until) in part {
                query = query.bind(*series).bind(*at).bind(*until).bind(of.as_str());
            }
            query.fetch_all(conn).await?
        });
        all.extend(found);
    }
    Ok(all)
}

/// Writes windows of one step over those that were there.
///
/// # Errors
/// When the database fails.
pub async fn put_rollups(tx: &mut Tx, step: Step, new: &[(i64, i64, Aggregate)]) -> Result<(), sqlx::Error> {
    for part in rows::parts(new) {
        let many = rows::many(tx, sql::PUT_ROLLUP, part.len());
        on_db!(tx, |conn| {
            let mut query = sqlx::query(many.text).persistent(many.keep);
            for (series, at, sum) in part {
                query = query
                    .bind(*series)
                    .bind(step.as_str())
                    .bind(*at)
                    .bind(sum.good)
                    .bind(sum.bad)
                    .bind(sum.excluded)
                    .bind(sum.not_applicable)
                    .bind(sum.not_delivered)
                    .bind(sum.suppressed)
                    .bind(sum.total)
                    .bind(sum.least)
                    .bind(sum.most)
                    .bind(sum.buckets.text());
            }
            query.execute(conn).await.map(|_| ())?;
        });
    }
    Ok(())
}

/// Windows of a series from `from`, before `to`, in order.
///
/// # Errors
/// When the database fails.
pub async fn windows(tx: &mut Tx, series: i64, step: Step, from: i64, to: i64) -> Result<Vec<WindowRow>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::WINDOWS)
        .bind(series)
        .bind(step.as_str())
        .bind(from)
        .bind(to)
        .fetch_all(conn)
        .await)
}
