//! Sums of values: what a window of a roll-up says, and how two windows make one.

use std::fmt::Write as _;

use serde::Serialize;

use super::model::Observed;
use crate::monitor::model::State;

/// Upper bounds of the buckets of good numbers, inclusive; milliseconds for probes. A last bucket has all above.
pub const LATENCY_BOUNDS_MS: [f64; 14] =
    [5.0, 10.0, 25.0, 50.0, 100.0, 200.0, 300.0, 500.0, 800.0, 1000.0, 2000.0, 3000.0, 5000.0, 10000.0];

/// Counts of good numbers by [`LATENCY_BOUNDS_MS`], each number in one bucket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Buckets(pub [i64; LATENCY_BOUNDS_MS.len() + 1]);

impl Buckets {
    /// Reads what [`Buckets::text`] wrote; several texts may follow each other with `;` between. What is no number
    /// counts as none.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut buckets = Self::default();
        for one in text.split(';').filter(|one| !one.is_empty()) {
            for (count, word) in buckets.0.iter_mut().zip(one.split(',')) {
                *count += word.parse::<i64>().unwrap_or(0);
            }
        }
        buckets
    }

    /// As it is stored: counts with commas between, empty when all are 0.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        if self.0.iter().all(|count| *count == 0) {
            return text;
        }
        for (at, count) in self.0.iter().enumerate() {
            // Writing to a string cannot fail.
            let _ = write!(text, "{}{count}", if at == 0 { "" } else { "," });
        }
        text
    }

    fn add(&mut self, value: f64) {
        let bucket = LATENCY_BOUNDS_MS.iter().position(|bound| value <= *bound).unwrap_or(LATENCY_BOUNDS_MS.len());
        self.0[bucket] += 1;
    }
}

/// What the values in force of a window come to. A value that failed is counted as that and as nothing else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Aggregate {
    /// Numbers without failure.
    pub good: i64,
    /// Failures of the service.
    pub bad: i64,
    /// Failures that are not the service's.
    pub excluded: i64,
    /// There was nothing to count.
    pub not_applicable: i64,
    /// The source should have said and did not.
    pub not_delivered: i64,
    /// Too small to be told.
    pub suppressed: i64,
    /// Sum of good numbers, in the unit of the series.
    pub total: f64,
    /// Least good number.
    pub least: Option<f64>,
    /// Greatest good number.
    pub most: Option<f64>,
    /// Good numbers by bounds.
    pub buckets: Buckets,
}

impl Aggregate {
    /// Counts one more value in force.
    pub fn add(&mut self, observed: Observed) {
        match (observed.failure, observed.state, observed.value) {
            (Some(failure), ..) if failure.counts() => self.bad += 1,
            (Some(_), ..) => self.excluded += 1,
            (None, State::Number, Some(value)) => {
                self.good += 1;
                self.total += value;
                self.least = Some(self.least.map_or(value, |least| least.min(value)));
                self.most = Some(self.most.map_or(value, |most| most.max(value)));
                self.buckets.add(value);
            }
            // `record` refuses a number that has none; one that got in by hand was not delivered.
            (None, State::Number, None) | (None, State::NotDelivered, _) => self.not_delivered += 1,
            (None, State::NotApplicable, _) => self.not_applicable += 1,
            (None, State::Suppressed, _) => self.suppressed += 1,
        }
    }

    /// Adds the values of another window.
    pub fn merge(&mut self, other: &Self) {
        self.good += other.good;
        self.bad += other.bad;
        self.excluded += other.excluded;
        self.not_applicable += other.not_applicable;
        self.not_delivered += other.not_delivered;
        self.suppressed += other.suppressed;
        self.total += other.total;
        self.least = both(self.least, other.least, f64::min);
        self.most = both(self.most, other.most, f64::max);
        for (count, more) in self.buckets.0.iter_mut().zip(other.buckets.0) {
            *count += more;
        }
    }

    /// All values, of whatever kind.
    #[must_use]
    pub fn samples(&self) -> i64 {
        self.good + self.bad + self.excluded + self.not_applicable + self.not_delivered + self.suppressed
    }

    /// Mean of good numbers.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub fn mean(&self) -> Option<f64> {
        (self.good > 0).then(|| self.total / self.good as f64)
    }
}

fn both(a: Option<f64>, b: Option<f64>, pick: fn(f64, f64) -> f64) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(pick(a, b)),
        (one, None) | (None, one) => one,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::model::FailureKind;

    fn value(value: f64) -> Observed {
        Observed { state: State::Number, value: Some(value), failure: None }
    }

    #[test]
    fn a_failure_is_counted_as_that_and_its_number_is_left_out() {
        let mut sum = Aggregate::default();
        sum.add(value(10.0));
        sum.add(Observed { failure: Some(FailureKind::Timeout), ..value(10_000.0) });
        sum.add(Observed { failure: Some(FailureKind::WafChallenge), ..value(3.0) });
        sum.add(Observed { state: State::Suppressed, value: None, failure: None });
        assert_eq!((sum.good, sum.bad, sum.excluded, sum.suppressed), (1, 1, 1, 1));
        assert_eq!((sum.total, sum.most, sum.samples()), (10.0, Some(10.0), 4));
        assert_eq!(sum.mean(), Some(10.0));
        assert_eq!(Aggregate::default().mean(), None);
    }

    #[test]
    fn a_bound_belongs_to_the_bucket_below_it() {
        let mut buckets = Buckets::default();
        for number in [5.0, 5.1, 10_000.0, 10_000.1] {
            buckets.add(number);
        }
        assert_eq!(buckets.text(), "1,1,0,0,0,0,0,0,0,0,0,0,0,1,1");
        assert_eq!(Buckets::read(&buckets.text()), buckets);
        assert_eq!(Buckets::read(&format!("{0};;{0}", buckets.text())).0[0], 2);
        assert_eq!(Buckets::default().text(), "");
    }

    #[test]
    fn two_windows_make_one() {
        let (mut a, mut b, mut all) = (Aggregate::default(), Aggregate::default(), Aggregate::default());
        for number in [1.0, 7.0] {
            a.add(value(number));
            all.add(value(number));
        }
        b.add(value(400.0));
        all.add(value(400.0));
        a.merge(&b);
        a.merge(&Aggregate::default());
        assert_eq!(a, all);
    }
}
