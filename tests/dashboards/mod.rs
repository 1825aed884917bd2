//! Rules, alerts and dashboards for operators: they are well formed, name what exists, and show something.

mod boards;
mod demonstration;
pub mod evaluation;
mod rules;
mod watched;

use std::path::{Path, PathBuf};

/// The folder of the project that has them.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("dashboards")
}

/// The text of one of its files.
fn text(file: &str) -> String {
    std::fs::read_to_string(folder().join(file)).unwrap()
}
