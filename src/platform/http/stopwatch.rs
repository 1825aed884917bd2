//! Measures the phases of one request, also when it is broken off in the middle of one.

use std::time::{Duration, Instant};

use super::answer::Phases;

/// The phase that is going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Dns,
    Connect,
    Tls,
    FirstByte,
    Transfer,
}

impl Phase {
    /// What the program waits for in it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Dns => "while the name was looked up",
            Self::Connect => "while connecting",
            Self::Tls => "during the TLS handshake",
            Self::FirstByte => "while waiting for the first byte",
            Self::Transfer => "while the body was read",
        }
    }
}

/// Adds each stretch of time to the phase it belongs to.
#[derive(Debug)]
pub(super) struct Stopwatch {
    phases: Phases,
    phase: Phase,
    since: Instant,
    deadline: Instant,
}

impl Stopwatch {
    /// Starts in the first phase with `total` to go.
    pub(super) fn start(total: Duration) -> Self {
        let since = Instant::now();
        Self { phases: Phases::default(), phase: Phase::Dns, since, deadline: since + total }
    }

    /// Ends the running phase and begins `next`.
    pub(super) fn enter(&mut self, next: Phase) {
        let now = Instant::now();
        let spent = now - self.since;
        *match self.phase {
            Phase::Dns => &mut self.phases.dns,
            Phase::Connect => &mut self.phases.connect,
            Phase::Tls => &mut self.phases.tls,
            Phase::FirstByte => &mut self.phases.first_byte,
            Phase::Transfer => &mut self.phases.transfer,
        } += spent;
        self.since = now;
        self.phase = next;
    }

    /// The running phase.
    pub(super) fn phase(&self) -> Phase {
        self.phase
    }

    /// The measures until now.
    pub(super) fn read(&mut self) -> Phases {
        self.enter(self.phase);
        self.phases
    }

    /// What is left of the time.
    pub(super) fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }
}
