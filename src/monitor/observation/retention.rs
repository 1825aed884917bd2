//! Drops what has been kept long enough: whole months on PostgreSQL, otherwise a bounded number of rows at a time.

use jiff::{SignedDuration, Timestamp};

use super::horizon::{self, Layer};
use super::model::Step;
use super::{partition, series};
use crate::platform::clock::VIETNAM;
use crate::platform::db::{Db, Tx};

/// Rows that one transaction drops at most, so that others who write do not wait for long.
const ROWS: i64 = 5_000;
/// Series that one transaction looks at.
const SERIES: i64 = 500;
/// Days that everything is kept, whatever the parameters say: `record` relies on it.
const LEAST_DAYS: i64 = 2;

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Single values that were dropped one by one.
    pub values: u64,
    /// Windows of roll-ups.
    pub windows: u64,
    /// Months that were made ahead.
    pub months_made: u64,
    /// Months that were dropped whole.
    pub months_dropped: u64,
}

/// Makes months ahead on PostgreSQL, and drops what is older than the parameters `retention_days_*` in force say.
///
/// Values of reports, series without a rhythm or with one of a day and more, are kept for ever. Several processes may
/// do it at once.
///
/// # Errors
/// When the database fails; what was dropped until then stays so, the next time goes on.
pub async fn apply(db: &Db, now: Timestamp) -> Result<Dropped, sqlx::Error> {
    let months_made = make_months(db, now).await?;
    let mut dropped = Dropped { months_made, ..Dropped::default() };
    let day = now.to_zoned_datetime(VIETNAM).date().to_string();
    let kept = horizon::kept_days(&mut db.read().await?, &day).await?;
    let mut cuts = Vec::new();
    for (layer, days) in kept {
        let Some(days) = days else { continue };
        let age = SignedDuration::from_hours(24 * days.max(LEAST_DAYS));
        let before = cut(db, layer, now.checked_sub(age).unwrap_or(Timestamp::UNIX_EPOCH));
        // From here on nothing is taken in that would be dropped at once.
        let mut tx = db.write().await?;
        horizon::move_to(&mut tx, layer, before).await?;
        tx.commit().await?;
        cuts.push((layer, before));
    }
    let raw = cuts.iter().find(|(layer, _)| *layer == Layer::Raw);
    if let (Some((_, before)), Db::Postgres(_)) = (raw, db) {
        let mut tx = db.write().await?;
        if let Tx::Postgres(tx) = &mut tx {
            dropped.months_dropped = partition::drop_before(tx, *before).await?;
        }
        tx.commit().await?;
    }
    drop_rows(db, &cuts, &mut dropped).await?;
    Ok(dropped)
}

/// Makes this month and the next on PostgreSQL; nothing on SQLite.
///
/// # Errors
/// When the database fails.
pub async fn make_months(db: &Db, now: Timestamp) -> Result<u64, sqlx::Error> {
    if !matches!(db, Db::Postgres(_)) {
        return Ok(0);
    }
    let mut tx = db.write().await?;
    let made = match &mut tx {
        Tx::Postgres(tx) => partition::make(tx, now).await?,
        Tx::Sqlite(_) => 0,
    };
    tx.commit().await?;
    Ok(made)
}

/// Up to when a layer goes: days are never cut, and months are not where they are dropped whole.
fn cut(db: &Db, layer: Layer, before: Timestamp) -> i64 {
    if layer == Layer::Raw && matches!(db, Db::Postgres(_)) {
        return partition::month_start(before);
    }
    Step::Day.start(before.as_millisecond())
}

async fn drop_rows(db: &Db, cuts: &[(Layer, i64)], dropped: &mut Dropped) -> Result<(), sqlx::Error> {
    let mut after = 0;
    loop {
        let page = series::after(&mut db.read().await?, after, SERIES).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        let work: Vec<(i64, Layer, i64)> = page
            .iter()
            .flat_map(|series| cuts.iter().map(move |(layer, before)| (series, *layer, *before)))
            .filter(|(series, layer, _)| *layer != Layer::Raw || !series.is_report())
            .map(|(series, layer, before)| (series.id, layer, before))
            .collect();
        let mut at = 0;
        while at < work.len() {
            at += drop_batch(db, &work[at..], dropped).await?;
        }
    }
}

/// Drops up to [`ROWS`] rows in one transaction, and says how many of the tasks are done.
async fn drop_batch(db: &Db, work: &[(i64, Layer, i64)], dropped: &mut Dropped) -> Result<usize, sqlx::Error> {
    let mut tx = db.write().await?;
    let (mut done, mut left) = (0, ROWS);
    for (series, layer, before) in work {
        let (rows, more) = horizon::drop_some(&mut tx, *series, *layer, *before, left).await?;
        if *layer == Layer::Raw {
            dropped.values += rows;
        } else {
            dropped.windows += rows;
        }
        left -= i64::try_from(rows).unwrap_or(i64::MAX);
        // A slot with more revisions than fit is left for the next time.
        if more && rows > 0 {
            break;
        }
        done += 1;
        if left <= 0 {
            break;
        }
    }
    tx.commit().await?;
    Ok(done)
}
