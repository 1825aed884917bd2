//! The import itself: each record is compared with what is stored, and only a difference is written.
//!
//! Records are written in batches, each one transaction with its change-log entries; a killed run has written whole
//! batches, and running it again finds them unchanged.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::lines::{Lines, Piece};
use super::report::{Rejection, Report, Warning};
use super::store::{self as import_store, RejectedRow};
use crate::catalog::model::Procedure;
use crate::catalog::payload::pack;
use crate::catalog::source::{self, Shape, SourceRecord};
use crate::catalog::store::{self, NewVersion, StoreError, Stored};
use crate::platform::changes;
use crate::platform::db::{Db, Tx};
use crate::platform::hash::sha256;

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

struct Run<'a> {
    db: &'a Db,
    options: &'a Options,
    id: String,
    report: Report,
    seen: HashMap<(String, Shape), Seen>,
    /// Records whose code is one only after trimming: those that spell it exactly go first.
    put_off: Vec<Arrived>,
}

/// What this run has met under a code.
struct Seen {
    line: u64,
    portal_id: Option<String>,
    exact: bool,
}

/// A record with where it stood and what it was.
struct Arrived {
    line: u64,
    record: SourceRecord,
    raw: Arc<Vec<u8>>,
}

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
    let report = Report { source: options.source.clone(), dry_run: options.dry_run, ..Report::default() };
    let mut run =
        Run { db, options, id: Uuid::now_v7().to_string(), report, seen: HashMap::new(), put_off: Vec::new() };
    if !options.dry_run {
        let mut tx = db.write().await?;
        import_store::begin(&mut tx, &run.id, &options.source, options.complete, now).await?;
        tx.commit().await?;
    }
    loop {
        let batch: Vec<(u64, Piece)> = lines.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        run.write_batch(batch, now).await?;
        progress(run.report.read, lines.bytes_read());
    }
    run.finish(now).await
}

impl Run<'_> {
    async fn write_batch(&mut self, batch: Vec<(u64, Piece)>, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = if self.options.dry_run { self.db.read().await? } else { self.db.write().await? };
        let mut changed = Vec::new();
        for (line, piece) in batch {
            match piece {
                Piece::Record(bytes) => self.take_bytes(&mut tx, line, bytes, &mut changed).await?,
                Piece::TooLong(start) => {
                    self.report.read += 1;
                    let message = format!(
                        "the line is longer than {} MiB; split or check it",
                        super::lines::MAX_LINE_BYTES >> 20
                    );
                    self.reject(&mut tx, line, None, "line", "too_large", message, &start).await?;
                }
                Piece::Broken(error) => self.report.broken_off = Some(format!("line {line}: {error}")),
            }
        }
        if !self.options.dry_run {
            changes::record(&mut tx, CHANGE_KIND, &changed, now).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn take_bytes(
        &mut self,
        tx: &mut Tx,
        line: u64,
        bytes: Vec<u8>,
        changed: &mut Vec<String>,
    ) -> Result<(), StoreError> {
        let records = match source::read(&bytes) {
            Ok(records) => records,
            Err(reject) => {
                self.report.read += 1;
                let code = source::code_hint(&bytes);
                let (field, reason) = (reject.field().to_owned(), reject.reason_code());
                return self.reject(tx, line, code, &field, reason, reject.to_string(), &bytes).await;
            }
        };
        let raw = Arc::new(bytes);
        for record in records {
            self.report.read += 1;
            let arrived = Arrived { line, record, raw: Arc::clone(&raw) };
            if arrived.record.code_raw.trim() == arrived.record.code_raw {
                self.take_record(tx, arrived, changed).await?;
            } else {
                self.put_off.push(arrived);
            }
        }
        Ok(())
    }

    async fn take_record(
        &mut self,
        tx: &mut Tx,
        arrived: Arrived,
        changed: &mut Vec<String>,
    ) -> Result<(), StoreError> {
        let code = arrived.record.code.code.as_str().to_owned();
        let stored = store::find(tx, &code).await?;
        let clash = self.clash(&code, &arrived, stored.as_ref());
        if let Some(Clash { message, this_wins }) = clash {
            if !this_wins {
                return self
                    .reject(tx, arrived.line, Some(code), "code", "duplicate_code", message, &arrived.raw)
                    .await;
            }
            self.report.warnings.push(Warning { line: arrived.line, code: code.clone(), message });
        }
        for message in &arrived.record.warnings {
            self.report.warnings.push(Warning { line: arrived.line, code: code.clone(), message: message.clone() });
        }
        self.remember(&code, &arrived);
        if arrived.record.retired == Some(true) {
            self.report.retired += 1;
        }
        // A record that takes the place of another procedure's starts from nothing.
        let base = stored.as_ref().filter(|s| same_procedure(s, &arrived.record));
        let mut procedure = base.map_or_else(Procedure::default, |s| s.procedure.clone());
        source::apply(&arrived.record, &mut procedure);
        if self.write_if_new(tx, &arrived, &procedure, stored.as_ref()).await? {
            changed.push(code);
        }
        Ok(())
    }

    /// Writes a new version, or only the retired mark, or nothing. Says whether anything changed.
    async fn write_if_new(
        &mut self,
        tx: &mut Tx,
        arrived: &Arrived,
        procedure: &Procedure,
        stored: Option<&Stored>,
    ) -> Result<bool, StoreError> {
        let document = serde_json::to_string(procedure)
            .map_err(|source| StoreError::Document { code: procedure.code.to_string(), source })?;
        let content_sha256 = sha256(document.as_bytes());
        let was_retired = stored.and_then(|s| s.retired_at);
        let retired_at = match arrived.record.retired {
            Some(true) => was_retired.or(Some(self.options.as_of.as_millisecond())),
            Some(false) => None,
            None => was_retired,
        };
        let same_content = stored.is_some_and(|s| s.content_sha256 == content_sha256);
        if same_content && was_retired == retired_at {
            self.report.unchanged += 1;
            if !self.options.dry_run {
                store::seen(tx, procedure.code.as_str(), self.options.as_of).await?;
            }
            return Ok(false);
        }
        if stored.is_some() {
            self.report.changed += 1;
        } else {
            self.report.added += 1;
        }
        if self.options.dry_run {
            return Ok(true);
        }
        if same_content {
            let at = retired_at.and_then(|ms| Timestamp::from_millisecond(ms).ok());
            store::retire(tx, procedure.code.as_str(), at, self.options.as_of).await?;
            return Ok(true);
        }
        let new = NewVersion {
            code_raw: &arrived.record.code_raw,
            number: stored.map_or(1, |s| s.version_number + 1),
            valid_from: self.options.as_of,
            retired_at,
            source: &self.options.source,
            payload_sha256: &sha256(&arrived.raw),
            payload: &pack(&arrived.raw),
            payload_size: arrived.raw.len(),
            content_sha256: &content_sha256,
            document: &document,
        };
        store::write_version(tx, procedure, new).await?;
        Ok(true)
    }

    fn remember(&mut self, code: &str, arrived: &Arrived) {
        let seen = Seen {
            line: arrived.line,
            portal_id: arrived.record.portal_id().map(str::to_owned),
            exact: is_exact(&arrived.record),
        };
        self.seen.insert((code.to_owned(), arrived.record.shape), seen);
    }

    /// Two records under one code in this run, or two procedures under one code: the exact spelling wins.
    fn clash(&self, code: &str, arrived: &Arrived, stored: Option<&Stored>) -> Option<Clash> {
        let id = arrived.record.portal_id();
        let exact = is_exact(&arrived.record);
        if let Some(seen) = self.seen.get(&(code.to_owned(), arrived.record.shape)) {
            let ids = format!("{} and {}", seen.portal_id.as_deref().unwrap_or("no id"), id.unwrap_or("no id"));
            let this_wins = exact && !seen.exact;
            let message = if this_wins {
                format!("takes the place of line {}, whose code is this one only after trimming; ids {ids}", seen.line)
            } else {
                format!("line {} has this code already; ids {ids}: keep one of the two", seen.line)
            };
            return Some(Clash { message, this_wins });
        }
        let stored = stored.filter(|s| !same_procedure(s, &arrived.record))?;
        let ids = format!("{} and {}", stored.procedure.portal_id.as_deref().unwrap_or("no id"), id.unwrap_or("no id"));
        let this_wins = exact || stored.code_raw != stored.procedure.code.as_str();
        let message = if this_wins {
            format!("takes the place of another procedure with this code; ids {ids}")
        } else {
            format!("another procedure has this code exactly, this one only after trimming; ids {ids}")
        };
        Some(Clash { message, this_wins })
    }

    #[expect(clippy::too_many_arguments, reason = "one rejection is this many facts, and this is its only maker")]
    async fn reject(
        &mut self,
        tx: &mut Tx,
        line: u64,
        code: Option<String>,
        field: &str,
        reason: &str,
        message: String,
        raw: &[u8],
    ) -> Result<(), StoreError> {
        if !self.options.dry_run {
            let row = RejectedRow {
                line: i64::try_from(line).unwrap_or(i64::MAX),
                code_raw: code.as_deref(),
                field,
                reason,
                message: &message,
                raw: &pack(raw),
            };
            import_store::reject(tx, &self.id, &row).await?;
        }
        self.report.rejected.push(Rejection {
            line,
            code,
            field: field.to_owned(),
            reason: reason.to_owned(),
            message,
        });
        Ok(())
    }

    /// Takes what was put off, removes what a complete source lacks, and closes the run's record.
    async fn finish(mut self, now: Timestamp) -> Result<Report, StoreError> {
        let mut tx = if self.options.dry_run { self.db.read().await? } else { self.db.write().await? };
        let mut changed = Vec::new();
        for arrived in std::mem::take(&mut self.put_off) {
            self.take_record(&mut tx, arrived, &mut changed).await?;
        }
        if !self.options.dry_run {
            changes::record(&mut tx, CHANGE_KIND, &changed, now).await?;
        }
        let complete = self.options.complete && self.report.broken_off.is_none() && !self.report.is_void();
        if complete {
            let seen: HashSet<&str> = self.seen.keys().map(|(code, _)| code.as_str()).collect();
            let public = store::public_codes(&mut tx).await?;
            let missing: Vec<String> = public.into_iter().filter(|c| !seen.contains(c.as_str())).collect();
            self.report.removed = missing.len() as u64;
            if !self.options.dry_run {
                for code in &missing {
                    store::retire(&mut tx, code, Some(self.options.as_of), now).await?;
                }
                changes::record(&mut tx, CHANGE_KIND, &missing, now).await?;
            }
        }
        let counts = store::counts(&mut tx).await?;
        self.report.public = counts.public;
        self.report.tombstones = counts.retired;
        if !self.options.dry_run {
            let text = serde_json::to_string(&self.report).unwrap_or_default();
            import_store::end(&mut tx, &self.id, &text, now).await?;
            tx.commit().await?;
        }
        Ok(self.report)
    }
}

struct Clash {
    message: String,
    this_wins: bool,
}

/// The code is spelled as the identity is: nothing was trimmed.
fn is_exact(record: &SourceRecord) -> bool {
    record.code_raw == record.code.code.as_str()
}

/// Same portal id, or one of them has none.
fn same_procedure(stored: &Stored, record: &SourceRecord) -> bool {
    match (&stored.procedure.portal_id, record.portal_id()) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}
