//! Numbers as people write them in Vietnam: dots between thousands, a comma before decimals.

/// A text that is no number as it is written in Vietnam.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotANumber;

/// Longest text that is looked at, bytes.
const LONGEST: usize = 40;

/// Reads `1.234,5`, `1 234,5`, `1234,5`, `-0,25`. A dot stands between thousands only: `12.34` is refused, since nobody
/// can say whether its writer meant twelve or more than a thousand.
///
/// # Errors
/// [`NotANumber`]
pub fn read(text: &str) -> Result<f64, NotANumber> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.len() > LONGEST {
        return Err(NotANumber);
    }
    let (whole, decimals) = match digits.split_once(',') {
        Some((whole, decimals)) if is_digits(decimals) => (whole, decimals),
        Some(_) => return Err(NotANumber),
        None => (digits, ""),
    };
    let plain = format!("{}{}.{decimals}0", if negative { "-" } else { "" }, joined(whole)?);
    plain.parse().ok().filter(|number: &f64| number.is_finite()).ok_or(NotANumber)
}

/// The digits of a whole number, whose thousands one kind of mark may set apart.
fn joined(whole: &str) -> Result<String, NotANumber> {
    let mark = whole.chars().find(|c| !c.is_ascii_digit());
    let Some(mark) = mark.filter(|mark| matches!(mark, '.' | ' ' | '\u{a0}' | '\u{202f}')) else {
        return if is_digits(whole) { Ok(whole.to_owned()) } else { Err(NotANumber) };
    };
    let groups: Vec<&str> = whole.split(mark).collect();
    let first = groups.first().is_some_and(|first| (1..=3).contains(&first.len()));
    let thousands = groups.iter().skip(1).all(|group| group.len() == 3);
    if first && thousands && groups.iter().all(|group| is_digits(group)) {
        Ok(groups.concat())
    } else {
        Err(NotANumber)
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Writes a number as it is read in Vietnam, with at most `decimals` decimals and no zeros at their end.
#[must_use]
pub fn write(number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$}");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut out = String::from(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    let rest = rest.trim_end_matches('0');
    if !rest.is_empty() {
        out.push(',');
        out.push_str(rest);
    }
    if out.bytes().all(|byte| matches!(byte, b'-' | b'0')) { "0".to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_stand_between_thousands_and_a_comma_before_decimals() {
        for (text, number) in [
            ("1.234,5", 1234.5),
            ("1 234,5", 1234.5),
            ("1\u{a0}234\u{a0}567", 1_234_567.0),
            ("1234,5", 1234.5),
            ("1.234", 1234.0),
            (" 0,25 ", 0.25),
            ("-12", -12.0),
            ("\u{2212}3,5", -3.5),
            ("+7", 7.0),
            ("0", 0.0),
        ] {
            assert_eq!(read(text), Ok(number), "{text}");
        }
    }

    #[test]
    fn what_could_mean_two_numbers_is_none() {
        let long = "9".repeat(41);
        for text in [
            "",
            "-",
            ",5",
            "5,",
            "12.34",
            "1.2345",
            "1.234.56",
            ".234",
            "1,234.5",
            "1,2,3",
            "1. 234",
            "12e3",
            "NaN",
            "inf",
            "0x10",
            "٣",
            "1.234 567",
            "5 %",
            &long,
        ] {
            assert_eq!(read(text), Err(NotANumber), "{text}");
        }
    }

    #[test]
    fn a_number_is_written_as_it_is_read() {
        for (number, text) in
            [(1234.5, "1.234,5"), (-0.25, "-0,25"), (1e6, "1.000.000"), (12.3456, "12,346"), (-0.0001, "0"), (0.0, "0")]
        {
            assert_eq!(write(number, 3), text);
        }
        assert_eq!(read(&write(98_765.432, 3)), Ok(98_765.432));
    }
}
