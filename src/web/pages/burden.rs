//! `/lanh-dao/ganh-nang` and `/co-quan/sang-kien/chua-ap-dung`: what to reform first, and what was decided and not done.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{frame, message, render};
use crate::initiative::burden_list::{Burden, Weights};
use crate::initiative::unapplied::{Contradicted, Waiting, unapplied};
use crate::platform::problem::Problem;
use crate::web::api::burden::{page as cut, ranked};
use crate::web::api::initiatives::refused;
use crate::web::format::{date_vi, decimal_vi, money_vi, number_vi};
use crate::web::listing::Listing;
use crate::web::routes::WORKERS;
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::Visitor;

const PATH: &str = "/lanh-dao/ganh-nang";

/// The burden list.
#[derive(Debug, Template)]
#[template(path = "burden.html")]
struct BurdenPage {
    frame: Frame,
    total: String,
    formula: String,
    first: usize,
    rows: Vec<Row>,
    may_begin: bool,
    next_url: Option<String>,
}

/// A procedure of the list.
#[derive(Debug)]
struct Row {
    code: String,
    name: String,
    cost: String,
    dossiers: String,
    source: String,
    remarks: String,
    burden: String,
}

/// The list.
pub async fn page(State(state): State<AppState>, visitor: Visitor, RawQuery(raw): RawQuery) -> Response {
    match build(&state, &visitor, raw.as_deref()).await {
        Ok(page) => render(StatusCode::OK, &page),
        Err(problem) => message::of(&state, &visitor, &problem, ""),
    }
}

async fn build(state: &AppState, visitor: &Visitor, raw: Option<&str>) -> Result<BurdenPage, Problem> {
    let listing = Listing::read(raw, &[], true)?;
    let (weights, all) = ranked(state).await?;
    let total = number_vi(i64::try_from(all.len()).unwrap_or(i64::MAX));
    let (rows, next) = cut(&listing, all);
    Ok(BurdenPage {
        frame: frame(state, visitor, false),
        total,
        formula: formula(weights),
        first: listing.offset + 1,
        rows: rows.into_iter().map(row).collect(),
        may_begin: visitor.actor.as_ref().is_some_and(|actor| actor.has_any(WORKERS)),
        next_url: next.map(|cursor| listing.address(PATH, &cursor)),
    })
}

fn formula(weights: Weights) -> String {
    format!(
        "Gánh nặng = (phí + {} đồng/giờ × {} giờ) × số hồ sơ một năm × ({} × số điểm chưa đạt + {} × số cờ đang mở). \
         Tiền công, số giờ và trọng số là tham số có ngày hiệu lực.",
        decimal_vi(weights.wage_per_hour, 0),
        decimal_vi(weights.hours_per_case, 2),
        decimal_vi(weights.point, 2),
        decimal_vi(weights.flag, 2)
    )
}

#[expect(clippy::cast_possible_truncation, reason = "rounded to whole đồng for readers")]
fn row(burden: Burden) -> Row {
    let unknown = || "không có dữ liệu".to_owned();
    let fee = if burden.fee.is_none() { " (chưa rõ phí)" } else { "" };
    Row {
        cost: format!("{}{fee}", money_vi(burden.cost.round() as i64)),
        dossiers: burden.dossiers.map_or_else(unknown, number_vi),
        source: burden.source.unwrap_or_default(),
        remarks: format!("{} điểm, {} cờ", burden.points, burden.flags),
        burden: burden.burden.map_or_else(unknown, |burden| money_vi(burden.round() as i64)),
        code: burden.code,
        name: burden.name,
    }
}

/// What was decided and the catalog does not show.
#[derive(Debug, Template)]
#[template(path = "unapplied.html")]
struct UnappliedPage {
    frame: Frame,
    working_days: u32,
    waiting: Vec<(Waiting, String, String)>,
    contradicted: Vec<ContradictedLine>,
}

/// An amendment that a source contradicts.
#[derive(Debug)]
struct ContradictedLine {
    number: String,
    code: String,
    part: &'static str,
    after: String,
    now: String,
    since: String,
}

/// Measures that are approved and not applied, amendments that sources contradict.
pub async fn undone(State(state): State<AppState>, visitor: Visitor) -> Response {
    let found = async {
        let mut tx = state.db.read().await?;
        unapplied(&mut tx, state.clock.now()).await.map_err(refused)
    };
    let found = match found.await {
        Ok(found) => found,
        Err(problem) => return message::of(&state, &visitor, &problem, ""),
    };
    let waiting = |one: Waiting| {
        let (approved, due) = (date_vi(one.approved_at), date_vi(one.due_at));
        (one, approved, due)
    };
    let page = UnappliedPage {
        frame: frame(&state, &visitor, false),
        working_days: found.working_days,
        waiting: found.waiting.into_iter().map(waiting).collect(),
        contradicted: found.contradicted.into_iter().map(contradicted).collect(),
    };
    render(StatusCode::OK, &page)
}

fn contradicted(one: Contradicted) -> ContradictedLine {
    let part = one.kept.amendment.part;
    let after = one.kept.amendment.after.as_deref().map_or("bãi bỏ", |text| part.spelled(text)).to_owned();
    let now: Vec<&str> = one.now.iter().map(|line| part.spelled(line)).collect();
    ContradictedLine {
        number: one.kept.origin.split('.').next().unwrap_or_default().to_owned(),
        code: one.kept.code,
        part: part.name(),
        after,
        now: if now.is_empty() { "không còn dòng nào".to_owned() } else { now.join("\n") },
        since: one.kept.settled_at.map(date_vi).unwrap_or_default(),
    }
}
