//! Where an initiative begins: with a flag, with a procedure, or with an initiative of others that is adopted.

use jiff::Timestamp;
use serde_json::json;

use super::error::{InitiativeError, load};
use super::write::{misfits, stored, title};
use crate::account::audit;
use crate::account::model::Actor;
use crate::assessment::flag::FlagCode;
use crate::assessment::flag_store::{self, FlagRow};
use crate::assessment::model::{Point, PointValue};
use crate::assessment::subject::{Context, Subject};
use crate::catalog::store as catalog_store;
use crate::initiative::model::{Duty, MeasureType, Objective, Track};
use crate::initiative::record::{Measure, Record};
use crate::initiative::store::initiative::{self, Initiative, fresh};
use crate::initiative::workflow::store as workflows;
use crate::platform::clock::VIETNAM;
use crate::platform::db::{Db, Tx};

/// How an initiative begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct New {
    /// The law it follows; simplification, or that of the initiative that is adopted, without.
    pub track: Option<Track>,
    /// One line; with a flag or an initiative that is adopted it may be empty.
    pub title: String,
    /// The flag it comes from: it brings the procedure, its failing points and what is at stake.
    pub flag_id: Option<String>,
    /// A procedure it is about.
    pub code: Option<String>,
    /// Number of an initiative that is adopted: it brings record and measures, and is named as where they come from.
    pub adopt: Option<String>,
}

/// Begins an initiative as a draft of somebody. A flag that an open initiative of the same organisation came from leads to
/// that one.
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
    if let Some(flag) = &new.flag_id
        && let Some(open) = initiative::from_flag(tx, flag, actor.organisation_id.as_deref()).await?
    {
        return initiative::find(tx, &open).await?.ok_or(InitiativeError::Missing);
    }
    let mut origin = match (&new.adopt, &new.flag_id) {
        (Some(number), _) => adopt(tx, actor, number).await?,
        (None, Some(flag_id)) => flag(tx, flag_id, now).await?,
        (None, None) => Origin { measures: vec![Measure::default()], ..Origin::default() },
    };
    if !new.title.trim().is_empty() {
        origin.title.clone_from(&new.title);
    }
    let title = title(&origin.title)?;
    if let Some(code) = new.code.as_deref().filter(|code| !code.trim().is_empty()) {
        let known = catalog_store::find(tx, code.trim()).await?;
        let Some(known) = known else {
            let vietnamese = format!("không có thủ tục {}", code.trim());
            return Err(InitiativeError::field("code", "is no procedure of the catalog", &vietnamese));
        };
        if let Some(first) = origin.measures.first_mut() {
            first.codes = vec![known.procedure.code.to_string()];
        }
    }
    let track = new.track.or(origin.track).unwrap_or(Track::Simplification);
    write(tx, actor, (track, &title), origin, now).await
}

async fn write(
    tx: &mut Tx,
    actor: &Actor,
    (track, title): (Track, &str),
    origin: Origin,
    now: Timestamp,
) -> Result<Initiative, InitiativeError> {
    let workflow = workflows::in_force(tx, track, now).await?;
    let mut item = fresh(track, workflow.version, &workflow.initial, title, now);
    item.organisation_id.clone_from(&actor.organisation_id);
    actor.id.as_str().clone_into(&mut item.proposer_id);
    item.proposer_name.clone_from(&actor.name);
    item.record = origin.record;
    item.flag_id = origin.flag_id;
    item.adopted_from = origin.adopted_from;
    item.number = initiative::next_number(tx, now.to_zoned_datetime(VIETNAM).year()).await?;
    initiative::insert(tx, &item).await?;
    for (position, mut measure) in (1..).zip(origin.measures) {
        if measure.title.is_empty() {
            title.clone_into(&mut measure.title);
        }
        initiative::insert_measure(tx, &item.id, &stored(&workflow, position, measure, now)).await?;
    }
    initiative::hold(tx, &item.id, Duty::Proposer, actor.id.as_str()).await?;
    let detail = json!({ "track": track, "title": title, "flag": item.flag_id, "adopted_from": item.adopted_from });
    audit::record(tx, actor, "initiative_begun", &item.number, &detail, now).await?;
    initiative::find(tx, &item.id).await?.ok_or(InitiativeError::Missing)
}

/// What an initiative takes over from where it begins.
#[derive(Debug, Clone, Default)]
struct Origin {
    /// The law it follows, where that is given with it.
    track: Option<Track>,
    /// Its title, when whoever begins it gives none.
    title: String,
    /// Its record.
    record: Record,
    /// Its measures; one at least.
    measures: Vec<Measure>,
    /// Identifier of the flag.
    flag_id: Option<String>,
    /// Identifier of the initiative that is adopted.
    adopted_from: Option<String>,
}

/// What a flag brings: its procedure, the points that fail there, and what is at stake.
async fn flag(tx: &mut Tx, id: &str, now: Timestamp) -> Result<Origin, InitiativeError> {
    let unknown = || InitiativeError::field("flag", "is no flag that is known", "không tìm thấy vấn đề này");
    let flag = flag_store::find(tx, id).await?.ok_or_else(unknown)?;
    let stored = catalog_store::find(tx, &flag.code).await?.ok_or_else(unknown)?;
    let context = Context::at(tx, now).await?;
    let subject = Subject::read(tx, &stored, &context).await?;
    let verdict = subject.judge(&context);
    let name = flag.flag().map_or("", FlagCode::name);
    let mut reasons = vec![format!("{}: {name}.", flag.flag)];
    let failing = Point::ALL.iter().filter(|point| verdict.points[point.index()].value == PointValue::No);
    reasons.extend(failing.map(|point| format!("{} chưa đạt: {}.", point.code(), point.name())));
    let dossiers = subject.dossiers(now, None);
    reasons.push(match (dossiers.all_90, dossiers.online_90) {
        (Some(all), Some(online)) => format!("90 ngày gần đây có {all} hồ sơ, {online} hồ sơ làm trọn trên mạng."),
        (Some(all), None) => format!("90 ngày gần đây có {all} hồ sơ, chưa rõ bao nhiêu làm trọn trên mạng."),
        (None, _) => "Chưa có số hồ sơ của thủ tục này.".to_owned(),
    });
    let title = title_of(&flag);
    Ok(Origin {
        record: Record { reasons: reasons.join("\n"), objectives: vec![Objective::EndToEnd], ..Record::default() },
        measures: vec![Measure {
            title: title.clone(),
            kind: kind(flag.flag()),
            codes: vec![flag.code],
            ..Measure::default()
        }],
        title,
        flag_id: Some(flag.id),
        ..Origin::default()
    })
}

/// The title of an initiative that deals with a flag.
#[must_use]
pub fn title_of(flag: &FlagRow) -> String {
    format!("Xử lý “{}” của thủ tục {}", flag.flag().map_or("", FlagCode::name), flag.code)
}

/// What usually answers a flag.
const fn kind(flag: Option<FlagCode>) -> MeasureType {
    match flag {
        Some(FlagCode::F8) => MeasureType::CutTime,
        _ => MeasureType::RaiseOnline,
    }
}

/// What an initiative of others brings. What does not fit the catalog as it stands, such as changes that were applied in the
/// meantime, stays behind.
async fn adopt(tx: &mut Tx, actor: &Actor, number: &str) -> Result<Origin, InitiativeError> {
    let Initiative { id, track, title, mut record, measures, .. } = match load(tx, actor, number.trim()).await {
        Ok((other, _)) => other,
        Err(InitiativeError::Missing) => {
            let vietnamese = format!("không có sáng kiến {}", number.trim());
            return Err(InitiativeError::field("adopt", "is no initiative that you may see", &vietnamese));
        }
        Err(error) => return Err(error),
    };
    // What is about the others themselves stays with them.
    record.innovation.position.clear();
    record.innovation.is_head = false;
    record.recognition.confidential.clear();
    record.recognition.authors.clear();
    record.recognition.first_applied = None;
    record.breakthrough.national_code.clear();
    record.breakthrough.link.clear();
    let mut taken = Vec::with_capacity(measures.len());
    for stored in measures {
        let mut measure = stored.measure;
        let gone = misfits(tx, &measure).await?;
        let mut places = 0..;
        measure.changes.retain(|change| {
            let open = |place: &usize| !gone.changes.contains(place) && !gone.done.contains(place);
            let fits = places.next().as_ref().is_some_and(open);
            fits && !gone.unknown.contains(&change.code)
        });
        measure.codes.retain(|code| !gone.unknown.contains(code));
        taken.push(measure);
    }
    Ok(Origin { track: Some(track), title, record, measures: taken, flag_id: None, adopted_from: Some(id) })
}
