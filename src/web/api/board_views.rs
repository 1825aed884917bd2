//! What the API says of the board: each number with what it was counted from.

use serde::Serialize;
use utoipa::ToSchema;

use super::board::{Opened, rows_address};
use crate::board::breakdown::{Breakdown, Row};
use crate::board::model::{Counted, State, Unit};
use crate::board::picture::{Figure, Picture};
use crate::monitor::dossier::performance::LEAST;
use crate::web::format::iso;

/// The board of a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct BoardView {
    /// `2026`, `2026-Q3` or `2026-08`.
    pub period: String,
    /// When it was put together, UTC.
    pub at: String,
    /// Every figure, those of NĐ 224/2026 Đ19 first.
    pub figures: Vec<FigureView>,
    /// Minutes and number of incidents stand in the figure `outages`; here is each, the longest first.
    pub incidents: Vec<IncidentView>,
    /// Measures of the public register with what they promise and were measured to save.
    pub measures: Vec<MeasureView>,
    /// What is overdue now.
    pub overdue: Vec<LateView>,
    /// Steps of the period that came after their deadline.
    pub late: Vec<LateView>,
}

/// A figure.
#[derive(Debug, Serialize, ToSchema)]
pub struct FigureView {
    /// Such as `online_dossiers`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The provision that asks for it; empty where none does.
    pub law: String,
    /// `share` (percent), `working_days`, `minutes` or `dong`.
    #[schema(value_type = String)]
    pub unit: Unit,
    /// `number`, `nothing_to_count` (n = 0) or `no_data`.
    #[schema(value_type = String)]
    pub state: State,
    /// What counts; `null` without data.
    pub part: Option<i64>,
    /// Of how many.
    pub whole: Option<i64>,
    /// Percent with two decimals, working days with two decimals, minutes, or đồng a year.
    pub value: Option<f64>,
    /// The value in the period before.
    pub before: Option<f64>,
    /// Value less the one before; of a share in percentage points.
    pub change: Option<f64>,
    /// What is to be reached.
    pub target: Option<TargetView>,
    /// Whether it is reached.
    pub reached: Option<bool>,
    /// Month by month; a month without data has `null`.
    pub trend: Vec<MonthView>,
    /// How it is computed.
    pub formula: String,
    /// What is left out.
    pub left_out: String,
    /// Where the rows behind it are.
    pub rows: String,
}

/// A target.
#[derive(Debug, Serialize, ToSchema)]
pub struct TargetView {
    /// Percent.
    pub value: f64,
    /// By which day; `null` where the source names none.
    pub due: Option<String>,
    /// The act that sets it.
    pub source: String,
}

/// A month of a trend.
#[derive(Debug, Serialize, ToSchema)]
pub struct MonthView {
    /// `2026-08`.
    pub month: String,
    /// What counts.
    pub part: Option<i64>,
    /// Of how many.
    pub whole: Option<i64>,
    /// The value.
    pub value: Option<f64>,
}

/// An incident.
#[derive(Debug, Serialize, ToSchema)]
pub struct IncidentView {
    /// Identity.
    pub id: String,
    /// Name of one of its services.
    pub source: Option<String>,
    /// How many services it touched.
    pub sources: i64,
    /// `critical`, `major` or `minor`.
    pub severity: String,
    /// UTC.
    pub started_at: String,
    /// UTC; `null` while it lasts.
    pub ended_at: Option<String>,
}

/// A measure of an initiative.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeasureView {
    /// Number of the initiative.
    pub number: String,
    /// Position of the measure, from 1.
    pub position: i64,
    /// Title.
    pub title: String,
    /// Name of its state.
    pub state: String,
    /// `statutory` or `handling_time_proxy`; never added up together.
    pub method: Option<String>,
    /// Đồng a year that it promises.
    pub promised: Option<i64>,
    /// Đồng a year as measured last.
    pub measured: Option<i64>,
}

/// Something that is late.
#[derive(Debug, Serialize, ToSchema)]
pub struct LateView {
    /// Number of the initiative.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Whose it is.
    pub organisation: Option<String>,
    /// Word of the state.
    pub state: String,
    /// When it was due, or was done too late; UTC.
    pub at: String,
}

/// Steps of a unit as a number of the unit.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "figures stay far below 2^53")]
pub fn natural(unit: Unit, steps: i64) -> f64 {
    match unit {
        Unit::Share | Unit::WorkingDays => steps as f64 / 100.0,
        Unit::Minutes | Unit::Dong => steps as f64,
    }
}

fn value(unit: Unit, counted: Option<Counted>) -> Option<f64> {
    Some(natural(unit, unit.value(counted?)?))
}

impl BoardView {
    /// Of a picture.
    #[must_use]
    pub fn of(picture: &Picture) -> Self {
        let late = |late: &crate::initiative::store::directive::Late| LateView {
            number: late.number.clone(),
            title: late.title.clone(),
            organisation: late.organisation.clone(),
            state: late.state.clone(),
            at: iso(late.at),
        };
        Self {
            period: picture.period.word(),
            at: picture.at.to_string(),
            figures: picture.figures.iter().map(|figure| FigureView::of(figure, picture)).collect(),
            incidents: picture
                .incidents
                .iter()
                .map(|row| IncidentView {
                    id: row.id.clone(),
                    source: row.source.clone(),
                    sources: row.sources,
                    severity: row.severity.clone(),
                    started_at: iso(row.started_at),
                    ended_at: row.ended_at.map(iso),
                })
                .collect(),
            measures: picture
                .portfolio
                .lines
                .iter()
                .map(|line| MeasureView {
                    number: line.number.clone(),
                    position: line.position,
                    title: line.title.clone(),
                    state: line.state.clone(),
                    method: line.method.map(|method| crate::platform::word::of(&method)),
                    promised: line.promised,
                    measured: line.measured,
                })
                .collect(),
            overdue: picture.overdue.iter().map(late).collect(),
            late: picture.late.iter().map(late).collect(),
        }
    }
}

impl FigureView {
    /// Headings of the CSV.
    pub const HEADINGS: [&'static str; 13] = [
        "period", "code", "name", "law", "unit", "state", "part", "whole", "value", "before", "change", "target", "due",
    ];

    /// Of a figure.
    #[must_use]
    pub fn of(figure: &Figure, picture: &Picture) -> Self {
        let unit = figure.code.unit();
        let month = |(day, counted): &(jiff::civil::Date, Option<Counted>)| MonthView {
            month: day.strftime("%Y-%m").to_string(),
            part: counted.map(|c| c.part),
            whole: counted.map(|c| c.whole),
            value: value(unit, *counted),
        };
        Self {
            code: figure.code.code().to_owned(),
            name: figure.code.name().to_owned(),
            law: figure.code.law().to_owned(),
            unit,
            state: figure.state(),
            part: figure.counted.map(|c| c.part),
            whole: figure.counted.map(|c| c.whole),
            value: value(unit, figure.counted),
            before: value(unit, figure.before),
            change: figure.change().map(|change| natural(unit, change)),
            target: figure.target.as_ref().map(|target| TargetView {
                value: natural(Unit::Share, target.value),
                due: target.due.clone(),
                source: target.source.clone(),
            }),
            reached: figure.reached(),
            trend: figure.trend.iter().map(month).collect(),
            formula: figure.code.formula().to_owned(),
            left_out: figure.code.left_out().to_owned(),
            rows: rows_address(figure.code, picture.period),
        }
    }

    /// The line of the CSV.
    #[must_use]
    pub fn cells(&self, period: &str) -> [String; 13] {
        let number = |n: Option<f64>| n.map(|n| n.to_string()).unwrap_or_default();
        let count = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
        let target = self.target.as_ref();
        [
            period.to_owned(),
            self.code.clone(),
            self.name.clone(),
            self.law.clone(),
            crate::platform::word::of(&self.unit),
            crate::platform::word::of(&self.state),
            count(self.part),
            count(self.whole),
            number(self.value),
            number(self.before),
            number(self.change),
            number(target.map(|target| target.value)),
            target.and_then(|target| target.due.clone()).unwrap_or_default(),
        ]
    }
}

/// The rows behind a figure.
#[derive(Debug, Serialize, ToSchema)]
pub struct BreakdownView {
    /// Which figure.
    pub figure: String,
    /// The period.
    pub period: String,
    /// `unit`, `procedure` or `day`.
    pub by: String,
    /// What is narrowed to; empty for all.
    pub unit: String,
    /// See there.
    pub procedure: String,
    /// All rows together: what counts.
    pub part: i64,
    /// Of how many.
    pub whole: i64,
    /// The value of all rows together.
    pub value: Option<f64>,
    /// The same in the period before.
    pub before: Option<f64>,
    /// The rows. They sum to the whole.
    pub rows: Vec<RowView>,
}

/// A row.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowView {
    /// Agency code, code of a procedure, or ISO day.
    pub key: String,
    /// Its name.
    pub name: String,
    /// What counts.
    pub part: i64,
    /// Of how many.
    pub whole: i64,
    /// The value; `null` where there are fewer than 30, which tells nothing, or none.
    pub value: Option<f64>,
    /// What counted in the period before.
    pub before_part: Option<i64>,
    /// Of how many.
    pub before_whole: Option<i64>,
    /// By how many percentage points the row moved the value of all since the period before.
    pub effect: Option<f64>,
}

impl BreakdownView {
    /// Headings of the CSV.
    pub const HEADINGS: [&'static str; 8] =
        ["key", "name", "part", "whole", "value", "before_part", "before_whole", "effect"];

    /// Of an opened figure.
    #[must_use]
    pub fn of(asked: &Opened, opened: &Breakdown, name: impl Fn(&str) -> String) -> Self {
        let unit = asked.figure.unit();
        let shared = |row: &Row| if row.counted.whole < LEAST { None } else { value(unit, Some(row.counted)) };
        let row = |row: &Row| RowView {
            key: row.key.clone(),
            name: name(&row.key),
            part: row.counted.part,
            whole: row.counted.whole,
            value: shared(row),
            before_part: row.before.map(|c| c.part),
            before_whole: row.before.map(|c| c.whole),
            effect: row.effect.map(|effect| natural(Unit::Share, effect)),
        };
        Self {
            figure: asked.figure.code().to_owned(),
            period: asked.period.word(),
            by: asked.by.code().to_owned(),
            unit: asked.unit.clone(),
            procedure: asked.procedure.clone(),
            part: opened.total.part,
            whole: opened.total.whole,
            value: value(unit, Some(opened.total)),
            before: value(unit, opened.before),
            rows: opened.rows.iter().map(row).collect(),
        }
    }
}

impl RowView {
    /// The line of the CSV.
    #[must_use]
    pub fn cells(&self) -> [String; 8] {
        let number = |n: Option<f64>| n.map(|n| n.to_string()).unwrap_or_default();
        let count = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
        [
            self.key.clone(),
            self.name.clone(),
            self.part.to_string(),
            self.whole.to_string(),
            number(self.value),
            count(self.before_part),
            count(self.before_whole),
            number(self.effect),
        ]
    }
}
