//! What is done to people and organisations, and why it may fail.

use jiff::Timestamp;
use serde_json::json;

use super::audit::{self, Author};
use super::model::{Actor, Login, Role, UserId};
use super::password::{self, PasswordError};
use super::secret::{self, NoRandomness};
use super::store;
use crate::platform::db::{Db, Tx};

/// Longest name of a person, an organisation or a token, characters.
const MAX_NAME: usize = 200;

/// Why something about people failed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// No such login, another password, or a disabled user: a caller must not learn which.
    #[error("the login or the password is wrong")]
    WrongLogin,
    /// Too many sign-ins failed for the login, whether or not somebody has it.
    #[error("too many sign-ins failed: try again after {until}, or have the login unlocked")]
    Locked {
        /// When the next try is taken.
        until: Timestamp,
    },
    /// The user did not sign in for too long.
    #[error("the user did not sign in for too long: an administrator can enable them")]
    Inactive,
    /// The password that somebody has is another.
    #[error("the current password is wrong")]
    WrongPassword,
    /// The login cannot be one.
    #[error("`{0}` cannot be a login: use 1 to 64 of a-z, 0-9, dot, hyphen, underscore and @")]
    InvalidLogin(String),
    /// Another user has the login.
    #[error("the login `{0}` is taken")]
    LoginTaken(String),
    /// Nobody who may act has the login.
    #[error("no user who may act has the login `{0}`")]
    UnknownUser(String),
    /// Nobody has the login.
    #[error("nobody has the login `{0}`")]
    NoUser(String),
    /// A user needs a role.
    #[error("a user needs at least one role")]
    NoRole,
    /// A text is empty, too long or unreadable.
    #[error("the {0} must have 1 to {MAX_NAME} readable characters")]
    Text(&'static str),
    /// No organisation has the id.
    #[error("there is no organisation `{0}`: add it with `toantrinh organisation add`")]
    UnknownOrganisation(String),
    /// An organisation's id cannot be one, or is taken.
    #[error(
        "`{0}` cannot be the id of a new organisation: it is taken, or not 1 to 64 of A-Z, a-z, 0-9, dot, hyphen, underscore"
    )]
    OrganisationId(String),
    /// The password.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The system.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The database failed.
    #[error("the database failed")]
    Sql(#[from] sqlx::Error),
}

impl AccountError {
    /// A text without the spaces around it, or why it cannot be used.
    pub(super) fn text<'a>(what: &'static str, text: &'a str) -> Result<&'a str, Self> {
        let text = text.trim();
        let good = (1..=MAX_NAME).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if good { Ok(text) } else { Err(Self::Text(what)) }
    }

    /// The user with this login, if they may act.
    pub(super) async fn user(tx: &mut Tx, login: &str) -> Result<Actor, Self> {
        let unknown = || Self::UnknownUser(login.trim().to_owned());
        let known = store::credentials(tx, &Login::read(login).ok_or_else(unknown)?).await?.ok_or_else(unknown)?;
        store::actor(tx, &known.id).await?.ok_or_else(unknown)
    }
}

/// A user to be added.
#[derive(Debug, Clone)]
pub struct NewUser<'a> {
    /// What they sign in with.
    pub login: &'a str,
    /// Their name.
    pub name: &'a str,
    /// Their password.
    pub password: &'a str,
    /// What they are there for.
    pub roles: &'a [Role],
    /// Where they work; `None` for people of the whole installation.
    pub organisation_id: Option<&'a str>,
}

/// Adds a user.
///
/// # Errors
/// [`AccountError`] naming what cannot be used.
pub async fn add_user(
    db: &Db,
    by: impl Into<Author<'_>>,
    new: NewUser<'_>,
    now: Timestamp,
) -> Result<UserId, AccountError> {
    let login = Login::read(new.login).ok_or_else(|| AccountError::InvalidLogin(new.login.to_owned()))?;
    if new.roles.is_empty() {
        return Err(AccountError::NoRole);
    }
    let user = Actor {
        id: UserId::generate(),
        login: login.to_string(),
        name: AccountError::text("name", new.name)?.to_owned(),
        roles: new.roles.to_vec(),
        organisation_id: new.organisation_id.map(str::to_owned),
    };
    let hash = password::hash(new.password).await?;
    let mut tx = db.write().await?;
    if let Some(organisation) = new.organisation_id {
        require_organisation(&mut tx, organisation).await?;
    }
    if !store::insert_user(&mut tx, &user, &hash, now).await? {
        return Err(AccountError::LoginTaken(user.login));
    }
    let detail = json!({ "name": user.name, "roles": user.roles, "organisation_id": user.organisation_id });
    audit::record(&mut tx, by, "user_added", &user.login, &detail, now).await?;
    tx.commit().await?;
    Ok(user.id)
}

/// Shuts a user out at once: their sessions and tokens end.
///
/// # Errors
/// [`AccountError::UnknownUser`], also when they are shut out already.
pub async fn disable_user(db: &Db, by: impl Into<Author<'_>>, login: &str, now: Timestamp) -> Result<(), AccountError> {
    let mut tx = db.write().await?;
    let user = AccountError::user(&mut tx, login).await?;
    store::disable(&mut tx, user.id.as_str(), now).await?;
    audit::record(&mut tx, by, "user_disabled", &user.login, &json!({}), now).await?;
    Ok(tx.commit().await?)
}

/// Adds an organisation, below another or at the top.
///
/// # Errors
/// [`AccountError`] naming what cannot be used.
pub async fn add_organisation(
    db: &Db,
    by: impl Into<Author<'_>>,
    id: &str,
    name: &str,
    parent: Option<&str>,
    now: Timestamp,
) -> Result<(), AccountError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if !(1..=64).contains(&id.len()) || !id.chars().all(plain) {
        return Err(AccountError::OrganisationId(id.to_owned()));
    }
    let name = AccountError::text("name", name)?;
    let mut tx = db.write().await?;
    if let Some(parent) = parent {
        require_organisation(&mut tx, parent).await?;
    }
    if !store::insert_organisation(&mut tx, id, name, parent).await? {
        return Err(AccountError::OrganisationId(id.to_owned()));
    }
    audit::record(&mut tx, by, "organisation_added", id, &json!({ "name": name, "parent_id": parent }), now).await?;
    Ok(tx.commit().await?)
}

async fn require_organisation(tx: &mut Tx, id: &str) -> Result<(), AccountError> {
    if id.contains('\0') || !store::has_organisation(tx, id).await? {
        return Err(AccountError::UnknownOrganisation(id.to_owned()));
    }
    Ok(())
}

/// The secret that cookies are signed with, made at the first start; all processes of one database share it.
///
/// # Errors
/// [`AccountError`]
pub async fn signing_secret(db: &Db) -> Result<String, AccountError> {
    let mut tx = db.write().await?;
    let kept = store::keep_secret(&mut tx, "cookie_signing", &secret::random_hex::<64>()?).await?;
    tx.commit().await?;
    Ok(kept)
}
