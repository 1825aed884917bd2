//! Reads figures from a JSON document by their paths.

use axum::http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;
use serde_json::Value;
use serde_json_path::JsonPath;

use super::condition::Seen;
use super::model::{JsonPull, Outcome, Reading, Rule, Validators};
use super::run::{broken, good_status, limits, seen, settle, validate};
use super::{number, period};
use crate::monitor::model::{FailureKind, State};
use crate::platform::http::{Client, Request};

/// Fetches a document once and reads its figures. Where some cannot be read the outcome is a failure that names the first
/// of them, and the readings are those that could be. `now` dates the certificate's end and `Retry-After`.
pub async fn json_pull(client: &Client, definition: &JsonPull, cached: &Validators, now: Timestamp) -> Outcome {
    let mut headers = HeaderMap::new();
    let conditional = validate(&mut headers, cached);
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let mut request = Request::get(definition.url.clone());
    request.headers = headers;
    let redirects = request.limits.max_redirects;
    request.limits = limits(definition.timeout_ms, definition.max_bytes, redirects);
    let answer = match client.send(request).await {
        Err(failed) => return broken(failed),
        Ok(answer) => answer,
    };
    let mut outcome = seen(&answer, conditional, now);
    if outcome.not_modified {
        return outcome;
    }
    let mut readings = Vec::new();
    let judged = good_status(&answer).and_then(|()| {
        let seen = Seen::new(&answer, None);
        let json = seen.json().ok_or_else(|| (FailureKind::BadBody, "the body is not JSON".to_owned()))?;
        let mut first = Ok(());
        for rule in &definition.readings {
            match read(rule, json) {
                Ok(reading) => readings.push(reading),
                Err(message) if first.is_ok() => first = Err((FailureKind::ContentMismatch, message)),
                Err(_) => {}
            }
        }
        first
    });
    settle(&mut outcome, &answer, judged);
    outcome.readings = readings;
    outcome
}

fn read(rule: &Rule, json: &Value) -> Result<Reading, String> {
    let wrong = |message: String| format!("{} of `{}`: {message}", rule.metric, rule.subject);
    let slot = match &rule.period {
        Some(path) => Some(one(path, json).and_then(period::start).map_err(wrong)?),
        None => None,
    };
    let value = match one(&rule.value, json).map_err(wrong)? {
        // A blank is never 0: the source should have said and did not.
        Value::Null => None,
        Value::String(text) if text.trim().is_empty() => None,
        Value::Number(number) => number.as_f64(),
        Value::String(text) => Some(number::read(text, rule.decimal).map_err(wrong)?),
        other => return Err(wrong(format!("{} is no number", shorten(other)))),
    };
    let state = if value.is_some() { State::Number } else { State::NotDelivered };
    let (metric, subject, unit) = (rule.metric.clone(), rule.subject.clone(), rule.unit.clone());
    Ok(Reading { metric, subject, unit, slot, state, value })
}

/// The one value at a path.
fn one<'a>(path: &str, json: &'a Value) -> Result<&'a Value, String> {
    let parsed = JsonPath::parse(path).map_err(|error| format!("{path} is no JSONPath: {error}"))?;
    match parsed.query(json).all().as_slice() {
        [value] => Ok(value),
        [] => Err(format!("nothing is at {path}")),
        many => Err(format!("{} values are at {path}, not one", many.len())),
    }
}

fn shorten(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "true or false",
        Value::Array(_) => "a list",
        _ => "an object",
    }
}
