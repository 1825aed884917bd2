//! SQL of what somebody is told in the program, as a page shows it.

use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// What somebody and everybody are told, newest first. What everybody is told has no mark of being read.
    pub const INBOX_PAGE: &str = "
        SELECT n.id, n.title, n.body, n.at,
               CAST(CASE WHEN n.target <> '' AND n.read_at IS NULL THEN 1 ELSE 0 END AS BIGINT) AS unread
        FROM notifications n JOIN subscriptions s ON s.id = n.subscription_id
        WHERE s.channel = 'in_app' AND n.target IN ('', $1)
        ORDER BY n.at DESC, n.id DESC LIMIT $2 OFFSET $3";
    /// Somebody has read everything.
    pub const READ_ALL: &str = "
        UPDATE notifications SET read_at = $2
        WHERE target = $1 AND read_at IS NULL
          AND subscription_id IN (SELECT id FROM subscriptions WHERE channel = 'in_app')";
}

/// A notification.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Shown {
    /// Identifier.
    pub id: String,
    /// One line.
    pub title: String,
    /// More.
    pub body: String,
    /// When it happened, epoch milliseconds.
    pub at: i64,
    /// 1 while it has not been read.
    pub unread: i64,
}

/// A page of what somebody and everybody are told, newest first.
///
/// # Errors
/// When the database fails.
pub async fn page(tx: &mut Tx, login: &str, limit: i64, offset: i64) -> Result<Vec<Shown>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::INBOX_PAGE).bind(login).bind(limit).bind(offset).fetch_all(conn).await)
}

/// Somebody has read everything they were told.
///
/// # Errors
/// When the database fails.
pub async fn read_all(tx: &mut Tx, login: &str, at: i64) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::READ_ALL).bind(login).bind(at).execute(conn).await.map(|_| ()))
}
