//! What became of figures that were sent.

use serde::Serialize;

use super::model::{Item, Place};
use super::refusal::Refused;
use crate::monitor::model::State;
use crate::monitor::observation::model::Observed;

/// What became of figures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct IntakeReport {
    /// Nothing was stored.
    pub dry_run: bool,
    /// Figures that were sent.
    pub read: usize,
    /// Figures for a time that had none.
    pub added: usize,
    /// Figures that differ from the one in force; both stay.
    pub corrected: usize,
    /// Figures that were known.
    pub unchanged: usize,
    /// Figures that were not taken.
    pub refused: usize,
    /// The first thousand refusals, in the order of what was sent.
    pub refusals: Vec<Refused>,
    /// The first thousand corrections, with what was in force before.
    pub corrections: Vec<Correction>,
    /// The first ten figures as they were understood.
    pub first: Vec<Understood>,
}

/// A figure as it was understood.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Understood {
    /// Where it stood.
    #[serde(flatten)]
    pub place: Place,
    /// What is measured.
    pub metric: String,
    /// Of whom or what.
    pub subject: String,
    /// Unit.
    pub unit: String,
    /// Beginning of its time, epoch milliseconds.
    pub slot: i64,
    /// State and number.
    #[serde(flatten)]
    pub figure: Figure,
}

impl From<&Item> for Understood {
    fn from(item: &Item) -> Self {
        Self {
            place: item.place.clone(),
            metric: item.metric.clone(),
            subject: item.subject.clone(),
            unit: item.unit.clone(),
            slot: item.slot,
            figure: Figure { state: item.state, value: item.value },
        }
    }
}

/// A figure that replaces another.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Correction {
    /// Where it stood.
    #[serde(flatten)]
    pub place: Place,
    /// What is measured.
    pub metric: String,
    /// Of whom or what.
    pub subject: String,
    /// Beginning of its time, epoch milliseconds.
    pub slot: i64,
    /// What was in force.
    pub before: Figure,
    /// What is in force now.
    pub after: Figure,
}

/// A state with its number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Figure {
    /// Whether there is a number.
    #[schema(value_type = String)]
    pub state: State,
    /// The number.
    pub value: Option<f64>,
}

impl From<Observed> for Figure {
    fn from(observed: Observed) -> Self {
        Self { state: observed.state, value: observed.value }
    }
}
