//! Plain addresses for probes and pulls: targets of load tests, figures as JSON, the dossier feed.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;

use super::answer::Refusal;
use super::chance::Chance;
use super::dossiers::{Feed, Generator, Plan};
use super::state::State;
use crate::platform::hash::sha256;

/// The most records of one feed.
const MOST_DOSSIERS: u64 = 20_000_000;

/// The answer of a load-test target: as cheap as an answer can be.
#[must_use]
pub fn target() -> Response {
    let mut answer = Response::new(Body::from("ok\n"));
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    answer
}

/// Alive.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// A figure: `{value, unit, period}`, the same for the same name unless a test sets another; with an `ETag`.
pub async fn figure(Shared(state): Shared<Arc<State>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let text = state.figure(&name).unwrap_or_else(|| {
        let value = f64::from(Chance::named(state.seed, &name).below(1_001)) / 10.0;
        json!({ "value": value, "unit": "%", "period": "2026-11" }).to_string()
    });
    let tag = format!("\"{}\"", &sha256(text.as_bytes())[..16]);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|given| given.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    ([(header::CONTENT_TYPE, "application/json".to_owned()), (header::ETAG, tag)], text).into_response()
}

/// What a dossier feed is asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedQuery {
    count: Option<u64>,
    seed: Option<u64>,
    from: Option<Date>,
    days: Option<u16>,
    at: Option<u16>,
    broken: Option<f64>,
}

/// Dossier records of a one-stop system, one a line.
///
/// # Errors
/// 400 for more than twenty million records, more than ten years, or a share outside 0 to 1.
pub async fn dossiers(Shared(state): Shared<Arc<State>>, Query(query): Query<FeedQuery>) -> Result<Response, Refusal> {
    let mut plan = Plan { seed: query.seed.unwrap_or(state.seed), ..Plan::default() };
    plan.count = query.count.unwrap_or(plan.count);
    plan.from = query.from.unwrap_or(plan.from);
    plan.days = query.days.unwrap_or(plan.days);
    plan.at = query.at;
    plan.broken = query.broken.unwrap_or(0.0);
    if plan.count > MOST_DOSSIERS || !(1..=3_660).contains(&plan.days) || !(0.0..=1.0).contains(&plan.broken) {
        return Err(Refusal::bad_request("count, days hoặc broken ngoài giới hạn"));
    }
    let body = Body::new(Feed::new(Generator::new(plan, state.procedures())));
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response())
}
