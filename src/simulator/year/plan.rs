//! When the year is and what befalls the province in it: the same for every part that is made.

use jiff::civil::{Date, time};
use jiff::{Timestamp, ToSpan};

use crate::platform::clock::VIETNAM;
use crate::simulator::chance::Chance;

/// The agency code of the province.
pub const PROVINCE: &str = "H31";
/// Its code as a unit.
pub const PROVINCE_UNIT: &str = "33";
/// Full months before the one that the year ends in.
const MONTHS: i32 = 12;

/// What is made up: it follows from the seed and from when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    seed: u64,
    end: Timestamp,
}

/// A month of the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    /// 0 for the first.
    pub number: usize,
    /// Its first day.
    pub first: Date,
    /// Its last day; of the month that the year ends in, the day on which it does.
    pub last: Date,
    /// The evening on which the offices close it; of the month that the year ends in, its end.
    pub closes: Timestamp,
    /// Whether it has come to its end.
    pub is_full: bool,
}

impl Month {
    /// How far the year has come, 0 to 1.
    #[must_use]
    pub fn grown(&self) -> f64 {
        f64::from(u32::try_from(self.number).unwrap_or_default()) / f64::from(MONTHS)
    }
}

/// Two weeks in which paying online failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// The procedures that could not be paid for: much used ones of communes.
    pub procedures: &'static [&'static str],
}

impl Outage {
    /// Birth registration, copies out of the civil register, permanent and temporary residence.
    const PROCEDURES: &'static [&'static str] = &["1.001193", "2.000635", "1.004222", "1.004194"];

    /// Whether paying failed on a day.
    #[must_use]
    pub fn is_on(&self, day: Date) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

impl Plan {
    /// A year that ends at an instant.
    #[must_use]
    pub fn new(seed: u64, end: Timestamp) -> Self {
        // The database keeps milliseconds.
        Self { seed, end: Timestamp::from_millisecond(end.as_millisecond()).unwrap_or(end) }
    }

    /// The seed.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// When it ends; nothing is later.
    #[must_use]
    pub const fn end(&self) -> Timestamp {
        self.end
    }

    /// The chance of a place that has a name; each part asks under names of its own.
    #[must_use]
    pub fn chance(&self, name: &str) -> Chance {
        Chance::named(self.seed, name)
    }

    /// The day in Vietnam on which it ends.
    #[must_use]
    pub fn last_day(&self) -> Date {
        self.end.to_zoned_datetime(VIETNAM).date()
    }

    /// The first day: twelve full months before the one that it ends in.
    #[must_use]
    pub fn first_day(&self) -> Date {
        let month = self.last_day().first_of_month();
        month.checked_sub(MONTHS.months()).unwrap_or(month)
    }

    /// The instant at which it begins: the first morning.
    #[must_use]
    pub fn begin(&self) -> Timestamp {
        self.at(self.first_day(), 7)
    }

    /// An hour of a day in Vietnam, and never later than the end.
    #[must_use]
    pub fn at(&self, day: Date, hour: i8) -> Timestamp {
        let at = VIETNAM.to_timestamp(day.to_datetime(time(hour.clamp(0, 23), 0, 0, 0)));
        at.map_or(self.end, |at| at.min(self.end))
    }

    /// The twelve full months, then the one that it ends in.
    #[must_use]
    pub fn months(&self) -> Vec<Month> {
        let month = |number: i32| {
            let first = self.first_day().checked_add(number.months()).unwrap_or_else(|_| self.last_day());
            let is_full = number < MONTHS;
            let last = if is_full { first.last_of_month() } else { self.last_day() };
            let closes = if is_full { self.at(last, 17) } else { self.end };
            Month { number: usize::try_from(number).unwrap_or_default(), first, last, closes, is_full }
        };
        (0..=MONTHS).map(month).collect()
    }

    /// The last full month: the one in which things went wrong.
    #[must_use]
    pub fn last_full_month(&self) -> Date {
        let month = self.last_day().first_of_month();
        month.checked_sub(1.months()).unwrap_or(month)
    }

    /// The two weeks of the last full month in which paying online failed.
    #[must_use]
    pub fn outage(&self) -> Outage {
        let month = self.last_full_month();
        let on = |day: i32| month.checked_add((day - 1).days()).unwrap_or(month);
        Outage { from: on(6), to: on(19), procedures: Outage::PROCEDURES }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn plan() -> Plan {
        Plan::new(1, "2026-11-24T09:00:00+07:00".parse().unwrap())
    }

    #[test]
    fn twelve_full_months_come_before_the_one_that_it_ends_in() {
        let months = plan().months();
        assert_eq!((months.len(), months[0].first, months[0].last), (13, date(2025, 11, 1), date(2025, 11, 30)));
        assert_eq!((months[11].first, months[11].is_full), (date(2026, 10, 1), true));
        assert_eq!(
            (months[12].first, months[12].last, months[12].closes),
            (date(2026, 11, 1), date(2026, 11, 24), plan().end())
        );
        assert!(months.windows(2).all(|pair| pair[0].closes < pair[1].closes));
    }

    #[test]
    fn nothing_is_later_than_the_end_and_paying_fails_in_the_last_full_month() {
        let plan = plan();
        assert_eq!(plan.at(date(2026, 11, 24), 17), plan.end());
        let outage = plan.outage();
        assert_eq!((outage.from, outage.to), (date(2026, 10, 6), date(2026, 10, 19)));
        assert!(outage.is_on(date(2026, 10, 19)) && !outage.is_on(date(2026, 10, 20)));
    }
}
