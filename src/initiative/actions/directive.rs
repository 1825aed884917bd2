//! Tasks of directives are given and reported on; what leadership follows in a period is put together.

use jiff::Timestamp;
use serde_json::json;

use super::error::InitiativeError;
use crate::account::audit;
use crate::account::model::{Actor, Role, Tree};
use crate::account::store as account_store;
use crate::catalog::text;
use crate::initiative::directive::{NewTask, Report};
use crate::initiative::measured::{Measurement, Verdict};
use crate::initiative::model::Track;
use crate::initiative::store::directive::{self, Late, Measured, Task};
use crate::initiative::workflow::model::Stage;
use crate::initiative::workflow::rule::NotTheirs;
use crate::initiative::workflow::store::Found;
use crate::platform::clock::VIETNAM;
use crate::platform::db::{Db, Tx};
use crate::platform::word;

/// Those who give tasks.
pub const DIRECTORS: &[Role] = &[Role::Approver, Role::Admin];

/// Gives a task.
///
/// # Errors
/// [`InitiativeError`]; nothing is kept then.
pub async fn give(db: &Db, actor: &Actor, new: NewTask, now: Timestamp) -> Result<String, InitiativeError> {
    let mut tx = db.write().await?;
    let new = checked(&mut tx, actor, new, now).await?;
    let id = uuid::Uuid::now_v7().to_string();
    directive::insert(&mut tx, &id, &new, now.as_millisecond()).await?;
    audit::record(&mut tx, actor, "directive_task_given", &id, &json!(new), now).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes what a task asks for; `version` is the one that was seen.
///
/// # Errors
/// [`InitiativeError`]; nothing is kept then.
pub async fn change(
    db: &Db,
    actor: &Actor,
    (id, version): (&str, i64),
    new: NewTask,
    now: Timestamp,
) -> Result<(), InitiativeError> {
    let mut tx = db.write().await?;
    directive::find(&mut tx, id).await?.ok_or(InitiativeError::Missing)?;
    let new = checked(&mut tx, actor, new, now).await?;
    if !directive::update(&mut tx, (id, version), &new).await? {
        return Err(InitiativeError::Conflict);
    }
    audit::record(&mut tx, actor, "directive_task_changed", id, &json!(new), now).await?;
    Ok(tx.commit().await?)
}

async fn checked(tx: &mut Tx, actor: &Actor, new: NewTask, now: Timestamp) -> Result<NewTask, InitiativeError> {
    let mut new = new.cleaned();
    let known = account_store::organisations(tx).await?.iter().any(|(id, _)| *id == new.organisation);
    let due = new.check(known, now.to_zoned_datetime(VIETNAM).date()).map_err(InitiativeError::Invalid)?;
    new.due_date = due.to_string();
    if actor.has_any(DIRECTORS) { Ok(new) } else { Err(NotTheirs::Role.into()) }
}

/// Notes how far a task is; for those who give tasks and those who act for the organisation that is responsible.
///
/// # Errors
/// [`InitiativeError`]; nothing is kept then.
pub async fn report(
    db: &Db,
    actor: &Actor,
    (id, version): (&str, i64),
    new: &Report,
    now: Timestamp,
) -> Result<(), InitiativeError> {
    let (begun, done) = new.read(now.to_zoned_datetime(VIETNAM).date()).map_err(InitiativeError::Invalid)?;
    let mut tx = db.write().await?;
    let task = directive::find(&mut tx, id).await?.ok_or(InitiativeError::Missing)?;
    if !may_report(&account_store::tree(&mut tx).await?, actor, &task) {
        return Err(NotTheirs::Organisation.into());
    }
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string());
    let result = text::line(&new.result);
    if !directive::report(&mut tx, (id, version), day(begun), day(done), &result).await? {
        return Err(InitiativeError::Conflict);
    }
    let detail = json!({ "begun_on": begun, "done_on": done, "result": result });
    audit::record(&mut tx, actor, "directive_task_reported", id, &detail, now).await?;
    Ok(tx.commit().await?)
}

/// Whether somebody may report on a task.
#[must_use]
pub fn may_report(tree: &Tree, actor: &Actor, task: &Task) -> bool {
    actor.has_any(DIRECTORS) || actor.acts_for(&task.organisation_id, tree)
}

/// A decision that is late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateDecision {
    /// What is late.
    pub late: Late,
    /// Name of the state.
    pub state: String,
    /// Working days and the rule that sets them.
    pub deadline: Option<(u32, String)>,
    /// It has been taken; else it is still to come.
    pub taken: bool,
}

/// What leadership follows in a period.
#[derive(Debug, Clone, Default)]
pub struct Followed {
    /// Organisations that submitted nothing: identity and name.
    pub silent: Vec<(String, String)>,
    /// Decisions that are late now, then those that came late in the period.
    pub late: Vec<LateDecision>,
    /// Initiatives whose promise was kept, for reward.
    pub effective: Vec<Measured>,
}

/// Puts together what leadership follows between two instants.
///
/// # Errors
/// [`InitiativeError`]
pub async fn followed(tx: &mut Tx, from: i64, to: i64, now: i64) -> Result<Followed, InitiativeError> {
    let (mut late, mut found) = (Vec::new(), Found::default());
    for (taken, rows) in
        [(false, directive::overdue(tx, now).await?), (true, directive::late_steps(tx, from, to).await?)]
    {
        for row in rows {
            late.extend(decision(tx, &mut found, row, taken).await?);
        }
    }
    let met = |row: &Measured| {
        serde_json::from_str::<Measurement>(&row.result).is_ok_and(|result| result.verdict == Verdict::Met)
    };
    // Of each measure the newest measurement counts: what was met after 90 days may be lost after 180.
    let mut newest: Vec<Measured> = Vec::new();
    for row in directive::measured(tx, from, to).await? {
        match newest.last_mut() {
            Some(last) if (&last.number, last.position) == (&row.number, row.position) => *last = row,
            _ => newest.push(row),
        }
    }
    let mut effective: Vec<Measured> = newest.into_iter().filter(met).collect();
    effective.dedup_by(|a, b| a.number == b.number);
    Ok(Followed { silent: directive::silent(tx, from, to).await?, late, effective })
}

/// What is late, where it is a decision.
async fn decision(
    tx: &mut Tx,
    found: &mut Found,
    late: Late,
    taken: bool,
) -> Result<Option<LateDecision>, InitiativeError> {
    let Some(track) = word::read::<Track>(&late.track) else { return Ok(None) };
    let workflow = found.get(tx, track, late.workflow_version).await?;
    let Some(state) = workflow.state(&late.state).filter(|state| state.stage == Stage::Deciding) else {
        return Ok(None);
    };
    let deadline = state.due.as_ref().map(|due| (due.days, due.basis.clone()));
    Ok(Some(LateDecision { state: state.name.clone(), deadline, late, taken }))
}
