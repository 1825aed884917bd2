//! What people do about service levels: make, change, switch off. Each in one transaction with its audit entry.

use jiff::Timestamp;
use serde_json::json;

use super::check::{Known, check};
use super::line::{self, PROBE};
use super::model::Definition;
use super::store::{self, ServiceLevel, ServiceLevelError};
use super::version_store::{self, Version};
use super::{alert, scope_store};
use crate::account::audit;
use crate::account::model::Actor;
use crate::monitor::maintenance::store as maintenance_store;
use crate::platform::changes;
use crate::platform::db::{Db, Tx};

/// The kind of change-log entry that is written when the standing of a month changes.
pub const CHANGE_KIND: &str = "service_level";

/// Checks a definition against what is there, and keeps nothing: "try it".
///
/// # Errors
/// [`ServiceLevelError::Invalid`] with every wrong field.
pub async fn try_it(tx: &mut Tx, definition: &Definition) -> Result<(), ServiceLevelError> {
    let known = known(tx, definition).await?;
    check(definition, &known).map_err(ServiceLevelError::Invalid)
}

/// What is known of the scope of a definition.
///
/// # Errors
/// When the database fails.
pub async fn known(tx: &mut Tx, d: &Definition) -> Result<Known, sqlx::Error> {
    let s = &d.scope;
    let lines = line::lines(tx, d).await?;
    let has = |metric: &str| !metric.is_empty();
    let metric = if has(&s.metric) { s.metric.as_str() } else { PROBE };
    Ok(Known {
        source: maintenance_store::has_source(tx, &s.source).await?,
        procedure: scope_store::has_procedure(tx, &s.procedure).await?,
        unit: if d.indicator.is_polled() {
            !scope_store::sources_of_unit(tx, &s.unit).await?.is_empty()
        } else {
            scope_store::has_dossiers(tx, &s.unit).await?
        },
        metric: metric == PROBE || scope_store::series(tx, &s.source, metric, &s.subject).await?.is_some(),
        of: scope_store::series(tx, &s.source, &s.of, &s.subject).await?.is_some(),
        rhythms: lines.iter().map(|line| line.rhythm.at(i64::MAX)).collect(),
    })
}

/// Makes a service level.
///
/// # Errors
/// [`ServiceLevelError`]; nothing is kept then.
pub async fn create(
    db: &Db,
    actor: &Actor,
    definition: &Definition,
    now: Timestamp,
) -> Result<ServiceLevel, ServiceLevelError> {
    let mut tx = db.write().await?;
    try_it(&mut tx, definition).await?;
    if !store::insert(&mut tx, definition, now).await? {
        return Err(ServiceLevelError::Conflict);
    }
    keep_version(&mut tx, actor, definition, 1, true, now).await?;
    audit::record(&mut tx, actor, "service_level_created", &definition.id, &json!(definition), now).await?;
    let made = found(&mut tx, &definition.id).await?;
    tx.commit().await?;
    Ok(made)
}

/// Gives a service level another definition: a new version, in force from now on. The version before stays, and the
/// running month is still judged by the one that was in force when the month began.
///
/// # Errors
/// [`ServiceLevelError`]; nothing is changed then. `expected_version` is the one that was seen.
pub async fn change(
    db: &Db,
    actor: &Actor,
    definition: &Definition,
    expected_version: i64,
    now: Timestamp,
) -> Result<ServiceLevel, ServiceLevelError> {
    let mut tx = db.write().await?;
    let before = found(&mut tx, &definition.id).await?;
    try_it(&mut tx, definition).await?;
    put(&mut tx, actor, definition, (expected_version, before.enabled), now).await?;
    audit::record(&mut tx, actor, "service_level_changed", &definition.id, &json!(definition), now).await?;
    let after = found(&mut tx, &definition.id).await?;
    tx.commit().await?;
    Ok(after)
}

/// Switches a service level on or off, which is a version of its own. One that is off is not evaluated, has no alerts and
/// breaks nothing.
///
/// # Errors
/// [`ServiceLevelError`]; nothing is changed then.
pub async fn switch(
    db: &Db,
    actor: &Actor,
    id: &str,
    expected_version: i64,
    enabled: bool,
    now: Timestamp,
) -> Result<ServiceLevel, ServiceLevelError> {
    let mut tx = db.write().await?;
    let before = found(&mut tx, id).await?;
    put(&mut tx, actor, &before.definition, (expected_version, enabled), now).await?;
    if !enabled {
        alert::follow(&mut tx, &before.definition, Vec::new(), now.as_millisecond(), now).await?;
        store::set_standing(&mut tx, id, None, None).await?;
        let codes = super::evaluate::procedures(&mut tx, &before.definition).await?;
        changes::record(&mut tx, CHANGE_KIND, &codes, now).await?;
    }
    audit::record(&mut tx, actor, "service_level_switched", id, &json!({ "enabled": enabled }), now).await?;
    let after = found(&mut tx, id).await?;
    tx.commit().await?;
    Ok(after)
}

async fn put(
    tx: &mut Tx,
    actor: &Actor,
    definition: &Definition,
    (expected_version, enabled): (i64, bool),
    now: Timestamp,
) -> Result<(), ServiceLevelError> {
    if !store::update(tx, definition, expected_version, enabled, now).await? {
        return Err(ServiceLevelError::Conflict);
    }
    keep_version(tx, actor, definition, expected_version + 1, enabled, now).await
}

async fn keep_version(
    tx: &mut Tx,
    actor: &Actor,
    definition: &Definition,
    version: i64,
    enabled: bool,
    now: Timestamp,
) -> Result<(), ServiceLevelError> {
    let version = Version {
        version,
        valid_from: now.as_millisecond(),
        enabled,
        definition: definition.clone(),
        changed_by: actor.login.clone(),
    };
    Ok(version_store::insert_version(tx, &version).await?)
}

async fn found(tx: &mut Tx, id: &str) -> Result<ServiceLevel, ServiceLevelError> {
    store::find(tx, id).await?.ok_or_else(|| ServiceLevelError::Missing(id.to_owned()))
}
