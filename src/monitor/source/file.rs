//! A TOML file with a table `[[source]]` for each source.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use super::check::check;
use super::model::Definition;
use super::read;
use crate::monitor::probe::model::FieldError;

/// What is wrong with one table of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryError {
    /// Which `[[source]]`, counted from 1.
    pub entry: usize,
    /// Its id, where it has one.
    pub id: String,
    /// Field and message.
    pub wrong: FieldError,
}

/// Why a file cannot be used; nothing of it is taken then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileError {
    /// It is no TOML, or has other tables; the text names the line.
    Syntax(String),
    /// Sources are wrong.
    Entries(Vec<EntryError>),
}

impl std::error::Error for FileError {}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(message) => write!(f, "the file cannot be read: {message}"),
            Self::Entries(entries) => {
                write!(f, "nothing of the file was taken:")?;
                for EntryError { entry, id, wrong } in entries {
                    write!(f, "\n  source {entry} ({id}): {} {}", wrong.field, wrong.message)?;
                }
                Ok(())
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    source: Vec<Value>,
}

/// Reads and checks all definitions of a file.
///
/// # Errors
/// [`FileError`] with everything that is wrong.
pub fn read(text: &str) -> Result<Vec<Definition>, FileError> {
    let file: File = toml::from_str(text).map_err(|error| FileError::Syntax(error.to_string()))?;
    let (mut all, mut wrong) = (Vec::<Definition>::new(), Vec::new());
    for (place, value) in file.source.into_iter().enumerate() {
        let id = value.get("id").and_then(Value::as_str).unwrap_or("?").to_owned();
        let mut refuse = |field: FieldError| wrong.push(EntryError { entry: place + 1, id: id.clone(), wrong: field });
        match read::read(value) {
            Ok(definition) => {
                check(&definition).into_iter().for_each(&mut refuse);
                if all.iter().any(|other| other.id == definition.id) {
                    refuse(FieldError { field: "id".to_owned(), message: "stands twice in the file".to_owned() });
                }
                all.push(definition);
            }
            Err(error) => refuse(error),
        }
    }
    if wrong.is_empty() { Ok(all) } else { Err(FileError::Entries(wrong)) }
}
