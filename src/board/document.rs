//! What a picture says, each number with what it was counted from: the API gives it, an edition freezes it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::figure::FigureCode;
use super::gain::Line;
use super::model::{Counted, State, Unit};
use super::picture::{Figure, Picture, UnitLine};
use super::store::IncidentRow;
use crate::initiative::cost::Method;
use crate::initiative::store::directive::Late;
use crate::platform::calendar::model::date;
use crate::platform::word;

/// The board of a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Document {
    /// `2026`, `2026-Q3` or `2026-08`.
    pub period: String,
    /// When it was put together, UTC.
    pub at: String,
    /// Every figure, those of NĐ 224/2026 Đ19 first.
    pub figures: Vec<FigureEntry>,
    /// Units that handled dossiers, by code.
    pub units: Vec<UnitEntry>,
    /// Minutes and number of incidents stand in the figure `outages`; here is each, the longest first.
    pub incidents: Vec<IncidentEntry>,
    /// Measures of the public register with what they promise and were measured to save.
    pub measures: Vec<MeasureEntry>,
    /// What is overdue now.
    pub overdue: Vec<LateEntry>,
    /// Steps of the period that came after their deadline.
    pub late: Vec<LateEntry>,
    /// Sources of dossiers with the day up to which they told.
    pub freshness: Vec<(String, String)>,
}

/// A unit that handles dossiers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UnitEntry {
    /// Agency code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Dossiers that came online, of those taken in.
    pub online: Counted,
    /// Dossiers ended in time, of those that were due.
    pub on_time: Counted,
    /// Working days of handling, of dossiers finished.
    pub handling: Counted,
}

/// A figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FigureEntry {
    /// Such as `online_dossiers`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The provision that asks for it; empty where none does.
    pub law: String,
    /// `share` (percent), `working_days`, `minutes` or `dong`.
    pub unit: Unit,
    /// `number`, `nothing_to_count` (n = 0) or `no_data`.
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
    pub target: Option<TargetEntry>,
    /// Whether it is reached.
    pub reached: Option<bool>,
    /// Month by month; a month without data has `null`.
    pub trend: Vec<MonthEntry>,
    /// How it is computed.
    pub formula: String,
    /// What is left out.
    pub left_out: String,
}

/// A target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TargetEntry {
    /// Percent.
    pub value: f64,
    /// By which day; `null` where the source names none.
    pub due: Option<String>,
    /// The act that sets it.
    pub source: String,
}

/// A month of a trend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MonthEntry {
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IncidentEntry {
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MeasureEntry {
    /// Number of the initiative.
    pub number: String,
    /// Position of the measure, from 1.
    pub position: i64,
    /// Title.
    pub title: String,
    /// Whose it is.
    pub organisation: Option<String>,
    /// Name of its state.
    pub state: String,
    /// Whose time was counted; the two are never added up together.
    pub method: Option<Method>,
    /// Đồng a year that it promises.
    pub promised: Option<i64>,
    /// Đồng a year as measured last.
    pub measured: Option<i64>,
    /// When that was, UTC.
    pub measured_at: Option<String>,
}

/// Something that is late.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LateEntry {
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

fn value(unit: Unit, counted: Option<Counted>) -> Option<f64> {
    Some(unit.natural(unit.value(counted?)?))
}

impl Document {
    /// What a picture says.
    #[must_use]
    pub fn of(picture: &Picture) -> Self {
        Self {
            period: picture.period.word(),
            at: picture.at.to_string(),
            figures: picture.figures.iter().map(FigureEntry::of).collect(),
            units: picture.units.iter().map(|unit| UnitEntry::of(unit, picture)).collect(),
            incidents: picture.incidents.iter().map(IncidentEntry::of).collect(),
            measures: picture.portfolio.lines.iter().map(MeasureEntry::of).collect(),
            overdue: picture.overdue.iter().map(LateEntry::of).collect(),
            late: picture.late.iter().map(LateEntry::of).collect(),
            freshness: picture.freshness.iter().map(|(name, day)| (name.clone(), day_word(*day))).collect(),
        }
    }
}

fn day_word(day: i64) -> String {
    date(i32::try_from(day).unwrap_or_default()).to_string()
}

/// An instant as ISO 8601, UTC.
fn iso(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds).map_or_else(|_| String::new(), |at| at.to_string())
}

impl UnitEntry {
    fn of(unit: &UnitLine, picture: &Picture) -> Self {
        Self {
            code: unit.code.clone(),
            name: picture.unit_name(&unit.code),
            online: unit.channels.count(FigureCode::OnlineDossiers),
            on_time: unit.channels.count(FigureCode::OnTime),
            handling: unit.channels.count(FigureCode::HandlingTime),
        }
    }
}

impl IncidentEntry {
    fn of(row: &IncidentRow) -> Self {
        Self {
            id: row.id.clone(),
            source: row.source.clone(),
            sources: row.sources,
            severity: row.severity.clone(),
            started_at: iso(row.started_at),
            ended_at: row.ended_at.map(iso),
        }
    }
}

impl MeasureEntry {
    fn of(line: &Line) -> Self {
        Self {
            number: line.number.clone(),
            position: line.position,
            title: line.title.clone(),
            organisation: line.organisation.clone(),
            state: line.state.clone(),
            method: line.method,
            promised: line.promised,
            measured: line.measured,
            measured_at: line.measured_at.map(iso),
        }
    }
}

impl LateEntry {
    fn of(late: &Late) -> Self {
        Self {
            number: late.number.clone(),
            title: late.title.clone(),
            organisation: late.organisation.clone(),
            state: late.state.clone(),
            at: iso(late.at),
        }
    }
}

impl FigureEntry {
    /// Headings of the CSV.
    pub const HEADINGS: [&'static str; 13] = [
        "period", "code", "name", "law", "unit", "state", "part", "whole", "value", "before", "change", "target", "due",
    ];

    fn of(figure: &Figure) -> Self {
        let unit = figure.code.unit();
        let month = |(day, counted): &(jiff::civil::Date, Option<Counted>)| MonthEntry {
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
            change: figure.change().map(|change| unit.natural(change)),
            target: figure.target.as_ref().map(|target| TargetEntry {
                value: Unit::Share.natural(target.value),
                due: target.due.clone(),
                source: target.source.clone(),
            }),
            reached: figure.reached(),
            trend: figure.trend.iter().map(month).collect(),
            formula: figure.code.formula().to_owned(),
            left_out: figure.code.left_out().to_owned(),
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
            word::of(&self.unit),
            word::of(&self.state),
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
