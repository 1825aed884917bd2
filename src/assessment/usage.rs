//! What dossier sources say of a procedure's use. A prior says nothing here, and absent data is never 0.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::parameters::DAY;
use super::store::VolumeRow;
use super::verdict::Use;
use crate::platform::clock::VIETNAM;

/// Sources report by month at the latest: a source whose last day lies further back than this no longer covers today.
const LAG: i32 = 31;

/// Use in a unit, or in all units, of which there are `units`.
///
/// Counted are periods that lie wholly within the last 90 or 365 days. A zero counts only where the source covers all
/// of these days and all of these units: otherwise nobody knows.
#[must_use]
pub fn of(volumes: &[VolumeRow], now: Timestamp, unit: Option<&str>, units: Option<u32>) -> Use {
    let today = day(now, 0);
    let rows: Vec<&VolumeRow> = volumes
        .iter()
        .filter(|row| row.kind == "dossiers" && row.period_to <= today)
        .filter(|row| unit.is_none_or(|unit| unit == row.unit_id))
        .collect();
    let counted = |days: i32, value: &dyn Fn(&VolumeRow) -> Option<i64>| {
        let since = day(now, days);
        let within = rows.iter().filter(|row| row.period_from >= since);
        let sum = within.filter_map(|row| value(row)).reduce(|a, b| a + b);
        if sum.is_some_and(|sum| sum > 0) {
            return sum;
        }
        let touching: Vec<&&VolumeRow> = rows.iter().filter(|row| row.period_to >= since).collect();
        let nothing = touching.iter().all(|row| value(row) == Some(0));
        (nothing && covers(&touching, &since, &day(now, LAG), unit, units)).then_some(0)
    };
    Use {
        online_90: counted(90, &|row| row.online),
        all_90: counted(90, &|row| Some(row.total)),
        online_365: counted(365, &|row| row.online),
    }
}

/// Periods that begin by `since` and reach `recent`: of all units together, or of as many units as there are.
fn covers(rows: &[&&VolumeRow], since: &str, recent: &str, unit: Option<&str>, units: Option<u32>) -> bool {
    let spans = |of: &dyn Fn(&VolumeRow) -> bool| {
        let first = rows.iter().filter(|row| of(row)).map(|row| row.period_from.as_str()).min();
        let last = rows.iter().filter(|row| of(row)).map(|row| row.period_to.as_str()).max();
        first.is_some_and(|first| first <= since) && last.is_some_and(|last| last >= recent)
    };
    if unit.is_some() || spans(&|row| row.unit_id.is_empty()) {
        return spans(&|_| true);
    }
    let mut known: Vec<&str> = rows.iter().map(|row| row.unit_id.as_str()).collect();
    known.sort_unstable();
    known.dedup();
    let all = units.is_some_and(|units| known.len() >= units as usize);
    all && known.iter().all(|unit| spans(&|row| row.unit_id == *unit))
}

/// The next instant at which a period leaves the days that count, or no longer reaches today.
#[must_use]
pub fn next_change(volumes: &[VolumeRow], now: Timestamp) -> Option<i64> {
    let after = |text: &str, days: i32| {
        let last: Date = text.parse().ok()?;
        let first_without = last.checked_add((days + 1).days()).ok()?.to_zoned_datetime(VIETNAM).ok()?;
        Some(first_without.timestamp().as_millisecond()).filter(|at| *at > now.as_millisecond())
    };
    let counted = volumes.iter().filter(|row| row.kind == "dossiers");
    let changes = counted.flat_map(|row| {
        let (from, to) = (row.period_from.as_str(), row.period_to.as_str());
        [after(from, 90), after(from, 365), after(to, LAG), after(to, 90), after(to, 365)]
    });
    changes.flatten().min()
}

/// The day in Vietnam that lies `days` before an instant, ISO.
#[must_use]
pub fn day(now: Timestamp, days: i32) -> String {
    let earlier = Timestamp::from_millisecond(now.as_millisecond() - i64::from(days) * DAY).unwrap_or(now);
    earlier.to_zoned_datetime(VIETNAM).date().to_string()
}
