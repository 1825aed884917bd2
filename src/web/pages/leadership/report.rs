//! The report of a period: to print in the layout of an official report, and as a workbook whose rates are formulas.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{blocks, words};
use crate::assessment::board::Filter;
use crate::board::figure::FigureCode;
use crate::board::model::{Counted, Unit};
use crate::board::months;
use crate::board::picture::{Figure, Picture, UnitLine};
use crate::initiative::cost::Method;
use crate::platform::problem::Problem;
use crate::web::api::board::{period as asked_period, picture};
use crate::web::api::gaps::{read_board, same};
use crate::web::attachment::{XLSX, attachment};
use crate::web::format::{moment_vi, number_vi};
use crate::web::listing::Listing;
use crate::web::pages::{frame, message, render};
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::Visitor;
use crate::web::workbook::{Cell, Sheet, write};

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
pub async fn workbook(State(state): State<AppState>, RawQuery(raw): RawQuery) -> Result<Response, Problem> {
    let picture = asked(&state, raw.as_deref()).await?;
    let sheets = [figures(&picture), units(&picture), measures(&picture)];
    let bytes = write(&sheets).map_err(|error| Problem::internal(&error))?;
    let name = format!("bang-lanh-dao-{}.xlsx", picture.period.word());
    Ok(attachment(XLSX, &name, bytes))
}

/// Figures: the value is a formula over part and whole, so that a reader can check it.
fn figures(picture: &Picture) -> Sheet {
    let row = |(figure, line): (&Figure, usize)| {
        let value = match (figure.counted, figure.code.unit()) {
            (None, _) => Cell::text(words::NO_DATA),
            (Some(counted), Unit::Share) => share('C', 'D', line, counted),
            (Some(counted), Unit::WorkingDays) => {
                let result = natural(counted.in_steps(100), 100.0);
                Cell::Formula(format!("=IF(D{line}=0,\"n = 0\",ROUND(C{line}/D{line},2))"), result)
            }
            (Some(counted), Unit::Minutes | Unit::Dong) => Cell::Formula(format!("=C{line}"), counted.part.to_string()),
        };
        let unit = match figure.code.unit() {
            Unit::Share => "%",
            Unit::WorkingDays => "ngày làm việc",
            Unit::Minutes => "phút",
            Unit::Dong => "đồng một năm",
        };
        vec![
            Cell::text(figure.code.law()),
            Cell::text(figure.code.name()),
            Cell::whole(figure.counted.map(|counted| counted.part)),
            Cell::whole(figure.counted.map(|counted| counted.whole)),
            value,
            Cell::text(unit),
            figure.target.as_ref().map_or(Cell::Empty, |target| Cell::Share(target.value)),
            Cell::text(figure.target.as_ref().map(|target| target.source.clone()).unwrap_or_default()),
            Cell::text(figure.code.formula()),
        ]
    };
    Sheet {
        name: "Chỉ số",
        columns: vec![
            ("Điều khoản", 22),
            ("Chỉ số", 34),
            ("Tử số", 14),
            ("Mẫu số", 14),
            ("Giá trị", 12),
            ("Đơn vị đo", 14),
            ("Mục tiêu", 10),
            ("Nguồn mục tiêu", 40),
            ("Công thức", 60),
        ],
        rows: picture.figures.iter().zip(2..).map(row).collect(),
        input: false,
    }
}

/// Units with a last row that sums them.
fn units(picture: &Picture) -> Sheet {
    let counts =
        |unit: &UnitLine| [FigureCode::OnlineDossiers, FigureCode::OnTime].map(|figure| unit.channels.count(figure));
    let row = |(unit, line): (&UnitLine, usize)| {
        let [online, on_time] = counts(unit);
        vec![
            Cell::text(picture.unit_name(&unit.code)),
            Cell::Whole(online.part),
            Cell::Whole(online.whole),
            share('B', 'C', line, online),
            Cell::Whole(on_time.part),
            Cell::Whole(on_time.whole),
            share('E', 'F', line, on_time),
        ]
    };
    let mut rows: Vec<Vec<Cell>> = picture.units.iter().zip(2..).map(row).collect();
    if !rows.is_empty() {
        let (last, line) = (rows.len() + 1, rows.len() + 2);
        let mut all = [Counted::default(); 2];
        for unit in &picture.units {
            for (sum, counted) in all.iter_mut().zip(counts(unit)) {
                sum.join(counted);
            }
        }
        let [online, on_time] = all;
        let sum = |column: char, n: i64| Cell::Formula(format!("=SUM({column}2:{column}{last})"), n.to_string());
        rows.push(vec![
            Cell::text("Cộng"),
            sum('B', online.part),
            sum('C', online.whole),
            share('B', 'C', line, online),
            sum('E', on_time.part),
            sum('F', on_time.whole),
            share('E', 'F', line, on_time),
        ]);
    }
    Sheet {
        name: "Đơn vị",
        columns: vec![
            ("Đơn vị", 44),
            ("Hồ sơ trực tuyến", 14),
            ("Hồ sơ tiếp nhận", 14),
            ("Tỷ lệ trực tuyến", 14),
            ("Xong đúng hạn", 14),
            ("Đến hạn", 14),
            ("Tỷ lệ đúng hạn", 14),
        ],
        rows,
        input: false,
    }
}

fn share(part: char, whole: char, line: usize, counted: Counted) -> Cell {
    let result = natural(counted.in_steps(10_000), 10_000.0);
    Cell::ShareFormula(format!("=IF({whole}{line}=0,\"n = 0\",ROUND({part}{line}/{whole}{line},4))"), result)
}

/// What a formula comes to.
#[expect(clippy::cast_precision_loss, reason = "spreadsheets hold numbers as doubles")]
fn natural(steps: Option<i64>, unit: f64) -> String {
    steps.map_or_else(|| "n = 0".to_owned(), |steps| (steps as f64 / unit).to_string())
}

/// Measures, each method with a sum of its own.
fn measures(picture: &Picture) -> Sheet {
    let row = |line: &crate::board::gain::Line| {
        vec![
            Cell::text(line.number.clone()),
            Cell::Whole(line.position),
            Cell::text(line.title.clone()),
            Cell::text(line.organisation.clone().unwrap_or_default()),
            Cell::text(line.state.clone()),
            Cell::text(line.method.map_or("", Method::name)),
            Cell::whole(line.promised),
            Cell::whole(line.measured),
        ]
    };
    let mut rows: Vec<Vec<Cell>> = picture.portfolio.lines.iter().map(row).collect();
    let last = rows.len() + 1;
    for method in Method::ALL.into_iter().filter(|_| last > 1) {
        let of = || picture.portfolio.lines.iter().filter(|line| line.method == Some(method));
        let sum = |column: char, n: i64| {
            let text = format!("=SUMIF(F2:F{last},\"{}\",{column}2:{column}{last})", method.name());
            Cell::Formula(text, n.to_string())
        };
        let mut row = vec![Cell::Empty; 5];
        row[0] = Cell::text("Cộng");
        row.push(Cell::text(method.name()));
        row.push(sum('G', of().filter_map(|line| line.promised).sum()));
        row.push(sum('H', of().filter_map(|line| line.measured).sum()));
        rows.push(row);
    }
    Sheet {
        name: "Sáng kiến",
        columns: vec![
            ("Số", 16),
            ("Biện pháp", 10),
            ("Tên", 60),
            ("Cơ quan", 34),
            ("Trạng thái", 24),
            ("Phương pháp", 40),
            ("Dự kiến, đồng/năm", 20),
            ("Đo được, đồng/năm", 20),
        ],
        rows,
        input: false,
    }
}
