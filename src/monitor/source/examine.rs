//! A definition as somebody wrote it, with everything that is wrong with it at once.

use serde_json::{Map, Value};
use url::Url;

use super::check::check;
use super::model::Definition;
use super::read::read;
use crate::monitor::probe::condition::Condition;
use crate::monitor::probe::model::FieldError;

/// Fields that hold whole numbers.
const NUMBERS: [&str; 9] = [
    "every_seconds",
    "max_age_seconds",
    "host_limit",
    "daily_budget",
    "pause_ms",
    "timeout_ms",
    "max_bytes",
    "redirects",
    "year",
];
/// Fields that must be there, whatever the kind.
const NEEDED: [&str; 4] = ["id", "name", "owner", "kind"];

/// Reads and checks a definition: every condition that cannot be read, every number that is none, and whatever the check
/// finds in the rest.
///
/// # Errors
/// Each field with what is wrong with it; never empty.
pub fn examine(value: Value) -> Result<Definition, Vec<FieldError>> {
    let mut wrong = Vec::new();
    let Value::Object(mut fields) = value else {
        return read(value).map_err(|error| vec![error]);
    };
    for name in NEEDED.into_iter().filter(|name| !fields.get(*name).is_some_and(Value::is_string)).collect::<Vec<_>>() {
        wrong.push(at(name, "is missing"));
        if name != "kind" {
            // A stand-in, so that the rest is looked at as well.
            fields.insert(name.to_owned(), Value::String("x".to_owned()));
        }
    }
    numbers(&mut fields, &mut wrong);
    address(&mut fields, &mut wrong);
    conditions(&mut fields, &mut wrong);
    match read(Value::Object(fields)) {
        Ok(definition) => {
            let known = |error: &FieldError| wrong.iter().any(|other| other.field == error.field);
            let more: Vec<FieldError> = check(&definition).into_iter().filter(|error| !known(error)).collect();
            wrong.extend(more);
            if wrong.is_empty() { Ok(definition) } else { Err(wrong) }
        }
        Err(error) => {
            if !wrong.iter().any(|other| other.field == error.field || error.field == "definition") {
                wrong.push(error);
            }
            Err(wrong)
        }
    }
}

fn at(field: impl Into<String>, message: impl Into<String>) -> FieldError {
    FieldError { field: field.into(), message: message.into() }
}

/// Takes out numbers that are none.
fn numbers(fields: &mut Map<String, Value>, wrong: &mut Vec<FieldError>) {
    for name in NUMBERS {
        let whole = |value: &Value| value.is_null() || value.as_u64().is_some_and(|n| u32::try_from(n).is_ok());
        if fields.get(name).is_some_and(|value| !whole(value)) {
            wrong.push(at(name, "takes a whole number"));
            fields.remove(name);
        }
    }
}

/// Puts a stand-in for an address that is none.
fn address(fields: &mut Map<String, Value>, wrong: &mut Vec<FieldError>) {
    let Some(value) = fields.get_mut("url") else { return };
    let right = value.as_str().is_some_and(|text| Url::parse(text).is_ok_and(|url| url.has_host()));
    if !right {
        wrong.push(at("url", "is no address: it begins with http:// or https://"));
        *value = Value::String("https://example.invalid/".to_owned());
    }
}

/// Takes out conditions that cannot be read.
fn conditions(fields: &mut Map<String, Value>, wrong: &mut Vec<FieldError>) {
    let Some(Value::Array(all)) = fields.get_mut("conditions") else { return };
    let mut place = 0;
    let before = wrong.len();
    all.retain(|one| {
        let read = one.as_str().map(Condition::parse);
        let message = match read {
            Some(Ok(_)) => None,
            Some(Err(error)) => Some(error.to_string()),
            None => Some("takes a text".to_owned()),
        };
        if let Some(message) = &message {
            wrong.push(at(format!("conditions[{place}]"), message));
        }
        place += 1;
        message.is_none()
    });
    if wrong.len() > before {
        // Places of the others have moved: they are looked at once all can be read.
        all.clear();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Vec<String> {
        examine(value).unwrap_err().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let probe = json!({"id": "Cổng", "owner": "", "kind": "http_probe", "every_seconds": "60", "url": "cổng",
            "conditions": ["status == 200", "status = 200", 7], "timeout_ms": 1, "host_limit": 0});
        assert_eq!(
            fields(probe),
            [
                "name",
                "every_seconds",
                "url",
                "conditions[1]",
                "conditions[2]",
                "id",
                "owner",
                "host_limit",
                "timeout_ms"
            ]
        );
    }

    #[test]
    fn a_good_definition_passes_and_an_unknown_field_does_not() {
        let good = json!({"id": "cong", "name": "Cổng", "owner": "Văn phòng", "kind": "http_probe", "every_seconds": 60,
            "url": "https://dichvucong.gov.vn/", "conditions": ["status == 200"]});
        assert_eq!(examine(good.clone()).unwrap().id, "cong");
        let mut other = good.clone();
        other["colour"] = json!(1);
        assert_eq!(fields(other), ["colour"]);
        let mut other = good.clone();
        other["kind"] = json!("ftp");
        assert_eq!(fields(other), ["kind"]);
        assert_eq!(fields(json!([])), ["definition"]);
        let mut other = good;
        other.as_object_mut().unwrap().remove("url");
        assert_eq!(fields(other), ["url"]);
    }
}
