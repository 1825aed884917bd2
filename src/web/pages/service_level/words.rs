//! The words that pages say service levels with.

use crate::monitor::service_level::budget::{Counts, Sli};
use crate::monitor::service_level::list_store::Listed;
use crate::monitor::service_level::model::{Definition, Indicator, Period, Standing, Window};
use crate::monitor::service_level::report::{Report, Silence};
use crate::web::format::{decimal_vi, length_vi, moment_vi, number_vi, percent_vi};

/// Standing as class, shape and word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Class in the style sheet.
    pub class: &'static str,
    /// Shape.
    pub symbol: &'static str,
    /// Word.
    pub word: &'static str,
}

/// Where a service level stands; `None` before it was evaluated.
#[must_use]
pub fn mark(listed: &Listed) -> Mark {
    if !listed.enabled {
        return Mark { class: "nodata", symbol: "–", word: "Đã tắt" };
    }
    match listed.report.as_ref().map(|report| report.standing) {
        Some(standing) => standing_mark(standing),
        None => Mark { class: "nodata", symbol: "?", word: "Chờ tính lần đầu" },
    }
}

/// A standing as class, shape and word.
#[must_use]
pub fn standing_mark(standing: Standing) -> Mark {
    let (class, symbol) = match standing {
        Standing::Met => ("up", "●"),
        Standing::Missed => ("down", "○"),
        Standing::Undecided => ("part", "◐"),
        Standing::NoData => ("nodata", "?"),
    };
    Mark { class, symbol, word: standing.name() }
}

/// The window in words.
#[must_use]
pub fn window(window: Window) -> String {
    match window {
        Window::Rolling { days } => format!("{days} ngày gần nhất"),
        Window::Calendar { period: Period::Month } => "tháng này".to_owned(),
        Window::Calendar { period: Period::Quarter } => "quý này".to_owned(),
        Window::Calendar { period: Period::Year } => "năm nay".to_owned(),
    }
}

/// What is promised: "99,9 % trong 30 ngày gần nhất".
#[must_use]
pub fn objective(d: &Definition) -> String {
    let within = d.threshold_ms.filter(|_| d.indicator == Indicator::Latency);
    let within = within.map(|ms| format!(" trong {} mili giây", decimal_vi(ms, 0))).unwrap_or_default();
    let age = d.max_age_seconds.filter(|_| d.indicator == Indicator::Freshness);
    let age = age.map(|seconds| format!(" không cũ quá {}", length_vi(i64::from(seconds) * 1_000))).unwrap_or_default();
    format!("{}{within}{age}, {}", percent_vi(d.objective), window(d.window))
}

/// Of what it is measured.
#[must_use]
pub fn scope(listed: &Listed) -> String {
    let s = &listed.definition.scope;
    let source = listed.source_name.as_ref().unwrap_or(&s.source);
    let parts = [("", source), ("thủ tục ", &s.procedure), ("đơn vị ", &s.unit)];
    let all: Vec<String> =
        parts.iter().filter(|(_, text)| !text.is_empty()).map(|(what, text)| format!("{what}{text}")).collect();
    all.join(", ")
}

/// The share as it may be told.
#[must_use]
pub fn share(sli: &Sli) -> String {
    match sli {
        Sli::NoData => "không có dữ liệu".to_owned(),
        Sli::Share { value } => percent_vi(*value),
        Sli::Few { good, total, .. } => format!("{}/{} lần", number_vi(*good), number_vi(*total)),
    }
}

/// What few events let one say; nothing for many.
#[must_use]
pub fn interval(sli: &Sli, few: u32) -> Option<String> {
    let Sli::Few { good, total, low, high } = sli else { return None };
    Some(format!(
        "Mới có {total} lần (dưới {few}), {good} lần đạt: tỷ lệ thật nằm trong khoảng {} đến {} với độ tin cậy 95 %.",
        percent_vi(*low),
        percent_vi(*high)
    ))
}

/// What is left of the budget: "còn 71,2 %", "vượt 12,5 %".
#[must_use]
pub fn left(report: &Report) -> String {
    match report.budget {
        None => "–".to_owned(),
        Some(budget) if budget.left_share < 0.0 => format!("vượt {} %", decimal_vi(-budget.left_share * 100.0, 1)),
        Some(budget) => format!("còn {} %", decimal_vi(budget.left_share * 100.0, 1)),
    }
}

/// How young a series is, where it is younger than its window.
#[must_use]
pub fn youth(report: &Report) -> Option<String> {
    let days = report.days;
    days.is_young().then(|| format!("Mới theo dõi được {}/{} ngày của thời gian tính.", days.watched, days.of))
}

/// What was counted, each with what it is.
#[must_use]
pub fn counts(counts: &Counts, d: &Definition) -> Vec<(&'static str, String, &'static str)> {
    let polled = d.indicator.is_polled();
    let mut all =
        vec![("Đạt", number_vi(counts.good), "tính là đạt"), ("Không đạt", number_vi(counts.bad), "tính là không đạt")];
    if polled {
        all.push((
            "Bỏ ra ngoài",
            number_vi(counts.excluded),
            "lỗi không phải của dịch vụ: mạng của bên đo, tường chắn",
        ));
    }
    if counts.other > 0 {
        all.push(("Không phải số", number_vi(counts.other), "không áp dụng hoặc quá nhỏ để công bố"));
    }
    all.extend(counts.expected.map(|n| ("Phải có", number_vi(n), "theo nhịp đo")));
    all.extend(counts.absent.map(|n| ("Vắng", number_vi(n), "đáng lẽ phải có mà không có")));
    all
}

/// Whether values fail to come.
#[must_use]
pub fn silence(silence: &Silence) -> Option<String> {
    if !silence.holds {
        return None;
    }
    let last = match silence.last_at {
        Some(at) => format!("lần cuối lúc {}", moment_vi(at)),
        None => "chưa có số liệu nào".to_owned(),
    };
    Some(format!("Số liệu đang vắng ({last}). Vắng số liệu được cảnh báo riêng, không tự coi là tốt."))
}
