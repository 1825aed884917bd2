//! Numbers of the board: a part of a whole, what it was before, what it is to be. Shares are whole numbers of hundredths
//! of a percent, so that page, API, workbook and CSV round alike.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A part of a whole as it was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counted {
    /// What counts.
    pub part: i64,
    /// Of how many.
    pub whole: i64,
}

impl Counted {
    /// A part of a whole.
    #[must_use]
    pub const fn new(part: i64, whole: i64) -> Self {
        Self { part, whole }
    }

    /// Adds another.
    pub const fn join(&mut self, other: Self) {
        self.part += other.part;
        self.whole += other.whole;
    }

    /// `part / whole` in so many steps for 1, half up; `None` where the whole is 0.
    #[must_use]
    pub fn in_steps(self, steps: i64) -> Option<i64> {
        if self.whole <= 0 {
            return None;
        }
        let (part, whole) = (i128::from(self.part) * i128::from(steps), i128::from(self.whole));
        i64::try_from((2 * part + whole).div_euclid(2 * whole)).ok()
    }
}

/// In what a figure is measured. A value is a whole number of steps of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Part of a whole; steps of a hundredth of a percent.
    Share,
    /// Mean; steps of a hundredth of a working day.
    WorkingDays,
    /// A length of time; steps of a minute.
    Minutes,
    /// Money a year; steps of a đồng.
    Dong,
}

impl Unit {
    /// The value of what was counted; `None` where there was nothing to count (n = 0).
    #[must_use]
    pub fn value(self, counted: Counted) -> Option<i64> {
        match self {
            Self::Share => counted.in_steps(10_000),
            Self::WorkingDays => counted.in_steps(100),
            Self::Minutes | Self::Dong => Some(counted.part),
        }
    }

    /// Steps as a number: percent, working days, minutes, đồng.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "figures stay far below 2^53")]
    pub fn natural(self, steps: i64) -> f64 {
        match self {
            Self::Share | Self::WorkingDays => steps as f64 / 100.0,
            Self::Minutes | Self::Dong => steps as f64,
        }
    }
}

/// Whether there is a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// There is.
    Number,
    /// There was nothing to count: n = 0.
    NothingToCount,
    /// Nothing came for the period: not 0.
    NoData,
}

/// What a figure is to reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Target {
    /// Whose figure.
    pub figure: String,
    /// Short name of the target.
    pub code: String,
    /// From which day it is in force, ISO.
    pub valid_from: String,
    /// By which day it is to be reached, ISO; `null` where the source names none.
    pub due: Option<String>,
    /// In hundredths of a percent.
    pub value: i64,
    /// The act that sets it.
    pub source: String,
}

/// The target in force on a day: of those that have begun, the one that began last.
#[must_use]
pub fn in_force<'a>(targets: &'a [Target], figure: &str, day: &str) -> Option<&'a Target> {
    let begun = targets.iter().filter(|target| target.figure == figure && target.valid_from.as_str() <= day);
    begun.max_by(|a, b| (&a.valid_from, &a.code).cmp(&(&b.valid_from, &b.code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_half_up_and_nothing_is_no_share() {
        assert_eq!(Counted::new(1, 3).in_steps(10_000), Some(3_333));
        assert_eq!(Counted::new(2, 3).in_steps(10_000), Some(6_667));
        assert_eq!(Counted::new(1, 20_000).in_steps(10_000), Some(1));
        assert_eq!(Counted::new(-1, 20_000).in_steps(10_000), Some(0), "half up, towards more");
        assert_eq!(Counted::new(0, 0).in_steps(10_000), None);
        assert_eq!(Unit::WorkingDays.value(Counted::new(7, 2)), Some(350));
        assert_eq!(Unit::Minutes.value(Counted::new(0, 0)), Some(0));
        assert_eq!(Counted::new(i64::MAX, i64::MAX).in_steps(10_000), Some(10_000));
    }

    #[test]
    fn the_target_that_began_last_is_in_force() {
        let target = |valid_from: &str, value| Target {
            figure: "satisfaction".to_owned(),
            code: "cps".to_owned(),
            valid_from: valid_from.to_owned(),
            due: None,
            value,
            source: String::new(),
        };
        let all = [target("2025-01-01", 9_500), target("2028-01-01", 9_900)];
        let on = |day| in_force(&all, "satisfaction", day).map(|target| target.value);
        assert_eq!((on("2024-12-31"), on("2027-12-31"), on("2028-01-01")), (None, Some(9_500), Some(9_900)));
        assert_eq!(in_force(&all, "on_time", "2026-01-01"), None);
    }
}
