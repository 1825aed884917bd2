//! `GET /api/v1/board`: the figures of leadership in a period, and the rows behind each.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::board_views::{BoardView, BreakdownView, FigureView};
use crate::board::breakdown::{self, By, Scope};
use crate::board::figure::FigureCode;
use crate::board::months;
use crate::board::picture::{BoardError, Picture};
use crate::monitor::index766::period::Period;
use crate::platform::changes;
use crate::platform::problem::{Code, Problem};
use crate::web::listing::Listing;
use crate::web::parameters::invalid;
use crate::web::state::AppState;
use crate::web::workbook::would_run;

/// A period that is asked for: the last month that is over where none is named.
///
/// # Errors
/// 422 where it is none, or is not over.
pub fn period(listing: &Listing, state: &AppState) -> Result<Period, Problem> {
    let now = state.clock.now();
    let word = listing.value("period");
    if word.is_empty() {
        return Ok(months::last_full(now));
    }
    let known = Period::parse(word).filter(|period| !matches!(period, Period::Range(..)));
    let period =
        known.ok_or_else(|| invalid("period", "takes a year (2026), a quarter (2026-Q3) or a month (2026-08)"))?;
    if months::is_over(period, now) {
        return Ok(period);
    }
    Err(invalid(
        "period",
        "is not over yet: the board shows whole periods, since one that is not over looks like a fall",
    ))
}

/// The state of a period. Whoever asks again within the minute, with nothing changed, is given the same picture.
///
/// # Errors
/// When the database fails.
pub async fn picture(state: &AppState, period: Period) -> Result<Arc<Picture>, Problem> {
    let now = state.clock.now();
    let mut tx = state.db.read().await?;
    let key = (changes::newest(&mut tx).await?, now.as_second() / 60, period.word());
    if let Some(known) = state.pictures.get(&key) {
        return Ok(known);
    }
    let read = Picture::read(&mut tx, period, &state.board.agency, now).await;
    let picture = Arc::new(read.map_err(|error| problem(&error))?);
    state.pictures.insert(key, Arc::clone(&picture));
    Ok(picture)
}

fn problem(error: &BoardError) -> Problem {
    Problem::internal(error)
}

/// The figures of a period, the first those of NĐ 224/2026 Đ19.
///
/// # Errors
/// 422 naming the parameter.
#[utoipa::path(get, path = "/api/v1/board", tag = "board",
    params(
        ("period" = Option<String>, Query, description = "2026, 2026-Q3 or 2026-08; the last full month by default"),
        ("format" = Option<String>, Query, description = "json (default), or csv"),
    ),
    responses(
        (status = 200, description = "the figures", body = BoardView),
        (status = 401, description = "not signed in", body = Problem),
        (status = 422, description = "a parameter is wrong", body = Problem),
    ))]
pub async fn board(State(state): State<AppState>, RawQuery(raw): RawQuery) -> Result<Response, Problem> {
    let listing = Listing::read(raw.as_deref(), &["period", "format"], false)?;
    let csv = wants_csv(&listing)?;
    let picture = picture(&state, period(&listing, &state)?).await?;
    let view = BoardView::of(&picture);
    if csv {
        return Ok(as_csv(
            "bang-lanh-dao.csv",
            &FigureView::HEADINGS,
            view.figures.iter().map(|figure| figure.cells(&view.period)),
        ));
    }
    Ok(Json(view).into_response())
}

/// What is asked of the rows behind a figure.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The figure.
    pub figure: FigureCode,
    /// The period.
    pub period: Period,
    /// By what.
    pub by: By,
    /// Agency code; empty for all.
    pub unit: String,
    /// Procedure; empty for all.
    pub procedure: String,
}

impl Opened {
    /// Reads what is asked. Without `by` all units come first, then the procedures of a unit, then its days.
    ///
    /// # Errors
    /// 404 for another figure, 422 naming the parameter.
    pub fn read(figure: &str, listing: &Listing, state: &AppState) -> Result<Self, Problem> {
        let figure = FigureCode::parse(figure)
            .ok_or_else(|| Problem::new(Code::NoFigures, "the board has no such figure").at("figure"))?;
        let (unit, procedure) = (listing.value("unit").to_owned(), listing.value("procedure").to_owned());
        let by = match (listing.value("by"), unit.is_empty(), procedure.is_empty()) {
            ("unit", ..) | ("", true, _) => By::Unit,
            ("procedure", ..) | ("", false, true) => By::Procedure,
            ("day", ..) | ("", false, false) => By::Day,
            _ => return Err(invalid("by", "takes unit, procedure or day")),
        };
        if by == By::Day && procedure.is_empty() {
            return Err(invalid("procedure", "is needed for days: name a procedure"));
        }
        Ok(Self { figure, period: period(listing, state)?, by, unit, procedure })
    }

    /// The rows.
    ///
    /// # Errors
    /// 422 for a figure that is not counted from dossiers; when the database fails.
    pub async fn open(&self, state: &AppState) -> Result<BreakdownView, Problem> {
        let picture = picture(state, self.period).await?;
        let mut tx = state.db.read().await?;
        let scope = Scope { unit: &self.unit, procedure: &self.procedure };
        let opened = breakdown::open(&mut tx, self.figure, self.period, self.by, scope).await?;
        let opened = opened.ok_or_else(|| {
            let said =
                "is not counted from dossiers: its rows are at /api/v1/gaps, /api/v1/incidents or /api/v1/initiatives";
            invalid("figure", said)
        })?;
        let snapshot = state.engine.snapshot();
        let name = |key: &str| match self.by {
            By::Unit => picture.unit_name(key),
            By::Procedure => match snapshot.names.by_code.get(key) {
                Some(at) => snapshot.names.doc(*at).shown.name.clone(),
                None => format!("{key} (không có trong danh mục)"),
            },
            By::Day => key.to_owned(),
        };
        Ok(BreakdownView::of(self, &opened, name))
    }
}

/// The parameters of a figure's rows.
pub const OPENED: [&str; 5] = ["period", "by", "unit", "procedure", "format"];

/// The rows behind a figure that is counted from dossiers: units, procedures, days, with what each moved.
///
/// # Errors
/// 404 for another figure, 422 naming the parameter.
#[utoipa::path(get, path = "/api/v1/board/{figure}", tag = "board",
    params(
        ("figure" = String, Path, description = "Such as online_dossiers, on_time or handling_time"),
        ("period" = Option<String>, Query, description = "2026, 2026-Q3 or 2026-08; the last full month by default"),
        ("by" = Option<String>, Query, description = "unit, procedure or day"),
        ("unit" = Option<String>, Query, description = "Agency code, with all below it"),
        ("procedure" = Option<String>, Query, description = "Code of a procedure"),
        ("format" = Option<String>, Query, description = "json (default), or csv"),
    ),
    responses(
        (status = 200, description = "the rows", body = BreakdownView),
        (status = 401, description = "not signed in", body = Problem),
        (status = 404, description = "there is no such figure", body = Problem),
        (status = 422, description = "a parameter is wrong", body = Problem),
    ))]
pub async fn figure(
    State(state): State<AppState>,
    Path(figure): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let listing = Listing::read(raw.as_deref(), &OPENED, false)?;
    let csv = wants_csv(&listing)?;
    let view = Opened::read(&figure, &listing, &state)?.open(&state).await?;
    if csv {
        let name = format!("{figure}.csv");
        return Ok(as_csv(&name, &BreakdownView::HEADINGS, view.rows.iter().map(|row| row.cells())));
    }
    Ok(Json(view).into_response())
}

fn wants_csv(listing: &Listing) -> Result<bool, Problem> {
    match listing.value("format") {
        "csv" => Ok(true),
        "json" | "" => Ok(false),
        _ => Err(invalid("format", "takes json or csv")),
    }
}

fn as_csv<const N: usize>(name: &str, headings: &[&str; N], rows: impl Iterator<Item = [String; N]>) -> Response {
    // A byte-order mark, so that spreadsheets read it as UTF-8.
    let mut writer = csv::Writer::from_writer(vec![0xef, 0xbb, 0xbf]);
    // Writing to memory cannot fail.
    let _ = writer.write_record(headings);
    for row in rows {
        let _ = writer.write_record(row.map(|cell| harmless(&cell)));
    }
    let body = writer.into_inner().unwrap_or_default();
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, body).into_response()
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe; a number below zero is none.
fn harmless(cell: &str) -> String {
    if would_run(cell) && cell.parse::<f64>().is_err() { format!("'{cell}") } else { cell.to_owned() }
}

/// Where a figure is opened, for people.
#[must_use]
pub fn rows_address(figure: FigureCode, period: Period) -> String {
    format!("/lanh-dao/so-lieu/{}?period={}", figure.code(), period.word())
}
