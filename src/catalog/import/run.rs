//! One import run: each record is compared with what is stored, and only a difference is written.
//!
//! Records are taken in batches, each one transaction with its change-log entries; a killed run has written whole
//! batches, and running it again finds them unchanged.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::actions::{CHANGE_KIND, Options};
use super::clash::{Clash, Met, same_procedure};
use super::lines::Piece;
use super::report::{Rejection, Report, Warning};
use super::store::{self as import_store, RejectedRow};
use crate::catalog::amend;
use crate::catalog::amend::model::Part;
use crate::catalog::amend::store::Kept;
use crate::catalog::code::ProcedureCode;
use crate::catalog::model::Procedure;
use crate::catalog::payload::pack;
use crate::catalog::source::{self, Reject, SourceRecord};
use crate::catalog::store::{self, NewVersion, StoreError, Stored};
use crate::platform::changes;
use crate::platform::db::{Db, Tx};
use crate::platform::hash::sha256;

/// An import run. Begin it, let it take batches, finish it.
#[derive(Debug)]
pub struct Run {
    db: Db,
    options: Options,
    now: Timestamp,
    id: String,
    report: Report,
    met: Met,
    /// Records whose code is one only after trimming: those that spell it exactly go first.
    put_off: Vec<Arrived>,
    /// What decisions have changed and sources may not show yet.
    standing: HashMap<String, Vec<Kept>>,
}

/// A record with where it stood and what it was.
#[derive(Debug)]
struct Arrived {
    line: u64,
    record: SourceRecord,
    /// The detail that came with an item of the list.
    detail: Option<SourceRecord>,
    raw: Arc<Vec<u8>>,
}

impl Run {
    /// Opens a run.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn begin(db: &Db, options: Options, now: Timestamp) -> Result<Self, StoreError> {
        let report = Report { source: options.source.clone(), dry_run: options.dry_run, ..Report::default() };
        let id = Uuid::now_v7().to_string();
        let standing = amend::store::standing(&mut db.read().await?).await?;
        if !options.dry_run {
            let mut tx = db.write().await?;
            import_store::begin(&mut tx, &id, &options.source, options.complete, now).await?;
            tx.commit().await?;
        }
        Ok(Self { db: db.clone(), options, now, id, report, met: Met::default(), put_off: Vec::new(), standing })
    }

    /// The run's identity (UUIDv7), under which it and what it refused are kept.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What happened so far.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// Takes some pieces of a file with the lines they stood on, in one transaction.
    ///
    /// # Errors
    /// [`StoreError`]; nothing of the batch is kept then. Bad records are in the report instead.
    pub async fn take(&mut self, batch: Vec<(u64, Piece)>) -> Result<(), StoreError> {
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
        self.close_batch(tx, &changed).await
    }

    /// Takes items of the portal's list, each with its number and the answer of the detail API where there is one, in one
    /// transaction.
    ///
    /// # Errors
    /// [`StoreError`]; nothing of the batch is kept then. Bad records are in the report instead.
    pub async fn take_items(&mut self, batch: Vec<(u64, Vec<u8>, Option<Vec<u8>>)>) -> Result<(), StoreError> {
        let mut tx = if self.options.dry_run { self.db.read().await? } else { self.db.write().await? };
        let mut changed = Vec::new();
        for (line, item, detail) in batch {
            match detail {
                Some(detail) => self.take_together(&mut tx, line, item, &detail, &mut changed).await?,
                None => self.take_bytes(&mut tx, line, item, &mut changed).await?,
            }
        }
        self.close_batch(tx, &changed).await
    }

    async fn close_batch(&self, mut tx: Tx, changed: &[String]) -> Result<(), StoreError> {
        if !self.options.dry_run {
            changes::record(&mut tx, CHANGE_KIND, changed, self.now).await?;
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
            Err(reject) => return self.refuse(tx, line, &reject, &bytes).await,
        };
        let raw = Arc::new(bytes);
        for record in records {
            self.report.read += 1;
            let arrived = Arrived { line, record, detail: None, raw: Arc::clone(&raw) };
            self.take_or_put_off(tx, arrived, changed).await?;
        }
        Ok(())
    }

    /// An item of the list with its detail makes one version, not two.
    async fn take_together(
        &mut self,
        tx: &mut Tx,
        line: u64,
        item: Vec<u8>,
        detail: &[u8],
        changed: &mut Vec<String>,
    ) -> Result<(), StoreError> {
        let only = |records: Vec<SourceRecord>| <[SourceRecord; 1]>::try_from(records).ok().map(|[record]| record);
        let (Some(of_item), read) = (source::read(&item).ok().and_then(only), source::read(detail)) else {
            // Each for itself: whatever is wrong is said of the right one.
            self.take_bytes(tx, line, item, changed).await?;
            return self.take_bytes(tx, line, detail.to_vec(), changed).await;
        };
        let of_detail = match read.map(only) {
            Ok(Some(record)) if record.code.code == of_item.code.code => record,
            Ok(other) => {
                let code = other.map(|record| record.code_raw);
                let message = format!("the detail is of another procedure than {}", of_item.code_raw.trim());
                self.report.read += 1;
                self.reject(tx, line, code, "code", "other_procedure", message, detail).await?;
                return self.take_bytes(tx, line, item, changed).await;
            }
            Err(reject) => {
                self.refuse(tx, line, &reject, detail).await?;
                return self.take_bytes(tx, line, item, changed).await;
            }
        };
        self.report.read += 2;
        let raw = Arc::new([item.as_slice(), b"\n", detail].concat());
        let arrived = Arrived { line, record: of_item, detail: Some(of_detail), raw };
        self.take_or_put_off(tx, arrived, changed).await
    }

    async fn take_or_put_off(
        &mut self,
        tx: &mut Tx,
        arrived: Arrived,
        changed: &mut Vec<String>,
    ) -> Result<(), StoreError> {
        if arrived.record.code_raw.trim() == arrived.record.code_raw {
            return self.take_record(tx, arrived, changed).await;
        }
        self.put_off.push(arrived);
        Ok(())
    }

    async fn refuse(&mut self, tx: &mut Tx, line: u64, reject: &Reject, bytes: &[u8]) -> Result<(), StoreError> {
        self.report.read += 1;
        let code = source::code_hint(bytes);
        let (field, reason) = (reject.field().to_owned(), reject.reason_code());
        self.reject(tx, line, code, &field, reason, reject.to_string(), bytes).await
    }

    async fn take_record(
        &mut self,
        tx: &mut Tx,
        arrived: Arrived,
        changed: &mut Vec<String>,
    ) -> Result<(), StoreError> {
        let code = arrived.record.code.code.as_str().to_owned();
        let stored = store::find(tx, &code).await?;
        let clash = self.met.clash(&arrived.record, stored.as_ref());
        if let Some(Clash { message, this_wins }) = clash {
            if !this_wins {
                return self
                    .reject(tx, arrived.line, Some(code), "code", "duplicate_code", message, &arrived.raw)
                    .await;
            }
            self.report.warnings.push(Warning { line: arrived.line, code: code.clone(), message });
        }
        for message in arrived.record.warnings.iter().chain(arrived.detail.iter().flat_map(|d| &d.warnings)) {
            self.report.warnings.push(Warning { line: arrived.line, code: code.clone(), message: message.clone() });
        }
        self.met.remember(arrived.line, &arrived.record);
        if arrived.record.retired == Some(true) {
            self.report.retired += 1;
        }
        // A record that takes the place of another procedure's starts from nothing.
        let base = stored.as_ref().filter(|s| same_procedure(s, &arrived.record));
        let mut procedure = base.map_or_else(Procedure::default, |s| s.procedure.clone());
        source::apply(&arrived.record, &mut procedure);
        if let Some(detail) = &arrived.detail {
            source::apply(detail, &mut procedure);
        }
        self.keep_decided(tx, &arrived, &mut procedure).await?;
        if self.write_if_new(tx, &arrived, &procedure, stored.as_ref()).await? {
            changed.push(code);
        }
        Ok(())
    }

    /// What was decided is not taken back by a source that has not followed yet.
    async fn keep_decided(&self, tx: &mut Tx, arrived: &Arrived, procedure: &mut Procedure) -> Result<(), StoreError> {
        let Some(standing) = self.standing.get(procedure.code.as_str()) else { return Ok(()) };
        let mut source = Procedure::default();
        for record in [Some(&arrived.record), arrived.detail.as_ref()].into_iter().flatten() {
            source::apply(record, &mut source);
        }
        for (kept, state) in amend::actions::apply_again(standing, &source, procedure) {
            if !self.options.dry_run {
                amend::store::settle(tx, kept, state, self.now).await?;
            }
        }
        Ok(())
    }

    /// Whether a decision has ended a procedure.
    fn is_abolished(&self, code: &str) -> bool {
        let standing = self.standing.get(code);
        standing.is_some_and(|all| all.iter().any(|kept| kept.amendment.part == Part::Procedure))
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
            Some(false) if !self.is_abolished(procedure.code.as_str()) => None,
            Some(false) | None => was_retired,
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

    /// Takes the records whose code is one only after trimming, which waited for those that spell it exactly. Gives how
    /// many procedures the run has met; [`Run::finish`] does this by itself.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn take_put_off(&mut self) -> Result<u64, StoreError> {
        let mut tx = if self.options.dry_run { self.db.read().await? } else { self.db.write().await? };
        let mut changed = Vec::new();
        for arrived in std::mem::take(&mut self.put_off) {
            self.take_record(&mut tx, arrived, &mut changed).await?;
        }
        self.close_batch(tx, &changed).await?;
        Ok(self.met.codes().len() as u64)
    }

    /// Takes what was put off, removes what a complete source lacks, and closes the run's record. `whole` says that the
    /// input came to its end; without it nothing is removed, whatever the options say.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn finish(mut self, whole: bool) -> Result<Report, StoreError> {
        let now = self.now;
        self.take_put_off().await?;
        let mut tx = if self.options.dry_run { self.db.read().await? } else { self.db.write().await? };
        let complete = whole && self.options.complete && self.report.broken_off.is_none() && !self.report.is_void();
        if complete {
            let missing = self.missing(store::public_codes(&mut tx).await?);
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
            import_store::end(&mut tx, &self.id, &text, complete, now).await?;
            tx.commit().await?;
        }
        Ok(self.report)
    }

    /// Public codes that this run has not met, not even on a record that it had to refuse.
    fn missing(&self, public: Vec<String>) -> Vec<String> {
        let refused = self.report.rejected.iter().filter_map(|r| ProcedureCode::parse(r.code.as_deref()?).ok());
        let refused: Vec<String> = refused.map(|parsed| parsed.code.to_string()).collect();
        let mut met = self.met.codes();
        met.extend(refused.iter().map(String::as_str));
        public.into_iter().filter(|code| !met.contains(code.as_str())).collect()
    }
}
