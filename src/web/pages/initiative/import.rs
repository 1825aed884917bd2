//! `/co-quan/sang-kien/nhap`: drafts out of a workbook, looked at first; `/co-quan/sang-kien/mau.xlsx`: the workbook to
//! fill in.

use askama::Template;
use axum::extract::State;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::http::StatusCode;
use axum::response::Response;

use super::refusal;
use crate::account::model::Actor;
use crate::catalog::amend::model::Part;
use crate::initiative::actions::error::InitiativeError;
use crate::initiative::import::actions::{Made, Outcome, import};
use crate::initiative::import::model::{Column, Fault, MAX_INITIATIVES, MAX_ROWS};
use crate::initiative::import::read::{Workbook, read};
use crate::initiative::model::{MeasureType, Objective, Place, Track};
use crate::monitor::intake::table::{self, Unreadable};
use crate::platform::problem::Problem;
use crate::web::attachment::{XLSX, attachment};
use crate::web::format::number_vi;
use crate::web::pages::source::entry::{hexadecimal, read_hexadecimal};
use crate::web::pages::{frame, message, render};
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::{SignedIn, Visitor};
use crate::web::workbook::{Cell, Sheet, write};

/// Largest file that the page holds between looking and making, bytes; larger ones are chosen again.
const MOST_HELD: usize = 1_900_000;
/// Most faults that are shown at once.
const MOST_FAULTS: usize = 200;

/// The page.
#[derive(Debug, Default, Template)]
#[template(path = "initiative_import.html")]
struct ImportPage {
    frame: Frame,
    /// What is wrong with the file.
    error: Option<&'static str>,
    rows: usize,
    faults: Vec<Fault>,
    more_faults: usize,
    made: Vec<Made>,
    known: Vec<Made>,
    kept: bool,
    looked: bool,
    /// The file that was looked at, to be made, in hexadecimal.
    held: Option<String>,
    most_rows: String,
    most_initiatives: usize,
}

fn empty(state: &AppState, visitor: &Visitor) -> ImportPage {
    ImportPage {
        frame: frame(state, visitor, false),
        most_rows: number_vi(i64::try_from(MAX_ROWS).unwrap_or(i64::MAX)),
        most_initiatives: MAX_INITIATIVES,
        ..ImportPage::default()
    }
}

/// The page before a file is chosen.
pub async fn page(State(state): State<AppState>, visitor: Visitor) -> Response {
    render(StatusCode::OK, &empty(&state, &visitor))
}

/// A form with a file.
#[derive(Default)]
struct Sent {
    keep: bool,
    file: Vec<u8>,
}

/// What the form holds; one that breaks off holds nothing.
async fn read_form(form: Result<Multipart, MultipartRejection>) -> Sent {
    let Ok(mut form) = form else { return Sent::default() };
    let mut sent = Sent::default();
    while let Ok(Some(field)) = form.next_field().await {
        let name = field.name().unwrap_or_default().to_owned();
        let Ok(bytes) = field.bytes().await else { return Sent::default() };
        match name.as_str() {
            "action" => sent.keep = &bytes[..] == b"save",
            "file" => sent.file = bytes.to_vec(),
            "held" => sent.file = read_hexadecimal(&bytes).unwrap_or_default(),
            _ => {}
        }
    }
    sent
}

/// Looks at a workbook, or makes drafts of it.
pub async fn upload(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let sent = read_form(form).await;
    let mut page = empty(&state, &visitor);
    let status = match fill(&state, &actor, sent, &mut page).await {
        Ok(status) => status,
        Err(error) => return refusal(&state, &visitor, error),
    };
    render(status, &page)
}

async fn fill(
    state: &AppState,
    actor: &Actor,
    sent: Sent,
    page: &mut ImportPage,
) -> Result<StatusCode, InitiativeError> {
    let keep = sent.keep;
    let held = (sent.file.len() <= MOST_HELD).then(|| hexadecimal(&sent.file));
    // Unpacking and reading keep a processor busy.
    let book = tokio::task::spawn_blocking(move || workbook(&sent.file)).await;
    let book = match book.unwrap_or(Err("Không đọc được tệp, hãy thử lại.")) {
        Ok(book) => book,
        Err(error) => {
            page.error = Some(error);
            return Ok(StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    page.looked = true;
    page.rows = book.rows;
    let mut faults = book.faults;
    let mut outcome = Outcome::default();
    // Columns that are not there would be named again as fields that are missing.
    if !book.groups.is_empty() {
        let keep = keep && faults.is_empty();
        outcome = import(&state.db, actor, &book.groups, keep, state.clock.now()).await?;
        faults.append(&mut outcome.faults);
    }
    faults.sort_by_key(|fault| fault.line);
    faults.dedup();
    page.more_faults = faults.len().saturating_sub(MOST_FAULTS);
    faults.truncate(MOST_FAULTS);
    let right = faults.is_empty();
    page.faults = faults;
    page.kept = outcome.kept;
    page.held = held.filter(|_| right && !keep && !outcome.made.is_empty());
    page.made = outcome.made;
    page.known = outcome.known;
    Ok(if right { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY })
}

fn workbook(file: &[u8]) -> Result<Workbook, &'static str> {
    if file.is_empty() {
        return Err("Hãy chọn tệp Excel (.xlsx) đã điền theo mẫu.");
    }
    if !file.starts_with(b"PK\x03\x04") {
        return Err("Tệp này không phải tệp Excel (.xlsx), dù tên có thể ghi như vậy. Hãy lưu lại dạng .xlsx.");
    }
    let rows = table::read(file).map_err(|error| match error {
        Unreadable::TooLarge => "Tệp quá lớn: nhiều nhất 4 MB, và 64 MB sau khi giải nén.",
        Unreadable::TooManyRows => "Tệp có quá nhiều dòng, hãy chia nhỏ.",
        Unreadable::TooManyColumns => "Tệp có hơn 50 cột: hãy dùng tệp mẫu.",
        Unreadable::Empty => "Trang đầu của tệp không có gì.",
        Unreadable::Encoding | Unreadable::Workbook => {
            "Không mở được như tệp Excel (.xlsx). Hãy lưu lại dạng .xlsx rồi tải lên."
        }
    })?;
    Ok(read(&rows))
}

/// The workbook to fill in, with what belongs in each column.
pub async fn template(State(state): State<AppState>, visitor: Visitor) -> Response {
    match write(&[blank(), guide(), example()]) {
        Ok(file) => attachment(XLSX, "mau-nhap-sang-kien.xlsx", file),
        Err(error) => message::of(&state, &visitor, &Problem::internal(&error), ""),
    }
}

fn columns() -> Vec<(&'static str, u16)> {
    let wide = [Column::Title, Column::Summary, Column::Reasons, Column::Content, Column::Before, Column::After];
    Column::ALL.iter().map(|(column, heading, _)| (*heading, if wide.contains(column) { 36 } else { 18 })).collect()
}

fn blank() -> Sheet {
    Sheet { name: "Sáng kiến", columns: columns(), input: true, ..Sheet::default() }
}

fn guide() -> Sheet {
    let mut rows: Vec<Vec<Cell>> =
        Column::ALL.iter().map(|(_, heading, hint)| vec![Cell::text(*heading), Cell::text(*hint)]).collect();
    let mut list = |name: &'static str, values: Vec<&'static str>| {
        rows.push(vec![Cell::Text(format!("Giá trị của “{name}”")), Cell::Text(values.join("\n"))]);
    };
    list("Loại", Track::ALL.iter().map(|track| track.name()).collect());
    list("Mục tiêu", Objective::ALL.iter().map(|objective| objective.name()).collect());
    list("Loại biện pháp", MeasureType::ALL.iter().map(|kind| kind.name()).collect());
    list("Thẩm quyền", [Place::Local, Place::Central].iter().map(|place| place.name()).collect());
    list("Mục", Part::ALL.iter().map(|part| part.name()).collect());
    Sheet { name: "Hướng dẫn", columns: vec![("Cột", 30), ("Cách ghi", 100)], rows, input: false }
}

fn example() -> Sheet {
    let line = |told: &[(Column, &str)]| {
        let value = |column: Column| told.iter().find(|(of, _)| *of == column).map_or("", |(_, text)| text);
        Column::ALL.iter().map(|(column, ..)| Cell::text(value(*column))).collect()
    };
    let rows = vec![
        line(&[
            (Column::Key, "SK1"),
            (Column::Title, "Rút ngắn thời hạn và bỏ giấy tờ khi đăng ký tạm trú"),
            (Column::Summary, "Người dân chờ ít hơn và không nộp lại giấy tờ đã có."),
            (Column::Reasons, "Dữ liệu đã có trong cơ sở dữ liệu quốc gia."),
            (Column::Objectives, "Trực tuyến toàn trình; Dịch vụ số"),
            (Column::Measure, "Rút ngắn thời hạn"),
            (Column::Kind, "Cắt thời hạn giải quyết"),
            (Column::Code, "1.004194"),
            (Column::Part, "Thời hạn giải quyết"),
            (Column::Before, "3 ngày làm việc"),
            (Column::After, "1 ngày làm việc"),
            (Column::HoursBefore, "8"),
            (Column::HoursAfter, "2,5"),
            (Column::Wage, "40.000"),
            (Column::Subjects, "1.200"),
            (Column::Source, "Khảo sát 200 hồ sơ, quý 3/2026"),
        ]),
        line(&[
            (Column::Key, "SK1"),
            (Column::Measure, "Bỏ giấy tờ"),
            (Column::Kind, "Bỏ, thay giấy tờ bằng dữ liệu"),
            (Column::Code, "1.004194"),
            (Column::Content, "Khai thác dữ liệu cư trú thay cho bản giấy."),
        ]),
    ];
    Sheet { name: "Ví dụ", columns: columns(), rows, input: true }
}
