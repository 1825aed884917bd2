//! Takes records in batch by batch: one transaction looks the dossiers up, merges, writes and notes what changed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::actions::{CHANGE_KIND, DossierError, DossierReport, Feed, KEY, Quarantined};
use super::agency::top;
use super::bulk;
use super::counts::Counts;
use super::groups::Groups;
use super::judge::judge;
use super::limits::KnownLimits;
use super::merge::{Delta, Merged, merge};
use super::model::Side;
use super::moment::day_of;
use super::months::Months;
use super::reader::{Batch, Entry, Reader, ReaderOptions};
use super::store::{self, CoverageRow};
use super::volumes::month_of;
use crate::account::secret;
use crate::account::store as account_store;
use crate::catalog::import::lines::MAX_LINE_BYTES;
use crate::catalog::store as catalog_store;
use crate::platform::calendar::model::Calendar;
use crate::platform::calendar::store as calendar_store;
use crate::platform::changes;
use crate::platform::db::{Db, Tx};

/// Records of one transaction.
pub(super) const BATCH: u64 = 20_000;
/// Refused lines that a report lists and one import keeps; the others are counted.
const MOST_LISTED: usize = 1_000;
/// Why a line that is too long is refused.
pub(super) const TOO_LONG: &str = "is longer than 16 MB";

/// Dossiers being taken in. Whatever was written stays when it is dropped; the same input can be given again.
pub struct Intake {
    db: Db,
    side: Side,
    source: i64,
    calendar: Calendar,
    groups: Groups,
    limits: KnownLimits,
    pub(super) report: DossierReport,
    pub(super) reader: Option<Reader>,
    rest: Vec<u8>,
    line: u64,
    now: Timestamp,
}

impl Intake {
    /// Begins: makes the key on first use, adds the source when it is new.
    ///
    /// # Errors
    /// [`DossierError`]
    pub async fn begin(db: &Db, feed: &Feed, now: Timestamp) -> Result<Self, DossierError> {
        let name = feed.source.trim();
        if !(1..=100).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return Err(DossierError::Source(name.chars().take(100).collect()));
        }
        let mut tx = db.write().await?;
        // Two that begin at once would both add a new source.
        bulk::lock(&mut tx, 0).await?;
        let key = key(&mut tx).await?;
        let source = store::source(&mut tx, name, feed.side, now).await?;
        let source = source.ok_or_else(|| DossierError::Side(name.to_owned()))?;
        let calendar = calendar_store::load(&mut tx).await?;
        let odd_codes = catalog_store::odd_codes(&mut tx).await?.into_iter().collect();
        tx.commit().await?;
        let options = ReaderOptions { key, side: feed.side, unit: feed.unit.clone(), odd_codes };
        Ok(Self {
            db: db.clone(),
            side: feed.side,
            source,
            calendar,
            groups: Groups::of_source(source),
            limits: KnownLimits::default(),
            report: DossierReport::default(),
            reader: Some(Reader::new(options)),
            rest: Vec::new(),
            line: 0,
            now,
        })
    }

    /// Takes a piece of NDJSON in, cut anywhere.
    ///
    /// # Errors
    /// [`DossierError`]
    pub async fn push(&mut self, mut chunk: &[u8]) -> Result<(), DossierError> {
        while let Some(end) = chunk.iter().position(|byte| *byte == b'\n') {
            self.rest.extend_from_slice(&chunk[..end]);
            self.end_line();
            chunk = &chunk[end + 1..];
            if self.reader.as_ref().is_some_and(|reader| reader.waiting() >= BATCH) {
                self.write_waiting().await?;
            }
        }
        // Of a line that is too long no more is kept than shows that it is.
        let room = (MAX_LINE_BYTES + 1).saturating_sub(self.rest.len()).min(chunk.len());
        self.rest.extend_from_slice(&chunk[..room]);
        Ok(())
    }

    fn end_line(&mut self) {
        self.line += 1;
        if let Some(reader) = &mut self.reader {
            if self.rest.len() > MAX_LINE_BYTES {
                reader.unreadable(self.line, &self.rest, TOO_LONG);
            } else {
                reader.line(self.line, &self.rest);
            }
        }
        self.rest.clear();
    }

    async fn write_waiting(&mut self) -> Result<(), DossierError> {
        match self.reader.as_mut().map(Reader::take_batch) {
            Some(batch) => self.write(batch).await,
            None => Ok(()),
        }
    }

    /// Writes what is left and tells what was done.
    ///
    /// # Errors
    /// [`DossierError`]
    pub async fn finish(mut self) -> Result<DossierReport, DossierError> {
        if !self.rest.is_empty() {
            self.end_line();
        }
        self.write_waiting().await?;
        Ok(self.report)
    }

    /// Counts a batch in one transaction.
    pub(super) async fn write(&mut self, mut batch: Batch) -> Result<(), DossierError> {
        let told = batch.rejected.iter().take(MOST_LISTED.saturating_sub(self.report.quarantined.len()));
        self.report.quarantined.extend(told.map(|one| Quarantined {
            line: one.line,
            field: one.refused.field,
            reason: one.refused.reason,
        }));
        self.report.read += batch.read;
        self.report.refused += batch.rejected.len() as u64;
        batch.entries.sort_by_key(|entry| (entry.day, entry.hash));
        let mut tx = self.db.write().await?;
        bulk::lock(&mut tx, 0).await?;
        store::reject(&mut tx, self.source, &batch.rejected, self.now).await?;
        self.groups.take_in(&mut tx, &batch).await?;
        let merged = self.merge(&mut tx, &batch).await?;
        self.report.taken += merged.taken;
        self.report.unchanged += merged.unchanged;
        self.report.mismatches += merged.mismatches;
        self.report.unproven += merged.unproven;
        self.report.illegal += merged.illegal;
        bulk::put(&mut tx, &merged.rows).await?;
        let mut changed = self.cover(&mut tx, &batch).await?;
        changed.extend(count(&mut tx, merged.deltas, &mut self.groups).await?);
        let changed: Vec<String> = changed.into_iter().collect();
        changes::record(&mut tx, CHANGE_KIND, &changed, self.now).await?;
        Ok(tx.commit().await?)
    }

    async fn merge(&mut self, tx: &mut Tx, batch: &Batch) -> Result<Merged, DossierError> {
        let mut keys: Vec<_> = batch.entries.iter().map(|entry| (entry.day, entry.hash)).collect();
        keys.dedup();
        let mut known = bulk::find(tx, &keys).await?;
        known.sort_unstable_by_key(|row| (row.day, row.hash));
        let undated: BTreeSet<u32> =
            batch.entries.iter().filter(|entry| entry.facts.due_at.is_none()).map(|entry| entry.code).collect();
        self.limits.read(tx, undated.iter().map(|code| self.groups.code(*code))).await?;
        let (groups, limits, calendar) = (&self.groups, &self.limits, &self.calendar);
        let judge = |entry: &Entry| {
            let limits = if entry.facts.due_at.is_none() { limits.of(groups.code(entry.code)) } else { None };
            judge(&entry.facts, calendar, limits)
        };
        Ok(merge(&batch.entries, &known, self.side, |entry| groups.of(entry), judge))
    }

    /// Widens the days that the source covers. Where another month begins, every procedure of the unit is named: nothing
    /// in that month means none. Days that have not come cover nothing.
    async fn cover(&self, tx: &mut Tx, batch: &Batch) -> Result<BTreeSet<String>, DossierError> {
        let today = day_of(self.now.as_millisecond());
        let mut spans: BTreeMap<&str, BTreeMap<i64, CoverageRow>> = BTreeMap::new();
        for entry in batch.entries.iter().filter(|entry| entry.facts.opened_day <= today) {
            let day = i64::from(entry.facts.opened_day);
            let of_unit = spans.entry(top(self.groups.unit(entry.unit))).or_default();
            // Most records lie in the month of the one before: no date is made of each.
            let known = of_unit.values_mut().find(|row| (row.month..row.month + 28).contains(&day));
            let row = if let Some(row) = known {
                row
            } else {
                let month = month_of(day);
                of_unit.entry(month).or_insert(CoverageRow { month, first_day: day, last_day: day })
            };
            row.widen(day, day);
        }
        let mut named = BTreeSet::new();
        for (unit, rows) in spans {
            let known = store::coverage(tx, self.source, unit).await?;
            let mut other_month = false;
            for mut row in rows.into_values() {
                match known.iter().find(|known| known.month == row.month) {
                    Some(known) => row.widen(known.first_day, known.last_day),
                    None => other_month = !known.is_empty(),
                }
                if !known.contains(&row) {
                    store::put_coverage(tx, self.source, unit, &row).await?;
                }
            }
            if other_month {
                named.extend(store::codes_of_unit(tx, self.source, unit).await?);
            }
        }
        Ok(named)
    }
}

/// Adds up changes and writes them. Gives the procedures whose counts changed.
///
/// # Errors
/// [`DossierError`]
pub async fn count(tx: &mut Tx, mut deltas: Vec<Delta>, groups: &mut Groups) -> Result<BTreeSet<String>, DossierError> {
    deltas.sort_unstable_by_key(|delta| (delta.group, delta.part.day, delta.part.working_days));
    let mut counts: Vec<(i64, i32, Counts)> = Vec::new();
    let mut durations: Vec<(i64, i32, i32, i64)> = Vec::new();
    for Delta { group, part, sign } in deltas {
        match counts.last_mut() {
            Some((last, day, sum)) if (*last, *day) == (group, part.day) => sum.add(&part, i64::from(sign)),
            _ => {
                let mut sum = Counts::default();
                sum.add(&part, i64::from(sign));
                counts.push((group, part.day, sum));
            }
        }
        if !part.measured {
            continue;
        }
        match durations.last_mut() {
            Some(last) if (last.0, last.1, last.2) == (group, part.day, part.working_days) => last.3 += i64::from(sign),
            _ => durations.push((group, part.day, part.working_days, i64::from(sign))),
        }
    }
    counts.retain(|(_, _, sum)| !sum.is_zero());
    durations.retain(|(.., n)| *n != 0);
    bulk::add(tx, &counts).await?;
    bulk::add_durations(tx, &durations).await?;
    let (mut months, mut changed) = (Months::default(), BTreeSet::new());
    for (group, day, sum) in &counts {
        let group = groups.row(tx, *group).await?;
        months.add(group, *day, sum);
        changed.insert(group.code.clone());
    }
    months.write(tx).await?;
    for (group, ..) in &durations {
        changed.insert(groups.row(tx, *group).await?.code.clone());
    }
    Ok(changed)
}

/// The key that dossier codes are hashed with, made on first use.
async fn key(tx: &mut Tx) -> Result<[u8; 64], DossierError> {
    let text = account_store::keep_secret(tx, KEY, &secret::random_hex::<64>()?).await?;
    let mut key = [0; 64];
    if text.len() != 2 * key.len() {
        return Err(DossierError::Key);
    }
    for (byte, pair) in key.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).map_err(|_| DossierError::Key)?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| DossierError::Key)?;
    }
    Ok(key)
}
