//! Reads fees into đồng. An amount stands only where number and text agree.

use super::model::FeeKind;
use super::text;

/// Reads the amount that a source gives as number and text together.
///
/// `None` is quarantined: the number is missing, or contradicts the text, or the text sets several or leaves it to others.
#[must_use]
pub fn amount(value: Option<f64>, words: &str) -> Option<i64> {
    let said = amounts(words);
    let value = value?;
    if !value.is_finite() || !(0.0..=1e12).contains(&value) || value.fract() != 0.0 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "a whole number up to 10^12")]
    let value = value as i64;
    match (value, said.as_slice()) {
        (0, []) => (is_free(words) || text::some_line(words).is_none()).then_some(0),
        (v, []) => Some(v),
        (v, [only]) if *only == v => Some(v),
        // The portal gives thousands: 100 where the text says 100.000 đồng.
        (v, [only]) if v > 0 && v.checked_mul(1000) == Some(*only) => Some(*only),
        _ => None,
    }
}

/// Reads a text alone: "Miễn phí", "120.000 đồng". Several amounts, or none, are not guessed.
#[must_use]
pub fn parse(words: &str) -> Option<i64> {
    match amounts(words).as_slice() {
        [] => is_free(words).then_some(0),
        [only] => Some(*only),
        _ => None,
    }
}

/// The text says that nothing is due, and nothing else.
fn is_free(words: &str) -> bool {
    let lower = text::line(words).to_lowercase();
    let bare = lower.trim_matches(['.', '(', ')', ' ', ';', '-', ':']);
    matches!(bare, "miễn phí" | "không thu phí" | "không mất phí" | "không có phí" | "không thu lệ phí" | "miễn lệ phí")
        || bare == "không"
        || bare == "không có"
}

/// Every amount followed by a currency word, without repeats.
fn amounts(words: &str) -> Vec<i64> {
    let lower = text::line(words).to_lowercase();
    let mut found = Vec::new();
    for currency in ["đồng", "vnđ", "vnd", "đ/", "₫"] {
        for (at, _) in lower.match_indices(currency) {
            let before = lower[..at].trim_end_matches([' ', '(']);
            let start = before
                .char_indices()
                .rev()
                .take_while(|(_, c)| c.is_ascii_digit() || *c == '.' || *c == ',')
                .last()
                .map_or(before.len(), |(i, _)| i);
            if let Some(n) = number(&before[start..])
                && !found.contains(&n)
            {
                found.push(n);
            }
        }
    }
    found
}

/// "120.000", "120,000", "50000"; a group after a mark must have three digits.
fn number(digits: &str) -> Option<i64> {
    let groups: Vec<&str> = digits.trim_matches(['.', ',']).split(['.', ',']).collect();
    let whole = groups.len() == 1 || groups[1..].iter().all(|g| g.len() == 3);
    (whole && !groups[0].is_empty()).then(|| groups.concat().parse().ok()).flatten()
}

/// The portal's `FEE`, `SERVICE_FEE`, `PRICE_LEVEL`.
#[must_use]
pub fn kind_of_api(word: &str) -> FeeKind {
    match word {
        "FEE" => FeeKind::Fee,
        "SERVICE_FEE" => FeeKind::Charge,
        "PRICE_LEVEL" => FeeKind::Price,
        _ => FeeKind::Unknown,
    }
}

/// The kind that a text begins with: "Phí : …", "Lệ phí : …".
#[must_use]
pub fn kind_of_text(words: &str) -> FeeKind {
    let lower = text::line(words).to_lowercase();
    if lower.starts_with("lệ phí") {
        FeeKind::Charge
    } else if lower.starts_with("phí") {
        FeeKind::Fee
    } else if lower.starts_with("giá") {
        FeeKind::Price
    } else {
        FeeKind::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_value_is_quarantined() {
        assert_eq!(amount(None, "Theo nghị quyết của tỉnh"), None);
    }

    #[test]
    fn a_fee_of_zero_with_the_real_amount_in_the_text_is_quarantined() {
        assert_eq!(amount(Some(0.0), "Cấp mới 70.000 đồng"), None);
        assert_eq!(amount(Some(0.0), "Do tỉnh quy định"), None);
        assert_eq!(amount(Some(0.0), ""), Some(0));
        assert_eq!(amount(Some(0.0), "Miễn phí"), Some(0));
    }

    #[test]
    fn a_value_in_thousands_is_read_where_the_text_proves_it() {
        assert_eq!(amount(Some(100.0), "100.000 đồng/lần"), Some(100_000));
        assert_eq!(amount(Some(100.0), "200.000 đồng/lần"), None);
        assert_eq!(amount(Some(50_000.0), "50,000 VNĐ"), Some(50_000));
        assert_eq!(amount(Some(50_000.0), ""), Some(50_000));
    }

    #[test]
    fn several_amounts_and_bad_numbers_are_not_guessed() {
        assert_eq!(parse("Lần đầu 10.000 đồng, lần sau 5.000 đồng"), None);
        assert_eq!(parse("1.00 đồng"), None);
        assert_eq!(parse("Phí : 0 Đồng"), Some(0));
        assert_eq!(amount(Some(-5.0), ""), None);
        assert_eq!(amount(Some(f64::NAN), ""), None);
    }
}
