//! Judges an answer by a condition, and says on failure what was found.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::time::Duration;

use axum::http::HeaderMap;
use serde_json::Value as Json;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::tree::{Comparison, Condition, Phase, Subject, Test, Value};
use crate::platform::http::{Answer, Phases};

/// Characters of a value shown in a failure.
const SHOWN: usize = 200;

/// An answer as conditions see it; text and JSON are made once, when first asked for.
#[derive(Debug)]
pub struct Seen<'a> {
    status: u16,
    headers: &'a HeaderMap,
    body: &'a [u8],
    phases: Phases,
    certificate_days: Option<i64>,
    text: OnceCell<Cow<'a, str>>,
    json: OnceCell<Option<Json>>,
}

impl<'a> Seen<'a> {
    /// Sees an answer whose certificate has `certificate_days` whole days left.
    #[must_use]
    pub fn new(answer: &'a Answer, certificate_days: Option<i64>) -> Self {
        Self {
            status: answer.status.as_u16(),
            headers: &answer.headers,
            body: &answer.body,
            phases: answer.phases,
            certificate_days,
            text: OnceCell::new(),
            json: OnceCell::new(),
        }
    }

    /// The body as text in NFC; what is not UTF-8 becomes U+FFFD.
    pub fn text(&self) -> &str {
        self.text.get_or_init(|| match String::from_utf8_lossy(self.body) {
            Cow::Borrowed(text) => composed(text.strip_prefix('\u{feff}').unwrap_or(text)),
            Cow::Owned(text) => Cow::Owned(composed(&text).into_owned()),
        })
    }

    /// The body as JSON, or `None` when it is none.
    pub fn json(&self) -> Option<&Json> {
        self.json.get_or_init(|| serde_json::from_str(self.text()).ok()).as_ref()
    }

    fn milliseconds(&self, phase: Phase) -> f64 {
        let spent: Duration = match phase {
            Phase::Dns => self.phases.dns,
            Phase::Connect => self.phases.connect,
            Phase::Tls => self.phases.tls,
            Phase::FirstByte => self.phases.first_byte,
            Phase::Transfer => self.phases.transfer,
            Phase::Total => self.phases.total(),
        };
        spent.as_secs_f64() * 1000.0
    }

    fn header(&self, name: &str) -> Option<String> {
        let all: Vec<_> = self.headers.get_all(name).iter().map(|v| String::from_utf8_lossy(v.as_bytes())).collect();
        (!all.is_empty()).then(|| all.join(", "))
    }
}

fn composed(text: &str) -> Cow<'_, str> {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        _ => Cow::Owned(text.nfc().collect()),
    }
}

impl Condition {
    /// Judges an answer.
    ///
    /// # Errors
    /// The condition with the value that was found instead, cut to 200 characters.
    pub fn judge(&self, seen: &Seen<'_>) -> Result<(), String> {
        match &self.subject {
            Subject::Status => self.number(f64::from(seen.status)),
            Subject::Milliseconds(phase) => self.number((seen.milliseconds(*phase) * 10.0).round() / 10.0),
            #[expect(clippy::cast_precision_loss, reason = "days of a certificate are far below 2^53")]
            Subject::CertificateDays => match seen.certificate_days {
                Some(days) => self.number(days as f64),
                None => Err(self.failure("there was no certificate")),
            },
            Subject::Body => self.hold(&Found::Text(seen.text())),
            Subject::Header(name) => match seen.header(name) {
                Some(value) => self.hold(&Found::Text(&composed(&value))),
                None => self.hold(&Found::Missing),
            },
            Subject::Json(path) => {
                let Some(json) = seen.json() else {
                    return Err(self.failure(&format!("the body was not JSON but {}", shown(seen.text()))));
                };
                let nodes = path.query(json);
                if nodes.is_empty() {
                    return self.hold(&Found::Missing);
                }
                nodes.iter().try_for_each(|node| self.hold(&Found::Json(node)))
            }
        }
    }

    /// The value it looks at, as it was found in an answer, cut to 200 characters; for somebody who tries it.
    #[must_use]
    pub fn resolved(&self, seen: &Seen<'_>) -> String {
        match &self.subject {
            Subject::Status => seen.status.to_string(),
            Subject::Milliseconds(phase) => ((seen.milliseconds(*phase) * 10.0).round() / 10.0).to_string(),
            Subject::CertificateDays => {
                seen.certificate_days.map_or_else(|| "no certificate".to_owned(), |d| d.to_string())
            }
            Subject::Body => shown(seen.text()),
            Subject::Header(name) => seen.header(name).map_or_else(|| Found::Missing.shown(), |value| shown(&value)),
            Subject::Json(path) => match seen.json() {
                None => format!("not JSON but {}", shown(seen.text())),
                Some(json) => {
                    let nodes: Vec<String> =
                        path.query(json).iter().take(5).map(|node| Found::Json(node).shown()).collect();
                    if nodes.is_empty() { Found::Missing.shown() } else { cut(&nodes.join(", ")) }
                }
            },
        }
    }

    fn number(&self, number: f64) -> Result<(), String> {
        self.hold(&Found::Number(number))
    }

    fn hold(&self, found: &Found<'_>) -> Result<(), String> {
        let holds = match &self.test {
            Test::Compare(comparison, value) => compares(*comparison, found, value),
            Test::Within(least, most) => found.number().is_some_and(|n| (*least..=*most).contains(&n)),
            Test::Contains(part) => found.contains(part),
            Test::Matches(pattern) => found.text().is_some_and(|text| pattern.is_match(&text)),
        };
        if holds == self.negated { Err(self.failure(&format!("it was {}", found.shown()))) } else { Ok(()) }
    }

    fn failure(&self, what: &str) -> String {
        format!("{}: {what}", self.text)
    }
}

/// A value that was found.
enum Found<'a> {
    Number(f64),
    Text(&'a str),
    Json(&'a Json),
    Missing,
}

impl Found<'_> {
    /// The value as a number, also when it is a text that is one.
    fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => as_number(text),
            Self::Json(Json::Number(number)) => number.as_f64(),
            Self::Json(Json::String(text)) => as_number(text),
            Self::Json(_) | Self::Missing => None,
        }
    }

    /// The value as text; objects and lists as JSON.
    fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Number(number) => Some(number.to_string().into()),
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Json(Json::String(text)) => Some(composed(text)),
            Self::Json(Json::Null) | Self::Missing => None,
            Self::Json(other) => Some(other.to_string().into()),
        }
    }

    /// Whether a text has `part`, or a list an entry that is it.
    fn contains(&self, part: &str) -> bool {
        match self {
            Self::Json(Json::Array(entries)) => {
                entries.iter().any(|entry| Found::Json(entry).text().is_some_and(|text| text == part))
            }
            other => other.text().is_some_and(|text| text.contains(part)),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Missing => "missing".to_owned(),
            Self::Json(Json::String(text)) => shown(text),
            Self::Text(text) => shown(text),
            other => cut(&other.text().unwrap_or(Cow::Borrowed("null"))),
        }
    }
}

/// A text in quotes on one line.
fn shown(text: &str) -> String {
    Json::String(cut(text)).to_string()
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

fn as_number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

fn compares(comparison: Comparison, found: &Found<'_>, value: &Value) -> bool {
    match comparison {
        Comparison::Equal => equals(found, value),
        Comparison::Unequal => !equals(found, value),
        _ => {
            let order = match (found.number(), value_number(value)) {
                (Some(a), Some(b)) => a.partial_cmp(&b),
                _ => match (found.text(), value) {
                    (Some(a), Value::Text(b)) => Some(a.as_ref().cmp(b.as_str())),
                    _ => None,
                },
            };
            order.is_some_and(|order| match comparison {
                Comparison::Less => order.is_lt(),
                Comparison::AtMost => order.is_le(),
                Comparison::More => order.is_gt(),
                _ => order.is_ge(),
            })
        }
    }
}

fn value_number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Text(text) => as_number(text),
        Value::Flag(_) | Value::Null => None,
    }
}

/// Two texts are equal when they read the same: `"2.10"` is not `"2.1"`, codes would be mixed up. Where one side is a
/// number, both are compared as numbers.
#[expect(clippy::float_cmp, reason = "both numbers were read from text; equal texts give equal numbers")]
fn equals(found: &Found<'_>, value: &Value) -> bool {
    match (found, value) {
        (Found::Json(Json::Null) | Found::Missing, Value::Null) => true,
        (Found::Json(Json::Bool(found)), Value::Flag(flag)) => found == flag,
        (Found::Text(text), Value::Text(value)) => text == value,
        (Found::Json(Json::String(text)), Value::Text(value)) => composed(text) == value.as_str(),
        _ => matches!((found.number(), value_number(value)), (Some(a), Some(b)) if a == b),
    }
}
