//! The state of a period: every figure with target and trend, where it is blocked, who is late, what was gained.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::dossiers::{self, Channels};
use super::figure::{Base, FigureCode};
use super::gain::Portfolio;
use super::model::{Counted, State, Target, Unit, in_force};
use super::months;
use super::store::{self, IncidentRow};
use super::verdicts::History;
use crate::account::store::organisations;
use crate::catalog::store::StoreError;
use crate::catalog::units;
use crate::initiative::actions::error::InitiativeError;
use crate::initiative::store::directive::{self, Late};
use crate::monitor::dossier::months_store::{self, Asked};
use crate::monitor::index766::directory;
use crate::monitor::index766::period::Period;
use crate::monitor::index766::store as index766;
use crate::monitor::parameters::ParameterError;
use crate::monitor::service_level::list_store;
use crate::platform::db::Tx;

/// The indicator of index 766 that tells how satisfied people are.
const SATISFACTION: &str = "DOSSIER_RECEIVING_SATISFACTION";

/// What the board cannot do.
#[derive(Debug, thiserror::Error)]
pub enum BoardError {
    /// The database failed.
    #[error("the database failed")]
    Sql(#[from] sqlx::Error),
    /// The catalog cannot be read.
    #[error(transparent)]
    Catalog(#[from] StoreError),
    /// Initiatives cannot be read.
    #[error(transparent)]
    Initiative(#[from] InitiativeError),
    /// A parameter is missing.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The document of an edition was changed by hand and cannot be read.
    #[error("the document of an edition cannot be read")]
    Document(#[from] serde_json::Error),
}

/// A figure of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Which.
    pub code: FigureCode,
    /// As counted; `None` where nothing came.
    pub counted: Option<Counted>,
    /// In the period before.
    pub before: Option<Counted>,
    /// Month by month, the period's last month last. Empty where it is not counted by month.
    pub trend: Vec<(Date, Option<Counted>)>,
    /// What it is to reach.
    pub target: Option<Target>,
}

impl Figure {
    /// Whether there is a value.
    #[must_use]
    pub fn state(&self) -> State {
        match self.counted {
            None => State::NoData,
            Some(_) if self.value().is_none() => State::NothingToCount,
            Some(_) => State::Number,
        }
    }

    /// The value in steps of its unit.
    #[must_use]
    pub fn value(&self) -> Option<i64> {
        self.code.unit().value(self.counted?)
    }

    /// By how many steps it changed since the period before.
    #[must_use]
    pub fn change(&self) -> Option<i64> {
        Some(self.value()? - self.code.unit().value(self.before?)?)
    }

    /// Whether it has reached its target.
    #[must_use]
    pub fn reached(&self) -> Option<bool> {
        let (value, target) = (self.value()?, self.target.as_ref()?);
        (self.code.unit() == Unit::Share).then_some(value >= target.value)
    }
}

/// A unit that handles dossiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitLine {
    /// Agency code.
    pub code: String,
    /// What it came to.
    pub channels: Channels,
}

/// Names of agencies by their codes, with the day on which one ended.
pub type Names = HashMap<String, (String, Option<String>)>;

/// The state of a period.
#[derive(Debug)]
pub struct Picture {
    /// The period.
    pub period: Period,
    /// When it was put together.
    pub at: Timestamp,
    /// Every figure, in the order of [`FigureCode::ALL`].
    pub figures: Vec<Figure>,
    /// Units that handled dossiers in the period, by code.
    pub units: Vec<UnitLine>,
    /// Names of agencies.
    pub names: Names,
    /// Incidents of the period, the longest first.
    pub incidents: Vec<IncidentRow>,
    /// Service levels by the word of where they stand.
    pub levels: Vec<(String, i64)>,
    /// Measures of the public register.
    pub portfolio: Portfolio,
    /// Steps of the period that came after their deadline.
    pub late: Vec<Late>,
    /// What is overdue now.
    pub overdue: Vec<Late>,
    /// Sources of dossiers and the day up to which they told, counted from 1 January 1970.
    pub freshness: Vec<(String, i64)>,
    /// The history of verdicts.
    pub history: History,
}

impl Picture {
    /// Puts a period together. `agency` is the code of the own province or ministry; empty for none.
    ///
    /// # Errors
    /// [`BoardError`]
    pub async fn read(tx: &mut Tx, period: Period, agency: &str, now: Timestamp) -> Result<Self, BoardError> {
        let (from, to) = (months::begin(period.first()), months::end(period.last()));
        let mut picture = Self {
            period,
            at: now,
            figures: Vec::new(),
            units: units_of(tx, period).await?,
            names: names(tx).await?,
            incidents: store::incidents(tx, from, to.min(now.as_millisecond())).await?,
            levels: list_store::standings(tx).await?,
            portfolio: Portfolio::read(tx).await?,
            late: directive::late_steps(tx, from, to).await?,
            overdue: directive::overdue(tx, now.as_millisecond()).await?,
            freshness: store::freshness(tx).await?,
            history: History(store::history(tx).await?),
        };
        picture.figures = figures(tx, &picture, agency).await?;
        Ok(picture)
    }

    /// A figure.
    #[must_use]
    pub fn figure(&self, code: FigureCode) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.code == code)
    }

    /// The name of a unit; its code where it is not known, and that it is gone where it is.
    #[must_use]
    pub fn unit_name(&self, code: &str) -> String {
        match self.names.get(code) {
            None => format!("{code} (không có trong danh mục đơn vị)"),
            Some((name, None)) => name.clone(),
            Some((name, Some(until))) => format!("{name} (đã kết thúc {until})"),
        }
    }
}

/// Names of agencies: of provinces and communes from the catalog, of offices from the organisations that work here.
///
/// # Errors
/// When the database fails.
pub async fn names(tx: &mut Tx) -> Result<Names, StoreError> {
    let mut all = Names::new();
    for bearer in units::agencies(tx).await? {
        all.entry(bearer.code).or_insert((bearer.name, bearer.until));
    }
    for (code, name) in organisations(tx).await? {
        all.entry(code).or_insert((name, None));
    }
    Ok(all)
}

async fn units_of(tx: &mut Tx, period: Period) -> Result<Vec<UnitLine>, sqlx::Error> {
    let (from, to) = span(period);
    let rows = months_store::read(tx, Asked::Units, from, to).await?;
    let by_unit = dossiers::by(rows, |_, unit| unit);
    Ok(by_unit.into_iter().map(|(code, channels)| UnitLine { code, channels }).collect())
}

/// First days of the first and last month of a period, as the tables of months name them.
#[must_use]
pub fn span(period: Period) -> (i64, i64) {
    (months::key(period.first().first_of_month()), months::key(period.last().first_of_month()))
}

async fn figures(tx: &mut Tx, picture: &Picture, agency: &str) -> Result<Vec<Figure>, BoardError> {
    let period = picture.period;
    let before = months::before(period);
    let trend = months::trend(period);
    let first = before.map_or(period.first(), Period::first).min(trend.first().copied().unwrap_or(period.first()));
    let rows = months_store::read(tx, Asked::All, months::key(first), span(period).1).await?;
    let by_month = dossiers::by(rows, |month, _| month);
    let satisfied = satisfaction(tx, agency).await?;
    let targets = store::targets(tx).await?;
    let mut all = Vec::with_capacity(FigureCode::ALL.len());
    for code in FigureCode::ALL {
        let mut counted = HashMap::new();
        for period in std::iter::once(period).chain(before) {
            let value = match code.base() {
                Base::Dossiers(..) => of_months(&by_month, period, code),
                Base::Both => of_verified(tx, picture, period).await?,
                Base::Verdicts => picture.history.count(code, until(picture, period.last())),
                Base::Index766 => satisfied.get(&period.word()).copied(),
                Base::Incidents => Some(outages(tx, picture, period).await?),
                Base::Measurements => Some(picture.portfolio.saved(until(picture, period.last()))),
                Base::Nothing => None,
            };
            counted.insert(period, value);
        }
        let month = |day: &Date| (*day, trend_value(picture, &by_month, &satisfied, code, *day));
        all.push(Figure {
            code,
            counted: counted.get(&period).copied().flatten(),
            before: before.and_then(|before| counted.get(&before).copied().flatten()),
            trend: if has_trend(code) { trend.iter().map(month).collect() } else { Vec::new() },
            target: in_force(&targets, code.code(), &period.last().to_string()).cloned(),
        });
    }
    Ok(all)
}

/// Whether a figure is counted month by month without reading more.
fn has_trend(code: FigureCode) -> bool {
    !matches!(code.base(), Base::Both | Base::Incidents | Base::Nothing)
}

fn trend_value(
    picture: &Picture,
    by_month: &BTreeMap<i64, Channels>,
    satisfied: &HashMap<String, Counted>,
    code: FigureCode,
    month: Date,
) -> Option<Counted> {
    let period = Period::Month(month.year(), month.month());
    match code.base() {
        Base::Dossiers(..) => of_months(by_month, period, code),
        Base::Verdicts => picture.history.count(code, until(picture, period.last())),
        Base::Index766 => satisfied.get(&period.word()).copied(),
        Base::Measurements => Some(picture.portfolio.saved(until(picture, period.last()))),
        Base::Both | Base::Incidents | Base::Nothing => None,
    }
}

/// The end of a day, or now where that has not come.
fn until(picture: &Picture, day: Date) -> i64 {
    months::end(day).min(picture.at.as_millisecond())
}

/// A figure of dossiers over the months of a period; `None` where no month has dossiers.
fn of_months(by_month: &BTreeMap<i64, Channels>, period: Period, code: FigureCode) -> Option<Counted> {
    let (from, to) = span(period);
    let mut months = by_month.range(from..=to).map(|(_, channels)| channels.count(code)).peekable();
    months.peek()?;
    Some(months.fold(Counted::default(), |mut sum, month| {
        sum.join(month);
        sum
    }))
}

/// Online dossiers of procedures that were verified when the period ended, of all dossiers.
async fn of_verified(tx: &mut Tx, picture: &Picture, period: Period) -> Result<Option<Counted>, sqlx::Error> {
    let verified: HashSet<&str> = picture.history.verified(until(picture, period.last()));
    let (from, to) = span(period);
    let by_code = dossiers::by(months_store::read(tx, Asked::Procedures, from, to).await?, |_, code| code);
    if by_code.is_empty() {
        return Ok(None);
    }
    let mut sum = Counted::default();
    for (code, channels) in by_code {
        let online = channels.count(FigureCode::OnlineDossiers);
        sum.join(Counted::new(if verified.contains(code.as_str()) { online.part } else { 0 }, online.whole));
    }
    Ok(Some(sum))
}

/// Minutes of incidents within a period, and how many they were.
async fn outages(tx: &mut Tx, picture: &Picture, period: Period) -> Result<Counted, sqlx::Error> {
    let (from, to) = (months::begin(period.first()), until(picture, period.last()));
    let rows = store::incidents(tx, from, to).await?;
    let minutes = rows.iter().map(|row| minutes(row, from, to)).sum();
    Ok(Counted::new(minutes, i64::try_from(rows.len()).unwrap_or(i64::MAX)))
}

/// Minutes of an incident within a time.
#[must_use]
pub fn minutes(row: &IncidentRow, from: i64, to: i64) -> i64 {
    let ended = row.ended_at.unwrap_or(to).min(to);
    (ended - row.started_at.max(from)).max(0) / 60_000
}

/// Satisfaction of the own province or ministry by the word of the period, where numerator and denominator came.
async fn satisfaction(tx: &mut Tx, agency: &str) -> Result<HashMap<String, Counted>, sqlx::Error> {
    let mut all = HashMap::new();
    if agency.is_empty() {
        return Ok(all);
    }
    let Some(department) = directory::department(tx, agency).await? else { return Ok(all) };
    for kind in ["month", "quarter", "year"] {
        let rows = index766::over_time(tx, &department.id, &department.code, SATISFACTION, kind).await?;
        for row in rows {
            let (part, whole) = row.fraction();
            let whole_number = |n: crate::monitor::index766::decimal::Decimal| rounded(n.to_f64());
            if let (Some(part), Some(whole)) = (part.map(whole_number), whole.map(whole_number)) {
                all.entry(row.period).or_insert(Counted::new(part, whole));
            }
        }
    }
    Ok(all)
}

#[expect(clippy::cast_possible_truncation, reason = "counts of dossiers, far below 2^53")]
fn rounded(n: f64) -> i64 {
    n.round() as i64
}
