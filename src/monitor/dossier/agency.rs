//! Agency codes and dossier codes: which unit handles a dossier, and on which day its code was given.

use crate::platform::calendar::model::number;

/// Most levels of an agency code, and most characters of one; more is no code but something else in its place.
const MOST_GROUPS: usize = 5;
const LONGEST_GROUP: usize = 4;

/// An agency code in the order of QĐ 20/2020: `H31.1.2`. A code in the older order of QCVN 102:2016
/// (`000.00.01.H22`) is turned round and its groups of zeros are left out; what comes of it is a candidate that only
/// the shared list of codes could confirm (DOMAIN.md 6.1).
///
/// `None` for everything else, so that no other text can be kept as a unit.
#[must_use]
pub fn normalise(text: &str) -> Option<String> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
    let groups: Vec<&str> = compact.split('.').collect();
    let plain = |group: &&str| {
        (1..=LONGEST_GROUP).contains(&group.len())
            && group.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    if groups.len() > MOST_GROUPS || !groups.iter().all(plain) {
        return None;
    }
    if groups.first().is_some_and(|group| is_top(group)) {
        return Some(compact);
    }
    let old = groups.len() == 4
        && is_top(groups[3])
        && groups[..3].iter().zip([3, 2, 2]).all(|(g, n)| g.len() == n && g.bytes().all(|b| b.is_ascii_digit()));
    let kept = groups.iter().rev().filter(|group| group.bytes().any(|b| b != b'0'));
    old.then(|| kept.copied().collect::<Vec<_>>().join("."))
}

/// The ministry or province at the head of a normalised code: `H31` of `H31.1.2`.
#[must_use]
pub fn top(unit: &str) -> &str {
    unit.split('.').next().unwrap_or(unit)
}

/// A letter from A to Y and two digits.
fn is_top(group: &str) -> bool {
    matches!(group.as_bytes(), [b'A'..=b'Y', b'0'..=b'9', b'0'..=b'9'])
}

/// What a dossier code tells: the text before its day, and the day it was given, counted from 1 January 1970.
///
/// Codes are `<agency>-YYMMDD-<serial of 4 digits or more>` (DOMAIN.md 6.3); `None` where it is not of that form.
#[must_use]
pub fn of_dossier_code(code: &str) -> Option<(&str, i32)> {
    let mut parts = code.rsplitn(3, '-');
    let (serial, day, agency) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if serial.len() < 4 || !digits(serial) || day.len() != 6 || !digits(day) {
        return None;
    }
    let part = |at: usize| day.get(at..at + 2).and_then(|text| text.parse::<i8>().ok());
    let date = jiff::civil::Date::new(2_000 + i16::from(part(0)?), part(2)?, part(4)?).ok()?;
    Some((agency, number(date)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_orders_of_agency_codes_are_one_code() {
        for (text, code) in [
            ("H31.1", "H31.1"),
            ("h31.15.3", "H31.15.3"),
            ("000.00.01.H22", "H22.01"),
            ("000.00.00.H38", "H38"),
            ("012.03.01.H31", "H31.01.03.012"),
            ("000.00.0 1.H22", "H22.01"),
            ("G15", "G15"),
        ] {
            assert_eq!(normalise(text).as_deref(), Some(code), "{text}");
        }
        assert_eq!(top("H22.01"), "H22");
    }

    #[test]
    fn nothing_else_can_stand_as_a_unit() {
        for text in [
            "",
            "Nguyễn Văn An",
            "0912345678",
            "H31.NGUYENVANAN",
            "Z31",
            "H3",
            "H31..1",
            "H31.1.2.3.4.5",
            "001.02.03.Z99",
        ] {
            assert_eq!(normalise(text), None, "{text}");
        }
    }

    #[test]
    fn a_dossier_code_tells_agency_and_day() {
        let day = number(jiff::civil::date(2026, 11, 23));
        assert_eq!(of_dossier_code("H31.1-261123-0007"), Some(("H31.1", day)));
        assert_eq!(of_dossier_code("000.00.01.H22-261123-0007"), Some(("000.00.01.H22", day)));
        for code in ["", "H31.1-261123", "H31.1-261323-0007", "H31.1-261123-07", "0912345678"] {
            assert_eq!(of_dossier_code(code), None, "{code}");
        }
    }
}
