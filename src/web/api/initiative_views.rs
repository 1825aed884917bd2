//! The shapes of initiatives in answers, and what is read for them.

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use crate::account::model::Actor;
use crate::initiative::actions::error::{InitiativeError, load};
use crate::initiative::cost::{Method, Saving};
use crate::initiative::model::{Place, Track};
use crate::initiative::plan::{Progress, progress};
use crate::initiative::record::{Measure, Record};
use crate::initiative::store::history::{self, Taken, VoteRow};
use crate::initiative::store::initiative::{self, Initiative, Stored};
use crate::initiative::store::part::{self, Act, MeasurementRow};
use crate::initiative::store::plan::{self, Stage, UnitRow};
use crate::initiative::vote::{Outcome, Tally};
use crate::initiative::workflow::model::{Scope, Workflow};
use crate::initiative::workflow::rule::allowed;
use crate::initiative::workflow::store as workflows;
use crate::platform::db::Tx;
use crate::web::format::iso;

/// An initiative with everything that hangs on it, for one reader.
#[derive(Debug)]
pub struct Sight {
    /// What it says and where it stands.
    pub item: Initiative,
    /// How it moves.
    pub workflow: Arc<Workflow>,
    /// Steps that were taken.
    pub steps: Vec<Taken>,
    /// The newest vote.
    pub votes: Vec<VoteRow>,
    /// Legal acts that have to change.
    pub acts: Vec<Act>,
    /// Stages of its measures.
    pub stages: Vec<Stage>,
    /// Units in which they are rolled out.
    pub units: Vec<UnitRow>,
    /// Measurements, planned and taken.
    pub measurements: Vec<MeasurementRow>,
    /// Who reads; `None` for the public.
    pub reader: Option<Actor>,
    /// Whether the reader acts for its organisation.
    pub theirs: bool,
}

impl Sight {
    /// Reads an initiative for somebody.
    ///
    /// # Errors
    /// [`InitiativeError::Missing`] when there is none that they may see.
    pub async fn load(tx: &mut Tx, reader: Option<&Actor>, id: &str) -> Result<Self, InitiativeError> {
        let (item, theirs) = match reader {
            Some(actor) => load(tx, actor, id).await?,
            None if id.contains('\0') => return Err(InitiativeError::Missing),
            None => {
                let item = initiative::find(tx, id).await?.filter(|item| item.is_public);
                (item.ok_or(InitiativeError::Missing)?, false)
            }
        };
        Ok(Self {
            workflow: workflows::find(tx, item.track, item.workflow_version).await?,
            steps: history::steps(tx, &item.id).await?,
            votes: history::votes(tx, &item.id).await?,
            acts: part::acts(tx, &item.id).await?,
            stages: plan::stages(tx, &item.id).await?,
            units: plan::units(tx, &item.id).await?,
            measurements: part::measurements(tx, &item.id).await?,
            item,
            reader: reader.cloned(),
            theirs,
        })
    }

    /// Words of the steps that the reader may take: on the whole without a measure, on one measure with it.
    #[must_use]
    pub fn allowed(&self, measure: Option<&Stored>) -> Vec<String> {
        let Some(actor) = &self.reader else { return Vec::new() };
        words_allowed(&self.workflow, &self.item, measure, actor, self.theirs)
    }

    /// How far a measure is rolled out.
    #[must_use]
    pub fn rolled_out(&self, measure_id: &str) -> Option<Progress> {
        let of_this = self.units.iter().filter(|unit| unit.measure_id == measure_id);
        progress(&of_this.map(|unit| (unit.done_on.is_some(), unit.dossiers)).collect::<Vec<_>>())
    }

    /// How the vote stands.
    #[must_use]
    pub fn tally(&self) -> Option<(Tally, Outcome)> {
        let members: Vec<_> = self.votes.iter().map(VoteRow::member).collect();
        let tally = (!members.is_empty()).then(|| Tally::of(&members))?;
        Some((tally, tally.outcome()))
    }
}

/// Words of the steps that somebody may take: on the whole without a measure, on one measure with it. `acts` says that they
/// act for the organisation of the initiative.
#[must_use]
pub fn words_allowed(
    workflow: &Workflow,
    item: &Initiative,
    measure: Option<&Stored>,
    actor: &Actor,
    acts: bool,
) -> Vec<String> {
    let scope = if measure.is_some() { Scope::Measure } else { Scope::Initiative };
    let mut words = Vec::new();
    for stored in measure.map_or(&item.measures[..], std::slice::from_ref) {
        let steps = allowed(workflow, &stored.state, stored.place(), actor, acts, &item.held);
        for step in steps.into_iter().filter(|step| step.scope == scope) {
            if !words.contains(&step.code) {
                words.push(step.code.clone());
            }
        }
    }
    words
}

/// An initiative. Instants are UTC.
#[derive(Debug, Serialize, ToSchema)]
pub struct InitiativeView {
    /// Public number.
    pub number: String,
    /// The law it follows.
    pub track: Track,
    /// One line.
    pub title: String,
    /// Where it stands, derived from its measures.
    pub state: String,
    /// The name of that state.
    pub state_name: String,
    /// What it says; what its authors keep confidential is shown to signed-in people only.
    pub record: Record,
    /// Its measures.
    pub measures: Vec<MeasureView>,
    /// Steps that were taken, oldest first.
    pub steps: Vec<StepView>,
    /// The newest vote.
    pub vote: Option<VoteView>,
    /// When it was submitted.
    pub submitted_at: Option<String>,
    /// The initiative it was adopted from.
    pub adopted_from: Option<String>,
    /// Words of the steps that you may take on the whole.
    pub allowed: Vec<String>,
    /// Counts changes.
    pub version: i64,
}

/// A measure of an initiative.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeasureView {
    /// From 1.
    pub position: i64,
    /// Where it stands.
    pub state: String,
    /// Since when.
    pub since: String,
    /// By when the state is to be left.
    pub due_at: Option<String>,
    /// Counted with days off that are not announced yet ("tạm tính").
    pub provisional: bool,
    /// Who can put it into force.
    pub place: Place,
    /// What it does.
    #[schema(value_type = Object)]
    pub measure: Measure,
    /// Whose time was counted; the two are never added.
    pub method: Option<Method>,
    /// What it saves.
    pub saving: Option<Saving>,
    /// Legal acts that have to change.
    pub acts: Vec<ActView>,
    /// Its stages.
    pub stages: Vec<StageView>,
    /// Units in which it is rolled out.
    pub units: Vec<UnitView>,
    /// How far it is rolled out; `null` without units.
    pub rolled_out: Option<Progress>,
    /// What was measured after it was applied.
    pub measurements: Vec<MeasurementView>,
    /// Words of the steps that you may take on it.
    pub allowed: Vec<String>,
}

/// A legal act that has to change.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActView {
    /// Identity.
    pub id: String,
    /// The act.
    pub act: String,
    /// Articles, clauses, points.
    pub provision: String,
    /// What changes in it.
    pub change: String,
    /// Number of the act that changes it.
    pub signed_number: Option<String>,
    /// Day of signature.
    pub signed_on: Option<String>,
    /// First day in force.
    pub effective_on: Option<String>,
    /// Counts changes.
    pub version: i64,
}

/// A stage of a measure. Days are ISO.
#[derive(Debug, Serialize, ToSchema)]
pub struct StageView {
    /// Identity.
    pub id: String,
    /// What is done.
    pub name: String,
    /// First day as planned.
    pub planned_from: String,
    /// Last day as planned.
    pub planned_to: String,
    /// First day as it was.
    pub actual_from: Option<String>,
    /// Last day as it was.
    pub actual_to: Option<String>,
    /// Counts changes.
    pub version: i64,
}

/// A unit in which a measure is rolled out. Days are ISO.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitView {
    /// Its name.
    pub name: String,
    /// The unit, where the tables of units have it.
    pub unit_id: Option<String>,
    /// Day as planned.
    pub planned_on: String,
    /// Day as it was.
    pub done_on: Option<String>,
    /// Dossiers of the measure's procedures that were counted there; `null` where nobody counted.
    pub dossiers: Option<i64>,
}

/// What was measured.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeasurementView {
    /// Days after it was applied.
    pub days: i64,
    /// When it is taken.
    pub due_on: String,
    /// What was found; `null` until then.
    #[schema(value_type = Option<Object>)]
    pub result: Option<serde_json::Value>,
}

/// A step that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepView {
    /// From 1.
    pub seq: i64,
    /// Word of the step.
    pub step: String,
    /// State before.
    pub from: String,
    /// State after.
    pub to: String,
    /// When.
    pub at: String,
    /// Came after its deadline.
    pub late: bool,
    /// Who; only shown to signed-in people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What was given with it; only shown to signed-in people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub given: Option<serde_json::Value>,
}

/// How a vote stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct VoteView {
    /// The count.
    pub tally: Tally,
    /// What it says.
    pub outcome: Outcome,
}

impl InitiativeView {
    /// An initiative as its reader may see it.
    #[must_use]
    pub fn of(sight: &Sight) -> Self {
        let item = &sight.item;
        let signed_in = sight.reader.is_some();
        let state_name = sight.workflow.state(&item.state).map_or(&item.state, |state| &state.name).clone();
        let step = |taken: &Taken| StepView {
            seq: taken.seq,
            step: taken.step.clone(),
            from: taken.from_state.clone(),
            to: taken.to_state.clone(),
            at: iso(taken.at),
            late: taken.late != 0,
            by: signed_in.then(|| taken.actor_name.clone()),
            given: signed_in.then(|| serde_json::from_str(&taken.given).unwrap_or_default()),
        };
        let mut record = item.record.clone();
        if !signed_in {
            record.recognition.confidential.clear();
        }
        Self {
            number: item.number.clone(),
            track: item.track,
            title: item.title.clone(),
            state: item.state.clone(),
            state_name,
            record,
            measures: item.measures.iter().map(|stored| measure(sight, stored)).collect(),
            steps: sight.steps.iter().map(step).collect(),
            vote: sight.tally().map(|(tally, outcome)| VoteView { tally, outcome }),
            submitted_at: item.submitted_at.map(iso),
            adopted_from: item.adopted_number.clone(),
            allowed: sight.allowed(None),
            version: item.version,
        }
    }
}

fn measure(sight: &Sight, stored: &Stored) -> MeasureView {
    let act = |act: &Act| ActView {
        id: act.id.clone(),
        act: act.act.clone(),
        provision: act.provision.clone(),
        change: act.change.clone(),
        signed_number: act.signed_number.clone(),
        signed_on: act.signed_on.clone(),
        effective_on: act.effective_on.clone(),
        version: act.version,
    };
    let measurement = |row: &MeasurementRow| MeasurementView {
        days: row.days,
        due_on: row.due_on.clone(),
        result: row.result.as_deref().and_then(|text| serde_json::from_str(text).ok()),
    };
    let of_this = |id: &str| id == stored.id;
    let stage = |stage: &Stage| StageView {
        id: stage.id.clone(),
        name: stage.name.clone(),
        planned_from: stage.planned_from.clone(),
        planned_to: stage.planned_to.clone(),
        actual_from: stage.actual_from.clone(),
        actual_to: stage.actual_to.clone(),
        version: stage.version,
    };
    let unit = |unit: &UnitRow| UnitView {
        name: unit.name.clone(),
        unit_id: unit.unit_id.clone(),
        planned_on: unit.planned_on.clone(),
        done_on: unit.done_on.clone(),
        dossiers: unit.dossiers,
    };
    MeasureView {
        position: stored.position,
        state: stored.state.clone(),
        since: iso(stored.since),
        due_at: stored.due_at.map(iso),
        provisional: stored.provisional,
        place: stored.place(),
        measure: stored.measure.clone(),
        method: stored.measure.cost.as_ref().map(|case| case.method),
        saving: stored.measure.cost.as_ref().map(crate::initiative::record::CostCase::saving),
        acts: sight.acts.iter().filter(|a| of_this(&a.measure_id)).map(act).collect(),
        stages: sight.stages.iter().filter(|s| of_this(&s.measure_id)).map(stage).collect(),
        units: sight.units.iter().filter(|u| of_this(&u.measure_id)).map(unit).collect(),
        rolled_out: sight.rolled_out(&stored.id),
        measurements: sight.measurements.iter().filter(|m| of_this(&m.measure_id)).map(measurement).collect(),
        allowed: sight.allowed(Some(stored)),
    }
}
