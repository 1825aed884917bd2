//! The word a unit-like enum value is written as, in the database, in addresses and in facets.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The serde word of a value; empty for a value that is none.
pub fn of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// The value that a word stands for.
#[must_use]
pub fn read<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}
