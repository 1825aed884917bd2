//! A table out of a file that somebody uploads: CSV in UTF-8, or the first sheet of an XLSX workbook.

use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, Xlsx};
use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

/// Largest file, bytes.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Most rows that hold something, the heading included.
pub const MAX_ROWS: usize = 20_000;
/// Most columns.
const MAX_COLUMNS: usize = 50;
/// Most that a workbook may hold once unpacked, bytes: a small file can unpack to any size.
const MAX_UNPACKED: u64 = 64 * 1024 * 1024;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Words, trimmed, NFC; empty for nothing.
    Text(String),
    /// A number that the workbook holds as one.
    Number(f64),
    /// A share that the workbook holds as a part of one and shows in percent; here in percent.
    Percent(f64),
    /// A day that the workbook holds as one.
    Day(Date),
}

impl Cell {
    /// As it can be shown.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => super::number::write(*number, 6),
            Self::Percent(number) => format!("{} %", super::number::write(*number, 6)),
            Self::Day(day) => day.strftime("%d/%m/%Y").to_string(),
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }
}

/// A row that holds something.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Line of the file or row of the sheet, from 1.
    pub line: u64,
    /// Its cells.
    pub cells: Vec<Cell>,
}

/// Why a file is no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Too many bytes, packed or unpacked.
    #[error("the file is too large: at most 4 MiB, 64 MiB unpacked")]
    TooLarge,
    /// Too many rows.
    #[error("the file has more than 20,000 rows: upload it in parts")]
    TooManyRows,
    /// Too many columns.
    #[error("the file has more than 50 columns")]
    TooManyColumns,
    /// Neither UTF-8 nor a workbook.
    #[error("the file is neither CSV in UTF-8 nor XLSX: save it as one of these")]
    Encoding,
    /// A workbook of another kind or a broken one.
    #[error("the workbook cannot be read: save it as XLSX again")]
    Workbook,
    /// Nothing is in it.
    #[error("the file is empty")]
    Empty,
}

/// Reads a file; what it is, its first bytes say.
///
/// # Errors
/// [`Unreadable`]
pub fn read(bytes: &[u8]) -> Result<Vec<Row>, Unreadable> {
    if bytes.len() > MAX_BYTES {
        return Err(Unreadable::TooLarge);
    }
    let rows = if bytes.starts_with(b"PK\x03\x04") { workbook(bytes)? } else { lines(bytes)? };
    if rows.is_empty() { Err(Unreadable::Empty) } else { Ok(rows) }
}

fn words(text: &str) -> Cell {
    Cell::Text(text.trim().nfc().collect())
}

fn lines(bytes: &[u8]) -> Result<Vec<Row>, Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|_| Unreadable::Encoding)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.contains('\0') {
        return Err(Unreadable::Encoding);
    }
    let delimiter = delimiter(text);
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|_| Unreadable::Encoding)? {
        let line = record.position().map_or(0, |at| line_of(text.as_bytes(), at));
        keep(&mut rows, Row { line, cells: record.iter().map(words).collect() })?;
    }
    Ok(rows)
}

/// What stands between cells: where a comma begins decimals, spreadsheets write a semicolon.
fn delimiter(text: &str) -> u8 {
    let heading = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    [b';', b'\t'].into_iter().find(|mark| heading.bytes().any(|byte| byte == *mark)).unwrap_or(b',')
}

/// The line on which a record begins: the reader's position lies before the empty lines that it passes over.
fn line_of(bytes: &[u8], position: &csv::Position) -> u64 {
    let rest = usize::try_from(position.byte()).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
    let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n');
    position.line() + empty.fold(0, |n, _| n + 1)
}

fn keep(rows: &mut Vec<Row>, mut row: Row) -> Result<(), Unreadable> {
    while row.cells.last().is_some_and(Cell::is_empty) {
        row.cells.pop();
    }
    if row.cells.len() > MAX_COLUMNS {
        return Err(Unreadable::TooManyColumns);
    }
    if row.cells.is_empty() {
        return Ok(());
    }
    if rows.len() == MAX_ROWS {
        return Err(Unreadable::TooManyRows);
    }
    rows.push(row);
    Ok(())
}

fn workbook(bytes: &[u8]) -> Result<Vec<Row>, Unreadable> {
    check_unpacked(bytes)?;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|_| Unreadable::Workbook)?;
    let sheet = book.sheet_names().first().cloned().ok_or(Unreadable::Empty)?;
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(|_| Unreadable::Workbook)?;
    let mut rows: Vec<Row> = Vec::new();
    let mut row = Row { line: 0, cells: Vec::new() };
    // Cell by cell: a sheet with one cell in its last corner would otherwise be laid out whole in memory.
    while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(|_| Unreadable::Workbook)? {
        let (line, column) = cell.get_position();
        let (line, column) = (u64::from(line) + 1, column as usize);
        if line != row.line {
            let done = std::mem::replace(&mut row, Row { line, cells: Vec::new() });
            keep(&mut rows, done)?;
        }
        let style = cells.styles().get(style).and_then(|style| style.number_format.as_ref());
        let value = match content(cell.get_value()) {
            Cell::Number(number) if style.is_some_and(|format| format.format_code.contains('%')) => {
                // A part of one times a hundred has noise far behind the comma.
                Cell::Percent((number * 1e12).round() / 1e10)
            }
            value => value,
        };
        if value.is_empty() {
            continue;
        }
        if column >= MAX_COLUMNS {
            return Err(Unreadable::TooManyColumns);
        }
        row.cells.resize(row.cells.len().max(column + 1), Cell::Text(String::new()));
        row.cells[column] = value;
    }
    keep(&mut rows, row)?;
    Ok(rows)
}

fn content(value: &DataRef<'_>) -> Cell {
    #[expect(clippy::cast_precision_loss, reason = "spreadsheets hold numbers as doubles")]
    let number = |n: i64| Cell::Number(n as f64);
    match value {
        DataRef::Int(n) => number(*n),
        DataRef::Float(n) => Cell::Number(*n),
        DataRef::SharedString(text) => words(text),
        DataRef::Bool(yes) => words(if *yes { "TRUE" } else { "FALSE" }),
        DataRef::DateTime(at) if at.is_datetime() => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            let short = |n: u8| i8::try_from(n).unwrap_or_default();
            let date = i16::try_from(year).ok().and_then(|year| Date::new(year, short(month), short(day)).ok());
            date.map_or_else(|| Cell::Number(at.as_f64()), Cell::Day)
        }
        DataRef::DateTime(at) => Cell::Number(at.as_f64()),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => words(text),
        DataRef::Error(error) => words(&error.to_string()),
        DataRef::Empty => Cell::Text(String::new()),
    }
}

/// Unpacks everything once and throws it away: what the archive says of its own sizes need not be true.
fn check_unpacked(bytes: &[u8]) -> Result<(), Unreadable> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unreadable::Workbook)?;
    let mut left = MAX_UNPACKED;
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(|_| Unreadable::Workbook)?;
        let mut limited = file.take(left + 1);
        let read = std::io::copy(&mut limited, &mut std::io::sink()).map_err(|_| Unreadable::Workbook)?;
        left = left.checked_sub(read).ok_or(Unreadable::TooLarge)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cell: &str) -> Cell {
        Cell::Text(cell.to_owned())
    }

    #[test]
    fn a_file_of_lines_is_read_whatever_stands_between_cells() {
        for file in [
            "kỳ;giá trị\n\n10/2026;\"1.234,5\"\n",
            "\u{feff}kỳ,giá trị\r\n\r\n10/2026,\"1.234,5\",,\r\n",
            "kỳ\tgiá trị\n\n10/2026\t1.234,5",
        ] {
            let rows = read(file.as_bytes()).unwrap();
            assert_eq!(rows[0], Row { line: 1, cells: vec![text("kỳ"), text("giá trị")] });
            assert_eq!(rows[1], Row { line: 3, cells: vec![text("10/2026"), text("1.234,5")] });
        }
    }

    #[test]
    fn what_is_no_table_is_said_to_be_none() {
        assert_eq!(read(b""), Err(Unreadable::Empty));
        assert_eq!(read(b"\n\n;;\n"), Err(Unreadable::Empty));
        assert_eq!(read(b"k\xff\xfe"), Err(Unreadable::Encoding));
        assert_eq!(read(b"\xff\xfek\0"), Err(Unreadable::Encoding));
        assert_eq!(read(b"PK\x03\x04 no archive"), Err(Unreadable::Workbook));
        assert_eq!(read(&vec![b'a'; MAX_BYTES + 1]), Err(Unreadable::TooLarge));
        assert_eq!(read("a\n".repeat(MAX_ROWS + 1).as_bytes()), Err(Unreadable::TooManyRows));
        assert_eq!(read("a;".repeat(60).replace(';', ";b").as_bytes()), Err(Unreadable::TooManyColumns));
    }
}
