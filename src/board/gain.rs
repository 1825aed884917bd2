//! What reforms promise and what they were measured to save. Only savings by the method of the law are added up; those that
//! are converted from handling times stand apart (DOMAIN.md 3.3).

use std::collections::BTreeMap;

use super::model::Counted;
use super::store::{self, MeasureRow, MeasurementRow};
use crate::initiative::actions::error::InitiativeError;
use crate::initiative::cost::Method;
use crate::initiative::measured::{Measurement, Verdict};
use crate::initiative::record::Measure;
use crate::initiative::workflow::model::Stage;
use crate::initiative::workflow::store::Found;
use crate::platform::db::Tx;
use crate::platform::word;

/// A measure with what it promises and what it was measured to save, đồng a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Public number of the initiative.
    pub number: String,
    /// From 1.
    pub position: i64,
    /// Title of the measure.
    pub title: String,
    /// Whose it is.
    pub organisation: Option<String>,
    /// Name of its state.
    pub state: String,
    /// Where in its life it is.
    pub stage: Stage,
    /// Whose time is counted.
    pub method: Option<Method>,
    /// Promised.
    pub promised: Option<i64>,
    /// As measured last; `None` before.
    pub measured: Option<i64>,
    /// What the measurement says.
    pub verdict: Option<Verdict>,
    /// When it was measured, epoch milliseconds.
    pub measured_at: Option<i64>,
}

/// Every measure of the public register.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Portfolio {
    /// By number.
    pub lines: Vec<Line>,
    measurements: Vec<(i64, String, i64, Option<i64>)>,
}

impl Portfolio {
    /// Reads it.
    ///
    /// # Errors
    /// When the database fails or a document cannot be read.
    pub async fn read(tx: &mut Tx) -> Result<Self, InitiativeError> {
        let measurements = store::measurements(tx).await?;
        let mut taken: BTreeMap<(String, i64), (i64, Measurement)> = BTreeMap::new();
        let mut all = Vec::with_capacity(measurements.len());
        for MeasurementRow { number, position, taken_at, result } in measurements {
            let found: Measurement = serde_json::from_str(&result).map_err(decode)?;
            all.push((taken_at, number.clone(), position, found.saving_per_year));
            taken.insert((number, position), (taken_at, found));
        }
        let mut found = Found::default();
        let mut lines = Vec::new();
        for row in store::measures(tx).await? {
            let last = taken.remove(&(row.number.clone(), row.position));
            lines.extend(line(tx, &mut found, row, last).await?);
        }
        Ok(Self { lines, measurements: all })
    }

    /// Đồng a year that were measured by an instant, by the method of the law, and in how many measures.
    #[must_use]
    pub fn saved(&self, until: i64) -> Counted {
        let mut last: BTreeMap<(&str, i64), i64> = BTreeMap::new();
        for (taken_at, number, position, saving) in &self.measurements {
            if let Some(saving) = saving
                && *taken_at < until
                && self.method(number, *position) == Some(Method::Statutory)
            {
                last.insert((number, *position), *saving);
            }
        }
        Counted::new(last.values().sum(), i64::try_from(last.len()).unwrap_or(i64::MAX))
    }

    fn method(&self, number: &str, position: i64) -> Option<Method> {
        let at = self.lines.binary_search_by(|line| (line.number.as_str(), line.position).cmp(&(number, position)));
        self.lines.get(at.ok()?)?.method
    }

    /// Đồng a year that measures promise that were not dropped, by a method, and how many they are.
    #[must_use]
    pub fn promised(&self, method: Method) -> Counted {
        let of = self.lines.iter().filter(|line| line.stage != Stage::Dropped && line.method == Some(method));
        let promised = of.filter_map(|line| line.promised);
        promised.fold(Counted::default(), |sum, saving| Counted::new(sum.part + saving, sum.whole + 1))
    }

    /// How many measures stand in each stage, in the order of progress.
    #[must_use]
    pub fn funnel(&self) -> Vec<(Stage, i64)> {
        let stages = [Stage::Drafting, Stage::Deciding, Stage::Doing, Stage::Done, Stage::Dropped];
        let count = |stage| self.lines.iter().filter(|line| line.stage == stage).count();
        stages.map(|stage| (stage, i64::try_from(count(stage)).unwrap_or(i64::MAX))).to_vec()
    }
}

async fn line(
    tx: &mut Tx,
    found: &mut Found,
    row: MeasureRow,
    last: Option<(i64, Measurement)>,
) -> Result<Option<Line>, InitiativeError> {
    let Some(track) = word::read(&row.track) else { return Ok(None) };
    let workflow = found.get(tx, track, row.workflow_version).await?;
    let Some(state) = workflow.state(&row.state) else { return Ok(None) };
    let measure: Measure = serde_json::from_str(&row.document).map_err(decode)?;
    let title = if measure.title.is_empty() { row.title } else { measure.title };
    Ok(Some(Line {
        number: row.number,
        position: row.position,
        title,
        organisation: row.organisation,
        state: state.name.clone(),
        stage: state.stage,
        method: measure.cost.as_ref().map(|cost| cost.method),
        promised: measure.cost.as_ref().map(|cost| cost.saving().per_year),
        measured: last.as_ref().and_then(|(_, found)| found.saving_per_year),
        verdict: last.as_ref().map(|(_, found)| found.verdict),
        measured_at: last.map(|(at, _)| at),
    }))
}

fn decode(error: serde_json::Error) -> sqlx::Error {
    sqlx::Error::Decode(Box::new(error))
}

/// A stage in words.
#[must_use]
pub const fn stage_words(stage: Stage) -> &'static str {
    match stage {
        Stage::Drafting => "Đang soạn",
        Stage::Deciding => "Đang xét",
        Stage::Doing => "Đang thực hiện",
        Stage::Done => "Đã thực hiện",
        Stage::Dropped => "Không thực hiện",
    }
}
