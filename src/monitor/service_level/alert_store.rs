//! SQL of alerts.

use serde::Serialize;

use super::burn::Stage;
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Alerts that wait or are open.
    pub const STANDING: &str = "
        SELECT id, service_level_id, kind, rule, severity, since, opened_at, clear_since, resolved_at, detail
        FROM alerts WHERE service_level_id = $1 AND resolved_at IS NULL ORDER BY kind, rule LIMIT 1000";
    /// Alerts that are open, newest first.
    pub const OPEN: &str = "
        SELECT id, service_level_id, kind, rule, severity, since, opened_at, clear_since, resolved_at, detail
        FROM alerts WHERE resolved_at IS NULL AND opened_at IS NOT NULL ORDER BY opened_at DESC, id LIMIT $1";
    /// Alerts that were ever open, newest first.
    pub const HISTORY: &str = "
        SELECT id, service_level_id, kind, rule, severity, since, opened_at, clear_since, resolved_at, detail
        FROM alerts WHERE service_level_id = $1 AND opened_at IS NOT NULL ORDER BY since DESC, id LIMIT $2";
    /// Adds an alert.
    pub const INSERT: &str = "
        INSERT INTO alerts (id, service_level_id, kind, rule, severity, since, opened_at, clear_since, detail)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// It has moved on.
    pub const MOVE: &str = "
        UPDATE alerts SET opened_at = $2, clear_since = $3, resolved_at = $4, detail = $5 WHERE id = $1";
    /// It never opened.
    pub const DELETE: &str = "DELETE FROM alerts WHERE id = $1 AND opened_at IS NULL";
}

/// An alert as it is stored. Times are epoch milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Alert {
    /// Identifier (UUIDv7).
    pub id: String,
    /// The service level.
    pub service_level_id: String,
    /// `burn` or `absent`.
    pub kind: String,
    /// The rule, empty for `absent`.
    pub rule: String,
    /// `urgent` or `planned`.
    pub severity: String,
    /// Since when its condition has held.
    pub since: i64,
    /// When it opened; `None` while it waits.
    pub opened_at: Option<i64>,
    /// Since when its condition has not held.
    pub clear_since: Option<i64>,
    /// When it was resolved; `None` while it is open.
    pub resolved_at: Option<i64>,
    /// What was seen, in Vietnamese.
    pub detail: String,
}

impl Alert {
    /// Where it stands.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match (self.resolved_at, self.opened_at) {
            (Some(_), _) => Stage::Quiet,
            (None, None) => Stage::Waiting { since: self.since },
            (None, Some(opened)) => Stage::Open { since: self.since, opened, clear: self.clear_since },
        }
    }
}

/// Alerts of a service level that wait or are open.
///
/// # Errors
/// When the database fails.
pub async fn standing(tx: &mut Tx, id: &str) -> Result<Vec<Alert>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::STANDING).bind(id).fetch_all(conn).await)
}

/// At most `limit` open alerts, newest first.
///
/// # Errors
/// When the database fails.
pub async fn open(tx: &mut Tx, limit: i64) -> Result<Vec<Alert>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::OPEN).bind(limit).fetch_all(conn).await)
}

/// At most `limit` alerts that a service level has had, newest first.
///
/// # Errors
/// When the database fails.
pub async fn history(tx: &mut Tx, id: &str, limit: i64) -> Result<Vec<Alert>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::HISTORY).bind(id).bind(limit).fetch_all(conn).await)
}

/// Adds an alert.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, alert: &Alert) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT)
        .bind(&alert.id)
        .bind(&alert.service_level_id)
        .bind(&alert.kind)
        .bind(&alert.rule)
        .bind(&alert.severity)
        .bind(alert.since)
        .bind(alert.opened_at)
        .bind(alert.clear_since)
        .bind(&alert.detail)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Writes where an alert stands now.
///
/// # Errors
/// When the database fails.
pub async fn move_on(tx: &mut Tx, alert: &Alert) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::MOVE)
        .bind(&alert.id)
        .bind(alert.opened_at)
        .bind(alert.clear_since)
        .bind(alert.resolved_at)
        .bind(&alert.detail)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Forgets an alert that never opened.
///
/// # Errors
/// When the database fails.
pub async fn delete(tx: &mut Tx, id: &str) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::DELETE).bind(id).execute(conn).await.map(|_| ()))
}
