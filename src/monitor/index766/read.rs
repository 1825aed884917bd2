//! Takes an answer of a reporting endpoint apart into figures, departments and procedures.
//!
//! Answers are undocumented and change: wrappers are looked through, numbers may be texts, fields may be missing, and a
//! blank is never 0. What cannot be understood is a warning, never a guess.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value};

use super::decimal::Decimal;
use super::model::{Context, Department, Endpoint, Figure, Formality, Kind, TOTAL};
use super::period::Period;
use super::rows::{self, Subject};
use super::rules::Rules;
use crate::catalog::text;
use crate::monitor::model::State;

/// Wrappers within wrappers, at most.
const MAX_DEPTH: usize = 5;
/// Fields that tell an answer's body from its wrappers.
const BODY_FIELDS: [&str; 7] = ["overview", "evaluation", "parent", "children", "items", "radar", "monthlyChart"];
/// Words under which a body is wrapped.
const WRAPPERS: [&str; 4] = ["response", "data", "result", "payload"];

/// Why nothing can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// A page for people.
    #[error("the answer is an HTML page, not a report")]
    Html,
    /// Broken or cut.
    #[error("the answer is no JSON: {0}")]
    Json(String),
    /// The portal says that it failed.
    #[error("the portal answered {code}: {message}")]
    Refused {
        /// Its code.
        code: String,
        /// Its message.
        message: String,
    },
    /// Another report, or none.
    #[error("the answer of {0} has none of the parts of a report")]
    Shape(&'static str),
}

/// What an answer says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// Its figures, each once.
    pub figures: Vec<Figure>,
    /// The departments it names.
    pub departments: Vec<Department>,
    /// The procedures it names.
    pub formalities: Vec<Formality>,
    /// Pages in all, where it says so.
    pub pages: Option<u32>,
    /// The portal's own words on the quality of its data.
    pub quality: BTreeSet<String>,
    /// What is odd.
    pub warnings: Vec<String>,
}

/// Reads an answer to what `context` asked for, by the rules in force at its end.
///
/// # Errors
/// [`ReadError`]
pub fn read(endpoint: Endpoint, context: &Context, payload: &[u8], rules: &Rules) -> Result<Read, ReadError> {
    let text = String::from_utf8_lossy(payload);
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('<') {
        return Err(ReadError::Html);
    }
    let value: Value = serde_json::from_str(text).map_err(|e| ReadError::Json(e.to_string()))?;
    let mut reader = Reader { endpoint, context, rules, read: Read::default(), seen: HashSet::new() };
    match unwrap(&value, 0)? {
        Value::Array(rows) => reader.take_list(rows),
        Value::Object(body) if BODY_FIELDS.iter().any(|f| body.contains_key(*f)) => reader.take_body(body),
        _ => return Err(ReadError::Shape(endpoint.word())),
    }
    Ok(reader.read)
}

fn unwrap(value: &Value, depth: usize) -> Result<&Value, ReadError> {
    let Value::Object(fields) = value else { return Ok(value) };
    if BODY_FIELDS.iter().any(|f| fields.contains_key(*f)) || depth == MAX_DEPTH {
        return Ok(value);
    }
    let word = |field: &str| fields.get(field).and_then(Value::as_str);
    if let Some(code) = word("code").filter(|code| *code != "OK") {
        let message = word("message").unwrap_or_default().to_owned();
        return Err(ReadError::Refused { code: code.to_owned(), message });
    }
    match WRAPPERS.iter().find_map(|w| fields.get(*w)).filter(|inner| inner.is_object() || inner.is_array()) {
        Some(inner) => unwrap(inner, depth + 1),
        None => Ok(value),
    }
}

/// One answer being read.
pub(super) struct Reader<'a> {
    pub endpoint: Endpoint,
    pub context: &'a Context,
    pub rules: &'a Rules,
    pub read: Read,
    seen: HashSet<(String, String, Period)>,
}

impl Reader<'_> {
    /// Only the rows, without what stands around them.
    fn take_list(&mut self, list: &[Value]) {
        for row in list {
            match row {
                Value::Object(row) if self.endpoint == Endpoint::Formalities => self.formality(row),
                Value::Object(row) => self.department_row(row, false),
                _ => self.warn("một dòng không phải là đối tượng JSON"),
            }
        }
    }

    fn take_body(&mut self, body: &Map<String, Value>) {
        for head in ["overview", "parent"] {
            if let Some(row) = self.object(body, head) {
                self.department_row(row, true);
                if head == "overview" && self.endpoint == Endpoint::ServiceResults {
                    self.radar(body, row);
                    self.donuts(body, row);
                }
            }
        }
        for list in ["evaluation", "children", "items"] {
            if let Some(rows) = self.list(body, list) {
                self.take_list(rows);
            }
        }
        for chart in ["monthlyChart", "dossierChart"] {
            if let Some(points) = self.list(body, chart) {
                rows::chart(self, chart, points);
            }
        }
        if let Some(pagination) = self.object(body, "pagination") {
            self.read.pages = pagination.get("totalPages").and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
        }
    }

    fn department_row(&mut self, row: &Map<String, Value>, head: bool) {
        let former = rows::of_former(row);
        let row = former.as_ref().unwrap_or(row);
        let subject = Subject::of(row, self.context, head);
        if !head && subject.id.is_empty() {
            return self.warn("một dòng không có departmentId lẫn departmentCode, bỏ qua");
        }
        self.name(row, &subject);
        rows::department(self, row, &subject);
    }

    fn name(&mut self, row: &Map<String, Value>, subject: &Subject) {
        let name = row.get("departmentName").and_then(Value::as_str).map(text::line).unwrap_or_default();
        if subject.id.is_empty() || self.read.departments.iter().any(|d| d.id == subject.id) {
            return;
        }
        self.read.departments.push(Department {
            id: subject.id.clone(),
            code: subject.code.clone(),
            name,
            level: subject.level.clone(),
            parent_id: subject.parent_id.clone(),
        });
    }

    fn radar(&mut self, body: &Map<String, Value>, overview: &Map<String, Value>) {
        let subject = Subject::of(overview, self.context, true);
        for spoke in self.list(body, "radar").unwrap_or_default() {
            let Some(spoke) = spoke.as_object() else { continue };
            let Some(code) = spoke.get("code").and_then(Value::as_str).filter(|c| !c.is_empty()) else { continue };
            let published = self.number(spoke, "score");
            let max = self.number(spoke, "maxScore").or_else(|| self.rules.group_max(code));
            let value = self.number(spoke, "ratio");
            let figure = subject.figure(self.context.period, Kind::Group, code);
            let state = state_of(published);
            self.add(Figure { state, value, published, max, ..figure });
        }
    }

    fn donuts(&mut self, body: &Map<String, Value>, overview: &Map<String, Value>) {
        let subject = Subject::of(overview, self.context, true);
        let Some(donuts) = self.object(body, "donuts") else { return };
        for (name, slices) in donuts {
            let slices: Vec<_> = slices.as_array().into_iter().flatten().filter_map(Value::as_object).collect();
            let counts: Vec<Option<Decimal>> = slices.iter().map(|s| self.number(s, "value")).collect();
            let all: Option<Decimal> = counts.iter().copied().sum();
            for (slice, count) in slices.into_iter().zip(counts) {
                let Some(code) = slice.get("code").and_then(Value::as_str) else { continue };
                let value = self.number(slice, "percent");
                let figure = subject.figure(self.context.period, Kind::Share, &format!("{name}.{code}"));
                let state = state_of(count.or(value));
                self.add(Figure { state, numerator: count, denominator: all, value, ..figure });
            }
        }
    }

    fn formality(&mut self, item: &Map<String, Value>) {
        let word = |field: &str| item.get(field).and_then(Value::as_str).map(text::line).unwrap_or_default();
        let (id, code) = (word("id"), word("code"));
        if id.is_empty() || code.is_empty() {
            return self.warn("một thủ tục không có id hoặc mã, bỏ qua");
        }
        let (name, state, department_id) = (word("name"), word("state"), word("departmentId"));
        self.read.formalities.push(Formality { id, code, name, state, department_id });
    }

    /// Keeps a figure; the first of several for one place stays.
    pub fn add(&mut self, figure: Figure) {
        let key = (figure.department_id.clone(), figure.code.clone(), figure.period);
        if self.seen.insert(key) {
            if !figure.data_quality.is_empty() {
                self.read.quality.insert(figure.data_quality.clone());
            }
            self.read.figures.push(figure);
            return;
        }
        let same =
            |f: &&Figure| (&f.department_id, &f.code, f.period) == (&figure.department_id, &figure.code, figure.period);
        if self.read.figures.iter().find(same).is_some_and(|first| *first != figure && figure.code != TOTAL) {
            let message = format!("{} của {} có hai giá trị, giữ giá trị đầu", figure.code, figure.department_id);
            self.warn(&message);
        }
    }

    /// A number, or a text of digits; `None` for null, for a field that is missing, and, with a warning, for anything else.
    pub fn number(&mut self, row: &Map<String, Value>, field: &str) -> Option<Decimal> {
        let value = row.get(field).filter(|v| !v.is_null())?;
        if value.as_str().is_some_and(|text| text.trim().is_empty()) {
            return None;
        }
        let number = Decimal::of(value);
        if number.is_none() {
            self.warn(&format!("{field}: không đọc được số từ {}", short(value)));
        }
        number
    }

    /// A count: a number that is not below zero.
    pub fn count(&mut self, row: &Map<String, Value>, field: &str) -> Option<Decimal> {
        let number = self.number(row, field)?;
        if number < Decimal::ZERO {
            self.warn(&format!("{field}: {number} âm, không dùng"));
            return None;
        }
        Some(number)
    }

    /// The objects of a list of rows, and of `metrics`.
    pub fn list<'b>(&mut self, body: &'b Map<String, Value>, field: &str) -> Option<&'b [Value]> {
        match body.get(field)? {
            Value::Array(rows) => Some(rows),
            Value::Null => None,
            other => {
                self.warn(&format!("{field}: cần một danh sách, nhận được {}", short(other)));
                None
            }
        }
    }

    fn object<'b>(&mut self, body: &'b Map<String, Value>, field: &str) -> Option<&'b Map<String, Value>> {
        match body.get(field)? {
            Value::Object(row) => Some(row),
            Value::Null => None,
            other => {
                self.warn(&format!("{field}: cần một đối tượng, nhận được {}", short(other)));
                None
            }
        }
    }

    /// Says what is odd, each thing once.
    pub fn warn(&mut self, message: &str) {
        if !self.read.warnings.iter().any(|w| w == message) {
            self.read.warnings.push(message.to_owned());
        }
    }
}

/// A value that came is a number, one that did not was not delivered.
pub(super) const fn state_of(value: Option<Decimal>) -> State {
    if value.is_some() { State::Number } else { State::NotDelivered }
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(40).collect()
}
