//! Dates, numbers and money as readers expect them.

use jiff::Timestamp;

use crate::platform::clock::VIETNAM;

/// An instant as ISO 8601, UTC.
#[must_use]
pub fn iso(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds).map_or_else(|_| String::new(), |t| t.to_string())
}

/// A day in Vietnam, ISO.
#[must_use]
pub fn date(milliseconds: i64) -> String {
    day_as(milliseconds, "%Y-%m-%d")
}

/// A day in Vietnam as it is read there: 23/11/2026.
#[must_use]
pub fn date_vi(milliseconds: i64) -> String {
    day_as(milliseconds, "%d/%m/%Y")
}

fn day_as(milliseconds: i64, form: &str) -> String {
    Timestamp::from_millisecond(milliseconds)
        .map_or_else(|_| String::new(), |t| t.to_zoned_datetime(VIETNAM).strftime(form).to_string())
}

/// A whole number with dots between thousands: 5.669.
#[must_use]
pub fn number_vi(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    if n < 0 { format!("-{out}") } else { out }
}

/// An amount of money: "Không mất phí", "120.000 đồng".
#[must_use]
pub fn money_vi(amount: i64) -> String {
    if amount == 0 { "Không mất phí".to_owned() } else { format!("{} đồng", number_vi(amount)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_with_dots() {
        assert_eq!(number_vi(0), "0");
        assert_eq!(number_vi(999), "999");
        assert_eq!(number_vi(5_669), "5.669");
        assert_eq!(number_vi(-1_234_567), "-1.234.567");
    }

    #[test]
    fn a_day_in_vietnam_begins_at_seventeen_hours_utc() {
        assert_eq!(date_vi(1_784_307_600_000), "18/07/2026");
        assert_eq!(date_vi(1_784_307_599_999), "17/07/2026");
    }
}
