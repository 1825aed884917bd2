//! Asks the portal one request at a time, again where that is worth it, and counts.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;
use utoipa::ToSchema;

use super::answer::{BUDGET, Failure, Verdict, judge};
use super::model::Settings;
use super::pace::Pace;
use crate::monitor::model::FailureKind;
use crate::platform::hash::sha256;
use crate::platform::http::{Client, Limits, Request};

/// The largest answer that is taken, bytes: a list page of 200 has 150 kB, the largest detail 140 kB.
const MAX_BYTES: usize = 4 << 20;
/// How long one answer may take.
const TOTAL: Duration = Duration::from_secs(30);
/// After so many requests in a row without a good answer the portal is left alone.
const MAX_IN_A_ROW: u32 = 8;

/// What was asked and what came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tally {
    /// Requests sent.
    pub requests: u64,
    /// Of these, how many asked again what had failed.
    pub retries: u64,
    /// Failed requests by kind: a word of the monitor's failure kinds, or `http_403`, `http_429`.
    pub failures: BTreeMap<String, u64>,
    /// Bytes of the bodies that were read whole.
    pub bytes: u64,
    /// Milliseconds spent waiting between requests.
    pub waited_ms: u64,
}

/// How an envelope's content looks to who asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// As it should.
    Good,
    /// Usable, but a value has another type; taken when the portal says it twice.
    Odd(String),
    /// Not usable.
    Wrong(String),
}

/// A good answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// As it came.
    pub bytes: Bytes,
    /// Parsed.
    pub value: Value,
    /// What is odd about it.
    pub odd: Option<String>,
}

/// No good answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such thing.
    Missing(String),
    /// All tries failed, the last of them so.
    GaveUp(Failure),
    /// The visit ends here.
    Stop(Failure),
}

/// One thing that is asked.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The path below the portal's host.
    pub path: &'static str,
    /// The body.
    pub body: &'a Value,
    /// How often it is tried, the first time included.
    pub attempts: u32,
    /// An error's envelope says that there is no such thing; otherwise it is a failure like others.
    pub may_be_missing: bool,
    /// Looks at what came.
    pub look: &'a (dyn Fn(&Value) -> Look + Sync),
}

/// A visit to the portal.
pub struct Portal<'a> {
    client: &'a Client,
    settings: &'a Settings,
    pace: Pace,
    began: Instant,
    now: Timestamp,
    in_a_row: u32,
    tally: Tally,
}

impl<'a> Portal<'a> {
    /// Begins a visit at an instant.
    #[must_use]
    pub fn new(client: &'a Client, settings: &'a Settings, now: Timestamp) -> Self {
        let pace = Pace::new(settings.pause);
        Self { client, settings, pace, began: Instant::now(), now, in_a_row: 0, tally: Tally::default() }
    }

    /// What was asked so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let waited_ms = u64::try_from(self.pace.waited.as_millis()).unwrap_or(u64::MAX);
        Tally { waited_ms, ..self.tally.clone() }
    }

    /// How long the visit has lasted.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// How often the visit's settings try one request.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.settings.attempts
    }

    /// Asks until there is an answer that looks good, or it is not worth another try.
    ///
    /// # Errors
    /// [`Refusal`]
    pub async fn ask(&mut self, question: Question<'_>) -> Result<Reply, Refusal> {
        let mut odd_before: Option<String> = None;
        let mut failed = 0;
        loop {
            if self.settings.max_requests.is_some_and(|most| self.tally.requests >= most) {
                let message = format!("the {} requests of this visit are used up", self.tally.requests);
                return Err(Refusal::Stop(Failure { kind: BUDGET.to_owned(), message, wait: None }));
            }
            self.pace.pause().await;
            self.tally.requests += 1;
            self.tally.retries += u64::from(failed > 0);
            let (verdict, bytes) = self.once(question.path, question.body).await;
            let failure = match self.weigh(question, verdict, bytes, &mut odd_before) {
                Ok(ended) => return ended,
                Err(failure) => failure,
            };
            failed += 1;
            if failed >= question.attempts {
                return Err(self.give_up(failure));
            }
            self.pace.after_failure(failed, failure.wait).await;
        }
    }

    /// What an answer means for the question; an error is worth another try.
    fn weigh(
        &mut self,
        question: Question<'_>,
        verdict: Verdict,
        bytes: Bytes,
        odd_before: &mut Option<String>,
    ) -> Result<Result<Reply, Refusal>, Failure> {
        let failure = match verdict {
            Verdict::Good(value) => match (question.look)(&value) {
                Look::Good => return Ok(Ok(self.good(bytes, value, None))),
                Look::Odd(what) => {
                    // A portal that says the same odd thing twice means it; a fault on the way does not.
                    let hash = sha256(&bytes);
                    if odd_before.as_ref() == Some(&hash) {
                        return Ok(Ok(self.good(bytes, value, Some(what))));
                    }
                    *odd_before = Some(hash);
                    Failure::new(FailureKind::ContentMismatch, what)
                }
                Look::Wrong(what) => Failure::new(FailureKind::ContentMismatch, what),
            },
            Verdict::Missing(message) if question.may_be_missing => {
                self.in_a_row = 0;
                return Ok(Err(Refusal::Missing(message)));
            }
            Verdict::Missing(message) => Failure::new(FailureKind::ContentMismatch, message),
            Verdict::Again(failure) => failure,
            Verdict::GiveUp(failure) => {
                self.count(&failure);
                return Ok(Err(self.give_up(failure)));
            }
            Verdict::Stop(failure) => {
                self.count(&failure);
                return Ok(Err(Refusal::Stop(failure)));
            }
        };
        self.count(&failure);
        Err(failure)
    }

    async fn once(&mut self, path: &str, body: &Value) -> (Verdict, Bytes) {
        let limits = Limits { total: TOTAL, max_bytes: MAX_BYTES, max_redirects: 0 };
        let request = Request::post_json(self.settings.address(path), body).within(limits);
        let ended = self.client.send(request).await;
        self.pace.answered();
        let bytes = ended.as_ref().map(|answer| answer.body.clone()).unwrap_or_default();
        self.tally.bytes += bytes.len() as u64;
        let now = self.now.checked_add(self.began.elapsed()).unwrap_or(self.now);
        (judge(ended, now), bytes)
    }

    fn good(&mut self, bytes: Bytes, value: Value, odd: Option<String>) -> Reply {
        self.in_a_row = 0;
        Reply { bytes, value, odd }
    }

    fn count(&mut self, failure: &Failure) {
        *self.tally.failures.entry(failure.kind.clone()).or_default() += 1;
    }

    /// A wall that stays up, or a portal that answers nothing, ends the visit.
    fn give_up(&mut self, failure: Failure) -> Refusal {
        self.in_a_row += 1;
        let wall = failure.kind == "waf_challenge" || failure.kind == "http_429";
        if wall || self.in_a_row >= MAX_IN_A_ROW { Refusal::Stop(failure) } else { Refusal::GaveUp(failure) }
    }
}
