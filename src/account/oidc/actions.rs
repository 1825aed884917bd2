//! Going to the provider and coming back.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::provider::{Known, Provider, ProviderError};
use super::store::{self, Pending};
use crate::account::actions::AccountError;
use crate::account::audit::{self, Author};
use crate::account::model::{Actor, Login};
use crate::account::secret::{NoRandomness, Secret};
use crate::account::session::actions::{SignedIn, is_active, open, refuse_inactive};
use crate::account::store as people;
use crate::config::Account;
use crate::platform::db::{Db, Tx};

/// Milliseconds that somebody may be away at the provider.
pub const AWAY: i64 = 10 * 60 * 1000;

/// Why somebody did not come in by the provider.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// They were not sent there by this browser, too long ago, or came back already; or the provider did not let them in.
    #[error("this way back from the provider is not known, was used, or is too old")]
    UnknownWay,
    /// The provider let nobody in.
    #[error("the provider let nobody in: {0}")]
    Refused(String),
    /// No user here, or a disabled one: a caller must not learn which.
    #[error("nobody who may act here has this account at the provider")]
    Nobody,
    /// The provider.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The rest.
    #[error(transparent)]
    Account(#[from] AccountError),
}

impl From<sqlx::Error> for OidcError {
    fn from(error: sqlx::Error) -> Self {
        Self::Account(error.into())
    }
}

impl From<NoRandomness> for OidcError {
    fn from(error: NoRandomness) -> Self {
        Self::Account(error.into())
    }
}

/// Somebody on their way to the provider.
#[derive(Debug)]
pub struct Sent {
    /// Where their browser goes.
    pub address: String,
    /// What it keeps meanwhile.
    pub browser: Secret,
}

/// What the provider sent somebody back with.
#[derive(Debug, Clone, Default)]
pub struct Back<'a> {
    /// The code, when they were let in.
    pub code: &'a str,
    /// What they went with.
    pub state: &'a str,
    /// Why they were not let in.
    pub error: &'a str,
    /// Who sends them, when the provider says so (RFC 9207).
    pub issuer: Option<&'a str>,
}

/// What somebody wants to do once they are back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Where they want to go.
    pub next: String,
    /// What they had filled in when their session was over, as its sender wrote it; empty for nothing.
    pub carried: String,
}

/// Sends somebody to the provider; they want to go on to a page afterwards, or send again what they had filled in.
///
/// # Errors
/// [`OidcError`]
pub async fn send(db: &Db, provider: &Provider, wanted: Wanted, now: Timestamp) -> Result<Sent, OidcError> {
    let way = provider.way(now).await?;
    let browser = Secret::generate("")?;
    let pending = Pending { nonce: way.nonce, verifier: way.verifier, next: wanted.next, carried: wanted.carried };
    let mut tx = db.write().await?;
    store::prune_pending(&mut tx, now).await?;
    let until = now.as_millisecond().saturating_add(AWAY);
    store::insert_pending(&mut tx, &Secret::shown(way.state), &browser, &pending, until).await?;
    tx.commit().await?;
    Ok(Sent { address: way.address.into(), browser })
}

/// Lets in who comes back from the provider, and says where they wanted to go. What they bring is worth something once.
///
/// # Errors
/// [`OidcError`]; every one is in the audit log, unless the database failed.
pub async fn receive(
    db: &Db,
    limits: &Account,
    provider: &Provider,
    (back, browser): (&Back<'_>, Option<&Secret>),
    previous: Option<&Secret>,
    now: Timestamp,
) -> Result<(SignedIn, Wanted), OidcError> {
    let known = match way_back(db, provider, back, browser, now).await {
        Ok(found) => found,
        Err(error) => return Err(refuse(db.write().await?, "unknown", error, now).await?),
    };
    let (known, wanted) = known;
    let mut tx = db.write().await?;
    let (actor, since) = match user(&mut tx, &known, now).await {
        Ok(found) => found,
        Err(OidcError::Nobody) => return Err(refuse(tx, "unknown", OidcError::Nobody, now).await?),
        Err(error) => return Err(error),
    };
    if !is_active(limits, since, now) {
        return Err(refuse_inactive(tx, &actor, now).await?.into());
    }
    let detail = json!({ "via": "oidc", "issuer": known.issuer });
    let signed_in = open(&mut tx, limits, actor, previous, detail, now).await?;
    tx.commit().await?;
    Ok((signed_in, wanted))
}

/// Who comes back, and where they wanted to go.
async fn way_back(
    db: &Db,
    provider: &Provider,
    back: &Back<'_>,
    browser: Option<&Secret>,
    now: Timestamp,
) -> Result<(Known, Wanted), OidcError> {
    let browser = browser.ok_or(OidcError::UnknownWay)?;
    let mut tx = db.write().await?;
    let pending = store::take_pending(&mut tx, &Secret::shown(back.state.to_owned()), browser, now).await?;
    // It is gone whatever comes next.
    tx.commit().await?;
    let pending = pending.ok_or(OidcError::UnknownWay)?;
    if back.issuer.is_some_and(|issuer| issuer != provider.issuer()) {
        return Err(OidcError::Refused("another provider answered".to_owned()));
    }
    if back.code.is_empty() {
        return Err(OidcError::Refused(back.error.chars().filter(|c| !c.is_control()).take(100).collect()));
    }
    let known = provider.known(back.code, &pending.nonce, &pending.verifier, now).await?;
    Ok((known, Wanted { next: pending.next, carried: pending.carried }))
}

/// The user whom an account at the provider speaks for; links both the first time.
async fn user(tx: &mut Tx, known: &Known, now: Timestamp) -> Result<(Actor, i64), OidcError> {
    // PostgreSQL takes no zero byte in a text.
    if known.subject.is_empty() || known.subject.contains('\0') {
        return Err(OidcError::Nobody);
    }
    if let Some(id) = store::identity(tx, &known.issuer, &known.subject).await? {
        return people::actor_since(tx, &id).await?.ok_or(OidcError::Nobody);
    }
    let login = known.login.as_deref().and_then(Login::read).ok_or(OidcError::Nobody)?;
    let credentials = people::credentials(tx, &login).await?.ok_or(OidcError::Nobody)?;
    let found = people::actor_since(tx, &credentials.id).await?.ok_or(OidcError::Nobody)?;
    // Somebody who is linked already has another account there: a name that was given to somebody else opens nothing.
    if !store::link(tx, &known.issuer, &known.subject, &credentials.id, now).await? {
        return Err(OidcError::Nobody);
    }
    let detail = json!({ "issuer": known.issuer, "subject": known.subject });
    audit::record(tx, &found.0, "identity_linked", &found.0.login, &detail, now).await?;
    Ok(found)
}

/// Writes down that somebody was not let in, and gives why.
async fn refuse(mut tx: Tx, subject: &str, error: OidcError, now: Timestamp) -> Result<OidcError, OidcError> {
    let why = match &error {
        OidcError::UnknownWay => "unknown_way",
        OidcError::Refused(_) => "refused_by_provider",
        OidcError::Nobody => "no_user",
        OidcError::Provider(ProviderError::Code(_)) => "code",
        OidcError::Provider(ProviderError::Token(_)) => "token",
        OidcError::Provider(_) => "provider",
        OidcError::Account(_) => return Err(error),
    };
    let detail: Value = json!({ "via": "oidc", "why": why });
    audit::record(&mut tx, Author::NOBODY, "sign_in_failed", subject, &detail, now).await?;
    tx.commit().await?;
    Ok(error)
}
