//! What administrators do about a user who cannot get in, or must not stay in.

use jiff::Timestamp;
use serde_json::json;

use super::actions::AccountError;
use super::audit::{self, Author};
use super::model::Login;
use super::session::lock_store;
use super::{entry_store, password, store};
use crate::platform::db::{Db, Tx};

/// Lets a user in again who was disabled or did not sign in for too long.
///
/// # Errors
/// [`AccountError::NoUser`]
pub async fn enable_user(db: &Db, by: impl Into<Author<'_>>, login: &str, now: Timestamp) -> Result<(), AccountError> {
    let mut tx = db.write().await?;
    let (login, id) = find(&mut tx, login).await?;
    entry_store::enable(&mut tx, &id, now).await?;
    audit::record(&mut tx, by, "user_enabled", login.as_str(), &json!({}), now).await?;
    Ok(tx.commit().await?)
}

/// Forgets the failed sign-ins of a user; says whether there were any.
///
/// # Errors
/// [`AccountError::NoUser`]
pub async fn unlock(db: &Db, by: impl Into<Author<'_>>, login: &str, now: Timestamp) -> Result<bool, AccountError> {
    let mut tx = db.write().await?;
    let (login, _) = find(&mut tx, login).await?;
    let unlocked = lock_store::forget(&mut tx, &login).await?;
    if unlocked {
        audit::record(&mut tx, by, "login_unlocked", login.as_str(), &json!({}), now).await?;
    }
    tx.commit().await?;
    Ok(unlocked)
}

/// Gives a user another password and forgets their failed sign-ins; their sessions end. Says how many ended.
///
/// # Errors
/// [`AccountError::NoUser`]; [`AccountError::Password`] when it cannot be used.
pub async fn set_password(
    db: &Db,
    by: impl Into<Author<'_>>,
    login: &str,
    password: &str,
    now: Timestamp,
) -> Result<u64, AccountError> {
    let hash = password::hash(password).await?;
    let mut tx = db.write().await?;
    let (login, id) = find(&mut tx, login).await?;
    entry_store::set_password(&mut tx, &id, &hash).await?;
    lock_store::forget(&mut tx, &login).await?;
    let ended = store::delete_sessions(&mut tx, &id).await?;
    audit::record(&mut tx, by, "password_set", login.as_str(), &json!({ "sessions_ended": ended }), now).await?;
    tx.commit().await?;
    Ok(ended)
}

/// Ends every session of a user; says how many. Tokens stay.
///
/// # Errors
/// [`AccountError::NoUser`]
pub async fn revoke_sessions(
    db: &Db,
    by: impl Into<Author<'_>>,
    login: &str,
    now: Timestamp,
) -> Result<u64, AccountError> {
    let mut tx = db.write().await?;
    let (login, id) = find(&mut tx, login).await?;
    let ended = store::delete_sessions(&mut tx, &id).await?;
    if ended > 0 {
        audit::record(&mut tx, by, "sessions_ended", login.as_str(), &json!({ "sessions": ended }), now).await?;
    }
    tx.commit().await?;
    Ok(ended)
}

/// The user with this login, disabled or not.
async fn find(tx: &mut Tx, typed: &str) -> Result<(Login, String), AccountError> {
    let unknown = || AccountError::NoUser(typed.trim().to_owned());
    let login = Login::read(typed).ok_or_else(unknown)?;
    let known = store::credentials(tx, &login).await?.ok_or_else(unknown)?;
    Ok((login, known.id))
}
