//! The period that a page is asked for, and the others that could be.

use jiff::Timestamp;

use super::words;
use crate::board::months;
use crate::monitor::index766::period::Period;
use crate::platform::clock::VIETNAM;
use crate::web::format::date_vi;
use crate::web::given;
use crate::web::listing::Listing;

/// The form and the links that choose a period.
#[derive(Debug, Default)]
pub struct PeriodChoice {
    /// The page's address.
    pub path: String,
    /// What was typed, or the period shown.
    pub typed: String,
    /// What is wrong with it.
    pub error: Option<&'static str>,
    /// Periods with figures: word, in words, address, chosen.
    pub others: Vec<(String, String, String, bool)>,
}

/// The most periods that are offered.
const OFFERED: usize = 30;

impl PeriodChoice {
    /// Reads the period asked for, the newest with figures where none is. `None` where it cannot be read, which the
    /// choice then says, or where there are no figures at all.
    #[must_use]
    pub fn read(path: &str, listing: &Listing, periods: &[Period]) -> (Self, Option<Period>) {
        let typed = listing.value("period");
        let asked = if typed.is_empty() { periods.first().copied() } else { Period::parse(typed) };
        let error = (asked.is_none() && !typed.is_empty())
            .then_some("Không đọc được kỳ này. Hãy ghi năm (2026), quý (2026-Q3) hoặc tháng (2026-08).");
        // Years, then quarters, then months: who looks for a year need not look through its months.
        let kinds = ["year", "quarter", "month", "range"];
        let mut offered: Vec<Period> = periods.to_vec();
        offered.sort_by_key(|period| kinds.iter().position(|kind| *kind == period.kind()));
        let other = |period: &Period| {
            let word = period.word();
            let url = given::address(path, &[], "period", Some(&word));
            (word, months::words(*period), url, asked == Some(*period))
        };
        let choice = Self {
            path: path.to_owned(),
            typed: if typed.is_empty() { asked.map(Period::word).unwrap_or_default() } else { typed.to_owned() },
            error,
            others: offered.iter().take(OFFERED).map(other).collect(),
        };
        (choice, asked)
    }
}

/// A period in words, with the day of its figures where they were read before it was over.
pub fn words_of(period: Period, read_at: Option<i64>) -> String {
    let said = months::words(period);
    let day = |at: i64| Timestamp::from_millisecond(at).map(|at| at.to_zoned_datetime(VIETNAM).date());
    match read_at.map(|at| (at, day(at))) {
        Some((at, Ok(day))) if day <= period.last() => format!("{said}, tính đến ngày {}", date_vi(at)),
        _ => said,
    }
}

/// What is said where a period has no figures.
pub fn nothing(period: Option<Period>) -> String {
    match period {
        Some(period) => format!("{}: {}", capital(&months::words(period)), words::NO_DATA),
        None => "Chưa nhận được số liệu của bộ chỉ số 766".to_owned(),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_that_was_read_before_its_end_says_until_when() {
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap().as_millisecond());
        // 23:30 on the last day in Vietnam is still within it, half an hour later is not.
        assert_eq!(
            words_of(Period::Month(2026, 8), at("2026-08-31T16:30:00Z")),
            "tháng 8/2026, tính đến ngày 31/08/2026"
        );
        assert_eq!(words_of(Period::Month(2026, 8), at("2026-08-31T17:00:00Z")), "tháng 8/2026");
        assert_eq!(words_of(Period::Year(2026), None), "năm 2026");
    }
}
