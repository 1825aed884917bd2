//! The time a figure is for, as people write it: a day, a month, a quarter, a year, or an instant.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde::Serialize;

use crate::platform::clock::VIETNAM;

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// It is no period but an instant.
    Instant,
    /// A day.
    Day,
    /// A month.
    Month,
    /// Three months.
    Quarter,
    /// A year.
    Year,
}

/// A period in Vietnam.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// How long it is.
    pub length: Length,
    /// When it begins, epoch milliseconds.
    pub slot: i64,
}

/// A text that names no period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAPeriod;

impl Period {
    /// Reads `23/11/2026`, `2026-11-23`, `11/2026`, `2026-11`, `tháng 11/2026`, `Q4/2026`, `quý IV/2026`, `2026-Q4`,
    /// `2026`, `năm 2026`, `2026-11-23T09:00+07:00`; without an offset the time is Vietnam's.
    ///
    /// # Errors
    /// [`NotAPeriod`]
    pub fn read(text: &str) -> Result<Self, NotAPeriod> {
        let text = text.trim().to_lowercase();
        if text.len() > 40 {
            return Err(NotAPeriod);
        }
        if let Some(rest) = text.strip_prefix("quý").or_else(|| text.strip_prefix('q')) {
            return quarter(rest);
        }
        let bare = ["tháng", "năm", "ngày"].iter().find_map(|word| text.strip_prefix(word)).unwrap_or(&text);
        let parts: Vec<&str> = bare.split(['/', '-']).map(str::trim).collect();
        match parts.as_slice() {
            [year] => Self::of(Length::Year, number(year, 4)?, 1, 1),
            [month, year] if year.len() == 4 => Self::of(Length::Month, number(year, 4)?, number(month, 2)?, 1),
            [year, quarter] if quarter.starts_with('q') => self::quarter(&format!("{}/{year}", &quarter[1..])),
            [year, month] => Self::of(Length::Month, number(year, 4)?, number(month, 2)?, 1),
            [day, month, year] if year.len() == 4 => {
                Self::of(Length::Day, number(year, 4)?, number(month, 2)?, number(day, 2)?)
            }
            [year, month, day] if day.len() <= 2 => {
                Self::of(Length::Day, number(year, 4)?, number(month, 2)?, number(day, 2)?)
            }
            _ => instant(&text),
        }
    }

    fn of(length: Length, year: i16, month: i16, day: i16) -> Result<Self, NotAPeriod> {
        let short = |n: i16| i8::try_from(n).map_err(|_| NotAPeriod);
        let first = Date::new(year, short(month)?, short(day)?).map_err(|_| NotAPeriod)?;
        Self::beginning(length, first)
    }

    /// A period that begins on a day.
    ///
    /// # Errors
    /// [`NotAPeriod`] for a day that no instant has.
    pub fn beginning(length: Length, first: Date) -> Result<Self, NotAPeriod> {
        let midnight = first.to_zoned_datetime(VIETNAM).map_err(|_| NotAPeriod)?;
        Ok(Self { length, slot: midnight.timestamp().as_millisecond() })
    }
}

/// A number of at most so many digits; a year has all of them.
fn number(text: &str, digits: usize) -> Result<i16, NotAPeriod> {
    let fits = if digits == 4 { text.len() == 4 } else { (1..=digits).contains(&text.len()) };
    if !fits || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotAPeriod);
    }
    text.parse().map_err(|_| NotAPeriod)
}

fn quarter(rest: &str) -> Result<Period, NotAPeriod> {
    let (quarter, year) = rest.split_once(['/', '-']).ok_or(NotAPeriod)?;
    let first = match quarter.trim() {
        "1" | "i" => 1,
        "2" | "ii" => 4,
        "3" | "iii" => 7,
        "4" | "iv" => 10,
        _ => return Err(NotAPeriod),
    };
    Period::of(Length::Quarter, number(year.trim(), 4)?, first, 1)
}

fn instant(text: &str) -> Result<Period, NotAPeriod> {
    let text = text.to_uppercase();
    let at = text.parse::<Timestamp>().or_else(|_| {
        let local: DateTime = text.parse().map_err(|_| NotAPeriod)?;
        Ok(local.to_zoned_datetime(VIETNAM).map_err(|_| NotAPeriod)?.timestamp())
    })?;
    Ok(Period { length: Length::Instant, slot: at.as_millisecond() })
}

/// The beginning of a period in words: `23/11/2026`, with the time when it is not midnight.
#[must_use]
pub fn write(slot: i64) -> String {
    let Ok(at) = Timestamp::from_millisecond(slot) else { return String::new() };
    let local = at.to_zoned_datetime(VIETNAM);
    let form = if local.time() == jiff::civil::Time::midnight() { "%d/%m/%Y" } else { "%H:%M %d/%m/%Y" };
    local.strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_as_they_are_written() {
        for (text, length, begins) in [
            ("23/11/2026", Length::Day, "23/11/2026"),
            ("2026-11-23", Length::Day, "23/11/2026"),
            ("1/2/2026", Length::Day, "01/02/2026"),
            ("11/2026", Length::Month, "01/11/2026"),
            ("2026-11", Length::Month, "01/11/2026"),
            ("Tháng 9/2026", Length::Month, "01/09/2026"),
            ("Q4/2026", Length::Quarter, "01/10/2026"),
            ("Quý III/2026", Length::Quarter, "01/07/2026"),
            ("2026-Q1", Length::Quarter, "01/01/2026"),
            ("2026", Length::Year, "01/01/2026"),
            ("năm 2026", Length::Year, "01/01/2026"),
            ("2026-11-23T09:30", Length::Instant, "09:30 23/11/2026"),
            ("2026-11-23T02:30:00Z", Length::Instant, "09:30 23/11/2026"),
            ("2026-11-23T09:30:00+07:00", Length::Instant, "09:30 23/11/2026"),
        ] {
            let period = Period::read(text).unwrap();
            assert_eq!((period.length, write(period.slot).as_str()), (length, begins), "{text}");
        }
    }

    #[test]
    fn what_names_no_period_is_refused() {
        for text in [
            "",
            "hôm qua",
            "31/02/2026",
            "13/2026",
            "2026-13",
            "Q5/2026",
            "quý",
            "26",
            "11/26",
            "23/11/26",
            "2026/11/23/1",
            "-1/2026",
            "99999",
            "2026-qq",
            "2026-q",
        ] {
            assert_eq!(Period::read(text), Err(NotAPeriod), "{text}");
        }
    }
}
