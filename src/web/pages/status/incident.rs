//! `/tinh-trang/su-co/{id}`: one incident, every service in it, every procedure that stands still.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::lines::{self, IncidentLine};
use crate::monitor::incident::board_store;
use crate::monitor::incident::store;
use crate::platform::problem::{Code, Problem};
use crate::web::failure;
use crate::web::format::moment_vi;
use crate::web::listing::Listing;
use crate::web::pages::{frame, message, render};
use crate::web::parameters::shorten;
use crate::web::state::AppState;
use crate::web::views::{Frame, Link};
use crate::web::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "incident.html")]
struct IncidentPage {
    frame: Frame,
    line: IncidentLine,
    over: bool,
    members: Vec<String>,
    first: usize,
    procedures: Vec<Link>,
    next_url: Option<String>,
    id: String,
}

/// An incident.
pub async fn page(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
) -> Response {
    match build(&state, &visitor, &id, raw.as_deref()).await {
        Ok(page) => render(StatusCode::OK, &page),
        Err(problem) => message::of(&state, &visitor, &problem, ""),
    }
}

async fn build(state: &AppState, visitor: &Visitor, id: &str, raw: Option<&str>) -> Result<IncidentPage, Problem> {
    let listing = Listing::read(raw, &[], true)?;
    let now = state.clock.now().as_millisecond();
    let mut tx = state.db.read().await?;
    let missing = || Problem::new(Code::IncidentNotFound, format!("no incident has the id {}", shorten(id))).at("id");
    let incident = store::find(&mut tx, id).await?.ok_or_else(missing)?;
    let line = lines::incident(state, &mut tx, &incident, now).await?;
    let names = board_store::member_names(&mut tx, id).await?;
    let name = |source: &str| names.iter().find(|(id, _)| id == source).map_or(source, |(_, name)| name).to_owned();
    let members = store::members(&mut tx, id).await?;
    let mut codes = board_store::some_procedures(&mut tx, id, listing.wanted(), listing.passed()).await?;
    let next = listing.cut(&mut codes);
    Ok(IncidentPage {
        frame: frame(state, visitor, false),
        line,
        over: incident.closed_at.is_some(),
        members: members
            .iter()
            .map(|member| {
                let until = member.ended_at.map(|at| format!(" đến {}", moment_vi(at))).unwrap_or_default();
                let why = failure::of_word(&member.failure);
                format!("{}: từ {}{until}, {why}", name(&member.source_id), moment_vi(member.started_at))
            })
            .collect(),
        first: listing.offset + 1,
        procedures: codes.iter().map(|code| lines::procedure(state, code)).collect(),
        next_url: next.map(|cursor| listing.address(&format!("/tinh-trang/su-co/{id}"), &cursor)),
        id: id.to_owned(),
    })
}
