//! Figures typed in (`/co-quan/nguon/{id}/nhap`) and uploaded (`/co-quan/nguon/{id}/tai-len`).

use std::fmt::Write;

use axum::body::Bytes;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::definition::Typed;
use super::report::ReportView;
use super::show::{Extra, show};
use crate::account::audit::Author;
use crate::account::model::Actor;
use crate::monitor::intake::actions::{Read, TableError, Target, lines, take, take_table};
use crate::monitor::intake::model::{Draft, Place};
use crate::monitor::intake::period::Period;
use crate::monitor::intake::refusal::Reason;
use crate::monitor::intake::report::IntakeReport;
use crate::monitor::intake::table::Unreadable;
use crate::monitor::intake::upload::read_value;
use crate::monitor::source::kept::Source;
use crate::monitor::source::model::{Definition, What};
use crate::platform::problem::Problem;
use crate::web::api::sources::known_source;
use crate::web::form::{Fault, Field, attach, fault};
use crate::web::pages::message;
use crate::web::state::AppState;
use crate::web::visitor::{SignedIn, Visitor};

/// Largest file that the page holds between looking and saving, bytes; larger ones are chosen again.
const MOST_HELD: usize = 1_900_000;

/// The form of figures.
#[derive(Debug, Clone)]
pub struct EntryForm {
    /// A table is uploaded; else one figure is typed in.
    pub table: bool,
    /// Fields of one figure.
    pub fields: Vec<Field>,
    /// What is wrong with them.
    pub faults: Vec<Fault>,
    /// A table that was looked at, to be saved, in hexadecimal.
    pub held: Option<String>,
    /// What is wrong with the file.
    pub error: Option<String>,
    /// Metrics with their units.
    pub metrics: Vec<String>,
}

impl EntryForm {
    /// The empty form of a source that takes figures from people; `None` for others.
    #[must_use]
    pub fn of(definition: &Definition) -> Option<Self> {
        let table = match &definition.what {
            What::Upload(_) => true,
            What::Manual(_) => false,
            _ => return None,
        };
        Some(Self::with(definition, table, &Typed::default()))
    }

    fn with(definition: &Definition, table: bool, typed: &Typed) -> Self {
        let lines = lines(definition);
        let mut fields = Vec::new();
        if !table {
            if lines.len() > 1 {
                let options = lines.iter().map(|one| (one.metric.clone(), format!("{} ({})", one.metric, one.unit)));
                let options = options.collect();
                fields.push(Field::choice("metric", "Chỉ tiêu", "", options, typed.get("metric")).required());
            }
            let hint = "Ví dụ: 23/11/2026, 11/2026, quý 4/2026, 2026.";
            fields.push(Field::line("period", "Kỳ", hint, typed.get("period")).required());
            let hint = "Số viết như 1.234,5; không có số thì ghi: không áp dụng, chưa có, ẩn.";
            fields.push(Field::line("value", "Giá trị", hint, typed.get("value")).required());
            let hint = "Số này của ai hoặc của việc gì; bỏ trống nếu là của cả nguồn.";
            fields.push(Field::line("subject", "Đối tượng", hint, typed.get("subject")));
            let hint = "Không ghi thông tin cá nhân.";
            fields.push(Field::line("note", "Ghi chú", hint, typed.get("note")));
        }
        let name = |one: &crate::monitor::intake::model::Line| {
            if one.unit.is_empty() { one.metric.clone() } else { format!("{} ({})", one.metric, one.unit) }
        };
        let metrics = lines.iter().map(name).collect();
        Self { table, fields, faults: Vec::new(), held: None, error: None, metrics }
    }
}

async fn find(state: &AppState, id: &str) -> Result<Source, Problem> {
    known_source(&mut state.db.read().await?, id).await
}

/// Looks at one figure or keeps it; what was typed stays when it is refused.
pub async fn typed(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let source = match find(&state, &id).await {
        Ok(source) => source,
        Err(problem) => return message::of(&state, &visitor, &problem, ""),
    };
    let typed = Typed::sent(&body);
    let dry_run = typed.get("action") == "try";
    let mut form = EntryForm::with(&source.definition, false, &typed);
    let extra = match one(&state, &actor, &source, &typed, dry_run).await {
        Ok(report) => {
            let kept = !dry_run && report.refused == 0;
            let entry = if kept { None } else { Some(form) };
            Extra { report: Some(ReportView::of(&report)), entry, ..Extra::default() }
        }
        Err(Entered::Refused(wrong)) => {
            let errors = wrong.map(|(field, code)| fault(field, code.text(), code.vietnamese()));
            form.faults = attach(&mut form.fields, &errors, &[]);
            Extra { status: StatusCode::UNPROCESSABLE_ENTITY, entry: Some(form), ..Extra::default() }
        }
        Err(Entered::Problem(problem)) => return message::of(&state, &visitor, &problem, ""),
    };
    show(&state, &visitor, &id, extra).await
}

/// Why a figure is not taken.
enum Entered {
    Refused([(&'static str, Reason); 1]),
    Problem(Problem),
}

impl From<sqlx::Error> for Entered {
    fn from(error: sqlx::Error) -> Self {
        Self::Problem(error.into())
    }
}

async fn one(
    state: &AppState,
    actor: &Actor,
    source: &Source,
    typed: &Typed,
    dry_run: bool,
) -> Result<IntakeReport, Entered> {
    let wrong = |field, code| Entered::Refused([(field, code)]);
    if !matches!(source.definition.what, What::Manual(_)) || !source.enabled {
        return Err(wrong("value", Reason::UnknownMetric));
    }
    let period = Period::read(typed.get("period")).map_err(|_| wrong("period", Reason::NotAPeriod))?;
    let (value_state, value, percent) = read_value(typed.get("value")).map_err(|code| wrong("value", code))?;
    let draft = Draft {
        place: Place::default(),
        metric: Some(typed.get("metric")),
        subject: typed.get("subject"),
        unit: percent.then_some("%"),
        slot: period.slot,
        state: value_state,
        value,
        note: Some(typed.get("note")),
    };
    let now = state.clock.now();
    let item = draft
        .check(&lines(&source.definition), now.as_millisecond())
        .map_err(|refused| wrong(if refused.field == "unit" { "value" } else { refused.field }, refused.code))?;
    let read = Read { count: 1, items: vec![item], refused: Vec::new() };
    let by = Author::from(actor);
    Ok(take(&state.db, &Target::of(&source.definition), read, Some(by), dry_run, now).await?)
}

/// A form with a file.
#[derive(Default)]
struct Sent {
    dry_run: bool,
    file: Option<Vec<u8>>,
}

/// Looks at a table or keeps it; a table that was looked at can be kept without being chosen again.
pub async fn uploaded(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let source = match find(&state, &id).await {
        Ok(source) => source,
        Err(problem) => return message::of(&state, &visitor, &problem, ""),
    };
    let sent = match form {
        Ok(form) => read_form(form).await,
        Err(_) => Sent::default(),
    };
    let mut form = EntryForm::with(&source.definition, true, &Typed::default());
    let Some(file) = sent.file.filter(|file| !file.is_empty()) else {
        form.error = Some("Hãy chọn một tệp CSV hoặc XLSX.".to_owned());
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return show(&state, &visitor, &id, Extra { status, entry: Some(form), ..Extra::default() }).await;
    };
    let held = (sent.dry_run && file.len() <= MOST_HELD).then(|| hexadecimal(&file));
    let by = Author::from(&actor);
    let extra = match take_table(&state.db, &source, file, by, sent.dry_run, state.clock.now()).await {
        Ok(report) => {
            form.held = held.filter(|_| report.added + report.corrected > 0);
            Extra { report: Some(ReportView::of(&report)), entry: Some(form), ..Extra::default() }
        }
        Err(error @ (TableError::Reader | TableError::Sql(_))) => {
            return message::of(&state, &visitor, &Problem::internal(&error), "");
        }
        Err(error) => {
            form.error = Some(unreadable(&error).to_owned());
            Extra { status: StatusCode::UNPROCESSABLE_ENTITY, entry: Some(form), ..Extra::default() }
        }
    };
    show(&state, &visitor, &id, extra).await
}

/// What a form with a file holds; a form that breaks off holds nothing.
async fn read_form(mut form: Multipart) -> Sent {
    let mut sent = Sent::default();
    while let Ok(Some(field)) = form.next_field().await {
        let name = field.name().unwrap_or_default().to_owned();
        let Ok(bytes) = field.bytes().await else { return Sent::default() };
        match name.as_str() {
            "action" => sent.dry_run = &bytes[..] == b"try",
            "file" => sent.file = Some(bytes.to_vec()),
            "held" => sent.file = read_hexadecimal(&bytes),
            _ => {}
        }
    }
    sent
}

fn unreadable(error: &TableError) -> &'static str {
    match error {
        TableError::Kind => "Nguồn này không nhận bảng.",
        TableError::Off => "Nguồn đang tắt, hãy bật trước.",
        TableError::Unreadable(Unreadable::TooLarge) => "Tệp quá lớn: nhiều nhất 4 MB, và 64 MB sau khi giải nén.",
        TableError::Unreadable(Unreadable::TooManyRows) => "Tệp có hơn 20.000 dòng, hãy chia nhỏ.",
        TableError::Unreadable(Unreadable::TooManyColumns) => "Tệp có hơn 50 cột.",
        TableError::Unreadable(Unreadable::Empty) => "Tệp không có gì.",
        TableError::Unreadable(Unreadable::Encoding) => {
            "Tệp không phải CSV (UTF-8) hay XLSX. Trong Excel, hãy lưu lại dạng “CSV UTF-8” hoặc XLSX."
        }
        TableError::Unreadable(Unreadable::Workbook) => "Không mở được tệp XLSX, hãy lưu lại rồi tải lên.",
        TableError::Reader | TableError::Sql(_) => "Hệ thống đang trục trặc.",
    }
}

/// Bytes as a form can hold them.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Bytes that a form held.
#[must_use]
pub fn read_hexadecimal(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    text.chunks(2).map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_file_comes_back_as_it_was() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(read_hexadecimal(hexadecimal(&bytes).as_bytes()), Some(bytes));
        assert_eq!(
            (read_hexadecimal(b"0"), read_hexadecimal(b"zz"), read_hexadecimal(b"")),
            (None, None, Some(Vec::new()))
        );
    }
}
