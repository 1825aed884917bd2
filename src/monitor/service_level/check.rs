//! The one validator of service levels: every wrong field with why, and what would be right.

use super::legal;
use super::model::{Absent, Definition, Failures, Hours, Indicator, Window};
use crate::monitor::field::{FieldError, Wrong};
use crate::monitor::observation::rollup::LATENCY_BOUNDS_MS;

/// Longest name, characters.
const MAX_NAME: usize = 200;
/// Longest identifier, characters.
const MAX_ID: usize = 64;
/// Most alert rules of one service level.
const MAX_RULES: usize = 10;
/// Longest age that can be called fresh, seconds: 90 days.
const MAX_AGE: u32 = 90 * 86_400;
/// Roll-ups have steps of five minutes, seconds.
const STEP: u32 = 300;

/// What is known of a scope.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "facts that do not exclude each other")]
pub struct Known {
    /// The source is there.
    pub source: bool,
    /// The procedure is there.
    pub procedure: bool,
    /// The unit is there.
    pub unit: bool,
    /// The source has the metric that counts what was good.
    pub metric: bool,
    /// The source has the metric that counts all.
    pub of: bool,
    /// Rhythm of each series of polls in the scope, milliseconds; `None` for one without.
    pub rhythms: Vec<Option<i64>>,
}

/// Checks a definition against what is known of its scope.
///
/// # Errors
/// Every field that is wrong.
pub fn check(definition: &Definition, known: &Known) -> Result<(), Vec<FieldError>> {
    let mut wrong = Wrong::default();
    identity(definition, &mut wrong);
    scope(definition, known, &mut wrong);
    objective(definition, &mut wrong);
    threshold(definition, &mut wrong);
    age(definition, known, &mut wrong);
    counting(definition, &mut wrong);
    window(definition, known, &mut wrong);
    if definition.burn.len() > MAX_RULES {
        let at_most = format!("at most {MAX_RULES} rules");
        wrong.add("burn", &at_most, &format!("nhiều nhất {MAX_RULES} luật cảnh báo"), None);
    }
    legal::rules(definition, known, &mut wrong);
    wrong.ended()
}

fn identity(d: &Definition, wrong: &mut Wrong) {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if d.id.is_empty() || d.id.len() > MAX_ID || !d.id.chars().all(plain) {
        let lower = d.id.to_lowercase();
        let slug: String = lower.chars().map(|c| if plain(c) { c } else { '-' }).take(MAX_ID).collect();
        let slug = slug.trim_matches('-').to_owned();
        let message = "takes 1 to 64 of a-z, 0-9 and -";
        wrong.add("id", message, "gồm 1 đến 64 ký tự a-z, 0-9 và -", (!slug.is_empty()).then_some(slug));
    }
    for (field, text) in [("name", &d.name), ("owner", &d.owner)] {
        if text.trim().is_empty() || text.chars().count() > MAX_NAME {
            wrong.add(field, "takes 1 to 200 characters", "cần 1 đến 200 ký tự", None);
        }
    }
}

fn scope(d: &Definition, known: &Known, wrong: &mut Wrong) {
    let s = &d.scope;
    let polled = d.indicator.is_polled();
    let places = [&s.source, &s.procedure, &s.unit].iter().filter(|text| !text.is_empty()).count();
    let pair = !s.source.is_empty() && !s.metric.is_empty() && !s.of.is_empty();
    let dossiers = d.indicator == Indicator::DossiersOnTime && s.source.is_empty() && places > 0;
    if polled && places != 1 {
        let message = "takes exactly one of source, procedure and unit";
        wrong.add("scope", message, "cần đúng một trong: nguồn, thủ tục, đơn vị", None);
    } else if !polled && !dossiers && !pair {
        let message =
            "takes a source with metric (what was good) and of (all); dossiers also a procedure, a unit, or both";
        let vietnamese = "cần một nguồn cùng chỉ số đạt (metric) và chỉ số tổng (of); hồ sơ nhận cả thủ tục, đơn vị";
        wrong.add("scope", message, vietnamese, None);
    } else if !polled && pair && places > 1 {
        let message = "takes either the metrics of a source, or a procedure and a unit";
        wrong.add("scope", message, "hoặc chỉ số của nguồn, hoặc thủ tục và đơn vị", None);
    }
    if polled && !s.of.is_empty() {
        wrong.add("scope.of", "is for counts of good and all", "chỉ dùng khi đếm phần đạt trên tổng", None);
    }
    if s.source.is_empty() && !(s.metric.is_empty() && s.of.is_empty() && s.subject.is_empty()) {
        wrong.add("scope.source", "metrics belong to a source: name it", "chỉ số thuộc một nguồn: ghi tên nguồn", None);
    }
    let there = [
        ("scope.source", &s.source, known.source),
        ("scope.procedure", &s.procedure, known.procedure),
        ("scope.unit", &s.unit, known.unit),
        ("scope.metric", &s.metric, known.metric || s.source.is_empty() || !known.source),
        ("scope.of", &s.of, known.of || s.source.is_empty() || !known.source),
    ];
    for (field, text, found) in there {
        if !text.is_empty() && !found {
            wrong.add(field, &format!("there is no `{text}`"), &format!("không có `{text}`"), None);
        }
    }
}

fn objective(d: &Definition, wrong: &mut Wrong) {
    let o = d.objective;
    if o > 0.0 && o < 1.0 {
        return;
    }
    let percent = (1.0..100.0).contains(&o) && o > 1.0;
    let proposal = if percent {
        // 99.95 meant 99.95 %.
        (o / 100.0 * 1e9).round() / 1e9
    } else {
        0.99
    };
    let message = "takes a share above 0 and below 1: at 1 there would be no budget to spend";
    wrong.add("objective", message, "là tỷ lệ lớn hơn 0 và nhỏ hơn 1", Some(proposal.to_string()));
}

fn threshold(d: &Definition, wrong: &mut Wrong) {
    match (d.indicator, d.threshold_ms) {
        (Indicator::Latency, Some(ms)) if LATENCY_BOUNDS_MS.contains(&ms) => {}
        (Indicator::Latency, ms) => {
            let nearest = nearest_bound(ms.unwrap_or(1000.0));
            let bounds: Vec<String> = LATENCY_BOUNDS_MS.iter().map(ToString::to_string).collect();
            let bounds = bounds.join(", ");
            let message = format!("takes one of the bounds that answers are counted by: {bounds} ms");
            let vietnamese = format!("chọn một trong các ngưỡng mà số liệu được đếm theo: {bounds} ms");
            wrong.add("threshold_ms", &message, &vietnamese, Some(nearest.to_string()));
        }
        (_, None) => {}
        (_, Some(_)) => wrong.add("threshold_ms", "is for latency", "chỉ dùng cho thời gian đáp ứng", None),
    }
}

/// The bound whose ratio to a number is smallest.
fn nearest_bound(ms: f64) -> f64 {
    let far = |bound: f64| (bound.ln() - ms.max(f64::MIN_POSITIVE).ln()).abs();
    let ordered = LATENCY_BOUNDS_MS.iter().copied().min_by(|a, b| far(*a).total_cmp(&far(*b)));
    ordered.unwrap_or(1000.0)
}

fn age(d: &Definition, known: &Known, wrong: &mut Wrong) {
    let Some(seconds) = d.max_age_seconds else {
        if d.indicator == Indicator::Freshness {
            let message = "freshness needs the age up to which a value is fresh";
            let proposal = legal::fresh_seconds(known).to_string();
            wrong.add("max_age_seconds", message, "cần tuổi tối đa của số liệu còn mới", Some(proposal));
        }
        return;
    };
    if d.indicator != Indicator::Freshness {
        return wrong.add("max_age_seconds", "is for freshness", "chỉ dùng cho độ mới của số liệu", None);
    }
    let stepped = seconds.div_ceil(STEP).max(1).saturating_mul(STEP).min(MAX_AGE);
    if seconds != stepped {
        let message = "takes whole steps of 300 seconds, at most 90 days";
        let vietnamese = "là bội của 300 giây, nhiều nhất 90 ngày";
        return wrong.add("max_age_seconds", message, vietnamese, Some(stepped.to_string()));
    }
    let slowest = known.rhythms.iter().flatten().max().copied().unwrap_or(0);
    if i64::from(seconds) * 1000 < slowest {
        let message = "is shorter than the rhythm of the values: none would stay fresh until the next";
        let vietnamese = "ngắn hơn nhịp của số liệu: không giá trị nào còn mới tới giá trị kế tiếp";
        wrong.add("max_age_seconds", message, vietnamese, Some(legal::fresh_seconds(known).to_string()));
    }
}

fn counting(d: &Definition, wrong: &mut Wrong) {
    let c = &d.counting;
    if c.min_samples.is_some_and(|n| !(1..=1_000_000).contains(&n)) {
        let message = "takes 1 to 1,000,000";
        wrong.add("counting.min_samples", message, "từ 1 đến 1.000.000", Some("100".to_owned()));
    }
    if c.failures == Failures::LeftOut && d.indicator != Indicator::Latency {
        let message = "only a time limit can leave failed polls out";
        let vietnamese = "chỉ thời gian đáp ứng mới được bỏ lần hỏi lỗi";
        wrong.add("counting.failures", message, vietnamese, Some("counted".to_owned()));
    }
    if c.hours == Hours::WorkingHours && !d.indicator.is_polled() {
        let message = "what people did is counted by day: use 24x7";
        wrong.add("counting.hours", message, "số liệu theo ngày: dùng 24x7", Some("24x7".to_owned()));
    }
    if c.absent == Absent::Failure && !matches!(d.indicator, Indicator::Availability | Indicator::Latency) {
        let message = "only polls can be expected one by one: use alert";
        wrong.add("counting.absent", message, "chỉ lần hỏi mới đếm được vắng: dùng alert", Some("alert".to_owned()));
    }
}

fn window(d: &Definition, known: &Known, wrong: &mut Wrong) {
    if let Window::Rolling { days } = d.window
        && !(1..=365).contains(&days)
    {
        let proposal = days.clamp(1, 365).to_string();
        return wrong.add("window.days", "takes 1 to 365 days", "từ 1 đến 365 ngày", Some(proposal));
    }
    if d.indicator.is_polled() {
        legal::window(d, known, wrong);
    }
}
