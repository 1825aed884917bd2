//! The board as a workbook whose rates and sums are formulas, so that a reader can check them.

use axum::response::Response;
use jiff::Timestamp;

use super::words;
use crate::board::document::{Document, FigureEntry, UnitEntry};
use crate::board::model::{Counted, Unit};
use crate::initiative::cost::Method;
use crate::platform::problem::Problem;
use crate::web::attachment::{XLSX, attachment};
use crate::web::workbook::{Cell, Sheet, write_made_at};

/// The workbook of a document, the same bytes for the same document.
pub fn workbook(document: &Document) -> Result<Response, Problem> {
    let made: Timestamp = document.at.parse().map_err(|error: jiff::Error| Problem::internal(&error))?;
    let sheets = [figures(document), units(document), measures(document)];
    let bytes = write_made_at(&sheets, made).map_err(|error| Problem::internal(&error))?;
    Ok(attachment(XLSX, &format!("bang-lanh-dao-{}.xlsx", document.period), bytes))
}

/// Figures: the value is a formula over part and whole.
fn figures(document: &Document) -> Sheet {
    let row = |(figure, line): (&FigureEntry, usize)| {
        let counted = figure.part.zip(figure.whole).map(|(part, whole)| Counted::new(part, whole));
        let value = match (counted, figure.unit) {
            (None, _) => Cell::text(words::NO_DATA),
            (Some(counted), Unit::Share) => share('C', 'D', line, counted),
            (Some(counted), Unit::WorkingDays) => {
                let result = result(counted.in_steps(100), 100.0);
                Cell::Formula(format!("=IF(D{line}=0,\"n = 0\",ROUND(C{line}/D{line},2))"), result)
            }
            (Some(counted), Unit::Minutes | Unit::Dong) => Cell::Formula(format!("=C{line}"), counted.part.to_string()),
        };
        let unit = match figure.unit {
            Unit::Share => "%",
            Unit::WorkingDays => "ngày làm việc",
            Unit::Minutes => "phút",
            Unit::Dong => "đồng một năm",
        };
        let target = figure.target.as_ref();
        vec![
            Cell::text(figure.law.clone()),
            Cell::text(figure.name.clone()),
            Cell::whole(figure.part),
            Cell::whole(figure.whole),
            value,
            Cell::text(unit),
            target.map_or(Cell::Empty, |target| Cell::Share(hundredths(target.value))),
            Cell::text(target.map(|target| target.source.clone()).unwrap_or_default()),
            Cell::text(figure.formula.clone()),
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
        rows: document.figures.iter().zip(2..).map(row).collect(),
        input: false,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "hundredths of a percent that came from whole ones")]
fn hundredths(percent: f64) -> i64 {
    (percent * 100.0).round() as i64
}

/// Units with a last row that sums them.
fn units(document: &Document) -> Sheet {
    let row = |(unit, line): (&UnitEntry, usize)| {
        vec![
            Cell::text(unit.name.clone()),
            Cell::Whole(unit.online.part),
            Cell::Whole(unit.online.whole),
            share('B', 'C', line, unit.online),
            Cell::Whole(unit.on_time.part),
            Cell::Whole(unit.on_time.whole),
            share('E', 'F', line, unit.on_time),
        ]
    };
    let mut rows: Vec<Vec<Cell>> = document.units.iter().zip(2..).map(row).collect();
    if !rows.is_empty() {
        let (last, line) = (rows.len() + 1, rows.len() + 2);
        let (mut online, mut on_time) = (Counted::default(), Counted::default());
        for unit in &document.units {
            online.join(unit.online);
            on_time.join(unit.on_time);
        }
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
    let result = result(counted.in_steps(10_000), 10_000.0);
    Cell::ShareFormula(format!("=IF({whole}{line}=0,\"n = 0\",ROUND({part}{line}/{whole}{line},4))"), result)
}

/// What a formula comes to.
#[expect(clippy::cast_precision_loss, reason = "spreadsheets hold numbers as doubles")]
fn result(steps: Option<i64>, unit: f64) -> String {
    steps.map_or_else(|| "n = 0".to_owned(), |steps| (steps as f64 / unit).to_string())
}

/// Measures, each method with a sum of its own.
fn measures(document: &Document) -> Sheet {
    let row = |line: &crate::board::document::MeasureEntry| {
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
    let mut rows: Vec<Vec<Cell>> = document.measures.iter().map(row).collect();
    let last = rows.len() + 1;
    for method in Method::ALL.into_iter().filter(|_| last > 1) {
        let of = || document.measures.iter().filter(|line| line.method == Some(method));
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
