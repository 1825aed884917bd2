//! SQL of series: found by source, metric and subject, made when they are not there yet.

use std::collections::HashMap;

use super::model::{DAY, NewSeries};
use crate::on_db;
use crate::platform::db::Tx;
use crate::platform::{changes, rows};
use serde::Serialize;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Numbers of series by their names.
    pub const NUMBERS: &str = "
        WITH w (source_id, metric, subject) AS (VALUES (CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT)))
        SELECT s.id, s.source_id, s.metric, s.subject FROM w CROSS JOIN series s
        WHERE s.source_id = w.source_id AND s.metric = w.metric AND s.subject = w.subject
        ORDER BY s.id LIMIT 100000";
    /// Adds a series.
    pub const INSERT: &str = "
        INSERT INTO series (id, source_id, metric, subject, unit, every_ms, max_age_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    /// One series.
    pub const FIND: &str = "
        SELECT id, source_id, metric, subject, unit, every_ms, max_age_ms FROM series WHERE id = $1";
    /// Series of a source.
    pub const OF_SOURCE: &str = "
        SELECT id, source_id, metric, subject, unit, every_ms, max_age_ms
        FROM series WHERE source_id = $1 ORDER BY metric, subject LIMIT 100000";
    /// Every series after a number.
    pub const AFTER: &str = "
        SELECT id, source_id, metric, subject, unit, every_ms, max_age_ms
        FROM series WHERE id > $1 ORDER BY id LIMIT $2";
    /// A figure of a source has another rhythm.
    pub const RETIME: &str = "
        UPDATE series SET every_ms = $3, max_age_ms = $4
        WHERE source_id = $1 AND metric = $2 AND (every_ms IS DISTINCT FROM $3 OR max_age_ms IS DISTINCT FROM $4)";
}

/// A series as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow, Serialize)]
pub struct Series {
    /// Number of the series.
    pub id: i64,
    /// The source.
    pub source_id: String,
    /// What is measured, such as `probe`.
    pub metric: String,
    /// Of whom or what; empty when the source is about one thing.
    pub subject: String,
    /// Unit, such as `ms`.
    pub unit: String,
    /// Rhythm of the values, milliseconds; `None` when they come when they come.
    pub every_ms: Option<i64>,
    /// Age from which a value is stale, milliseconds; `None` when it never is.
    pub max_age_ms: Option<i64>,
}

impl Series {
    /// Whether single values are kept for ever, because there are few: the rhythm is a day or longer, or none.
    #[must_use]
    pub fn is_report(&self) -> bool {
        self.every_ms.is_none_or(|every| every >= DAY)
    }

    /// How many values a window should have; `None` without a rhythm. Both ends are epoch milliseconds.
    #[must_use]
    pub fn expected(&self, from: i64, to: i64) -> Option<i64> {
        self.every_ms.filter(|every| *every > 0).map(|every| (to - from).max(0) / every)
    }
}

/// A series by its names.
type Key = (String, String, String);

/// Numbers of series in the order asked for; those that are not there are made.
///
/// Rhythm and greatest age of a series that is there stay as they are, see [`retime`].
///
/// # Errors
/// When the database fails, or a source is not there.
pub async fn ensure(tx: &mut Tx, wanted: &[NewSeries]) -> Result<Vec<i64>, sqlx::Error> {
    let mut known = numbers(tx, wanted).await?;
    if wanted.iter().any(|one| !known.contains_key(&key(one))) {
        // From here on nobody else makes series; what others made until now is found by asking again.
        let count = i64::try_from(wanted.len()).unwrap_or(i64::MAX);
        let (last,): (i64,) =
            on_db!(tx, |conn| sqlx::query_as(changes::sql::NEXT).bind("series").bind(count).fetch_one(conn).await?);
        known = numbers(tx, wanted).await?;
        let mut next = last - count;
        let mut new = Vec::new();
        for one in wanted {
            if let std::collections::hash_map::Entry::Vacant(place) = known.entry(key(one)) {
                next += 1;
                place.insert(next);
                new.push((next, one));
            }
        }
        insert(tx, &new).await?;
    }
    Ok(wanted.iter().filter_map(|one| known.get(&key(one)).copied()).collect())
}

fn key(one: &NewSeries) -> Key {
    (one.source_id.clone(), one.metric.clone(), one.subject.clone())
}

async fn numbers(tx: &mut Tx, wanted: &[NewSeries]) -> Result<HashMap<Key, i64>, sqlx::Error> {
    let mut known = HashMap::with_capacity(wanted.len());
    for part in rows::parts(wanted) {
        let many = rows::many(tx, sql::NUMBERS, part.len());
        let found: Vec<(i64, String, String, String)> = on_db!(tx, |conn| {
            let mut query = sqlx::query_as(many.text).persistent(many.keep);
            for one in part {
                query = query.bind(&one.source_id).bind(&one.metric).bind(&one.subject);
            }
            query.fetch_all(conn).await?
        });
        known.extend(found.into_iter().map(|(id, source, metric, subject)| ((source, metric, subject), id)));
    }
    Ok(known)
}

async fn insert(tx: &mut Tx, new: &[(i64, &NewSeries)]) -> Result<(), sqlx::Error> {
    for part in rows::parts(new) {
        let many = rows::many(tx, sql::INSERT, part.len());
        on_db!(tx, |conn| {
            let mut query = sqlx::query(many.text).persistent(many.keep);
            for (id, one) in part {
                query = query
                    .bind(*id)
                    .bind(&one.source_id)
                    .bind(&one.metric)
                    .bind(&one.subject)
                    .bind(&one.unit)
                    .bind(one.every_ms)
                    .bind(one.max_age_ms);
            }
            query.execute(conn).await.map(|_| ())?;
        });
    }
    Ok(())
}

/// One series.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, id: i64) -> Result<Option<Series>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::FIND).bind(id).fetch_optional(conn).await)
}

/// Series of a source in the order of metric and subject.
///
/// # Errors
/// When the database fails.
pub async fn of_source(tx: &mut Tx, source_id: &str) -> Result<Vec<Series>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::OF_SOURCE).bind(source_id).fetch_all(conn).await)
}

/// At most `limit` series whose number follows `id`; begin with 0.
///
/// # Errors
/// When the database fails.
pub async fn after(tx: &mut Tx, id: i64, limit: i64) -> Result<Vec<Series>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::AFTER).bind(id).bind(limit).fetch_all(conn).await)
}

/// Gives every series of one figure of a source another rhythm and greatest age, milliseconds.
///
/// # Errors
/// When the database fails.
pub async fn retime(
    tx: &mut Tx,
    source_id: &str,
    metric: &str,
    every_ms: Option<i64>,
    max_age_ms: Option<i64>,
) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::RETIME)
        .bind(source_id)
        .bind(metric)
        .bind(every_ms)
        .bind(max_age_ms)
        .execute(conn)
        .await
        .map(|_| ()))
}
