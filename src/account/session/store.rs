//! SQL of sessions and tokens.

use jiff::Timestamp;
use uuid::Uuid;

use crate::account::secret::Secret;
use crate::on_db;
use crate::platform::db::Tx;

/// Milliseconds for which a session that is over is remembered, so that whoever comes back to a form of it is known.
const REMEMBERED: i64 = 24 * 60 * 60 * 1000;

/// The statements of sessions and tokens; every text runs on both databases.
pub mod sql {
    /// Opens a session.
    pub const INSERT_SESSION: &str = "
        INSERT INTO sessions (id, user_id, created_at, last_seen_at, expires_at) VALUES ($1, $2, $3, $3, $4)";
    /// Who a session belongs to, while it lasts.
    pub const FIND_SESSION: &str = "
        SELECT user_id, last_seen_at FROM sessions WHERE id = $1 AND expires_at > $2";
    /// Who a session belongs to, over or not.
    pub const OWNER: &str = "SELECT user_id FROM sessions WHERE id = $1";
    /// The sessions of a user that are not over.
    pub const OF_USER: &str = "
        SELECT id, created_at, last_seen_at FROM sessions
        WHERE user_id = $1 AND expires_at > $2 AND last_seen_at > $3
        ORDER BY created_at DESC, id LIMIT 100";
    /// Ends a session of a user.
    pub const DELETE_OWN: &str = "DELETE FROM sessions WHERE user_id = $1 AND id = $2";
    /// Ends every session of a user but one.
    pub const DELETE_OTHERS: &str = "DELETE FROM sessions WHERE user_id = $1 AND id <> $2";
    /// Notes that a session was used.
    pub const TOUCH_SESSION: &str = "UPDATE sessions SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2";
    /// Ends a session.
    pub const DELETE_SESSION: &str = "DELETE FROM sessions WHERE id = $1";
    /// Forgets sessions that are over.
    pub const DELETE_OVER: &str = "DELETE FROM sessions WHERE last_seen_at <= $1";
    /// Adds a token.
    pub const INSERT_TOKEN: &str = "
        INSERT INTO api_tokens (id, user_id, name, sha256, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)";
    /// Whose token it is, while it holds.
    pub const FIND_TOKEN: &str = "
        SELECT user_id FROM api_tokens
        WHERE sha256 = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)";
    /// Ends the tokens of a user that have a name.
    pub const REVOKE_TOKENS: &str = "
        UPDATE api_tokens SET revoked_at = $3 WHERE user_id = $1 AND name = $2 AND revoked_at IS NULL";
}

/// A session as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Session {
    /// The SHA-256 of its secret.
    pub id: String,
    /// When it was opened, epoch milliseconds.
    pub created_at: i64,
    /// When it was used last, epoch milliseconds.
    pub last_seen_at: i64,
}

/// Opens a session for at most so many milliseconds; its secret is with the browser only.
///
/// # Errors
/// When the database fails.
pub async fn insert(
    tx: &mut Tx,
    secret: &Secret,
    user_id: &str,
    now: Timestamp,
    lifetime: i64,
) -> Result<(), sqlx::Error> {
    let at = now.as_millisecond();
    on_db!(tx, |conn| sqlx::query(sql::INSERT_SESSION)
        .bind(secret.sha256())
        .bind(user_id)
        .bind(at)
        .bind(at.saturating_add(lifetime))
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Who a session belongs to and when it was used last; `None` when its time is over. Whether it was left alone too long is
/// for the caller to say: that depends on who it is.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, secret: &Secret, now: Timestamp) -> Result<Option<(String, i64)>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::FIND_SESSION)
        .bind(secret.sha256())
        .bind(now.as_millisecond())
        .fetch_optional(conn)
        .await?))
}

/// Who a session belongs to, over or not; `None` when it was ended or is forgotten.
///
/// # Errors
/// When the database fails.
pub async fn owner(tx: &mut Tx, secret: &Secret) -> Result<Option<String>, sqlx::Error> {
    let row: Option<(String,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::OWNER).bind(secret.sha256()).fetch_optional(conn).await?);
    Ok(row.map(|(user_id,)| user_id))
}

/// The sessions of a user that were used within the last `idle` milliseconds, newest first.
///
/// # Errors
/// When the database fails.
pub async fn of_user(tx: &mut Tx, user_id: &str, now: Timestamp, idle: i64) -> Result<Vec<Session>, sqlx::Error> {
    let at = now.as_millisecond();
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::OF_USER)
        .bind(user_id)
        .bind(at)
        .bind(at.saturating_sub(idle))
        .fetch_all(conn)
        .await?))
}

/// Ends a session of a user; says whether there was one.
///
/// # Errors
/// When the database fails.
pub async fn delete_own(tx: &mut Tx, user_id: &str, id: &str) -> Result<bool, sqlx::Error> {
    // PostgreSQL takes no zero byte in a text.
    if id.contains('\0') {
        return Ok(false);
    }
    on_db!(tx, |conn| sqlx::query(sql::DELETE_OWN)
        .bind(user_id)
        .bind(id)
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Ends every session of a user but `current`; says how many.
///
/// # Errors
/// When the database fails.
pub async fn delete_others(tx: &mut Tx, user_id: &str, current: Option<&Secret>) -> Result<u64, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::DELETE_OTHERS)
        .bind(user_id)
        .bind(current.map(Secret::sha256).unwrap_or_default())
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))
}

/// Notes that a session was used.
///
/// # Errors
/// When the database fails.
pub async fn touch(tx: &mut Tx, secret: &Secret, now: Timestamp) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::TOUCH_SESSION)
        .bind(secret.sha256())
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Ends a session; says whether there was one.
///
/// # Errors
/// When the database fails.
pub async fn delete(tx: &mut Tx, secret: &Secret) -> Result<bool, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::DELETE_SESSION)
        .bind(secret.sha256())
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Forgets sessions that have been over for a day.
///
/// # Errors
/// When the database fails.
pub async fn delete_over(tx: &mut Tx, now: Timestamp) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::DELETE_OVER)
        .bind(now.as_millisecond().saturating_sub(REMEMBERED))
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Adds a token; its secret is with its holder only.
///
/// # Errors
/// When the database fails.
pub async fn insert_token(
    tx: &mut Tx,
    secret: &Secret,
    user_id: &str,
    name: &str,
    expires: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT_TOKEN)
        .bind(Uuid::now_v7().to_string())
        .bind(user_id)
        .bind(name)
        .bind(secret.sha256())
        .bind(now.as_millisecond())
        .bind(expires.map(Timestamp::as_millisecond))
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Whose token it is; `None` when it holds no longer or never did.
///
/// # Errors
/// When the database fails.
pub async fn find_token(tx: &mut Tx, secret: &Secret, now: Timestamp) -> Result<Option<String>, sqlx::Error> {
    let row: Option<(String,)> = on_db!(tx, |conn| sqlx::query_as(sql::FIND_TOKEN)
        .bind(secret.sha256())
        .bind(now.as_millisecond())
        .fetch_optional(conn)
        .await?);
    Ok(row.map(|(user_id,)| user_id))
}

/// Ends the tokens of a user that have a name; says how many.
///
/// # Errors
/// When the database fails.
pub async fn revoke_tokens(tx: &mut Tx, user_id: &str, name: &str, now: Timestamp) -> Result<u64, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::REVOKE_TOKENS)
        .bind(user_id)
        .bind(name)
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))
}
