//! Alerts: a budget that burns too fast in two windows at once, and the steps from waiting to open to resolved.

use serde::{Deserialize, Serialize};

use super::budget::{Counts, burn};
use super::interval::wilson;
use super::model::BurnRule;

/// What one rule comes to at an instant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Burn {
    /// The rule as it was used.
    pub rule: BurnRule,
    /// Its windows were widened to hold enough values.
    pub widened: bool,
    /// Pace in the long window, 1 being what is allowed; `None` without events.
    pub long: Option<f64>,
    /// Pace in the short window.
    pub short: Option<f64>,
    /// Both are above the factor; `None` when a window has no events and the other does not settle it.
    pub holds: Option<bool>,
}

/// Whether a window burns faster than a factor; `None` without events. Of few events the share of failures must be that
/// high at the lower end of its interval, so that one failed poll of sixty wakes nobody (S-09).
#[must_use]
pub fn exceeds(counts: &Counts, objective: f64, factor: f64, few: u32) -> Option<bool> {
    let pace = burn(counts, objective)?;
    if counts.total() >= i64::from(few) {
        return Some(pace > factor);
    }
    let (low, _) = wilson(counts.bad, counts.total())?;
    Some(pace > factor && low > factor * (1.0 - objective))
}

/// Where an alert stands. Times are epoch milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stage {
    /// There is nothing.
    #[default]
    Quiet,
    /// Its condition holds, not yet long enough.
    Waiting {
        /// Since when.
        since: i64,
    },
    /// It is open.
    Open {
        /// Since when its condition has held.
        since: i64,
        /// When it opened.
        opened: i64,
        /// Since when its condition has not held.
        clear: Option<i64>,
    },
}

/// What a step did that people hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It opened.
    Opened,
    /// It was resolved.
    Resolved,
}

/// How long a condition must hold, and not hold, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Before the alert opens.
    pub opens: i64,
    /// Before it is resolved.
    pub resolves: i64,
}

impl Stage {
    /// The stage after looking at the condition at an instant. Without data nothing moves: silence neither opens nor
    /// resolves an alert, it has one of its own.
    #[must_use]
    pub fn next(self, holds: Option<bool>, at: i64, patience: Patience) -> (Self, Option<Turn>) {
        match (self, holds) {
            (_, None) => (self, None),
            (Self::Quiet | Self::Waiting { .. }, Some(false)) => (Self::Quiet, None),
            (Self::Quiet, Some(true)) => Self::open_after(at, at, patience),
            (Self::Waiting { since }, Some(true)) => Self::open_after(since, at, patience),
            (Self::Open { since, opened, .. }, Some(true)) => (Self::Open { since, opened, clear: None }, None),
            (Self::Open { since, opened, clear }, Some(false)) => {
                let clear = clear.unwrap_or(at);
                if at - clear >= patience.resolves {
                    (Self::Quiet, Some(Turn::Resolved))
                } else {
                    (Self::Open { since, opened, clear: Some(clear) }, None)
                }
            }
        }
    }

    fn open_after(since: i64, at: i64, patience: Patience) -> (Self, Option<Turn>) {
        if at - since >= patience.opens {
            (Self::Open { since, opened: at, clear: None }, Some(Turn::Opened))
        } else {
            (Self::Waiting { since }, None)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PATIENCE: Patience = Patience { opens: 10, resolves: 20 };

    #[test]
    fn an_alert_waits_opens_and_is_resolved() {
        let mut stage = Stage::Quiet;
        let mut turns = Vec::new();
        let holds = [true, false, true, true, true, false, true, false, false, false, false];
        for (at, holds) in (0i64..).step_by(10).zip(holds) {
            let (next, turn) = stage.next(Some(holds), at, PATIENCE);
            stage = next;
            turns.extend(turn.map(|turn| (at, turn)));
        }
        assert_eq!(turns, [(30, Turn::Opened), (90, Turn::Resolved)]);
        assert_eq!(stage, Stage::Quiet);
    }

    #[test]
    fn one_failed_poll_of_sixty_wakes_nobody_and_five_do() {
        let hour = |bad| Counts { good: 60 - bad, bad, ..Counts::default() };
        assert_eq!(exceeds(&hour(1), 0.999, 14.4, 100), Some(false));
        assert_eq!(exceeds(&hour(1), 0.999, 14.4, 10), Some(true), "with enough events the share itself decides");
        assert_eq!(exceeds(&hour(5), 0.999, 14.4, 100), Some(true));
        assert_eq!(exceeds(&Counts::default(), 0.999, 14.4, 100), None);
    }

    proptest! {
        #[test]
        fn turns_alternate_and_silence_moves_nothing(
            seen in proptest::collection::vec(proptest::option::of(any::<bool>()), 0..200),
            opens in 0i64..30, resolves in 0i64..30,
        ) {
            let patience = Patience { opens, resolves };
            let (mut stage, mut last) = (Stage::Quiet, Turn::Resolved);
            for (at, holds) in (0i64..).step_by(5).zip(seen) {
                let (next, turn) = stage.next(holds, at, patience);
                if let Some(turn) = turn {
                    prop_assert_ne!(turn, last);
                    last = turn;
                }
                prop_assert!(holds.is_some() || (next == stage && turn.is_none()));
                prop_assert_eq!(matches!(next, Stage::Open { .. }), last == Turn::Opened);
                stage = next;
            }
        }
    }
}
