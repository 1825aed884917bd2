//! The report of a period: to print in the layout of an official report, and as a workbook whose rates are formulas.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{blocks, sheets, words};
use crate::assessment::board::Filter;
use crate::board::document::Document;
use crate::board::months;
use crate::board::picture::{Figure, Picture};
use crate::platform::problem::Problem;
use crate::web::api::board::{period as asked_period, picture};
use crate::web::api::gaps::{read_board, same};
use crate::web::format::{moment_vi, number_vi};
use crate::web::listing::Listing;
use crate::web::pages::{frame, message, render};
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::Visitor;

/// The report.
#[derive(Debug, Template)]
#[template(path = "leadership_report.html")]
struct ReportPage {
    frame: Frame,
    period: String,
    word: String,
    at: String,
    figures: Vec<[String; 5]>,
    fall: blocks::Fall,
    blockers: blocks::Blockers,
    units: Vec<blocks::UnitRow>,
    gain: blocks::Gain,
    savings: Vec<blocks::SavingLine>,
    overdue: Vec<blocks::LateLine>,
    incidents: Vec<blocks::Incident>,
    freshness: String,
}

/// The report to print.
pub async fn page(State(state): State<AppState>, visitor: Visitor, RawQuery(raw): RawQuery) -> Response {
    match build(&state, &visitor, raw.as_deref()).await {
        Ok(page) => render(StatusCode::OK, &page),
        Err(problem) => message::of(&state, &visitor, &problem, ""),
    }
}

async fn asked(state: &AppState, raw: Option<&str>) -> Result<std::sync::Arc<Picture>, Problem> {
    let listing = Listing::read(raw, &["period"], true)?;
    picture(state, asked_period(&listing, state)?).await
}

async fn build(state: &AppState, visitor: &Visitor, raw: Option<&str>) -> Result<ReportPage, Problem> {
    let picture = asked(state, raw).await?;
    let board = read_board(state).await?;
    let totals = board.totals(&Filter::default(), &same);
    let figure = |figure: &Figure| {
        let change = words::change(figure, months::before(picture.period)).map(|(words, _)| words).unwrap_or_default();
        let n = figure.counted.map(|counted| number_vi(counted.whole)).unwrap_or_default();
        let target = words::target(figure).unwrap_or_default();
        [figure.code.name().to_owned(), words::of(figure), n, change, target]
    };
    Ok(ReportPage {
        frame: frame(state, visitor, false),
        period: months::words(picture.period),
        word: picture.period.word(),
        at: moment_vi(picture.at.as_millisecond()),
        figures: picture.figures.iter().map(figure).collect(),
        fall: blocks::fall(state, &picture).await?,
        blockers: blocks::blockers(&totals, &board),
        units: blocks::units(&picture),
        gain: blocks::gain(&picture),
        savings: blocks::savings(&picture, usize::MAX),
        overdue: blocks::late(&picture).0,
        incidents: blocks::incidents(&picture),
        freshness: blocks::freshness(&picture),
    })
}

/// The workbook.
///
/// # Errors
/// 422 for a period that is none.
pub async fn workbook(State(state): State<AppState>, RawQuery(raw): RawQuery) -> Result<Response, Problem> {
    let picture = asked(&state, raw.as_deref()).await?;
    sheets::workbook(&Document::of(&picture))
}
