//! SQL of the newest values of sources.

use crate::monitor::observation::question::Latest;
use crate::monitor::observation::series::Series;
use crate::monitor::observation::store::Stored;
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Newest values of the series of a source, by metric and subject.
    pub const NEWEST: &str = "
        SELECT s.id, s.source_id, s.metric, s.subject, s.unit, s.every_ms, s.max_age_ms,
               o.slot, o.revision, o.state, o.value, o.failure, o.detail, o.observed_at
        FROM series s JOIN observations o ON o.series_id = s.id
        WHERE s.source_id = $1
          AND o.slot = (SELECT MAX(m.slot) FROM observations m WHERE m.series_id = s.id)
          AND o.revision = (SELECT MAX(r.revision) FROM observations r WHERE r.series_id = s.id AND r.slot = o.slot)
        ORDER BY s.metric, s.subject LIMIT $2";
    /// The newest value of all series of a source.
    pub const NEWEST_OF_ALL: &str = "
        SELECT s.id, s.source_id, s.metric, s.subject, s.unit, s.every_ms, s.max_age_ms,
               o.slot, o.revision, o.state, o.value, o.failure, o.detail, o.observed_at
        FROM series s JOIN observations o ON o.series_id = s.id
        WHERE s.source_id = $1
          AND o.slot = (SELECT MAX(m.slot) FROM observations m WHERE m.series_id = s.id)
          AND o.revision = (SELECT MAX(r.revision) FROM observations r WHERE r.series_id = s.id AND r.slot = o.slot)
        ORDER BY o.slot DESC, s.id LIMIT 1";
    /// The newest value of one figure of a source.
    pub const HEADLINE: &str = "
        SELECT s.id, s.source_id, s.metric, s.subject, s.unit, s.every_ms, s.max_age_ms,
               o.slot, o.revision, o.state, o.value, o.failure, o.detail, o.observed_at
        FROM series s JOIN observations o ON o.series_id = s.id
        WHERE s.source_id = $1 AND s.metric = $2 AND s.subject = ''
        ORDER BY o.slot DESC, o.revision DESC LIMIT 1";
    /// Series of a source.
    pub const COUNT_SERIES: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM series WHERE source_id = $1";
}

#[derive(sqlx::FromRow)]
struct NewestRow {
    id: i64,
    source_id: String,
    metric: String,
    subject: String,
    unit: String,
    every_ms: Option<i64>,
    max_age_ms: Option<i64>,
    #[sqlx(flatten)]
    value: Stored,
}

impl NewestRow {
    fn at(self, now: i64) -> Latest {
        let stale = self.max_age_ms.is_some_and(|most| now - self.value.slot > most);
        let series = Series {
            id: self.id,
            source_id: self.source_id,
            metric: self.metric,
            subject: self.subject,
            unit: self.unit,
            every_ms: self.every_ms,
            max_age_ms: self.max_age_ms,
        };
        Latest { series, value: self.value, stale }
    }
}

/// The newest values of at most `limit` series of a source, by metric and subject; `now` is epoch milliseconds.
///
/// # Errors
/// When the database fails.
pub async fn newest(tx: &mut Tx, source_id: &str, limit: i64, now: i64) -> Result<Vec<Latest>, sqlx::Error> {
    let rows: Vec<NewestRow> =
        on_db!(tx, |conn| sqlx::query_as(sql::NEWEST).bind(source_id).bind(limit).fetch_all(conn).await?);
    Ok(rows.into_iter().map(|row| row.at(now)).collect())
}

/// The newest value of all series of a source.
///
/// # Errors
/// When the database fails.
pub async fn newest_of_all(tx: &mut Tx, source_id: &str, now: i64) -> Result<Option<Latest>, sqlx::Error> {
    let row: Option<NewestRow> =
        on_db!(tx, |conn| sqlx::query_as(sql::NEWEST_OF_ALL).bind(source_id).fetch_optional(conn).await?);
    Ok(row.map(|row| row.at(now)))
}

/// The newest value of one figure of a source that is about one thing.
///
/// # Errors
/// When the database fails.
pub async fn headline(tx: &mut Tx, source_id: &str, metric: &str, now: i64) -> Result<Option<Latest>, sqlx::Error> {
    let row: Option<NewestRow> =
        on_db!(tx, |conn| sqlx::query_as(sql::HEADLINE).bind(source_id).bind(metric).fetch_optional(conn).await?);
    Ok(row.map(|row| row.at(now)))
}

/// How many series a source has.
///
/// # Errors
/// When the database fails.
pub async fn count_series(tx: &mut Tx, source_id: &str) -> Result<i64, sqlx::Error> {
    let (count,): (i64,) = on_db!(tx, |conn| sqlx::query_as(sql::COUNT_SERIES).bind(source_id).fetch_one(conn).await?);
    Ok(count)
}
