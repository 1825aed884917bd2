//! A probe asked once for somebody who writes its definition: the outcome, and what each condition found.

use jiff::Timestamp;

use super::condition::Seen;
use super::model::{HttpProbe, Outcome, Validators};
use super::run::{broken, judged, request};
use crate::platform::http::Client;

/// What a trial showed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trial {
    /// As a poll would have it.
    pub outcome: Outcome,
    /// Every condition, in the order of the definition; none when there was no answer.
    pub conditions: Vec<Tried>,
}

/// A condition on one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The condition.
    pub text: String,
    /// It holds.
    pub holds: bool,
    /// The value it looked at.
    pub found: String,
}

/// Asks the address of a probe once. Unlike a poll it does not stop at the first condition that fails.
pub async fn http_trial(client: &Client, definition: &HttpProbe, now: Timestamp) -> Trial {
    let (request, conditional) = request(definition, &Validators::default());
    let answer = match client.send(request).await {
        Err(failed) => return Trial { outcome: broken(failed), conditions: Vec::new() },
        Ok(answer) => answer,
    };
    let outcome = judged(definition, &answer, conditional, now);
    let seen = Seen::new(&answer, outcome.certificate_days);
    let tried = definition.conditions.iter().map(|condition| Tried {
        text: condition.text().to_owned(),
        holds: condition.judge(&seen).is_ok(),
        found: condition.resolved(&seen),
    });
    Trial { conditions: tried.collect(), outcome }
}
