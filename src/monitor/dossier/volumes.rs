//! Dossiers of a procedure by ministry or province and month, with the months in which a source told of none.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::store::{self, CoverageRow};
use super::sums;
use crate::catalog::store::StoreError;
use crate::catalog::units;
use crate::platform::calendar::model as calendar;
use crate::platform::db::Tx;

/// Dossiers of one source, unit and month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// Name of the source.
    pub source: String,
    /// The unit of the catalog that bears the agency code, else the code of the ministry or province itself.
    pub unit_id: String,
    /// First day of the month, or the first that the source covers.
    pub from: Date,
    /// Last day of the month, or the last that the source covers.
    pub to: Date,
    /// Dossiers taken in.
    pub total: i64,
    /// Those of them that came online.
    pub online: i64,
}

/// By the first day of the month: all dossiers, and those that came online.
type Months = BTreeMap<i64, (i64, i64)>;

/// Dossiers of a procedure, month by month: of each source the last months that follow each other without one in which it
/// told of no dossier of the unit at all. A unit that never told of the procedure is not named: nobody knows whether it
/// handles it.
///
/// # Errors
/// When the database fails.
pub async fn volumes(tx: &mut Tx, code: &str) -> Result<Vec<Volume>, StoreError> {
    let mut months: BTreeMap<(String, i64, String), Months> = BTreeMap::new();
    for row in sums::received(tx, code).await? {
        let key = (row.source, row.source_id, row.agency);
        let sum = months.entry(key).or_default().entry(month_of(row.day)).or_default();
        sum.0 += row.received;
        sum.1 += row.online;
    }
    let mut all = Vec::new();
    for ((source, source_id, agency), counts) in months {
        let covered = store::coverage(tx, source_id, &agency).await?;
        let unit_id = units::of_agency(tx, &agency).await?.unwrap_or(agency);
        let covered = without_gap(&covered);
        all.extend(covered.iter().enumerate().map(|(at, row)| {
            let (total, online) = counts.get(&row.month).copied().unwrap_or_default();
            let month = day(row.month);
            let from = if at == 0 { day(row.first_day) } else { month };
            let to = if at + 1 == covered.len() { day(row.last_day) } else { month.last_of_month() };
            Volume { source: source.clone(), unit_id: unit_id.clone(), from, to, total, online }
        }));
    }
    Ok(all)
}

/// The last months that follow each other.
fn without_gap(covered: &[CoverageRow]) -> &[CoverageRow] {
    let follows = |pair: &[CoverageRow]| month_of(pair[0].month + 31) == pair[1].month;
    let gap = covered.windows(2).rposition(|pair| !follows(pair));
    &covered[gap.map_or(0, |at| at + 1)..]
}

/// The first day of the month in which a day lies; both counted from 1 January 1970.
#[must_use]
pub fn month_of(number: i64) -> i64 {
    i64::from(calendar::number(day(number).first_of_month()))
}

fn day(number: i64) -> Date {
    calendar::date(i32::try_from(number).unwrap_or_default())
}
