//! Judges one answer of the portal: good, to be asked again, missing, or a reason to stop.
//!
//! Success is 201 with a JSON envelope whose code is `OK`. The portal's protection answers blocked calls with 200 and an
//! HTML page, so neither the status nor the type alone says anything.

use std::time::Duration;

use axum::http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::monitor::model::FailureKind;
use crate::platform::http::{Answer, Failed, Why};
use crate::platform::word;

/// When the portal asks to wait longer than this, it is for another day.
pub const LONGEST_WAIT: Duration = Duration::from_mins(5);

/// The kind of a visit that ends because its requests are used up.
pub const BUDGET: &str = "budget";

/// What one answer means.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// A good envelope.
    Good(Value),
    /// There is no such thing, says the portal.
    Missing(String),
    /// Worth another try.
    Again(Failure),
    /// Not worth another try.
    GiveUp(Failure),
    /// The portal does not want to be asked any more, or it cannot be asked at all.
    Stop(Failure),
}

/// Why there is no good answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// A word of [`FailureKind`], or `http_403`, `http_429`.
    pub kind: String,
    /// One sentence.
    pub message: String,
    /// How long the portal asks to wait.
    pub wait: Option<Duration>,
}

impl Failure {
    /// A failure of a kind.
    #[must_use]
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind: word::of(&kind), message: message.into(), wait: None }
    }

    /// The monitor's word for a kind that a report names; `None` for `budget`, which is ours.
    #[must_use]
    pub fn kind_of_word(kind: &str) -> Option<FailureKind> {
        if kind.starts_with("http_4") { Some(FailureKind::Http4xx) } else { word::read(kind) }
    }

    fn status(code: u16, message: impl Into<String>) -> Self {
        Self { kind: format!("http_{code}"), message: message.into(), wait: None }
    }
}

/// Judges what a request ended with; `now` tells how far a date in `Retry-After` is.
#[must_use]
pub fn judge(ended: Result<Answer, Failed>, now: Timestamp) -> Verdict {
    let answer = match ended {
        Ok(answer) => answer,
        Err(failed) => return unanswered(&failed),
    };
    let status = answer.status.as_u16();
    let envelope = envelope(&answer);
    match status {
        403 => Verdict::Stop(Failure::status(403, "the portal refuses (403): asking on would be rude")),
        429 => too_many(&answer.headers, now),
        408 | 425 => Verdict::Again(Failure::new(FailureKind::Http4xx, format!("status {status}"))),
        500.. => Verdict::Again(Failure::new(FailureKind::Http5xx, format!("status {status}"))),
        _ if is_page(&answer) => {
            let message = format!("an HTML page with status {status} in place of an answer");
            Verdict::Again(Failure::new(FailureKind::WafChallenge, message))
        }
        400.. => match envelope {
            Some((code, message)) if status == 404 || status == 410 => Verdict::Missing(format!("{code}: {message}")),
            _ => Verdict::GiveUp(Failure::new(FailureKind::Http4xx, format!("status {status}"))),
        },
        300.. => {
            Verdict::GiveUp(Failure::new(FailureKind::ContentMismatch, format!("status {status} leads elsewhere")))
        }
        _ => content(&answer),
    }
}

fn content(answer: &Answer) -> Verdict {
    if !is_json(&answer.headers) {
        let kind = answer.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("none");
        return Verdict::Again(Failure::new(FailureKind::BadBody, format!("content type {kind} where JSON belongs")));
    }
    let value: Value = match serde_json::from_slice(&answer.body) {
        Ok(value) => value,
        Err(error) => return Verdict::Again(Failure::new(FailureKind::BadBody, format!("broken JSON: {error}"))),
    };
    match value.get("code").and_then(Value::as_str) {
        Some("OK") => Verdict::Good(value),
        Some(code) => {
            let message = value.get("message").and_then(Value::as_str).unwrap_or_default();
            Verdict::Missing(format!("{code}: {message}"))
        }
        None => Verdict::Again(Failure::new(FailureKind::ContentMismatch, "JSON without the portal's envelope")),
    }
}

fn unanswered(failed: &Failed) -> Verdict {
    let kind = kind_of(failed.why);
    let failure = Failure::new(kind, failed.message.clone());
    match failed.why {
        Why::AddressRefused | Why::BadUrl | Why::TlsExpired | Why::TlsName | Why::TlsUntrusted => {
            Verdict::Stop(failure)
        }
        Why::RedirectLoop => Verdict::GiveUp(failure),
        _ => Verdict::Again(failure),
    }
}

/// The monitor's word for why there was no answer.
#[must_use]
pub const fn kind_of(why: Why) -> FailureKind {
    match why {
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
        Why::AddressRefused | Why::BadUrl => FailureKind::AddressRefused,
    }
}

fn too_many(headers: &HeaderMap, now: Timestamp) -> Verdict {
    let wait = retry_after(headers, now);
    let asked = wait.map_or_else(String::new, |w| format!(", to be asked again after {} s", w.as_secs()));
    let failure = Failure { wait, ..Failure::status(429, format!("too many requests (429){asked}")) };
    if wait.is_some_and(|w| w > LONGEST_WAIT) { Verdict::Stop(failure) } else { Verdict::Again(failure) }
}

/// Seconds or a date; `None` for neither.
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    let wait = at.duration_since(now).max(SignedDuration::ZERO);
    Some(wait.unsigned_abs())
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    kind.to_ascii_lowercase().contains("json")
}

/// A page for people, whatever type it claims.
fn is_page(answer: &Answer) -> bool {
    let begins = answer.body.iter().find(|b| !b.is_ascii_whitespace());
    !is_json(&answer.headers) && begins == Some(&b'<')
}

/// Code and message of an error's envelope.
fn envelope(answer: &Answer) -> Option<(String, String)> {
    let value: Value = serde_json::from_slice(&answer.body).ok()?;
    let word = |field: &str| value.get(field).map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned));
    Some((word("code")?, word("message").unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, StatusCode};
    use bytes::Bytes;
    use url::Url;

    use super::*;
    use crate::platform::http::Phases;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn judged(status: u16, kind: &'static str, body: &'static str, extra: &[(&'static str, &'static str)]) -> Verdict {
        let mut headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))]);
        for (name, value) in extra {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: Bytes::from_static(body.as_bytes()),
            url: Url::parse("http://127.0.0.1/").unwrap(),
            phases: Phases::default(),
            certificate_expires: None,
        };
        judge(Ok(answer), NOW)
    }

    fn kind(verdict: &Verdict) -> (&'static str, &str) {
        match verdict {
            Verdict::Good(_) => ("good", ""),
            Verdict::Missing(_) => ("missing", ""),
            Verdict::Again(f) => ("again", &f.kind),
            Verdict::GiveUp(f) => ("give up", &f.kind),
            Verdict::Stop(f) => ("stop", &f.kind),
        }
    }

    #[test]
    fn content_decides_not_the_status_alone() {
        const JSON: &str = "application/json; charset=utf-8";
        const OK: &str = r#"{"code":"OK","data":{},"message":"OK"}"#;
        const ERROR: &str = r#"{"code":"NOT_FOUND","data":null,"message":"không có"}"#;
        for (status, content, body, expected) in [
            (201, JSON, OK, ("good", "")),
            (200, JSON, OK, ("good", "")),
            (200, "text/html", "<html>Request Rejected", ("again", "waf_challenge")),
            (201, "text/html", " \n<!DOCTYPE html>", ("again", "waf_challenge")),
            (201, "text/plain", "OK", ("again", "bad_body")),
            (201, JSON, "{\"code\":\"OK\",\"da", ("again", "bad_body")),
            (201, JSON, "[1]", ("again", "content_mismatch")),
            (201, JSON, ERROR, ("missing", "")),
            (404, JSON, ERROR, ("missing", "")),
            (404, "text/plain", "nothing here", ("give up", "http_4xx")),
            (400, JSON, ERROR, ("give up", "http_4xx")),
            (403, JSON, ERROR, ("stop", "http_403")),
            (403, "text/html", "<html>", ("stop", "http_403")),
            (502, "text/html", "<html>", ("again", "http_5xx")),
            (302, "text/plain", "", ("give up", "content_mismatch")),
        ] {
            assert_eq!(kind(&judged(status, content, body, &[])), expected, "{status} {content} {body}");
        }
    }

    #[test]
    fn every_kind_of_a_report_is_one_of_the_monitor() {
        for (kind, expected) in [
            ("http_403", Some(FailureKind::Http4xx)),
            ("http_4xx", Some(FailureKind::Http4xx)),
            ("waf_challenge", Some(FailureKind::WafChallenge)),
            ("budget", None),
        ] {
            assert_eq!(Failure::kind_of_word(kind), expected, "{kind}");
        }
    }

    #[test]
    fn a_wait_that_is_asked_for_is_read_and_a_long_one_ends_the_visit() {
        let wait = |value| match judged(429, "text/plain", "", &[("retry-after", value)]) {
            Verdict::Again(f) => ("again", f.wait.map(|w| w.as_secs())),
            Verdict::Stop(f) => ("stop", f.wait.map(|w| w.as_secs())),
            other => panic!("{other:?}"),
        };
        assert_eq!(wait("2"), ("again", Some(2)));
        assert_eq!(wait("Thu, 01 Jan 1970 00:01:00 GMT"), ("again", Some(60)));
        assert_eq!(wait("soon"), ("again", None));
        assert_eq!(wait("3600"), ("stop", Some(3600)));
    }
}
