//! Takes figures in: what is new, what corrects an earlier figure, what was known, and what cannot be kept.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::json;

use super::model::{Item, Line};
use super::refusal::{Reason, Refused};
use super::report::{Correction, IntakeReport, Understood};
use super::table::Unreadable;
use super::upload::{self, Uploaded};
use crate::account::audit::{self, Author};
use crate::monitor::observation::model::{DAY, NewObservation, NewSeries};
use crate::monitor::observation::{horizon, record, series, store};
use crate::monitor::source::kept::Source;
use crate::monitor::source::model::{Definition, What};
use crate::platform::db::{Db, Tx};

/// Refusals and corrections that a report lists; the others are counted.
pub const MOST_LISTED: usize = 1_000;

/// Figures that a report shows as they were understood.
const FIRST: usize = 10;

/// Where figures go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The source.
    pub source_id: String,
    /// Age from which a value is stale, milliseconds.
    pub max_age_ms: Option<i64>,
}

impl Target {
    /// Where the figures of a source go.
    #[must_use]
    pub fn of(definition: &Definition) -> Self {
        Self { source_id: definition.id.clone(), max_age_ms: definition.max_age_ms() }
    }
}

/// The lines of figures of a source that figures are sent to; none of others.
#[must_use]
pub fn lines(definition: &Definition) -> Vec<Line> {
    match &definition.what {
        What::Push(figures) | What::Upload(figures) | What::Manual(figures) => {
            figures.metrics.iter().map(Line::from).collect()
        }
        _ => Vec::new(),
    }
}

/// Why a table is not taken; nothing of it is kept then.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The source takes no tables.
    #[error("the source takes no tables: only those of the kinds upload and manual do")]
    Kind,
    /// The source is off.
    #[error("the source is off: switch it on first")]
    Off,
    /// It is no table.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// Reading it ended before its time.
    #[error("reading the table ended before its time")]
    Reader,
    /// The database failed.
    #[error("the database failed")]
    Sql(#[from] sqlx::Error),
}

/// Takes a table in (CSV or XLSX, see [`upload::read`]), the same way for page, API and command line.
///
/// # Errors
/// [`TableError`]
pub async fn take_table(
    db: &Db,
    source: &Source,
    bytes: Vec<u8>,
    by: Author<'_>,
    dry_run: bool,
    now: Timestamp,
) -> Result<IntakeReport, TableError> {
    if !matches!(source.definition.what, What::Upload(_) | What::Manual(_)) {
        return Err(TableError::Kind);
    }
    if !source.enabled {
        return Err(TableError::Off);
    }
    let (lines, at) = (lines(&source.definition), now.as_millisecond());
    // A workbook is unpacked and read here: long enough to keep a thread from everybody else.
    let uploaded = tokio::task::spawn_blocking(move || upload::read(&bytes, &lines, at));
    let Uploaded { items, refused, rows } = uploaded.await.map_err(|_| TableError::Reader)??;
    let read = Read { count: rows, items, refused };
    Ok(take(db, &Target::of(&source.definition), read, Some(by), dry_run, now).await?)
}

/// Figures that were read, and those that could not be.
#[derive(Debug, Default)]
pub struct Read {
    /// All that was sent.
    pub count: usize,
    /// What can be kept.
    pub items: Vec<Item>,
    /// What cannot.
    pub refused: Vec<Refused>,
}

/// Takes figures in, in one transaction with its audit entry when a person sent them (`by`). With `dry_run` the same is
/// done and taken back.
///
/// # Errors
/// When the database fails; nothing is kept then.
pub async fn take(
    db: &Db,
    target: &Target,
    read: Read,
    by: Option<Author<'_>>,
    dry_run: bool,
    now: Timestamp,
) -> Result<IntakeReport, sqlx::Error> {
    let mut tx = db.write().await?;
    let (mut refused, readable) = (read.refused, read.items.len());
    let unreadable = refused.len();
    let (items, twice) = super::model::once(read.items);
    refused.extend(twice);
    let items = in_time(&mut tx, items, &mut refused).await?;
    let taken = readable + unreadable - refused.len();
    let rows = observations(&mut tx, target, &items, now).await?;
    let corrections = corrections(&mut tx, &items, &rows).await?;
    let recorded = record::take_in(&mut tx, &rows).await?;
    refused.sort_by_key(|one| (one.place.index, one.place.line));
    let report = IntakeReport {
        dry_run,
        read: read.count,
        added: recorded.added,
        corrected: recorded.corrected,
        unchanged: taken - recorded.changes(),
        refused: refused.len(),
        refusals: refused.into_iter().take(MOST_LISTED).collect(),
        corrections,
        first: items.iter().take(FIRST).map(Understood::from).collect(),
    };
    if dry_run {
        return Ok(report);
    }
    if let Some(by) = by.filter(|_| recorded.changes() > 0) {
        let detail = json!({ "added": report.added, "corrected": report.corrected, "refused": report.refused });
        audit::record(&mut tx, by, "figures_entered", &target.source_id, &detail, now).await?;
    }
    tx.commit().await?;
    Ok(report)
}

/// What is not older than the single values that are still there.
async fn in_time(tx: &mut Tx, items: Vec<Item>, refused: &mut Vec<Refused>) -> Result<Vec<Item>, sqlx::Error> {
    let oldest = horizon::horizons(tx).await?.raw;
    let kept = |item: &Item| item.slot >= oldest || item.every_ms.is_none_or(|every| every >= DAY);
    let (kept, late): (Vec<_>, Vec<_>) = items.into_iter().partition(kept);
    refused.extend(late.into_iter().map(|item| Refused::new(item.place, "period", Reason::TooLate)));
    Ok(kept)
}

async fn observations(
    tx: &mut Tx,
    target: &Target,
    items: &[Item],
    now: Timestamp,
) -> Result<Vec<NewObservation>, sqlx::Error> {
    let wanted: Vec<NewSeries> = items
        .iter()
        .map(|item| NewSeries {
            source_id: target.source_id.clone(),
            metric: item.metric.clone(),
            subject: item.subject.clone(),
            unit: item.unit.clone(),
            every_ms: item.every_ms,
            max_age_ms: target.max_age_ms,
        })
        .collect();
    let ids = series::ensure(tx, &wanted).await?;
    let row = |(item, series_id): (&Item, i64)| NewObservation {
        series_id,
        slot: item.slot,
        state: item.state,
        value: item.value,
        failure: None,
        detail: item.note.clone(),
        observed_at: now.as_millisecond(),
    };
    Ok(items.iter().zip(ids).map(row).collect())
}

/// What is in force before the first of the figures that will replace something.
async fn corrections(tx: &mut Tx, items: &[Item], rows: &[NewObservation]) -> Result<Vec<Correction>, sqlx::Error> {
    let keys: Vec<(i64, i64)> = rows.iter().map(|row| (row.series_id, row.slot)).collect();
    let mut in_force = HashMap::with_capacity(keys.len());
    for found in store::revisions(tx, &keys).await? {
        // Later revisions come later.
        in_force.insert((found.series_id, found.slot), found.observed());
    }
    let changed = items.iter().zip(rows).filter_map(|(item, row)| {
        let before = in_force.get(&(row.series_id, row.slot)).filter(|before| **before != row.observed())?;
        Some(Correction {
            place: item.place.clone(),
            metric: item.metric.clone(),
            subject: item.subject.clone(),
            slot: item.slot,
            before: (*before).into(),
            after: row.observed().into(),
        })
    });
    Ok(changed.take(MOST_LISTED).collect())
}
