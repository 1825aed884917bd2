//! `/lanh-dao`: six figures, then what blocks, where it fell, who is late, what was gained.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::blocks::{self, Cell, Incident, LateLine, SavingLine, UnitRow};
use super::trend::{self, Trend};
use super::words;
use crate::assessment::board::{Board, Filter};
use crate::assessment::flag::FlagCode;
use crate::assessment::model::Point;
use crate::board::figure::FigureCode;
use crate::board::months;
use crate::board::picture::{Figure, Picture};
use crate::board::what_if::what_if;
use crate::monitor::index766::period::Period;
use crate::platform::problem::Problem;
use crate::web::api::board::{period as asked_period, picture};
use crate::web::api::gaps::{read_board, same};
use crate::web::format::{moment_vi, number_vi};
use crate::web::listing::Listing;
use crate::web::pages::{frame, message, render};
use crate::web::parameters::invalid;
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "leadership.html")]
struct LeadershipPage {
    frame: Frame,
    period: String,
    period_word: String,
    periods: Vec<(String, String, bool)>,
    at: String,
    key: Vec<KeyFigure>,
    legal: Vec<LegalLine>,
    fall: blocks::Fall,
    trend: Trend,
    blockers: blocks::Blockers,
    units: Vec<UnitRow>,
    heat_points: Vec<(&'static str, &'static str)>,
    heat: Vec<(String, String, String, Vec<Cell>)>,
    gain: blocks::Gain,
    savings: Vec<SavingLine>,
    overdue: Vec<LateLine>,
    late: Vec<LateLine>,
    incidents: Vec<Incident>,
    outages: String,
    levels: Vec<(String, String)>,
    contradictions: Vec<(&'static str, &'static str, String)>,
    what_if: WhatIf,
    freshness: String,
}

/// One of the six.
#[derive(Debug)]
struct KeyFigure {
    name: &'static str,
    value: String,
    change: Option<(String, bool)>,
    target: Option<String>,
    sentence: String,
    url: String,
}

/// A line of NĐ 224/2026 Đ19.
#[derive(Debug)]
struct LegalLine {
    law: &'static str,
    name: &'static str,
    value: String,
    n: String,
    change: String,
    target: String,
    formula: &'static str,
    url: String,
}

/// The question what if.
#[derive(Debug)]
struct WhatIf {
    choices: Vec<(&'static str, &'static str, String, bool)>,
    answer: Option<String>,
    codes: Vec<(String, String)>,
}

/// The page of a period.
pub async fn page(State(state): State<AppState>, visitor: Visitor, RawQuery(raw): RawQuery) -> Response {
    match build(&state, &visitor, raw.as_deref().unwrap_or_default()).await {
        Ok(page) => render(StatusCode::OK, &page),
        Err(problem) => message::of(&state, &visitor, &problem, ""),
    }
}

async fn build(state: &AppState, visitor: &Visitor, raw: &str) -> Result<LeadershipPage, Problem> {
    let (gone, rest) = without(raw)?;
    let listing = Listing::read(Some(&rest), &["period"], true)?;
    let period = asked_period(&listing, state)?;
    let picture = picture(state, period).await?;
    let board = read_board(state).await?;
    let totals = board.totals(&Filter::default(), &same);
    let find = |code| picture.figure(code);
    let fall = blocks::fall(state, &picture).await?;
    let lines: Vec<&Figure> = [FigureCode::OnlineDossiers, FigureCode::OnTime].into_iter().filter_map(find).collect();
    let (overdue, late) = blocks::late(&picture);
    Ok(LeadershipPage {
        frame: frame(state, visitor, false),
        period: months::words(period),
        period_word: period.word(),
        periods: periods(state, period),
        at: moment_vi(picture.at.as_millisecond()),
        key: FigureCode::KEY.into_iter().filter_map(find).map(|figure| key_figure(figure, &picture)).collect(),
        legal: picture
            .figures
            .iter()
            .filter(|figure| !figure.code.law().is_empty())
            .map(|f| legal(f, period))
            .collect(),
        trend: trend::of(&fall.title, &lines),
        fall,
        blockers: blocks::blockers(&totals, &board),
        units: blocks::units(&picture),
        heat_points: Point::ALL[..Point::DECIDING].iter().map(|point| (point.code(), point.name())).collect(),
        heat: blocks::heat(&board),
        gain: blocks::gain(&picture),
        savings: blocks::savings(&picture, 10),
        overdue,
        late,
        incidents: blocks::incidents(&picture),
        outages: find(FigureCode::Outages).map(words::of).unwrap_or_default(),
        levels: blocks::levels(&picture),
        contradictions: contradictions(&totals.by_flag),
        what_if: what(&board, &gone),
        freshness: blocks::freshness(&picture),
    })
}

/// Points that are taken away in the question, and the rest of the address.
fn without(raw: &str) -> Result<(Vec<Point>, String), Problem> {
    let mut gone = Vec::new();
    let mut rest = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(raw.as_bytes()) {
        if name == "without" {
            let point = Point::parse(&value).filter(|point| point.index() < Point::DECIDING);
            gone.push(point.ok_or_else(|| invalid("without", "takes points from P1 to P11"))?);
        } else {
            rest.append_pair(&name, &value);
        }
    }
    Ok((gone, rest.finish()))
}

/// Periods to choose from: the last twelve months, four quarters and two years that are over.
fn periods(state: &AppState, chosen: Period) -> Vec<(String, String, bool)> {
    let month = months::last_full(state.clock.now());
    let quarter = Period::quarter(month.last().year(), (month.last().month() + 2) / 3);
    let quarter = quarter.filter(|quarter| quarter.last() <= month.last()).or_else(|| months::before(quarter?));
    let year = Period::year(month.last().year()).filter(|year| year.last() <= month.last());
    let year = year.or_else(|| Period::year(month.last().year() - 1));
    let back = |first: Option<Period>, n: usize| std::iter::successors(first, |period| months::before(*period)).take(n);
    let mut all: Vec<Period> = back(Some(month), 12).chain(back(quarter, 4)).chain(back(year, 2)).collect();
    if !all.contains(&chosen) {
        all.push(chosen);
    }
    all.into_iter().map(|period| (period.word(), months::words(period), period == chosen)).collect()
}

fn key_figure(figure: &Figure, picture: &Picture) -> KeyFigure {
    let claimed = picture.figure(FigureCode::Claimed).and_then(|claimed| claimed.counted);
    KeyFigure {
        name: figure.code.name(),
        value: words::of(figure),
        change: words::change(figure, months::before(picture.period)),
        target: words::target(figure),
        sentence: words::sentence(figure, claimed),
        url: crate::web::api::board::rows_address(figure.code, picture.period),
    }
}

fn legal(figure: &Figure, period: Period) -> LegalLine {
    LegalLine {
        law: figure.code.law().trim_start_matches("NĐ 224/2026 "),
        name: figure.code.name(),
        value: words::of(figure),
        n: figure.counted.map(|counted| number_vi(counted.whole)).unwrap_or_default(),
        change: words::change(figure, months::before(period)).map(|(words, _)| words).unwrap_or_default(),
        target: words::target(figure).unwrap_or_default(),
        formula: figure.code.formula(),
        url: crate::web::api::board::rows_address(figure.code, period),
    }
}

/// Signals that disagree (D-05).
fn contradictions(by_flag: &std::collections::BTreeMap<String, u64>) -> Vec<(&'static str, &'static str, String)> {
    let flags = [FlagCode::F1, FlagCode::F2, FlagCode::F4, FlagCode::F5, FlagCode::F7, FlagCode::F8];
    let count = |flag: FlagCode| {
        let n = by_flag.get(flag.code()).copied().filter(|n| *n > 0)?;
        Some((flag.code(), flag.name(), number_vi(i64::try_from(n).unwrap_or(i64::MAX))))
    };
    flags.into_iter().filter_map(count).collect()
}

fn what(board: &Board, gone: &[Point]) -> WhatIf {
    let totals = board.totals(&Filter::default(), &same);
    let choice = |point: &Point| {
        let n = totals.by_point.get(point.code()).copied().unwrap_or(0);
        (point.code(), point.name(), number_vi(i64::try_from(n).unwrap_or(i64::MAX)), gone.contains(point))
    };
    let choices = Point::ALL[..Point::DECIDING].iter().map(choice).collect();
    if gone.is_empty() {
        return WhatIf { choices, answer: None, codes: Vec::new() };
    }
    let found = what_if(&board.entries, gone);
    let share = |counted: crate::board::model::Counted| words::counted(crate::board::model::Unit::Share, Some(counted));
    let answer = format!(
        "Từ {} ({} thủ tục) lên {} ({} thủ tục): thêm {} thủ tục đủ mọi điểm, khoảng {} hồ sơ một năm. Thủ tục còn điểm chưa rõ chưa được tính.",
        share(found.now),
        number_vi(found.now.part),
        share(found.then),
        number_vi(found.then.part),
        number_vi(found.then.part - found.now.part),
        number_vi(found.dossiers)
    );
    let name = |code: &String| {
        let entry = board.entries.iter().find(|entry| entry.code == *code);
        (code.clone(), entry.map(|entry| entry.known.name.clone()).unwrap_or_default())
    };
    WhatIf { choices, answer: Some(answer), codes: found.codes.iter().take(10).map(name).collect() }
}
