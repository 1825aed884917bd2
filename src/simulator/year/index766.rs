//! Index 766 of the year, month by month: the simulated portal answers, and the reader of real answers takes them in.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Bytes, to_bytes};
use axum::extract::{Path, State as Shared};
use serde::Deserialize;

use super::YearError;
use super::plan::{Month, PROVINCE, Plan};
use super::units::{self, rows};
use crate::monitor::index766::actions::take;
use crate::monitor::index766::model::{Context, Endpoint};
use crate::monitor::index766::period::Period;
use crate::monitor::portal::request;
use crate::platform::db::Db;
use crate::simulator::captures::made_up::{self, made_id, two_decimals};
use crate::simulator::captures::model::{Captures, Department, Known};
use crate::simulator::faults::Faults;
use crate::simulator::reporting::answers;
use crate::simulator::state::State;

/// The source that the demonstration polls for these figures, so that what it is told later belongs to the same line.
const SOURCE: &str = "chi-so-766";
/// Provinces by agency code.
const PROVINCES: &str = include_str!("provinces.csv");
/// How much scores grow each month, as a share of those of the last.
const GROWTH: f64 = 0.012;
/// The most bytes of an answer.
const MOST_BYTES: usize = 1 << 24;

#[derive(Deserialize)]
struct Province {
    agency: String,
    name: String,
}

/// What the simulated portal tells of the year: every province, with made-up scores.
///
/// # Errors
/// [`YearError::Data`]
pub fn captures(plan: &Plan) -> Result<Captures, YearError> {
    let mut captures =
        made_up::captures().map_err(|error| YearError::Data("the starter catalog", error.to_string()))?;
    let known = made_up::departments();
    let id = |code: &str| known.iter().find(|d| d.code == code).map_or_else(|| made_id(code), |d| d.id.clone());
    let province = |Province { agency, name }: Province| {
        let mut chance = plan.chance(&format!("index766/{agency}"));
        let points = Department::GROUPS.map(|(_, most)| two_decimals(most * (0.5 + 0.45 * chance.share())));
        Department { id: id(&agency), code: agency, name, points }
    };
    let names = units::all()?.into_iter().map(|unit| (unit.agency, unit.name)).collect();
    let month = |day: jiff::civil::Date| (day.year(), day.month().unsigned_abs());
    captures.reporting.departments = rows("provinces.csv", PROVINCES)?.into_iter().map(province).collect();
    captures.reporting.names = Arc::new(names);
    captures.reporting.known = Known { from: month(plan.first_day()), to: month(plan.last_day()), growth: GROWTH };
    Ok(captures)
}

/// The portal's id of the province.
#[must_use]
pub fn province_id() -> String {
    made_up::departments().into_iter().find(|d| d.code == PROVINCE).map_or_else(|| made_id(PROVINCE), |d| d.id)
}

/// Reads the reports of every full month a few days after its end, and of the years at the end.
///
/// # Errors
/// [`YearError`]
pub async fn build(db: &Db, plan: &Plan) -> Result<u64, YearError> {
    let state = Arc::new(State::new(captures(plan)?, Faults::default(), plan.seed(), Instant::now()));
    let mut figures = 0;
    for Month { first, last, .. } in plan.months().into_iter().filter(|month| month.is_full) {
        let read = plan.at(last.checked_add(jiff::Span::new().days(4)).unwrap_or(last), 9);
        figures += reports(db, &state, Period::Month(first.year(), first.month()), read).await?;
    }
    let mut years = vec![plan.first_day().year(), plan.last_day().year()];
    years.dedup();
    for year in years {
        figures += reports(db, &state, Period::Year(year), plan.end()).await?;
    }
    Ok(figures)
}

/// All provinces together, then the groups of the one that is ours.
async fn reports(db: &Db, state: &Arc<State>, period: Period, now: jiff::Timestamp) -> Result<u64, YearError> {
    let mut figures = one(db, state, Endpoint::ServiceResults, Context::of(period), now).await?;
    for endpoint in Endpoint::GROUPS {
        let context = Context { department_id: province_id(), ..Context::of(period) };
        figures += one(db, state, endpoint, context, now).await?;
    }
    Ok(figures)
}

async fn one(
    db: &Db,
    state: &Arc<State>,
    endpoint: Endpoint,
    context: Context,
    now: jiff::Timestamp,
) -> Result<u64, YearError> {
    let body = Bytes::from(request(endpoint, &context, 1).to_string());
    let asked = answers::report(Shared(Arc::clone(state)), Path(endpoint.word().to_owned()), body).await;
    let answer = asked.map_err(|refusal| YearError::Data("a report", refusal.message))?;
    let payload = to_bytes(answer.into_body(), MOST_BYTES).await;
    let payload = payload.map_err(|error| YearError::Data("a report", error.to_string()))?;
    let taken = take(db, SOURCE, endpoint, &context, &payload, now).await?;
    for warning in &taken.warnings {
        tracing::debug!(endpoint = endpoint.word(), warning, "index 766 of the made-up year");
    }
    Ok(taken.new)
}
