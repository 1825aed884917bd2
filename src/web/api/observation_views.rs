//! Values as the API shows them: one by one, and summed up.

use serde::Serialize;
use utoipa::ToSchema;

use crate::monitor::observation::model::Step;
use crate::monitor::observation::question;
use crate::monitor::observation::rollup::Aggregate;
use crate::monitor::observation::series::Series;
use crate::monitor::observation::store::Stored;
use crate::web::format::iso;

/// A page of values.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObservationList {
    /// The source.
    pub source: String,
    /// What is measured.
    pub metric: String,
    /// Of whom or what; empty when the source is about one thing.
    pub subject: String,
    /// Unit of the values.
    pub unit: String,
    /// `raw`, `5m`, `1h`, `1d`.
    pub step: &'static str,
    /// First instant, UTC, included.
    pub from: String,
    /// Last instant, UTC, not included.
    pub to: String,
    /// Values or windows in order.
    pub items: Vec<ObservationItem>,
    /// Give it as `cursor` for the next page; `null` on the last.
    pub next_cursor: Option<String>,
    /// The newest value of the series, whatever was asked.
    pub latest: Option<LatestView>,
    /// How values are counted.
    pub policy: &'static str,
}

/// A value or a window.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ObservationItem {
    /// `step=raw`
    Value(ValueView),
    /// Other steps.
    Window(WindowView),
}

/// A value in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct ValueView {
    /// Beginning of its time, UTC.
    pub at: String,
    /// `number`, `not_applicable`, `not_delivered`, `suppressed`.
    pub state: String,
    /// The number.
    pub value: Option<f64>,
    /// Why the poll failed.
    pub failure: Option<String>,
    /// 1, and one more with each correction.
    pub revision: i64,
    /// When it became known, UTC.
    pub observed_at: String,
    /// More about it; only for people who signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Values that were in force before, oldest first; with `revisions=true`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub earlier: Vec<ValueView>,
}

/// A window of a roll-up.
#[derive(Debug, Serialize, ToSchema)]
pub struct WindowView {
    /// Beginning, UTC.
    pub at: String,
    /// Numbers without failure.
    pub good: i64,
    /// Failures of the service.
    pub bad: i64,
    /// Failures that are not the service's.
    pub excluded: i64,
    /// There was nothing to count.
    pub not_applicable: i64,
    /// The source should have said and did not.
    pub not_delivered: i64,
    /// Too small to be told.
    pub suppressed: i64,
    /// Values that the rhythm of the series asks for; `null` without a rhythm.
    pub expected: Option<i64>,
    /// good / (good + bad).
    pub ratio: Option<f64>,
    /// Mean of good numbers.
    pub mean: Option<f64>,
    /// Least good number.
    pub least: Option<f64>,
    /// Greatest good number.
    pub most: Option<f64>,
}

/// The newest value.
#[derive(Debug, Serialize, ToSchema)]
pub struct LatestView {
    /// The value.
    #[serde(flatten)]
    pub value: ValueView,
    /// It is older than the source allows: it is left out of ratios.
    pub stale: bool,
}

impl ValueView {
    /// A stored value as it may be shown.
    #[must_use]
    pub fn of(stored: &Stored, signed_in: bool) -> Self {
        Self {
            at: iso(stored.slot),
            state: stored.state.clone(),
            value: stored.value,
            failure: stored.failure.clone(),
            revision: stored.revision,
            observed_at: iso(stored.observed_at),
            detail: stored.detail.clone().filter(|_| signed_in),
            earlier: Vec::new(),
        }
    }
}

impl WindowView {
    /// A window as it is shown.
    #[must_use]
    pub fn of(at: i64, sum: &Aggregate, step: Step, series: &Series) -> Self {
        let expected = series.expected(at, at + step.width());
        let ratio = question::Availability { sum: *sum, expected }.ratio();
        Self {
            at: iso(at),
            good: sum.good,
            bad: sum.bad,
            excluded: sum.excluded,
            not_applicable: sum.not_applicable,
            not_delivered: sum.not_delivered,
            suppressed: sum.suppressed,
            expected,
            ratio,
            mean: sum.mean(),
            least: sum.least,
            most: sum.most,
        }
    }
}
