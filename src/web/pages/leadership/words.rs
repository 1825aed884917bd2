//! Figures of the board in the words of readers.

use crate::board::figure::FigureCode;
use crate::board::model::{Counted, State, Unit};
use crate::board::months;
use crate::board::picture::Figure;
use crate::monitor::index766::period::Period;
use crate::web::format::{length_vi, number_vi};

/// What stands where nothing came.
pub const NO_DATA: &str = "không có dữ liệu";

/// Steps of a hundredth with a comma: 6321 is "63,21".
pub fn hundredths(steps: i64) -> String {
    let sign = if steps < 0 { "-" } else { "" };
    let steps = steps.unsigned_abs();
    let whole = number_vi(i64::try_from(steps / 100).unwrap_or(i64::MAX));
    match steps % 100 {
        0 => format!("{sign}{whole}"),
        rest if rest % 10 == 0 => format!("{sign}{whole},{}", rest / 10),
        rest => format!("{sign}{whole},{rest:02}"),
    }
}

/// A value with its unit.
pub fn value(unit: Unit, steps: i64) -> String {
    match unit {
        Unit::Share => format!("{} %", hundredths(steps)),
        Unit::WorkingDays => format!("{} ngày làm việc", hundredths(steps)),
        Unit::Minutes if steps == 0 => "0 phút".to_owned(),
        Unit::Minutes => length_vi(steps * 60_000),
        Unit::Dong => dong(steps),
    }
}

/// Money: from a million on in millions, as it is said.
pub fn dong(amount: i64) -> String {
    if amount.abs() >= 1_000_000_000 {
        return format!("{} tỷ đồng", hundredths(amount / 10_000_000));
    }
    if amount.abs() >= 1_000_000 {
        return format!("{} triệu đồng", hundredths(amount / 10_000));
    }
    format!("{} đồng", number_vi(amount))
}

/// The value of a figure, or why there is none.
pub fn of(figure: &Figure) -> String {
    match (figure.state(), figure.value()) {
        (State::Number, Some(steps)) => value(figure.code.unit(), steps),
        (State::NothingToCount, _) => "n = 0".to_owned(),
        _ => NO_DATA.to_owned(),
    }
}

/// A counted value, or why there is none.
pub fn counted(unit: Unit, counted: Option<Counted>) -> String {
    match counted.map(|counted| unit.value(counted)) {
        None => NO_DATA.to_owned(),
        Some(None) => "n = 0".to_owned(),
        Some(Some(steps)) => value(unit, steps),
    }
}

/// How a figure changed: words, and whether that is good.
pub fn change(figure: &Figure, before: Option<Period>) -> Option<(String, bool)> {
    let (steps, before) = (figure.change()?, before?);
    let than = months::words(before);
    if steps == 0 {
        return Some((format!("bằng {than}"), true));
    }
    let size = match figure.code.unit() {
        Unit::Share => format!("{} điểm", hundredths(steps.abs())),
        unit => value(unit, steps.abs()),
    };
    let good = (steps > 0) == figure.code.more_is_better();
    let word = if steps > 0 { "▲ tăng" } else { "▼ giảm" };
    Some((format!("{word} {size} so với {than}"), good))
}

/// The target of a figure: how much, by when, and whether it is reached.
pub fn target(figure: &Figure) -> Option<String> {
    let target = figure.target.as_ref()?;
    let due = match &target.due {
        Some(day) => format!("đến {}", day_vi(day)),
        None => "không ghi thời hạn".to_owned(),
    };
    let reached = match figure.reached() {
        Some(true) => "đã đạt",
        Some(false) => "chưa đạt",
        None => "chưa so được",
    };
    Some(format!("Mục tiêu {} {due}: {reached}", value(Unit::Share, target.value)))
}

/// An ISO day as it is read in Vietnam.
pub fn day_vi(day: &str) -> String {
    day.parse::<jiff::civil::Date>().map_or_else(|_| day.to_owned(), |date| date.strftime("%d/%m/%Y").to_string())
}

/// The sentence that explains a key figure.
pub fn sentence(figure: &Figure, claimed: Option<Counted>) -> String {
    let Some(counted) = figure.counted else {
        return match figure.code {
            FigureCode::Satisfaction => "Kỳ này chưa nhận được tử số, mẫu số của chỉ số 5.4.".to_owned(),
            _ => "Chưa có số liệu của kỳ này.".to_owned(),
        };
    };
    let (part, whole) = (number_vi(counted.part), number_vi(counted.whole));
    match figure.code {
        FigureCode::FullService => {
            let claimed = claimed.map_or_else(String::new, |c| format!("; {} đủ điểm theo công bố", number_vi(c.part)));
            format!("{part} trên {whole} thủ tục có bằng chứng còn hạn cho mọi điểm{claimed}.")
        }
        FigureCode::OnlineDossiers => format!("{part} trên {whole} hồ sơ tiếp nhận là trực tuyến."),
        FigureCode::OnTime => format!(
            "{part} trên {whole} hồ sơ đến hạn xong đúng hạn; {} quá hạn.",
            number_vi(counted.whole - counted.part)
        ),
        FigureCode::Outages => format!("{whole} sự cố trong kỳ."),
        FigureCode::Savings => format!("Một năm, đo lại ở {whole} biện pháp."),
        _ => format!("{part} trên {whole}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_they_are_said() {
        assert_eq!(value(Unit::Share, 6_321), "63,21 %");
        assert_eq!(value(Unit::Share, 6_320), "63,2 %");
        assert_eq!(value(Unit::Share, 10_000), "100 %");
        assert_eq!(value(Unit::WorkingDays, 305), "3,05 ngày làm việc");
        assert_eq!(hundredths(-5), "-0,05");
        assert_eq!(dong(3_228 * 793_000), "2,55 tỷ đồng");
        assert_eq!(dong(6_400_000), "6,4 triệu đồng");
        assert_eq!(dong(0), "0 đồng");
        assert_eq!(counted(Unit::Share, Some(Counted::new(0, 0))), "n = 0");
        assert_eq!(counted(Unit::Share, None), NO_DATA);
    }
}
