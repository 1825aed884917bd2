//! Reads legal acts: number, kind, date.

use super::model::{ActKind, LegalAct};
use super::text;

/// An act from what a source gives as its number and its title; `None` when both are empty.
#[must_use]
pub fn act(number: &str, title: &str, date: &str) -> Option<LegalAct> {
    let title = text::some_line(title).unwrap_or_default();
    let number = number_in(number).or_else(|| number_in(&title));
    if number.is_none() && title.is_empty() {
        return None;
    }
    let kind = kind(number.as_deref().unwrap_or_default(), &title);
    Some(LegalAct { kind, name: title, date: day(date), number })
}

/// The first thing in a text that looks like an act's number: "12/2021/QĐ-TTg", "163/QĐ-BTP".
#[must_use]
pub fn number_in(words: &str) -> Option<String> {
    let words = text::line(words);
    let joined = words.replace(" /", "/").replace("/ ", "/").replace(" -", "-").replace("- ", "-");
    joined.split([' ', ',', ';', '(', ')', ':']).find_map(|word| {
        let word = word.trim_matches(['.', '"', '“', '”']);
        let (head, tail) = word.split_once('/')?;
        let numbered = !head.is_empty() && head.len() <= 8 && head.chars().next()?.is_ascii_digit();
        // A date has no letters: 18/01/2024.
        (numbered && tail.chars().any(char::is_alphabetic)).then(|| word.to_owned())
    })
}

fn kind(number: &str, title: &str) -> ActKind {
    let symbol = number.to_uppercase();
    let lower = title.to_lowercase();
    let has = |part: &str| symbol.contains(part);
    if has("/NĐ-") || lower.starts_with("nghị định") {
        ActKind::Decree
    } else if has("/TT-") || has("/TTLT") || lower.starts_with("thông tư") {
        ActKind::Circular
    } else if has("/QĐ-") || lower.starts_with("quyết định") {
        ActKind::Decision
    } else if has("/NQ") || lower.starts_with("nghị quyết") {
        ActKind::Resolution
    } else if has("/QH") || has("/PL-") || lower.starts_with("luật") || lower.starts_with("bộ luật") {
        ActKind::Law
    } else {
        ActKind::Other
    }
}

/// "24-03-2021" and "24/3/2021" as 2021-03-24.
fn day(words: &str) -> Option<String> {
    let mut parts = words.trim().split(['-', '/']);
    let (d, m, y) = (parts.next()?, parts.next()?, parts.next()?);
    let date = jiff::civil::Date::new(y.trim().parse().ok()?, m.trim().parse().ok()?, d.trim().parse().ok()?);
    Some(date.ok()?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_found_in_the_title_when_its_field_has_only_a_part() {
        let act = act("12", "Quyết định số 12/2099/QĐ-TTg về một việc", "24-03-2021").unwrap();
        assert_eq!(act.number.as_deref(), Some("12/2099/QĐ-TTg"));
        assert_eq!(act.kind, ActKind::Decision);
        assert_eq!(act.date.as_deref(), Some("2021-03-24"));
    }

    #[test]
    fn a_date_is_no_number() {
        assert_eq!(number_in("ngày 18/01/2024"), None);
        assert_eq!(number_in("Quyết định số 6225 /QĐ-BQP").as_deref(), Some("6225/QĐ-BQP"));
    }
}
