//! When a source is asked: slots that spread evenly over sources and stay where they are.

use sha2::{Digest, Sha256};

use crate::monitor::observation::model::MINUTE;
use crate::monitor::source::model::Definition;

/// Rhythms up to this are left alone when a slot was missed because nobody ran: the next one comes soon.
pub const SHORT: i64 = 5 * MINUTE;
/// What the schedule needs of a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The source.
    pub source_id: String,
    /// Version of its definition.
    pub version: i64,
    /// `name:port`.
    pub host: String,
    /// Polls of this host that may run at once.
    pub host_limit: i64,
    /// Milliseconds between slots.
    pub every_ms: i64,
    /// Milliseconds after which somebody else may ask for a slot that was claimed.
    pub lease_ms: i64,
    /// Requests a day in Vietnam at most.
    pub daily_budget: Option<i64>,
}

impl Plan {
    /// The plan of a source; `None` for kinds that are not polled.
    #[must_use]
    pub fn of(definition: &Definition, version: i64) -> Option<Self> {
        Some(Self {
            source_id: definition.id.clone(),
            version,
            host: definition.host()?,
            host_limit: i64::from(definition.host_limit),
            every_ms: definition.every_ms()?,
            lease_ms: 3 * i64::from(definition.what.timeout_ms()),
            daily_budget: definition.daily_budget.map(i64::from),
        })
    }

    /// The slot a new source begins with, epoch milliseconds.
    ///
    /// With a short rhythm the next one, so that many new sources do not begin at once; else the running one.
    #[must_use]
    pub fn first_slot(&self, now: i64) -> i64 {
        let running = slot_at(phase(&self.source_id, self.every_ms), self.every_ms, now);
        if self.every_ms <= SHORT && running < now { running + self.every_ms } else { running }
    }
}

/// Where in its rhythm a source's slots lie, 0 up to `every_ms`: always the same, and spread evenly over sources.
#[must_use]
pub fn phase(source_id: &str, every_ms: i64) -> i64 {
    let digest = Sha256::digest(source_id.as_bytes());
    let number = digest.iter().take(7).fold(0i64, |number, byte| number << 8 | i64::from(*byte));
    number.rem_euclid(every_ms.max(1))
}

/// The last slot that has begun at an instant.
#[must_use]
pub fn slot_at(phase: i64, every_ms: i64, at: i64) -> i64 {
    let every = every_ms.max(1);
    phase + (at - phase).div_euclid(every) * every
}

/// The slot that is asked for when a source is due: the planned one, or the last that has begun since.
#[must_use]
pub fn current(planned: i64, every_ms: i64, now: i64) -> i64 {
    planned.max(slot_at(planned, every_ms, now))
}

/// The first slot that does not begin before an instant.
pub(super) fn slot_from(planned: i64, every_ms: i64, at: i64) -> i64 {
    let slot = slot_at(planned, every_ms, at);
    if slot < at { slot + every_ms } else { slot }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: i64 = MINUTE;
    const DAILY: i64 = 24 * 60 * MINUTE;
    const T: i64 = 1_795_485_600_000;

    #[test]
    fn phases_are_stable_and_spread_evenly() {
        assert_eq!(phase("cong-dvc", EVERY), phase("cong-dvc", EVERY));
        let mut tenths = [0; 10];
        for n in 0..5000 {
            tenths[usize::try_from(phase(&format!("target-{n}"), EVERY) * 10 / EVERY).unwrap()] += 1;
        }
        assert!(tenths.iter().all(|count| (400..600).contains(count)), "{tenths:?}");
    }

    #[test]
    fn a_due_source_is_asked_for_the_last_slot_that_has_begun() {
        assert_eq!(current(T, EVERY, T + 10), T);
        assert_eq!(current(T, EVERY, T + EVERY - 1), T);
        assert_eq!(current(T, EVERY, T + 5 * EVERY + 1), T + 5 * EVERY);
        assert_eq!(current(T, EVERY, T - 10), T);
    }

    #[test]
    fn many_new_sources_do_not_begin_at_once() {
        let plan = |every_ms| Plan {
            source_id: "a".to_owned(),
            version: 1,
            host: "h:1".to_owned(),
            host_limit: 1,
            every_ms,
            lease_ms: 30_000,
            daily_budget: None,
        };
        assert!((T..T + EVERY).contains(&plan(EVERY).first_slot(T)));
        let daily = plan(DAILY).first_slot(T);
        assert!(daily <= T && daily > T - DAILY, "a daily pull begins at once");
    }
}
