//! Points and departments in the words of readers.

use crate::monitor::index766::decimal::Decimal;
use crate::monitor::index766::directory::DepartmentRow;
use crate::web::api::index766::COUNTRY;
use crate::web::format::number_vi;

pub use crate::web::pages::leadership::words::NO_DATA;

/// What is said where numerators did not come.
pub const PUBLISHED_ONLY: &str = "chỉ có điểm công bố";

/// A number as it is read, without what follows its last digit: 591643 is "591.643", 3.20 is "3,2".
pub fn decimal(number: Decimal) -> String {
    let text = number.abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), number_vi);
    let fraction = fraction.trim_end_matches('0');
    let sign = if number < Decimal::ZERO { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole},{fraction}") }
}

/// Points in a table: two decimals.
pub fn points(points: Decimal) -> String {
    points.rounded().to_string().replace('.', ",")
}

/// Points in a table, or why there are none.
pub fn known(points_: Option<Decimal>) -> String {
    points_.map_or_else(|| NO_DATA.to_owned(), points)
}

/// A difference with its sign.
pub fn signed(difference: Decimal) -> String {
    let sign = if difference > Decimal::ZERO { "+" } else { "" };
    format!("{sign}{}", decimal(difference))
}

/// A percentage.
pub fn percent(percent: Decimal) -> String {
    format!("{} %", decimal(percent))
}

/// The name of a department as it is said: "UBND tỉnh Hưng Yên" is "Hưng Yên".
pub fn name(department: Option<&DepartmentRow>) -> String {
    let Some(department) = department else { return "Cả nước".to_owned() };
    let full = department.unit_name.as_deref().unwrap_or(&department.name);
    let short =
        ["UBND ", "Tỉnh ", "tỉnh "].into_iter().fold(full, |name, prefix| name.strip_prefix(prefix).unwrap_or(name));
    let mut letters = short.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None if department.code.is_empty() => department.id.clone(),
        None => department.code.clone(),
    }
}

/// What stands for a department in an address.
pub fn segment(department: Option<&DepartmentRow>) -> String {
    let word = match department {
        None => COUNTRY,
        Some(department) if department.code.is_empty() => &department.id,
        Some(department) => &department.code,
    };
    url::form_urlencoded::byte_serialize(word.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn points_read_as_they_are_said() {
        assert_eq!(
            (decimal(d("591643")), decimal(d("3.20")), decimal(d("-0.05"))),
            ("591.643".into(), "3,2".into(), "-0,05".into())
        );
        assert_eq!(
            (points(d("12")), points(d("57.41")), points(d("0"))),
            ("12,00".into(), "57,41".into(), "0,00".into())
        );
        assert_eq!(
            (signed(d("0.1")), signed(d("-1")), signed(Decimal::ZERO)),
            ("+0,1".into(), "-1".into(), "0".into())
        );
        assert_eq!(known(None), NO_DATA);
    }

    #[test]
    fn departments_are_called_by_their_short_names() {
        let department = |name: &str, unit: Option<&str>| DepartmentRow {
            id: "id".to_owned(),
            code: "H31".to_owned(),
            name: name.to_owned(),
            level: String::new(),
            parent_id: String::new(),
            unit_id: None,
            unit_name: unit.map(str::to_owned),
        };
        for (called, unit, short) in [
            ("UBND tỉnh Hưng Yên", None, "Hưng Yên"),
            ("UBND tỉnh Phú Thọ", Some("Tỉnh Phú Thọ"), "Phú Thọ"),
            ("UBND thành phố Huế", None, "Thành phố Huế"),
            ("", None, "H31"),
        ] {
            assert_eq!(name(Some(&department(called, unit))), short);
        }
        assert_eq!((name(None), segment(None)), ("Cả nước".to_owned(), "VN".to_owned()));
    }
}
