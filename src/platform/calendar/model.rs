//! Working days: which days are worked, and due dates counted in them. Nothing here reads a clock or a database.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime, Time};
use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};

use super::hours::Profile;

/// More working days than any law gives; a longer count is cut to this.
const MOST: u32 = 100_000;

/// How a day differs from the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// Not worked, though it may be a Monday to Friday.
    Holiday,
    /// A Saturday or Sunday that is worked in exchange for another day.
    ExtraWorking,
}

/// A moment that was counted out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// In Vietnam.
    pub at: DateTime,
    /// "Tạm tính": a day that was counted lies in a year whose days off are not loaded. Count again once they are.
    pub provisional: bool,
}

/// Working days between two days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elapsed {
    /// Working days after the first day up to and with the last; negative when the last lies before the first.
    pub days: i64,
    /// A day that was counted lies in a year that is not loaded.
    pub provisional: bool,
}

/// The days off and hours of work that are known.
///
/// A year that is not loaded has its weekends off and nothing else, and whatever is counted with it is provisional.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    /// First and last day of loaded years that follow each other, in order.
    loaded: Vec<(i32, i32)>,
    /// Days that differ from the week, in order: the day, whether it is worked.
    exceptions: Vec<(i32, bool)>,
    /// Working days gained or lost up to and with the exception of the same place.
    shifts: Vec<i64>,
    profiles: Vec<Profile>,
}

impl Calendar {
    /// Puts a calendar together: loaded years, days that differ from the week, hours of work in any order.
    #[must_use]
    pub fn new(years: &BTreeSet<i16>, days: &[(Date, DayKind)], mut profiles: Vec<Profile>) -> Self {
        let mut loaded: Vec<(i32, i32)> = Vec::new();
        for year in years {
            let Ok(first) = Date::new(*year, 1, 1) else { continue };
            let (first, last) = (number(first), number(first.last_of_year()));
            match loaded.last_mut() {
                Some(before) if before.1 + 1 == first => before.1 = last,
                _ => loaded.push((first, last)),
            }
        }
        let differs = |(date, kind): &(Date, DayKind)| {
            let works = *kind == DayKind::ExtraWorking;
            (works != is_weekday(number(*date))).then_some((number(*date), works))
        };
        let mut exceptions: Vec<(i32, bool)> = days.iter().filter_map(differs).collect();
        exceptions.sort_unstable();
        exceptions.dedup_by_key(|(day, _)| *day);
        let mut sum = 0;
        let shifts = exceptions.iter().map(|(_, works)| {
            sum += if *works { 1 } else { -1 };
            sum
        });
        let shifts = shifts.collect();
        profiles.sort_by_key(|profile| profile.valid_from);
        Self { loaded, exceptions, shifts, profiles }
    }

    /// Whether a day is worked: an extra working day, or Monday to Friday and no holiday (DOMAIN.md 7.3).
    #[must_use]
    pub fn is_working(&self, day: Date) -> bool {
        self.works(number(day))
    }

    /// Whether the days off of its year are known.
    #[must_use]
    pub fn is_loaded(&self, day: Date) -> bool {
        self.knows(number(day), number(day))
    }

    /// `n` working days after a moment, at the same time of day; 0 is the moment itself.
    ///
    /// DOMAIN.md 7.3: `d = t.date; repeat n: do d += 1 until is_working(d); return d at t.time`.
    #[must_use]
    pub fn add_working_days(&self, from: DateTime, n: u32) -> Due {
        let first = number(from.date());
        let mut day = first;
        for _ in 0..n.min(MOST) {
            day += 1;
            while !self.works(day) && day < LAST {
                day += 1;
            }
        }
        self.due(first, day.min(LAST), from.time())
    }

    /// `n` calendar days after a moment; an end on a day off moves to the next working day, at the same time.
    #[must_use]
    pub fn add_days(&self, from: DateTime, n: u32) -> Due {
        self.end_of(from, i64::from(n).days())
    }

    /// `n` months after a moment; an end on a day off moves to the next working day, at the same time.
    #[must_use]
    pub fn add_months(&self, from: DateTime, n: u32) -> Due {
        self.end_of(from, i64::from(n).min(100_000).months())
    }

    /// The moment itself on a working day, else the same time on the next one.
    #[must_use]
    pub fn next_working(&self, at: DateTime) -> Due {
        let first = number(at.date());
        let mut day = first;
        while !self.works(day) && day < LAST {
            day += 1;
        }
        self.due(first, day, at.time())
    }

    /// When something received at a moment begins to count: at once within the day's work and before its cut-off, else
    /// on the next working morning.
    #[must_use]
    pub fn counts_from(&self, received: DateTime) -> Due {
        let Some(profile) = self.profile(received.date()) else { return self.next_working(received) };
        let morning = profile.begins();
        if self.is_working(received.date()) && profile.takes(received.time()) {
            let provisional = !self.is_loaded(received.date());
            let at = received.date().to_datetime(received.time().max(morning));
            return Due { at, provisional };
        }
        let next = received.date().tomorrow().unwrap_or(received.date());
        self.next_working(next.to_datetime(morning))
    }

    /// Working days from one day to another: `working_days_between(t, add_working_days(t, n))` is `n`.
    #[must_use]
    pub fn working_days_between(&self, from: Date, to: Date) -> Elapsed {
        self.days_between(number(from), number(to))
    }

    /// The same for days counted from 1 January 1970.
    #[must_use]
    pub fn days_between(&self, first: i32, last: i32) -> Elapsed {
        Elapsed {
            days: self.worked_until(last) - self.worked_until(first),
            provisional: !self.knows(first.min(last), first.max(last)),
        }
    }

    /// The hours in force on a day; `None` before the first that are known.
    #[must_use]
    pub fn profile(&self, day: Date) -> Option<&Profile> {
        self.profiles.iter().rev().find(|profile| profile.valid_from <= day)
    }

    /// The next day on which other hours begin to hold.
    #[must_use]
    pub fn next_change(&self, after: Date) -> Option<Date> {
        self.profiles.iter().map(|profile| profile.valid_from).find(|from| *from > after)
    }

    fn end_of(&self, from: DateTime, length: Span) -> Due {
        let mut due = self.next_working(from.saturating_add(length));
        due.provisional = !self.knows(number(from.date()), number(due.at.date()));
        due
    }

    fn due(&self, first: i32, day: i32, time: Time) -> Due {
        Due { at: date(day).to_datetime(time), provisional: !self.knows(first, day) }
    }

    fn works(&self, day: i32) -> bool {
        match self.exceptions.binary_search_by_key(&day, |(day, _)| *day) {
            Ok(at) => self.exceptions[at].1,
            Err(_) => is_weekday(day),
        }
    }

    /// Whether all days from one to another are loaded.
    fn knows(&self, first: i32, last: i32) -> bool {
        let at = self.loaded.partition_point(|(from, _)| *from <= first);
        at > 0 && last <= self.loaded[at - 1].1
    }

    /// Working days up to and with a day, counted from some day long ago.
    fn worked_until(&self, day: i32) -> i64 {
        let since_monday = day + 3;
        let (weeks, rest) = (since_monday.div_euclid(7), since_monday.rem_euclid(7));
        let weekdays = i64::from(weeks) * 5 + i64::from((rest + 1).min(5));
        let at = self.exceptions.partition_point(|(exception, _)| *exception <= day);
        weekdays + at.checked_sub(1).map_or(0, |at| self.shifts[at])
    }
}

/// 31 December 9999, the last day that can be told.
const LAST: i32 = 2_932_896;
/// The first day that is counted from.
const EPOCH: Date = Date::constant(1970, 1, 1);

/// Days since 1 January 1970.
#[must_use]
pub fn number(date: Date) -> i32 {
    let days = date.duration_since(EPOCH).as_hours() / 24;
    i32::try_from(days).unwrap_or(LAST)
}

/// The date of a day counted from 1 January 1970.
#[must_use]
pub fn date(number: i32) -> Date {
    EPOCH.saturating_add(i64::from(number.min(LAST)).days())
}

/// Monday to Friday; 1 January 1970 was a Thursday.
fn is_weekday(day: i32) -> bool {
    (day + 3).rem_euclid(7) < 5
}
