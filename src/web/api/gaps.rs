//! `GET /api/v1/gaps`: what is not end to end, as JSON or CSV.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::assessment::{FlagView, problem};
use crate::assessment::board::{Board, Entry, Filter, Known, Sort, Totals, Volume};
use crate::assessment::flag::{Cause, FlagCode};
use crate::assessment::model::{Gap, Point, PointValue};
use crate::platform::problem::{Code, Problem};
use crate::search::analysis::fold;
use crate::web::given;
use crate::web::parameters::{DEFAULT_LIMIT, MAX_LIMIT, flag, gap, invalid, number, unknown};
use crate::web::state::AppState;
use crate::web::visitor::Visitor;
use crate::web::workbook::would_run;

/// A page of procedures with a gap.
#[derive(Debug, Serialize, ToSchema)]
pub struct GapList {
    /// Procedures, most at stake first unless asked otherwise.
    pub items: Vec<GapItem>,
    /// Procedures with a gap under the filter.
    pub total: usize,
    /// Every public procedure within the asked agency and field, each counted once.
    pub totals: Totals,
    /// Give it as `cursor` for the next page; `null` on the last.
    pub next_cursor: Option<String>,
    /// Hours that one failing point costs the person behind one dossier, and where that comes from.
    pub hours_per_point: f64,
    /// See there.
    pub hours_source: String,
}

/// One procedure with a gap.
#[derive(Debug, Serialize, ToSchema)]
pub struct GapItem {
    /// National code.
    pub code: String,
    /// Name.
    pub name: String,
    /// First field.
    pub field: Option<String>,
    /// Promulgating agency.
    pub agency: Option<String>,
    /// `L0` to `L7`.
    pub level: String,
    /// Why it is not end to end.
    pub gap: Gap,
    /// Points that are `no`.
    pub failing: Vec<&'static str>,
    /// Points that nobody knows.
    pub unknown: Vec<&'static str>,
    /// Open flags.
    pub flags: Vec<FlagView>,
    /// Dossiers a year with their source; `null` where none gives them.
    pub volume: Option<Volume>,
    /// Hours a year at stake, an estimate; `null` without dossiers.
    pub hours: Option<f64>,
    /// One of the procedures that make most dossiers.
    pub high_volume: bool,
    /// A flag's day has passed.
    pub overdue: bool,
}

impl GapItem {
    /// An entry of the board as it may be shown.
    #[must_use]
    pub fn of(entry: &Entry, board: &Board, signed_in: bool) -> Self {
        let unknown = Point::ALL[..Point::DECIDING].iter().filter(|p| entry.points[p.index()] == PointValue::Unknown);
        Self {
            code: entry.code.clone(),
            name: entry.known.name.clone(),
            field: entry.known.fields.first().cloned(),
            agency: entry.known.agency.clone(),
            level: entry.level.clone(),
            gap: entry.gap.unwrap_or(Gap::UnknownEvidence),
            failing: entry.failing().map(Point::code).collect(),
            unknown: unknown.map(|p| p.code()).collect(),
            flags: entry.flags.iter().map(|f| FlagView::of(f, signed_in)).collect(),
            volume: entry.volume.clone(),
            hours: entry.hours,
            high_volume: entry.high_volume,
            overdue: entry.is_overdue(&board.today),
        }
    }
}

/// What is asked of the board, as it stands in an address.
#[derive(Debug, Clone, Default)]
pub struct GapParameters {
    /// What must hold.
    pub filter: Filter,
    /// The order.
    pub sort: Sort,
    /// Items a page.
    pub limit: usize,
    /// How many to pass over.
    pub offset: usize,
    /// Everything at once as CSV.
    pub csv: bool,
    /// Everything given but the cursor, for links that change one thing.
    pub given: Vec<(String, String)>,
}

impl GapParameters {
    /// Reads the part of an address after the question mark. Empty values are passed over on pages, where forms send them.
    ///
    /// # Errors
    /// A 422 that names the parameter and what it takes.
    pub fn read(raw: Option<&str>, page: bool) -> Result<Self, Problem> {
        let mut out = Self { limit: DEFAULT_LIMIT, ..Self::default() };
        let mut cursor = None;
        for (name, value) in url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
            let value = value.trim().to_owned();
            if page && value.is_empty() {
                continue;
            }
            if out.given.iter().any(|(given, _)| *given == name) {
                return Err(invalid(&name, "is given twice: give it once"));
            }
            if name == "cursor" {
                cursor = Some(value);
                continue;
            }
            out.take(&name, &value)?;
            out.given.push((name.into_owned(), value));
        }
        if let Some(cursor) = cursor {
            let wrong = || Problem::new(Code::InvalidCursor, "the cursor belongs to another list: begin without it");
            out.offset = given::read_cursor(&out.given, &cursor).ok_or_else(|| wrong().at("cursor"))?;
        }
        Ok(out)
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        let filter = &mut self.filter;
        match name {
            "gap" => filter.gap = Some(gap(value)?),
            "flag" => filter.flag = Some(FlagCode::parse(value).ok_or_else(|| invalid(name, "takes F1 to F10"))?),
            "point" => filter.point = Some(Point::parse(value).ok_or_else(|| invalid(name, "takes P1 to P11"))?),
            "agency" => filter.agency = Some(fold(value)),
            "field" => filter.field = Some(fold(value)),
            "cause" => {
                let takes = "takes law, data, software, organisation or equipment";
                filter.cause = Some(Cause::parse(value).ok_or_else(|| invalid(name, takes))?);
            }
            "owner" => filter.owner = Some(value.to_owned()),
            "overdue" => filter.overdue = flag(name, value)?,
            "high_volume" => filter.high_volume = flag(name, value)?,
            "sort" => {
                self.sort = match value {
                    "stake" => Sort::Stake,
                    "age" => Sort::Age,
                    "due" => Sort::Due,
                    "code" => Sort::Code,
                    _ => return Err(invalid(name, "takes stake, age, due or code")),
                };
            }
            "limit" => self.limit = number(name, value, 1, MAX_LIMIT)?,
            "format" => {
                self.csv = match value {
                    "csv" => true,
                    "json" => false,
                    _ => return Err(invalid(name, "takes json or csv")),
                };
            }
            _ => return Err(unknown(name)),
        }
        Ok(())
    }

    /// The cursor of the page after this one.
    #[must_use]
    pub fn next_cursor(&self, total: usize) -> Option<String> {
        given::next_cursor(&self.given, self.offset + self.limit, total)
    }
}

/// Compares a name with a wanted one that is already without marks and case.
#[must_use]
pub fn same(name: &str, wanted: &str) -> bool {
    fold(name) == wanted
}

/// Owners are names of people: without signing in nobody may look for one.
///
/// # Errors
/// 401 then.
pub fn check_owner(parameters: &GapParameters, signed_in: bool) -> Result<(), Problem> {
    match parameters.filter.owner.as_deref() {
        None | Some("none") => Ok(()),
        Some(_) if signed_in => Ok(()),
        Some(_) => Err(Problem::new(Code::NotSignedIn, "sign in to look for somebody's flags").at("owner")),
    }
}

/// Reads the board with what search knows of each procedure.
///
/// # Errors
/// When the database fails.
pub async fn read_board(state: &AppState) -> Result<Board, Problem> {
    let snapshot = state.engine.snapshot();
    let known = |code: &str| {
        let shown = &snapshot.names.doc(*snapshot.names.by_code.get(code)?).shown;
        Some(Known {
            name: shown.name.clone(),
            fields: shown.fields.clone(),
            agency: shown.issuer.clone(),
            agencies: shown.agencies.clone(),
        })
    };
    let mut tx = state.db.read().await?;
    Board::read(&mut tx, state.clock.now(), known).await.map_err(problem)
}

/// Procedures that are not end to end: why, whose, what is at stake.
///
/// `total` counts procedures with a gap under the filter. `totals` counts every public procedure within the asked
/// agency and field once: verified + dormant + internal + gaps = procedures.
///
/// # Errors
/// 422 naming the parameter.
#[utoipa::path(get, path = "/api/v1/gaps", tag = "assessment",
    params(
        ("gap" = Option<String>, Query, description = "not_online, partial_no_reason, partial_temporary, partial_legal, full_no_use, full_pay_gap, full_result_gap, full_step_gap or unknown_evidence"),
        ("flag" = Option<String>, Query, description = "An open flag, F1 to F10"),
        ("point" = Option<String>, Query, description = "A point that is `no`, P1 to P11"),
        ("agency" = Option<String>, Query, description = "Promulgating or handling agency"),
        ("field" = Option<String>, Query, description = "Field (lĩnh vực)"),
        ("cause" = Option<String>, Query, description = "law, data, software, organisation or equipment"),
        ("owner" = Option<String>, Query, description = "Login of who answers for an open flag; `none` for nobody"),
        ("overdue" = Option<bool>, Query, description = "A flag's day has passed"),
        ("high_volume" = Option<bool>, Query, description = "Only the procedures that make most dossiers"),
        ("sort" = Option<String>, Query, description = "stake (default), age, due or code"),
        ("limit" = Option<u16>, Query, description = "Items a page, 1 to 200", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("format" = Option<String>, Query, description = "json (default), or csv: every row at once"),
    ),
    responses(
        (status = 200, description = "procedures with a gap", body = GapList),
        (status = 422, description = "a parameter is wrong", body = Problem),
    ))]
pub async fn gaps(
    State(state): State<AppState>,
    visitor: Visitor,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let signed_in = visitor.actor.is_some();
    let mut parameters = GapParameters::read(raw.as_deref(), false)?;
    let accepts = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    check_owner(&parameters, signed_in)?;
    parameters.csv |= accepts.starts_with("text/csv");
    let board = read_board(&state).await?;
    let selected = board.select(&parameters.filter, parameters.sort, &same);
    if parameters.csv {
        return Ok(as_csv(&selected, &board));
    }
    let page = selected.iter().skip(parameters.offset).take(parameters.limit);
    Ok(Json(GapList {
        items: page.map(|entry| GapItem::of(entry, &board, signed_in)).collect(),
        total: selected.len(),
        totals: board.totals(&parameters.filter, &same),
        next_cursor: parameters.next_cursor(selected.len()),
        hours_per_point: board.hours_per_point,
        hours_source: board.hours_source.clone(),
    })
    .into_response())
}

fn as_csv(entries: &[&Entry], board: &Board) -> Response {
    // A byte-order mark, so that spreadsheets read it as UTF-8.
    let mut writer = csv::Writer::from_writer(vec![0xef, 0xbb, 0xbf]);
    let headings = [
        "code",
        "name",
        "field",
        "agency",
        "level",
        "gap",
        "failing",
        "flags",
        "cause",
        "due_date",
        "dossiers",
        "dossiers_kind",
        "dossiers_source",
        "hours_estimate",
        "overdue",
    ];
    // Writing to memory cannot fail.
    let _ = writer.write_record(headings);
    for entry in entries {
        let item = GapItem::of(entry, board, false);
        let flags: Vec<&str> = item.flags.iter().map(|f| f.code.as_str()).collect();
        let first = |of: &dyn Fn(&FlagView) -> Option<String>| item.flags.iter().find_map(of).unwrap_or_default();
        let volume = item.volume.as_ref();
        let row = [
            item.code.clone(),
            item.name.clone(),
            item.field.clone().unwrap_or_default(),
            item.agency.clone().unwrap_or_default(),
            item.level.clone(),
            item.gap.code().to_owned(),
            item.failing.join(" "),
            flags.join(" "),
            first(&|f| f.cause.clone()),
            first(&|f| f.due_date.clone()),
            volume.map(|v| v.dossiers.to_string()).unwrap_or_default(),
            volume.map(|v| v.kind.clone()).unwrap_or_default(),
            volume.map(|v| format!("{} ({})", v.source, v.until)).unwrap_or_default(),
            item.hours.map(|h| format!("{h:.0}")).unwrap_or_default(),
            item.overdue.to_string(),
        ];
        let _ = writer.write_record(row.map(|cell| harmless(&cell)));
    }
    let body = writer.into_inner().unwrap_or_default();
    let disposition = "attachment; filename=\"chua-toan-trinh.csv\"";
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, disposition)], body)
        .into_response()
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe.
fn harmless(cell: &str) -> String {
    if would_run(cell) { format!("'{cell}") } else { cell.to_owned() }
}
