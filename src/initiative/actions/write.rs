//! Writing an initiative: beginning it, its record, its measures, and what is typed before it is saved.

use jiff::Timestamp;
use serde_json::json;

use super::error::{InitiativeError, acts, load};
use crate::account::audit;
use crate::account::model::Actor;
use crate::assessment::flag_store;
use crate::catalog::store as catalog_store;
use crate::initiative::model::{Duty, MeasureType, Objective, Track};
use crate::initiative::record::{MAX_MEASURES, Measure, Record};
use crate::initiative::store::initiative::{self, Initiative, Stored, fresh};
use crate::initiative::store::part::{self, Draft};
use crate::initiative::workflow::model::{Stage, Workflow};
use crate::initiative::workflow::rule::NotTheirs;
use crate::initiative::workflow::rule::separated;
use crate::initiative::workflow::store as workflows;
use crate::platform::clock::VIETNAM;
use crate::platform::db::{Db, Tx};

/// Largest form that is kept before it is saved, bytes.
const MAX_DRAFT: usize = 1024 * 1024;

/// How an initiative begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct New {
    /// The law it follows.
    pub track: Option<Track>,
    /// One line.
    pub title: String,
    /// The flag it comes from: it brings the procedure, its failing points and what is at stake.
    pub flag_id: Option<String>,
    /// A procedure it is about.
    pub code: Option<String>,
}

/// Begins an initiative as a draft of somebody.
///
/// # Errors
/// [`InitiativeError`] naming what cannot be used.
pub async fn begin(db: &Db, actor: &Actor, new: &New, now: Timestamp) -> Result<Initiative, InitiativeError> {
    let mut tx = db.write().await?;
    let begun = begin_within(&mut tx, actor, new, now).await?;
    tx.commit().await?;
    Ok(begun)
}

/// The same within a transaction of somebody else.
///
/// # Errors
/// [`InitiativeError`] naming what cannot be used.
pub async fn begin_within(
    tx: &mut Tx,
    actor: &Actor,
    new: &New,
    now: Timestamp,
) -> Result<Initiative, InitiativeError> {
    let track = new.track.unwrap_or(Track::Simplification);
    let title = title(&new.title)?;
    let workflow = workflows::in_force(tx, track, now).await?;
    let mut item = fresh(track, workflow.version, &workflow.initial, &title, now);
    item.organisation_id.clone_from(&actor.organisation_id);
    actor.id.as_str().clone_into(&mut item.proposer_id);
    item.proposer_name.clone_from(&actor.name);
    let measure = first_measure(tx, &mut item, new).await?;
    item.number = initiative::next_number(tx, now.to_zoned_datetime(VIETNAM).year()).await?;
    initiative::insert(tx, &item).await?;
    initiative::insert_measure(tx, &item.id, &stored(&workflow, 1, measure, now)).await?;
    initiative::hold(tx, &item.id, Duty::Proposer, actor.id.as_str()).await?;
    let detail = json!({ "track": track, "title": item.title, "flag": item.flag_id });
    audit::record(tx, actor, "initiative_begun", &item.number, &detail, now).await?;
    initiative::find(tx, &item.id).await?.ok_or(InitiativeError::Missing)
}

/// The measure an initiative begins with: about the flag's procedure, or another one, or none yet.
async fn first_measure(tx: &mut Tx, item: &mut Initiative, new: &New) -> Result<Measure, InitiativeError> {
    let mut measure = Measure { title: item.title.clone(), ..Measure::default() };
    let mut code = new.code.clone().filter(|code| !code.trim().is_empty());
    if let Some(id) = &new.flag_id {
        let flag = flag_store::find(tx, id)
            .await?
            .ok_or_else(|| InitiativeError::field("flag", "is no flag that is known", "không tìm thấy vấn đề này"))?;
        item.record.objectives = vec![Objective::EndToEnd];
        item.record.reasons = flag.flag().map(|f| f.name().to_owned()).unwrap_or_default();
        measure.kind = MeasureType::RaiseOnline;
        item.flag_id = Some(flag.id);
        code = Some(flag.code);
    }
    if let Some(code) = code {
        let known = catalog_store::find(tx, code.trim()).await?;
        let Some(known) = known else {
            let vietnamese = format!("không có thủ tục {}", code.trim());
            return Err(InitiativeError::field("code", "is no procedure of the catalog", &vietnamese));
        };
        measure.codes = vec![known.procedure.code.to_string()];
    }
    Ok(measure)
}

fn stored(workflow: &Workflow, position: i64, measure: Measure, now: Timestamp) -> Stored {
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

fn title(text: &str) -> Result<String, InitiativeError> {
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
    what: &str,
    now: Timestamp,
) -> Result<Initiative, InitiativeError> {
    item.changed_at = now.as_millisecond();
    if !initiative::update(tx, &item, true).await? {
        return Err(InitiativeError::Conflict);
    }
    initiative::hold(tx, &item.id, Duty::Proposer, actor.id.as_str()).await?;
    part::forget_draft(tx, &item.id, actor.id.as_str()).await?;
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
    save(tx, actor, item, "initiative_written", now).await
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
    match new.0 {
        Some(position) => {
            let found = item.measures.iter().find(|stored| stored.position == position);
            let mut stored = found.cloned().ok_or(InitiativeError::Missing)?;
            stored.measure = measure;
            initiative::update_measure(tx, &stored).await?;
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
        }
    }
    save(tx, actor, item, "measure_written", now).await
}

/// Whether the procedures of a measure exist and still read as its changes say.
///
/// # Errors
/// [`InitiativeError::Invalid`] naming each change that does not fit.
pub async fn fits(tx: &mut Tx, measure: &Measure) -> Result<(), InitiativeError> {
    let mut wrong = crate::monitor::field::Wrong::default();
    for code in measure.procedures() {
        let Some(known) = catalog_store::find(tx, &code).await? else {
            let message = format!("names {code}, which the catalog does not have");
            wrong.add("codes", &message, &format!("không có thủ tục {code}"), None);
            continue;
        };
        let mut procedure = known.procedure;
        for (place, change) in measure.changes.iter().enumerate().filter(|(_, change)| change.code == code) {
            let part = change.amendment.part;
            if change.amendment.apply(&mut procedure) == crate::catalog::amend::model::Applied::Misfit {
                let message = format!("no longer stands so in {part:?} of {code}: look at the procedure again");
                let vietnamese = format!("mục {} của {code} không còn ghi như vậy, hãy xem lại thủ tục", part.name());
                wrong.add(&format!("changes[{place}]"), &message, &vietnamese, None);
            }
        }
    }
    wrong.ended().map_err(InitiativeError::Invalid)
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
    let written = save(&mut tx, actor, item, "measure_removed", now).await?;
    tx.commit().await?;
    Ok(written)
}

/// Keeps what somebody has typed and not saved, as their browser sends it.
///
/// # Errors
/// [`InitiativeError`]
pub async fn autosave(
    db: &Db,
    actor: &Actor,
    id: &str,
    base_version: i64,
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
    part::put_draft(&mut tx, &item.id, actor.id.as_str(), &draft).await?;
    Ok(tx.commit().await?)
}
