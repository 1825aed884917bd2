//! SQL of what a scope stands for: sources, their series and rhythms, dossiers.

use serde::Deserialize;

use super::rhythm::Rhythm;
use crate::monitor::dossier::store::below;
use crate::monitor::observation::series::Series;
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Sources of a procedure.
    pub const SOURCES_OF_PROCEDURE: &str = "
        SELECT DISTINCT source_id FROM source_procedures WHERE code = $1 OR code = '*' ORDER BY source_id LIMIT 10000";
    /// Every source with its definition.
    pub const SOURCES: &str = "SELECT id, definition FROM sources ORDER BY id LIMIT 100000";
    /// Is a source switched on?
    pub const ENABLED: &str = "SELECT enabled FROM sources WHERE id = $1";
    /// One series.
    pub const SERIES: &str = "
        SELECT id, source_id, metric, subject, unit, every_ms, max_age_ms
        FROM series WHERE source_id = $1 AND metric = $2 AND subject = $3";
    /// The first window of a series, and the last that anything came in.
    pub const ENDS: &str = "
        SELECT (SELECT MIN(r.at) FROM rollups r WHERE r.series_id = $1 AND r.step = '5m'),
               (SELECT MAX(r.at) FROM rollups r WHERE r.series_id = $1 AND r.step = '5m')";
    /// What a source was, version after version.
    pub const RHYTHM: &str = "
        SELECT changed_at, definition, enabled FROM source_versions WHERE source_id = $1 ORDER BY version LIMIT 10000";
    /// Five minutes in which a value came that is fresh from then on.
    pub const DELIVERED: &str = "
        SELECT at FROM rollups
        WHERE series_id = $1 AND step = '5m' AND at >= $2 AND at < $3 AND good + not_applicable + suppressed > 0
        ORDER BY at LIMIT 1000000";
    /// The first day on which dossiers were counted; `$3` matches the units below.
    pub const FIRST_DAY: &str = "
        SELECT MIN(d.day) FROM dossier_statistics d JOIN dossier_groups g ON g.id = d.group_id
        WHERE (g.code = $1 OR CAST($1 AS TEXT) = '')
          AND (g.unit_id = $2 OR g.unit_id LIKE $3 OR CAST($2 AS TEXT) = '')";
    /// Does a procedure exist?
    pub const HAS_PROCEDURE: &str = "SELECT code FROM procedures WHERE code = $1";
    /// Does a unit, or one below it, have dossiers?
    pub const HAS_UNIT: &str = "
        SELECT unit_id FROM dossier_groups WHERE unit_id = $1 OR unit_id LIKE $2 ORDER BY unit_id LIMIT 1";
}

/// Sources of a procedure, in order.
///
/// # Errors
/// When the database fails.
pub async fn sources_of_procedure(tx: &mut Tx, code: &str) -> Result<Vec<String>, sqlx::Error> {
    let rows: Vec<(String,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::SOURCES_OF_PROCEDURE).bind(code).fetch_all(conn).await?);
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// What is read here of a source's definition; the rest is not this room's.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Part {
    unit_id: String,
    every_seconds: Option<i64>,
}

/// Sources of a unit, in order.
///
/// # Errors
/// When the database fails.
pub async fn sources_of_unit(tx: &mut Tx, unit: &str) -> Result<Vec<String>, sqlx::Error> {
    let rows: Vec<(String, String)> = on_db!(tx, |conn| sqlx::query_as(sql::SOURCES).fetch_all(conn).await?);
    let of_unit = |text: &str| serde_json::from_str::<Part>(text).is_ok_and(|part| part.unit_id == unit);
    Ok(rows.into_iter().filter(|(_, text)| of_unit(text)).map(|(id, _)| id).collect())
}

/// Whether a source is there and switched on.
///
/// # Errors
/// When the database fails.
pub async fn is_enabled(tx: &mut Tx, source: &str) -> Result<bool, sqlx::Error> {
    let row: Option<(i64,)> = on_db!(tx, |conn| sqlx::query_as(sql::ENABLED).bind(source).fetch_optional(conn).await?);
    Ok(row.is_some_and(|(enabled,)| enabled != 0))
}

/// A series of a source by its names.
///
/// # Errors
/// When the database fails.
pub async fn series(tx: &mut Tx, source: &str, metric: &str, subject: &str) -> Result<Option<Series>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::SERIES).bind(source).bind(metric).bind(subject).fetch_optional(conn).await)
}

/// Beginnings of the first and the last five minutes in which a series has values.
///
/// # Errors
/// When the database fails.
pub async fn ends(tx: &mut Tx, series: i64) -> Result<Option<(i64, i64)>, sqlx::Error> {
    let (first, last): (Option<i64>, Option<i64>) =
        on_db!(tx, |conn| sqlx::query_as(sql::ENDS).bind(series).fetch_one(conn).await?);
    Ok(first.zip(last))
}

/// The rhythms that a source has had. A version that does not name one has the series' own, `every_ms`.
///
/// # Errors
/// When the database fails.
pub async fn rhythm(tx: &mut Tx, source: &str, every_ms: Option<i64>) -> Result<Rhythm, sqlx::Error> {
    let rows: Vec<(i64, String, i64)> =
        on_db!(tx, |conn| sqlx::query_as(sql::RHYTHM).bind(source).fetch_all(conn).await?);
    if rows.is_empty() {
        return Ok(Rhythm::new(vec![(0, every_ms)]));
    }
    let part = |(from, text, enabled): (i64, String, i64)| {
        let part: Part = serde_json::from_str(&text).unwrap_or_default();
        let every = part.every_seconds.map(|seconds| seconds.saturating_mul(1_000)).or(every_ms);
        (from, every.filter(|_| enabled != 0))
    };
    Ok(Rhythm::new(rows.into_iter().map(part).collect()))
}

/// Beginnings of the five minutes of a time in which a value of a series came, in order.
///
/// # Errors
/// When the database fails.
pub async fn delivered(tx: &mut Tx, series: i64, from: i64, to: i64) -> Result<Vec<i64>, sqlx::Error> {
    let rows: Vec<(i64,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::DELIVERED).bind(series).bind(from).bind(to).fetch_all(conn).await?);
    Ok(rows.into_iter().map(|(at,)| at).collect())
}

/// The first day on which dossiers of a procedure, of a unit with all below it, or of both were counted, from 1 January
/// 1970 in Vietnam. An empty text is no condition.
///
/// # Errors
/// When the database fails.
pub async fn first_day(tx: &mut Tx, code: &str, unit: &str) -> Result<Option<i64>, sqlx::Error> {
    let below = below(unit);
    let (day,): (Option<i64>,) =
        on_db!(tx, |conn| sqlx::query_as(sql::FIRST_DAY).bind(code).bind(unit).bind(below).fetch_one(conn).await?);
    Ok(day)
}

/// Does a procedure exist?
///
/// # Errors
/// When the database fails.
pub async fn has_procedure(tx: &mut Tx, code: &str) -> Result<bool, sqlx::Error> {
    let row: Option<(String,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::HAS_PROCEDURE).bind(code).fetch_optional(conn).await?);
    Ok(row.is_some())
}

/// Does a unit, or one below it, have dossiers?
///
/// # Errors
/// When the database fails.
pub async fn has_dossiers(tx: &mut Tx, unit: &str) -> Result<bool, sqlx::Error> {
    let below = below(unit);
    let row: Option<(String,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::HAS_UNIT).bind(unit).bind(below).fetch_optional(conn).await?);
    Ok(row.is_some())
}
