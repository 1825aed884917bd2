//! Reads handling times. What is not plainly a number and a unit is not guessed.

use serde_json::Value;

use super::model::{Duration, TimeUnit};
use super::text;

/// Words that may stand before the number without changing it.
const LEADS: [&str; 6] = ["không quá", "tối đa", "trong thời hạn", "trong vòng", "trong", "thời hạn"];
/// More than this is a mistake of the source (3,650 days are ten years).
const MOST: f64 = 3650.0;

/// Reads a text that is nothing but a number and a unit: "30 Ngày làm việc", "17,5 ngày", "03 tháng".
#[must_use]
pub fn parse(value: &str) -> Option<Duration> {
    let lower = text::line(value).to_lowercase();
    let mut rest = lower.trim_end_matches(['.', ';', ',']).trim();
    for lead in LEADS {
        rest = rest.strip_prefix(lead).map_or(rest, str::trim_start);
    }
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.')).unwrap_or(rest.len());
    let (number, unit) = rest.split_at(end);
    duration(number.replace(',', ".").parse().ok()?, unit_of(unit.trim())?)
}

fn unit_of(word: &str) -> Option<TimeUnit> {
    // A number in words is often repeated in brackets: "07 (bảy) ngày".
    let word = match (word.starts_with('('), word.find(')')) {
        (true, Some(end)) => word[end + 1..].trim(),
        _ => word,
    };
    match word {
        "ngày làm việc" => Some(TimeUnit::WorkingDay),
        "ngày" => Some(TimeUnit::Day),
        "giờ" => Some(TimeUnit::Hour),
        "tháng" => Some(TimeUnit::Month),
        _ => None,
    }
}

fn duration(amount: f64, unit: TimeUnit) -> Option<Duration> {
    (amount > 0.0 && amount <= MOST).then_some(Duration { amount, unit })
}

/// Reads the portal's `processingTime` (integer, float, number as text, or a paragraph) with its unit.
///
/// Under the unit OTHER a number means nothing by itself; then, and with a paragraph, only the raw text is given.
#[must_use]
pub fn of_api(value: &Value, unit: &str) -> (Option<Duration>, String) {
    let known = match unit {
        "WORKING_DAY" => Some((TimeUnit::WorkingDay, "ngày làm việc")),
        "DAY" => Some((TimeUnit::Day, "ngày")),
        "HOUR" => Some((TimeUnit::Hour, "giờ")),
        "MONTH" => Some((TimeUnit::Month, "tháng")),
        _ => None,
    };
    let raw = match value {
        Value::String(words) => text::lines(words),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let number: Option<f64> = raw.replace(',', ".").parse().ok();
    match (number, known) {
        (Some(amount), Some((unit, word))) => (duration(amount, unit), format!("{} {word}", raw.replace('.', ","))),
        (Some(_), None) => (None, format!("{raw} (không rõ đơn vị)")),
        (None, _) => (parse(&raw), raw),
    }
}

/// Reads `cases[].processingDay {qty, type}`, where the meaningful value stands under the unit OTHER.
#[must_use]
pub fn of_case(processing_day: &Value) -> Option<(Option<Duration>, String)> {
    let quantity = processing_day.get("qty")?;
    let unit = processing_day.get("type").and_then(Value::as_str).unwrap_or_default();
    if quantity.is_null() {
        return None;
    }
    Some(of_api(quantity, unit))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const fn days(amount: f64) -> Duration {
        Duration { amount, unit: TimeUnit::WorkingDay }
    }

    #[test]
    fn a_number_and_a_unit_is_a_time() {
        assert_eq!(parse("30 Ngày làm việc"), Some(days(30.0)));
        assert_eq!(parse("17,5 ngày làm việc"), Some(days(17.5)));
        assert_eq!(parse("Không quá 05 (năm) ngày làm việc."), Some(days(5.0)));
        assert_eq!(parse("02 giờ").map(|d| d.unit), Some(TimeUnit::Hour));
    }

    #[test]
    fn anything_more_is_not_guessed() {
        for text in
            ["5 - 7 ngày", "Theo mô tả", "3 ngày kể từ khi nhận đủ", "N/A", "0 ngày", "ngày", "15", "99999 ngày"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_portals_value_may_be_integer_float_text_or_a_paragraph() {
        assert_eq!(of_api(&json!(7), "WORKING_DAY").0, Some(days(7.0)));
        assert_eq!(of_api(&json!(17.5), "WORKING_DAY").0, Some(days(17.5)));
        assert_eq!(of_api(&json!("12.5"), "WORKING_DAY").0, Some(days(12.5)));
        let (value, raw) = of_api(&json!("Ba ngày, trừ vùng xa"), "OTHER");
        assert_eq!((value, raw.as_str()), (None, "Ba ngày, trừ vùng xa"));
        assert_eq!(of_api(&json!(3), "OTHER").0, None);
        assert_eq!(of_case(&json!({"qty": 3, "type": "WORKING_DAY"})).and_then(|c| c.0), Some(days(3.0)));
    }
}
