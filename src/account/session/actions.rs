//! Signing in and out, and who a session or a token speaks for.

use jiff::Timestamp;
use serde_json::json;

use super::store;
use crate::account::actions::AccountError;
use crate::account::audit::{self, Author};
use crate::account::model::Actor;
use crate::account::secret::Secret;
use crate::account::store as people;
use crate::config::Account;
use crate::platform::db::{Db, Tx};

pub use super::sign_in::{SignedIn, sign_in};
pub(in crate::account) use super::sign_in::{is_active, open, refuse_inactive};

/// Notes that a session was used while it is left alone as long as it may be; more would make every page a write.
const TOUCHES: i64 = 15;
/// What a token begins with, so that one that got lost is recognised.
const TOKEN_PREFIX: &str = "tt_";

/// Ends a session; nothing happens when it is over already.
///
/// # Errors
/// [`AccountError`]
pub async fn sign_out(db: &Db, actor: &Actor, secret: &Secret, now: Timestamp) -> Result<(), AccountError> {
    let mut tx = db.write().await?;
    if store::delete(&mut tx, secret).await? {
        audit::record(&mut tx, actor, "sign_out", &actor.login, &json!({}), now).await?;
    }
    Ok(tx.commit().await?)
}

/// Who a session speaks for; `None` when it is over, or its user is disabled or did not sign in for too long.
///
/// # Errors
/// When the database fails.
pub async fn actor_of_session(
    db: &Db,
    limits: &Account,
    secret: &Secret,
    now: Timestamp,
) -> Result<Option<Actor>, sqlx::Error> {
    let mut tx = db.read().await?;
    let Some((user_id, last_seen)) = store::find(&mut tx, secret, now).await? else { return Ok(None) };
    let actor = active(&mut tx, limits, &user_id, now).await?;
    drop(tx);
    let Some(actor) = actor else { return Ok(None) };
    let (alone, idle) = (now.as_millisecond() - last_seen, limits.idle(actor.is_admin()));
    if alone >= idle {
        return Ok(None);
    }
    if alone >= idle / TOUCHES {
        let mut tx = db.write().await?;
        store::touch(&mut tx, secret, now).await?;
        tx.commit().await?;
    }
    Ok(Some(actor))
}

/// Who a token speaks for; `None` when it holds no longer, or its user is disabled or did not sign in for too long.
///
/// # Errors
/// When the database fails.
pub async fn actor_of_token(
    db: &Db,
    limits: &Account,
    secret: &Secret,
    now: Timestamp,
) -> Result<Option<Actor>, sqlx::Error> {
    let mut tx = db.read().await?;
    match store::find_token(&mut tx, secret, now).await? {
        Some(user_id) => active(&mut tx, limits, &user_id, now).await,
        None => Ok(None),
    }
}

async fn active(tx: &mut Tx, limits: &Account, user_id: &str, now: Timestamp) -> Result<Option<Actor>, sqlx::Error> {
    let found = people::actor_since(tx, user_id).await?;
    Ok(found.filter(|(_, since)| is_active(limits, *since, now)).map(|(actor, _)| actor))
}

/// Is the session one of ours, over or not? It is remembered for a day.
///
/// # Errors
/// When the database fails.
pub async fn is_known(db: &Db, secret: &Secret) -> Result<bool, sqlx::Error> {
    Ok(store::owner(&mut db.read().await?, secret).await?.is_some())
}

/// Makes a token for a user; the answer is the only time its secret is seen.
///
/// # Errors
/// [`AccountError::UnknownUser`], also for a disabled one; [`AccountError::Text`] for a name that cannot be used.
pub async fn make_token(
    db: &Db,
    by: impl Into<Author<'_>>,
    login: &str,
    name: &str,
    expires: Option<Timestamp>,
    now: Timestamp,
) -> Result<Secret, AccountError> {
    let name = AccountError::text("name", name)?;
    let secret = Secret::generate(TOKEN_PREFIX)?;
    let mut tx = db.write().await?;
    let user = AccountError::user(&mut tx, login).await?;
    store::insert_token(&mut tx, &secret, user.id.as_str(), name, expires, now).await?;
    let detail = json!({ "name": name, "expires_at": expires.map(Timestamp::as_millisecond) });
    audit::record(&mut tx, by, "token_made", &user.login, &detail, now).await?;
    tx.commit().await?;
    Ok(secret)
}

/// Ends the tokens of a user that have a name; says how many held.
///
/// # Errors
/// [`AccountError::UnknownUser`], also for a disabled one, whose tokens have all ended.
pub async fn revoke_tokens(
    db: &Db,
    by: impl Into<Author<'_>>,
    login: &str,
    name: &str,
    now: Timestamp,
) -> Result<u64, AccountError> {
    let name = AccountError::text("name", name)?;
    let mut tx = db.write().await?;
    let user = AccountError::user(&mut tx, login).await?;
    let revoked = store::revoke_tokens(&mut tx, user.id.as_str(), name, now).await?;
    if revoked > 0 {
        let detail = json!({ "name": name, "tokens": revoked });
        audit::record(&mut tx, by, "token_revoked", &user.login, &detail, now).await?;
    }
    tx.commit().await?;
    Ok(revoked)
}
