//! Numbers with six decimals that add up exactly, and quotients rounded half up.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};

use serde_json::{Number, Value};

const DIGITS: usize = 6;
const ONE: i128 = 1_000_000;

/// A number in millionths. Published scores have two decimals, shares two, averages up to four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(i128);

impl Decimal {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// A number of hundredths, as rules are stored.
    #[must_use]
    pub const fn hundredths(n: i64) -> Self {
        Self(n as i128 * (ONE / 100))
    }

    /// A number of thousandths.
    #[must_use]
    pub const fn thousandths(n: i64) -> Self {
        Self(n as i128 * (ONE / 1000))
    }

    /// Reads plain digits with at most one point; `None` for anything else, also for more than 15 digits before the point.
    ///
    /// A seventh decimal is rounded half away from zero.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 15 || !plain(whole) || !plain(fraction) || digits.ends_with('.') {
            return None;
        }
        let mut millionths: i128 = whole.parse().ok()?;
        for place in 0..DIGITS {
            let digit = fraction.as_bytes().get(place).map_or(0, |b| b - b'0');
            millionths = millionths * 10 + i128::from(digit);
        }
        if fraction.as_bytes().get(DIGITS).is_some_and(|b| *b >= b'5') {
            millionths += 1;
        }
        Some(Self(if negative { -millionths } else { millionths }))
    }

    /// A JSON number, or digits in a text.
    #[must_use]
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Self::of_number(number),
            Value::String(text) => Self::parse(text),
            _ => None,
        }
    }

    fn of_number(number: &Number) -> Option<Self> {
        Self::parse(&number.to_string()).or_else(|| number.as_f64().and_then(Self::of_f64))
    }

    /// The decimal number that a stored double stands for: the shortest that reads back as it.
    #[must_use]
    pub fn of_f64(number: f64) -> Option<Self> {
        Self::parse(&format!("{number}"))
    }

    /// For the database and for charts.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "at most 15 digits before the point, and the quotient is the nearest"
    )]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / ONE as f64
    }

    /// Distance from zero.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// `self * factor / divisor`, rounded half up to hundredths; `None` when the divisor is not above zero.
    #[must_use]
    pub fn share_of(self, divisor: Self, factor: Self) -> Option<Self> {
        if divisor.0 <= 0 {
            return None;
        }
        let hundredths = half_up(self.0.checked_mul(factor.0)?.checked_mul(100)?, divisor.0.checked_mul(ONE)?);
        Some(Self(hundredths * (ONE / 100)))
    }

    /// `self / divisor` as percent, in proportion to `full` percent of `max`, rounded half up to hundredths once at the
    /// end; `None` when a divisor is not above zero, or the numbers are beyond all counting.
    #[must_use]
    pub fn scaled(self, divisor: Self, full: Self, max: Self) -> Option<Self> {
        let below = divisor.0.checked_mul(full.0)?;
        let above = self.0.checked_mul(100)?.checked_mul(max.0)?.checked_mul(100)?;
        (below > 0).then(|| Self(half_up(above, below) * (ONE / 100)))
    }

    /// Whether `self / divisor` reaches `percent`, compared without division.
    #[must_use]
    pub fn reaches(self, divisor: Self, percent: Self) -> bool {
        match (self.0.checked_mul(100 * ONE), divisor.0.checked_mul(percent.0)) {
            (Some(left), Some(right)) => left >= right,
            _ => false,
        }
    }

    /// Rounded half up to hundredths.
    #[must_use]
    pub fn rounded(self) -> Self {
        Self(half_up(self.0 * 100, ONE) * (ONE / 100))
    }
}

/// The nearest whole number; a half goes up.
fn half_up(numerator: i128, denominator: i128) -> i128 {
    (2 * numerator + denominator).div_euclid(2 * denominator)
}

impl Add for Decimal {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Decimal {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Sum for Decimal {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Decimal {
    /// Two decimals at least, more only where there are more.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fraction = format!("{:06}", self.0.abs() % ONE);
        let kept = fraction.trim_end_matches('0').len().max(2);
        write!(f, "{sign}{}.{}", self.0.abs() / ONE, &fraction[..kept])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn digits_are_read_and_nothing_else_is() {
        for (text, shown) in [("12", "12.00"), ("-0.5", "-0.50"), (" 88.4654 ", "88.4654"), ("0.0000005", "0.000001")] {
            assert_eq!(d(text).to_string(), shown);
        }
        for text in ["", ".5", "5.", "1,5", "1e3", "abc", "--1", "1234567890123456", "١"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
        assert_eq!(Decimal::of(&serde_json::json!(1e3)), Some(d("1000")));
        assert_eq!(Decimal::of(&serde_json::json!("43136")), Some(d("43136")));
        assert_eq!(Decimal::of(&serde_json::json!(true)), None);
    }

    #[test]
    fn halves_go_up_where_binary_numbers_would_go_down() {
        // 1.005 is stored below itself in binary; 2.675 too.
        assert_eq!(d("1.005").rounded(), d("1.01"));
        assert_eq!(d("2.675").rounded(), d("2.68"));
        assert_eq!(d("201").share_of(d("200"), d("1")), Some(d("1.01")));
        assert_eq!(d("1").share_of(Decimal::ZERO, d("6")), None);
    }

    #[test]
    fn a_stored_double_comes_back_as_the_number_it_was() {
        for text in ["68.32", "14.83", "0.1", "11122091", "99.99", "405424"] {
            assert_eq!(Decimal::of_f64(d(text).to_f64()), Some(d(text)));
        }
    }

    #[test]
    fn a_share_that_is_the_target_exactly_reaches_it() {
        assert!(d("4").reaches(d("5"), d("80")));
        assert!(!d("79999").reaches(d("100000"), d("80")));
    }
}
