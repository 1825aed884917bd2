//! When the next request may go: pauses, and longer ones after failures.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The first wait after a failure, where there is a pause between requests.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The same where there is none: the portal is this machine's own.
const FIRST_WAIT_LOCAL: Duration = Duration::from_millis(20);
/// The longest wait that we choose ourselves.
const LONGEST_OWN: Duration = Duration::from_mins(1);

/// Keeps the time between requests.
#[derive(Debug)]
pub struct Pace {
    pause: Duration,
    first_wait: Duration,
    last: Option<Instant>,
    /// How long was waited in all.
    pub waited: Duration,
}

impl Pace {
    /// A pace with a pause between two requests.
    pub fn new(pause: Duration) -> Self {
        let first_wait = if pause.is_zero() { FIRST_WAIT_LOCAL } else { FIRST_WAIT.max(pause) };
        Self { pause, first_wait, last: None, waited: Duration::ZERO }
    }

    /// Waits what is left of the pause since the last answer.
    pub async fn pause(&mut self) {
        if self.pause.is_zero() {
            return;
        }
        let Some(last) = self.last else { return };
        let left = jittered(self.pause).saturating_sub(last.elapsed());
        self.wait(left).await;
    }

    /// An answer came, or none.
    pub fn answered(&mut self) {
        self.last = Some(Instant::now());
    }

    /// Waits after the `failed`th failure of one request, from 1.
    pub async fn after_failure(&mut self, failed: u32, asked: Option<Duration>) {
        let wait = self.wait_after(failed, asked);
        self.wait(wait).await;
    }

    /// Twice as long each time, or as long as the portal asks.
    fn wait_after(&self, failed: u32, asked: Option<Duration>) -> Duration {
        let own = self.first_wait.saturating_mul(1 << failed.saturating_sub(1).min(10)).min(LONGEST_OWN);
        asked.unwrap_or_else(|| jittered(own))
    }

    async fn wait(&mut self, duration: Duration) {
        if duration.is_zero() {
            return;
        }
        self.waited += duration;
        sleep(duration).await;
    }
}

/// Give or take a fifth, so that several visitors do not march in step.
fn jittered(duration: Duration) -> Duration {
    let mut byte = [128_u8];
    // Without randomness the pause is what it is.
    let _ = getrandom::fill(&mut byte);
    duration.mul_f64(0.8 + 0.4 * f64::from(byte[0]) / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_vary_a_little_and_failures_wait_longer_each_time() {
        for _ in 0..100 {
            let pause = jittered(Duration::from_millis(500)).as_millis();
            assert!((399..=601).contains(&pause), "{pause}");
        }
        let pace = Pace::new(Duration::from_millis(500));
        let waits: Vec<Duration> = (1..=4).map(|failed| pace.wait_after(failed, None)).collect();
        assert!(waits.is_sorted() && waits[0] >= Duration::from_millis(800), "{waits:?}");
        assert!(pace.wait_after(40, None) <= LONGEST_OWN.mul_f64(1.2));
        assert_eq!(pace.wait_after(1, Some(Duration::from_secs(90))), Duration::from_secs(90), "as the portal asks");
        assert!(
            Pace::new(Duration::ZERO).wait_after(1, None) < Duration::from_millis(30),
            "one's own machine is quick"
        );
    }
}
