//! `/lanh-dao/an-ban`: frozen boards, each with what was found to be otherwise since.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{sheets, words};
use crate::board::document::{Document, FigureEntry};
use crate::board::edition_store::{self, Edition, Erratum};
use crate::board::figure::FigureCode;
use crate::board::model::Counted;
use crate::board::months;
use crate::monitor::index766::period::Period;
use crate::platform::problem::Problem;
use crate::web::api::editions::find;
use crate::web::format::{moment_vi, number_vi};
use crate::web::pages::{frame, message, render};
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::Visitor;

/// The list.
#[derive(Debug, Template)]
#[template(path = "leadership_editions.html")]
struct EditionsPage {
    frame: Frame,
    rows: Vec<(String, String, String, String)>,
}

/// An edition.
#[derive(Debug, Template)]
#[template(path = "leadership_edition.html")]
struct EditionPage {
    frame: Frame,
    period: String,
    word: String,
    frozen: String,
    sha256: String,
    errata: Vec<[String; 4]>,
    figures: Vec<[String; 4]>,
    units: Vec<[String; 6]>,
    measures: Vec<(String, String, String, String, String)>,
    incidents: usize,
}

/// Every edition.
pub async fn list(State(state): State<AppState>, visitor: Visitor) -> Response {
    let read = async {
        let mut tx = state.db.read().await?;
        edition_store::list(&mut tx).await.map_err(Problem::from)
    };
    let row = |edition: Edition| {
        let name = Period::parse(&edition.period).map_or_else(|| edition.period.clone(), months::words);
        (edition.period, name, moment_vi(edition.frozen_at), edition.sha256)
    };
    match read.await {
        Ok(editions) => {
            let rows = editions.into_iter().map(row).collect();
            render(StatusCode::OK, &EditionsPage { frame: frame(&state, &visitor, false), rows })
        }
        Err(problem) => message::of(&state, &visitor, &problem, ""),
    }
}

/// One edition.
pub async fn one(State(state): State<AppState>, visitor: Visitor, Path(period): Path<String>) -> Response {
    match find(&state, &period).await {
        Ok((edition, errata, document)) => {
            render(StatusCode::OK, &page(frame(&state, &visitor, false), &edition, &errata, &document))
        }
        Err(problem) => message::of(&state, &visitor, &problem, ""),
    }
}

/// The workbook of an edition.
///
/// # Errors
/// 404 when the period was not frozen.
pub async fn workbook(State(state): State<AppState>, Path(period): Path<String>) -> Result<Response, Problem> {
    let (_, _, document) = find(&state, &period).await?;
    sheets::workbook(&document)
}

fn counted(part: Option<i64>, whole: Option<i64>) -> Option<Counted> {
    part.zip(whole).map(|(part, whole)| Counted::new(part, whole))
}

fn page(frame: Frame, edition: &Edition, errata: &[Erratum], document: &Document) -> EditionPage {
    let value = |figure: &str, counted| {
        let unit = FigureCode::parse(figure).map(FigureCode::unit);
        unit.map_or_else(String::new, |unit| words::counted(unit, counted))
    };
    let erratum = |row: &Erratum| {
        let name = FigureCode::parse(&row.figure).map_or_else(|| row.figure.clone(), |figure| figure.name().to_owned());
        [
            name,
            value(&row.figure, counted(row.before_part, row.before_whole)),
            value(&row.figure, counted(row.after_part, row.after_whole)),
            moment_vi(row.found_at),
        ]
    };
    let figure = |figure: &FigureEntry| {
        let number = |n: Option<i64>| n.map(number_vi).unwrap_or_default();
        let value = words::counted(figure.unit, counted(figure.part, figure.whole));
        [figure.name.clone(), value, number(figure.part), number(figure.whole)]
    };
    let unit = |unit: &crate::board::document::UnitEntry| {
        let share = |of| words::counted(crate::board::model::Unit::Share, Some(of));
        [
            unit.name.clone(),
            number_vi(unit.online.whole),
            share(unit.online),
            number_vi(unit.on_time.whole),
            number_vi(unit.on_time.whole - unit.on_time.part),
            share(unit.on_time),
        ]
    };
    let money = |amount: Option<i64>| amount.map_or_else(|| "–".to_owned(), words::dong);
    let measures = document.measures.iter().filter(|line| line.measured.is_some());
    EditionPage {
        frame,
        period: Period::parse(&edition.period).map_or_else(|| edition.period.clone(), months::words),
        word: edition.period.clone(),
        frozen: moment_vi(edition.frozen_at),
        sha256: edition.sha256.clone(),
        errata: errata.iter().map(erratum).collect(),
        figures: document.figures.iter().map(figure).collect(),
        units: document.units.iter().map(unit).collect(),
        measures: measures
            .map(|line| {
                (
                    line.number.clone(),
                    line.title.clone(),
                    line.state.clone(),
                    money(line.promised),
                    money(line.measured),
                )
            })
            .collect(),
        incidents: document.incidents.len(),
    }
}
