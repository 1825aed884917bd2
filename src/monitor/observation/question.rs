//! Answers about series: what is newest, what a time came to, how much of it was good.

use serde::Serialize;

use super::horizon::{self, Horizons};
use super::model::Step;
use super::record;
use super::rollup::Aggregate;
use super::series::Series;
use super::store::Stored;
use super::{series, store, window_store};
use crate::monitor::model::State;
use crate::platform::db::Tx;

/// The newest value of a series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Latest {
    /// The series.
    pub series: Series,
    /// Its newest value.
    pub value: Stored,
    /// Its time began longer ago than the series allows: it is shown as stale and left out of ratios.
    pub stale: bool,
}

impl Latest {
    /// The number, where there is one that may be counted: not stale, not failed.
    #[must_use]
    pub fn counted(&self) -> Option<f64> {
        let observed = self.value.observed();
        observed.value.filter(|_| !self.stale && observed.failure.is_none() && observed.state == State::Number)
    }
}

/// What a series came to in a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Availability {
    /// Counts and sums.
    pub sum: Aggregate,
    /// Values that the rhythm of the series asks for; `None` without a rhythm.
    pub expected: Option<i64>,
}

impl Availability {
    /// Good values of those that count: good and bad. `None` when there are none, never 0 or NaN.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub fn ratio(&self) -> Option<f64> {
        let counted = self.sum.good + self.sum.bad;
        (counted > 0).then(|| self.sum.good as f64 / counted as f64)
    }

    /// Values that the rhythm asks for and that are not there.
    #[must_use]
    pub fn absent(&self) -> Option<i64> {
        self.expected.map(|expected| (expected - self.sum.samples()).max(0))
    }
}

/// A window and what it came to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// Beginning, epoch milliseconds.
    pub at: i64,
    /// Counts and sums.
    pub sum: Aggregate,
}

/// The newest value of a series at an instant; `None` when it has none or is not there.
///
/// # Errors
/// When the database fails.
pub async fn latest(tx: &mut Tx, series_id: i64, now: i64) -> Result<Option<Latest>, sqlx::Error> {
    match series::find(tx, series_id).await? {
        Some(series) => of(tx, series, now).await,
        None => Ok(None),
    }
}

/// The newest value of every series of a source that has one.
///
/// # Errors
/// When the database fails.
pub async fn latest_of_source(tx: &mut Tx, source_id: &str, now: i64) -> Result<Vec<Latest>, sqlx::Error> {
    let mut all = Vec::new();
    for series in series::of_source(tx, source_id).await? {
        all.extend(of(tx, series, now).await?);
    }
    Ok(all)
}

async fn of(tx: &mut Tx, series: Series, now: i64) -> Result<Option<Latest>, sqlx::Error> {
    let value = store::latest(tx, series.id).await?;
    Ok(value.map(|value| {
        let stale = series.max_age_ms.is_some_and(|most| now - value.slot > most);
        Latest { series, value, stale }
    }))
}

/// The windows of a series from `from`, before `to` (epoch milliseconds); those without values are left out.
///
/// # Errors
/// When the database fails.
pub async fn range(tx: &mut Tx, series: i64, step: Step, from: i64, to: i64) -> Result<Vec<Point>, sqlx::Error> {
    let found = window_store::windows(tx, series, step, from, to).await?;
    Ok(found.iter().map(|row| Point { at: row.at, sum: row.aggregate() }).collect())
}

/// What a series came to from `from`, before `to` (epoch milliseconds), out of the widest roll-ups that fit.
///
/// An end that lies where narrower roll-ups have been dropped is moved outward to the window that is still there.
/// `None` when there is no such series.
///
/// # Errors
/// When the database fails.
pub async fn availability(
    tx: &mut Tx,
    series_id: i64,
    from: i64,
    to: i64,
) -> Result<Option<Availability>, sqlx::Error> {
    let Some(series) = series::find(tx, series_id).await? else { return Ok(None) };
    let horizons = if series.is_report() {
        Horizons { raw: 0, ..horizon::horizons(tx).await? }
    } else {
        horizon::horizons(tx).await?
    };
    let mut sum = Aggregate::default();
    for part in parts(from, to, &horizons) {
        let Some(step) = part.step else {
            let values = store::of_windows(tx, &[(series_id, part.from, part.to)]).await?;
            for one in record::sum(&values).values() {
                sum.merge(one);
            }
            continue;
        };
        for row in window_store::windows(tx, series_id, step, part.from, part.to).await? {
            sum.merge(&row.aggregate());
        }
    }
    Ok(Some(Availability { sum, expected: series.expected(from, to) }))
}

/// A part of a time that one step answers; single values where it is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    step: Option<Step>,
    from: i64,
    to: i64,
}

/// Cuts a time into days, the hours before and after them, and so on down to single values.
fn parts(from: i64, to: i64, horizons: &Horizons) -> Vec<Part> {
    let mut out = Vec::new();
    cut(reach(from, horizons, Step::start), reach(to, horizons, Step::start_from), &Step::ALL, &mut out);
    out
}

/// Moves an end to a window that has not been dropped.
fn reach(at: i64, horizons: &Horizons, to: fn(Step, i64) -> i64) -> i64 {
    if at < horizons.hour {
        to(Step::Day, at)
    } else if at < horizons.five_minutes {
        to(Step::Hour, at)
    } else if at < horizons.raw {
        to(Step::FiveMinutes, at)
    } else {
        at
    }
}

fn cut(from: i64, to: i64, steps: &[Step], out: &mut Vec<Part>) {
    if from >= to {
        return;
    }
    let Some((widest, narrower)) = steps.split_last() else {
        out.push(Part { step: None, from, to });
        return;
    };
    let (first, last) = (widest.start_from(from), widest.start(to));
    if first >= last {
        return cut(from, to, narrower, out);
    }
    cut(from, first, narrower, out);
    out.push(Part { step: Some(*widest), from: first, to: last });
    cut(last, to, narrower, out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::observation::model::{DAY, HOUR, MINUTE};

    #[test]
    fn a_time_is_cut_into_the_widest_windows_without_gap_or_overlap() {
        let midnight = Step::Day.start(1_795_485_600_000);
        let (from, to) = (midnight - 2 * HOUR - 7 * MINUTE, midnight + 3 * DAY + HOUR + 6 * MINUTE + 1);
        let all = parts(from, to, &Horizons::default());
        assert_eq!(all.first().unwrap().from, from);
        assert_eq!(all.last().unwrap().to, to);
        assert!(all.windows(2).all(|two| two[0].to == two[1].from));
        let steps: Vec<_> = all.iter().map(|part| part.step).collect();
        let (five, hour, day) = (Some(Step::FiveMinutes), Some(Step::Hour), Some(Step::Day));
        assert_eq!(steps, [None, five, hour, day, hour, five, None]);
        assert!(parts(to, from, &Horizons::default()).is_empty());
        assert_eq!(parts(from, from + 1, &Horizons::default()).len(), 1);
    }

    #[test]
    fn an_end_is_moved_outward_where_narrower_windows_are_gone() {
        let midnight = Step::Day.start(1_795_485_600_000);
        let (from, to) = (midnight + 7 * HOUR + 3 * MINUTE, midnight + 2 * DAY + 3 * MINUTE);
        let gone = Horizons { raw: i64::MAX, five_minutes: midnight + DAY, hour: 0, day: 0 };
        let all = parts(from, to, &gone);
        assert_eq!(all.first().unwrap().from, midnight + 7 * HOUR);
        assert_eq!(all.last().unwrap().to, midnight + 2 * DAY + 5 * MINUTE);
        let gone = Horizons { hour: midnight + DAY, ..gone };
        assert_eq!(parts(from, to, &gone)[0].from, midnight);
    }
}
