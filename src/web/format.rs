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

/// An instant in Vietnam as it is read there: 14:05 ngày 23/11/2026.
#[must_use]
pub fn moment_vi(milliseconds: i64) -> String {
    day_as(milliseconds, "%H:%M ngày %d/%m/%Y")
}

/// How long, in its two largest units: "3 ngày 4 giờ", "25 phút", "dưới một phút".
#[must_use]
pub fn length_vi(milliseconds: i64) -> String {
    let minutes = milliseconds.max(0) / 60_000;
    let (days, hours, rest) = (minutes / 1_440, minutes % 1_440 / 60, minutes % 60);
    let part = |n: i64, unit: &str| (n > 0).then(|| format!("{} {unit}", number_vi(n)));
    let parts = if days > 0 {
        [part(days, "ngày"), part(hours, "giờ")]
    } else {
        [part(hours, "giờ"), part(rest, "phút")]
    };
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    if text.is_empty() { "dưới một phút".to_owned() } else { text }
}

/// A number with at most so many decimals behind a comma, cut and not rounded: 99,999 with two is 99,99 and never 100.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "figures shown to readers, far below 2^53")]
pub fn decimal_vi(value: f64, decimals: u32) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let unit = 10_i64.pow(decimals.min(6));
    // What a product of shares lacks to a whole step is no real difference.
    let steps = (value.abs() * f64::from(u32::try_from(unit).unwrap_or(1)) + 1e-6).floor() as i64;
    let (whole, rest) = (steps / unit, steps % unit);
    let sign = if value < 0.0 && steps > 0 { "-" } else { "" };
    let width = decimals.min(6) as usize;
    let rest = format!("{rest:0width$}");
    let rest = rest.trim_end_matches('0');
    let whole = number_vi(whole);
    if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole},{rest}") }
}

/// A share as percent, cut to three decimals: 0.999956 is "99,995 %".
#[must_use]
pub fn percent_vi(share: f64) -> String {
    format!("{} %", decimal_vi(share * 100.0, 3))
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
    fn shares_are_cut_and_never_rounded_up() {
        for (share, text) in [(1.0, "100 %"), (0.999_999, "99,999 %"), (0.9995, "99,95 %"), (0.5, "50 %"), (0.0, "0 %")]
        {
            assert_eq!(percent_vi(share), text);
        }
        assert_eq!(decimal_vi(1_234.56, 1), "1.234,5");
        assert_eq!(decimal_vi(-0.25, 2), "-0,25");
        assert_eq!(decimal_vi(-0.001, 2), "0");
        assert_eq!(decimal_vi(0.1 + 0.2, 2), "0,3");
        assert_eq!(decimal_vi(f64::NAN, 2), "–");
    }

    #[test]
    fn a_length_says_its_two_largest_units() {
        for (minutes, text) in [(0, "dưới một phút"), (25, "25 phút"), (125, "2 giờ 5 phút"), (1_441, "1 ngày")]
        {
            assert_eq!(length_vi(minutes * 60_000), text);
        }
        assert_eq!(moment_vi(1_784_307_600_000), "00:00 ngày 18/07/2026");
    }

    #[test]
    fn a_day_in_vietnam_begins_at_seventeen_hours_utc() {
        assert_eq!(date_vi(1_784_307_600_000), "18/07/2026");
        assert_eq!(date_vi(1_784_307_599_999), "17/07/2026");
    }
}
