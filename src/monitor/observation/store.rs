//! SQL of values: read and written many at a time.

use super::model::{NewObservation, Observed};
use crate::monitor::model::{FailureKind, State};
use crate::on_db;
use crate::platform::db::Tx;
use crate::platform::{rows, word};
use serde::Serialize;

/// The statements of this file.
pub mod sql {
    /// Those who write values of one series wait for each other; SQLite has one writer anyway.
    pub const LOCK_POSTGRES: &str = "SELECT id FROM series WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE";
    /// All revisions of values.
    pub const REVISIONS: &str = "
        WITH w (series_id, slot) AS (VALUES (CAST($1 AS BIGINT), CAST($2 AS BIGINT)))
        SELECT o.series_id, o.slot, o.revision, o.state, o.value, o.failure, o.slot AS at
        FROM w CROSS JOIN observations o WHERE o.series_id = w.series_id AND o.slot = w.slot
        ORDER BY o.series_id, o.slot, o.revision LIMIT 1000000";
    /// Adds a value.
    pub const INSERT: &str = "
        INSERT INTO observations (series_id, slot, revision, state, value, failure, detail, observed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// All revisions of the values of windows.
    pub const OF_WINDOWS: &str = "
        WITH w (series_id, at, until) AS (VALUES (CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT)))
        SELECT o.series_id, o.slot, o.revision, o.state, o.value, o.failure, w.at
        FROM w CROSS JOIN observations o
        WHERE o.series_id = w.series_id AND o.slot >= w.at AND o.slot < w.until
        ORDER BY o.series_id, o.slot, o.revision LIMIT 10000000";
    /// Values of a series with every revision.
    pub const VALUES_OF: &str = "
        SELECT slot, revision, state, value, failure, detail, observed_at
        FROM observations WHERE series_id = $1 AND slot >= $2 AND slot < $3
        ORDER BY slot, revision LIMIT $4";
    /// The newest value of a series.
    pub const LATEST: &str = "
        SELECT slot, revision, state, value, failure, detail, observed_at
        FROM observations WHERE series_id = $1 ORDER BY slot DESC, revision DESC LIMIT 1";
}

/// One revision of a value, and the window it was asked for.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Revision {
    /// Series.
    pub series_id: i64,
    /// Beginning of its time, epoch milliseconds.
    pub slot: i64,
    /// The highest is in force.
    pub revision: i64,
    state: String,
    value: Option<f64>,
    failure: Option<String>,
    /// Beginning of the window, epoch milliseconds.
    pub at: i64,
}

impl Revision {
    /// What of it counts.
    #[must_use]
    pub fn observed(&self) -> Observed {
        observed(&self.state, self.value, self.failure.as_deref())
    }
}

/// A value of a series as it is stored.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow, Serialize)]
pub struct Stored {
    /// Beginning of its time, epoch milliseconds.
    pub slot: i64,
    /// The highest of a slot is in force.
    pub revision: i64,
    /// `number`, `not_applicable`, `not_delivered`, `suppressed`.
    pub state: String,
    /// The number.
    pub value: Option<f64>,
    /// Word of the failure.
    pub failure: Option<String>,
    /// More about it.
    pub detail: Option<String>,
    /// When it became known, epoch milliseconds.
    pub observed_at: i64,
}

impl Stored {
    /// What of it counts.
    #[must_use]
    pub fn observed(&self) -> Observed {
        observed(&self.state, self.value, self.failure.as_deref())
    }
}

/// A word that a newer program wrote says that there is no number, or that the service failed.
fn observed(state: &str, value: Option<f64>, failure: Option<&str>) -> Observed {
    let state = match state {
        "number" => State::Number,
        other => word::read(other).unwrap_or(State::NotDelivered),
    };
    Observed { state, value, failure: failure.map(|word| word::read(word).unwrap_or(FailureKind::BadBody)) }
}

/// A window to be summed up: a series and two instants, the second is outside.
pub type Window = (i64, i64, i64);

/// Makes others who write values of these series wait until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn lock(tx: &mut Tx, series: &[i64]) -> Result<(), sqlx::Error> {
    match tx {
        Tx::Sqlite(_) => Ok(()),
        Tx::Postgres(tx) => sqlx::query(sql::LOCK_POSTGRES).bind(series).fetch_all(&mut **tx).await.map(|_| ()),
    }
}

/// All revisions of the values of some series and slots.
///
/// # Errors
/// When the database fails.
pub async fn revisions(tx: &mut Tx, keys: &[(i64, i64)]) -> Result<Vec<Revision>, sqlx::Error> {
    let mut all = Vec::new();
    for part in rows::parts(keys) {
        let many = rows::many(tx, sql::REVISIONS, part.len());
        let found: Vec<Revision> = on_db!(tx, |conn| {
            let mut query = sqlx::query_as(many.text).persistent(many.keep);
            for (series, slot) in part {
                query = query.bind(*series).bind(*slot);
            }
            query.fetch_all(conn).await?
        });
        all.extend(found);
    }
    Ok(all)
}

/// Adds values with their revisions.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, new: &[(i64, &NewObservation)]) -> Result<(), sqlx::Error> {
    for part in rows::parts(new) {
        let many = rows::many(tx, sql::INSERT, part.len());
        on_db!(tx, |conn| {
            let mut query = sqlx::query(many.text).persistent(many.keep);
            for (revision, one) in part {
                query = query
                    .bind(one.series_id)
                    .bind(one.slot)
                    .bind(*revision)
                    .bind(word::of(&one.state))
                    .bind(one.value)
                    .bind(one.failure.map(|failure| word::of(&failure)))
                    .bind(&one.detail)
                    .bind(one.observed_at);
            }
            query.execute(conn).await.map(|_| ())?;
        });
    }
    Ok(())
}

/// All revisions of the values of some windows, by series and slot, later revisions later.
///
/// # Errors
/// When the database fails.
pub async fn of_windows(tx: &mut Tx, windows: &[Window]) -> Result<Vec<Revision>, sqlx::Error> {
    let mut all = Vec::new();
    for part in rows::parts(windows) {
        let many = rows::many(tx, sql::OF_WINDOWS, part.len());
        let found: Vec<Revision> = on_db!(tx, |conn| {
            let mut query = sqlx::query_as(many.text).persistent(many.keep);
            for (series, at, until) in part {
                query = query.bind(*series).bind(*at).bind(*until);
            }
            query.fetch_all(conn).await?
        });
        all.extend(found);
    }
    Ok(all)
}

/// At most `limit` values of a series from `from`, before `to`, with every revision, in order.
///
/// # Errors
/// When the database fails.
pub async fn values(tx: &mut Tx, series: i64, from: i64, to: i64, limit: i64) -> Result<Vec<Stored>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::VALUES_OF).bind(series).bind(from).bind(to).bind(limit).fetch_all(conn).await)
}

/// The newest value of a series.
///
/// # Errors
/// When the database fails.
pub async fn latest(tx: &mut Tx, series: i64) -> Result<Option<Stored>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::LATEST).bind(series).fetch_optional(conn).await)
}
