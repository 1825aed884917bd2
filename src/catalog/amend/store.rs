//! SQL of amendments.

use std::collections::HashMap;

use jiff::Timestamp;

use super::model::{Amendment, Part};
use crate::on_db;
use crate::platform::db::Tx;
use crate::platform::word;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Keeps an amendment.
    pub const INSERT: &str = "
        INSERT INTO amendments (origin, code, position, part, before_text, after_text, state, applied_at)
        VALUES ($1, $2, $3, $4, $5, $6, 'standing', $7)";
    /// Amendments that sources do not show yet.
    pub const STANDING: &str = "
        SELECT origin, code, position, part, before_text, after_text, state, applied_at, settled_at
        FROM amendments WHERE state = 'standing' ORDER BY code, applied_at, origin, position LIMIT 100000";
    /// Amendments that a source contradicts, the newest first.
    pub const CONTRADICTED: &str = "
        SELECT origin, code, position, part, before_text, after_text, state, applied_at, settled_at
        FROM amendments WHERE state = 'contradicted' ORDER BY settled_at DESC, origin, code, position LIMIT 1000";
    /// Amendments of one origin.
    pub const OF_ORIGIN: &str = "
        SELECT origin, code, position, part, before_text, after_text, state, applied_at, settled_at
        FROM amendments WHERE origin = $1 ORDER BY code, position LIMIT 10000";
    /// A source has shown what it says, or something else.
    pub const SETTLE: &str = "
        UPDATE amendments SET state = $4, settled_at = $5
        WHERE origin = $1 AND code = $2 AND position = $3 AND state = 'standing'";
}

/// An amendment that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What decided it, such as `SK-2026-0001.2`.
    pub origin: String,
    /// The procedure.
    pub code: String,
    /// Its place among those of its origin and procedure, from 0.
    pub position: i64,
    /// What changes.
    pub amendment: Amendment,
    /// `standing`, `fulfilled` (a source shows it) or `contradicted` (a source shows something else).
    pub state: String,
    /// Epoch milliseconds.
    pub applied_at: i64,
    /// Epoch milliseconds; when a source was first seen to show it, or something else.
    pub settled_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct Row {
    origin: String,
    code: String,
    position: i64,
    part: String,
    before_text: Option<String>,
    after_text: Option<String>,
    state: String,
    applied_at: i64,
    settled_at: Option<i64>,
}

impl Row {
    /// `None` for a part that a newer program wrote.
    fn read(self) -> Option<Kept> {
        let amendment =
            Amendment { part: word::read::<Part>(&self.part)?, before: self.before_text, after: self.after_text };
        Some(Kept {
            origin: self.origin,
            code: self.code,
            position: self.position,
            amendment,
            state: self.state,
            applied_at: self.applied_at,
            settled_at: self.settled_at,
        })
    }
}

/// Keeps an amendment.
///
/// # Errors
/// When the database fails, and when the origin has one at this place already.
pub async fn insert(
    tx: &mut Tx,
    origin: &str,
    code: &str,
    position: i64,
    amendment: &Amendment,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT)
        .bind(origin)
        .bind(code)
        .bind(position)
        .bind(word::of(&amendment.part))
        .bind(&amendment.before)
        .bind(&amendment.after)
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Amendments that sources do not show yet, by procedure.
///
/// # Errors
/// When the database fails.
pub async fn standing(tx: &mut Tx) -> Result<HashMap<String, Vec<Kept>>, sqlx::Error> {
    let rows: Vec<Row> = on_db!(tx, |conn| sqlx::query_as(sql::STANDING).fetch_all(conn).await?);
    let mut all: HashMap<String, Vec<Kept>> = HashMap::new();
    for kept in rows.into_iter().filter_map(Row::read) {
        all.entry(kept.code.clone()).or_default().push(kept);
    }
    Ok(all)
}

/// Amendments that a source contradicts, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn contradicted(tx: &mut Tx) -> Result<Vec<Kept>, sqlx::Error> {
    let rows: Vec<Row> = on_db!(tx, |conn| sqlx::query_as(sql::CONTRADICTED).fetch_all(conn).await?);
    Ok(rows.into_iter().filter_map(Row::read).collect())
}

/// Amendments of one origin.
///
/// # Errors
/// When the database fails.
pub async fn of_origin(tx: &mut Tx, origin: &str) -> Result<Vec<Kept>, sqlx::Error> {
    let rows: Vec<Row> = on_db!(tx, |conn| sqlx::query_as(sql::OF_ORIGIN).bind(origin).fetch_all(conn).await?);
    Ok(rows.into_iter().filter_map(Row::read).collect())
}

/// Notes what a source has shown of an amendment.
///
/// # Errors
/// When the database fails.
pub async fn settle(tx: &mut Tx, kept: &Kept, state: &str, now: Timestamp) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::SETTLE)
        .bind(&kept.origin)
        .bind(&kept.code)
        .bind(kept.position)
        .bind(state)
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|_| ()))
}
