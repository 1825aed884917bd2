//! Writing an initiative: its record, its measures, and what is typed before it is saved.

use jiff::Timestamp;
use serde_json::json;

use super::error::{InitiativeError, acts, load};
use crate::account::audit;
use crate::account::model::Actor;
use crate::catalog::amend::model::Applied;
use crate::catalog::store as catalog_store;
use crate::initiative::model::Duty;
use crate::initiative::record::{MAX_MEASURES, Measure, Record};
use crate::initiative::store::initiative::{self, Initiative, Stored};
use crate::initiative::store::part::{self, Desk, Draft};
use crate::initiative::workflow::model::{Stage, Workflow};
use crate::initiative::workflow::rule::NotTheirs;
use crate::initiative::workflow::rule::separated;
use crate::initiative::workflow::store as workflows;
use crate::platform::db::{Db, Tx};

/// Largest form that is kept before it is saved, bytes.
const MAX_DRAFT: usize = 1024 * 1024;
/// Where what is typed in the record is kept; measures have their positions.
pub const RECORD: i64 = 0;

pub(super) fn stored(workflow: &Workflow, position: i64, measure: Measure, now: Timestamp) -> Stored {
    Stored {
        id: uuid::Uuid::now_v7().to_string(),
        position,
        state: workflow.initial.clone(),
        since: now.as_millisecond(),
        due_at: None,
        provisional: false,
        measure,
    }
}

pub(super) fn title(text: &str) -> Result<String, InitiativeError> {
    let title = crate::catalog::text::line(text);
    if (5..=300).contains(&title.chars().count()) {
        return Ok(title);
    }
    Err(InitiativeError::field("title", "takes 5 to 300 characters", "cần từ 5 đến 300 ký tự"))
}

/// An initiative that somebody may write to, at the version they saw.
async fn open(
    tx: &mut Tx,
    actor: &Actor,
    id: &str,
    version: Option<i64>,
) -> Result<(Initiative, std::sync::Arc<Workflow>), InitiativeError> {
    let (item, acts) = load(tx, actor, id).await?;
    let workflow = workflows::find(tx, item.track, item.workflow_version).await?;
    if !acts {
        return Err(NotTheirs::Organisation.into());
    }
    if let Some(other) = separated(&workflow, Duty::Proposer, actor.id.as_str(), &item.held) {
        return Err(NotTheirs::Separation(other, Duty::Proposer).into());
    }
    if workflow.state(&item.state).is_none_or(|state| state.stage != Stage::Drafting) {
        return Err(InitiativeError::Frozen);
    }
    if version.is_some_and(|seen| seen != item.version) {
        return Err(InitiativeError::Conflict);
    }
    Ok((item, workflow))
}

/// Writes the initiative, whoever wrote it becomes one of its proposers, and what they had typed is forgotten.
async fn save(
    tx: &mut Tx,
    actor: &Actor,
    mut item: Initiative,
    (what, place): (&str, i64),
    now: Timestamp,
) -> Result<Initiative, InitiativeError> {
    item.changed_at = now.as_millisecond();
    if !initiative::update(tx, &item, true).await? {
        return Err(InitiativeError::Conflict);
    }
    initiative::hold(tx, &item.id, Duty::Proposer, actor.id.as_str()).await?;
    part::forget_draft(tx, Desk { initiative_id: &item.id, user_id: actor.id.as_str(), place }).await?;
    audit::record(tx, actor, what, &item.number, &json!({ "version": item.version + 1 }), now).await?;
    initiative::find(tx, &item.id).await?.ok_or(InitiativeError::Missing)
}

/// Writes title and record of a draft.
///
/// # Errors
/// [`InitiativeError`]; nothing is written then.
pub async fn record(
    db: &Db,
    actor: &Actor,
    id: &str,
    version: Option<i64>,
    new: (&str, Record),
    now: Timestamp,
) -> Result<Initiative, InitiativeError> {
    let mut tx = db.write().await?;
    let written = record_within(&mut tx, actor, id, version, new, now).await?;
    tx.commit().await?;
    Ok(written)
}

/// The same within a transaction of somebody else.
///
/// # Errors
/// [`InitiativeError`]
pub async fn record_within(
    tx: &mut Tx,
    actor: &Actor,
    id: &str,
    version: Option<i64>,
    new: (&str, Record),
    now: Timestamp,
) -> Result<Initiative, InitiativeError> {
    let record = new.1.cleaned();
    let mut errors = record.check().err().unwrap_or_default();
    let title = match title(new.0) {
        Ok(title) => title,
        Err(InitiativeError::Invalid(wrong)) => {
            errors.extend(wrong);
            String::new()
        }
        Err(error) => return Err(error),
    };
    if !errors.is_empty() {
        return Err(InitiativeError::Invalid(errors));
    }
    let (mut item, _) = open(tx, actor, id, version).await?;
    item.title = title;
    item.record = record;
    save(tx, actor, item, ("initiative_written", RECORD), now).await
}

/// Writes a measure of a draft: the one at a position, or a new one at the end without.
///
/// # Errors
/// [`InitiativeError`]; nothing is written then.
pub async fn measure(
    db: &Db,
    actor: &Actor,
    id: &str,
    version: Option<i64>,
    new: (Option<i64>, Measure),
    now: Timestamp,
) -> Result<Initiative, InitiativeError> {
    let mut tx = db.write().await?;
    let written = measure_within(&mut tx, actor, id, version, new, now).await?;
    tx.commit().await?;
    Ok(written)
}

/// The same within a transaction of somebody else.
///
/// # Errors
/// [`InitiativeError`]
pub async fn measure_within(
    tx: &mut Tx,
    actor: &Actor,
    id: &str,
    version: Option<i64>,
    new: (Option<i64>, Measure),
    now: Timestamp,
) -> Result<Initiative, InitiativeError> {
    let measure = new.1.cleaned();
    measure.check().map_err(InitiativeError::Invalid)?;
    let (item, workflow) = open(tx, actor, id, version).await?;
    fits(tx, &measure).await?;
    let place = match new.0 {
        Some(position) => {
            let found = item.measures.iter().find(|stored| stored.position == position);
            let mut stored = found.cloned().ok_or(InitiativeError::Missing)?;
            stored.measure = measure;
            initiative::update_measure(tx, &stored).await?;
            position
        }
        None if item.measures.len() >= MAX_MEASURES => {
            return Err(InitiativeError::field("measures", "are 50 already", "đã có 50 biện pháp"));
        }
        None => {
            let position = item.measures.last().map_or(0, |last| last.position) + 1;
            let mut stored = stored(&workflow, position, measure, now);
            // It joins where the others stand.
            stored.state.clone_from(&item.state);
            initiative::insert_measure(tx, &item.id, &stored).await?;
            position
        }
    };
    save(tx, actor, item, ("measure_written", place), now).await
}

/// Whether the procedures of a measure exist and still read as its changes say.
///
/// # Errors
/// [`InitiativeError::Invalid`] naming each change that does not fit.
pub async fn fits(tx: &mut Tx, measure: &Measure) -> Result<(), InitiativeError> {
    let mut wrong = crate::monitor::field::Wrong::default();
    let misfits = misfits(tx, measure).await?;
    for code in misfits.unknown {
        let message = format!("names {code}, which the catalog does not have");
        wrong.add("codes", &message, &format!("không có thủ tục {code}"), None);
    }
    for (place, change) in measure.changes.iter().enumerate().filter(|(place, _)| misfits.changes.contains(place)) {
        let (part, code) = (change.amendment.part, &change.code);
        let message = format!("no longer stands so in {part:?} of {code}: look at the procedure again");
        let vietnamese = format!("mục {} của {code} không còn ghi như vậy, hãy xem lại thủ tục", part.name());
        wrong.add(&format!("changes[{place}]"), &message, &vietnamese, None);
    }
    wrong.ended().map_err(InitiativeError::Invalid)
}

/// What of a measure does not fit the catalog as it stands.
#[derive(Debug, Default)]
pub(super) struct Misfits {
    /// Codes that the catalog does not have.
    pub unknown: Vec<String>,
    /// Places of changes whose procedure reads otherwise.
    pub changes: Vec<usize>,
    /// Places of changes that the procedure shows already.
    pub done: Vec<usize>,
}

/// Tries the changes of a measure, each after those before it.
pub(super) async fn misfits(tx: &mut Tx, measure: &Measure) -> Result<Misfits, InitiativeError> {
    let mut all = Misfits::default();
    for code in measure.procedures() {
        let Some(known) = catalog_store::find(tx, &code).await? else {
            all.unknown.push(code);
            continue;
        };
        let mut procedure = known.procedure;
        for (place, change) in measure.changes.iter().enumerate().filter(|(_, change)| change.code == code) {
            match change.amendment.apply(&mut procedure) {
                Applied::Misfit => all.changes.push(place),
                Applied::AlreadySo => all.done.push(place),
                Applied::Changed => {}
            }
        }
    }
    Ok(all)
}

/// Takes a measure out of a draft; the last one stays.
///
/// # Errors
/// [`InitiativeError`]
pub async fn remove_measure(
    db: &Db,
    actor: &Actor,
    id: &str,
    version: Option<i64>,
    position: i64,
    now: Timestamp,
) -> Result<Initiative, InitiativeError> {
    let mut tx = db.write().await?;
    let (item, _) = open(&mut tx, actor, id, version).await?;
    let stored = item.measures.iter().find(|stored| stored.position == position).ok_or(InitiativeError::Missing)?;
    if item.measures.len() == 1 {
        return Err(InitiativeError::field("measures", "must be at least one", "phải còn ít nhất một biện pháp"));
    }
    initiative::delete_measure(&mut tx, &stored.id).await?;
    let written = save(&mut tx, actor, item, ("measure_removed", position), now).await?;
    tx.commit().await?;
    Ok(written)
}

/// Keeps what somebody has typed and not saved, as their browser sends it; `place` is 0 for the record, else the position
/// of a measure.
///
/// # Errors
/// [`InitiativeError`]
pub async fn autosave(
    db: &Db,
    actor: &Actor,
    id: &str,
    (place, base_version): (i64, i64),
    form: &str,
    now: Timestamp,
) -> Result<(), InitiativeError> {
    if form.len() > MAX_DRAFT {
        return Err(InitiativeError::field("form", "is larger than 1 MiB", "nội dung lớn hơn 1 MiB"));
    }
    let mut tx = db.write().await?;
    let item = initiative::find(&mut tx, id).await?.ok_or(InitiativeError::Missing)?;
    if !acts(&mut tx, actor, item.organisation_id.as_deref()).await? {
        return Err(InitiativeError::Missing);
    }
    let draft = Draft { base_version, form: form.to_owned(), saved_at: now.as_millisecond() };
    let last = item.measures.last().map_or(0, |last| last.position);
    if !(RECORD..=last + 1).contains(&place) {
        return Err(InitiativeError::field("place", "is no form of the initiative", "không có biểu mẫu này"));
    }
    part::put_draft(&mut tx, Desk { initiative_id: &item.id, user_id: actor.id.as_str(), place }, &draft).await?;
    Ok(tx.commit().await?)
}
