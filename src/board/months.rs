//! Months and periods as the board looks at them. A month that is not over is not shown: what has not ended yet would look
//! like a fall.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use crate::monitor::index766::period::Period;
use crate::platform::calendar::model::number;
use crate::platform::clock::VIETNAM;

/// Months of a trend.
pub const TREND: usize = 12;

/// The last month that is over.
#[must_use]
pub fn last_full(now: Timestamp) -> Period {
    let last = now.to_zoned_datetime(VIETNAM).date().first_of_month().yesterday().unwrap_or(Date::MIN);
    Period::Month(last.year(), last.month())
}

/// Whether a period is over.
#[must_use]
pub fn is_over(period: Period, now: Timestamp) -> bool {
    period.last() < now.to_zoned_datetime(VIETNAM).date()
}

/// The period of the same kind before one.
#[must_use]
pub fn before(period: Period) -> Option<Period> {
    let last = period.first().yesterday().ok()?;
    match period {
        Period::Year(_) => Period::year(last.year()),
        Period::Quarter(..) => Period::quarter(last.year(), (last.month() + 2) / 3),
        Period::Month(..) => Period::month(last.year(), last.month()),
        Period::Range(..) => None,
    }
}

/// First days of the months of a period.
#[must_use]
pub fn of(period: Period) -> Vec<Date> {
    let mut all = Vec::new();
    let mut month = period.first().first_of_month();
    while month <= period.last() {
        all.push(month);
        let Ok(next) = month.checked_add(1.month()) else { break };
        month = next;
    }
    all
}

/// First days of the months of the trend that ends with a period, the oldest first.
#[must_use]
pub fn trend(period: Period) -> Vec<Date> {
    let last = period.last().first_of_month();
    let back = |months: usize| last.checked_sub(i32::try_from(months).unwrap_or(0).months()).ok();
    (0..TREND).rev().filter_map(back).collect()
}

/// A day as the tables of months name it: counted from 1 January 1970.
#[must_use]
pub fn key(day: Date) -> i64 {
    i64::from(number(day))
}

/// The instant at which a day is over in Vietnam, epoch milliseconds.
#[must_use]
pub fn end(day: Date) -> i64 {
    (key(day) + 1) * 86_400_000 - 7 * 3_600_000
}

/// The instant at which a day begins in Vietnam, epoch milliseconds.
#[must_use]
pub fn begin(day: Date) -> i64 {
    key(day) * 86_400_000 - 7 * 3_600_000
}

/// A period in words: "tháng 10/2026", "quý 3/2026", "năm 2026".
#[must_use]
pub fn words(period: Period) -> String {
    match period {
        Period::Year(year) => format!("năm {year}"),
        Period::Quarter(year, quarter) => format!("quý {quarter}/{year}"),
        Period::Month(year, month) => format!("tháng {month}/{year}"),
        Period::Range(first, last) => {
            format!("{} đến {}", first.strftime("%d/%m/%Y"), last.strftime("%d/%m/%Y"))
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_last_full_month_is_told_in_vietnam() {
        // 23:30 on 31 October in Vietnam: October is not over.
        let evening: Timestamp = "2026-10-31T16:30:00Z".parse().unwrap();
        assert_eq!(last_full(evening), Period::Month(2026, 9));
        let midnight: Timestamp = "2026-10-31T17:00:00Z".parse().unwrap();
        assert_eq!(last_full(midnight), Period::Month(2026, 10));
        assert!(is_over(Period::Month(2026, 10), midnight) && !is_over(Period::Year(2026), midnight));
        assert_eq!(end(date(2026, 10, 31)), midnight.as_millisecond());
        assert_eq!(begin(date(2026, 11, 1)), midnight.as_millisecond());
    }

    #[test]
    fn periods_know_the_one_before_and_their_months() {
        assert_eq!(before(Period::Month(2026, 1)), Some(Period::Month(2025, 12)));
        assert_eq!(before(Period::Quarter(2026, 1)), Some(Period::Quarter(2025, 4)));
        assert_eq!(before(Period::Year(2026)), Some(Period::Year(2025)));
        assert_eq!(of(Period::Quarter(2026, 3)), [date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1)]);
        let trend = trend(Period::Month(2026, 10));
        assert_eq!((trend.len(), trend[0], trend[11]), (12, date(2025, 11, 1), date(2026, 10, 1)));
        assert_eq!(words(Period::Quarter(2026, 3)), "quý 3/2026");
    }
}
