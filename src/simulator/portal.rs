//! The portal's catalog: list with cursor, detail, provinces.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::answer::{self, Refusal};
use super::captures::model::{Detail, Item, range_in};
use super::chance::Chance;
use super::faults::effect::item_text;
use super::faults::{Fault, Faults};
use super::state::{InForce, State};
use crate::catalog::text;

/// The address of the list.
pub const LIST: &str = "/api/v1/submitting/formality/list-all-public-formality-by-citizen";
/// The address of details.
pub const DETAIL: &str = "/api/v1/configuring/formality/get-formality-by-citizen";
/// The address of provinces.
pub const PROVINCES: &str = "/api/v1/configuring/province-vn/list-by-citizen";

/// Crawlers have seen limits up to this.
const MOST: usize = 1_000;
/// Above this the portal fails at times.
const LARGE: usize = 200;

/// A request's number, from 0, since the faults are in force.
#[derive(Debug, Clone, Copy)]
pub struct Number(pub u64);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ListRequest {
    limit: usize,
    last_id: Option<String>,
    q: Option<String>,
    category_id: Option<String>,
    department_code: Option<String>,
    formality_type: Option<String>,
}

impl Default for ListRequest {
    fn default() -> Self {
        Self { limit: 50, last_id: None, q: None, category_id: None, department_code: None, formality_type: None }
    }
}

/// What a list is narrowed to; empty words narrow nothing.
struct Wanted<'a> {
    words: Option<String>,
    field_id: Option<&'a str>,
    department: Option<&'a str>,
    kind: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    fn of(request: &'a ListRequest) -> Self {
        let given = |word: &'a Option<String>| word.as_deref().map(str::trim).filter(|w| !w.is_empty());
        Self {
            words: given(&request.q).map(|q| text::line(q).to_lowercase()),
            field_id: given(&request.category_id),
            department: given(&request.department_code),
            kind: given(&request.formality_type),
        }
    }

    fn takes(&self, state: &State, item: &Item) -> bool {
        let department = |wanted: &str| {
            item.issuer_id == wanted || state.agency_code(&item.issuer_id).is_some_and(|code| code == wanted)
        };
        let words = |wanted: &String| {
            item.code.to_lowercase().contains(wanted) || text::line(&item.name).to_lowercase().contains(wanted)
        };
        self.field_id.is_none_or(|id| item.field_ids.iter().any(|f| f == id))
            && self.kind.is_none_or(|kind| item.kind == kind)
            && self.department.is_none_or(department)
            && self.words.as_ref().is_none_or(words)
    }
}

/// One page of the list.
///
/// # Errors
/// 400 for a request that cannot be understood, 500 when a large limit fails by setting.
pub async fn list(
    Shared(state): Shared<Arc<State>>,
    Extension(force): Extension<Arc<InForce>>,
    Extension(Number(number)): Extension<Number>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let request: ListRequest = answer::read(&body)?;
    if !(1..=MOST).contains(&request.limit) {
        return Err(Refusal::bad_request(format!("limit phải từ 1 đến {MOST}")));
    }
    let faults = &force.faults;
    let fails = || Chance::at(state.seed ^ 0x1a46e, number).holds(faults.share(Fault::LargeLimit));
    if request.limit > LARGE && fails() {
        state.log.fault(Fault::LargeLimit);
        let message = "limit quá lớn".to_owned();
        return Err(Refusal { status: StatusCode::INTERNAL_SERVER_ERROR, code: "INTERNAL_SERVER_ERROR", message });
    }
    let after = match request.last_id.as_deref().filter(|id| !id.is_empty()) {
        None => 0,
        Some(id) => match state.captures.places.get(id) {
            Some(place) => place + 1,
            None => return Err(Refusal::bad_request("lastId không có trong danh sách")),
        },
    };
    Ok(answer::json_text(StatusCode::CREATED, page(&state, faults, &request, after), state.captures.made_up))
}

fn page(state: &State, faults: &Faults, request: &ListRequest, after: usize) -> String {
    let wanted = Wanted::of(request);
    let (mut total, mut shown, mut vanished) = (0_u64, 0_usize, 0_u64);
    let mut last = "";
    let mut items = String::new();
    for (place, item) in state.captures.items.iter().enumerate() {
        if !wanted.takes(state, item) {
            continue;
        }
        if faults.strikes_item(state.seed, Fault::Vanished, &item.id) {
            vanished += u64::from(place >= after && shown < request.limit);
            continue;
        }
        total += 1;
        if place >= after && shown < request.limit {
            if shown > 0 {
                items.push(',');
            }
            items.push_str(&item_text(state, faults, &item.id, &item.raw, item.name_at.clone()));
            shown += 1;
            last = &item.id;
        }
    }
    state.log.faults(Fault::Vanished, vanished);
    answer::envelope(&format!("{{\"items\":[{items}],\"lastId\":\"{last}\",\"total\":{total}}}"))
}

#[derive(Debug, Deserialize)]
struct DetailRequest {
    id: String,
}

/// The detail of one procedure.
///
/// # Errors
/// 404 for an identifier that is unknown or without a captured detail, 400 for a request that cannot be understood.
pub async fn detail(
    Shared(state): Shared<Arc<State>>,
    Extension(force): Extension<Arc<InForce>>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let DetailRequest { id } = answer::read(&body)?;
    let unknown = || Refusal::not_found("Không tìm thấy thủ tục hành chính");
    if force.faults.strikes_item(state.seed, Fault::Vanished, &id) {
        state.log.fault(Fault::Vanished);
        return Err(unknown());
    }
    let Some(detail) = state.captures.details.get(&id) else {
        return Err(match state.captures.item(&id) {
            Some(_) => Refusal::not_found("Bản mô phỏng không có chi tiết của thủ tục này"),
            None => unknown(),
        });
    };
    let whole = match detail {
        Detail::Answer(text) => text.to_string(),
        Detail::Data(data) => answer::envelope(data),
    };
    let struck = [Fault::Renamed, Fault::Decomposed].map(|f| force.faults.strikes_item(state.seed, f, &id));
    let text = if struck.contains(&true) {
        item_text(&state, &force.faults, &id, &whole, name_in(&whole)).into_owned()
    } else {
        whole
    };
    Ok(answer::json_text(StatusCode::CREATED, text, state.captures.made_up))
}

/// Where the name stands in a detail answer; empty where there is none.
fn name_in(text: &str) -> std::ops::Range<usize> {
    #[derive(Deserialize)]
    struct Data<'a> {
        #[serde(borrow)]
        name: &'a RawValue,
    }
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        data: Data<'a>,
    }
    serde_json::from_str::<Answer>(text).map_or(0..0, |a| range_in(text, a.data.name.get()))
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ProvincesRequest {
    last_id: Option<String>,
}

/// The provinces, all on one page as captured.
///
/// # Errors
/// 404 without a capture, 400 for a request that cannot be understood.
pub async fn provinces(Shared(state): Shared<Arc<State>>, body: Bytes) -> Result<Response, Refusal> {
    let request: ProvincesRequest = answer::read(&body)?;
    let Some(text) = &state.captures.provinces else {
        return Err(Refusal::not_found("Bản mô phỏng không có danh sách tỉnh"));
    };
    if request.last_id.is_some_and(|id| !id.is_empty()) {
        return Ok(answer::constructed(&serde_json::json!({ "rows": [], "count": 0, "lastId": "" })));
    }
    Ok(answer::json_text(StatusCode::CREATED, text.to_string(), state.captures.made_up))
}
