//! Runs a probe: asks, judges by the conditions, names the failure.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, Method, header};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

use super::condition::{Condition, Seen};
use super::model::{HttpProbe, Outcome, Validators};
use super::wall::is_wall;
use crate::monitor::model::FailureKind;
use crate::platform::http::{Answer, Client, Failed, Limits, Request, Why};

/// The longest a source may send us away for.
const LONGEST_PAUSE: Duration = Duration::from_hours(7 * 24);

/// Asks the address of a probe once and judges the answer. `now` dates the certificate's end and `Retry-After`.
pub async fn http_probe(client: &Client, definition: &HttpProbe, cached: &Validators, now: Timestamp) -> Outcome {
    let (request, conditional) = request(definition, cached);
    match client.send(request).await {
        Err(failed) => broken(failed),
        Ok(answer) => judged(definition, &answer, conditional, now),
    }
}

/// What a probe sends, and whether the answer may be "not modified".
pub(super) fn request(definition: &HttpProbe, cached: &Validators) -> (Request, bool) {
    let method = match definition.method.as_str() {
        "HEAD" => Method::HEAD,
        "POST" => Method::POST,
        _ => Method::GET,
    };
    let mut headers = HeaderMap::new();
    let conditional = method != Method::POST && validate(&mut headers, cached);
    if let Some(body) = &definition.body {
        let json = serde_json::from_str::<serde::de::IgnoredAny>(body).is_ok();
        let kind = if json { "application/json" } else { "text/plain; charset=utf-8" };
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    let request = Request {
        method,
        url: definition.url.clone(),
        headers,
        body: definition.body.clone().unwrap_or_default().into(),
        limits: limits(definition.timeout_ms, definition.max_bytes, definition.redirects),
    };
    (request, conditional)
}

/// The outcome of an answer.
pub(super) fn judged(definition: &HttpProbe, answer: &Answer, conditional: bool, now: Timestamp) -> Outcome {
    let mut outcome = seen(answer, conditional, now);
    let judged = judge(&definition.conditions, answer, &outcome);
    settle(&mut outcome, answer, judged);
    outcome
}

/// The limits of a definition.
pub(super) fn limits(timeout_ms: u32, max_bytes: u32, redirects: u8) -> Limits {
    Limits {
        total: Duration::from_millis(u64::from(timeout_ms)),
        max_bytes: usize::try_from(max_bytes).unwrap_or(usize::MAX),
        max_redirects: redirects,
    }
}

/// Asks for the answer only if it is another than the last good one; says whether it did.
pub(super) fn validate(headers: &mut HeaderMap, cached: &Validators) -> bool {
    for (name, value) in [(header::IF_NONE_MATCH, &cached.etag), (header::IF_MODIFIED_SINCE, &cached.last_modified)] {
        if let Some(value) = value.as_ref().and_then(|text| HeaderValue::from_str(text).ok()) {
            headers.insert(name, value);
        }
    }
    !headers.is_empty()
}

/// The outcome of a request without an answer.
pub(super) fn broken(failed: Failed) -> Outcome {
    let failure = match failed.why {
        Why::Dns => FailureKind::Dns,
        Why::Connect => FailureKind::Connect,
        Why::TlsExpired => FailureKind::TlsExpired,
        Why::TlsName => FailureKind::TlsName,
        Why::TlsUntrusted => FailureKind::TlsUntrusted,
        Why::Timeout => FailureKind::Timeout,
        Why::RedirectLoop => FailureKind::RedirectLoop,
        Why::TooLarge => FailureKind::TooLarge,
        Why::BadBody => FailureKind::BadBody,
        Why::OwnNetworkDown => FailureKind::OwnNetworkDown,
        // Neither was asked, so neither says anything about the service.
        Why::AddressRefused | Why::BadUrl => FailureKind::AddressRefused,
    };
    Outcome { failure: Some(failure), message: failed.message, phases: failed.phases, ..Outcome::default() }
}

/// What an answer says before it is judged.
pub(super) fn seen(answer: &Answer, conditional: bool, now: Timestamp) -> Outcome {
    let text = |name| answer.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let days = |end: Timestamp| end.duration_since(now).as_secs().div_euclid(86_400);
    Outcome {
        status: Some(answer.status.as_u16()),
        phases: answer.phases,
        certificate_days: answer.certificate_expires.map(days),
        retry_after: text(header::RETRY_AFTER).and_then(|value| retry_after(&value, now)),
        etag: text(header::ETAG),
        last_modified: text(header::LAST_MODIFIED),
        not_modified: conditional && answer.status.as_u16() == 304,
        ..Outcome::default()
    }
}

/// Writes a verdict into an outcome. What failed is not remembered as good.
pub(super) fn settle(outcome: &mut Outcome, answer: &Answer, judged: Result<(), (FailureKind, String)>) {
    let wall = is_wall(answer, judged.is_ok());
    let Some((failure, message)) = (match (wall, judged) {
        (true, _) => Some((FailureKind::WafChallenge, "a protection wall answered in the service's place".to_owned())),
        (false, judged) => judged.err(),
    }) else {
        return;
    };
    outcome.failure = Some(failure);
    outcome.message = message;
    outcome.etag = None;
    outcome.last_modified = None;
    outcome.not_modified = false;
}

fn judge(conditions: &[Condition], answer: &Answer, outcome: &Outcome) -> Result<(), (FailureKind, String)> {
    let seen = Seen::new(answer, outcome.certificate_days);
    if outcome.not_modified {
        // What the answer would say held when it was last read in full; what it costs is asked anew.
        let mut anew = conditions.iter().filter(|c| c.is_about_connection());
        return anew.try_for_each(|c| c.judge(&seen)).map_err(|m| (FailureKind::ContentMismatch, m));
    }
    if !conditions.iter().any(Condition::is_about_status) {
        good_status(answer)?;
    }
    // A page that says "error" is no longer worth judging by its words: the status is why.
    let (about_status, rest): (Vec<_>, Vec<_>) = conditions.iter().partition(|c| c.is_about_status());
    about_status.iter().try_for_each(|c| c.judge(&seen)).map_err(|message| (kind_of_status(answer), message))?;
    rest.iter().try_for_each(|c| c.judge(&seen)).map_err(|message| (FailureKind::ContentMismatch, message))
}

/// A status from 200 to 299.
pub(super) fn good_status(answer: &Answer) -> Result<(), (FailureKind, String)> {
    if answer.status.is_success() {
        return Ok(());
    }
    Err((kind_of_status(answer), format!("status in 200..299: it was {}", answer.status.as_u16())))
}

fn kind_of_status(answer: &Answer) -> FailureKind {
    match answer.status.as_u16() {
        400..=499 => FailureKind::Http4xx,
        500..=599 => FailureKind::Http5xx,
        _ => FailureKind::ContentMismatch,
    }
}

/// Seconds or an HTTP date (RFC 9110, 10.2.3); a date that has passed is no pause.
fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    let pause = if value.bytes().all(|b| b.is_ascii_digit()) {
        Duration::from_secs(value.parse().ok()?)
    } else {
        let at = DateTimeParser::new().parse_timestamp(value).ok()?;
        Duration::try_from(at.duration_since(now)).unwrap_or_default()
    };
    Some(pause.min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_read_in_seconds_and_as_a_date() {
        let now: Timestamp = "2026-11-24T02:00:00Z".parse().unwrap();
        for (value, pause) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Tue, 24 Nov 2026 02:01:30 GMT", Some(90)),
            ("Tue, 24 Nov 2026 01:00:00 GMT", Some(0)),
            ("99999999", Some(7 * 86_400)),
            ("99999999999999999999999", None),
            ("-5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(retry_after(value, now), pause.map(Duration::from_secs), "{value}");
        }
    }
}
