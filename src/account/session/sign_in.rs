//! Signing in: a password, and what else must hold.

use jiff::Timestamp;
use serde_json::json;

use super::{lock, lock_store, store};
use crate::account::actions::AccountError;
use crate::account::audit::{self, Author};
use crate::account::model::{Actor, Login};
use crate::account::secret::Secret;
use crate::account::{entry_store, password, store as people};
use crate::config::Account;
use crate::platform::db::{Db, Tx};

/// Somebody who signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub actor: Actor,
    /// What their browser shows from now on.
    pub secret: Secret,
    /// The session that the browser showed before was theirs, too.
    pub returned: bool,
}

/// Opens a session with a secret of its own; `previous`, which the browser showed, ends.
///
/// # Errors
/// [`AccountError::WrongLogin`] for an unknown login, a wrong password and a disabled user alike, after the same time;
/// [`AccountError::Locked`] after too many of them; [`AccountError::Inactive`] with the right password only.
pub async fn sign_in(
    db: &Db,
    limits: &Account,
    login: &str,
    password: &str,
    previous: Option<&Secret>,
    now: Timestamp,
) -> Result<SignedIn, AccountError> {
    let login = Login::read(login);
    let known = match &login {
        Some(login) => people::credentials(&mut db.read().await?, login).await?,
        None => None,
    };
    // People type passwords where the login belongs: only a login that exists is written down.
    let subject = login.as_ref().filter(|_| known.is_some()).map_or("unknown", Login::as_str);
    // What cannot be a login is nobody's, which everybody knows: there is nothing to guard and nothing to count.
    let counted = match &login {
        Some(login) => Some((login, lock::take(db, limits, login, subject, now).await?)),
        None => None,
    };
    let right = password::matches(password, known.as_ref().map(|k| k.password_hash.clone())).await?;
    let mut tx = db.write().await?;
    let found = match known.filter(|_| right) {
        Some(known) => people::actor_since(&mut tx, &known.id).await?,
        None => None,
    };
    match (found, counted) {
        (Some((actor, since)), Some((login, _))) => {
            lock_store::forget(&mut tx, login).await?;
            if !is_active(limits, since, now) {
                return Err(refuse_inactive(tx, &actor, now).await?);
            }
            let signed_in = open(&mut tx, limits, actor, previous, json!({}), now).await?;
            tx.commit().await?;
            Ok(signed_in)
        }
        (_, Some((_, counted))) => {
            Err(counted.failed(tx, "sign_in_failed", subject, now, AccountError::WrongLogin).await)
        }
        (_, None) => {
            audit::record(&mut tx, Author::NOBODY, "sign_in_failed", subject, &json!({}), now).await?;
            tx.commit().await?;
            Err(AccountError::WrongLogin)
        }
    }
}

/// Did somebody sign in lately, who did at `since` last?
pub(in crate::account) fn is_active(limits: &Account, since: i64, now: Timestamp) -> bool {
    now.as_millisecond().saturating_sub(since) < limits.inactive()
}

/// Writes down that somebody came after too long a time.
pub(in crate::account) async fn refuse_inactive(
    mut tx: Tx,
    actor: &Actor,
    now: Timestamp,
) -> Result<AccountError, AccountError> {
    audit::record(&mut tx, actor, "sign_in_refused", &actor.login, &json!({ "why": "inactive" }), now).await?;
    tx.commit().await?;
    Ok(AccountError::Inactive)
}

/// Opens a session for somebody who has shown who they are; the caller commits.
pub(in crate::account) async fn open(
    tx: &mut Tx,
    limits: &Account,
    actor: Actor,
    previous: Option<&Secret>,
    detail: serde_json::Value,
    now: Timestamp,
) -> Result<SignedIn, AccountError> {
    let secret = Secret::generate("")?;
    let mut returned = false;
    if let Some(previous) = previous {
        returned = store::owner(tx, previous).await?.is_some_and(|owner| owner == actor.id.as_str());
        store::delete(tx, previous).await?;
    }
    store::delete_over(tx, now).await?;
    let id = actor.id.as_str();
    store::insert(tx, &secret, id, now, limits.lifetime()).await?;
    entry_store::set_active(tx, id, now).await?;
    audit::record(tx, &actor, "sign_in", &actor.login, &detail, now).await?;
    Ok(SignedIn { actor, secret, returned })
}
