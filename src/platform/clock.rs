//! The time of day as a parameter, so that every rule about time can be tested.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// This instant, UTC.
    fn now(&self) -> Timestamp;
}

/// The clock every part is given.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that may read the machine's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The machine's clock moved by a span: the demonstration plays at another time with it.
#[derive(Debug)]
pub struct ShiftedClock(SignedDuration);

impl ShiftedClock {
    /// A clock that says `at` now and runs on from there.
    #[must_use]
    pub fn starting(at: Timestamp) -> Self {
        Self(at.duration_since(SystemClock.now()))
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        let now = SystemClock.now();
        now.checked_add(self.0).unwrap_or(now)
    }
}

/// A clock that stands still until it is moved; for tests.
#[derive(Debug)]
pub struct FixedClock(Mutex<Timestamp>);

impl FixedClock {
    /// A clock that says `at`.
    #[must_use]
    pub fn new(at: Timestamp) -> Self {
        Self(Mutex::new(at))
    }

    /// Moves the clock to `at`.
    pub fn set(&self, at: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Vietnam's time zone: seven hours ahead of UTC all year.
pub const VIETNAM: jiff::tz::TimeZone = jiff::tz::TimeZone::fixed(jiff::tz::offset(7));
