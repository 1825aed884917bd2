//! Answers of the former portal.

use std::sync::Arc;

use axum::Form;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::captured::{INDEX, INDEX_BELOW, INDEX_MONTH};
use crate::catalog::text;
use crate::simulator::answer::{Refusal, json_text};
use crate::simulator::captures::model::Item;
use crate::simulator::state::State;

const SEARCH: &str = "procedure_advanced_search_service_v2";

/// The form: one field with JSON.
#[derive(Debug, Deserialize)]
pub struct Parameters {
    params: String,
}

/// A bare list of rows; a service without captured rows has none.
///
/// # Errors
/// 400 when `params` is no JSON.
pub async fn answer(Shared(state): Shared<Arc<State>>, Form(form): Form<Parameters>) -> Result<Response, Refusal> {
    let params: Value = serde_json::from_str(&form.params).map_err(|e| Refusal::bad_request(format!("params: {e}")))?;
    let service = params["service"].as_str().unwrap_or_default();
    if service == SEARCH {
        return Ok(json_text(StatusCode::OK, search(&state.captures.items, &params).to_string(), true));
    }
    let rows = state.captures.old_portal.get(rows_of(service, &params));
    let rows = rows.map(|rows| page(rows, &params).join(",")).unwrap_or_default();
    Ok(json_text(StatusCode::OK, format!("[{rows}]"), rows.is_empty()))
}

/// Index 766 has rows for the year, the month and the departments of one province.
fn rows_of<'a>(service: &'a str, params: &Value) -> &'a str {
    match service {
        INDEX if number(params, "p_tinh_id") > 0 => INDEX_BELOW,
        INDEX if number(params, "p_thang") > 0 => INDEX_MONTH,
        _ => service,
    }
}

/// A number that callers write as a number or as text; 0 where it is neither.
fn number(params: &Value, name: &str) -> usize {
    let value = &params[name];
    let read = value.as_u64().or_else(|| value.as_str().and_then(|s| s.parse().ok()));
    read.and_then(|n| usize::try_from(n).ok()).unwrap_or(0)
}

fn bounds(params: &Value) -> (usize, usize) {
    let size = number(params, "recordPerPage").max(number(params, "pageSize"));
    let size = if size == 0 { usize::MAX } else { size };
    ((number(params, "pageIndex").max(1) - 1).saturating_mul(size), size)
}

fn page(rows: &[Box<str>], params: &Value) -> Vec<String> {
    let (skipped, size) = bounds(params);
    rows.iter().skip(skipped).take(size).map(ToString::to_string).collect()
}

/// Rows of the catalog in the former shape, for which there is no capture.
fn search(items: &[Item], params: &Value) -> Value {
    let words = text::line(params["keyword"].as_str().unwrap_or_default()).to_lowercase();
    let matches = |item: &&Item| {
        words.is_empty() || item.code.contains(&words) || text::line(&item.name).to_lowercase().contains(&words)
    };
    let found: Vec<&Item> = items.iter().filter(matches).collect();
    let (skipped, size) = bounds(params);
    let row = |(place, item): (usize, &&Item)| {
        json!({
            "ID": (400_000 + place).to_string(), "PROCEDURE_CODE": item.code, "PROCEDURE_NAME": item.name,
            "PUBLISHED_AGENCY": item.issuer, "IMPLEMENTATION_AGENCY": item.departments.join("; "), "QDCBID": "0",
            "FIELD_NAME": item.fields.join("; "), "AMOUNT": found.len().to_string(), "ROW_STT": (place + 1).to_string(),
        })
    };
    Value::Array(found.iter().enumerate().skip(skipped).take(size).map(row).collect())
}
