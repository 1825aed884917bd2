//! How a service is now, and was on each of the last days (U-05).

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::follow_store;
use super::model::Phase;
use crate::monitor::maintenance::store as maintenance_store;
use crate::monitor::observation::model::{DAY, MINUTE, Step};
use crate::monitor::observation::window_store;
use crate::monitor::parameters::{ParameterError, Parameters};
use crate::monitor::service_level::scope_store;
use crate::monitor::service_level::window::{Span, day_of};
use crate::platform::db::Tx;

/// How a service is now. Times are epoch milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Live {
    /// It answers.
    Available,
    /// It failed just now, comes back just now, or a part of what a procedure needs does not answer.
    Degraded {
        /// Since when.
        since: i64,
    },
    /// It does not answer.
    Down {
        /// The first failure.
        since: i64,
    },
    /// A planned stop.
    Maintenance {
        /// When it ends.
        until: i64,
    },
    /// Nobody knows: nothing is polled, or nothing came for too long.
    Unknown {
        /// The last poll that showed anything.
        last: Option<i64>,
    },
}

impl Live {
    /// In Vietnamese, without the time.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Available => "Đang hoạt động",
            Self::Degraded { .. } => "Hoạt động không ổn định",
            Self::Down { .. } => "Không truy cập được",
            Self::Maintenance { .. } => "Đang bảo trì theo kế hoạch",
            Self::Unknown { .. } => "Chưa rõ",
        }
    }
}

/// How a source is at an instant.
///
/// # Errors
/// When the database fails.
pub async fn state_of_source(tx: &mut Tx, source: &str, now: Timestamp) -> Result<Live, sqlx::Error> {
    let now = now.as_millisecond();
    if let Some(stop) = maintenance_store::of_source(tx, source, now, now + 1).await?.first() {
        return Ok(Live::Maintenance { until: stop.ends_at });
    }
    let Some(follower) = follow_store::of_source(tx, source).await? else { return Ok(Live::Unknown { last: None }) };
    let series = scope_store::series(tx, source, "probe", "").await?;
    // Three polls that did not come leave nothing that is known.
    let age = series.and_then(|series| series.max_age_ms.or(series.every_ms.map(|every| 3 * every)));
    let age = age.unwrap_or(DAY).max(5 * MINUTE);
    let machine = follower.machine();
    Ok(match follower.judged_at {
        None => Live::Unknown { last: None },
        Some(last) if now - last > age => Live::Unknown { last: Some(last) },
        Some(_) => match machine.phase {
            Phase::Up => Live::Available,
            Phase::Failing | Phase::Recovering => Live::Degraded { since: machine.since },
            Phase::Down => Live::Down { since: machine.since },
        },
    })
}

/// How a procedure is at an instant: down when every source of it is, degraded when one of several is.
///
/// # Errors
/// When the database fails.
pub async fn state_of(tx: &mut Tx, code: &str, now: Timestamp) -> Result<Live, sqlx::Error> {
    let mut all = Vec::new();
    for source in watched(tx, code).await? {
        all.push(state_of_source(tx, &source, now).await?);
    }
    Ok(together(&all))
}

/// The sources of a procedure that are polled and switched on.
async fn watched(tx: &mut Tx, code: &str) -> Result<Vec<String>, sqlx::Error> {
    let mut all = Vec::new();
    for source in scope_store::sources_of_procedure(tx, code).await? {
        if scope_store::is_enabled(tx, &source).await? && scope_store::series(tx, &source, "probe", "").await?.is_some()
        {
            all.push(source);
        }
    }
    Ok(all)
}

/// What several sources come to for what needs them all.
#[must_use]
pub fn together(all: &[Live]) -> Live {
    let until = all.iter().filter_map(|live| if let Live::Maintenance { until } = live { Some(*until) } else { None });
    if let Some(until) = until.max() {
        return Live::Maintenance { until };
    }
    let down = all.iter().filter_map(|live| if let Live::Down { since } = live { Some(*since) } else { None });
    let down: Vec<i64> = down.collect();
    let shaky = all.iter().filter_map(|live| if let Live::Degraded { since } = live { Some(*since) } else { None });
    let since = down.iter().copied().chain(shaky).min();
    match since {
        Some(since) if down.len() == all.len() => Live::Down { since },
        Some(since) => Live::Degraded { since },
        None if all.contains(&Live::Available) => {
            let unknown = all.iter().find(|live| matches!(live, Live::Unknown { .. }));
            // What is not known of one part is not made good by another.
            unknown.copied().unwrap_or(Live::Available)
        }
        None => {
            let last = all.iter().filter_map(|live| if let Live::Unknown { last } = live { *last } else { None });
            Live::Unknown { last: last.max() }
        }
    }
}

/// What a day came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DayState {
    /// Nothing was measured.
    NoData,
    /// Nearly every poll was good.
    Available,
    /// Most were.
    Degraded,
    /// Too few were.
    Down,
    /// Polls failed, and a planned stop lay in the day.
    Maintenance,
}

/// A bar of the last days.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bar {
    /// The day in Vietnam.
    pub day: Date,
    /// Share of good polls, 0 to 1, of the source that did worst; `None` when nothing was measured.
    pub share: Option<f64>,
    /// What it came to.
    pub state: DayState,
}

/// Whose bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose<'a> {
    /// A source's.
    Source(&'a str),
    /// A procedure's: of its sources the one that did worst on the day.
    Procedure(&'a str),
}

/// A bar for each of the last `days` days, today last. Every day has one.
///
/// # Errors
/// When the database fails or a parameter is missing.
pub async fn bars(tx: &mut Tx, whose: Whose<'_>, days: u16, now: Timestamp) -> Result<Vec<Bar>, ParameterError> {
    let parameters = Parameters::at(tx, now).await?;
    let bounds = (parameters.number("bar_available_share")?, parameters.number("bar_degraded_share")?);
    let sources = match whose {
        Whose::Source(source) => vec![source.to_owned()],
        Whose::Procedure(code) => watched(tx, code).await?,
    };
    let to = Step::Day.start(now.as_millisecond()) + DAY;
    let span = Span::new(to - i64::from(days) * DAY, to);
    let mut shares: BTreeMap<i64, f64> = BTreeMap::new();
    let mut stopped = Vec::new();
    for source in sources {
        let Some(series) = scope_store::series(tx, &source, "probe", "").await? else { continue };
        for row in window_store::windows(tx, series.id, Step::Day, span.from, span.to).await? {
            let sum = row.aggregate();
            let counted = sum.good + sum.bad;
            if counted > 0 {
                let share = crate::monitor::service_level::interval::number(sum.good)
                    / crate::monitor::service_level::interval::number(counted);
                shares.entry(row.at).and_modify(|worst| *worst = worst.min(share)).or_insert(share);
            }
        }
        let stops = maintenance_store::of_source(tx, &source, span.from, span.to).await?;
        stopped.extend(stops.iter().map(|stop| Span::new(stop.starts_at, stop.ends_at)));
    }
    let bar = |at: i64| {
        let share = shares.get(&at).copied();
        let planned = stopped.iter().any(|stop| !stop.shared(Span::new(at, at + DAY)).is_empty());
        Bar { day: day_of(at), share, state: day_state(share, planned, bounds) }
    };
    Ok((0..i64::from(days)).map(|day| bar(span.from + day * DAY)).collect())
}

/// What a day came to by its share of good polls, whether a planned stop lay in it, and the bounds of the bar.
pub(super) fn day_state(share: Option<f64>, planned: bool, (available, degraded): (f64, f64)) -> DayState {
    match share {
        None => DayState::NoData,
        Some(share) if share >= available => DayState::Available,
        Some(_) if planned => DayState::Maintenance,
        Some(share) if share >= degraded => DayState::Degraded,
        Some(_) => DayState::Down,
    }
}
