//! The begin of a period that a source names: a day, a month, a year, an instant.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use crate::platform::clock::VIETNAM;

/// Instants of sources lie in these years; numbers outside are something else than epoch milliseconds.
const YEARS: std::ops::Range<i16> = 2000..2100;

/// The begin of a period in Vietnam, epoch milliseconds. Read are `2026-08-15`, `15/08/2026`, `2026-08`, `08/2026`, `2026`,
/// an instant such as `2026-08-15T07:00:00+07:00`, and epoch milliseconds.
///
/// # Errors
/// What stands there instead.
pub(super) fn start(value: &Value) -> Result<i64, String> {
    let found = match value {
        Value::Number(number) => number.as_i64().and_then(|ms| Timestamp::from_millisecond(ms).ok()),
        Value::String(text) => instant(text.trim()).or_else(|| day(text.trim()).and_then(midnight)),
        _ => None,
    };
    let within = found.filter(|at| YEARS.contains(&at.to_zoned_datetime(VIETNAM).year()));
    within.map(Timestamp::as_millisecond).ok_or_else(|| format!("{value} is no period of the years 2000 to 2099"))
}

fn midnight(day: Date) -> Option<Timestamp> {
    Some(day.to_zoned_datetime(VIETNAM).ok()?.timestamp())
}

fn instant(text: &str) -> Option<Timestamp> {
    if text.len() == 13 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Timestamp::from_millisecond(text.parse().ok()?).ok();
    }
    text.parse().ok()
}

fn day(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split(['-', '/']).collect();
    if text.contains('-') == text.contains('/') && parts.len() > 1 {
        return None;
    }
    let iso = !text.contains('/');
    let (year, month, day) = match (parts.as_slice(), iso) {
        ([year, month, day], true) | ([day, month, year], false) => (*year, *month, *day),
        ([year, month], true) | ([month, year], false) => (*year, *month, "1"),
        ([year], true) => (*year, "1", "1"),
        _ => return None,
    };
    let digits = |part: &str, least: usize, most: usize| {
        (least..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    if !digits(year, 4, 4) || !digits(month, 1, 2) || !digits(day, 1, 2) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn periods_begin_in_vietnam() {
        let begin = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
        for (value, at) in [
            (json!("2026-08-15"), "2026-08-14T17:00:00Z"),
            (json!("15/08/2026"), "2026-08-14T17:00:00Z"),
            (json!("5/8/2026"), "2026-08-04T17:00:00Z"),
            (json!("2026-08"), "2026-07-31T17:00:00Z"),
            (json!(" 08/2026 "), "2026-07-31T17:00:00Z"),
            (json!("2026"), "2025-12-31T17:00:00Z"),
            (json!("2026-08-15T07:00:00+07:00"), "2026-08-15T00:00:00Z"),
            (json!(1_786_752_000_000_i64), "2026-08-15T00:00:00Z"),
            (json!("1786752000000"), "2026-08-15T00:00:00Z"),
        ] {
            assert_eq!(start(&value), Ok(begin(at)), "{value}");
        }
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for value in [
            json!(2026),
            json!(1_786_752_000),
            json!("2026-13"),
            json!("31/02/2026"),
            json!("08-2026"),
            json!("2026/08"),
            json!("26-08"),
            json!(""),
            json!("tháng 8"),
            json!(null),
            json!(true),
            json!("1999-01"),
            json!("2100-01-01"),
            json!("2026-08/15"),
        ] {
            assert!(start(&value).is_err(), "{value}");
        }
    }
}
