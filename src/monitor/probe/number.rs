//! Numbers as text, as Vietnam and as programs write them.

/// Reads a number. With the `decimal` sign given the other one separates thousands; without it the text must be clear by
/// itself.
///
/// # Errors
/// Why it is no number, or more than one.
pub(super) fn read(text: &str, decimal: Option<char>) -> Result<f64, String> {
    let text = text.trim();
    let count = |sign: char| text.matches(sign).count();
    let decimal = match (decimal, count(','), count('.')) {
        (Some(sign), _, _) => sign,
        // The sign that stands last, and once, is the one before the decimals.
        (None, 1.., 1..) => {
            if text.rfind(',') > text.rfind('.') {
                ','
            } else {
                '.'
            }
        }
        (None, 0, 1) if could_be_thousands(text, '.') => return Err(unclear(text)),
        (None, 1, 0) if could_be_thousands(text, ',') => return Err(unclear(text)),
        // A sign that stands twice separates thousands, so the other one would be before decimals.
        (None, 1, 0) | (None, 0, 2..) => ',',
        (None, 2.., 0) | (None, 0, 0 | 1) => '.',
    };
    let thousands = if decimal == ',' { '.' } else { ',' };
    let plain = match text.split_once(decimal) {
        Some((_, fraction)) if fraction.contains([decimal, thousands]) => None,
        Some((whole, fraction)) => ungroup(whole, thousands).map(|whole| format!("{whole}.{fraction}")),
        None => ungroup(text, thousands),
    };
    let number = plain.filter(|plain| is_plain(plain)).and_then(|plain| plain.parse().ok());
    number.ok_or_else(|| format!("{text:?} is no number"))
}

fn unclear(text: &str) -> String {
    format!("{text:?} could be a thousand or a decimal; set `decimal` of the reading to `,` or `.`")
}

/// One to three digits, not beginning with 0, the sign, three digits.
fn could_be_thousands(text: &str, sign: char) -> bool {
    let Some((whole, rest)) = text.trim_start_matches(['-', '+']).split_once(sign) else { return false };
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    (1..=3).contains(&whole.len()) && rest.len() == 3 && digits(whole) && digits(rest) && !whole.starts_with('0')
}

/// The digits without signs between thousands, when these stand where they should.
fn ungroup(whole: &str, sign: char) -> Option<String> {
    let mut parts = whole.split(sign);
    let first = parts.next()?;
    let rest: Vec<&str> = parts.collect();
    let first_is_group = (1..=3).contains(&first.trim_start_matches(['-', '+']).len());
    let fits = rest.is_empty() || (first_is_group && rest.iter().all(|part| part.len() == 3));
    fits.then(|| first.to_owned() + &rest.concat())
}

/// A sign, digits, perhaps decimals; nothing else that Rust would take for a number, such as `inf`.
fn is_plain(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn numbers_are_read_as_vietnam_and_as_programs_write_them() {
        for (text, number) in [
            ("0", 0.0),
            ("12", 12.0),
            (" 12,5 ", 12.5),
            ("12.5", 12.5),
            ("-3,25", -3.25),
            ("+7", 7.0),
            ("1.234,56", 1234.56),
            ("1,234.56", 1234.56),
            ("1.234.567", 1_234_567.0),
            ("1,234,567", 1_234_567.0),
            ("1.234.567,8", 1_234_567.8),
            ("0.125", 0.125),
            ("0,125", 0.125),
            ("98.1234", 98.1234),
            ("1234.567", 1234.567),
            ("12345678", 12_345_678.0),
        ] {
            assert_eq!(read(text, None), Ok(number), "{text}");
        }
    }

    #[test]
    fn what_could_be_two_numbers_is_refused_until_the_sign_is_set() {
        for text in ["1.234", "1,234", "12.345", "999,999", "-1.234"] {
            assert!(read(text, None).unwrap_err().contains("set `decimal`"), "{text}");
        }
        assert_eq!(read("1.234", Some(',')), Ok(1234.0));
        assert_eq!(read("1.234", Some('.')), Ok(1.234));
        assert_eq!(read("1,234", Some(',')), Ok(1.234));
        assert_eq!(read("1,234", Some('.')), Ok(1234.0));
        assert_eq!(read("12,5", Some('.')).unwrap_err(), "\"12,5\" is no number");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            "-",
            "abc",
            "12a",
            "1e5",
            "inf",
            "NaN",
            "12,",
            ",5",
            "1.23.456",
            "1..2",
            "1,2,3",
            "12.34,5",
            "1.234,56.7",
            "0x10",
            "12 5",
            "5 %",
            "١٢",
        ] {
            assert!(read(text, None).is_err(), "{text} was read as {:?}", read(text, None));
        }
    }
}
