//! What a workflow is made of, and what makes one sound.

use std::collections::{BTreeSet, HashSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::account::model::Role;
use crate::initiative::model::{Duty, Place, Track};

/// A workflow of one track in one version.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workflow {
    /// Whose it is.
    pub track: Track,
    /// From 1.
    pub version: i64,
    /// Initiatives that begin on this day or later follow it.
    pub valid_from: Date,
    /// The law it rests on.
    pub source: String,
    /// Where an initiative begins.
    pub initial: String,
    /// Duties that one person never has together on one initiative.
    pub separate: Vec<[Duty; 2]>,
    /// In the order of progress.
    #[serde(rename = "state")]
    pub states: Vec<State>,
    /// What may be done.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// A state.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Its word.
    pub code: String,
    /// Its name for readers.
    pub name: String,
    /// The same in English.
    pub english: String,
    /// Where in its life an initiative is.
    pub stage: Stage,
    /// Whether everybody may see it.
    #[serde(default)]
    pub public: bool,
    /// Whether it has been approved.
    #[serde(default)]
    pub approved: bool,
    /// By when it is to be left.
    pub due: Option<Deadline>,
}

/// Where in its life an initiative is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It is being written, and may be changed.
    Drafting,
    /// It is being decided.
    Deciding,
    /// It is being carried out.
    Doing,
    /// It has been carried out.
    Done,
    /// It will not be.
    Dropped,
}

/// By when a state is to be left.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// Working days.
    pub days: u32,
    /// Counted from when.
    pub from: Start,
    /// The law or rule that says so.
    pub basis: String,
}

/// What a deadline counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// When the state was entered.
    Entry,
    /// When it was last submitted: one clock over several states.
    Submission,
    /// The day of completion that was reported.
    Completion,
}

/// What moves: all measures together, or one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every measure that is in a state the step begins from.
    Initiative,
    /// One measure.
    Measure,
}

/// Where who takes a step has to work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Office {
    /// In the organisation of the initiative or above it.
    #[default]
    Own,
    /// Anywhere: the office works for all.
    Any,
    /// In another organisation than those who carried it out.
    Other,
}

/// What a step asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// The record of the track is complete.
    Record,
    /// Each measure changes something, and what it changes stands there.
    Changes,
    /// Each measure says what it saves.
    Cost,
    /// An impact statement where burden is added.
    Impact,
    /// Reasons in words.
    Reason,
    /// Number and date of a document: a plan, an opinion, an answer, an order.
    Document,
    /// Number and date of a written decision.
    Decision,
    /// Necessity, reasonableness, legality and cost, with reasons.
    Appraisal,
    /// Who takes part in the vote.
    Members,
    /// The vote carries it.
    VotePassed,
    /// The vote does not.
    VoteFailed,
    /// The day on which it was completed.
    Completion,
    /// Complete, partial, or not complete.
    Result,
    /// What follows for liability (NĐ 73/2023 Đ11).
    Liability,
    /// Every legal act that is to change has been signed.
    ActsSigned,
    /// There is at least one of them.
    ActsSome,
    /// Every one of them is in force.
    ActsInForce,
    /// It has been measured.
    Measured,
    /// It was measured to be worse than before.
    Regression,
}

/// What a step does beside moving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The members of the meeting may vote.
    OpenVote,
    /// The change set becomes a new version of the procedures, and measuring is planned.
    ApplyChanges,
}

/// A step.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its word.
    pub code: String,
    /// Its name for readers.
    pub name: String,
    /// States it begins from.
    pub from: Vec<String>,
    /// State it leads to.
    pub to: String,
    /// What moves.
    pub scope: Scope,
    /// Measures it is for; for all when absent.
    pub place: Option<Place>,
    /// Who takes it.
    pub roles: Vec<RoleWord>,
    /// The duty that whoever takes it has from then on.
    pub duty: Duty,
    /// Only somebody who has this duty already.
    pub only: Option<Duty>,
    /// Where they have to work.
    #[serde(default)]
    pub organisation: Office,
    /// What it asks for.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// What it does beside moving.
    pub effect: Option<Effect>,
}

/// A role as it is written in a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct RoleWord(pub Role);

impl TryFrom<String> for RoleWord {
    type Error = crate::account::model::UnknownRole;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        word.parse().map(Self)
    }
}

/// Why a workflow cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WorkflowError {
    /// It is no workflow.
    #[error("the workflow cannot be read")]
    Unreadable(#[from] toml::de::Error),
    /// It contradicts itself or the law.
    #[error("the workflow {track} cannot be used: {problem}")]
    Unsound {
        /// Whose.
        track: &'static str,
        /// What is wrong.
        problem: String,
    },
}

impl Workflow {
    /// Reads a definition and checks it.
    ///
    /// # Errors
    /// [`WorkflowError`]
    pub fn read(text: &str) -> Result<Self, WorkflowError> {
        let workflow: Self = toml::from_str(text)?;
        match workflow.problem() {
            Some(problem) => Err(WorkflowError::Unsound { track: workflow.track.code(), problem }),
            None => Ok(workflow),
        }
    }

    /// A state by its word.
    #[must_use]
    pub fn state(&self, code: &str) -> Option<&State> {
        self.states.iter().find(|state| state.code == code)
    }

    /// A step by its word.
    #[must_use]
    pub fn step(&self, code: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.code == code)
    }

    /// Steps that lead out of a state for a measure of a place.
    pub fn steps_from<'a>(&'a self, state: &'a str, place: Place) -> impl Iterator<Item = &'a Step> {
        self.steps
            .iter()
            .filter(move |step| step.from.iter().any(|from| from == state) && step.place.is_none_or(|p| p == place))
    }

    fn problem(&self) -> Option<String> {
        let codes: HashSet<&str> = self.states.iter().map(|state| state.code.as_str()).collect();
        if codes.len() != self.states.len() {
            return Some("a state stands twice".to_owned());
        }
        let words: HashSet<&str> = self.steps.iter().map(|step| step.code.as_str()).collect();
        if words.len() != self.steps.len() {
            return Some("a step stands twice".to_owned());
        }
        let named = self.steps.iter().flat_map(|step| step.from.iter().chain([&step.to]));
        if let Some(unknown) = named.chain([&self.initial]).find(|code| !codes.contains(code.as_str())) {
            return Some(format!("there is no state `{unknown}`"));
        }
        if let Some(state) = self.states.iter().find(|state| !self.reached(&[]).contains(state.code.as_str())) {
            return Some(format!("nothing leads to `{}`", state.code));
        }
        let stuck = |state: &&State| {
            matches!(state.stage, Stage::Drafting | Stage::Deciding | Stage::Doing)
                && [Place::Local, Place::Central]
                    .into_iter()
                    .all(|place| self.steps_from(&state.code, place).next().is_none())
        };
        if let Some(state) = self.states.iter().find(stuck) {
            return Some(format!("nothing leads out of `{}`", state.code));
        }
        self.unlawful()
    }

    /// What the law asks of the two tracks it rules, whatever the data says.
    fn unlawful(&self) -> Option<String> {
        let (before_approval, apart): (&[&[&str]], &[[Duty; 2]]) = match self.track {
            Track::Simplification => (
                &[&["submit"], &["appraise"]],
                &[
                    [Duty::Proposer, Duty::Appraiser],
                    [Duty::Proposer, Duty::Approver],
                    [Duty::Appraiser, Duty::Approver],
                ],
            ),
            Track::InnovationProposal => (
                &[&["submit"], &["consult_party"], &["open_vote"]],
                &[[Duty::Proposer, Duty::Voter], [Duty::Proposer, Duty::Head]],
            ),
            Track::Recognition | Track::Breakthrough => (&[&["submit"]], &[]),
        };
        if let Some([one, other]) = apart.iter().find(|[one, other]| !self.apart(*one, *other)) {
            return Some(format!("{one:?} and {other:?} must be kept apart"));
        }
        for without in before_approval {
            let reached = self.reached(without);
            let approved = self.states.iter().find(|state| state.approved && reached.contains(state.code.as_str()));
            if let Some(state) = approved {
                return Some(format!("`{}` is reached without the step `{}`", state.code, without.join(", ")));
            }
        }
        None
    }

    /// Whether one person never has both duties.
    #[must_use]
    pub fn apart(&self, one: Duty, other: Duty) -> bool {
        self.separate.iter().any(|pair| *pair == [one, other] || *pair == [other, one])
    }

    /// States that are reached from the first one when some steps are left out.
    fn reached(&self, without: &[&str]) -> BTreeSet<&str> {
        let mut reached: BTreeSet<&str> = [self.initial.as_str()].into();
        loop {
            let next: Vec<&str> = self
                .steps
                .iter()
                .filter(|step| !without.contains(&step.code.as_str()))
                .filter(|step| step.from.iter().any(|from| reached.contains(from.as_str())))
                .map(|step| step.to.as_str())
                .filter(|to| !reached.contains(to))
                .collect();
            if next.is_empty() {
                return reached;
            }
            reached.extend(next);
        }
    }
}
