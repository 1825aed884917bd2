//! Excel workbooks that are handed out. A text is always written as text, so that nothing that somebody typed is run as
//! a formula; money and days are numbers and days, so that they can be added and sorted.

use jiff::Timestamp;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Formula, Workbook, Worksheet, XlsxError};

use crate::platform::clock::VIETNAM;

/// Most characters that Excel takes in a cell.
const MAX_CELL: usize = 32_767;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Words.
    Text(String),
    /// A count or an amount of money, shown with marks between thousands.
    Whole(i64),
    /// A share in hundredths of a percent, shown in percent.
    Share(i64),
    /// The day of an instant (epoch milliseconds) in Vietnam.
    Day(i64),
    /// A sum or a mean that the reader's program computes anew, with what it comes to.
    Formula(String, String),
    /// A share that the reader's program computes anew, with what it comes to: 0.6321 or words.
    ShareFormula(String, String),
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A number where there is one.
    #[must_use]
    pub fn whole(number: Option<i64>) -> Self {
        number.map_or(Self::Empty, Self::Whole)
    }
}

/// A sheet with one heading row.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Its name.
    pub name: &'static str,
    /// Headings with the widths of their columns, characters.
    pub columns: Vec<(&'static str, u16)>,
    /// Rows below the headings.
    pub rows: Vec<Vec<Cell>>,
    /// To be filled in: what is typed stays as it is typed, so that a code keeps the zeros at its end.
    pub input: bool,
}

/// Whether a spreadsheet that is given these words as a line of CSV, or in which the cell is typed over, would run them.
#[must_use]
pub fn would_run(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

struct Formats {
    head: Format,
    text: Format,
    quoted: Format,
    typed: Format,
    whole: Format,
    number: Format,
    share: Format,
    day: Format,
}

impl Formats {
    fn new() -> Self {
        let top = || Format::new().set_align(FormatAlign::Top);
        Self {
            head: top().set_bold().set_text_wrap(),
            text: top().set_text_wrap(),
            // As if an apostrophe stood before it: it stays text when somebody edits the cell.
            quoted: top().set_text_wrap().set_quote_prefix(),
            typed: top().set_num_format("@").set_text_wrap(),
            whole: top().set_num_format("#,##0"),
            number: top().set_num_format("#,##0.##"),
            share: top().set_num_format("0.00%"),
            day: top().set_num_format("dd/mm/yyyy"),
        }
    }
}

/// The workbook as a file.
///
/// # Errors
/// When it cannot be made.
pub fn write(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    filled(Workbook::new(), sheets)
}

/// The workbook of something that was made at an instant: the same sheets always give the same bytes.
///
/// # Errors
/// When it cannot be made.
pub fn write_made_at(sheets: &[Sheet], at: Timestamp) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_timestamp(at.as_second())?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    filled(book, sheets)
}

fn filled(mut book: Workbook, sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let formats = Formats::new();
    for sheet in sheets {
        let page = book.add_worksheet();
        page.set_name(sheet.name)?;
        page.set_freeze_panes(1, 0)?;
        for ((heading, width), column) in sheet.columns.iter().zip(0..) {
            page.write_string_with_format(0, column, *heading, &formats.head)?;
            page.set_column_width(column, *width)?;
            if sheet.input {
                page.set_column_format(column, &formats.typed)?;
            }
        }
        for (line, row) in sheet.rows.iter().zip(1..) {
            for (cell, column) in line.iter().zip(0..) {
                put(page, (row, column), cell, (&formats, sheet.input))?;
            }
        }
    }
    book.save_to_buffer()
}

#[expect(clippy::cast_precision_loss, reason = "spreadsheets hold numbers as doubles")]
fn put(
    page: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    (formats, input): (&Formats, bool),
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => return Ok(()),
        Cell::Text(text) => {
            let format = if would_run(text) {
                &formats.quoted
            } else if input {
                &formats.typed
            } else {
                &formats.text
            };
            page.write_string_with_format(row, column, short(text), format)?;
        }
        Cell::Whole(number) => {
            page.write_number_with_format(row, column, *number as f64, &formats.whole)?;
        }
        Cell::Share(hundredths) => {
            page.write_number_with_format(row, column, *hundredths as f64 / 10_000.0, &formats.share)?;
        }
        Cell::Day(milliseconds) => {
            let Ok(at) = Timestamp::from_millisecond(*milliseconds) else { return Ok(()) };
            let date = at.to_zoned_datetime(VIETNAM).date();
            let unsigned = |n: i8| u8::try_from(n).unwrap_or(1);
            let year = u16::try_from(date.year()).unwrap_or(1900);
            let day = ExcelDateTime::from_ymd(year, unsigned(date.month()), unsigned(date.day()))?;
            page.write_datetime_with_format(row, column, day, &formats.day)?;
        }
        Cell::Formula(text, result) => {
            let formula = Formula::new(text).set_result(result);
            page.write_formula_with_format(row, column, formula, &formats.number)?;
        }
        Cell::ShareFormula(text, result) => {
            let formula = Formula::new(text).set_result(result);
            page.write_formula_with_format(row, column, formula, &formats.share)?;
        }
    }
    Ok(())
}

fn short(text: &str) -> String {
    // Excel counts in units of UTF-16.
    let mut units = 0;
    let kept: String = text
        .chars()
        .take_while(|c| {
            units += c.len_utf16();
            units < MAX_CELL
        })
        .collect();
    if kept.len() == text.len() { kept } else { format!("{kept}…") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_too_long_for_a_cell_is_cut_and_what_would_run_is_known() {
        let sheet = Sheet {
            name: "A",
            columns: vec![("a", 10)],
            rows: vec![vec![Cell::text("ế😀".repeat(20_000))]],
            input: false,
        };
        assert!(write(&[sheet]).is_ok());
        assert_eq!(short("ngắn"), "ngắn");
        for text in ["=1+1", "+84", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert!(would_run(text), "{text}");
        }
        assert!(!would_run("Cắt giảm = tốt") && !would_run(""));
    }
}
