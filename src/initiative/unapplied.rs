//! What was decided and the catalog does not show: measures that are approved and not applied for long, and
//! amendments that a source contradicts.

use jiff::Timestamp;

use super::actions::error::InitiativeError;
use super::store::initiative::{Initiative, Stored};
use super::store::{history, waiting as open};
use super::workflow::model::{Stage, State, Workflow};
use super::workflow::store::Found;
use crate::catalog::amend::model::lines;
use crate::catalog::amend::store::{self as amendments, Kept};
use crate::catalog::store as catalog_store;
use crate::monitor::parameters::Parameters;
use crate::platform::calendar::model::Calendar;
use crate::platform::calendar::store as calendar;
use crate::platform::clock::VIETNAM;
use crate::platform::db::Tx;

/// A measure that was approved and is not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Public number of the initiative.
    pub number: String,
    /// Position of the measure.
    pub position: i64,
    /// Title of the measure.
    pub title: String,
    /// Name of the state in which it stands.
    pub state: String,
    /// When it was approved, epoch milliseconds.
    pub approved_at: i64,
    /// When it was to be applied, epoch milliseconds.
    pub due_at: i64,
    /// Procedures that it changes.
    pub codes: Vec<String>,
}

/// An amendment that a source contradicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradicted {
    /// What was decided.
    pub kept: Kept,
    /// What the catalog says in that part now.
    pub now: Vec<String>,
}

/// Everything that was decided and that the catalog does not show.
#[derive(Debug, Clone, Default)]
pub struct Unapplied {
    /// Working days after which an approved measure is named.
    pub working_days: u32,
    /// Measures, the oldest first.
    pub waiting: Vec<Waiting>,
    /// Amendments, the newest contradiction first.
    pub contradicted: Vec<Contradicted>,
}

/// Measures of one initiative that were approved too long ago and are not applied.
///
/// # Errors
/// [`InitiativeError`]
pub async fn waiting(
    tx: &mut Tx,
    item: &Initiative,
    workflow: &Workflow,
    steps: &[history::Taken],
    now: Timestamp,
) -> Result<Vec<Waiting>, InitiativeError> {
    if candidates(item, workflow).next().is_none() {
        return Ok(Vec::new());
    }
    let working_days = Parameters::at(tx, now).await?.count("initiative_unapplied_working_days")?;
    let calendar = calendar::load(tx).await?;
    Ok(late(item, workflow, steps, (&calendar, working_days), now))
}

/// Measures that change procedures and are carried out, each with its state.
fn candidates<'a>(item: &'a Initiative, workflow: &'a Workflow) -> impl Iterator<Item = (&'a Stored, &'a State)> {
    let doing = |stored: &'a Stored| {
        let state = workflow.state(&stored.state).filter(|state| state.stage == Stage::Doing)?;
        (!stored.measure.changes.is_empty()).then_some((stored, state))
    };
    item.measures.iter().filter_map(doing)
}

fn late(
    item: &Initiative,
    workflow: &Workflow,
    steps: &[history::Taken],
    (calendar, working_days): (&Calendar, u32),
    now: Timestamp,
) -> Vec<Waiting> {
    let one = |(stored, state): (&Stored, &State)| {
        let of_this = |step: &&history::Taken| step.measure_id.as_ref().is_none_or(|id| *id == stored.id);
        let approving = |step: &&history::Taken| workflow.state(&step.to_state).is_some_and(|state| state.approved);
        let approved = steps.iter().filter(of_this).find(approving)?;
        let began = Timestamp::from_millisecond(approved.at).unwrap_or(now).to_zoned_datetime(VIETNAM).datetime();
        let due = calendar.add_working_days(began, working_days).at.to_zoned_datetime(VIETNAM);
        let due_at = due.map_or(i64::MAX, |at| at.timestamp().as_millisecond());
        (due_at < now.as_millisecond()).then(|| Waiting {
            number: item.number.clone(),
            position: stored.position,
            title: stored.measure.title.clone(),
            state: state.name.clone(),
            approved_at: approved.at,
            due_at,
            codes: stored.measure.procedures(),
        })
    };
    candidates(item, workflow).filter_map(one).collect()
}

/// Puts it together.
///
/// # Errors
/// [`InitiativeError`]
pub async fn unapplied(tx: &mut Tx, now: Timestamp) -> Result<Unapplied, InitiativeError> {
    let working_days = Parameters::at(tx, now).await?.count("initiative_unapplied_working_days")?;
    let calendar = calendar::load(tx).await?;
    let (mut waiting, mut found) = (Vec::new(), Found::default());
    for item in open::waiting(tx).await? {
        let workflow = found.get(tx, item.track, item.workflow_version).await?;
        if candidates(&item, &workflow).next().is_some() {
            let steps = history::steps(tx, &item.id).await?;
            waiting.extend(late(&item, &workflow, &steps, (&calendar, working_days), now));
        }
    }
    waiting.sort_by_key(|one| one.approved_at);
    let mut contradicted = Vec::new();
    for kept in amendments::contradicted(tx).await? {
        let known = catalog_store::find(tx, &kept.code).await?;
        let now = known.map(|known| lines(&known.procedure, kept.amendment.part)).unwrap_or_default();
        contradicted.push(Contradicted { kept, now });
    }
    Ok(Unapplied { working_days, waiting, contradicted })
}
