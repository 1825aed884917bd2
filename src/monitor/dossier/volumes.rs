//! Dossiers of a procedure by ministry or province and month, with the months in which a source told of none.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

use super::agency::top;
use super::model::Channel;
use super::{store, sums};
use crate::catalog::store::StoreError;
use crate::catalog::units;
use crate::platform::calendar::model::{date, number};
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

/// Dossiers of a procedure, month by month from the first to the last day that its sources cover. A unit that never told
/// of the procedure is not named: nobody knows whether it handles it.
///
/// # Errors
/// When the database fails.
pub async fn volumes(tx: &mut Tx, code: &str) -> Result<Vec<Volume>, StoreError> {
    let mut months: BTreeMap<(String, i64, String), BTreeMap<Date, (i64, i64)>> = BTreeMap::new();
    for row in sums::received(tx, code).await? {
        let unit = top(&row.unit_id).to_owned();
        let month = date(i32::try_from(row.day).unwrap_or_default()).first_of_month();
        let sum = months.entry((row.source, row.source_id, unit)).or_default().entry(month).or_default();
        sum.0 += row.received;
        sum.1 += if row.channel == Channel::Online as i64 { row.received } else { 0 };
    }
    let mut all = Vec::new();
    for ((source, source_id, agency), counts) in months {
        let Some((first, last)) = store::coverage(tx, source_id, &agency).await? else { continue };
        let unit_id = units::of_agency(tx, &agency).await?.unwrap_or(agency);
        let mut month = date(first).first_of_month();
        while number(month) <= last {
            let (total, online) = counts.get(&month).copied().unwrap_or_default();
            let (from, to) = (month.max(date(first)), month.last_of_month().min(date(last)));
            all.push(Volume { source: source.clone(), unit_id: unit_id.clone(), from, to, total, online });
            let Ok(next) = month.checked_add(1.month()) else { break };
            month = next;
        }
    }
    Ok(all)
}
