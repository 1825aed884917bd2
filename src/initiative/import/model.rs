//! The columns of the workbook, and what cells say whoever typed them.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use crate::catalog::text::{bare, line};
use crate::initiative::model::Track;
use crate::initiative::record::{Measure, Record};
use crate::monitor::intake::number;
use crate::monitor::intake::table::Cell;
use crate::platform::word;

/// Most rows below the headings.
pub const MAX_ROWS: usize = 2_000;
/// Most initiatives of a workbook.
pub const MAX_INITIATIVES: usize = 200;

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "their headings say what they are")]
pub enum Column {
    Key,
    Title,
    Track,
    Summary,
    Reasons,
    Objectives,
    Impact,
    FirstApplied,
    Measure,
    Kind,
    Place,
    Content,
    Recommendation,
    Code,
    Part,
    Before,
    After,
    Method,
    HoursBefore,
    HoursAfter,
    Wage,
    OtherBefore,
    OtherAfter,
    Times,
    Subjects,
    Source,
}

impl Column {
    /// Every column in the order of the template, with its heading and what belongs there.
    pub const ALL: [(Self, &'static str, &'static str); 26] = [
        (
            Self::Key,
            "Mã sáng kiến",
            "Bắt buộc. Mã tự đặt, ví dụ SK1; các dòng cùng mã là một sáng kiến. Để trống: cùng sáng kiến với dòng trên.",
        ),
        (Self::Title, "Tên sáng kiến", "Bắt buộc ở dòng đầu của mỗi sáng kiến, từ 5 đến 300 ký tự."),
        (
            Self::Track,
            "Loại",
            "Đơn giản hóa thủ tục; Đề xuất đổi mới, sáng tạo; Công nhận sáng kiến; Sáng kiến đột phá. Để trống: Đơn giản hóa thủ tục.",
        ),
        (Self::Summary, "Tóm tắt", "Thay đổi gì, ai được lợi."),
        (Self::Reasons, "Lý do", "Vì sao cần thay đổi."),
        (Self::Objectives, "Mục tiêu", "Một hoặc nhiều mục tiêu của Chỉ thị, cách nhau bằng dấu chấm phẩy."),
        (Self::Impact, "Đánh giá tác động", "Chỉ cần khi tăng gánh nặng."),
        (Self::FirstApplied, "Ngày áp dụng lần đầu", "Chỉ cho Công nhận sáng kiến, ví dụ 24/11/2026."),
        (Self::Measure, "Biện pháp", "Tên biện pháp. Để trống: cùng biện pháp với dòng trên của sáng kiến."),
        (Self::Kind, "Loại biện pháp", "Ví dụ: Cắt thời hạn giải quyết; Bỏ, thay giấy tờ bằng dữ liệu; Bỏ, gộp bước."),
        (Self::Place, "Thẩm quyền", "Địa phương hoặc Trung ương. Để trống: địa phương."),
        (Self::Content, "Nội dung biện pháp", "Đơn giản hóa điều gì và vì sao."),
        (Self::Recommendation, "Kiến nghị thực thi", "Điều, khoản, điểm phải sửa."),
        (Self::Code, "Mã thủ tục", "Ví dụ 1.001193; phải có trong danh mục."),
        (Self::Part, "Mục", "Mục của thủ tục thay đổi: Thời hạn giải quyết, Thành phần hồ sơ, Phí, lệ phí, …"),
        (Self::Before, "Hiện nay", "Đúng từng chữ như trong danh mục. Để trống: thêm mới."),
        (Self::After, "Sau khi thay đổi", "Nội dung mới. Để trống: bãi bỏ."),
        (Self::Method, "Cách tính chi phí", "Điều 27 hoặc Quy đổi. Để trống: Điều 27."),
        (Self::HoursBefore, "Số giờ hiện nay", "Giờ cho một hồ sơ, ví dụ 8 hoặc 2,5."),
        (Self::HoursAfter, "Số giờ sau", "Giờ cho một hồ sơ sau khi đơn giản hóa."),
        (Self::Wage, "Thu nhập một giờ", "Đồng, ví dụ 40.000."),
        (Self::OtherBefore, "Chi phí khác hiện nay", "Phí, lệ phí, thuê dịch vụ cho một hồ sơ, đồng."),
        (Self::OtherAfter, "Chi phí khác sau", "Như trên, sau khi đơn giản hóa."),
        (Self::Times, "Số lần một năm", "Để trống: 1."),
        (Self::Subjects, "Số đối tượng một năm", "Bắt buộc khi ghi chi phí."),
        (Self::Source, "Nguồn số liệu", "Số liệu lấy từ đâu."),
    ];

    /// Its heading.
    #[must_use]
    pub fn heading(self) -> &'static str {
        Self::ALL.iter().find(|(column, ..)| *column == self).map_or("", |(_, heading, _)| heading)
    }

    /// The column that a heading stands for, however it is written.
    #[must_use]
    pub fn read(heading: &str) -> Option<Self> {
        let plain = |text: &str| bare(text.split('(').next().unwrap_or_default().trim_end_matches(['*', ' ', ':']));
        let wanted = plain(heading);
        Self::ALL.iter().find(|(_, known, _)| plain(known) == wanted).map(|(column, ..)| *column)
    }
}

/// What is wrong in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Row of the sheet, from 1.
    pub line: u64,
    /// Heading of the column; empty for the whole row.
    pub column: String,
    /// What to do, in Vietnamese.
    pub text: String,
}

impl Fault {
    /// A fault in a column of a row.
    #[must_use]
    pub fn new(line: u64, column: Column, text: &str) -> Self {
        Self { line, column: column.heading().to_owned(), text: text.to_owned() }
    }
}

/// A measure with the rows that it stands in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadMeasure {
    /// Its first row.
    pub line: u64,
    /// What it does.
    pub measure: Measure,
    /// The row of each change.
    pub change_lines: Vec<u64>,
    /// The row of each procedure.
    pub code_lines: Vec<(String, u64)>,
}

/// An initiative as the workbook has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What its rows are held together by.
    pub key: String,
    /// Its first row.
    pub line: u64,
    /// The law it follows.
    pub track: Track,
    /// One line.
    pub title: String,
    /// What it says.
    pub record: Record,
    /// Its measures in order.
    pub measures: Vec<ReadMeasure>,
}

impl Group {
    /// What names its content: the same initiative in another workbook, or under another key, has the same.
    #[must_use]
    pub fn digest(&self) -> String {
        #[derive(Serialize)]
        struct Content<'a> {
            track: Track,
            title: &'a str,
            record: &'a Record,
            measures: Vec<&'a Measure>,
        }
        let measures = self.measures.iter().map(|read| &read.measure).collect();
        let content = Content { track: self.track, title: &self.title, record: &self.record, measures };
        // What was read out of a workbook can always be written.
        crate::platform::hash::sha256(&serde_json::to_vec(&content).unwrap_or_default())
    }
}

/// Words for readers, their word in the program beside it.
pub type Choices<T> = Vec<(T, String, &'static str)>;

/// Everything that a column may say.
#[must_use]
pub fn choices<T: Serialize + Copy>(all: &[T], name: fn(T) -> &'static str) -> Choices<T> {
    all.iter().map(|one| (*one, word::of(one), name(*one))).collect()
}

/// The one that is meant: its whole name or word, or how exactly one name begins.
#[must_use]
pub fn choose<T: Copy>(text: &str, choices: &Choices<T>) -> Option<T> {
    let wanted = bare(text);
    let exact = choices.iter().find(|(_, word, name)| bare(name) == wanted || *word == wanted);
    if let Some((one, ..)) = exact {
        return Some(*one);
    }
    let mut begin =
        choices.iter().filter(|(_, _, name)| wanted.chars().count() >= 4 && bare(name).starts_with(&wanted));
    match (begin.next(), begin.next()) {
        (Some((one, ..)), None) => Some(*one),
        _ => None,
    }
}

/// A code, also where the workbook holds it as a number and has lost the zeros at its end.
#[must_use]
pub fn code(cell: &Cell) -> String {
    match cell {
        Cell::Number(number) => format!("{number:.6}"),
        other => line(&other.text()),
    }
}

/// A number of at least 0, in hundredths where `hundredths`, else whole; `None` where the cell has nothing.
///
/// # Errors
/// What to do instead.
#[expect(clippy::cast_possible_truncation, reason = "checked against the largest figure")]
pub fn figure(cell: &Cell, hundredths: bool) -> Result<Option<i64>, &'static str> {
    const WRONG: &str = "ghi một số, ví dụ 40.000 hoặc 2,5";
    let number = match cell {
        Cell::Text(text) => {
            let lower = text.to_lowercase();
            let digits = ["đồng", "vnđ", "vnd", "giờ", "đ"].iter().find_map(|unit| lower.strip_suffix(unit));
            let digits = digits.unwrap_or(&lower).trim();
            if digits.is_empty() {
                return if text.is_empty() { Ok(None) } else { Err(WRONG) };
            }
            number::read(digits).map_err(|_| WRONG)?
        }
        Cell::Number(number) => *number,
        Cell::Percent(_) | Cell::Day(_) => return Err(WRONG),
    };
    if !(0.0..=1e12).contains(&number) {
        return Err("ghi một số từ 0 đến 1.000.000.000.000");
    }
    let scaled = if hundredths { number * 100.0 } else { number };
    if (scaled - scaled.round()).abs() > 1e-6 {
        return Err(if hundredths { "ghi nhiều nhất hai số lẻ" } else { "ghi một số nguyên" });
    }
    Ok(Some(scaled.round() as i64))
}

/// A day, as the workbook holds it, as its serial number, or as it was typed; `None` where the cell has nothing.
///
/// # Errors
/// What to do instead.
#[expect(clippy::cast_possible_truncation, reason = "checked against the range of days")]
pub fn day(cell: &Cell) -> Result<Option<Date>, &'static str> {
    const WRONG: &str = "ghi một ngày, ví dụ 24/11/2026";
    match cell {
        Cell::Day(day) => Ok(Some(*day)),
        // Excel counts days from the eve of 31 December 1899; before 1954 it is no day of an initiative.
        Cell::Number(serial) if serial.fract() == 0.0 && (20_000.0..80_000.0).contains(serial) => {
            let days = (*serial as i64).days();
            Date::constant(1899, 12, 30).checked_add(days).map(Some).map_err(|_| WRONG)
        }
        Cell::Text(text) if text.is_empty() => Ok(None),
        Cell::Text(text) => {
            if let Ok(day) = text.parse::<Date>() {
                return Ok(Some(day));
            }
            let parts: Vec<&str> = text.split(['/', '-', '.']).map(str::trim).collect();
            let [day, month, year] = parts.as_slice() else { return Err(WRONG) };
            let (Ok(day), Ok(month), Ok(year)) = (day.parse(), month.parse(), year.parse()) else { return Err(WRONG) };
            if year < 1954 {
                return Err(WRONG);
            }
            Date::new(year, month, day).map(Some).map_err(|_| WRONG)
        }
        Cell::Number(_) | Cell::Percent(_) => Err(WRONG),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::amend::model::Part;
    use crate::initiative::model::MeasureType;

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn headings_are_known_however_they_are_written() {
        for (heading, column) in [
            ("Mã sáng kiến *", Column::Key),
            ("MÃ THỦ TỤC", Column::Code),
            ("Ma\u{303} thu\u{309} tu\u{323}c", Column::Code),
            ("Thu nhập một giờ (đồng)", Column::Wage),
        ] {
            assert_eq!(Column::read(heading), Some(column), "{heading}");
        }
        assert_eq!(Column::read("Ghi chú"), None);
        for (column, heading, _) in Column::ALL {
            assert_eq!(Column::read(heading), Some(column));
        }
    }

    #[test]
    fn words_are_chosen_by_their_whole_name_or_a_beginning_that_only_one_has() {
        let kinds = choices(&MeasureType::ALL, MeasureType::name);
        assert_eq!(choose("cắt thời hạn", &kinds), Some(MeasureType::CutTime));
        assert_eq!(choose("cut_time", &kinds), Some(MeasureType::CutTime));
        assert_eq!(choose("Bỏ,", &kinds), None);
        assert_eq!(choose("xyz", &kinds), None);
        let parts = choices(&Part::ALL, Part::name);
        assert_eq!(choose("Phí, lệ phí", &parts), Some(Part::Fee));
        assert_eq!(choose("THỦ TỤC", &parts), Some(Part::Procedure));
    }

    #[test]
    fn numbers_as_text_and_codes_as_numbers_are_read_for_certain_or_not_at_all() {
        for (cell, hundredths, number) in [
            (text("40.000 đồng"), false, Some(40_000)),
            (text("2,5"), true, Some(250)),
            (Cell::Number(2.5), true, Some(250)),
            (text(""), false, None),
            (Cell::Number(0.0), false, Some(0)),
        ] {
            assert_eq!(figure(&cell, hundredths), Ok(number), "{cell:?}");
        }
        for cell in [text("12.34"), text("nhiều"), text("-1"), Cell::Number(1.5), Cell::Percent(5.0), text("đồng")]
        {
            assert!(figure(&cell, false).is_err(), "{cell:?}");
        }
        assert_eq!(code(&Cell::Number(1.001_190)), "1.001190");
    }

    #[test]
    fn a_day_is_read_as_a_serial_number_and_as_it_is_typed() {
        let wanted: Date = "2026-11-24".parse().unwrap();
        for cell in [
            Cell::Day(wanted),
            Cell::Number(46_350.0),
            text("24/11/2026"),
            text("24-11-2026"),
            text("24.11.2026"),
            text("2026-11-24"),
        ] {
            assert_eq!(day(&cell), Ok(Some(wanted)), "{cell:?}");
        }
        for cell in [text("31/02/2026"), text("hôm qua"), Cell::Number(5.0), Cell::Number(46_350.5), text("24/11/26")]
        {
            assert!(day(&cell).is_err(), "{cell:?}");
        }
        assert_eq!(day(&text("")), Ok(None));
    }
}
