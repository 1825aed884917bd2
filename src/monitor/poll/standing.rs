//! What follows from a good or a failed poll: when the source is asked next, and how it stands.

use std::time::Duration;

use super::model::slot_from;
use crate::monitor::model::{FailureKind, SourceKind};
use crate::monitor::observation::model::{HOUR, MINUTE, Step, vietnam_day};

/// Failures in a row that open the circuit.
const OPENS_AFTER: i64 = 5;
/// How long it stays open the first time; each further failure doubles it.
const OPEN_FIRST: i64 = 10 * MINUTE;
/// How long it stays open at most.
const OPEN_MOST: i64 = 6 * HOUR;
/// How long a portal that refuses us is left alone.
const REFUSED: i64 = HOUR;
/// The first pause after a failure; each further failure doubles it.
const PAUSE_FIRST: i64 = 15_000;
/// The longest such pause.
const PAUSE_MOST: i64 = HOUR;

/// How a source is treated when it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It keeps its rhythm: that it is down is what is measured.
    Probe,
    /// It is asked less often.
    Pull,
    /// It is asked less often, and left alone when it refuses us.
    Portal,
}

impl From<SourceKind> for Manner {
    fn from(kind: SourceKind) -> Self {
        match kind {
            SourceKind::HttpProbe => Self::Probe,
            kind if kind.is_portal() => Self::Portal,
            _ => Self::Pull,
        }
    }
}

/// How a source stands between polls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Failures in a row.
    pub failures: i64,
    /// Until when it is left alone because of them, epoch milliseconds.
    pub circuit_until: Option<i64>,
    /// The day in Vietnam that requests are counted for.
    pub day: i64,
    /// Requests on that day.
    pub requests_today: i64,
}

impl Standing {
    /// Requests on the day in Vietnam that holds an instant, epoch milliseconds.
    #[must_use]
    pub fn requests_on(&self, at: i64) -> i64 {
        if self.day == vietnam_day(at) { self.requests_today } else { 0 }
    }
}

/// A poll that has ended.
#[derive(Debug, Clone, Copy)]
pub struct Ended {
    /// When, epoch milliseconds.
    pub at: i64,
    /// Why it failed.
    pub failure: Option<FailureKind>,
    /// Status of the answer.
    pub status: Option<u16>,
    /// How long the source asks to be left alone.
    pub retry_after: Option<Duration>,
    /// Requests it took.
    pub requests: i64,
}

/// What comes after a poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// The slot that is asked for next: the same one when it is tried again.
    pub slot: i64,
    /// When, epoch milliseconds.
    pub at: i64,
    /// How the source stands.
    pub standing: Standing,
}

/// What comes after a poll of `slot`. `jitter` is from 0 up to 1: it keeps sources that failed together apart.
#[must_use]
pub fn next(
    manner: Manner,
    (slot, every_ms): (i64, i64),
    before: Standing,
    budget: Option<i64>,
    ended: Ended,
    jitter: f64,
) -> Next {
    let mut standing = count(before, ended);
    let mut pause = ended.retry_after.map(|pause| i64::try_from(pause.as_millis()).unwrap_or(i64::MAX));
    standing.circuit_until = None;
    if let (Some(_), true) = (ended.failure, manner != Manner::Probe) {
        let (open, own) = pause_after(manner, standing.failures, ended, jitter);
        pause = pause.max(Some(own));
        standing.circuit_until = open.then(|| ended.at.saturating_add(pause.unwrap_or(own)));
    }
    let not_before = ended.at.saturating_add(pause.unwrap_or(0));
    let following = slot + every_ms;
    let mut next = if manner != Manner::Probe && ended.failure.is_some() && not_before < following {
        Next { slot, at: not_before, standing }
    } else {
        let slot = if pause.is_some() { slot_from(slot, every_ms, not_before).max(following) } else { following };
        Next { slot, at: slot, standing }
    };
    if budget.is_some_and(|budget| standing.requests_today >= budget) {
        let tomorrow = Step::Day.start(ended.at) + Step::Day.width();
        if next.at < tomorrow {
            next.slot = slot_from(slot, every_ms, tomorrow).max(following);
            next.at = next.slot;
        }
    }
    next
}

/// Failures in a row and requests of the day, with this poll.
fn count(before: Standing, ended: Ended) -> Standing {
    let (day, today) = (vietnam_day(ended.at), before.requests_on(ended.at));
    let failures = match ended.failure {
        None => 0,
        // It says nothing about the source.
        Some(FailureKind::OwnNetworkDown) => before.failures,
        Some(_) => before.failures.saturating_add(1),
    };
    Standing { failures, circuit_until: None, day, requests_today: today.saturating_add(ended.requests) }
}

/// Whether the circuit opens, and for how long the source is left alone, milliseconds.
fn pause_after(manner: Manner, failures: i64, ended: Ended, jitter: f64) -> (bool, i64) {
    let refused = matches!(ended.status, Some(403 | 429)) || ended.failure == Some(FailureKind::WafChallenge);
    if manner == Manner::Portal && refused {
        return (true, REFUSED);
    }
    if failures >= OPENS_AFTER {
        return (true, doubled(OPEN_FIRST, failures - OPENS_AFTER, OPEN_MOST, jitter));
    }
    (false, doubled(PAUSE_FIRST, failures - 1, PAUSE_MOST, jitter))
}

/// `first` doubled some times, at most `most`, from three to five quarters of that.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "milliseconds of a few hours")]
fn doubled(first: i64, times: i64, most: i64, jitter: f64) -> i64 {
    let times = u32::try_from(times.clamp(0, 30)).unwrap_or(0);
    let whole = first.saturating_mul(1 << times).min(most);
    (whole as f64 * (0.75 + 0.5 * jitter.clamp(0.0, 1.0))) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: i64 = MINUTE;
    const DAILY: i64 = 24 * HOUR;
    const T: i64 = 1_795_485_600_000;

    fn ended(failure: Option<FailureKind>) -> Ended {
        Ended { at: T + 500, failure, status: None, retry_after: None, requests: 1 }
    }

    fn failing(failures: i64) -> Standing {
        Standing { failures, ..Standing::default() }
    }

    #[test]
    fn a_probe_keeps_its_rhythm_while_its_target_is_down() {
        for failures in 0..20 {
            let next = next(Manner::Probe, (T, EVERY), failing(failures), None, ended(Some(FailureKind::Connect)), 0.5);
            assert_eq!((next.slot, next.at, next.standing.circuit_until), (T + EVERY, T + EVERY, None));
            assert_eq!(next.standing.failures, failures + 1);
        }
    }

    #[test]
    fn retry_after_moves_the_next_slot_and_stays_in_the_rhythm() {
        let busy = Ended {
            retry_after: Some(Duration::from_secs(150)),
            status: Some(503),
            ..ended(Some(FailureKind::Http5xx))
        };
        let next = next(Manner::Probe, (T, EVERY), Standing::default(), None, busy, 0.0);
        assert_eq!((next.slot, next.at), (T + 3 * EVERY, T + 3 * EVERY));
        let short = Ended { retry_after: Some(Duration::from_secs(1)), ..busy };
        assert_eq!(super::next(Manner::Probe, (T, EVERY), Standing::default(), None, short, 0.0).slot, T + EVERY);
    }

    #[test]
    fn a_pull_that_fails_is_tried_again_later_and_later_then_left_alone_then_tried_once() {
        let failed = ended(Some(FailureKind::Http5xx));
        let mut last = 0;
        for failures in 0..4 {
            let next = next(Manner::Pull, (T, DAILY), failing(failures), None, failed, 0.5);
            assert_eq!((next.slot, next.standing.circuit_until), (T, None), "the same slot is tried again");
            assert!(next.at - failed.at >= 2 * last);
            last = next.at - failed.at;
        }
        let open = next(Manner::Pull, (T, DAILY), failing(4), None, failed, 0.5);
        assert_eq!((open.standing.circuit_until, open.at), (Some(failed.at + OPEN_FIRST), failed.at + OPEN_FIRST));
        let longer = next(Manner::Pull, (T, DAILY), failing(5), None, failed, 0.5);
        assert_eq!(longer.at, failed.at + 2 * OPEN_FIRST);
        let most = next(Manner::Pull, (T, DAILY), failing(90), None, failed, 1.0);
        assert!(most.at <= failed.at + OPEN_MOST * 5 / 4);
        let good = next(Manner::Pull, (T, DAILY), failing(90), None, ended(None), 0.5);
        assert_eq!((good.standing.failures, good.standing.circuit_until, good.slot), (0, None, T + DAILY));
    }

    #[test]
    fn a_pull_with_a_short_rhythm_goes_on_with_a_later_slot() {
        let next = next(Manner::Pull, (T, EVERY), failing(4), None, ended(Some(FailureKind::Timeout)), 0.5);
        assert_eq!(next.slot, next.at);
        assert_eq!((next.slot - T) % EVERY, 0);
        assert!(next.at >= T + 500 + OPEN_FIRST);
    }

    #[test]
    fn a_portal_that_refuses_us_is_left_alone_for_an_hour() {
        for status in [403, 429] {
            let refused = Ended { status: Some(status), ..ended(Some(FailureKind::Http4xx)) };
            let next = next(Manner::Portal, (T, DAILY), Standing::default(), None, refused, 0.0);
            assert_eq!(next.standing.circuit_until, Some(refused.at + HOUR));
            let longer = Ended { retry_after: Some(Duration::from_hours(3)), ..refused };
            let next = super::next(Manner::Portal, (T, DAILY), Standing::default(), None, longer, 0.0);
            assert_eq!(next.standing.circuit_until, Some(refused.at + 3 * HOUR));
        }
        let wall = ended(Some(FailureKind::WafChallenge));
        let next = next(Manner::Portal, (T, DAILY), Standing::default(), None, wall, 0.0);
        assert_eq!(next.standing.circuit_until, Some(wall.at + HOUR), "a wall refuses too, whatever its status");
    }

    #[test]
    fn our_own_network_is_no_failure_of_the_source() {
        let down = ended(Some(FailureKind::OwnNetworkDown));
        assert_eq!(next(Manner::Pull, (T, DAILY), failing(3), None, down, 0.5).standing.failures, 3);
    }

    #[test]
    fn a_spent_budget_waits_for_the_next_day_in_vietnam() {
        let standing = Standing { day: vietnam_day(T), requests_today: 9, ..Standing::default() };
        let spent = next(Manner::Probe, (T, EVERY), standing, Some(10), ended(None), 0.0);
        let tomorrow = Step::Day.start(T) + 24 * HOUR;
        assert_eq!(spent.standing.requests_today, 10);
        assert!(spent.at >= tomorrow && spent.at < tomorrow + EVERY && spent.at == spent.slot);
        let left = next(Manner::Probe, (T, EVERY), standing, Some(11), ended(None), 0.0);
        assert_eq!(left.at, T + EVERY);
        let yesterday = Standing { day: standing.day - 1, ..standing };
        assert_eq!(next(Manner::Probe, (T, EVERY), yesterday, Some(10), ended(None), 0.0).standing.requests_today, 1);
    }
}
