//! Rows of a workbook to initiatives: rows with one key are one initiative, rows with one measure's title one measure.

use super::model::{Column, Fault, Group, MAX_INITIATIVES, MAX_ROWS, ReadMeasure, choices, choose, code, day, figure};
use crate::catalog::amend::model::{Amendment, Part};
use crate::catalog::code::ProcedureCode;
use crate::catalog::text::{bare, line, lines};
use crate::initiative::cost::{Method, Table, Task};
use crate::initiative::model::{MeasureType, Objective, Place, Track};
use crate::initiative::record::{Change, CostCase, Measure, Record};
use crate::monitor::intake::table::{Cell, Row};

/// What a workbook holds: every row is in a group or has a fault.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Workbook {
    /// Initiatives in the order of their first rows.
    pub groups: Vec<Group>,
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// Rows below the headings.
    pub rows: usize,
}

/// Reads the rows of the first sheet.
#[must_use]
pub fn read(rows: &[Row]) -> Workbook {
    let mut out = Workbook::default();
    let Some((heading, body)) = rows.split_first() else { return out };
    out.rows = body.len();
    let columns = headings(heading, &mut out.faults);
    if body.len() > MAX_ROWS {
        let text = format!("có hơn {MAX_ROWS} dòng, hãy chia thành nhiều tệp");
        out.faults.push(Fault { line: 0, column: String::new(), text });
    }
    if !out.faults.is_empty() {
        return out;
    }
    let mut reader = Reader { columns: &columns, groups: Vec::new(), faults: Vec::new() };
    for row in body {
        reader.row(row);
    }
    out.groups = reader.groups;
    out.faults = reader.faults;
    if out.groups.len() > MAX_INITIATIVES {
        let text = format!("có hơn {MAX_INITIATIVES} sáng kiến, hãy chia thành nhiều tệp");
        out.faults.push(Fault { line: 0, column: String::new(), text });
        out.groups.clear();
    }
    out.faults.sort_by_key(|fault| fault.line);
    out
}

/// The column of each place; a place without heading holds nothing.
fn headings(row: &Row, faults: &mut Vec<Fault>) -> Vec<Option<Column>> {
    let mut columns = Vec::new();
    for cell in &row.cells {
        let text = line(&cell.text());
        let column = Column::read(&text);
        let wrong = |text: &str| Fault { line: row.line, column: line(&cell.text()), text: text.to_owned() };
        if column.is_none() && !text.is_empty() {
            faults.push(wrong("không có cột này trong mẫu: xóa cột hoặc đặt lại tên"));
        } else if column.is_some() && columns.contains(&column) {
            faults.push(wrong("cột này có hai lần"));
        }
        columns.push(column);
    }
    for needed in [Column::Key, Column::Title] {
        if !columns.contains(&Some(needed)) {
            faults.push(Fault::new(row.line, needed, "thiếu cột này: hãy dùng tệp mẫu"));
        }
    }
    columns
}

struct Reader<'a> {
    columns: &'a [Option<Column>],
    groups: Vec<Group>,
    faults: Vec<Fault>,
}

/// What a row says, by column.
struct Line<'a> {
    row: &'a Row,
    columns: &'a [Option<Column>],
}

impl Line<'_> {
    fn cell(&self, column: Column) -> Cell {
        let at = self.columns.iter().position(|known| *known == Some(column));
        at.and_then(|at| self.row.cells.get(at)).cloned().unwrap_or_else(|| Cell::Text(String::new()))
    }

    fn text(&self, column: Column) -> String {
        lines(&self.cell(column).text())
    }

    fn any(&self, columns: &[Column]) -> bool {
        columns.iter().any(|column| !self.text(*column).is_empty())
    }
}

impl Reader<'_> {
    fn wrong(&mut self, line: u64, column: Column, text: &str) {
        self.faults.push(Fault::new(line, column, text));
    }

    fn row(&mut self, row: &Row) {
        let columns = self.columns;
        let told = Line { row, columns };
        if row.cells.len() > columns.len() {
            let text = "có ô nằm ngoài các cột có tên".to_owned();
            self.faults.push(Fault { line: row.line, column: String::new(), text });
        }
        let key = line(&told.text(Column::Key));
        let known = if key.is_empty() {
            self.groups.len().checked_sub(1)
        } else {
            self.groups.iter().position(|group| group.key == key)
        };
        let at = match known {
            Some(at) => at,
            None if key.is_empty() => return self.wrong(row.line, Column::Key, "ghi mã sáng kiến, ví dụ SK1"),
            None => {
                self.groups.push(Group {
                    key,
                    line: row.line,
                    track: Track::Simplification,
                    title: String::new(),
                    record: Record::default(),
                    measures: Vec::new(),
                });
                self.groups.len() - 1
            }
        };
        let Some(mut group) = self.groups.get(at).cloned() else { return };
        self.initiative(&mut group, &told);
        self.measure(&mut group, &told);
        if let Some(place) = self.groups.get_mut(at) {
            *place = group;
        }
    }

    /// A text of the initiative or measure: the first that is not empty counts, and another one is a fault.
    fn once(&mut self, told: &Line<'_>, column: Column, place: &mut String) {
        let text = told.text(column);
        if text.is_empty() || text == *place {
            return;
        }
        if place.is_empty() {
            *place = text;
        } else {
            self.wrong(told.row.line, column, "khác với dòng trên của cùng mục: ghi một lần, hoặc ghi giống nhau");
        }
    }

    fn initiative(&mut self, group: &mut Group, told: &Line<'_>) {
        let at = told.row.line;
        let title = line(&told.text(Column::Title));
        if group.line == at && title.is_empty() {
            self.wrong(at, Column::Title, "ghi tên sáng kiến ở dòng đầu của nó");
        }
        let mut known = std::mem::take(&mut group.title);
        if !title.is_empty() {
            if known.is_empty() {
                known = title;
            } else if known != title {
                self.wrong(at, Column::Title, "khác với dòng đầu: hai sáng kiến cần hai mã khác nhau");
            }
        }
        group.title = known;
        self.once(told, Column::Summary, &mut group.record.summary);
        self.once(told, Column::Reasons, &mut group.record.reasons);
        self.once(told, Column::Impact, &mut group.record.impact);
        let track = told.text(Column::Track);
        if !track.is_empty() {
            match choose(&track, &choices(&Track::ALL, Track::name)) {
                Some(track) if group.line == at => group.track = track,
                Some(track) if group.track == track => {}
                Some(_) => self.wrong(at, Column::Track, "khác với dòng đầu của sáng kiến"),
                None => self.wrong(at, Column::Track, "không có loại này: xem trang Hướng dẫn của tệp mẫu"),
            }
        }
        let objectives = choices(&Objective::ALL, Objective::name);
        for each in told.text(Column::Objectives).split([';', '\n']).filter(|text| !text.trim().is_empty()) {
            match choose(each, &objectives) {
                Some(objective) if group.record.objectives.contains(&objective) => {}
                Some(objective) => group.record.objectives.push(objective),
                None => {
                    let text = format!("không có mục tiêu “{}”: xem trang Hướng dẫn của tệp mẫu", each.trim());
                    self.wrong(at, Column::Objectives, &text);
                }
            }
        }
        match day(&told.cell(Column::FirstApplied)) {
            Ok(None) => {}
            Ok(Some(day)) => group.record.recognition.first_applied = Some(day),
            Err(text) => self.wrong(at, Column::FirstApplied, text),
        }
    }

    fn measure(&mut self, group: &mut Group, told: &Line<'_>) {
        let at = told.row.line;
        let title = line(&told.text(Column::Measure));
        let known = if title.is_empty() {
            group.measures.len().checked_sub(1)
        } else {
            group.measures.iter().position(|read| read.measure.title == title)
        };
        let place = known.unwrap_or_else(|| {
            let title = if title.is_empty() { group.title.clone() } else { title };
            let measure = Measure { title, ..Measure::default() };
            group.measures.push(ReadMeasure { line: at, measure, ..ReadMeasure::default() });
            group.measures.len() - 1
        });
        let Some(mut read) = group.measures.get(place).cloned() else { return };
        let measure = &mut read.measure;
        self.once(told, Column::Content, &mut measure.content);
        self.once(told, Column::Recommendation, &mut measure.recommendation);
        let kind = told.text(Column::Kind);
        if !kind.is_empty() {
            match choose(&kind, &choices(&MeasureType::ALL, MeasureType::name)) {
                Some(kind) => measure.kind = kind,
                None => self.wrong(at, Column::Kind, "không có loại biện pháp này: xem trang Hướng dẫn của tệp mẫu"),
            }
        }
        let office = bare(&told.text(Column::Place));
        match office.trim_start_matches("tham quyen ") {
            "" => {}
            "dia phuong" | "local" => measure.place = Place::Local,
            "trung uong" | "central" => measure.place = Place::Central,
            _ => self.wrong(at, Column::Place, "ghi Địa phương hoặc Trung ương"),
        }
        self.change(&mut read, told);
        self.cost(&mut read, told);
        if let Some(stored) = group.measures.get_mut(place) {
            *stored = read;
        }
    }

    fn change(&mut self, read: &mut ReadMeasure, told: &Line<'_>) {
        let at = told.row.line;
        let code = code(&told.cell(Column::Code));
        let changes = told.any(&[Column::Part, Column::Before, Column::After]);
        if code.is_empty() {
            if changes {
                self.wrong(at, Column::Code, "ghi mã thủ tục có nội dung thay đổi");
            }
            return;
        }
        if ProcedureCode::parse(&code).is_err() {
            return self.wrong(at, Column::Code, &format!("“{code}” không phải mã thủ tục, ví dụ đúng: 1.001193"));
        }
        read.code_lines.push((code.clone(), at));
        if !read.measure.codes.contains(&code) {
            read.measure.codes.push(code.clone());
        }
        if !changes {
            return;
        }
        let Some(part) = choose(&told.text(Column::Part), &choices(&Part::ALL, Part::name)) else {
            return self.wrong(at, Column::Part, "ghi mục thay đổi, ví dụ Thời hạn giải quyết, Thành phần hồ sơ");
        };
        let text = |column: Column| Some(worded(part, told.text(column))).filter(|text| !text.is_empty());
        let amendment = Amendment { part, before: text(Column::Before), after: text(Column::After) }.cleaned();
        if let Err(error) = amendment.check() {
            return self.wrong(at, Column::After, error.vietnamese());
        }
        read.measure.changes.push(Change { code, amendment });
        read.change_lines.push(at);
    }

    fn cost(&mut self, read: &mut ReadMeasure, told: &Line<'_>) {
        use Column::{HoursAfter, HoursBefore, Method as Way, OtherAfter, OtherBefore, Source, Subjects, Times, Wage};
        let at = told.row.line;
        if !told.any(&[Way, HoursBefore, HoursAfter, Wage, OtherBefore, OtherAfter, Times, Subjects, Source]) {
            return;
        }
        let before = self.faults.len();
        let mut figure = |column: Column, hundredths: bool| match figure(&told.cell(column), hundredths) {
            Ok(number) => number,
            Err(text) => {
                self.faults.push(Fault::new(at, column, text));
                None
            }
        };
        let (hours_before, hours_after) = (figure(HoursBefore, true), figure(HoursAfter, true));
        let (wage, times, subjects) = (figure(Wage, false), figure(Times, false), figure(Subjects, false));
        let (fees_before, fees_after) = (figure(OtherBefore, false), figure(OtherAfter, false));
        let method = match bare(&told.text(Way)).as_str() {
            "" | "dieu 27" | "statutory" => Method::Statutory,
            text if text.starts_with("theo dieu 27") => Method::Statutory,
            text if text.starts_with("quy doi") || text == "handling_time_proxy" => Method::HandlingTimeProxy,
            _ => {
                self.wrong(at, Way, "ghi Điều 27 hoặc Quy đổi");
                Method::Statutory
            }
        };
        if self.faults.len() > before {
            return;
        }
        if (hours_before.is_some() || hours_after.is_some()) && wage.is_none() {
            return self.wrong(at, Wage, "ghi thu nhập một giờ khi có số giờ, ví dụ 40.000");
        }
        let Some(subjects) = subjects else {
            return self.wrong(at, Subjects, "ghi số đối tượng một năm khi có chi phí");
        };
        let table = |hours: Option<i64>, fees: Option<i64>| Table {
            tasks: vec![Task {
                hours: hours.unwrap_or(0),
                wage_per_hour: wage.unwrap_or(0),
                fees: fees.unwrap_or(0),
                ..Task::default()
            }],
            times_per_year: times.unwrap_or(1),
            subjects,
        };
        let case = CostCase {
            method,
            before: table(hours_before, fees_before),
            after: table(hours_after, fees_after),
            source: told.text(Source),
        };
        match &read.measure.cost {
            Some(known) if *known != case => {
                self.wrong(at, HoursBefore, "biện pháp đã có chi phí ở dòng trên: ghi một lần, hoặc ghi giống nhau");
            }
            _ => read.measure.cost = Some(case),
        }
    }
}

/// A text of a part as the catalog holds it: channels and levels have words of their own there.
fn worded(part: Part, text: String) -> String {
    let word = match (part, bare(&text).as_str()) {
        (Part::Channel, "truc tuyen" | "qua mang") => "online",
        (Part::Channel, "truc tiep") => "direct",
        (Part::Channel, "buu chinh" | "buu chinh cong ich" | "dich vu buu chinh") => "postal",
        (Part::OnlineLevel, "toan trinh") => "full",
        (Part::OnlineLevel, "mot phan" | "chua toan trinh") => "partial",
        _ => return text,
    };
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(at: u64, cells: &[&str]) -> Row {
        Row { line: at, cells: cells.iter().map(|text| Cell::Text((*text).to_owned())).collect() }
    }

    const HEAD: [&str; 8] = [
        "Mã sáng kiến",
        "Tên sáng kiến",
        "Biện pháp",
        "Mã thủ tục",
        "Mục",
        "Hiện nay",
        "Sau khi thay đổi",
        "Số giờ sau",
    ];

    fn faults(rows: &[Row]) -> Vec<(u64, String)> {
        read(rows).faults.into_iter().map(|fault| (fault.line, fault.column)).collect()
    }

    #[test]
    fn rows_of_one_initiative_and_measure_are_held_together() {
        let rows = [
            row(1, &HEAD),
            row(2, &["A", "Sáng kiến A", "Một", "1.001193", "Thời hạn giải quyết", "10 ngày", "5 ngày"]),
            row(3, &["B", "Sáng kiến B", "", "1.001194"]),
            row(4, &["A", "", "Hai", "1.001193", "Thành phần hồ sơ", "Bản sao giấy khai sinh"]),
            row(5, &["A", "Sáng kiến A", "Một", "1.001195", "Cách thức thực hiện", "", "Trực tuyến"]),
            row(6, &["", "", "", "1.001196"]),
        ];
        let read = read(&rows);
        assert_eq!(read.faults, []);
        let shape: Vec<_> = read
            .groups
            .iter()
            .map(|group| {
                let measures = group.measures.iter().map(|m| (m.measure.title.as_str(), m.change_lines.clone()));
                (group.key.as_str(), measures.collect::<Vec<_>>())
            })
            .collect();
        assert_eq!(shape, [("A", vec![("Một", vec![2, 5]), ("Hai", vec![4])]), ("B", vec![("Sáng kiến B", vec![])])]);
        assert_eq!(read.groups[0].measures[0].measure.changes[1].amendment.after.as_deref(), Some("online"));
        // A row without a key belongs to the initiative that was begun last.
        assert_eq!(read.groups[1].measures[0].measure.codes, ["1.001194", "1.001196"]);
        let mut other = read.groups[0].clone();
        other.key = "khác".to_owned();
        assert_eq!(other.digest(), read.groups[0].digest());
        other.title.push('.');
        assert_ne!(other.digest(), read.groups[0].digest());
    }

    #[test]
    fn what_is_wrong_is_named_by_row_and_column() {
        let key = "Mã sáng kiến".to_owned();
        assert_eq!(faults(&[row(1, &["Tên sáng kiến", "Ghi chú"])]), [(1, "Ghi chú".to_owned()), (1, key.clone())]);
        let rows = [
            row(1, &HEAD),
            row(2, &["", "Không mã"]),
            row(3, &["A", ""]),
            row(4, &["B", "Sáng kiến B", "", "abc"]),
            row(5, &["B", "Tên khác", "", "1.001193", "Mục lạ", "a", "b"]),
            row(6, &["B", "", "", "", "Thời hạn giải quyết", "", "5 ngày"]),
            row(7, &["B", "", "", "1.001193", "Thời hạn giải quyết", "10 ngày", "nhanh"]),
            row(8, &["B", "", "", "", "", "", "", "tám"]),
            row(9, &["B", "", "", "", "", "", "", "8"]),
        ];
        let of = |at: u64, column: Column| (at, column.heading().to_owned());
        assert_eq!(
            faults(&rows),
            [
                of(2, Column::Key),
                of(3, Column::Title),
                of(4, Column::Code),
                of(5, Column::Title),
                of(5, Column::Part),
                of(6, Column::Code),
                of(7, Column::After),
                of(8, Column::HoursAfter),
                of(9, Column::Wage),
            ]
        );
        assert_eq!(read(&[]), Workbook::default());
    }
}
