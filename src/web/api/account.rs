//! `GET /api/v1/me` and `GET /api/v1/audit`

use axum::Json;
use axum::extract::{RawQuery, State};
use serde_json::{Value, json};

use crate::account::audit;
use crate::platform::problem::{Code, Problem};
use crate::web::format::iso;
use crate::web::parameters::{DEFAULT_LIMIT, MAX_LIMIT};
use crate::web::state::AppState;
use crate::web::visitor::SignedIn;

/// Who the caller is.
#[utoipa::path(get, path = "/api/v1/me", tag = "account", responses(
    (status = 200, description = "the caller's login, name, roles and organisation"),
    (status = 401, description = "not signed in", body = Problem)))]
pub async fn me(SignedIn(actor): SignedIn) -> Json<Value> {
    Json(json!({
        "id": actor.id, "login": actor.login, "name": actor.name,
        "roles": actor.roles, "organisation_id": actor.organisation_id,
    }))
}

/// Who did what, newest first. For the roles `auditor` and `admin`.
///
/// # Errors
/// 422 naming the parameter; 500 when the database fails.
#[utoipa::path(get, path = "/api/v1/audit", tag = "account",
    params(
        ("limit" = Option<u16>, Query, description = "Entries a page, 1 to 200", minimum = 1, maximum = 200),
        ("cursor" = Option<i64>, Query, description = "`next_cursor` of the page before"),
    ),
    responses(
        (status = 200, description = "a page of entries"),
        (status = 401, description = "not signed in", body = Problem),
        (status = 403, description = "not for the caller's roles", body = Problem),
        (status = 422, description = "a parameter is wrong", body = Problem)))]
pub async fn audit_page(State(state): State<AppState>, RawQuery(raw): RawQuery) -> Result<Json<Value>, Problem> {
    let (before, limit) = read(raw.as_deref())?;
    let entries = audit::page(&mut state.db.read().await?, before, i64::try_from(limit).unwrap_or(i64::MAX)).await?;
    let next = entries.last().filter(|last| entries.len() == limit && last.seq > 1).map(|last| last.seq);
    let items: Vec<Value> = entries.iter().map(item).collect();
    Ok(Json(json!({ "items": items, "next_cursor": next })))
}

fn item(entry: &audit::Entry) -> Value {
    let detail: Value = serde_json::from_str(&entry.detail).unwrap_or_default();
    json!({
        "seq": entry.seq, "at": iso(entry.at), "actor_id": entry.actor_id, "actor_name": entry.actor_name,
        "action": entry.action, "subject": entry.subject, "detail": detail,
    })
}

fn read(raw: Option<&str>) -> Result<(i64, usize), Problem> {
    let (mut before, mut limit) = (i64::MAX, DEFAULT_LIMIT);
    for (name, value) in url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
        match &*name {
            "cursor" => {
                let wrong = || Problem::new(Code::InvalidCursor, "begin without the cursor").at("cursor");
                before = value.parse().map_err(|_| wrong())?;
            }
            "limit" => {
                let wrong = || Problem::new(Code::InvalidParameter, "limit takes 1 to 200").at("limit");
                limit = value.parse().ok().filter(|n| (1..=MAX_LIMIT).contains(n)).ok_or_else(wrong)?;
            }
            _ => {
                let name: String = name.chars().take(60).collect();
                let detail = format!("this address does not know the parameter `{name}`");
                return Err(Problem::new(Code::UnknownParameter, detail).at(&name));
            }
        }
    }
    Ok((before, limit))
}
