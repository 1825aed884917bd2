//! Every watched service as it is now and was on each of the last days, read in a few questions for a page.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;

use super::board_store::{self, Watched};
use super::follow_store::{self, Follower};
use super::live::{DayState, Live, day_state};
use super::model::Phase;
use crate::monitor::maintenance::list_store as maintenance_list;
use crate::monitor::maintenance::model::Maintenance;
use crate::monitor::maintenance::store as maintenance_store;
use crate::monitor::model::FailureKind;
use crate::monitor::observation::model::{DAY, MINUTE, Step};
use crate::monitor::observation::window_store;
use crate::monitor::parameters::{ParameterError, Parameters};
use crate::monitor::service_level::interval::number;
use crate::monitor::service_level::window::Span;
use crate::platform::db::Tx;

/// Planned stops read at most.
const STOPS: i64 = 100_000;

/// A watched service.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Its source.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How it is now.
    pub live: Live,
    /// The first failure, while it does not answer or wavers.
    pub failure: Option<FailureKind>,
    /// The series of its polls; `None` before the first.
    series: Option<i64>,
}

/// A day of a service.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Day {
    /// When it begins in Vietnam, epoch milliseconds.
    pub at: i64,
    /// What it came to.
    pub state: DayState,
    /// Good polls.
    pub good: i64,
    /// Polls that count: good ones and failures of the service.
    pub total: i64,
}

/// Services that are switched on, by name.
///
/// # Errors
/// When the database fails.
pub async fn services(tx: &mut Tx, now: Timestamp) -> Result<Vec<Service>, sqlx::Error> {
    let watched = board_store::watched(tx).await?;
    let followers = follow_store::all(tx).await?;
    let followers: HashMap<&str, &Follower> =
        followers.iter().map(|follower| (follower.source_id.as_str(), follower)).collect();
    read(tx, watched, |id| followers.get(id).copied(), now).await
}

/// Services that a procedure needs, by name.
///
/// # Errors
/// When the database fails.
pub async fn of_procedure(tx: &mut Tx, code: &str, now: Timestamp) -> Result<Vec<Service>, sqlx::Error> {
    let watched = board_store::of_procedure(tx, code).await?;
    let mut followers = HashMap::new();
    for one in &watched {
        if let Some(follower) = follow_store::of_source(tx, &one.id).await? {
            followers.insert(one.id.clone(), follower);
        }
    }
    read(tx, watched, |id| followers.get(id), now).await
}

async fn read<'a>(
    tx: &mut Tx,
    watched: Vec<Watched>,
    follower: impl Fn(&str) -> Option<&'a Follower>,
    now: Timestamp,
) -> Result<Vec<Service>, sqlx::Error> {
    let at = now.as_millisecond();
    let stops = if watched.is_empty() { Vec::new() } else { maintenance_store::coming(tx, at, STOPS).await? };
    let running = |stop: &&Maintenance| stop.cancelled_at.is_none() && stop.starts_at <= at;
    let running: HashMap<&str, i64> =
        stops.iter().filter(running).map(|stop| (stop.source_id.as_str(), stop.ends_at)).collect();
    let service = |one: Watched| {
        let follower = follower(&one.id);
        let live = live(running.get(one.id.as_str()).copied(), follower, &one, at);
        let failing = matches!(live, Live::Down { .. } | Live::Degraded { .. });
        let failure = follower.filter(|_| failing).and_then(|follower| follower.machine().failure);
        Service { id: one.id, name: one.name, live, failure, series: one.series_id }
    };
    Ok(watched.into_iter().map(service).collect())
}

/// The same as [`super::live::state_of_source`], of what has been read.
fn live(stop: Option<i64>, follower: Option<&Follower>, watched: &Watched, now: i64) -> Live {
    if let Some(until) = stop {
        return Live::Maintenance { until };
    }
    let Some((follower, last)) = follower.and_then(|follower| Some((follower, follower.judged_at?))) else {
        return Live::Unknown { last: None };
    };
    let age = watched.max_age_ms.or(watched.every_ms.map(|every| 3 * every)).unwrap_or(DAY).max(5 * MINUTE);
    if now - last > age {
        return Live::Unknown { last: Some(last) };
    }
    let machine = follower.machine();
    match machine.phase {
        Phase::Up => Live::Available,
        Phase::Failing | Phase::Recovering => Live::Degraded { since: machine.since },
        Phase::Down => Live::Down { since: machine.since },
    }
}

/// The last days of services, today last: for each service every day, in order.
///
/// # Errors
/// When the database fails or a parameter is missing.
pub async fn days(
    tx: &mut Tx,
    services: &[Service],
    days: u16,
    now: Timestamp,
) -> Result<Vec<Vec<Day>>, ParameterError> {
    let parameters = Parameters::at(tx, now).await?;
    let bounds = (parameters.number("bar_available_share")?, parameters.number("bar_degraded_share")?);
    let to = Step::Day.start(now.as_millisecond()) + DAY;
    let span = Span::new(to - i64::from(days) * DAY, to);
    let only = if let [one] = services { one.id.as_str() } else { "" };
    let stops = maintenance_list::list(tx, only, span.from, STOPS, 0).await?;
    let mut all = Vec::with_capacity(services.len());
    for service in services {
        let mut counted: HashMap<i64, (i64, i64)> = HashMap::new();
        if let Some(series) = service.series {
            for row in window_store::windows(tx, series, Step::Day, span.from, span.to).await? {
                let sum = row.aggregate();
                counted.insert(row.at, (sum.good, sum.good + sum.bad));
            }
        }
        let of = |stop: &&Maintenance| stop.source_id == service.id && stop.cancelled_at.is_none();
        let own: Vec<Span> = stops
            .iter()
            .map(|stop| &stop.maintenance)
            .filter(of)
            .map(|stop| Span::new(stop.starts_at, stop.ends_at))
            .collect();
        let day = |at: i64| {
            let (good, total) = counted.get(&at).copied().unwrap_or_default();
            let share = (total > 0).then(|| number(good) / number(total));
            let planned = own.iter().any(|stop| !stop.shared(Span::new(at, at + DAY)).is_empty());
            Day { at, state: day_state(share, planned, bounds), good, total }
        };
        all.push((0..i64::from(days)).map(|n| day(span.from + n * DAY)).collect());
    }
    Ok(all)
}

/// Days of several services as those of what needs them all: of each day the service that did worst.
#[must_use]
pub fn worst(all: &[Vec<Day>]) -> Vec<Day> {
    let share = |day: &Day| if day.total > 0 { number(day.good) / number(day.total) } else { f64::INFINITY };
    let length = all.iter().map(Vec::len).max().unwrap_or(0);
    let of_day = |at: usize| {
        let days = all.iter().filter_map(|days| days.get(at));
        days.min_by(|a, b| share(a).total_cmp(&share(b))).copied()
    };
    (0..length).filter_map(of_day).collect()
}
