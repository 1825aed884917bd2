//! `/sang-kien`: the public register.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::initiative::model::Track;
use crate::initiative::store::list::{self, Filter, Listed};
use crate::initiative::workflow::store::Found;
use crate::platform::db::Tx;
use crate::platform::problem::Problem;
use crate::platform::word;
use crate::web::format::date_vi;
use crate::web::listing::Listing;
use crate::web::pages::{frame, message, render};
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::Visitor;

const PATH: &str = "/sang-kien";
/// The register as a workbook.
const WORKBOOK: &str = "/sang-kien.xlsx";
/// Filters of the register, for the page and its workbook.
pub(super) const FILTERS: [&str; 2] = ["track", "code"];

/// The page.
#[derive(Debug, Template)]
#[template(path = "initiatives.html")]
struct ListPage {
    frame: Frame,
    tracks: Vec<(&'static str, &'static str, bool)>,
    code: String,
    filtered: bool,
    rows: Vec<Row>,
    next_url: Option<String>,
    workbook_url: String,
}

/// An initiative of the register.
#[derive(Debug)]
struct Row {
    number: String,
    title: String,
    track: &'static str,
    state: String,
    organisation: String,
    dates: String,
}

/// The register.
pub async fn page(State(state): State<AppState>, visitor: Visitor, RawQuery(raw): RawQuery) -> Response {
    match build(&state, &visitor, raw.as_deref()).await {
        Ok(page) => render(StatusCode::OK, &page),
        Err(problem) => message::of(&state, &visitor, &problem, ""),
    }
}

async fn build(state: &AppState, visitor: &Visitor, raw: Option<&str>) -> Result<ListPage, Problem> {
    let listing = Listing::read(raw, &FILTERS, true)?;
    let filter = Filter { track: listing.value("track"), state: "", code: listing.value("code") };
    let mut tx = state.db.read().await?;
    let mut listed = list::public(&mut tx, filter, listing.wanted(), listing.passed()).await?;
    let next = listing.cut(&mut listed);
    let mut found = Found::default();
    let mut rows = Vec::with_capacity(listed.len());
    for one in listed {
        rows.push(row(&mut tx, &mut found, one).await?);
    }
    Ok(ListPage {
        frame: frame(state, visitor, false),
        tracks: Track::ALL.iter().map(|t| (t.code(), t.name(), t.code() == filter.track)).collect(),
        code: filter.code.to_owned(),
        filtered: !filter.track.is_empty() || !filter.code.is_empty(),
        rows,
        workbook_url: listing.everything(WORKBOOK),
        next_url: next.map(|cursor| listing.address(PATH, &cursor)),
    })
}

async fn row(tx: &mut Tx, found: &mut Found, listed: Listed) -> Result<Row, Problem> {
    let track = word::read::<Track>(&listed.track);
    let name = match track {
        Some(track) => match found.get(tx, track, listed.workflow_version).await {
            Ok(workflow) => workflow.state(&listed.state).map(|state| state.name.clone()),
            Err(error) => return Err(Problem::internal(&error)),
        },
        None => None,
    };
    let submitted = listed.submitted_at.map(|at| format!("trình {}, ", date_vi(at))).unwrap_or_default();
    Ok(Row {
        number: listed.number,
        title: listed.title,
        track: track.map_or("", Track::name),
        state: name.unwrap_or(listed.state),
        organisation: listed.organisation.unwrap_or_default(),
        dates: format!("{submitted}cập nhật {}", date_vi(listed.changed_at)),
    })
}
