//! The formats procedures arrive in, each read into the same facts.
//!
//! A record is recognised by its shape, not by its file: a line of the corpus, an item of the portal's list, an answer of
//! its detail API, a row of the former portal's search, or a line of the starter catalog. What a field fails to say is left out with a warning; only a record
//! without code or name is refused.

mod api;
mod docx;
mod former;
mod list;
mod markdown;
mod page;
mod reject;
mod starter;
#[cfg(test)]
mod tests;
mod value;

use serde_json::Value;

use self::list::ListFacts;
pub use self::reject::Reject;
use super::code::{ParsedCode, ProcedureCode};
use super::model::Procedure;
use super::text;

/// Longest single text that is taken, bytes; the longest of the national catalog has 135 kB.
const MAX_FIELD_BYTES: usize = 1 << 20;

/// What kind of record it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// A line of the corpus: list item and detail together.
    Corpus,
    /// An item of the portal's list.
    ListItem,
    /// An answer of the portal's detail API.
    Detail,
    /// A row of the former portal's search.
    Former,
    /// A line of the starter catalog.
    Starter,
}

/// One record, read.
#[derive(Debug, Clone)]
pub struct SourceRecord {
    /// The code as the source spells it.
    pub code_raw: String,
    /// The identity.
    pub code: ParsedCode,
    /// What kind of record it was.
    pub shape: Shape,
    /// Whether the source says that it left the public list.
    pub retired: Option<bool>,
    /// What is odd about it.
    pub warnings: Vec<String>,
    list: Option<ListFacts>,
    detail: Option<Procedure>,
}

impl SourceRecord {
    /// The portal's identifier.
    #[must_use]
    pub fn portal_id(&self) -> Option<&str> {
        let of_list = self.list.as_ref().and_then(|l| l.portal_id.as_deref());
        of_list.or_else(|| self.detail.as_ref().and_then(|d| d.portal_id.as_deref()))
    }
}

/// Reads one piece of input: usually one record, many for an answer of the list API.
///
/// # Errors
/// [`Reject`] when no record can be made of it.
pub fn read(bytes: &[u8]) -> Result<Vec<SourceRecord>, Reject> {
    let text = std::str::from_utf8(bytes).map_err(|e| Reject::Utf8 { at: e.valid_up_to() })?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('<') {
        return Err(Reject::Html);
    }
    let value: Value = serde_json::from_str(text).map_err(|e| Reject::Json(e.to_string()))?;
    read_value(&value)
}

fn read_value(value: &Value) -> Result<Vec<SourceRecord>, Reject> {
    // The former portal answers with a bare list of rows.
    if let Some(rows) = value.as_array().filter(|rows| !rows.is_empty() && rows.iter().all(former::is_row)) {
        return rows.iter().map(former::read).collect();
    }
    if !value.is_object() {
        return Err(Reject::NotAnObject(value::kind(value)));
    }
    // A captured exchange keeps the answer under `response`.
    if let Some(response) = value.get("response").filter(|r| r.is_object()) {
        return read_value(response);
    }
    if let Some(data) = value.get("data") {
        let code = value.get("code").and_then(Value::as_str).unwrap_or_default();
        if code != "OK" {
            let message = value.get("message").and_then(Value::as_str).unwrap_or_default();
            return Err(Reject::Envelope { code: code.to_owned(), message: message.to_owned() });
        }
        if let Some(items) = data.get("items").and_then(Value::as_array) {
            return items.iter().map(list_item).collect();
        }
        return detail(data).map(|record| vec![record]);
    }
    value::check_sizes(value, MAX_FIELD_BYTES)?;
    let record = if value.get("starter").is_some() {
        starter::read(value)?
    } else if former::is_row(value) {
        former::read(value)?
    } else if value.get("detailKind").is_some() || value.get("inCatalog20260718").is_some() {
        corpus(value)?
    } else if value.get("executionSteps").is_some() || value.get("executionMethods").is_some() {
        detail(value)?
    } else {
        list_item(value)?
    };
    Ok(vec![record])
}

/// The code of a piece that could not be read, as far as it can be seen.
#[must_use]
pub fn code_hint(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]);
    let after = text.split("\"code\"").nth(1)?.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    Some(after.split('"').next()?.chars().take(64).collect())
}

fn begin(value: &Value, shape: Shape) -> Result<SourceRecord, Reject> {
    begin_with(value, "code", shape)
}

fn begin_with(value: &Value, field: &'static str, shape: Shape) -> Result<SourceRecord, Reject> {
    let code_raw = value::required_text(value, field)?;
    let code = ProcedureCode::parse(&code_raw).map_err(Reject::Code)?;
    let mut warnings = Vec::new();
    if code.odd {
        warnings.push(format!("the code {code_raw} is not of the form d.dddddd; kept as it is"));
    }
    if let Some(tail) = &code.tail {
        warnings.push(format!("the agency tail {tail} was taken off the code"));
    }
    Ok(SourceRecord { code_raw, code, shape, retired: None, warnings, list: None, detail: None })
}

fn list_item(value: &Value) -> Result<SourceRecord, Reject> {
    value::check_sizes(value, MAX_FIELD_BYTES)?;
    let mut record = begin(value, Shape::ListItem)?;
    let facts = list::read(value, &mut record.warnings)?;
    record.list = Some(facts);
    record.retired = Some(false);
    Ok(record)
}

fn detail(value: &Value) -> Result<SourceRecord, Reject> {
    value::check_sizes(value, MAX_FIELD_BYTES)?;
    let mut record = begin(value, Shape::Detail)?;
    value::required_text(value, "name")?;
    record.detail = Some(api::read(value, &mut record.warnings));
    Ok(record)
}

fn corpus(value: &Value) -> Result<SourceRecord, Reject> {
    let mut record = begin(value, Shape::Corpus)?;
    let name = text::line(&value::required_text(value, "name")?);
    if name.is_empty() {
        return Err(Reject::MissingField("name"));
    }
    let mut facts = match value.get("list").filter(|l| !l.is_null()) {
        Some(list) => list::read(list, &mut record.warnings)?,
        None => ListFacts::default(),
    };
    if let Some(raw) = value.get("list").and_then(|l| l.get("code")).and_then(Value::as_str) {
        raw.clone_into(&mut record.code_raw);
    }
    facts.name = name;
    facts.portal_id = facts.portal_id.or_else(|| value::text(value, "id", &mut record.warnings));
    facts.portal_url = value::text(value, "portalUrl", &mut record.warnings);
    record.retired = value.get("inCatalog20260718").and_then(Value::as_bool).map(|public| !public);
    record.list = Some(facts);
    let detail = value.get("detail").filter(|d| d.is_object());
    let kind = value.get("detailKind").and_then(Value::as_str);
    record.detail = match (kind, detail) {
        (Some("api"), Some(detail)) => Some(api::read(detail, &mut record.warnings)),
        (Some("markdown"), Some(detail)) => Some(markdown::read(detail, &mut record.warnings)),
        (Some("page"), Some(detail)) => Some(page::read(detail, &mut record.warnings)),
        (Some("docx"), Some(detail)) => Some(docx::read(detail, &mut record.warnings)),
        (Some(other), Some(_)) => {
            record.warnings.push(format!("detailKind: {} is not known, the detail is passed over", text::line(other)));
            None
        }
        _ => None,
    };
    Ok(record)
}

/// Lays a record's facts over what is known of its procedure. Doing it twice changes nothing.
pub fn apply(record: &SourceRecord, onto: &mut Procedure) {
    onto.code = record.code.code.clone();
    match &record.detail {
        Some(row) if record.shape == Shape::Former => former::fill(row, onto),
        Some(detail) => lay_detail(detail, onto),
        None => {}
    }
    if let Some(list) = &record.list {
        list.lay(onto);
    }
}

/// Every detail fact that the record has replaces the one that is known.
fn lay_detail(new: &Procedure, onto: &mut Procedure) {
    macro_rules! lay {
        ($($field:ident),* $(,)?) => { $(if new.$field.filled() { onto.$field.clone_from(&new.$field); })* };
    }
    trait Filled {
        fn filled(&self) -> bool;
    }
    impl<T> Filled for Vec<T> {
        fn filled(&self) -> bool {
            !self.is_empty()
        }
    }
    impl<T> Filled for Option<T> {
        fn filled(&self) -> bool {
            self.is_some()
        }
    }
    lay!(
        portal_url,
        deciding_agencies,
        coordinating_agencies,
        handling_agencies,
        receiving_address,
        levels,
        channels,
        time_limits,
        fees,
        steps,
        papers,
        legal_basis,
        conditions,
        results,
        description,
        keywords,
        decision,
        declared_full,
        submit_form,
    );
    // Details carry older spellings of what the list says: were the last one to arrive to win, each sync would make two
    // new versions.
    if !onto.listed {
        lay!(portal_id, source_state, fields, issuer, audiences);
        if !new.name.is_empty() {
            onto.name.clone_from(&new.name);
            onto.kind = new.kind;
        }
    }
}
