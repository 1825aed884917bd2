//! Takes a definition from JSON, or from a table of a TOML file, and names the field that cannot be read.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::model::{Covers, Definition, What};
use crate::monitor::probe::model::FieldError;

/// Milliseconds between the requests of one poll of a portal, when nothing else is said.
const PORTAL_PAUSE: u32 = 500;

impl TryFrom<Value> for Definition {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        read(value).map_err(|wrong| format!("{}: {}", wrong.field, wrong.message))
    }
}

/// Reads a definition; every field must be known. Its values are not checked, see [`super::check::check`].
///
/// # Errors
/// [`FieldError`] naming the first field that is missing, unknown, or of another type.
pub fn read(value: Value) -> Result<Definition, FieldError> {
    let Value::Object(mut fields) = value else {
        return Err(wrong("definition", "takes an object of fields"));
    };
    let id = required(&mut fields, "id")?;
    let name = required(&mut fields, "name")?;
    let owner = required(&mut fields, "owner")?;
    let licence = optional(&mut fields, "licence")?.unwrap_or_default();
    let unit_id = optional(&mut fields, "unit_id")?.unwrap_or_default();
    let every_seconds = optional(&mut fields, "every_seconds")?;
    let max_age_seconds = optional(&mut fields, "max_age_seconds")?;
    let procedures = optional::<Covers>(&mut fields, "procedures")?.unwrap_or_default();
    let host_limit = optional(&mut fields, "host_limit")?.unwrap_or(1);
    let daily_budget = optional(&mut fields, "daily_budget")?;
    let pause_ms = optional(&mut fields, "pause_ms")?;
    // What is left belongs to the kind.
    let what: What = serde_json::from_value(Value::Object(fields)).map_err(|error| of_kind(&error.to_string()))?;
    let pause_ms = pause_ms.unwrap_or(if what.kind().is_portal() { PORTAL_PAUSE } else { 0 });
    Ok(Definition {
        id,
        name,
        owner,
        licence,
        unit_id,
        every_seconds,
        max_age_seconds,
        procedures,
        host_limit,
        daily_budget,
        pause_ms,
        what,
    })
}

fn wrong(field: &str, message: impl Into<String>) -> FieldError {
    FieldError { field: field.to_owned(), message: message.into() }
}

fn required<T: DeserializeOwned>(fields: &mut Map<String, Value>, name: &str) -> Result<T, FieldError> {
    optional(fields, name)?.ok_or_else(|| wrong(name, "is missing"))
}

/// A field that may be left out; null leaves it out as well.
fn optional<T: DeserializeOwned>(fields: &mut Map<String, Value>, name: &str) -> Result<Option<T>, FieldError> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => serde_json::from_value(value).map(Some).map_err(|error| wrong(name, error.to_string())),
    }
}

/// The field that an error of serde is about, as far as its words tell.
fn of_kind(error: &str) -> FieldError {
    for start in ["unknown field `", "missing field `"] {
        if let Some((field, _)) = error.strip_prefix(start).and_then(|rest| rest.split_once('`')) {
            let message = if start.starts_with("missing") { "is missing" } else { "is not known for this kind" };
            return wrong(field, message);
        }
    }
    wrong(if error.contains("variant") { "kind" } else { "definition" }, error)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn probe() -> Value {
        json!({"id": "cong", "name": "Cổng", "owner": "Văn phòng", "kind": "http_probe", "every_seconds": 60,
               "url": "https://dichvucong.gov.vn/"})
    }

    #[test]
    fn a_definition_is_read_and_written_the_same() {
        let read = read(probe()).unwrap();
        assert_eq!((read.host_limit, read.pause_ms, &read.procedures), (1, 0, &Covers::None));
        assert_eq!(read.host().as_deref(), Some("dichvucong.gov.vn:443"));
        let written = serde_json::to_value(&read).unwrap();
        assert_eq!(written["kind"], "http_probe");
        assert_eq!(serde_json::from_value::<Definition>(written).unwrap(), read);
        let codes = json!({"codes": ["1.001193"]});
        let mut other = probe();
        other["procedures"] = codes;
        assert_eq!(super::read(other).unwrap().procedures, Covers::Codes(vec!["1.001193".to_owned()]));
    }

    #[test]
    fn the_field_that_cannot_be_read_is_named() {
        let mut cases = Vec::new();
        for (field, value) in
            [("urll", json!("x")), ("every_seconds", json!("60")), ("kind", json!("ftp")), ("id", Value::Null)]
        {
            let mut one = probe();
            one[field] = value;
            cases.push((field, one));
        }
        let mut without = probe();
        without.as_object_mut().unwrap().remove("url");
        cases.push(("url", without));
        cases.push(("definition", json!([])));
        for (field, case) in cases {
            assert_eq!(read(case).unwrap_err().field, field);
        }
    }
}
