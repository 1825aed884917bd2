//! `GET /api/v1/procedures`

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::shapes::{Item, ProcedureList};
use crate::catalog::store;
use crate::platform::problem::Problem;
use crate::search::find::Answer;
use crate::web::parameters::{SearchParameters, Surface};
use crate::web::state::{AppState, Prepared};

/// Search and list procedures.
///
/// Parameters are strict: an unknown one answers 422 and names it. Texts are compared without marks and case.
///
/// # Errors
/// 422 naming the parameter; 500 when the database fails.
#[utoipa::path(get, path = "/api/v1/procedures", tag = "catalog",
    params(
        ("q" = Option<String>, Query, description = "Words, or a code in any spelling; at most 1,000 characters"),
        ("limit" = Option<u16>, Query, description = "Items a page, 1 to 200", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("field" = Option<String>, Query, description = "Field (lĩnh vực)"),
        ("agency" = Option<String>, Query, description = "Promulgating or handling agency"),
        ("level" = Option<String>, Query, description = "ministry, province, commune or other"),
        ("audience" = Option<String>, Query, description = "Who may apply"),
        ("online" = Option<String>, Query, description = "verified, claimed, partial, unknown or none"),
        ("type" = Option<String>, Query, description = "standard, specific or internal"),
        ("free" = Option<bool>, Query, description = "Only where every fee is known to be zero"),
        ("act" = Option<String>, Query, description = "Only those that cite the legal act with this number"),
        ("variants_of" = Option<String>, Query, description = "Only provincial copies of the procedure with this code"),
        ("retired" = Option<bool>, Query, description = "Without q: retired procedures too"),
        ("group" = Option<String>, Query, description = "variants folds provincial copies, none (default) does not"),
        ("facets" = Option<bool>, Query, description = "Count matches by facet"),
        ("gap" = Option<String>, Query, description = "Why it is not end to end, such as not_online; see /api/v1/gaps"),
    ),
    responses(
        (status = 200, description = "a page of procedures", body = ProcedureList),
        (status = 304, description = "unchanged since the entity tag given"),
        (status = 422, description = "a parameter is wrong", body = Problem),
    ))]
pub async fn list(
    State(state): State<AppState>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let key = (state.engine.snapshot().generation, raw.unwrap_or_default());
    if let Some(prepared) = state.answers.as_ref().and_then(|answers| answers.get(&key)) {
        state.metrics.searches.with_label_values(&["cache"]).inc();
        return Ok(answer(&prepared, &headers));
    }
    state.metrics.searches.with_label_values(&["index"]).inc();
    let mut parameters = SearchParameters::read(Some(&key.1), Surface::Api)?;
    if let Some(act) = &parameters.act {
        let codes = store::codes_by_act(&mut state.db.read().await?, act).await.map_err(|e| Problem::internal(&e))?;
        parameters.request.filters.codes = Some(codes);
    }
    let found = state.engine.search(&parameters.request);
    let prepared = prepare(&parameters, &found)?;
    let response = answer(&prepared, &headers);
    // The snapshot may have been swapped since the key was made; then the answer belongs to no key.
    if let Some(answers) = state.answers.as_ref().filter(|_| found.generation == key.0) {
        answers.insert(key, prepared);
    }
    Ok(response)
}

fn prepare(parameters: &SearchParameters, found: &Answer) -> Result<Prepared, Problem> {
    let grouped = parameters.request.group;
    let facets = parameters.request.facets.then(|| {
        let mut all = serde_json::Map::new();
        for (facet, values) in &found.facets {
            let values = values.iter().map(|(value, n)| serde_json::json!({ "value": value, "count": n })).collect();
            all.insert((*facet).to_owned(), serde_json::Value::Array(values));
        }
        serde_json::Value::Object(all)
    });
    let list = ProcedureList {
        items: found.found.iter().map(|f| Item::of(f, grouped)).collect(),
        total: found.total,
        next_cursor: parameters.next_cursor(found.total),
        understood: &found.understood,
        corrected: found.corrected.as_deref(),
        facets,
    };
    let body = serde_json::to_vec(&list).map_err(|e| Problem::internal(&e))?;
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    Ok(Prepared { body: Bytes::from(body), etag: format!("\"{:016x}\"", hasher.finish()) })
}

/// The prepared answer, or 304 when the caller has it.
pub fn answer(prepared: &Prepared, headers: &HeaderMap) -> Response {
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == prepared.etag));
    let mut response =
        if known { StatusCode::NOT_MODIFIED.into_response() } else { prepared.body.clone().into_response() };
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&prepared.etag) {
        out.insert(header::ETAG, tag);
    }
    response
}
