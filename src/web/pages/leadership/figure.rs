//! `/lanh-dao/so-lieu/{figure}`: a figure, how it is computed, and the rows behind it down to single days.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::blocks::{self, Incident, SavingLine};
use super::trend::{self, Trend};
use super::words;
use crate::board::breakdown::By;
use crate::board::figure::{Base, FigureCode};
use crate::board::model::{Counted, Unit};
use crate::board::months;
use crate::board::picture::{Figure, Picture};
use crate::platform::problem::{Code, Problem};
use crate::web::api::board::{OPENED, Opened, picture};
use crate::web::api::board_views::RowView;
use crate::web::format::number_vi;
use crate::web::given;
use crate::web::listing::Listing;
use crate::web::pages::{frame, message, render};
use crate::web::state::AppState;
use crate::web::views::{Frame, Link};
use crate::web::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "leadership_figure.html")]
struct FigurePage {
    frame: Frame,
    name: &'static str,
    law: &'static str,
    period: String,
    back: String,
    value: String,
    n: String,
    change: Option<(String, bool)>,
    target: Option<String>,
    source: Option<String>,
    trend: Trend,
    formula: &'static str,
    left_out: &'static str,
    freshness: String,
    narrowed: Vec<Link>,
    other: Option<Link>,
    by: &'static str,
    rows: Vec<Line>,
    total: Option<(String, String, String)>,
    compared: bool,
    csv: String,
    incidents: Vec<Incident>,
    savings: Vec<SavingLine>,
    changed: Vec<(String, String, &'static str)>,
    more: Option<Link>,
}

/// A row of the figure.
#[derive(Debug)]
struct Line {
    name: String,
    code: String,
    url: String,
    part: String,
    whole: String,
    value: String,
    effect: String,
}

/// The page of a figure.
pub async fn page(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(figure): Path<String>,
    RawQuery(raw): RawQuery,
) -> Response {
    match build(&state, &visitor, &figure, raw.as_deref()).await {
        Ok(page) => render(StatusCode::OK, &page),
        Err(problem) => message::of(&state, &visitor, &problem, ""),
    }
}

async fn build(state: &AppState, visitor: &Visitor, figure: &str, raw: Option<&str>) -> Result<FigurePage, Problem> {
    let listing = Listing::read(raw, &OPENED, true)?;
    let asked = Opened::read(figure, &listing, state)?;
    let picture = picture(state, asked.period).await?;
    let missing = || Problem::new(Code::NoFigures, "the board has no such figure").at("figure");
    let of = picture.figure(asked.figure).ok_or_else(missing)?;
    let mut page = head(state, visitor, &picture, of);
    match asked.figure.base() {
        Base::Dossiers(..) => rows(state, &asked, &picture, &mut page).await?,
        Base::Verdicts => page.changed = changed(state, &picture, asked.figure),
        Base::Incidents => page.incidents = blocks::incidents(&picture),
        Base::Measurements => page.savings = blocks::savings(&picture, usize::MAX),
        Base::Both | Base::Index766 | Base::Nothing => {}
    }
    page.more = more(asked.figure, asked.period.word());
    Ok(page)
}

fn head(state: &AppState, visitor: &Visitor, picture: &Picture, of: &Figure) -> FigurePage {
    let code = of.code;
    let title = format!("{}, {}", code.name(), months::words(picture.period));
    FigurePage {
        frame: frame(state, visitor, false),
        name: code.name(),
        law: code.law(),
        period: months::words(picture.period),
        back: format!("/lanh-dao?period={}", picture.period.word()),
        value: words::of(of),
        n: of
            .counted
            .map(|counted| format!("{} trên {}", number_vi(counted.part), number_vi(counted.whole)))
            .unwrap_or_default(),
        change: words::change(of, months::before(picture.period)),
        target: words::target(of),
        source: of.target.as_ref().map(|target| target.source.clone()),
        trend: trend::of(&title, &[of]),
        formula: code.formula(),
        left_out: code.left_out(),
        freshness: blocks::freshness(picture),
        narrowed: Vec::new(),
        other: None,
        by: "",
        rows: Vec::new(),
        total: None,
        compared: false,
        csv: String::new(),
        incidents: Vec::new(),
        savings: Vec::new(),
        changed: Vec::new(),
        more: None,
    }
}

/// Where else the rows of a figure are.
fn more(figure: FigureCode, period: String) -> Option<Link> {
    let (label, url) = match figure.base() {
        Base::Both => ("Các dòng của hồ sơ trực tuyến", format!("/lanh-dao/so-lieu/online_dossiers?period={period}")),
        Base::Verdicts => ("Bảng thủ tục chưa toàn trình", "/lanh-dao/chua-toan-trinh".to_owned()),
        Base::Incidents => ("Tình trạng các dịch vụ", "/tinh-trang".to_owned()),
        Base::Measurements => ("Sổ sáng kiến", "/sang-kien".to_owned()),
        _ => return None,
    };
    Some(Link { label: label.to_owned(), url })
}

/// The rows of a figure of dossiers, and the ways to narrow it.
async fn rows(state: &AppState, asked: &Opened, picture: &Picture, page: &mut FigurePage) -> Result<(), Problem> {
    let mut opened = asked.open(state).await?;
    if asked.by != By::Day {
        // What moved the figure most stands first, whichever way; without a period before what is largest.
        let weight = |row: &RowView| (row.effect.map_or(0.0, f64::abs), row.whole);
        opened.rows.sort_by(|a, b| {
            let ((effect_a, whole_a), (effect_b, whole_b)) = (weight(a), weight(b));
            effect_b.total_cmp(&effect_a).then(whole_b.cmp(&whole_a)).then(a.key.cmp(&b.key))
        });
    }
    page.compared = opened.before.is_some();
    page.by = match asked.by {
        By::Unit => "Đơn vị",
        By::Procedure => "Thủ tục",
        By::Day => "Ngày",
    };
    let unit = asked.figure.unit();
    let total = Counted::new(opened.part, opened.whole);
    page.total = Some((number_vi(opened.part), number_vi(opened.whole), words::counted(unit, Some(total))));
    page.rows = opened.rows.iter().map(|row| line(asked, row)).collect();
    let address = |by: By, unit: &str, procedure: &str| address(asked, by, unit, procedure);
    page.csv = address(asked.by, &asked.unit, &asked.procedure).replacen("/lanh-dao/so-lieu/", "/api/v1/board/", 1)
        + "&format=csv";
    if !asked.unit.is_empty() {
        let label = picture.unit_name(&asked.unit);
        let by = if asked.procedure.is_empty() { By::Unit } else { By::Unit };
        page.narrowed.push(Link { label, url: address(by, "", &asked.procedure) });
    }
    if !asked.procedure.is_empty() {
        let snapshot = state.engine.snapshot();
        let at = snapshot.names.by_code.get(&asked.procedure);
        let label = at.map_or_else(|| asked.procedure.clone(), |at| snapshot.names.doc(*at).shown.name.clone());
        page.narrowed.push(Link { label, url: address(By::Procedure, &asked.unit, "") });
    }
    if asked.unit.is_empty() && asked.procedure.is_empty() {
        let (label, by) = if asked.by == By::Unit {
            ("Xem theo thủ tục", By::Procedure)
        } else {
            ("Xem theo đơn vị", By::Unit)
        };
        page.other = Some(Link { label: label.to_owned(), url: address(by, "", "") });
    }
    Ok(())
}

fn address(asked: &Opened, by: By, unit: &str, procedure: &str) -> String {
    let mut given = vec![("period".to_owned(), asked.period.word()), ("by".to_owned(), by.code().to_owned())];
    for (name, value) in [("unit", unit), ("procedure", procedure)] {
        if !value.is_empty() {
            given.push((name.to_owned(), value.to_owned()));
        }
    }
    given::address(&format!("/lanh-dao/so-lieu/{}", asked.figure.code()), &given, "", None)
}

fn line(asked: &Opened, row: &RowView) -> Line {
    let unit = asked.figure.unit();
    let url = match asked.by {
        By::Unit if asked.procedure.is_empty() => address(asked, By::Procedure, &row.key, ""),
        By::Unit => address(asked, By::Day, &row.key, &asked.procedure),
        By::Procedure if asked.unit.is_empty() => address(asked, By::Unit, "", &row.key),
        By::Procedure => address(asked, By::Day, &asked.unit, &row.key),
        By::Day => String::new(),
    };
    let shown = match row.value {
        Some(_) => words::counted(unit, Some(Counted::new(row.part, row.whole))),
        None if row.whole == 0 => "n = 0".to_owned(),
        None => "quá ít để nói".to_owned(),
    };
    #[expect(clippy::cast_possible_truncation, reason = "hundredths of a point that came from whole ones")]
    let effect = row.effect.map(|effect| blocks::signed((effect * 100.0).round() as i64)).unwrap_or_default();
    Line {
        name: if asked.by == By::Day { words::day_vi(&row.key) } else { row.name.clone() },
        code: if asked.by == By::Procedure { row.key.clone() } else { String::new() },
        url,
        part: number_vi(row.part),
        whole: number_vi(row.whole),
        value: shown,
        effect: if unit == Unit::Share { effect } else { String::new() },
    }
}

/// Procedures that came to count or no longer do, since the period before.
fn changed(state: &AppState, picture: &Picture, figure: FigureCode) -> Vec<(String, String, &'static str)> {
    let Some(before) = months::before(picture.period) else { return Vec::new() };
    let now = picture.at.as_millisecond();
    let (from, to) = (months::end(before.last()).min(now), months::end(picture.period.last()).min(now));
    let snapshot = state.engine.snapshot();
    let name = |code: &str| {
        let at = snapshot.names.by_code.get(code);
        at.map_or_else(|| code.to_owned(), |at| snapshot.names.doc(*at).shown.name.clone())
    };
    let one = |(code, _, now): (&str, bool, bool)| {
        (code.to_owned(), name(code), if now { "mới đạt" } else { "không còn đạt" })
    };
    picture.history.changed(figure, from, to).into_iter().map(one).collect()
}
