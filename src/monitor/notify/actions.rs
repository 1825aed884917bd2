//! What people do about notifications: subscribe, switch on and off, read. Each in one transaction with its audit entry.

use jiff::Timestamp;
use serde_json::json;

use super::model::{Channel, NewSubscription, Subscription};
use super::store;
use crate::account::audit;
use crate::account::model::{Actor, Login};
use crate::account::secret::{NoRandomness, random_hex};
use crate::account::store as account_store;
use crate::monitor::field::{self, FieldError};
use crate::platform::db::{Db, Tx};

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// Fields are wrong.
    #[error("{}", field::line(.0))]
    Invalid(Vec<FieldError>),
    /// There is none of this id.
    #[error("there is no such subscription")]
    Missing,
    /// Somebody was faster.
    #[error("somebody else has changed it: look at it again")]
    Conflict,
    /// No secret could be made.
    #[error("no secret could be made")]
    Random(#[from] NoRandomness),
    /// The database failed.
    #[error("the database failed")]
    Sql(#[from] sqlx::Error),
}

/// A subscription that was made.
#[derive(Debug)]
pub struct Made {
    /// What is kept.
    pub subscription: Subscription,
    /// What its requests are signed with, where it was made here: nobody is told again.
    pub signing_secret: Option<String>,
}

/// Adds a subscription. A webhook that names no secret gets one. `allow_loopback` is the setting `http.allow_loopback`.
///
/// # Errors
/// [`NotifyError`]; nothing is kept then.
pub async fn subscribe(
    db: &Db,
    actor: &Actor,
    mut wanted: NewSubscription,
    allow_loopback: bool,
    now: Timestamp,
) -> Result<Made, NotifyError> {
    let mut tx = db.write().await?;
    let id = uuid::Uuid::now_v7();
    let mut signing_secret = None;
    if wanted.channel == Channel::Webhook && wanted.secret.is_empty() {
        let name = format!("webhook_{}", id.simple());
        signing_secret = Some(account_store::keep_secret(&mut tx, &name, &random_hex::<32>()?).await?);
        wanted.secret = format!("secret:{name}");
    }
    let known = is_known(&mut tx, &wanted.target).await?;
    wanted.check(known, allow_loopback).map_err(NotifyError::Invalid)?;
    let new = Subscription {
        id: id.to_string(),
        wanted,
        enabled: true,
        created_at: now.as_millisecond(),
        created_by: actor.login.clone(),
        version: 1,
    };
    store::insert(&mut tx, &new).await?;
    audit::record(&mut tx, actor, "subscription_added", &new.id, &json!(new.wanted), now).await?;
    tx.commit().await?;
    Ok(Made { subscription: new, signing_secret })
}

async fn is_known(tx: &mut Tx, login: &str) -> Result<bool, sqlx::Error> {
    let Some(login) = Login::read(login).filter(|read| read.as_str() == login) else { return Ok(false) };
    let Some(found) = account_store::credentials(tx, &login).await? else { return Ok(false) };
    Ok(account_store::actor(tx, &found.id).await?.is_some())
}

/// Switches a subscription on or off; `version` is the one that was seen.
///
/// # Errors
/// [`NotifyError`]; nothing is changed then.
pub async fn switch(
    db: &Db,
    actor: &Actor,
    id: &str,
    version: i64,
    enabled: bool,
    now: Timestamp,
) -> Result<(), NotifyError> {
    let mut tx = db.write().await?;
    store::find(&mut tx, id).await?.ok_or(NotifyError::Missing)?;
    if !store::switch(&mut tx, id, version, enabled).await? {
        return Err(NotifyError::Conflict);
    }
    audit::record(&mut tx, actor, "subscription_switched", id, &json!({ "enabled": enabled }), now).await?;
    tx.commit().await?;
    Ok(())
}

/// Sets where somebody is sent what they are told about their own work; an empty text stops it.
///
/// # Errors
/// [`NotifyError`]; nothing is changed then.
pub async fn set_address(db: &Db, actor: &Actor, address: &str, now: Timestamp) -> Result<(), NotifyError> {
    let address = address.trim();
    if !address.is_empty() && address.parse::<lettre::Address>().is_err() {
        let error = FieldError::new("email", "takes an e-mail address", "cần địa chỉ thư điện tử");
        return Err(NotifyError::Invalid(vec![error]));
    }
    let mut tx = db.write().await?;
    store::set_address(&mut tx, &actor.login, address, now).await?;
    let detail = json!({ "on": !address.is_empty() });
    audit::record(&mut tx, actor, "own_notices_set", &actor.login, &detail, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Somebody read a notification of theirs.
///
/// # Errors
/// [`NotifyError`]
pub async fn read(db: &Db, actor: &Actor, id: &str, now: Timestamp) -> Result<(), NotifyError> {
    let mut tx = db.write().await?;
    if !store::read(&mut tx, id, &actor.login, now).await? {
        return Err(NotifyError::Missing);
    }
    tx.commit().await?;
    Ok(())
}
