//! Instants as seconds from the beginning of a first day, and how they are written.

use jiff::civil::Date;
use jiff::{Span, civil::Weekday};

/// Seconds of a day.
pub const DAY: i64 = 86_400;
/// Seconds of an hour.
pub const HOUR: i64 = 3_600;
/// Dossiers may take longer than the plan: so many days after its end can be written.
const AFTER: i64 = 800;

/// Days by their number from a first day, ready to be written.
#[derive(Debug, Clone)]
pub struct Days {
    texts: Vec<[u8; 8]>,
    first_weekday: i64,
}

impl Days {
    /// The days of a plan and two years more.
    #[must_use]
    pub fn new(from: Date, days: u16) -> Self {
        let text = |n: i64| {
            // A day outside the calendar's years stays the first one.
            let day = Span::new().try_days(n).and_then(|span| from.checked_add(span)).unwrap_or(from);
            digits(i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day()))
        };
        let first_weekday = i64::from(from.weekday().since(Weekday::Monday));
        Self { texts: (0..i64::from(days) + AFTER).map(text).collect(), first_weekday }
    }

    /// Monday is 0.
    #[must_use]
    pub const fn weekday(&self, day: i64) -> i64 {
        (self.first_weekday + day).rem_euclid(7)
    }

    /// The day itself, or the Monday after a weekend.
    #[must_use]
    pub const fn working_day(&self, day: i64) -> i64 {
        let weekday = self.weekday(day);
        if weekday > 4 { day + 7 - weekday } else { day }
    }

    /// So many working days later; holidays are not known here.
    #[must_use]
    pub const fn add_working_days(&self, day: i64, count: i64) -> i64 {
        let weekday = self.weekday(day);
        let (day, weekday) = if weekday > 4 { (day - (weekday - 4), 4) } else { (day, weekday) };
        let rest = count % 5;
        let weekend = if weekday + rest > 4 { 2 } else { 0 };
        day + count / 5 * 7 + rest + weekend
    }

    fn day_text(&self, instant: i64) -> &[u8; 8] {
        const NEVER: [u8; 8] = *b"00000000";
        let at = usize::try_from(instant.div_euclid(DAY)).unwrap_or(0);
        self.texts.get(at).or(self.texts.last()).unwrap_or(&NEVER)
    }

    /// Writes `yyyyMMddHHmmss`.
    pub fn write(&self, instant: i64, out: &mut String) {
        push(self.day_text(instant), out);
        push(&clock(instant), out);
    }

    /// Writes `yyMMdd`.
    pub fn write_short(&self, instant: i64, out: &mut String) {
        push(&self.day_text(instant)[2..], out);
    }

    /// Writes `yyyy-MM-ddTHH:mm:ss`.
    pub fn write_iso(&self, instant: i64, out: &mut String) {
        let (day, time) = (self.day_text(instant), clock(instant));
        for (part, mark) in [
            (&day[..4], "-"),
            (&day[4..6], "-"),
            (&day[6..], "T"),
            (&time[..2], ":"),
            (&time[2..4], ":"),
            (&time[4..], ""),
        ] {
            push(part, out);
            out.push_str(mark);
        }
    }
}

/// `HHmmss`
fn clock(instant: i64) -> [u8; 6] {
    let second = instant.rem_euclid(DAY);
    digits(second / HOUR * 10_000 + second / 60 % 60 * 100 + second % 60)
}

/// The last `N` decimal digits of a number.
#[must_use]
pub fn digits<const N: usize>(number: i64) -> [u8; N] {
    let mut rest = number.unsigned_abs();
    let mut out = [b'0'; N];
    for place in out.iter_mut().rev() {
        *place = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
    }
    out
}

/// Adds ASCII digits.
pub fn push(digits: &[u8], out: &mut String) {
    // Digits are ASCII, always.
    out.push_str(std::str::from_utf8(digits).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_in_three_ways() {
        let days = Days::new(jiff::civil::date(2026, 11, 23), 5);
        let instant = DAY + 8 * HOUR + 30 * 60 + 5;
        let mut out = String::new();
        days.write(instant, &mut out);
        out.push(' ');
        days.write_short(instant, &mut out);
        out.push(' ');
        days.write_iso(instant, &mut out);
        assert_eq!(out, "20261124083005 261124 2026-11-24T08:30:05");
    }

    #[test]
    fn working_days_pass_over_weekends() {
        // 23 November 2026 is a Monday.
        let days = Days::new(jiff::civil::date(2026, 11, 23), 5);
        let slowly = |mut day: i64, count: i64| {
            for _ in 0..count {
                day += 1;
                while days.weekday(day) > 4 {
                    day += 1;
                }
            }
            day
        };
        for day in 0..5 {
            for count in 0..40 {
                assert_eq!(days.add_working_days(day, count), slowly(day, count), "{day} + {count}");
            }
        }
        assert_eq!(days.working_day(5), 7);
    }
}
