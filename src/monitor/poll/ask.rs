//! One poll of one source, from claim to result.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use super::claim::Due;
use super::execute::{Execute, Task};
use super::figures::Figures;
use super::write::Finished;
use crate::monitor::probe::model::Validators;
use crate::monitor::source::model::Definition;
use crate::platform::clock::SharedClock;

/// One poll of one source.
pub struct Ask {
    /// What the source is.
    pub definition: Arc<Definition>,
    /// What was claimed.
    pub due: Due,
    /// The time of day.
    pub clock: SharedClock,
    /// Counts.
    pub figures: Figures,
}

impl Ask {
    /// Asks, and hands over what came of it.
    pub async fn run(self, execute: Arc<dyn Execute>, results: Sender<Finished>) {
        let now = self.clock.now();
        let drift = u64::try_from(now.as_millisecond() - self.due.slot).unwrap_or(0);
        self.figures.drift.observe(Duration::from_millis(drift).as_secs_f64());
        self.figures.running.inc();
        let standing = self.due.standing();
        let task = Task {
            definition: Arc::clone(&self.definition),
            slot: self.due.slot,
            validators: Validators { etag: self.due.etag.clone(), last_modified: self.due.last_modified.clone() },
            requests_left: self
                .due
                .daily_budget
                .map(|budget| (budget - standing.requests_on(now.as_millisecond())).max(0)),
            now,
        };
        let polled = execute.execute(task).await;
        self.figures.running.dec();
        self.figures.ended(self.definition.what.kind(), &polled.outcome);
        let at = self.clock.now().as_millisecond();
        let jitter = jitter();
        let finished = Finished { due: self.due, definition: self.definition, polled, at, jitter };
        // The writer ends after every sender has.
        let _ = results.send(finished).await;
    }
}

/// A number from 0 up to 1; the middle where the system gives no random bytes.
fn jitter() -> f64 {
    let mut bytes = [0u8; 2];
    getrandom::fill(&mut bytes).map_or(0.5, |()| f64::from(u16::from_le_bytes(bytes)) / 65_536.0)
}
