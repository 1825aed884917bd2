//! Takes values in: by natural key, corrections beside what they correct, roll-ups right at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::horizon::{self, Horizons};
use super::model::{DAY, NewObservation, Observed, Step};
use super::rollup::Aggregate;
use super::store::{Revision, Window};
use super::{series, store, window_store};
use crate::platform::db::Tx;

/// What became of values that were recorded, and which windows they changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Values of a time that had none.
    pub added: usize,
    /// Values that differ from the one in force, which stays as an earlier revision.
    pub corrected: usize,
    /// Values that were there already.
    pub unchanged: usize,
    /// Values of a time whose single values have been dropped: they can no longer be told from those that were
    /// counted then, so they are not taken.
    pub too_late: usize,
    /// Series and beginning of every window of five minutes that changed.
    windows: BTreeSet<(i64, i64)>,
    horizons: Horizons,
}

impl Recorded {
    /// Values that changed something.
    #[must_use]
    pub fn changes(&self) -> usize {
        self.added + self.corrected
    }
}

/// Records values by series and slot. The same value again is nothing; another value is a new revision, and both stay.
///
/// Roll-ups are not right until [`roll_up`] has been called in the same transaction; [`take_in`] does both.
///
/// # Errors
/// When the database fails, or [`super::model::Unusable`] as [`sqlx::Error::Encode`], with nothing recorded.
pub async fn record(tx: &mut Tx, rows: &[NewObservation]) -> Result<Recorded, sqlx::Error> {
    for row in rows {
        row.check().map_err(|unusable| sqlx::Error::Encode(Box::new(unusable)))?;
    }
    let mut recorded = Recorded::default();
    if rows.is_empty() {
        return Ok(recorded);
    }
    let ids: BTreeSet<i64> = rows.iter().map(|row| row.series_id).collect();
    store::lock(tx, &ids.iter().copied().collect::<Vec<_>>()).await?;
    let rows = in_time(tx, rows, &mut recorded).await?;
    let keys: BTreeSet<(i64, i64)> = rows.iter().map(|row| (row.series_id, row.slot)).collect();
    let mut in_force: HashMap<(i64, i64), (i64, Observed)> = HashMap::with_capacity(keys.len());
    for found in store::revisions(tx, &keys.into_iter().collect::<Vec<_>>()).await? {
        // Later revisions come later.
        in_force.insert((found.series_id, found.slot), (found.revision, found.observed()));
    }
    let mut new = Vec::with_capacity(rows.len());
    for row in rows {
        let observed = row.observed();
        let revision = match in_force.get(&(row.series_id, row.slot)) {
            Some((_, before)) if *before == observed => {
                recorded.unchanged += 1;
                continue;
            }
            Some((revision, _)) => {
                recorded.corrected += 1;
                revision + 1
            }
            None => {
                recorded.added += 1;
                1
            }
        };
        in_force.insert((row.series_id, row.slot), (revision, observed));
        recorded.windows.insert((row.series_id, Step::FiveMinutes.start(row.slot)));
        new.push((revision, row));
    }
    store::insert(tx, &new).await?;
    Ok(recorded)
}

/// The values whose time still has its single values.
async fn in_time<'a>(
    tx: &mut Tx,
    rows: &'a [NewObservation],
    recorded: &mut Recorded,
) -> Result<Vec<&'a NewObservation>, sqlx::Error> {
    // Nothing is dropped within a day: what is polled now needs no look at what has been dropped.
    if rows.iter().all(|row| row.slot > row.observed_at - DAY) {
        return Ok(rows.iter().collect());
    }
    recorded.horizons = horizon::horizons(tx).await?;
    let mut reports: HashMap<i64, bool> = HashMap::new();
    let mut kept = Vec::with_capacity(rows.len());
    for row in rows {
        if row.slot >= recorded.horizons.raw {
            kept.push(row);
            continue;
        }
        if let std::collections::hash_map::Entry::Vacant(e) = reports.entry(row.series_id) {
            let report = series::find(tx, row.series_id).await?.is_some_and(|series| series.is_report());
            e.insert(report);
        }
        if reports[&row.series_id] {
            kept.push(row);
        } else {
            recorded.too_late += 1;
        }
    }
    Ok(kept)
}

/// Sums up anew exactly the windows that [`record`] changed: five minutes from values, hours from five minutes, days
/// from hours. Where a narrower roll-up has been dropped by its age, values are used, which reports keep for ever.
///
/// # Errors
/// When the database fails.
pub async fn roll_up(tx: &mut Tx, recorded: &Recorded) -> Result<(), sqlx::Error> {
    let horizons = recorded.horizons;
    let five: Vec<(i64, i64)> =
        recorded.windows.iter().copied().filter(|(_, at)| *at >= horizons.five_minutes).collect();
    from_values(tx, Step::FiveMinutes, &five).await?;
    let wider = |step: Step| -> BTreeSet<(i64, i64)> {
        recorded.windows.iter().map(|(series, at)| (*series, step.start(*at))).collect()
    };
    let hours = wider(Step::Hour).into_iter().filter(|(_, at)| *at >= horizons.hour);
    let (sums, values): (Vec<_>, Vec<_>) = hours.partition(|(_, at)| *at >= horizons.five_minutes);
    from_windows(tx, Step::Hour, Step::FiveMinutes, &sums).await?;
    from_values(tx, Step::Hour, &values).await?;
    let days = wider(Step::Day).into_iter().filter(|(_, at)| *at >= horizons.day);
    let (sums, values): (Vec<_>, Vec<_>) = days.partition(|(_, at)| *at >= horizons.hour);
    from_windows(tx, Step::Day, Step::Hour, &sums).await?;
    from_values(tx, Step::Day, &values).await
}

/// [`record`] and [`roll_up`].
///
/// # Errors
/// See there.
pub async fn take_in(tx: &mut Tx, rows: &[NewObservation]) -> Result<Recorded, sqlx::Error> {
    let recorded = record(tx, rows).await?;
    roll_up(tx, &recorded).await?;
    Ok(recorded)
}

fn windows(step: Step, starts: &[(i64, i64)]) -> Vec<Window> {
    starts.iter().map(|(series, at)| (*series, *at, at + step.width())).collect()
}

async fn from_values(tx: &mut Tx, step: Step, starts: &[(i64, i64)]) -> Result<(), sqlx::Error> {
    if starts.is_empty() {
        return Ok(());
    }
    let revisions = store::of_windows(tx, &windows(step, starts)).await?;
    let sums: Vec<_> = sum(&revisions).into_iter().map(|((series, at), sum)| (series, at, sum)).collect();
    window_store::put_rollups(tx, step, &sums).await
}

async fn from_windows(tx: &mut Tx, step: Step, of: Step, starts: &[(i64, i64)]) -> Result<(), sqlx::Error> {
    if starts.is_empty() {
        return Ok(());
    }
    let found = window_store::sum_of_windows(tx, &windows(step, starts), of).await?;
    let sums: Vec<_> = found.iter().map(|row| (row.series_id, row.at, row.aggregate())).collect();
    window_store::put_rollups(tx, step, &sums).await
}

/// Sums of what is in force in each window; revisions of a slot follow each other.
#[must_use]
pub fn sum(revisions: &[Revision]) -> BTreeMap<(i64, i64), Aggregate> {
    let mut sums: BTreeMap<(i64, i64), Aggregate> = BTreeMap::new();
    for (at, revision) in revisions.iter().enumerate() {
        let next = revisions.get(at + 1);
        if next.is_some_and(|next| (next.series_id, next.slot) == (revision.series_id, revision.slot)) {
            continue;
        }
        sums.entry((revision.series_id, revision.at)).or_default().add(revision.observed());
    }
    sums
}
