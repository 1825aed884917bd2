//! Rows of an uploaded table as figures, and what is wrong with each, by line and column.

use super::model::{Draft, Item, Line, Place};
use super::number;
use super::period::{Length, Period};
use super::refusal::{Reason, Refused};
use super::table::{self, Cell, Row, Unreadable};
use crate::monitor::model::State;

/// A column that is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Period,
    Subject,
    Metric,
    Value,
    Unit,
    Note,
}

impl Column {
    /// What a heading stands for.
    fn read(heading: &str) -> Option<Self> {
        Some(match heading.to_lowercase().as_str() {
            "kỳ" | "ky" | "thời gian" | "ngày" | "tháng" | "quý" | "năm" | "period" => Self::Period,
            "đối tượng" | "doi tuong" | "đơn vị" | "don vi" | "subject" => Self::Subject,
            "chỉ tiêu" | "chi tieu" | "chỉ số" | "metric" => Self::Metric,
            "giá trị" | "gia tri" | "số liệu" | "value" => Self::Value,
            "đơn vị tính" | "don vi tinh" | "đvt" | "unit" => Self::Unit,
            "ghi chú" | "ghi chu" | "note" => Self::Note,
            _ => return None,
        })
    }

    fn field(self) -> &'static str {
        match self {
            Self::Period => "period",
            Self::Subject => "subject",
            Self::Metric => "metric",
            Self::Value => "value",
            Self::Unit => "unit",
            Self::Note => "note",
        }
    }
}

/// Figures of a table, and rows that are none.
#[derive(Debug, Default)]
pub struct Uploaded {
    /// What can be kept.
    pub items: Vec<Item>,
    /// What cannot.
    pub refused: Vec<Refused>,
    /// Rows below the heading.
    pub rows: usize,
}

/// Reads a file; `now` is the time of day, epoch milliseconds.
///
/// The first row has the headings: kỳ (period) and giá trị (value), and chỉ tiêu (metric) where the source has more than
/// one; đối tượng (subject), đơn vị tính (unit) and ghi chú (note) may follow. A value is a number as it is written in
/// Vietnam, or `không áp dụng`, `chưa có`, `ẩn`.
///
/// # Errors
/// [`Unreadable`] when it is no table.
pub fn read(bytes: &[u8], lines: &[Line], now: i64) -> Result<Uploaded, Unreadable> {
    let rows = table::read(bytes)?;
    let Some((heading, body)) = rows.split_first() else { return Err(Unreadable::Empty) };
    let mut out = Uploaded { rows: body.len(), ..Uploaded::default() };
    let sheet = Sheet::read(heading, lines, &mut out.refused);
    if !out.refused.is_empty() {
        return Ok(out);
    }
    for row in body {
        match sheet.item(row, lines, now) {
            Ok(item) => out.items.push(item),
            Err(refused) => out.refused.push(refused),
        }
    }
    Ok(out)
}

/// The headings of a table.
struct Sheet {
    columns: Vec<(Column, String)>,
}

impl Sheet {
    fn read(heading: &Row, lines: &[Line], refused: &mut Vec<Refused>) -> Self {
        let at = |column: String| Place { index: None, line: Some(heading.line), column: Some(column) };
        let mut columns: Vec<(Column, String)> = Vec::new();
        for cell in &heading.cells {
            let text = cell.text();
            match Column::read(&text) {
                Some(column) if columns.iter().any(|(other, _)| *other == column) => {
                    refused.push(Refused::new(at(text), column.field(), Reason::Twice));
                }
                Some(column) => columns.push((column, text)),
                None => refused.push(Refused::new(at(text), "heading", Reason::UnknownField)),
            }
        }
        let mut needed = vec![(Column::Period, "kỳ"), (Column::Value, "giá trị")];
        if lines.len() > 1 {
            needed.push((Column::Metric, "chỉ tiêu"));
        }
        for (column, name) in needed {
            if !columns.iter().any(|(other, _)| *other == column) {
                refused.push(Refused::new(at(name.to_owned()), column.field(), Reason::Missing));
            }
        }
        Self { columns }
    }

    fn item(&self, row: &Row, lines: &[Line], now: i64) -> Result<Item, Refused> {
        let place = |field: &str| {
            let column = self.columns.iter().find(|(column, _)| column.field() == field);
            Place { index: None, line: Some(row.line), column: column.map(|(_, heading)| heading.clone()) }
        };
        let refuse = |field, code| Refused::new(place(field), field, code);
        if row.cells.len() > self.columns.len() {
            return Err(refuse("row", Reason::UnknownField));
        }
        let cell = |wanted| {
            let at = self.columns.iter().position(|(column, _)| *column == wanted)?;
            row.cells.get(at)
        };
        let text = |wanted| cell(wanted).map(Cell::text).unwrap_or_default();
        let slot = slot(cell(Column::Period)).map_err(|code| refuse("period", code))?;
        let (state, value, percent) = value(cell(Column::Value)).map_err(|code| refuse("value", code))?;
        let (metric, subject, unit, note) =
            (text(Column::Metric), text(Column::Subject), text(Column::Unit), text(Column::Note));
        if percent && !unit.is_empty() && unit != "%" {
            return Err(refuse("unit", Reason::WrongUnit));
        }
        let draft = Draft {
            place: place(""),
            metric: Some(&metric),
            subject: &subject,
            unit: Some(if percent { "%" } else { &unit }),
            slot,
            state,
            value,
            note: Some(&note),
        };
        // The whole row was looked at: a refusal points at the column of its field.
        draft.check(lines, now).map_err(|refused| refuse(refused.field, refused.code))
    }
}

fn slot(cell: Option<&Cell>) -> Result<i64, Reason> {
    let period = match cell {
        None => return Err(Reason::Missing),
        Some(Cell::Day(day)) => Period::beginning(Length::Day, *day),
        // A spreadsheet holds the year 2026 as a number.
        Some(Cell::Number(number)) if number.fract() == 0.0 => Period::read(&format!("{number:.0}")),
        Some(Cell::Number(_) | Cell::Percent(_)) => return Err(Reason::NotAPeriod),
        Some(Cell::Text(text)) if text.is_empty() => return Err(Reason::Missing),
        Some(Cell::Text(text)) => Period::read(text),
    };
    period.map(|period| period.slot).map_err(|_| Reason::NotAPeriod)
}

type Value = (State, Option<f64>, bool);

/// State and number of a cell, and whether it says that it is a percentage.
fn value(cell: Option<&Cell>) -> Result<Value, Reason> {
    match cell {
        None => Err(Reason::Blank),
        Some(Cell::Number(number)) => Ok((State::Number, Some(*number), false)),
        Some(Cell::Percent(number)) => Ok((State::Number, Some(*number), true)),
        Some(Cell::Day(_)) => Err(Reason::NotANumber),
        Some(Cell::Text(text)) => read_value(text),
    }
}

/// Reads a number as it is written in Vietnam, or a word for why there is none.
///
/// # Errors
/// [`Reason::Blank`], [`Reason::Dash`], [`Reason::NotANumber`]
pub fn read_value(text: &str) -> Result<Value, Reason> {
    let text = text.trim();
    if let Some(state) = state(text) {
        return Ok((state, None, false));
    }
    match text {
        "" => Err(Reason::Blank),
        "-" | "–" | "—" | "." | "..." | "…" | "x" | "X" => Err(Reason::Dash),
        _ => {
            let (digits, percent) = text.strip_suffix('%').map_or((text, false), |digits| (digits, true));
            let number = number::read(digits).map_err(|_| Reason::NotANumber)?;
            Ok((State::Number, Some(number), percent))
        }
    }
}

/// The state that a word of a table stands for.
#[must_use]
pub fn state(text: &str) -> Option<State> {
    match text.to_lowercase().as_str() {
        "không áp dụng" | "khong ap dung" | "not_applicable" | "n/a" => Some(State::NotApplicable),
        "chưa có" | "chua co" | "chưa có số liệu" | "not_delivered" => Some(State::NotDelivered),
        "ẩn" | "suppressed" => Some(State::Suppressed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_485_600_000;

    fn line(metric: &str, unit: &str) -> Line {
        Line { metric: metric.to_owned(), unit: unit.to_owned(), every_ms: None }
    }

    fn faults(file: &str, lines: &[Line]) -> Vec<(Option<u64>, Option<String>, Reason)> {
        let read = read(file.as_bytes(), lines, NOW).unwrap();
        read.refused.into_iter().map(|r| (r.place.line, r.place.column, r.code)).collect()
    }

    #[test]
    fn a_table_becomes_figures_with_their_states() {
        let file = "Kỳ;Đối tượng;Giá trị;Ghi chú\n10/2026;H44;1.234,5;đã rà\n10/2026;H45;chưa có\n10/2026;H46;Ẩn\n10/2026;H47;không áp dụng\n";
        let read = read(file.as_bytes(), &[line("received", "hồ sơ")], NOW).unwrap();
        assert_eq!(read.refused, []);
        let values: Vec<_> = read.items.iter().map(|item| (item.subject.as_str(), item.state, item.value)).collect();
        assert_eq!(
            values,
            [
                ("H44", State::Number, Some(1234.5)),
                ("H45", State::NotDelivered, None),
                ("H46", State::Suppressed, None),
                ("H47", State::NotApplicable, None),
            ]
        );
        assert_eq!(read.items[0].note.as_deref(), Some("đã rà"));
    }

    #[test]
    fn each_bad_row_is_named_by_line_and_column_and_the_others_go_in() {
        let lines = [line("share", "%"), line("received", "hồ sơ")];
        let file = "kỳ;chỉ tiêu;giá trị\n2026;share;85,5 %\n\n2026;received;12.34\n2026;received;\n2026;received;-\n2027;received;5\n2026;late;5\n2026;received;5 %\nhôm qua;share;5\n2026;share;5;6\n";
        let at = |line, column: &str, code| (Some(line), Some(column.to_owned()), code);
        assert_eq!(
            faults(file, &lines),
            [
                at(4, "giá trị", Reason::NotANumber),
                at(5, "giá trị", Reason::Blank),
                at(6, "giá trị", Reason::Dash),
                at(7, "kỳ", Reason::OutOfTime),
                at(8, "chỉ tiêu", Reason::UnknownMetric),
                (Some(9), None, Reason::WrongUnit),
                at(10, "kỳ", Reason::NotAPeriod),
                (Some(11), None, Reason::UnknownField),
            ]
        );
        assert_eq!(read(file.as_bytes(), &lines, NOW).unwrap().items.len(), 1);
    }

    #[test]
    fn headings_must_be_known_and_enough() {
        let two = [line("a", "x"), line("b", "x")];
        let at = |column: &str, code| (Some(1), Some(column.to_owned()), code);
        assert_eq!(
            faults("kỳ;mã;giá trị;GIÁ TRỊ\n", &two),
            [at("mã", Reason::UnknownField), at("GIÁ TRỊ", Reason::Twice), at("chỉ tiêu", Reason::Missing)]
        );
        assert_eq!(faults("ghi chú\n", &two[..1]), [at("kỳ", Reason::Missing), at("giá trị", Reason::Missing)]);
    }
}
