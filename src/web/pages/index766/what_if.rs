//! What if an indicator came to another percentage: what was typed, and the total that would follow.

use super::list::in_band;
use super::words;
use crate::monitor::index766::decimal::Decimal;
use crate::monitor::index766::gain;
use crate::monitor::index766::rules::Rules;
use crate::monitor::index766::score::IndicatorScore;
use crate::web::listing::Listing;

/// The form and its answer.
#[derive(Debug, Default)]
pub struct WhatIf {
    /// Indicators that can be moved: code, number and name, chosen.
    pub choices: Vec<(String, String, bool)>,
    /// The percentage that was typed.
    pub percent: String,
    /// What is wrong.
    pub error: Option<&'static str>,
    /// What would follow.
    pub answer: Option<String>,
}

/// Answers what is asked. Without a percentage the indicator comes to its target.
#[must_use]
pub fn of(listing: &Listing, indicators: &[&IndicatorScore], total: Option<Decimal>, rules: &Rules) -> WhatIf {
    let (code, typed) = (listing.value("indicator"), listing.value("percent"));
    let choice = |indicator: &&&IndicatorScore| {
        (indicator.code.clone(), format!("{} {}", indicator.number, indicator.name), indicator.code == code)
    };
    let mut what = WhatIf {
        choices: indicators.iter().filter(|indicator| gain::gain(indicator).is_some()).map(|i| choice(&i)).collect(),
        percent: typed.to_owned(),
        ..WhatIf::default()
    };
    if code.is_empty() {
        what.error = (!typed.is_empty()).then_some("Hãy chọn chỉ tiêu.");
        return what;
    }
    let Some(indicator) = indicators.iter().find(|indicator| indicator.code == code) else {
        what.error = Some("Không có chỉ tiêu này ở kỳ này. Hãy chọn lại.");
        return what;
    };
    let wanted = if typed.is_empty() { Some(gain::target(indicator)) } else { percentage(typed) };
    let Some(wanted) = wanted else {
        what.error = Some("Tỷ lệ là một số từ 0 đến 100, nhiều nhất hai chữ số thập phân.");
        return what;
    };
    let most = rules.groups.iter().map(|group| group.max).sum();
    what.answer = Some(match gain::at(indicator, wanted, total, most) {
        Some(moved) => answer(indicator, wanted, total, moved, rules),
        None => format!(
            "{}: chưa có tử số, mẫu số hoặc không có đối tượng để tính, nên không tính thử được.",
            indicator.name
        ),
    });
    what
}

/// A percentage from 0 to 100 with at most two decimals, behind a comma or a point.
fn percentage(typed: &str) -> Option<Decimal> {
    let number = Decimal::parse(&typed.trim_end_matches('%').trim_end().replace(',', "."))?;
    (number.rounded() == number && number >= Decimal::ZERO && number <= Decimal::hundredths(10_000)).then_some(number)
}

fn answer(
    indicator: &IndicatorScore,
    wanted: Decimal,
    total: Option<Decimal>,
    moved: gain::Moved,
    rules: &Rules,
) -> String {
    let from = indicator.percent.map(|percent| format!("từ {} ", words::percent(percent))).unwrap_or_default();
    let change = moved.after - moved.before;
    let totals = match (total, moved.total) {
        (Some(total), Some(then)) => {
            let band = in_band(rules.band(then));
            format!("Điểm tổng từ {} thành {}{band}.", words::decimal(total), words::decimal(then))
        }
        (Some(_), None) => "Điểm tổng công bố không cộng được với thay đổi này: vượt số điểm tối đa.".to_owned(),
        (None, _) => "Kỳ này chưa có điểm tổng.".to_owned(),
    };
    format!(
        "{} {from}thành {}: từ {} thành {} điểm ({}). {totals}",
        indicator.name,
        words::percent(wanted),
        words::decimal(moved.before),
        words::decimal(moved.after),
        words::signed(change)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_read_with_comma_or_point_and_nothing_else_is() {
        for (typed, read) in [("80", "80"), ("62,5", "62.5"), ("62.05 %", "62.05"), ("0", "0"), ("100%", "100")] {
            assert_eq!(percentage(typed), Decimal::parse(read), "{typed}");
        }
        for typed in ["", "-1", "100,01", "8O", "1e2", "33,333", "NaN"] {
            assert_eq!(percentage(typed), None, "{typed}");
        }
    }
}
