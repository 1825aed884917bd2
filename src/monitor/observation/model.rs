//! What a value of a series is, and the windows it is summed up in.

use serde::{Deserialize, Serialize};

use crate::monitor::model::{FailureKind, State};

/// One minute, milliseconds.
pub const MINUTE: i64 = 60_000;
/// One hour, milliseconds.
pub const HOUR: i64 = 60 * MINUTE;
/// One day, milliseconds.
pub const DAY: i64 = 24 * HOUR;
/// How far Vietnam is ahead of UTC, milliseconds.
const AHEAD: i64 = 7 * HOUR;

/// A series as it is asked for; its identity is source, metric and subject.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NewSeries {
    /// The source.
    pub source_id: String,
    /// What is measured, such as `probe`.
    pub metric: String,
    /// Of whom or what; empty when the source is about one thing.
    pub subject: String,
    /// Unit, such as `ms`.
    pub unit: String,
    /// Rhythm of the values, milliseconds; `None` when they come when they come.
    pub every_ms: Option<i64>,
    /// Age from which a value is stale, milliseconds; `None` when it never is.
    pub max_age_ms: Option<i64>,
}

/// A value for the time that begins at `slot`.
#[derive(Debug, Clone, PartialEq)]
pub struct NewObservation {
    /// The series.
    pub series_id: i64,
    /// Beginning of the time the value is for, epoch milliseconds.
    pub slot: i64,
    /// Whether there is a number.
    pub state: State,
    /// The number, in the unit of the series. A failed poll may have one: how long it took.
    pub value: Option<f64>,
    /// Why the poll failed; `None` when it did not.
    pub failure: Option<FailureKind>,
    /// More about it for readers; never personal data.
    pub detail: Option<String>,
    /// When it became known, epoch milliseconds.
    pub observed_at: i64,
}

/// A value that cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Not a number, or without end.
    #[error("a value is not a finite number")]
    NotFinite,
    /// `number` without failure needs a number.
    #[error("a value has the state `number` and no number")]
    NoNumber,
    /// Another state has none.
    #[error("a value has a number and a state that says there is none")]
    NumberWithout,
}

impl NewObservation {
    /// Checks that value and state go together.
    ///
    /// # Errors
    /// [`Unusable`]
    pub fn check(&self) -> Result<(), Unusable> {
        match (self.state, self.value) {
            (_, Some(value)) if !value.is_finite() => Err(Unusable::NotFinite),
            (State::Number, None) if self.failure.is_none() => Err(Unusable::NoNumber),
            (State::Number, _) | (_, None) => Ok(()),
            (_, Some(_)) => Err(Unusable::NumberWithout),
        }
    }

    /// What of it counts.
    #[must_use]
    pub fn observed(&self) -> Observed {
        Observed { state: self.state, value: self.value, failure: self.failure }
    }
}

/// What of a value counts: two that are equal here are the same value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Observed {
    /// Whether there is a number.
    pub state: State,
    /// The number.
    pub value: Option<f64>,
    /// Why the poll failed.
    pub failure: Option<FailureKind>,
}

/// How wide a window of a roll-up is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Step {
    /// Five minutes.
    #[serde(rename = "5m")]
    FiveMinutes,
    /// An hour.
    #[serde(rename = "1h")]
    Hour,
    /// A day in Vietnam, which begins at 17:00 UTC.
    #[serde(rename = "1d")]
    Day,
}

impl Step {
    /// Every step, narrow ones first.
    pub const ALL: [Self; 3] = [Self::FiveMinutes, Self::Hour, Self::Day];

    /// The word it is stored as.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FiveMinutes => "5m",
            Self::Hour => "1h",
            Self::Day => "1d",
        }
    }

    /// Width, milliseconds.
    #[must_use]
    pub fn width(self) -> i64 {
        match self {
            Self::FiveMinutes => 5 * MINUTE,
            Self::Hour => HOUR,
            Self::Day => DAY,
        }
    }

    /// Beginning of the window that holds an instant; both epoch milliseconds.
    #[must_use]
    pub fn start(self, at: i64) -> i64 {
        let width = self.width();
        at.saturating_add(AHEAD).div_euclid(width) * width - AHEAD
    }

    /// Beginning of the first window that does not begin before an instant.
    #[must_use]
    pub fn start_from(self, at: i64) -> i64 {
        let start = self.start(at);
        if start < at { start + self.width() } else { start }
    }
}

/// The day in Vietnam that holds an instant, counted from 1 January 1970.
#[must_use]
pub fn vietnam_day(at: i64) -> i64 {
    at.saturating_add(AHEAD).div_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_vietnam() {
        let noon: jiff::Timestamp = "2026-11-24T12:00:00+07:00".parse().unwrap();
        let midnight: jiff::Timestamp = "2026-11-24T00:00:00+07:00".parse().unwrap();
        assert_eq!(Step::Day.start(noon.as_millisecond()), midnight.as_millisecond());
        assert_eq!(Step::Day.start(midnight.as_millisecond()), midnight.as_millisecond());
        assert_eq!(Step::Day.start(midnight.as_millisecond() - 1), midnight.as_millisecond() - DAY);
        assert_eq!(Step::Day.start_from(midnight.as_millisecond() + 1), midnight.as_millisecond() + DAY);
        assert_eq!(vietnam_day(midnight.as_millisecond()) - vietnam_day(midnight.as_millisecond() - 1), 1);
    }

    #[test]
    fn windows_lie_in_each_other() {
        for at in [0, 1, 299_999, 300_000, 1_795_485_600_000, -1] {
            let five = Step::FiveMinutes.start(at);
            assert!(five <= at && at < five + Step::FiveMinutes.width());
            assert_eq!(Step::Hour.start(five), Step::Hour.start(at));
            assert_eq!(Step::Day.start(Step::Hour.start(at)), Step::Day.start(at));
        }
    }

    #[test]
    fn a_value_and_its_state_go_together() {
        let value = |state, value, failure| {
            NewObservation { series_id: 1, slot: 0, state, value, failure, detail: None, observed_at: 0 }.check()
        };
        assert_eq!(value(State::Number, Some(f64::NAN), None), Err(Unusable::NotFinite));
        assert_eq!(value(State::Number, Some(f64::INFINITY), None), Err(Unusable::NotFinite));
        assert_eq!(value(State::Number, None, None), Err(Unusable::NoNumber));
        assert_eq!(value(State::Suppressed, Some(1.0), None), Err(Unusable::NumberWithout));
        assert_eq!(value(State::Number, None, Some(FailureKind::Dns)), Ok(()));
        assert_eq!(value(State::NotDelivered, None, None), Ok(()));
        assert_eq!(value(State::Number, Some(0.0), None), Ok(()));
    }
}
