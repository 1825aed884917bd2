//! Reads the times of dossiers: `yyyyMMddHHmmss` in Vietnam, and the other forms that senders use.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::platform::calendar::model::{date, number};

/// Vietnam is seven hours ahead all year, milliseconds.
const OFFSET: i64 = 7 * 3_600_000;
/// A day, milliseconds.
const DAY: i64 = 86_400_000;
/// Years in which a dossier can lie; .NET writes "none" as the years 1 and 9999.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2100;

/// A text is no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoMoment;

/// Reads a time, epoch milliseconds; an empty text and the empty dates of .NET are none.
///
/// Forms: `20261123083000`, `202611230830`, `20261123`, `2026-11-23T08:30:00` with fraction, zone or neither,
/// `23/11/2026 08:30:00`, `23/11/2026`.
///
/// # Errors
/// [`NoMoment`], which does not hold the text.
pub fn read(text: &str) -> Result<Option<i64>, NoMoment> {
    let text = text.trim();
    let bytes = text.as_bytes();
    if bytes.is_empty() {
        return Ok(None);
    }
    if bytes.iter().all(u8::is_ascii_digit) {
        return compact(bytes);
    }
    match bytes {
        [_, _, _, _, b'-', ..] => iso(text),
        [_, _, b'/', _, _, b'/', ..] if bytes.len() >= 10 => {
            let mut digits = [&bytes[6..10], &bytes[3..5], &bytes[..2]].concat();
            digits.extend(bytes[10..].iter().filter(|byte| !matches!(byte, b' ' | b':')));
            if digits.iter().all(u8::is_ascii_digit) { compact(&digits) } else { Err(NoMoment) }
        }
        _ => Err(NoMoment),
    }
}

fn compact(digits: &[u8]) -> Result<Option<i64>, NoMoment> {
    if !matches!(digits.len(), 8 | 12 | 14) {
        return Err(NoMoment);
    }
    let part = |at: usize, length: usize| {
        digits.get(at..at + length).unwrap_or_default().iter().fold(0_i16, |n, digit| n * 10 + i16::from(digit - b'0'))
    };
    let small = |at: usize| i8::try_from(part(at, 2)).unwrap_or(-1);
    let year = part(0, 4);
    if matches!(year, 1 | 9999) {
        return Ok(None);
    }
    let day = Date::new(year, small(4), small(6)).map_err(|_| NoMoment)?;
    let [hour, minute, second] = [small(8), small(10), small(12)];
    let good =
        YEARS.contains(&year) && (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    if !good {
        return Err(NoMoment);
    }
    let seconds = i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second);
    Ok(Some(i64::from(number(day)) * DAY + seconds * 1_000 - OFFSET))
}

fn iso(text: &str) -> Result<Option<i64>, NoMoment> {
    if let Ok(at) = text.parse::<Timestamp>() {
        let year = civil(at.as_millisecond()).year();
        return in_range(year, at.as_millisecond());
    }
    let at: DateTime = text.parse().map_err(|_| NoMoment)?;
    let midnight = i64::from(number(at.date())) * DAY;
    let seconds = i64::from(at.hour()) * 3_600 + i64::from(at.minute()) * 60 + i64::from(at.second());
    in_range(at.year(), midnight + seconds * 1_000 - OFFSET)
}

fn in_range(year: i16, at: i64) -> Result<Option<i64>, NoMoment> {
    match year {
        _ if YEARS.contains(&year) => Ok(Some(at)),
        ..=1 | 9999.. => Ok(None),
        _ => Err(NoMoment),
    }
}

/// The day in Vietnam on which an instant lies, counted from 1 January 1970.
#[must_use]
pub fn day_of(at: i64) -> i32 {
    i32::try_from((at + OFFSET).div_euclid(DAY)).unwrap_or_default()
}

/// The instant in Vietnam.
#[must_use]
pub fn civil(at: i64) -> DateTime {
    let rest = (at + OFFSET).rem_euclid(DAY);
    date(day_of(at)).at(0, 0, 0, 0).saturating_add(jiff::SignedDuration::from_millis(rest))
}

/// Epoch milliseconds of a moment in Vietnam.
#[must_use]
pub fn instant(at: DateTime) -> i64 {
    let midnight = i64::from(number(at.date())) * DAY;
    let seconds = i64::from(at.hour()) * 3_600 + i64::from(at.minute()) * 60 + i64::from(at.second());
    midnight + seconds * 1_000 + i64::from(at.millisecond()) - OFFSET
}

/// The last millisecond of a day.
#[must_use]
pub fn end_of(day: i32) -> i64 {
    (i64::from(day) + 1) * DAY - 1 - OFFSET
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_time_is_the_same_instant() {
        let at = "2026-11-23T01:30:00Z".parse::<Timestamp>().unwrap().as_millisecond();
        for text in [
            "20261123083000",
            " 20261123083000 ",
            "202611230830",
            "2026-11-23T08:30:00",
            "2026-11-23T08:30:00.000",
            "2026-11-23T08:30:00+07:00",
            "2026-11-23 08:30:00",
            "23/11/2026 08:30:00",
            "23/11/2026 08:30",
        ] {
            assert_eq!(read(text), Ok(Some(at)), "{text}");
        }
        assert_eq!(read("20261123"), Ok(Some(at - 8 * 3_600_000 - 1_800_000)));
        assert_eq!(civil(at).to_string(), "2026-11-23T08:30:00");
        assert_eq!(instant(civil(at)), at);
        assert_eq!((day_of(end_of(100)), day_of(end_of(100) + 1)), (100, 101));
    }

    #[test]
    fn nothing_is_none_and_nonsense_is_refused() {
        for text in ["", "  ", "0001-01-01T00:00:00", "00010101000000", "99991231235959", "9999-12-31T23:59:59"] {
            assert_eq!(read(text), Ok(None), "{text}");
        }
        for text in
            ["hôm qua", "20261323000000", "20260230", "2026", "20261123250000", "12000101", "2026-13-01", "1/1/2026"]
        {
            assert_eq!(read(text), Err(NoMoment), "{text}");
        }
    }
}
