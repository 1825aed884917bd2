//! Takes values out of JSON that may be of the wrong type: a warning names the field, the rest is kept.

use serde_json::Value;

use super::reject::Reject;
use crate::catalog::model::{Channel, Level};
use crate::catalog::text as clean;

/// What a value is, in words.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A text without which there is no record, as it is.
pub fn required_text(value: &Value, field: &'static str) -> Result<String, Reject> {
    match value.get(field) {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text.clone()),
        None | Some(Value::Null | Value::String(_)) => Err(Reject::MissingField(field)),
        Some(other) => Err(Reject::WrongType { field, found: kind(other) }),
    }
}

/// A line of text, unless it is missing or says nothing.
pub fn text(value: &Value, field: &str, warnings: &mut Vec<String>) -> Option<String> {
    raw(value, field, warnings).and_then(|t| clean::some_line(&t))
}

/// Lines of text, unless they are missing or say nothing.
pub fn long_text(value: &Value, field: &str, warnings: &mut Vec<String>) -> Option<String> {
    raw(value, field, warnings).and_then(|t| clean::some_lines(&t))
}

/// A text as it is; a number becomes its digits.
pub fn raw(value: &Value, field: &str, warnings: &mut Vec<String>) -> Option<String> {
    match value.get(field) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        Some(other) => {
            warnings.push(format!("{field}: text is expected, this is {}; passed over", kind(other)));
            None
        }
    }
}

/// A truth value.
pub fn flag(value: &Value, field: &str, warnings: &mut Vec<String>) -> Option<bool> {
    match value.get(field) {
        None | Some(Value::Null) => None,
        Some(Value::Bool(flag)) => Some(*flag),
        Some(other) => {
            warnings.push(format!("{field}: true or false is expected, this is {}; passed over", kind(other)));
            None
        }
    }
}

/// A list; anything else is passed over with a warning.
pub fn list<'a>(value: &'a Value, field: &str, warnings: &mut Vec<String>) -> &'a [Value] {
    match value.get(field) {
        None | Some(Value::Null) => &[],
        Some(Value::Array(items)) => items,
        Some(Value::String(text)) if clean::some_line(text).is_none() => &[],
        Some(other) => {
            warnings.push(format!("{field}: a list is expected, this is {}; passed over", kind(other)));
            &[]
        }
    }
}

/// The lines of a list of texts, without empty ones and repeats.
pub fn texts(value: &Value, field: &str, warnings: &mut Vec<String>) -> Vec<String> {
    let items = list(value, field, warnings);
    unique(items.iter().filter_map(Value::as_str).filter_map(clean::some_line))
}

/// The `name`s of a list of objects, without empty ones and repeats.
pub fn names(value: &Value, field: &str, warnings: &mut Vec<String>) -> Vec<String> {
    let items = list(value, field, warnings);
    unique(items.iter().filter_map(|i| i.get("name")).filter_map(Value::as_str).filter_map(clean::some_line))
}

/// The parts of a text between commas, with brackets kept whole: "Tổ chức (không bao gồm doanh nghiệp, HTX)".
pub fn parts(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let (mut start, mut depth) = (0, 0i32);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' | ';' if depth <= 0 => {
                out.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    out.push(&text[start..]);
    unique(out.into_iter().filter_map(clean::some_line))
}

fn unique(items: impl Iterator<Item = String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for item in items {
        if !out.contains(&item) {
            out.push(item);
        }
    }
    out
}

/// Levels named in a text; districts are no more and are left out.
pub fn levels(text: &str) -> Vec<Level> {
    let lower = clean::line(text).to_lowercase();
    let named = [("bộ", Level::Ministry), ("tỉnh", Level::Province), ("xã", Level::Commune), ("khác", Level::Other)];
    named.into_iter().filter(|(word, _)| lower.contains(word)).map(|(_, level)| level).collect()
}

/// The channel that a heading names.
pub fn channel(text: &str) -> Option<Channel> {
    let lower = clean::line(text).to_lowercase();
    match lower.as_str() {
        "trực tuyến" | "online" => Some(Channel::Online),
        "trực tiếp" | "direct" => Some(Channel::Direct),
        "dịch vụ bưu chính" | "bưu chính" | "postal" => Some(Channel::Postal),
        _ => None,
    }
}

/// Adds a channel once.
pub fn add_channel(channels: &mut Vec<Channel>, channel: Option<Channel>) {
    if let Some(channel) = channel.filter(|c| !channels.contains(c)) {
        channels.push(channel);
        channels.sort();
    }
}

/// The number of a publishing decision: "Quyết định số 6225/QĐ-BQP" is "6225/QĐ-BQP".
pub fn decision(text: &str) -> Option<String> {
    let line = clean::some_line(text)?;
    Some(crate::catalog::legal::number_in(&line).unwrap_or(line))
}

/// Refuses a record with a text that is larger than `limit` bytes.
pub fn check_sizes(value: &Value, limit: usize) -> Result<(), Reject> {
    fn walk(value: &Value, field: &str, limit: usize) -> Result<(), Reject> {
        match value {
            Value::String(text) if text.len() > limit => {
                Err(Reject::TooLarge { field: field.to_owned(), bytes: text.len(), limit })
            }
            Value::Array(items) => items.iter().try_for_each(|item| walk(item, field, limit)),
            Value::Object(fields) => fields.iter().try_for_each(|(name, item)| walk(item, name, limit)),
            _ => Ok(()),
        }
    }
    walk(value, "record", limit)
}
