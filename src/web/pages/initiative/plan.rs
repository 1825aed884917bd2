//! Stages and roll-out of a measure, ready to be shown.

use std::sync::Arc;

use super::Sent;
use super::view::day;
use crate::initiative::plan::Standing;
use crate::initiative::store::initiative::Stored;
use crate::initiative::store::plan::{Stage, UnitRow};
use crate::web::api::initiative_views::Sight;
use crate::web::format::{decimal_vi, number_vi};

/// How a measure is put into force.
#[derive(Debug)]
pub struct PlanSection {
    /// Its stages.
    pub stages: Vec<StageLine>,
    /// Units in which it is rolled out.
    pub units: Vec<UnitLine>,
    /// How far it is rolled out; empty without units.
    pub progress: String,
    sent: Arc<Sent>,
    position: i64,
}

/// A stage.
#[derive(Debug)]
pub struct StageLine {
    /// As it is stored, for the form.
    pub stage: Stage,
    /// Planned and actual days.
    pub planned: String,
    /// What was actual.
    pub actual: String,
    /// Where it stands.
    pub standing: &'static str,
    /// It was to have ended.
    pub late: bool,
}

/// A unit.
#[derive(Debug)]
pub struct UnitLine {
    /// As it is stored, for the form.
    pub unit: UnitRow,
    /// Day as planned.
    pub planned: String,
    /// Day as it was, or where it stands.
    pub done: String,
    /// Dossiers.
    pub dossiers: String,
    /// It was to be done.
    pub late: bool,
}

impl PlanSection {
    /// Of a measure on an ISO day.
    #[must_use]
    pub fn of(sight: &Sight, stored: &Stored, sent: &Arc<Sent>, today: &str) -> Self {
        let stages = sight.stages.iter().filter(|stage| stage.measure_id == stored.id);
        let units = sight.units.iter().filter(|unit| unit.measure_id == stored.id);
        let progress = sight.rolled_out(&stored.id).map(|progress| {
            let of = if progress.weighted {
                "số hồ sơ"
            } else {
                "số đơn vị, vì chưa có số hồ sơ của mọi đơn vị"
            };
            let share = decimal_vi(progress.share * 100.0, 1);
            format!("{} / {} đơn vị, {share} % tính theo {of}.", progress.done, progress.units)
        });
        Self {
            stages: stages.map(|stage| stage_line(stage, today)).collect(),
            units: units.map(|unit| unit_line(unit, today)).collect(),
            progress: progress.unwrap_or_default(),
            sent: Arc::clone(sent),
            position: stored.position,
        }
    }

    /// What was typed and refused in the form that has a field of this name.
    #[must_use]
    pub fn typed(&self, form: &str, name: &str) -> &str {
        let value = |name: &str| super::value(&self.sent, name);
        let here = value("measure") == self.position.to_string() && value("stage").is_empty();
        let form = self.sent.iter().any(|(given, _)| given == form);
        if here && form { value(name) } else { "" }
    }
}

fn stage_line(stage: &Stage, today: &str) -> StageLine {
    let (began, ended) = (stage.actual_from.as_deref(), stage.actual_to.as_deref());
    let standing = Standing::of(&stage.planned_from, &stage.planned_to, began, ended, today);
    let actual = match (began, ended) {
        (Some(began), Some(ended)) => format!("{} đến {}", day(began), day(ended)),
        (Some(began), None) => format!("từ {}", day(began)),
        (None, _) => String::new(),
    };
    StageLine {
        planned: format!("{} đến {}", day(&stage.planned_from), day(&stage.planned_to)),
        actual,
        standing: standing.name(),
        late: standing == Standing::Late,
        stage: stage.clone(),
    }
}

fn unit_line(unit: &UnitRow, today: &str) -> UnitLine {
    let late = unit.done_on.is_none() && unit.planned_on.as_str() < today;
    UnitLine {
        planned: day(&unit.planned_on),
        done: match &unit.done_on {
            Some(done) => day(done),
            None if late => "quá hạn".to_owned(),
            None => "chưa".to_owned(),
        },
        dossiers: unit.dossiers.map_or_else(|| "không có dữ liệu".to_owned(), number_vi),
        late,
        unit: unit.clone(),
    }
}
