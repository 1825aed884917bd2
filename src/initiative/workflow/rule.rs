//! Who may take which step, and where an initiative stands. Nothing here reads a clock or a database.

use jiff::civil::DateTime;

use super::model::{Deadline, Office, Stage, Start, State, Step, Workflow};
use crate::account::model::Actor;
use crate::initiative::model::{Duty, Place};
use crate::platform::calendar::model::{Calendar, Due};

/// Somebody's part in an initiative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The part.
    pub duty: Duty,
    /// Who.
    pub user_id: String,
    /// Where they work.
    pub organisation_id: Option<String>,
}

/// Why a step is not for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotTheirs {
    /// They lack the role.
    #[error("the step is for another role")]
    Role,
    /// It belongs to another organisation.
    #[error("the initiative belongs to another organisation")]
    Organisation,
    /// They have a part that is kept apart from this one.
    #[error("whoever was {0:?} of an initiative cannot be {1:?} of it")]
    Separation(Duty, Duty),
    /// It is for whoever has a part already.
    #[error("the step is for the {0:?} only")]
    Only(Duty),
    /// Who carried it out does not judge it.
    #[error("the verdict comes from another organisation than the one that carried it out")]
    SameOrganisation,
}

/// Whether somebody may take a step: role, organisation, separation of duties. `acts` says that they act for the
/// organisation of the initiative.
///
/// # Errors
/// [`NotTheirs`]
pub fn may_take(workflow: &Workflow, step: &Step, actor: &Actor, acts: bool, held: &[Held]) -> Result<(), NotTheirs> {
    if !step.roles.iter().any(|role| actor.roles.contains(&role.0)) {
        return Err(NotTheirs::Role);
    }
    let theirs = |duty: Duty| held.iter().any(|h| h.duty == duty && h.user_id == actor.id.as_str());
    match step.organisation {
        Office::Own if !acts => return Err(NotTheirs::Organisation),
        Office::Own | Office::Any => {}
        Office::Other => {
            let same = |h: &&Held| h.duty == Duty::Implementer && h.organisation_id == actor.organisation_id;
            if held.iter().any(|h| same(&h)) {
                return Err(NotTheirs::SameOrganisation);
            }
        }
    }
    if let Some(only) = step.only.filter(|only| !theirs(*only)) {
        return Err(NotTheirs::Only(only));
    }
    match separated(workflow, step.duty, actor.id.as_str(), held) {
        Some(other) => Err(NotTheirs::Separation(other, step.duty)),
        None => Ok(()),
    }
}

/// A part that somebody has and that is kept apart from another one.
#[must_use]
pub fn separated(workflow: &Workflow, duty: Duty, user_id: &str, held: &[Held]) -> Option<Duty> {
    held.iter().find(|h| h.user_id == user_id && workflow.apart(h.duty, duty)).map(|h| h.duty)
}

/// What a deadline is counted from.
#[derive(Debug, Clone, Copy)]
pub struct Starts {
    /// The state was entered.
    pub entry: DateTime,
    /// It was last submitted.
    pub submission: Option<DateTime>,
    /// It was completed.
    pub completion: Option<DateTime>,
}

/// By when a state is to be left; `None` where nothing says so.
#[must_use]
pub fn due(state: &State, starts: Starts, calendar: &Calendar) -> Option<Due> {
    let Deadline { days, from, .. } = state.due.as_ref()?;
    let start = match from {
        Start::Entry => Some(starts.entry),
        Start::Submission => starts.submission,
        Start::Completion => starts.completion,
    };
    Some(calendar.add_working_days(start.unwrap_or(starts.entry), *days))
}

/// Where an initiative stands: with its measure that is least far, of those that are not dropped; when all are, with the
/// one that went farthest.
#[must_use]
pub fn derived<'a>(workflow: &'a Workflow, measures: impl IntoIterator<Item = &'a str>) -> Option<&'a State> {
    let place = |code: &str| workflow.states.iter().position(|state| state.code == code);
    let mut places: Vec<usize> = measures.into_iter().filter_map(place).collect();
    places.sort_unstable();
    let dropped = |at: &&usize| workflow.states[**at].stage == Stage::Dropped;
    let at = places.iter().find(|at| !dropped(at)).or(places.last())?;
    workflow.states.get(*at)
}

/// Steps that may be taken now, for somebody who has what they ask for.
#[must_use]
pub fn allowed<'a>(
    workflow: &'a Workflow,
    state: &'a str,
    place: Place,
    actor: &Actor,
    acts: bool,
    held: &[Held],
) -> Vec<&'a Step> {
    let theirs = |step: &&Step| may_take(workflow, step, actor, acts, held).is_ok();
    workflow.steps_from(state, place).filter(theirs).collect()
}
