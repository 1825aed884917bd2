//! What is done with dossiers: a file is taken in, everything is judged again when the calendar changes.

use jiff::Timestamp;
use serde::Serialize;

use super::bulk;
use super::groups::Groups;
use super::intake::{BATCH, Intake, TOO_LONG, count};
use super::judge::judge;
use super::limits::KnownLimits;
use super::merge::{Delta, Row};
use super::model::Side;
use super::reader::{Batch, Reader};
use crate::account::secret::NoRandomness;
use crate::catalog::import::lines::{Lines, Piece};
use crate::catalog::store::StoreError;
use crate::platform::calendar::store as calendar_store;
use crate::platform::changes;
use crate::platform::db::Db;

/// The kind of change-log entry that changed counts write; the subject is the procedure.
pub const CHANGE_KIND: &str = "dossier_statistics";
/// The name of the key of dossier codes in the table of secrets.
pub(super) const KEY: &str = "dossier_hash";

/// Whose dossiers come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Name of the source, shown wherever its counts are.
    pub source: String,
    /// Whose view it gives.
    pub side: Side,
    /// The agency code of records that name none.
    pub unit: Option<String>,
}

/// What taking dossiers in did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DossierReport {
    /// Records read.
    pub read: u64,
    /// Records that said something new.
    pub taken: u64,
    /// Records that were known.
    pub unchanged: u64,
    /// Records that could not be counted.
    pub refused: u64,
    /// The first thousand of them.
    pub quarantined: Vec<Quarantined>,
    /// Dossiers whose states at home and in the portal began to differ.
    pub mismatches: u64,
    /// Dossiers that began to say "processed" against what else they say.
    pub unproven: u64,
    /// Steps between states that no decree knows.
    pub illegal: u64,
}

/// A record that could not be counted. No text of it is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quarantined {
    /// Line in the input, from 1.
    pub line: u64,
    /// Field at fault, empty for the whole line.
    pub field: &'static str,
    /// What is wrong.
    pub reason: &'static str,
}

/// What taking dossiers in can fail of.
#[derive(Debug, thiserror::Error)]
pub enum DossierError {
    /// The database failed.
    #[error("the database failed")]
    Sql(#[from] sqlx::Error),
    /// The catalog cannot be read.
    #[error(transparent)]
    Catalog(#[from] StoreError),
    /// No key could be made.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The key was changed by hand.
    #[error("the secret `{KEY}` is no key: restore it, for without it no dossier is known again")]
    Key,
    /// The source is known with the other side.
    #[error("the source `{0}` is known with the other side: give dossiers of the portal a name of their own")]
    Side(String),
    /// The name of the source cannot be one.
    #[error("`{0}` is no name of a source: use 1 to 100 readable characters")]
    Source(String),
    /// The part that reads lines ended before its time.
    #[error("reading ended before its time")]
    Reader,
}

/// Takes all lines of a file in. `progress` is told records and bytes read. Lines are read on a thread of their own
/// while the batch before is written.
///
/// # Errors
/// [`DossierError`]; batches that were written stay written, and the same file can be given again.
pub async fn take(
    db: &Db,
    feed: &Feed,
    lines: Lines,
    now: Timestamp,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<DossierReport, DossierError> {
    let mut intake = Intake::begin(db, feed, now).await?;
    let Some(reader) = intake.reader.take() else { return Err(DossierError::Reader) };
    let (send, mut batches) = tokio::sync::mpsc::channel(1);
    let reading = tokio::task::spawn_blocking(move || read_all(reader, lines, &send));
    while let Some((batch, bytes)) = batches.recv().await {
        intake.write(batch).await?;
        progress(intake.report.read, bytes);
    }
    reading.await.map_err(|_| DossierError::Reader)?;
    Ok(intake.report)
}

/// Reads lines and sends batches until there are no more or nobody wants them.
fn read_all(mut reader: Reader, mut lines: Lines, send: &tokio::sync::mpsc::Sender<(Batch, u64)>) {
    while let Some((number, piece)) = lines.next() {
        match piece {
            Piece::Record(bytes) => reader.line(number, &bytes),
            Piece::TooLong(bytes) => reader.unreadable(number, &bytes, TOO_LONG),
            Piece::Broken(_) => reader.unreadable(number, &[], "breaks off here: nothing that follows was read"),
        }
        if reader.waiting() >= BATCH && send.blocking_send((reader.take_batch(), lines.bytes_read())).is_err() {
            return;
        }
    }
    let _ = send.blocking_send((reader.take_batch(), lines.bytes_read()));
}

/// Judges every dossier again with the calendar and the catalog as they are now, from what is kept of it. Gives how many
/// came out otherwise.
///
/// # Errors
/// [`DossierError`]; pages that were written stay written.
pub async fn judge_again(db: &Db, now: Timestamp) -> Result<u64, DossierError> {
    let mut changed = 0;
    let mut after = (i32::MIN, [0; 16]);
    let mut limits = KnownLimits::default();
    let mut groups = Groups::default();
    loop {
        let mut tx = db.write().await?;
        bulk::lock(&mut tx, 0).await?;
        let calendar = calendar_store::load(&mut tx).await?;
        let page = bulk::page(&mut tx, after, i64::try_from(BATCH).unwrap_or(i64::MAX)).await?;
        let Some(last) = page.last() else { return Ok(changed) };
        after = (last.day, last.hash);
        let mut rows: Vec<Row> = Vec::new();
        let mut deltas: Vec<Delta> = Vec::new();
        for row in &page {
            let code = groups.row(&mut tx, row.group).await?.code.clone();
            if row.facts.due_at.is_none() {
                limits.read(&mut tx, std::iter::once(code.as_str())).await?;
            }
            let new = Row { judged: judge(&row.facts, &calendar, limits.of(&code)), ..*row };
            if new.judged != row.judged {
                for (row, sign) in [(row, -1), (&new, 1)] {
                    let parts = row.parts().into_iter().flatten();
                    deltas.extend(parts.map(|part| Delta { group: row.group, part, sign }));
                }
                rows.push(new);
            }
        }
        changed += rows.len() as u64;
        bulk::put(&mut tx, &rows).await?;
        let codes: Vec<String> = count(&mut tx, deltas, &mut groups).await?.into_iter().collect();
        changes::record(&mut tx, CHANGE_KIND, &codes, now).await?;
        tx.commit().await?;
    }
}
