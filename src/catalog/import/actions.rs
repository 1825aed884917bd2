//! Importing a file: its records go through one run, in batches.

use jiff::Timestamp;

use super::lines::{Lines, Piece};
use super::report::Report;
use super::run::Run;
use crate::catalog::store::StoreError;
use crate::platform::db::Db;

/// The kind of change-log entry an import writes.
pub const CHANGE_KIND: &str = "procedure";

/// Records per transaction: few enough to hold in memory, many enough to make commits rare.
const BATCH: usize = 200;

/// How an import is to be run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Name of the source, kept with every version.
    pub source: String,
    /// Compare only, write nothing.
    pub dry_run: bool,
    /// The input holds the whole catalog: what it lacks is removed.
    pub complete: bool,
    /// When the data was captured; new versions hold from then.
    pub as_of: Timestamp,
}

/// Progress of a run: records read, bytes of the file read.
pub type Progress<'a> = &'a mut (dyn FnMut(u64, u64) + Send);

/// Imports every record of `lines`.
///
/// # Errors
/// [`StoreError`] when the database fails; bad records are in the report instead.
pub async fn import(
    db: &Db,
    mut lines: Lines,
    options: &Options,
    now: Timestamp,
    progress: Progress<'_>,
) -> Result<Report, StoreError> {
    let mut run = Run::begin(db, options.clone(), now).await?;
    loop {
        let batch: Vec<(u64, Piece)> = lines.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        run.take(batch).await?;
        progress(run.report().read, lines.bytes_read());
    }
    run.finish(true).await
}
