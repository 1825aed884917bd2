//! The counting policy in words, with every number it has (S-07): printed wherever a figure of a service level is.

use super::alarm::rules_of;
use super::budget::Sli;
use super::figure::Language;
use super::interval::number;
use super::measure::Setting;
use super::model::{Absent, Definition, Failures, Hours, Indicator, Period, Window};
use super::report::Report;
use crate::monitor::maintenance::model::days_on;
use crate::platform::calendar::model::Calendar;
use jiff::civil::Date;

/// How a service level is counted, sentence by sentence. `day` is the day it is said on, `every` the rhythm of its
/// source in milliseconds.
#[must_use]
pub fn policy_text(
    d: &Definition,
    setting: &Setting,
    day: Date,
    every: Option<i64>,
    language: Language,
) -> Vec<String> {
    let mut lines = vec![what(d, language), window(d, language)];
    lines.extend(hours(d, &setting.calendar, day, language));
    if d.indicator.is_polled() {
        lines.push(left_out(language));
        lines.push(maintenance(d, setting, day, language));
        lines.push(absent(d, setting, language));
    }
    lines.push(few(d, setting, language));
    lines.extend(alerts(d, setting, every, language));
    lines
}

fn what(d: &Definition, l: Language) -> String {
    let goal = l.percent(d.objective);
    let ms = l.decimal(d.threshold_ms.unwrap_or(0.0), 0);
    let age = l.minutes(i64::from(d.max_age_seconds.unwrap_or(0)) / 60);
    let (vi, en) = match d.indicator {
        Indicator::Availability => (
            format!(
                "Mục tiêu: ít nhất {goal} lần hỏi được trả lời tốt. Tốt là có câu trả lời và đạt mọi điều kiện của nguồn."
            ),
            format!(
                "Objective: at least {goal} of polls answered well: an answer that meets every condition of the source."
            ),
        ),
        Indicator::Latency => {
            let (vi, en) = match d.counting.failures {
                Failures::Counted => ("Lần hỏi lỗi tính là chậm.", "A failed poll counts as slow."),
                Failures::LeftOut => ("Lần hỏi lỗi không tính.", "Failed polls are left out."),
            };
            (
                format!("Mục tiêu: ít nhất {goal} lần hỏi được trả lời trong {ms} ms. {vi}"),
                format!("Objective: at least {goal} of polls answered within {ms} ms. {en}"),
            )
        }
        Indicator::Freshness => (
            format!("Mục tiêu: ít nhất {goal} thời gian có số liệu không cũ hơn {age}, xét từng bước 5 phút."),
            format!(
                "Objective: in at least {goal} of the time the newest value is no older than {age}, by steps of 5 minutes."
            ),
        ),
        Indicator::DossiersOnTime => (
            format!(
                "Mục tiêu: ít nhất {goal} hồ sơ có hạn được giải quyết đúng hạn. Hồ sơ đúng hạn tính vào ngày xong; hồ sơ trễ, kể cả chưa xong, tính vào ngày đến hạn."
            ),
            format!(
                "Objective: at least {goal} of dossiers with a time limit were in time. Those in time count on the day they were finished; late ones, finished or not, on the day they were due."
            ),
        ),
        Indicator::RemarksOnTime => (
            format!(
                "Mục tiêu: ít nhất {goal} phản ánh, kiến nghị được trả lời đúng hạn; ngày thiếu tử số hoặc mẫu số không tính."
            ),
            format!("Objective: at least {goal} of remarks answered in time; days without both counts are left out."),
        ),
        Indicator::Satisfaction => (
            format!("Mục tiêu: ít nhất {goal} lượt đánh giá hài lòng; ngày thiếu tử số hoặc mẫu số không tính."),
            format!("Objective: at least {goal} of answers satisfied; days without both counts are left out."),
        ),
    };
    l.pick(&vi, &en).to_owned()
}

fn window(d: &Definition, l: Language) -> String {
    let (vi, en) = match d.window {
        Window::Rolling { days } => (format!("Cửa sổ: {days} ngày gần nhất"), format!("Window: the last {days} days")),
        Window::Calendar { period } => {
            let (vi, en) = match period {
                Period::Month => ("tháng", "month"),
                Period::Quarter => ("quý", "quarter"),
                Period::Year => ("năm", "year"),
            };
            (
                format!("Cửa sổ: {vi} dương lịch đang chạy, giờ Việt Nam"),
                format!("Window: the running calendar {en}, Vietnam time"),
            )
        }
    };
    let (vi_end, en_end) = if d.indicator.is_polled() {
        ("đến bước 5 phút trọn gần nhất", "up to the last full step of 5 minutes")
    } else {
        ("đến hết ngày hôm trước", "up to the end of yesterday")
    };
    l.pick(&format!("{vi}, {vi_end}."), &format!("{en}, {en_end}.")).to_owned()
}

fn hours(d: &Definition, calendar: &Calendar, day: Date, l: Language) -> Option<String> {
    if !d.indicator.is_polled() {
        return None;
    }
    if d.counting.hours == Hours::Always {
        return Some(l.pick("Tính mọi giờ, 24x7.", "Every hour counts, 24x7.").to_owned());
    }
    let spans = calendar.profile(day).map(|profile| {
        let span = |(from, to): &(jiff::civil::Time, jiff::civil::Time)| {
            format!("{}–{}", from.strftime("%H:%M"), to.strftime("%H:%M"))
        };
        profile.spans.iter().map(span).collect::<Vec<_>>().join(", ")
    });
    let spans = spans.unwrap_or_default();
    let vi = format!("Chỉ tính giờ làm việc ({spans}) của ngày làm việc theo lịch đã nạp.");
    let en = format!("Only working hours count ({spans}) on working days of the loaded calendar.");
    Some(l.pick(&vi, &en).to_owned())
}

fn left_out(l: Language) -> String {
    let vi = "Không tính vào mẫu số, nêu riêng: mạng của chính hệ thống hỏi bị hỏng, tường lửa chặn, địa chỉ không được phép hỏi.";
    let en = "Outside the share and told apart: the asking system's own network down, a protection wall, an address that may not be asked.";
    l.pick(vi, en).to_owned()
}

fn maintenance(d: &Definition, setting: &Setting, day: Date, l: Language) -> String {
    if !d.counting.exclude_maintenance {
        return l.pick("Mọi lần dừng có kế hoạch đều tính.", "Every planned stop counts.").to_owned();
    }
    let days = days_on(&setting.notice, &day.to_string()).map_or_else(|| "?".to_owned(), |days| days.to_string());
    let vi = format!(
        "Dừng có kế hoạch chỉ được trừ khi báo trước ít nhất {days} ngày làm việc (NĐ 224/2026/NĐ-CP Điều 13), đến giờ khôi phục đã báo; báo muộn hơn vẫn tính và đánh dấu."
    );
    let en = format!(
        "A planned stop is left out only when announced at least {days} working days before (Decree 224/2026 Art. 13), up to the announced return; later notices count and are marked."
    );
    l.pick(&vi, &en).to_owned()
}

fn absent(d: &Definition, setting: &Setting, l: Language) -> String {
    let samples = setting.parameters.number("service_level_absent_samples").unwrap_or(0.0);
    let samples = l.decimal(samples, 0);
    let (vi, en) = match d.counting.absent {
        Absent::Alert => ("không tính là tốt hay lỗi", "neither good nor bad"),
        Absent::Failure => ("tính là lỗi", "a failure"),
    };
    let vi = format!("Lần hỏi vắng {vi}, đếm riêng; vắng {samples} lần liền thì có cảnh báo riêng.");
    let en =
        format!("A value that did not come is {en}, counted apart; {samples} in a row raise an alert of their own.");
    l.pick(&vi, &en).to_owned()
}

fn few(d: &Definition, setting: &Setting, l: Language) -> String {
    let few =
        d.counting.min_samples.map_or_else(|| setting.parameters.number("service_level_few").unwrap_or(0.0), f64::from);
    let few = l.decimal(few, 0);
    let vi = format!("Dưới {few} lần thì ghi số đếm và khoảng tin cậy 95 % (Wilson) thay cho tỷ lệ.");
    let en = format!("Below {few} events, counts and a 95 % interval (Wilson) stand in place of a percentage.");
    l.pick(&vi, &en).to_owned()
}

fn alerts(d: &Definition, setting: &Setting, every: Option<i64>, l: Language) -> Option<String> {
    let rules = rules_of(d, every, setting);
    let one = |(rule, widened): &(super::model::BurnRule, bool)| {
        let (long, short) = (l.minutes(rule.long_minutes.into()), l.minutes(rule.short_minutes.into()));
        let widened = if *widened { l.pick(", nới theo nhịp hỏi", ", widened for the rhythm") } else { "" };
        format!("{} {} ({long} + {short}{widened})", l.pick("gấp", "times"), l.decimal(rule.factor, 2))
    };
    let rules: Vec<String> = rules.iter().map(one).collect();
    let text = l.pick("Cảnh báo khi mức lỗi cho phép bị tiêu nhanh", "Alert when the budget burns too fast");
    (!rules.is_empty()).then(|| format!("{text}: {}.", rules.join("; ")))
}

/// A report in words: the share or the counts, and all that stands beside them.
#[must_use]
pub fn report_text(report: &Report, l: Language) -> Vec<String> {
    let c = &report.counts;
    let of = format!("{}/{}", l.count(c.good), l.count(c.total()));
    let mut lines = vec![match report.sli {
        Sli::NoData => l.pick("Không có dữ liệu", "No data").to_owned(),
        Sli::Share { value } => format!("{} ({of})", l.percent(value)),
        Sli::Few { low, high, .. } => {
            let between = format!("{} – {}", l.percent(low), l.percent(high));
            format!("{of} ({} {between})", l.pick("khoảng tin cậy 95 %", "95 % interval"))
        }
    }];
    let mut add = |count: i64, vietnamese: &str, english: &str| {
        if count > 0 {
            lines.push(format!("{}: {}", l.pick(vietnamese, english), l.count(count)));
        }
    };
    add(c.excluded, "Không do dịch vụ, không tính", "Not the service's, left out");
    add(c.other, "Không phải số, không tính", "Not numbers, left out");
    add(c.absent.unwrap_or(0), "Vắng", "Absent");
    add(report.stops.left_out, "Phút dừng có kế hoạch được trừ", "Minutes of planned stops left out");
    add(report.stops.counted, "Phút dừng có kế hoạch vẫn tính", "Minutes of planned stops counted");
    if report.days.is_young() {
        let days = l.pick("ngày", "days");
        lines.push(format!("{}/{} {days}", l.count(report.days.watched), l.count(report.days.of)));
    }
    if report.sources > 1 {
        let vi = format!("Nguồn kém nhất trong {}: {}", report.sources, report.source);
        let en = format!("The worst of {} sources: {}", report.sources, report.source);
        lines.push(l.pick(&vi, &en).to_owned());
    }
    if report.provisional {
        lines.push(l.pick("Tạm tính: lịch nghỉ của năm chưa nạp", "Provisional: days off not loaded").to_owned());
    }
    if let Some(budget) = &report.budget {
        let minutes = |minutes: f64| l.decimal(minutes, 1);
        let vi = format!(
            "Mức lỗi cho phép: {} lần, đã dùng {}; {} phút, còn {} phút",
            l.decimal(budget.events.total, 1),
            l.count(c.bad),
            minutes(budget.minutes.total),
            minutes(budget.minutes.left)
        );
        let en = format!(
            "Error budget: {} events, {} spent; {} minutes, {} left",
            l.decimal(budget.events.total, 1),
            l.count(c.bad),
            minutes(budget.minutes.total),
            minutes(budget.minutes.left)
        );
        lines.push(l.pick(&vi, &en).to_owned());
    }
    lines
}

/// A pace in words, such as `gấp 14,4 lần`.
#[must_use]
pub fn pace(pace: Option<f64>) -> String {
    let l = Language::Vietnamese;
    pace.map_or_else(|| "không có dữ liệu".to_owned(), |pace| format!("gấp {} lần", l.decimal(pace, 2)))
}

/// A count of a report in words.
#[must_use]
pub fn times(count: i64) -> String {
    format!("{} lần", Language::Vietnamese.decimal(number(count), 0))
}
