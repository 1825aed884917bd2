//! What people do about their own sessions and their own password.

use jiff::Timestamp;
use serde_json::json;

use super::{lock, lock_store, store};
use crate::account::actions::AccountError;
use crate::account::audit;
use crate::account::model::{Actor, Login};
use crate::account::secret::Secret;
use crate::account::{entry_store, password, store as people};
use crate::config::Account;
use crate::platform::db::Db;

pub use super::store::Session;

/// The sessions of somebody that are not over, newest first; at most 100.
///
/// # Errors
/// When the database fails.
pub async fn sessions(db: &Db, limits: &Account, actor: &Actor, now: Timestamp) -> Result<Vec<Session>, sqlx::Error> {
    let idle = limits.idle(actor.is_admin());
    store::of_user(&mut db.read().await?, actor.id.as_str(), now, idle).await
}

/// Ends one session of somebody's own; says whether there was one.
///
/// # Errors
/// [`AccountError`]
pub async fn end(db: &Db, actor: &Actor, id: &str, now: Timestamp) -> Result<bool, AccountError> {
    let mut tx = db.write().await?;
    let ended = store::delete_own(&mut tx, actor.id.as_str(), id).await?;
    if ended {
        audit::record(&mut tx, actor, "sessions_ended", &actor.login, &json!({ "sessions": 1 }), now).await?;
    }
    tx.commit().await?;
    Ok(ended)
}

/// Ends every session of somebody but the one they use; says how many.
///
/// # Errors
/// [`AccountError`]
pub async fn end_others(db: &Db, actor: &Actor, current: Option<&Secret>, now: Timestamp) -> Result<u64, AccountError> {
    let mut tx = db.write().await?;
    let ended = store::delete_others(&mut tx, actor.id.as_str(), current).await?;
    if ended > 0 {
        audit::record(&mut tx, actor, "sessions_ended", &actor.login, &json!({ "sessions": ended }), now).await?;
    }
    tx.commit().await?;
    Ok(ended)
}

/// Gives somebody another password, who knows the one they have. Their other sessions end.
///
/// # Errors
/// [`AccountError::WrongPassword`], after too many of them [`AccountError::Locked`]; [`AccountError::Password`] when the
/// new one cannot be used.
pub async fn change_password(
    db: &Db,
    limits: &Account,
    actor: &Actor,
    current: Option<&Secret>,
    (old, new): (&str, &str),
    now: Timestamp,
) -> Result<(), AccountError> {
    let unknown = || AccountError::UnknownUser(actor.login.clone());
    let login = Login::read(&actor.login).ok_or_else(unknown)?;
    let hash = password::hash(new).await?;
    let known = people::credentials(&mut db.read().await?, &login).await?.ok_or_else(unknown)?;
    let counted = lock::take(db, limits, &login, login.as_str(), now).await?;
    let right = password::matches(old, Some(known.password_hash)).await?;
    let mut tx = db.write().await?;
    if !right {
        let why = AccountError::WrongPassword;
        return Err(counted.failed(tx, "password_change_failed", login.as_str(), now, why).await);
    }
    lock_store::forget(&mut tx, &login).await?;
    entry_store::set_password(&mut tx, &known.id, &hash).await?;
    let ended = store::delete_others(&mut tx, &known.id, current).await?;
    audit::record(&mut tx, actor, "password_changed", &actor.login, &json!({ "sessions_ended": ended }), now).await?;
    Ok(tx.commit().await?)
}
