//! What people do to sources: put them, switch them on and off, load a file of them, give them a token.

use jiff::Timestamp;
use serde_json::json;

use super::check::check;
use super::file;
use super::kept::{Source, SourceError, find};
use super::model::{Covers, Definition, KEEPERS, What};
use super::store::{self, VersionRow};
use crate::account::audit::{self, Author};
use crate::account::model::Actor;
use crate::account::secret::Secret;
use crate::catalog::code::ProcedureCode;
use crate::monitor::observation::series;
use crate::monitor::poll::model::Plan;
use crate::monitor::poll::store as polls;
use crate::monitor::probe::model::FieldError;
use crate::platform::db::{Db, Tx};

/// Somebody who may change sources.
#[derive(Debug, Clone, Copy)]
pub struct Keeper<'a> {
    author: Author<'a>,
    name: &'a str,
}

impl Keeper<'static> {
    /// Somebody with access to the machine.
    pub const COMMAND_LINE: Self = Self { author: Author::COMMAND_LINE, name: "command line" };
}

impl<'a> Keeper<'a> {
    /// A person with one of the roles in [`KEEPERS`].
    ///
    /// # Errors
    /// [`SourceError::Forbidden`]
    pub fn of(actor: &'a Actor) -> Result<Self, SourceError> {
        if !actor.has_any(KEEPERS) {
            return Err(SourceError::Forbidden);
        }
        Ok(Self { author: actor.into(), name: &actor.name })
    }
}

/// What putting a definition did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The source is new.
    Created,
    /// It has another definition now.
    Changed,
    /// It had this definition already.
    Unchanged,
}

/// What a file did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Loaded {
    /// New sources.
    pub created: usize,
    /// Sources with another definition now.
    pub changed: usize,
    /// Sources that were so already.
    pub unchanged: usize,
}

/// Creates a source or changes it, and says which and its version. A new one is on.
///
/// `expected` is the version that was seen, 0 when there should be none; `None` takes whatever is there. In one
/// transaction: the source, its version, its procedures, its place in the schedule, the audit entry.
///
/// # Errors
/// [`SourceError::Invalid`] naming every field; [`SourceError::Conflict`].
pub async fn put(
    db: &Db,
    by: Keeper<'_>,
    definition: &Definition,
    expected: Option<i64>,
    now: Timestamp,
) -> Result<(Change, i64), SourceError> {
    let mut tx = db.write().await?;
    let done = put_in(&mut tx, by, definition, expected, now).await?;
    tx.commit().await?;
    Ok(done)
}

async fn put_in(
    tx: &mut Tx,
    by: Keeper<'_>,
    definition: &Definition,
    expected: Option<i64>,
    now: Timestamp,
) -> Result<(Change, i64), SourceError> {
    let definition = normal(definition)?;
    let before: Option<Source> = store::find(tx, &definition.id).await?.map(Source::try_from).transpose()?;
    let seen = before.as_ref().map_or(0, |source| source.version);
    if expected.is_some_and(|expected| expected != seen) {
        return Err(SourceError::Conflict(seen));
    }
    let json = serde_json::to_string(&definition)
        .map_err(|error| SourceError::Stored(definition.id.clone(), error.to_string()))?;
    let at = now.as_millisecond();
    let (change, enabled) = match before {
        Some(source) if source.definition == definition => return Ok((Change::Unchanged, seen)),
        Some(source) if source.definition.what.kind() != definition.what.kind() => {
            let message = "cannot be changed: its figures would mean something else; make another source";
            return Err(SourceError::Invalid(vec![FieldError { field: "kind".into(), message: message.into() }]));
        }
        Some(source) => {
            if !store::update(tx, seen, &definition, &json, source.enabled, at).await? {
                return Err(SourceError::Conflict(seen + 1));
            }
            (Change::Changed, source.enabled)
        }
        None if store::insert(tx, &definition, &json, at).await? => (Change::Created, true),
        None => return Err(SourceError::Conflict(1)),
    };
    store::set_procedures(tx, &definition.id, &definition.procedures).await?;
    retime(tx, &definition).await?;
    let action = if change == Change::Created { "source_created" } else { "source_changed" };
    settle(tx, by, &definition, (seen + 1, enabled, &json), action, now).await?;
    Ok((change, seen + 1))
}

/// A definition as it is kept: texts without the spaces around them, codes in one spelling and order.
///
/// # Errors
/// [`SourceError::Invalid`] naming every field.
pub fn normal(definition: &Definition) -> Result<Definition, SourceError> {
    let wrong = check(definition);
    if !wrong.is_empty() {
        return Err(SourceError::Invalid(wrong));
    }
    let mut normal = definition.clone();
    for text in [&mut normal.name, &mut normal.owner, &mut normal.licence] {
        *text = text.trim().to_owned();
    }
    if let Covers::Codes(codes) = &mut normal.procedures {
        for code in codes.iter_mut() {
            if let Ok(parsed) = ProcedureCode::parse(code) {
                parsed.code.as_str().clone_into(code);
            }
        }
        codes.sort();
        codes.dedup();
    }
    Ok(normal)
}

/// Series that are there already get the rhythms of the definition.
async fn retime(tx: &mut Tx, definition: &Definition) -> Result<(), SourceError> {
    for (metric, every_ms) in definition.rhythms() {
        series::retime(tx, &definition.id, metric, every_ms, definition.max_age_ms()).await?;
    }
    Ok(())
}

/// Keeps the version, brings the schedule up to date, and notes who did it.
async fn settle(
    tx: &mut Tx,
    by: Keeper<'_>,
    definition: &Definition,
    (version, enabled, json): (i64, bool, &str),
    action: &str,
    now: Timestamp,
) -> Result<(), SourceError> {
    let row = VersionRow {
        version,
        definition: json.to_owned(),
        enabled: i64::from(enabled),
        changed_at: now.as_millisecond(),
        changed_by: by.name.to_owned(),
    };
    store::insert_version(tx, &definition.id, &row).await?;
    match Plan::of(definition, version) {
        Some(plan) if enabled => polls::plan(tx, &plan, now.as_millisecond()).await?,
        _ => polls::suspend(tx, &definition.id).await?,
    }
    let detail = json!({ "version": version, "kind": definition.what.kind(), "enabled": enabled });
    Ok(audit::record(tx, by.author, action, &definition.id, &detail, now).await?)
}

/// Switches a source on, and gives its version.
///
/// # Errors
/// [`SourceError::Unknown`]
pub async fn enable(db: &Db, by: Keeper<'_>, id: &str, now: Timestamp) -> Result<i64, SourceError> {
    switch(db, by, id, true, now).await
}

/// Switches a source off, and gives its version. A poll that runs is still kept.
///
/// # Errors
/// [`SourceError::Unknown`]
pub async fn disable(db: &Db, by: Keeper<'_>, id: &str, now: Timestamp) -> Result<i64, SourceError> {
    switch(db, by, id, false, now).await
}

async fn switch(db: &Db, by: Keeper<'_>, id: &str, enabled: bool, now: Timestamp) -> Result<i64, SourceError> {
    let mut tx = db.write().await?;
    let row = store::find(&mut tx, id).await?.ok_or_else(|| SourceError::Unknown(id.to_owned()))?;
    let json = row.definition.clone();
    let source = Source::try_from(row)?;
    if source.enabled == enabled {
        return Ok(source.version);
    }
    let definition = &source.definition;
    if !store::update(&mut tx, source.version, definition, &json, enabled, now.as_millisecond()).await? {
        return Err(SourceError::Conflict(source.version + 1));
    }
    let action = if enabled { "source_enabled" } else { "source_disabled" };
    settle(&mut tx, by, definition, (source.version + 1, enabled, &json), action, now).await?;
    tx.commit().await?;
    Ok(source.version + 1)
}

/// Puts every source of a TOML file, all or none; see [`file::read`]. Sources that are not in it stay as they are.
///
/// # Errors
/// [`SourceError::File`] with everything that is wrong.
pub async fn load_file(db: &Db, by: Keeper<'_>, text: &str, now: Timestamp) -> Result<Loaded, SourceError> {
    let definitions = file::read(text)?;
    let mut loaded = Loaded::default();
    let mut tx = db.write().await?;
    for definition in &definitions {
        match put_in(&mut tx, by, definition, None, now).await?.0 {
            Change::Created => loaded.created += 1,
            Change::Changed => loaded.changed += 1,
            Change::Unchanged => loaded.unchanged += 1,
        }
    }
    tx.commit().await?;
    Ok(loaded)
}

/// Makes a new token that a source is sent with, and ends the one before. It is shown only now.
///
/// # Errors
/// [`SourceError::Unknown`]; [`SourceError::NoToken`] for kinds that are not sent to us.
pub async fn issue_token(db: &Db, by: Keeper<'_>, id: &str, now: Timestamp) -> Result<Secret, SourceError> {
    let secret = Secret::generate("tts_")?;
    let mut tx = db.write().await?;
    let source = found(&mut tx, id).await?;
    if !matches!(source.definition.what, What::Push(_) | What::DossierFeed(_)) {
        return Err(SourceError::NoToken);
    }
    store::set_token(&mut tx, id, &secret.sha256()).await?;
    audit::record(&mut tx, by.author, "source_token_issued", id, &json!({}), now).await?;
    tx.commit().await?;
    Ok(secret)
}

async fn found(tx: &mut Tx, id: &str) -> Result<Source, SourceError> {
    find(tx, id).await?.ok_or_else(|| SourceError::Unknown(id.to_owned()))
}
