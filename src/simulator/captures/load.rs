//! Chooses where captures come from.

use std::path::{Path, PathBuf};

use super::model::Captures;
use super::{corpus, folder, made_up};
use crate::catalog::import::lines::{Lines, OpenError, Piece};

/// Why there is nothing to replay.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is nothing at this place.
    #[error("{0} does not exist: name a folder with captures or a procedures.jsonl(.gz) file")]
    Missing(PathBuf),
    /// It cannot be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The file holds no record of the corpus.
    #[error("{0} holds no procedure with a list item: expected lines of procedures.jsonl")]
    Empty(PathBuf),
    /// The starter catalog inside the program cannot be read.
    #[error("the starter catalog cannot be put into the portal's format")]
    Starter(#[from] serde_json::Error),
}

/// Loads captures from a folder or a corpus file; without either they are made of the starter catalog.
///
/// What a folder lacks is named in [`Captures::missing`] and is no error.
///
/// # Errors
/// [`LoadError`] when nothing can be read at all.
pub fn load(from: Option<&Path>) -> Result<Captures, LoadError> {
    match from {
        None => Ok(made_up::captures()?),
        Some(path) if path.is_dir() => Ok(folder::load(path)),
        Some(path) if path.is_file() => corpus::load(path),
        Some(path) => Err(LoadError::Missing(path.to_owned())),
    }
}

/// Calls `each` with every line of a file, packed or not, and gives back what could not be read, with line numbers.
///
/// # Errors
/// [`OpenError`]
pub fn each_line(path: &Path, mut each: impl FnMut(&str) -> Result<(), String>) -> Result<Vec<String>, OpenError> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mut odd = Vec::new();
    for (line, piece) in Lines::open(path)? {
        let outcome = match piece {
            Piece::Record(bytes) => std::str::from_utf8(&bytes).map_err(|e| e.to_string()).and_then(&mut each),
            Piece::TooLong(_) => Err("the line is too long".to_owned()),
            Piece::Broken(error) => Err(format!("the file breaks off: {error}")),
        };
        if let Err(reason) = outcome {
            odd.push(format!("{name} line {line}: {reason}"));
        }
    }
    Ok(odd)
}
