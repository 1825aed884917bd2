//! Signing in and out, and who a session or a token speaks for.

use jiff::Timestamp;
use serde_json::json;

use super::store;
use crate::account::actions::AccountError;
use crate::account::audit::{self, Author};
use crate::account::model::{Actor, Login};
use crate::account::secret::Secret;
use crate::account::{password, store as people};
use crate::platform::db::Db;

/// Milliseconds without a request after which a session is over: 15 minutes (TCVN 14423:2026).
pub const IDLE: i64 = 15 * 60 * 1000;
/// Milliseconds after which a session is over in any case: 12 hours, a working day with its breaks.
pub const LIFETIME: i64 = 12 * 60 * 60 * 1000;
/// Milliseconds between two notes that a session was used; shorter would make every page a write.
const TOUCH_EVERY: i64 = 60 * 1000;
/// What a token begins with, so that one that got lost is recognised.
const TOKEN_PREFIX: &str = "tt_";

/// Somebody who signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub actor: Actor,
    /// What their browser shows from now on.
    pub secret: Secret,
}

/// Opens a session with a secret of its own; `previous`, which the browser showed, ends.
///
/// # Errors
/// [`AccountError::WrongLogin`] for an unknown login, a wrong password and a disabled user alike, after the same time.
pub async fn sign_in(
    db: &Db,
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
    let right = password::matches(password, known.as_ref().map(|k| k.password_hash.clone())).await?;
    let mut tx = db.write().await?;
    let actor = match &known {
        Some(known) => people::actor(&mut tx, &known.id).await?.filter(|_| right),
        None => None,
    };
    let Some(actor) = actor else {
        // People type passwords where the login belongs: only a login that exists is written down.
        let subject = login.filter(|_| known.is_some()).map_or_else(|| "unknown".to_owned(), |login| login.to_string());
        audit::record(&mut tx, Author::NOBODY, "sign_in_failed", &subject, &json!({}), now).await?;
        tx.commit().await?;
        return Err(AccountError::WrongLogin);
    };
    let secret = Secret::generate("")?;
    store::delete_over(&mut tx, now).await?;
    if let Some(previous) = previous {
        store::delete(&mut tx, previous).await?;
    }
    store::insert(&mut tx, &secret, actor.id.as_str(), now).await?;
    audit::record(&mut tx, &actor, "sign_in", &actor.login, &json!({}), now).await?;
    tx.commit().await?;
    Ok(SignedIn { actor, secret })
}

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

/// Who a session speaks for; `None` when it is over or its user is disabled.
///
/// # Errors
/// When the database fails.
pub async fn actor_of_session(db: &Db, secret: &Secret, now: Timestamp) -> Result<Option<Actor>, sqlx::Error> {
    let mut tx = db.read().await?;
    let Some((user_id, last_seen)) = store::find(&mut tx, secret, now).await? else { return Ok(None) };
    let actor = people::actor(&mut tx, &user_id).await?;
    drop(tx);
    if actor.is_some() && now.as_millisecond() - last_seen >= TOUCH_EVERY {
        let mut tx = db.write().await?;
        store::touch(&mut tx, secret, now).await?;
        tx.commit().await?;
    }
    Ok(actor)
}

/// Who a token speaks for; `None` when it holds no longer or its user is disabled.
///
/// # Errors
/// When the database fails.
pub async fn actor_of_token(db: &Db, secret: &Secret, now: Timestamp) -> Result<Option<Actor>, sqlx::Error> {
    let mut tx = db.read().await?;
    match store::find_token(&mut tx, secret, now).await? {
        Some(user_id) => people::actor(&mut tx, &user_id).await,
        None => Ok(None),
    }
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
