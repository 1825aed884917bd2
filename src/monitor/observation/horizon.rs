//! SQL of how long values are kept, and up to when they have been dropped.

use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Up to when values and roll-ups have been dropped.
    pub const HORIZONS: &str = "
        SELECT name, n FROM counters WHERE name IN ('dropped_raw', 'dropped_5m', 'dropped_1h', 'dropped_1d')
        ORDER BY name LIMIT 4";
    /// They are dropped up to a later time now.
    pub const MOVE: &str = "UPDATE counters SET n = $2 WHERE name = $1 AND n < $2";
    /// Days that values are kept, in force on a day.
    pub const KEPT_DAYS: &str = "
        SELECT p.name, p.value FROM parameters p
        WHERE p.name IN ('retention_days_raw', 'retention_days_5m', 'retention_days_1h', 'retention_days_1d')
          AND p.valid_from = (SELECT MAX(q.valid_from) FROM parameters q WHERE q.name = p.name AND q.valid_from <= $1)
        ORDER BY p.name LIMIT 4";
    /// The slot that stands `$3` places behind the oldest one before `$2`, if there are so many.
    pub const NTH_VALUE: &str = "
        SELECT slot FROM observations WHERE series_id = $1 AND slot < $2 ORDER BY slot, revision LIMIT 1 OFFSET $3";
    /// Drops values of a series.
    pub const DELETE_VALUES: &str = "DELETE FROM observations WHERE series_id = $1 AND slot < $2";
    /// The same for windows of one step.
    pub const NTH_WINDOW: &str = "
        SELECT at FROM rollups WHERE series_id = $1 AND step = $4 AND at < $2 ORDER BY at LIMIT 1 OFFSET $3";
    /// Drops windows of a series.
    pub const DELETE_WINDOWS: &str = "DELETE FROM rollups WHERE series_id = $1 AND step = $3 AND at < $2";
}

/// What is kept in layers, from single values to days; each is dropped by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layer {
    /// Single values of series with a rhythm of less than a day.
    Raw,
    /// Roll-ups by five minutes.
    FiveMinutes,
    /// By hour.
    Hour,
    /// By day.
    Day,
}

impl Layer {
    /// Every layer.
    pub const ALL: [Self; 4] = [Self::Raw, Self::FiveMinutes, Self::Hour, Self::Day];

    /// The word that counters and parameters end with, and the step of its roll-ups.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::FiveMinutes => "5m",
            Self::Hour => "1h",
            Self::Day => "1d",
        }
    }
}

/// Up to when each layer has been dropped, epoch milliseconds; 0 when nothing has been.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Horizons {
    /// Single values of series that are not reports.
    pub raw: i64,
    /// Roll-ups by five minutes.
    pub five_minutes: i64,
    /// By hour.
    pub hour: i64,
    /// By day.
    pub day: i64,
}

/// Up to when each layer has been dropped.
///
/// # Errors
/// When the database fails.
pub async fn horizons(tx: &mut Tx) -> Result<Horizons, sqlx::Error> {
    let found: Vec<(String, i64)> = on_db!(tx, |conn| sqlx::query_as(sql::HORIZONS).fetch_all(conn).await?);
    let of = |layer: Layer| {
        found.iter().find(|(name, _)| name.strip_prefix("dropped_") == Some(layer.as_str())).map_or(0, |(_, n)| *n)
    };
    Ok(Horizons {
        raw: of(Layer::Raw),
        five_minutes: of(Layer::FiveMinutes),
        hour: of(Layer::Hour),
        day: of(Layer::Day),
    })
}

/// Notes that a layer is dropped up to `before`; never goes back.
///
/// # Errors
/// When the database fails.
pub async fn move_to(tx: &mut Tx, layer: Layer, before: i64) -> Result<(), sqlx::Error> {
    let name = format!("dropped_{}", layer.as_str());
    on_db!(tx, |conn| sqlx::query(sql::MOVE).bind(&name).bind(before).execute(conn).await.map(|_| ()))
}

/// Days that a layer is kept, in force on an ISO day; `None` when for ever, which is written as 0 or as no row.
///
/// # Errors
/// When the database fails.
pub async fn kept_days(tx: &mut Tx, day: &str) -> Result<Vec<(Layer, Option<i64>)>, sqlx::Error> {
    let found: Vec<(String, f64)> = on_db!(tx, |conn| sqlx::query_as(sql::KEPT_DAYS).bind(day).fetch_all(conn).await?);
    let of = |layer: Layer| {
        let name = |name: &str| name.strip_prefix("retention_days_") == Some(layer.as_str());
        found.iter().find(|(found, _)| name(found)).map(|(_, days)| whole(*days)).filter(|days| *days > 0)
    };
    Ok(Layer::ALL.into_iter().map(|layer| (layer, of(layer))).collect())
}

#[expect(clippy::cast_possible_truncation, reason = "a count of days")]
fn whole(days: f64) -> i64 {
    days.round() as i64
}

/// Drops at most `most` rows of a layer of a series that begin before an instant; says how many, and whether more are
/// left.
///
/// # Errors
/// When the database fails.
pub async fn drop_some(
    tx: &mut Tx,
    series: i64,
    layer: Layer,
    before: i64,
    most: i64,
) -> Result<(u64, bool), sqlx::Error> {
    let step = layer.as_str();
    let nth: Option<(i64,)> = on_db!(tx, |conn| {
        if layer == Layer::Raw {
            sqlx::query_as(sql::NTH_VALUE).bind(series).bind(before).bind(most).fetch_optional(conn).await?
        } else {
            sqlx::query_as(sql::NTH_WINDOW).bind(series).bind(before).bind(most).bind(step).fetch_optional(conn).await?
        }
    });
    let until = nth.map_or(before, |(at,)| at);
    let rows = on_db!(tx, |conn| {
        let query = if layer == Layer::Raw {
            sqlx::query(sql::DELETE_VALUES).bind(series).bind(until)
        } else {
            sqlx::query(sql::DELETE_WINDOWS).bind(series).bind(until).bind(step)
        };
        query.execute(conn).await?.rows_affected()
    });
    Ok((rows, nth.is_some()))
}
