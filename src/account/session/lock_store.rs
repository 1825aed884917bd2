//! SQL of failed sign-ins.

use jiff::Timestamp;

use crate::account::model::Login;
use crate::on_db;
use crate::platform::db::Tx;
use crate::platform::hash::sha256;

/// The statements of failed sign-ins; every text runs on both databases.
pub mod sql {
    /// Forgets what is too old to count.
    pub const PRUNE: &str = "DELETE FROM sign_in_failures WHERE last_at <= $1";
    /// Counts a try unless there were too many.
    pub const TAKE: &str = "
        INSERT INTO sign_in_failures (login_sha256, failures, last_at) VALUES ($1, 1, $2)
        ON CONFLICT (login_sha256) DO UPDATE SET failures = sign_in_failures.failures + 1, last_at = $2
        WHERE sign_in_failures.failures < $3
        RETURNING failures";
    /// When the last try was.
    pub const LAST: &str = "SELECT last_at FROM sign_in_failures WHERE login_sha256 = $1";
    /// Forgets the tries of a login.
    pub const FORGET: &str = "DELETE FROM sign_in_failures WHERE login_sha256 = $1";
}

/// Forgets tries at or before an instant, epoch milliseconds.
///
/// # Errors
/// When the database fails.
pub async fn prune(tx: &mut Tx, until: i64) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::PRUNE).bind(until).execute(conn).await.map(|_| ()))
}

/// Counts a try and says how many there were with it; `None` when there were `most` before it.
///
/// # Errors
/// When the database fails.
pub async fn take(tx: &mut Tx, login: &Login, most: u32, now: Timestamp) -> Result<Option<i64>, sqlx::Error> {
    let row: Option<(i64,)> = on_db!(tx, |conn| sqlx::query_as(sql::TAKE)
        .bind(sha256(login.as_str().as_bytes()))
        .bind(now.as_millisecond())
        .bind(i64::from(most))
        .fetch_optional(conn)
        .await?);
    Ok(row.map(|(failures,)| failures))
}

/// When the last try that counts was, epoch milliseconds.
///
/// # Errors
/// When the database fails.
pub async fn last(tx: &mut Tx, login: &Login) -> Result<Option<i64>, sqlx::Error> {
    let row: Option<(i64,)> = on_db!(tx, |conn| sqlx::query_as(sql::LAST)
        .bind(sha256(login.as_str().as_bytes()))
        .fetch_optional(conn)
        .await?);
    Ok(row.map(|(at,)| at))
}

/// Forgets the tries of a login; says whether there were any.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut Tx, login: &Login) -> Result<bool, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::FORGET)
        .bind(sha256(login.as_str().as_bytes()))
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}
