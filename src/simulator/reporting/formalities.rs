//! `formalities`: where the reports look up procedures; captured rows as they are, the others made of the list.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::request::Request;
use crate::catalog::text;
use crate::simulator::answer::{self, Refusal};
use crate::simulator::captures::model::Item;
use crate::simulator::faults::Fault;
use crate::simulator::state::{InForce, State};

/// The most rows of one page.
const MOST: u32 = 1_000;

/// One page of procedures, ordered by code.
///
/// # Errors
/// 400 for a request that cannot be understood.
pub async fn formalities(
    Shared(state): Shared<Arc<State>>,
    Extension(force): Extension<Arc<InForce>>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let request: Request = answer::read(&body)?;
    if request.current_page == 0 || !(1..=MOST).contains(&request.page_size) {
        return Err(Refusal::bad_request("currentPage hoặc pageSize không hợp lệ"));
    }
    let words = text::line(request.q.as_deref().unwrap_or_default()).to_lowercase();
    let gone = |item: &Item| force.faults.strikes_item(state.seed, Fault::Vanished, &item.id);
    let mut rows: BTreeMap<&str, Cow<'_, str>> = BTreeMap::new();
    for item in state.captures.items.iter().filter(|i| !gone(i) && matches(&words, &i.code, &i.name)) {
        rows.insert(&item.code, Cow::Owned(row(item)));
    }
    for (code, raw) in &state.captures.reporting.formalities {
        if matches(&words, code, &name_of(raw)) {
            rows.insert(code, Cow::Borrowed(raw));
        }
    }
    let total = rows.len();
    let size = request.page_size as usize;
    let skipped = (request.current_page as usize - 1).saturating_mul(size);
    let page: Vec<Cow<'_, str>> = rows.into_values().skip(skipped).take(size).collect();
    let pagination = json!({ "total": total, "currentPage": request.current_page, "pageSize": request.page_size,
        "totalPages": total.div_ceil(size) });
    let data = format!("{{\"items\":[{}],\"pagination\":{pagination}}}", page.join(","));
    Ok(answer::json_text(StatusCode::CREATED, answer::envelope(&data), true))
}

fn matches(words: &str, code: &str, name: &str) -> bool {
    words.is_empty() || code.to_lowercase().contains(words) || text::line(name).to_lowercase().contains(words)
}

fn name_of(raw: &str) -> String {
    #[derive(Deserialize)]
    struct Row {
        name: String,
    }
    serde_json::from_str::<Row>(raw).map(|r| r.name).unwrap_or_default()
}

fn row(item: &Item) -> String {
    json!({ "id": item.id, "code": item.code, "name": item.name, "state": item.state,
        "departmentId": item.issuer_id, "publishingDepartmentIds": [item.issuer_id], "appliedDepartmentIds": [] })
    .to_string()
}
