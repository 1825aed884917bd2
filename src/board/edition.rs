//! Editions (D-11): the board of a period as it was some days after the period ended. What is found to be otherwise later
//! becomes an erratum beside it; the edition itself never changes.

use jiff::{Timestamp, ToSpan};

use super::document::{Document, FigureEntry};
use super::edition_store::{self, Edition, Erratum};
use super::months;
use super::picture::{BoardError, Picture};
use crate::monitor::index766::period::Period;
use crate::monitor::parameters::Parameters;
use crate::platform::clock::VIETNAM;
use crate::platform::db::Db;
use crate::platform::hash;

/// Editions of each kind that are looked through for errata: corrections of older periods are rare.
const LOOKED_THROUGH: usize = 13;

/// Freezes the last month, quarter and year that ended long enough ago, and notes what has become otherwise in the
/// editions there are. Several processes may do so at once.
///
/// # Errors
/// [`BoardError`]
pub async fn keep(db: &Db, agency: &str, now: Timestamp) -> Result<(), BoardError> {
    let mut tx = db.read().await?;
    let days = Parameters::at(&mut tx, now).await?.count("edition_days")?;
    let known = edition_store::list(&mut tx).await?;
    drop(tx);
    for period in ripe(now, days) {
        if !known.iter().any(|edition| edition.period == period.word()) {
            freeze(db, period, agency, now).await?;
        }
    }
    for edition in known.iter().take(LOOKED_THROUGH) {
        if let Some(period) = Period::parse(&edition.period) {
            correct(db, period, agency, now).await?;
        }
    }
    Ok(())
}

/// The last month, quarter and year that ended so many days ago.
fn ripe(now: Timestamp, days: u32) -> Vec<Period> {
    let today = now.to_zoned_datetime(VIETNAM).date();
    let Ok(day) = today.checked_sub(i64::from(days).days()) else { return Vec::new() };
    let begun = [
        Period::month(day.year(), day.month()),
        Period::quarter(day.year(), (day.month() + 2) / 3),
        Period::year(day.year()),
    ];
    begun.into_iter().flatten().filter_map(months::before).collect()
}

/// Freezes a period, unless it is frozen or nothing was known by its end.
async fn freeze(db: &Db, period: Period, agency: &str, now: Timestamp) -> Result<(), BoardError> {
    let mut tx = db.read().await?;
    let month = months::key(period.last().first_of_month());
    if !edition_store::any(&mut tx, month, months::end(period.last())).await? {
        return Ok(());
    }
    let document = document(&Picture::read(&mut tx, period, agency, now).await?)?;
    drop(tx);
    let sha256 = hash::sha256(document.as_bytes());
    let edition = Edition { period: period.word(), frozen_at: now.as_millisecond(), sha256, document };
    let mut tx = db.write().await?;
    let new = edition_store::insert(&mut tx, &edition).await?;
    tx.commit().await?;
    if new {
        tracing::info!(period = %edition.period, sha256 = %edition.sha256, "an edition of the board is frozen");
    }
    Ok(())
}

/// The bytes of a picture. The same picture always has the same.
///
/// # Errors
/// When it cannot be written, which a test would show.
pub fn document(picture: &Picture) -> Result<String, BoardError> {
    Ok(serde_json::to_string_pretty(&Document::of(picture))?)
}

/// Notes what is counted otherwise now than the edition and its errata say.
async fn correct(db: &Db, period: Period, agency: &str, now: Timestamp) -> Result<(), BoardError> {
    let mut tx = db.read().await?;
    let Some(edition) = edition_store::find(&mut tx, &period.word()).await? else { return Ok(()) };
    let frozen: Document = serde_json::from_str(&edition.document)?;
    let errata = edition_store::errata(&mut tx, &edition.period).await?;
    let fresh = Document::of(&Picture::read(&mut tx, period, agency, now).await?);
    drop(tx);
    let found = differences(&frozen, &errata, &fresh, now.as_millisecond());
    if found.is_empty() {
        return Ok(());
    }
    let mut tx = db.write().await?;
    for erratum in &found {
        edition_store::insert_erratum(&mut tx, &edition.period, erratum).await?;
    }
    Ok(tx.commit().await?)
}

/// Figures that differ from what an edition and its errata say.
#[must_use]
pub fn differences(frozen: &Document, errata: &[Erratum], fresh: &Document, found_at: i64) -> Vec<Erratum> {
    let said = |figure: &FigureEntry| {
        let last = errata.iter().rev().find(|erratum| erratum.figure == figure.code);
        last.map_or((figure.part, figure.whole), |erratum| (erratum.after_part, erratum.after_whole))
    };
    let one = |figure: &FigureEntry| {
        let before = said(figure);
        let now = fresh.figures.iter().find(|now| now.code == figure.code)?;
        (before != (now.part, now.whole)).then(|| Erratum {
            figure: figure.code.clone(),
            found_at,
            before_part: before.0,
            before_whole: before.1,
            after_part: now.part,
            after_whole: now.whole,
        })
    };
    frozen.figures.iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_frozen_some_days_after_it_ended() {
        let on = |text: &str| -> Vec<String> { ripe(text.parse().unwrap(), 5).into_iter().map(Period::word).collect() };
        assert_eq!(on("2026-11-05T12:00:00+07:00"), ["2026-09", "2026-Q3", "2025"]);
        assert_eq!(on("2026-11-06T00:00:00+07:00"), ["2026-10", "2026-Q3", "2025"]);
        assert_eq!(on("2027-01-06T00:00:00+07:00"), ["2026-12", "2026-Q4", "2026"]);
    }
}
