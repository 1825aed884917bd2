//! SQL of visits to a portal: what became of each detail, its provinces, the reports of visits.

use std::collections::HashMap;

use jiff::Timestamp;

use super::detail::{DetailState, Known};
use crate::on_db;
use crate::platform::db::Tx;
use crate::platform::word;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// What is known of the details of a source.
    pub const DETAILS: &str = "
        SELECT portal_id, state, item_sha256, asked_at FROM portal_details
        WHERE source = $1 ORDER BY portal_id LIMIT 1000000";
    /// Notes what became of a detail.
    pub const PUT_DETAIL: &str = "
        INSERT INTO portal_details (source, portal_id, state, item_sha256, asked_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (source, portal_id) DO UPDATE SET
            state = excluded.state, item_sha256 = excluded.item_sha256, asked_at = excluded.asked_at";
    /// Adds a province, or brings it up to date.
    pub const PUT_PROVINCE: &str = "
        INSERT INTO portal_provinces (id, code, name, state, first_seen_at, last_seen_at)
        VALUES ($1, $2, $3, $4, $5, $5)
        ON CONFLICT (id) DO UPDATE SET
            code = excluded.code, name = excluded.name, state = excluded.state, last_seen_at = excluded.last_seen_at";
    /// The provinces as the portal names them.
    pub const PROVINCES: &str = "SELECT id, code, name, state FROM portal_provinces ORDER BY code, id LIMIT 1000";
    /// Opens the record of a visit.
    pub const BEGIN: &str = "INSERT INTO harvests (id, source, started_at) VALUES ($1, $2, $3)";
    /// Closes the record of a visit.
    pub const END: &str = "UPDATE harvests SET finished_at = $2, ended = $3, report = $4 WHERE id = $1";
    /// The newest visits to a source.
    pub const LAST: &str = "
        SELECT id, source, started_at, finished_at, ended, report FROM harvests
        WHERE source = $1 ORDER BY started_at DESC, id DESC LIMIT 20";
}

/// A province as the portal names it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Province {
    /// The portal's id.
    pub id: String,
    /// The statistical code, two digits.
    pub code: String,
    /// Its full name.
    pub name: String,
    /// `ACTIVE`.
    pub state: String,
}

/// The record of a visit.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct HarvestRow {
    /// The import run's id.
    pub id: String,
    /// Which source.
    pub source: String,
    /// Epoch milliseconds.
    pub started_at: i64,
    /// Epoch milliseconds; `None` while it runs, or when it was killed.
    pub finished_at: Option<i64>,
    /// `complete`, `partial` or `stopped`.
    pub ended: Option<String>,
    /// The report as JSON.
    pub report: Option<String>,
}

/// What is known of the details of a source, by the portal's id.
///
/// # Errors
/// When the database fails.
pub async fn details(tx: &mut Tx, source: &str) -> Result<HashMap<String, Known>, sqlx::Error> {
    let rows: Vec<(String, String, String, i64)> =
        on_db!(tx, |conn| sqlx::query_as(sql::DETAILS).bind(source).fetch_all(conn).await?);
    let known = |(id, state, item_sha256, asked_at): (String, String, String, i64)| {
        Some((id, Known { state: word::read(&state)?, item_sha256, asked_at }))
    };
    Ok(rows.into_iter().filter_map(known).collect())
}

/// Notes what became of a detail that was asked for at `now`.
///
/// # Errors
/// When the database fails.
pub async fn put_detail(
    tx: &mut Tx,
    source: &str,
    portal_id: &str,
    state: DetailState,
    item_sha256: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::PUT_DETAIL)
        .bind(source)
        .bind(portal_id)
        .bind(word::of(&state))
        .bind(item_sha256)
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Keeps a province.
///
/// # Errors
/// When the database fails.
pub async fn put_province(tx: &mut Tx, province: &Province, now: Timestamp) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::PUT_PROVINCE)
        .bind(&province.id)
        .bind(&province.code)
        .bind(&province.name)
        .bind(&province.state)
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|_| ()))
}

/// The provinces as the portal names them.
///
/// # Errors
/// When the database fails.
pub async fn provinces(tx: &mut Tx) -> Result<Vec<Province>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::PROVINCES).fetch_all(conn).await)
}

/// Opens the record of a visit.
///
/// # Errors
/// When the database fails.
pub async fn begin(tx: &mut Tx, id: &str, source: &str, now: Timestamp) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::BEGIN)
        .bind(id)
        .bind(source)
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Closes the record of a visit.
///
/// # Errors
/// When the database fails.
pub async fn end(tx: &mut Tx, id: &str, ended: &str, report: &str, at: Timestamp) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::END)
        .bind(id)
        .bind(at.as_millisecond())
        .bind(ended)
        .bind(report)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// The newest visits to a source, newest first.
///
/// # Errors
/// When the database fails.
pub async fn last(tx: &mut Tx, source: &str) -> Result<Vec<HarvestRow>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::LAST).bind(source).fetch_all(conn).await)
}
