//! A row of the former portal's search (`jsp/rest.jsp`): little, old, and better than nothing.

use serde_json::Value;

use super::reject::Reject;
use super::{Shape, SourceRecord, begin_with, value};
use crate::catalog::model::Procedure;
use crate::catalog::text;

/// Whether an object is such a row.
pub fn is_row(row: &Value) -> bool {
    row.get("PROCEDURE_CODE").is_some() && row.get("PROCEDURE_NAME").is_some()
}

/// Reads a row; every value of the former portal is a text.
pub fn read(row: &Value) -> Result<SourceRecord, Reject> {
    let mut record = begin_with(row, "PROCEDURE_CODE", Shape::Former)?;
    let name = text::line(&value::required_text(row, "PROCEDURE_NAME")?);
    let parts = |word: Option<String>| word.map(|w| value::parts(&w)).unwrap_or_default();
    let fields = parts(value::text(row, "FIELD_NAME", &mut record.warnings));
    record.detail = Some(Procedure {
        name,
        issuer: value::text(row, "PUBLISHED_AGENCY", &mut record.warnings),
        handling_agencies: parts(value::text(row, "IMPLEMENTATION_AGENCY", &mut record.warnings)),
        fields: fields.iter().map(|f| without_ministry(f).to_owned()).collect(),
        ..Procedure::default()
    });
    Ok(record)
}

/// "An toàn bức xạ và hạt nhân(Bộ Khoa học và Công nghệ)" names the ministry behind the field.
fn without_ministry(field: &str) -> &str {
    let cut = field.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    cut.filter(|(_, ministry)| ministry.starts_with("Bộ ") || ministry.starts_with("Ngân hàng "))
        .map_or(field, |(name, _)| name.trim_end())
}

/// Fills what nothing else has said; what is known is newer.
pub fn fill(row: &Procedure, onto: &mut Procedure) {
    if onto.name.is_empty() {
        onto.name.clone_from(&row.name);
    }
    if onto.issuer.is_none() {
        onto.issuer.clone_from(&row.issuer);
    }
    if onto.handling_agencies.is_empty() {
        onto.handling_agencies.clone_from(&row.handling_agencies);
    }
    if onto.fields.is_empty() {
        onto.fields.clone_from(&row.fields);
    }
}
