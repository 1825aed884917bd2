//! What is asked and what came of it: definitions of probes and pulls, their checks, outcomes.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json_path::JsonPath;
use url::Url;
use utoipa::ToSchema;

use super::condition::Condition;
use crate::monitor::model::{FailureKind, State};
use crate::platform::http::Phases;

/// An address that is asked, and what a good answer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpProbe {
    /// `http` or `https`, without user and password.
    #[schema(value_type = String)]
    pub url: Url,
    /// GET, HEAD or POST.
    #[serde(default = "get")]
    pub method: String,
    /// What POST sends: as `application/json` when it is JSON, else as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// All must hold. Where none is about the status, a status from 200 to 299 is asked for as well.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub conditions: Vec<Condition>,
    /// Milliseconds for everything, redirects included; 100 to 60,000.
    #[serde(default = "ten_seconds")]
    pub timeout_ms: u32,
    /// Bytes of the body, unpacked; 1 to 16 MiB.
    #[serde(default = "one_mebibyte")]
    pub max_bytes: u32,
    /// Redirects followed, 0 to 5; 0 takes a redirect as the answer.
    #[serde(default = "three")]
    pub redirects: u8,
}

/// A JSON document that figures are read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JsonPull {
    /// `http` or `https`, without user and password.
    #[schema(value_type = String)]
    pub url: Url,
    /// Milliseconds for everything, redirects included; 100 to 60,000.
    #[serde(default = "ten_seconds")]
    pub timeout_ms: u32,
    /// Bytes of the document, unpacked; 1 to 16 MiB.
    #[serde(default = "one_mebibyte")]
    pub max_bytes: u32,
    /// What is read; at least one, at most 200.
    pub readings: Vec<Rule>,
}

/// How one figure is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The figure's name: small letters, digits, `_`, `-` and `.`; `probe` is taken.
    pub metric: String,
    /// `JSONPath` (RFC 9535) of the one value: a number, a number as text, or null for "not delivered".
    pub value: String,
    /// What the number counts, such as `dossiers`, `%`, `ms`.
    #[serde(default)]
    pub unit: String,
    /// `JSONPath` of the period the value is for: a day, a month, a year, or an instant; without it the time of the poll.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// What the figure is about, such as a procedure's code; empty for the source as a whole.
    #[serde(default)]
    pub subject: String,
    /// The sign before decimals in numbers as text, `,` or `.`. Without it `12,5` and `1.234,56` are read as in Vietnam,
    /// `12.5` as in programs, and what could be either, such as `1.234`, is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal: Option<char>,
}

fn get() -> String {
    "GET".to_owned()
}

fn ten_seconds() -> u32 {
    10_000
}

fn one_mebibyte() -> u32 {
    1 << 20
}

fn three() -> u8 {
    3
}

/// A field of a definition that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field, with the number of the entry in lists: `readings[0].value`.
    pub field: String,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl FieldError {
    fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

impl HttpProbe {
    /// What cannot be used in this definition; nothing when all is well.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let mut wrong = check_request(&self.url, self.timeout_ms, self.max_bytes);
        if !matches!(self.method.as_str(), "GET" | "HEAD" | "POST") {
            wrong.push(FieldError::new("method", "takes GET, HEAD or POST"));
        }
        if self.redirects > 5 {
            wrong.push(FieldError::new("redirects", "takes 0 to 5"));
        }
        if self.body.is_some() && self.method != "POST" {
            wrong.push(FieldError::new("body", "is sent by POST only"));
        }
        if self.conditions.len() > 50 {
            wrong.push(FieldError::new("conditions", "takes at most 50 conditions"));
        }
        for (at, condition) in self.conditions.iter().enumerate() {
            let never = match () {
                () if condition.needs_tls() && self.url.scheme() == "http" => "http has no certificate; use https",
                () if condition.needs_body() && self.method == "HEAD" => "the answer to HEAD has no body; use GET",
                () => continue,
            };
            let message = format!("`{condition}` can never hold: {never}");
            wrong.push(FieldError::new(format!("conditions[{at}]"), message));
        }
        wrong
    }
}

impl JsonPull {
    /// What cannot be used in this definition; nothing when all is well.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let mut wrong = check_request(&self.url, self.timeout_ms, self.max_bytes);
        if self.readings.is_empty() || self.readings.len() > 200 {
            wrong.push(FieldError::new("readings", "takes 1 to 200 readings"));
        }
        for (at, rule) in self.readings.iter().enumerate() {
            let same = |other: &Rule| (&other.metric, &other.subject) == (&rule.metric, &rule.subject);
            if self.readings[..at].iter().any(same) {
                let message = format!("`{}` of `{}` is read twice", rule.metric, rule.subject);
                wrong.push(FieldError::new(format!("readings[{at}].metric"), message));
            }
            let named = |e: FieldError| FieldError { field: format!("readings[{at}].{}", e.field), ..e };
            wrong.extend(rule.check().into_iter().map(named));
        }
        wrong
    }
}

impl Rule {
    fn check(&self) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        let of_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.');
        if !(1..=64).contains(&self.metric.len()) || !self.metric.bytes().all(of_name) {
            wrong.push(FieldError::new("metric", "takes 1 to 64 small letters, digits, `_`, `-` and `.`"));
        }
        if self.metric == "probe" {
            wrong.push(FieldError::new("metric", "`probe` is the time an answer took; take another name"));
        }
        for (field, text, most) in [("unit", &self.unit, 32), ("subject", &self.subject, 128)] {
            if text.chars().count() > most || text.chars().any(char::is_control) {
                wrong.push(FieldError::new(field, format!("takes at most {most} characters on one line")));
            }
        }
        for (field, path) in [("value", Some(&self.value)), ("period", self.period.as_ref())] {
            if let Some(Err(error)) = path.map(|path| JsonPath::parse(path)) {
                let message = format!("is no JSONPath at character {}: {}", error.position() + 1, error.message());
                wrong.push(FieldError::new(field, message));
            }
        }
        if self.decimal.is_some_and(|sign| !matches!(sign, ',' | '.')) {
            wrong.push(FieldError::new("decimal", "takes `,` or `.`"));
        }
        wrong
    }
}

pub(in crate::monitor) fn check_request(url: &Url, timeout_ms: u32, max_bytes: u32) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    if !matches!(url.scheme(), "http" | "https") {
        wrong.push(FieldError::new("url", "begins with http:// or https://"));
    } else if !url.username().is_empty() || url.password().is_some() {
        wrong.push(FieldError::new("url", "must not hold a user or a password"));
    }
    if url.as_str().len() > 2000 {
        wrong.push(FieldError::new("url", "takes at most 2,000 characters"));
    }
    if !(100..=60_000).contains(&timeout_ms) {
        wrong.push(FieldError::new("timeout_ms", "takes 100 to 60,000 milliseconds"));
    }
    if !(1..=16 << 20).contains(&max_bytes) {
        wrong.push(FieldError::new("max_bytes", "takes 1 to 16,777,216 bytes"));
    }
    wrong
}

/// What the last good answer said about itself, so that the next one can be "not modified".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// Its `ETag`.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    pub last_modified: Option<String>,
}

/// What a poll yields.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// What went wrong; `None` when the answer is good.
    pub failure: Option<FailureKind>,
    /// What went wrong in one sentence; empty when nothing did.
    pub message: String,
    /// The status of the last hop, where there was one.
    pub status: Option<u16>,
    /// Where the time went.
    pub phases: Phases,
    /// Whole days until the certificate ends, negative afterwards; `None` without TLS.
    pub certificate_days: Option<i64>,
    /// How long the source asks us to stay away, at most seven days.
    pub retry_after: Option<Duration>,
    /// What a good answer said about itself, for the next poll; nothing after a failure.
    pub etag: Option<String>,
    /// The same, by time.
    pub last_modified: Option<String>,
    /// The source says that nothing has changed since the last good answer.
    pub not_modified: bool,
    /// What was read; of JSON pulls only.
    pub readings: Vec<Reading>,
}

/// One figure that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The figure's name.
    pub metric: String,
    /// What it is about.
    pub subject: String,
    /// What the number counts.
    pub unit: String,
    /// The begin of its period in Vietnam, epoch milliseconds; `None` for the time of the poll.
    pub slot: Option<i64>,
    /// Whether there is a number.
    pub state: State,
    /// The number.
    pub value: Option<f64>,
}
