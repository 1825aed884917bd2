//! Taking a step: checked, written, recorded and told in one transaction.

use jiff::civil::DateTime;
use jiff::{Timestamp, ToSpan};
use serde_json::json;

use super::error::{InitiativeError, load};
use super::{need, tell};
use crate::account::audit;
use crate::account::model::{Actor, Login};
use crate::account::store as account_store;
use crate::catalog::amend::actions::{Origin, amend};
use crate::catalog::amend::model::Amendment;
use crate::initiative::given::Given;
use crate::initiative::model::Duty;
use crate::initiative::store::history::{self, NewStep};
use crate::initiative::store::initiative::{self, Initiative, Stored};
use crate::initiative::store::part;
use crate::initiative::workflow::model::{Effect, Need, Scope, Stage, Step, Workflow};
use crate::initiative::workflow::rule::{Starts, derived, due, may_take, separated};
use crate::initiative::workflow::store as workflows;
use crate::platform::calendar::model::Calendar;
use crate::platform::calendar::store as calendar;
use crate::platform::changes;
use crate::platform::clock::VIETNAM;
use crate::platform::db::{Db, Tx};

/// The kind of change-log entry a step writes.
pub const CHANGE_KIND: &str = "initiative";
/// Days after which what was promised is measured.
pub const MEASURED_AFTER: [i64; 2] = [90, 180];
/// Longest key of a request, characters.
const MAX_KEY: usize = 100;

/// A step that somebody wants to take.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Word of the step.
    pub step: String,
    /// Place of the measure that is to move; all move without.
    pub measure: Option<i64>,
    /// The version that was seen.
    pub version: Option<i64>,
    /// Names this request: sent twice, it is carried out once.
    pub key: String,
    /// What is given with it.
    pub given: Given,
}

/// Takes a step and gives the initiative as it stands then; a request that was carried out before changes nothing.
///
/// # Errors
/// [`InitiativeError`]; nothing is written then.
pub async fn take(
    db: &Db,
    actor: &Actor,
    id: &str,
    request: &Request,
    now: Timestamp,
) -> Result<Initiative, InitiativeError> {
    if request.key.is_empty() || request.key.len() > MAX_KEY {
        return Err(InitiativeError::field("key", "takes 1 to 100 characters", "thiếu mã yêu cầu, hãy tải lại trang"));
    }
    let mut tx = db.write().await?;
    let (mut item, acts) = load(&mut tx, actor, id).await?;
    if let Some(done) = history::done(&mut tx, &item.id, &request.key).await? {
        return if done == request.step { Ok(item) } else { Err(InitiativeError::Conflict) };
    }
    let workflow = workflows::find(&mut tx, item.track, item.workflow_version).await?;
    if request.version.is_some_and(|seen| seen != item.version) {
        return Err(InitiativeError::Conflict);
    }
    let (step, moving) = legal(&workflow, &item, request)?;
    may_take(&workflow, step, actor, acts, &item.held)?;
    let before: Vec<Stored> = moving.iter().map(|at| item.measures[*at].clone()).collect();
    need::check(&mut tx, &item, &before, &step.needs, &request.given, now).await?;
    effect(&mut tx, &workflow, &item, step, &before, (actor, &request.given), now).await?;
    let late = before.iter().any(|stored| stored.due_at.is_some_and(|due| due < now.as_millisecond()));
    advance(&mut tx, &workflow, &mut item, step, &moving, &request.given, now).await?;
    let from = before.first().map_or("", |stored| stored.state.as_str());
    write(&mut tx, &workflow, &mut item, actor, (step, from, late), request, now).await?;
    tx.commit().await?;
    Ok(item)
}

/// The step and the measures that it moves.
fn legal<'a>(
    workflow: &'a Workflow,
    item: &Initiative,
    request: &Request,
) -> Result<(&'a Step, Vec<usize>), InitiativeError> {
    let measures = || item.measures.iter().enumerate();
    let wanted = |stored: &Stored| request.measure.is_none_or(|position| position == stored.position);
    let step = workflow.step(&request.step).filter(|step| (step.scope == Scope::Measure) == request.measure.is_some());
    if let Some(step) = step {
        let moves = |stored: &Stored| {
            wanted(stored)
                && step.from.contains(&stored.state)
                && step.place.is_none_or(|place| place == stored.place())
        };
        let moving: Vec<usize> = measures().filter(|(_, stored)| moves(stored)).map(|(at, _)| at).collect();
        if !moving.is_empty() {
            return Ok((step, moving));
        }
    }
    let mut allowed: Vec<String> = measures()
        .filter(|(_, stored)| wanted(stored))
        .flat_map(|(_, stored)| workflow.steps_from(&stored.state, stored.place()))
        .map(|step| step.code.clone())
        .collect();
    allowed.sort_unstable();
    allowed.dedup();
    let state = measures().find(|(_, stored)| wanted(stored)).map_or(&item.state, |(_, stored)| &stored.state);
    Err(InitiativeError::Illegal { step: request.step.clone(), state: state.clone(), allowed })
}

async fn effect(
    tx: &mut Tx,
    workflow: &Workflow,
    item: &Initiative,
    step: &Step,
    moving: &[Stored],
    by: (&Actor, &Given),
    now: Timestamp,
) -> Result<(), InitiativeError> {
    match step.effect {
        Some(Effect::OpenVote) => open_vote(tx, workflow, item, by).await,
        Some(Effect::ApplyChanges) => {
            for stored in moving {
                apply(tx, item, stored, now).await?;
            }
            Ok(())
        }
        None => Ok(()),
    }
}

/// The head and the members that were named may vote; whoever proposed it may not (NĐ 73/2023 Đ8.1).
async fn open_vote(
    tx: &mut Tx,
    workflow: &Workflow,
    item: &Initiative,
    (head, given): (&Actor, &Given),
) -> Result<(), InitiativeError> {
    let meeting = history::votes(tx, &item.id).await?.first().map_or(0, |row| row.meeting) + 1;
    let mut members = vec![head.clone()];
    for typed in &given.members {
        let unknown = || {
            let vietnamese = format!("không có ai đăng nhập bằng “{}”", typed.trim());
            InitiativeError::field("members", &format!("have nobody who signs in as `{}`", typed.trim()), &vietnamese)
        };
        let member = person(tx, typed).await?.ok_or_else(unknown)?;
        if separated(workflow, Duty::Voter, member.id.as_str(), &item.held).is_some() {
            let vietnamese = format!("{} là người đề xuất nên không biểu quyết", member.name);
            return Err(InitiativeError::field("members", "include the proposer, who does not vote", &vietnamese));
        }
        if !members.contains(&member) {
            members.push(member);
        }
    }
    for (at, member) in members.iter().enumerate() {
        history::insert_member(tx, &item.id, meeting, (member.id.as_str(), &member.name), at == 0).await?;
    }
    Ok(())
}

/// The changes of a measure become new versions of its procedures, and measuring is planned.
async fn apply(tx: &mut Tx, item: &Initiative, stored: &Stored, now: Timestamp) -> Result<(), InitiativeError> {
    let history = history::steps(tx, &item.id).await?;
    let of = |taken: &&history::Taken| taken.measure_id.as_deref() == Some(&stored.id);
    let round = history.iter().filter(of).filter(|taken| taken.step == "implement").count();
    let decision = history.iter().rev().filter(of).find(|taken| taken.step == "publish");
    let decision =
        decision.and_then(|taken| serde_json::from_str::<Given>(&taken.given).ok()).map(|given| given.number);
    let name = match round {
        0 => format!("{}.{}", item.number, stored.position),
        round => format!("{}.{}-{}", item.number, stored.position, round + 1),
    };
    let origin = Origin { name: &name, decision: decision.as_deref() };
    for code in stored.measure.procedures() {
        let changes: Vec<Amendment> = stored
            .measure
            .changes
            .iter()
            .filter(|change| change.code == code)
            .map(|change| change.amendment.clone())
            .collect();
        if !changes.is_empty() {
            amend(tx, &code, &changes, origin, now).await?;
        }
    }
    let today = now.to_zoned_datetime(VIETNAM).date();
    for days in MEASURED_AFTER {
        part::plan(tx, &stored.id, days, &today.saturating_add(days.days()).to_string()).await?;
    }
    Ok(())
}

async fn advance(
    tx: &mut Tx,
    workflow: &Workflow,
    item: &mut Initiative,
    step: &Step,
    moving: &[usize],
    given: &Given,
    now: Timestamp,
) -> Result<(), InitiativeError> {
    let at = now.as_millisecond();
    if step.needs.contains(&Need::Record) {
        item.submitted_at = Some(at);
    }
    let calendar = calendar::load(tx).await?;
    let completion =
        given.completed_on.trim().parse().ok().map(|day: jiff::civil::Date| day.to_datetime(local(at).time()));
    let starts = Starts { entry: local(at), submission: item.submitted_at.map(local), completion };
    for place in moving {
        let stored = &mut item.measures[*place];
        stored.state.clone_from(&step.to);
        stored.since = at;
        (stored.due_at, stored.provisional) = due_at(workflow, &step.to, starts, &calendar);
        initiative::update_measure(tx, stored).await?;
    }
    Ok(())
}

fn due_at(workflow: &Workflow, state: &str, starts: Starts, calendar: &Calendar) -> (Option<i64>, bool) {
    let Some(due) = workflow.state(state).and_then(|state| due(state, starts, calendar)) else { return (None, false) };
    let at = due.at.to_zoned_datetime(VIETNAM).map(|at| at.timestamp().as_millisecond()).ok();
    (at, due.provisional)
}

/// A moment in Vietnam.
fn local(at: i64) -> DateTime {
    Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned_datetime(VIETNAM).datetime()
}

async fn write(
    tx: &mut Tx,
    workflow: &Workflow,
    item: &mut Initiative,
    actor: &Actor,
    (step, from, late): (&Step, &str, bool),
    request: &Request,
    now: Timestamp,
) -> Result<(), InitiativeError> {
    if let Some(state) = derived(workflow, item.measures.iter().map(|stored| stored.state.as_str())) {
        item.state.clone_from(&state.code);
        // What the public has seen does not vanish.
        item.is_public |= state.public;
    }
    item.changed_at = now.as_millisecond();
    let is_open = item.measures.iter().any(|stored| {
        let stage = workflow.state(&stored.state).map(|state| state.stage);
        stage.is_some_and(|stage| !matches!(stage, Stage::Done | Stage::Dropped))
    });
    if !initiative::update(tx, item, is_open).await? {
        return Err(InitiativeError::Conflict);
    }
    item.version += 1;
    initiative::hold(tx, &item.id, step.duty, actor.id.as_str()).await?;
    let measure = request.measure.and_then(|position| item.measures.iter().find(|stored| stored.position == position));
    let given = serde_json::to_string(&request.given).unwrap_or_default();
    let new = NewStep {
        request_key: &request.key,
        measure_id: measure.map(|stored| stored.id.as_str()),
        step: &step.code,
        from,
        to: &step.to,
        actor_id: actor.id.as_str(),
        actor_name: &actor.name,
        given: &given,
        late,
    };
    history::insert(tx, &item.id, new, now).await?;
    tell::moved(tx, workflow, item, actor, (&step.name, &step.to), now).await?;
    changes::record(tx, CHANGE_KIND, std::slice::from_ref(&item.number), now).await?;
    let detail = json!({ "step": step.code, "measure": request.measure, "from": from, "to": step.to,
                         "version": item.version, "key": request.key, "late": late });
    audit::record(tx, actor, "initiative_step", &item.number, &detail, now).await?;
    Ok(())
}

/// Somebody who may act, by what they sign in with.
async fn person(tx: &mut Tx, login: &str) -> Result<Option<Actor>, sqlx::Error> {
    let Some(login) = Login::read(login) else { return Ok(None) };
    match account_store::credentials(tx, &login).await? {
        Some(known) => account_store::actor(tx, &known.id).await,
        None => Ok(None),
    }
}
