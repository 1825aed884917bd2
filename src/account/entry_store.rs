//! SQL of what lets a user in: whether they may, since when they were here, their password.

use jiff::Timestamp;

use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Lets a user in again.
    pub const ENABLE: &str = "UPDATE users SET disabled_at = NULL WHERE id = $1";
    /// Notes that a user signed in or was enabled.
    pub const SET_ACTIVE: &str = "UPDATE users SET active_at = $2 WHERE id = $1";
    /// Gives a user another password.
    pub const SET_PASSWORD: &str = "UPDATE users SET password_hash = $2 WHERE id = $1";
}

/// Lets a user in again, as if they had signed in now.
///
/// # Errors
/// When the database fails.
pub async fn enable(tx: &mut Tx, user_id: &str, now: Timestamp) -> Result<(), sqlx::Error> {
    on_db!(&mut *tx, |conn| sqlx::query(sql::ENABLE).bind(user_id).execute(conn).await.map(|_| ())?);
    set_active(tx, user_id, now).await
}

/// Notes that a user signed in or was enabled.
///
/// # Errors
/// When the database fails.
pub async fn set_active(tx: &mut Tx, user_id: &str, now: Timestamp) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::SET_ACTIVE)
        .bind(user_id)
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Gives a user another password.
///
/// # Errors
/// When the database fails.
pub async fn set_password(tx: &mut Tx, user_id: &str, password_hash: &str) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::SET_PASSWORD).bind(user_id).bind(password_hash).execute(conn).await.map(|_| ()))
}
