//! Dossiers of a procedure by ministry or province and month, with the months in which a source told of none.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

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

/// What sources cover and how units are called, read once for many procedures.
#[derive(Debug, Default)]
pub struct Covered {
    days: HashMap<(i64, String), Vec<CoverageRow>>,
    units: HashMap<String, String>,
}

impl Covered {
    /// Dossiers of a procedure, month by month: of each source the last months that follow each other without one in
    /// which it told of no dossier of the unit at all. A unit that never told of the procedure is not named: nobody knows
    /// whether it handles it. No source, unit and period comes twice.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn volumes(&mut self, tx: &mut Tx, code: &str) -> Result<Vec<Volume>, StoreError> {
        let mut months: BTreeMap<(String, i64, String), Months> = BTreeMap::new();
        for row in sums::received(tx, code).await? {
            let key = (row.source, row.source_id, row.agency);
            let sum = months.entry(key).or_default().entry(month_of(row.day)).or_default();
            sum.0 += row.received;
            sum.1 += row.online;
        }
        let mut all: BTreeMap<(String, String, Date, Date), (i64, i64)> = BTreeMap::new();
        for ((source, source_id, agency), counts) in months {
            let unit_id = self.unit(tx, &agency).await?;
            let covered = without_gap(self.days(tx, source_id, agency).await?);
            for (at, row) in covered.iter().enumerate() {
                let (total, online) = counts.get(&row.month).copied().unwrap_or_default();
                let month = day(row.month);
                let from = if at == 0 { day(row.first_day) } else { month };
                let to = if at + 1 == covered.len() { day(row.last_day) } else { month.last_of_month() };
                // Two agency codes may stand for one unit.
                let sum = all.entry((source.clone(), unit_id.clone(), from, to)).or_default();
                *sum = (sum.0 + total, sum.1 + online);
            }
        }
        let volume =
            |((source, unit_id, from, to), (total, online))| Volume { source, unit_id, from, to, total, online };
        Ok(all.into_iter().map(volume).collect())
    }

    async fn unit(&mut self, tx: &mut Tx, agency: &str) -> Result<String, StoreError> {
        if let Some(unit) = self.units.get(agency) {
            return Ok(unit.clone());
        }
        let unit = units::of_agency(tx, agency).await?.unwrap_or_else(|| agency.to_owned());
        self.units.insert(agency.to_owned(), unit.clone());
        Ok(unit)
    }

    async fn days(&mut self, tx: &mut Tx, source: i64, agency: String) -> Result<&[CoverageRow], StoreError> {
        match self.days.entry((source, agency)) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => {
                let days = store::coverage(tx, source, &place.key().1).await?;
                Ok(place.insert(days))
            }
        }
    }
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
