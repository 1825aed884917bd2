//! `/muc-dich-vu`: every service level, what it promises, where it stands.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::words::{self, Mark};
use crate::monitor::service_level::list_store::{self, Filter, Listed};
use crate::monitor::service_level::model::{Indicator, Standing};
use crate::platform::problem::Problem;
use crate::platform::word;
use crate::web::api::service_levels::{FILTERS, filter, problem};
use crate::web::format::number_vi;
use crate::web::listing::Listing;
use crate::web::pages::{frame, message, render};
use crate::web::routes::KEEPERS;
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::Visitor;

const PATH: &str = "/muc-dich-vu";

/// The page.
#[derive(Debug, Template)]
#[template(path = "service_levels.html")]
struct ListPage {
    frame: Frame,
    finding: String,
    indicators: Vec<(String, &'static str, bool)>,
    standings: Vec<(String, &'static str, bool)>,
    filtered: bool,
    rows: Vec<LevelLine>,
    next_url: Option<String>,
    may_keep: bool,
}

/// A service level.
#[derive(Debug)]
struct LevelLine {
    id: String,
    name: String,
    indicator: &'static str,
    scope: String,
    objective: String,
    mark: Mark,
    share: String,
    left: String,
    youth: Option<String>,
}

/// The list.
pub async fn page(State(state): State<AppState>, visitor: Visitor, RawQuery(raw): RawQuery) -> Response {
    match build(&state, &visitor, raw.as_deref()).await {
        Ok(page) => render(StatusCode::OK, &page),
        Err(problem) => message::of(&state, &visitor, &problem, ""),
    }
}

async fn build(state: &AppState, visitor: &Visitor, raw: Option<&str>) -> Result<ListPage, Problem> {
    let listing = Listing::read(raw, &FILTERS, true)?;
    let filter: Filter<'_> = filter(&listing)?;
    let mut tx = state.db.read().await?;
    let mut rows = list_store::list(&mut tx, filter, listing.wanted(), listing.passed()).await.map_err(problem)?;
    let next = listing.cut(&mut rows);
    let counts = list_store::standings(&mut tx).await?;
    Ok(ListPage {
        frame: frame(state, visitor, false),
        finding: finding(&counts),
        indicators: options(Indicator::ALL, Indicator::name, filter.indicator),
        standings: options(STANDINGS, Standing::name, filter.standing),
        filtered: !listing.given.is_empty(),
        rows: rows.iter().map(line).collect(),
        next_url: next.map(|cursor| listing.address(PATH, &cursor)),
        may_keep: visitor.actor.as_ref().is_some_and(|actor| actor.has_any(KEEPERS)),
    })
}

const STANDINGS: [Standing; 4] = [Standing::Met, Standing::Missed, Standing::Undecided, Standing::NoData];

fn options<T: serde::Serialize + Copy, const N: usize>(
    all: [T; N],
    name: fn(T) -> &'static str,
    chosen: &str,
) -> Vec<(String, &'static str, bool)> {
    let option = |value: T| {
        let of = word::of(&value);
        let is = of == chosen;
        (of, name(value), is)
    };
    all.into_iter().map(option).collect()
}

/// What the standings say, in a sentence.
fn finding(counts: &[(String, i64)]) -> String {
    let of = |word: &str| counts.iter().find(|(of, _)| of == word).map_or(0, |(_, n)| *n);
    let all: i64 = counts.iter().map(|(_, n)| n).sum();
    if all == 0 {
        return "Chưa có mức dịch vụ nào được đặt ra.".to_owned();
    }
    let (met, missed) = (of("met"), of("missed"));
    let unclear = all - met - missed;
    let rest =
        if unclear > 0 { format!(", {} chưa kết luận được", number_vi(unclear)) } else { String::new() };
    format!("{} mức dịch vụ: {} đạt, {} không đạt{rest}.", number_vi(all), number_vi(met), number_vi(missed))
}

fn line(listed: &Listed) -> LevelLine {
    let d = &listed.definition;
    let report = listed.report.as_ref();
    LevelLine {
        id: d.id.clone(),
        name: d.name.clone(),
        indicator: d.indicator.name(),
        scope: words::scope(listed),
        objective: words::objective(d),
        mark: words::mark(listed),
        share: report.map_or_else(|| "–".to_owned(), |report| words::share(&report.sli)),
        left: report.map_or_else(|| "–".to_owned(), words::left),
        youth: report.and_then(words::youth),
    }
}
