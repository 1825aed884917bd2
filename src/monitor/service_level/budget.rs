//! From counts to a share, a budget and a standing. Pure; nothing is ever NaN, and nothing measured is never good.

use serde::{Deserialize, Serialize};

use super::interval::{number, wilson};
use super::model::{Absent, Counting, Failures, Indicator, Standing};
use crate::monitor::observation::rollup::{Aggregate, LATENCY_BOUNDS_MS};

/// Shares that differ by less are the same: they are quotients of counts.
const SAME: f64 = 1e-12;

/// What was counted in a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Events that were good.
    pub good: i64,
    /// Events that were not.
    pub bad: i64,
    /// Failures that are not the service's: own network, protection wall, refused address. Outside the share.
    pub excluded: i64,
    /// Values that are no numbers: not applicable, suppressed. Outside the share.
    pub other: i64,
    /// Values that came, of whatever kind.
    pub received: i64,
    /// Values that the rhythm asks for; `None` without one.
    pub expected: Option<i64>,
    /// Values that should have come and did not; `None` when nobody can tell.
    pub absent: Option<i64>,
}

impl Counts {
    /// Events inside the share.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.good + self.bad
    }

    /// Share of good ones; `None` when nothing was counted.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.total() > 0).then(|| number(self.good) / number(self.total()))
    }

    /// Counts of two times together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let both = |a: Option<i64>, b: Option<i64>| match (a, b) {
            (Some(a), Some(b)) => Some(a + b),
            (one, None) | (None, one) => one,
        };
        Self {
            good: self.good + other.good,
            bad: self.bad + other.bad,
            excluded: self.excluded + other.excluded,
            other: self.other + other.other,
            received: self.received + other.received,
            expected: both(self.expected, other.expected),
            absent: both(self.absent, other.absent),
        }
    }
}

/// What polls come to for an indicator. `threshold_ms` is one of the bounds, checked when the definition was.
#[must_use]
pub fn of_polls(
    indicator: Indicator,
    sum: &Aggregate,
    threshold_ms: Option<f64>,
    expected: Option<i64>,
    counting: &Counting,
) -> Counts {
    let received = sum.samples() - sum.not_delivered;
    let absent = expected.map(|expected| (expected - received).max(0));
    let (mut good, mut bad) = (sum.good, sum.bad);
    if indicator == Indicator::Latency {
        let bounds = LATENCY_BOUNDS_MS.iter().take_while(|bound| threshold_ms.is_some_and(|ms| **bound <= ms)).count();
        let fast: i64 = sum.buckets.0[..bounds].iter().sum();
        bad = good - fast + if counting.failures == Failures::Counted { bad } else { 0 };
        good = fast;
    }
    if counting.absent == Absent::Failure {
        bad += absent.unwrap_or(0);
    }
    let other = sum.not_applicable + sum.suppressed;
    Counts { good, bad, excluded: sum.excluded, other, received, expected, absent }
}

/// The share as it may be told.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Sli {
    /// Nothing was counted: "không có dữ liệu".
    NoData,
    /// So few events that a percentage would mislead (S-09): counts and the interval of the share.
    Few {
        /// Good events.
        good: i64,
        /// All events.
        total: i64,
        /// Lower end of the 95 % interval, 0 to 1.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// The share, 0 to 1.
    Share {
        /// Good events over all.
        value: f64,
    },
}

/// The share of good events, told as their number allows.
#[must_use]
pub fn sli(counts: &Counts, few: u32) -> Sli {
    let total = counts.total();
    match (counts.share(), wilson(counts.good, total)) {
        (Some(_), Some((low, high))) if total < i64::from(few) => Sli::Few { good: counts.good, total, low, high },
        (Some(value), _) => Sli::Share { value },
        (None, _) => Sli::NoData,
    }
}

/// Where counts stand against an objective. Of few events only a clear answer is one.
#[must_use]
pub fn standing(counts: &Counts, objective: f64, few: u32) -> Standing {
    match sli(counts, few) {
        Sli::NoData => Standing::NoData,
        Sli::Share { value } if value + SAME >= objective => Standing::Met,
        Sli::Share { .. } => Standing::Missed,
        Sli::Few { low, .. } if low + SAME >= objective => Standing::Met,
        Sli::Few { high, .. } if high + SAME < objective => Standing::Missed,
        Sli::Few { .. } => Standing::Undecided,
    }
}

/// A part of a budget: allowed, spent, left; what is left is below 0 when too much was spent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Allowed.
    pub total: f64,
    /// Spent.
    pub spent: f64,
    /// Left.
    pub left: f64,
}

impl Part {
    fn of(total: f64, spent: f64) -> Self {
        Self { total, spent, left: total - spent }
    }
}

/// What an objective allows to go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Budget {
    /// Events: `(1 - objective) × events so far`, less those that were bad.
    pub events: Part,
    /// Minutes: `(1 - objective) × counted minutes of the whole window`, less the bad share of the minutes so far.
    pub minutes: Part,
    /// Share of the events' budget that is left; below 0 exactly when the share lies below the objective.
    pub left_share: f64,
}

/// The budget of a window; `None` when nothing was counted. Minutes are those that count by the policy.
#[must_use]
pub fn budget(counts: &Counts, objective: f64, whole_minutes: i64, measured_minutes: i64) -> Option<Budget> {
    let share = counts.share()?;
    let allowed = 1.0 - objective;
    let events = Part::of(allowed * number(counts.total()), number(counts.bad));
    let minutes = Part::of(allowed * number(whole_minutes), (1.0 - share) * number(measured_minutes));
    (events.total > 0.0).then(|| Budget { events, minutes, left_share: events.left / events.total })
}

/// How many times faster than allowed the budget is spent; `None` when nothing was counted.
#[must_use]
pub fn burn(counts: &Counts, objective: f64) -> Option<f64> {
    let total = counts.total();
    (total > 0 && objective < 1.0).then(|| number(counts.bad) / number(total) / (1.0 - objective))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counts(good: i64, bad: i64) -> Counts {
        Counts { good, bad, ..Counts::default() }
    }

    #[test]
    fn nothing_measured_is_no_data_and_never_a_number() {
        assert_eq!(sli(&counts(0, 0), 100), Sli::NoData);
        assert_eq!(standing(&counts(0, 0), 0.9, 100), Standing::NoData);
        assert_eq!(budget(&counts(0, 0), 0.9, 10, 10), None);
        assert_eq!(burn(&counts(0, 0), 0.9), None);
    }

    #[test]
    fn few_events_are_told_as_counts_and_judged_only_when_clear() {
        assert!(matches!(sli(&counts(99, 0), 100), Sli::Few { good: 99, total: 99, .. }));
        assert!(matches!(sli(&counts(100, 0), 100), Sli::Share { .. }));
        assert_eq!(standing(&counts(49, 1), 0.99, 100), Standing::Undecided);
        assert_eq!(standing(&counts(10, 40), 0.99, 100), Standing::Missed);
        assert_eq!(standing(&counts(99, 0), 0.9, 100), Standing::Met);
    }

    #[test]
    fn exactly_the_objective_is_met() {
        for (good, bad, objective) in [(999, 1, 0.999), (9_995, 5, 0.9995), (95, 5, 0.95), (7, 3, 0.7)] {
            assert_eq!(standing(&counts(good, bad), objective, 1), Standing::Met, "{good} {bad}");
            assert_eq!(standing(&counts(good - 1, bad + 1), objective, 1), Standing::Missed);
        }
    }

    proptest! {
        #[test]
        fn every_figure_is_finite_and_the_budget_says_what_the_share_says(
            good in 0i64..1_000_000, bad in 0i64..1_000_000, objective in 0.001f64..0.999_999, few in 0u32..200,
        ) {
            let c = counts(good, bad);
            let finite = |x: f64| x.is_finite();
            match sli(&c, few) {
                Sli::NoData => prop_assert_eq!(c.total(), 0),
                Sli::Share { value } => prop_assert!((0.0..=1.0).contains(&value)),
                Sli::Few { low, high, .. } => {
                    let share = c.share().unwrap();
                    prop_assert!(0.0 <= low && low <= share + 1e-12 && share <= high + 1e-12 && high <= 1.0);
                }
            }
            if let Some(b) = budget(&c, objective, 1_000, 900) {
                prop_assert!(finite(b.left_share) && finite(b.minutes.left) && finite(b.events.left));
                let share = c.share().unwrap();
                if (share - objective).abs() > 1e-9 {
                    prop_assert_eq!(b.left_share < 0.0, share < objective);
                    prop_assert_eq!(burn(&c, objective).unwrap() > 1.0, share < objective);
                }
            } else {
                prop_assert_eq!(c.total(), 0);
            }
        }
    }
}
