//! What the form of a service level carries, and how it becomes a definition and back.

use serde::Deserialize;

use crate::monitor::field::FieldError;
use crate::monitor::maintenance::list_store;
use crate::monitor::observation::rollup::LATENCY_BOUNDS_MS;
use crate::monitor::service_level::model::{
    Absent, BurnRule, Counting, Definition, Failures, Hours, Indicator, Period, Scope, Window,
};
use crate::platform::db::Tx;
use crate::platform::word;
use crate::web::form::{Field, fault};
use crate::web::format::decimal_vi;

/// Fields of a definition whose name in the form is another.
pub const NAMES: [(&str, &str); 9] = [
    ("scope", "source"),
    ("scope.source", "source"),
    ("scope.procedure", "procedure"),
    ("scope.unit", "unit"),
    ("scope.metric", "metric"),
    ("scope.of", "of"),
    ("window.days", "days"),
    ("counting.min_samples", "min_samples"),
    ("max_age_seconds", "max_age_minutes"),
];

/// What the form carries, as it was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    /// Identifier.
    pub id: String,
    /// The version that was seen.
    pub version: i64,
    name: String,
    owner: String,
    indicator: String,
    source: String,
    procedure: String,
    unit: String,
    metric: String,
    of: String,
    subject: String,
    objective: String,
    threshold_ms: String,
    max_age_minutes: String,
    window: String,
    days: String,
    hours: String,
    exclude_maintenance: String,
    min_samples: String,
    failures: String,
    absent: String,
    switch: String,
}

impl Sent {
    /// What an empty form begins with.
    #[must_use]
    pub fn default_new() -> Self {
        Self {
            objective: "99,9".to_owned(),
            window: "rolling".to_owned(),
            days: "30".to_owned(),
            exclude_maintenance: "true".to_owned(),
            ..Self::default()
        }
    }

    /// A definition as the form shows it.
    #[must_use]
    pub fn of(d: &Definition, version: i64) -> Self {
        let (window, days) = match d.window {
            Window::Rolling { days } => ("rolling".to_owned(), days.to_string()),
            Window::Calendar { period } => (word::of(&period), String::new()),
        };
        let counting = &d.counting;
        Self {
            id: d.id.clone(),
            version,
            name: d.name.clone(),
            owner: d.owner.clone(),
            indicator: word::of(&d.indicator),
            source: d.scope.source.clone(),
            procedure: d.scope.procedure.clone(),
            unit: d.scope.unit.clone(),
            metric: d.scope.metric.clone(),
            of: d.scope.of.clone(),
            subject: d.scope.subject.clone(),
            objective: decimal_vi(d.objective * 100.0, 6),
            threshold_ms: d.threshold_ms.map(|ms| decimal_vi(ms, 0).replace('.', "")).unwrap_or_default(),
            max_age_minutes: d.max_age_seconds.map(|s| (s / 60).to_string()).unwrap_or_default(),
            window,
            days,
            hours: word::of(&counting.hours),
            exclude_maintenance: if counting.exclude_maintenance { "true".to_owned() } else { String::new() },
            min_samples: counting.min_samples.map(|n| n.to_string()).unwrap_or_default(),
            failures: word::of(&counting.failures),
            absent: word::of(&counting.absent),
            switch: String::new(),
        }
    }

    /// Whether it is to be switched on or off, and nothing else.
    #[must_use]
    pub fn switched(&self) -> Option<bool> {
        match self.switch.as_str() {
            "on" => Some(true),
            "off" => Some(false),
            _ => None,
        }
    }

    /// The definition that was typed, with alert rules of its own.
    ///
    /// # Errors
    /// Every field that cannot be read.
    pub fn read(&self, burn: Vec<BurnRule>) -> Result<Definition, Vec<FieldError>> {
        let mut errors = Vec::new();
        let objective = percent(&self.objective);
        if objective.is_none() {
            errors.push(fault("objective", "takes a percentage", "cần một số phần trăm, ví dụ 99,9"));
        }
        let indicator = word::read::<Indicator>(&self.indicator);
        if indicator.is_none() {
            errors.push(fault("indicator", "is missing", "hãy chọn một chỉ số"));
        }
        let minutes = whole(&self.max_age_minutes, "max_age_seconds", &mut errors);
        let min_samples = whole(&self.min_samples, "counting.min_samples", &mut errors);
        let window = self.window(&mut errors);
        let text = |text: &str| text.trim().to_owned();
        if !errors.is_empty() {
            return Err(errors);
        }
        let indicator = indicator.unwrap_or(Indicator::Availability);
        Ok(Definition {
            id: text(&self.id),
            name: text(&self.name),
            owner: text(&self.owner),
            indicator,
            scope: Scope {
                source: text(&self.source),
                procedure: text(&self.procedure),
                unit: text(&self.unit),
                metric: text(&self.metric),
                of: text(&self.of),
                subject: text(&self.subject),
            },
            objective: objective.unwrap_or_default(),
            threshold_ms: self.threshold_ms.trim().parse().ok().filter(|_| indicator == Indicator::Latency),
            max_age_seconds: minutes.map(|minutes| minutes.saturating_mul(60)),
            window,
            counting: Counting {
                hours: word::read::<Hours>(&self.hours).unwrap_or_default(),
                exclude_maintenance: !self.exclude_maintenance.is_empty(),
                min_samples,
                failures: word::read::<Failures>(&self.failures).unwrap_or_default(),
                absent: word::read::<Absent>(&self.absent).unwrap_or_default(),
            },
            burn,
        })
    }

    fn window(&self, errors: &mut Vec<FieldError>) -> Window {
        if let Some(period) = word::read::<Period>(&self.window) {
            return Window::Calendar { period };
        }
        let days = self.days.trim().parse().ok();
        if days.is_none() {
            errors.push(fault("window.days", "takes 1 to 365", "từ 1 đến 365"));
        }
        Window::Rolling { days: days.unwrap_or(30) }
    }
}

/// A percentage as people write it: `99,95` or `99.95`, with or without the sign.
fn percent(text: &str) -> Option<f64> {
    let text = text.trim().trim_end_matches('%').trim().replace(',', ".");
    let number: f64 = text.parse().ok().filter(|number: &f64| number.is_finite())?;
    // 99.95 / 100 and 0.9995 are not the same number in binary: ten decimals are.
    Some((number * 1e8).round() / 1e10)
}

fn whole(text: &str, field: &str, errors: &mut Vec<FieldError>) -> Option<u32> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let read = text.parse().ok();
    if read.is_none() {
        errors.push(fault(field, "takes a whole number", "cần một số nguyên"));
    }
    read
}

/// The fields of the form with what was typed. The identifier cannot be changed afterwards.
///
/// # Errors
/// When the database fails.
pub async fn fields(tx: &mut Tx, sent: &Sent, exists: bool) -> Result<Vec<Field>, sqlx::Error> {
    let mut sources = vec![(String::new(), "Không theo một nguồn".to_owned())];
    sources.extend(list_store::source_names(tx).await?);
    let mut all = Vec::new();
    if !exists {
        let hint = "Chữ thường không dấu, số và gạch nối; không đổi được về sau.";
        all.push(Field::line("id", "Mã", hint, &sent.id).required());
    }
    let unit = "Để trống nếu không tính theo đơn vị.";
    all.extend([
        Field::line("name", "Tên", "", &sent.name).required(),
        Field::line("owner", "Người hoặc cơ quan phụ trách", "Ai trả lời khi không đạt.", &sent.owner).required(),
        Field::choice("indicator", "Chỉ số", "", indicators(), &sent.indicator).required(),
        Field::choice("source", "Nguồn số liệu", "Chọn đúng một: nguồn, thủ tục hoặc đơn vị.", sources, &sent.source),
        Field::line("procedure", "Mã thủ tục", "Các nguồn của thủ tục, lấy nguồn kém nhất.", &sent.procedure),
        Field::line("unit", "Mã đơn vị", unit, &sent.unit),
        Field::line("objective", "Mục tiêu (%)", "Ví dụ 99,9.", &sent.objective).required(),
        Field::choice("window", "Tính trong", "", windows(), &sent.window).required(),
        Field::line("days", "Số ngày gần nhất", "Chỉ cho “số ngày gần nhất”, 1 đến 365.", &sent.days).typed("number"),
        Field::choice("threshold_ms", "Đáp ứng trong", "Chỉ cho thời gian đáp ứng.", bounds(), &sent.threshold_ms),
        Field::line("max_age_minutes", "Không cũ quá (phút)", "Chỉ cho độ mới; bội của 5.", &sent.max_age_minutes)
            .typed("number"),
        Field::choice("hours", "Giờ tính", "", hours(), &sent.hours),
        Field::choice("failures", "Lần đo lỗi", "Chỉ cho thời gian đáp ứng.", failures(), &sent.failures),
        Field::choice("absent", "Lần đo vắng", "", absents(), &sent.absent),
        Field::line(
            "min_samples",
            "Số lần tối thiểu để ghi tỷ lệ",
            "Để trống: theo quy định chung.",
            &sent.min_samples,
        )
        .typed("number"),
        Field::line("metric", "Chỉ số đếm phần đạt", "Khi đếm từ số liệu của nguồn.", &sent.metric),
        Field::line("of", "Chỉ số đếm tổng", "Khi đếm từ số liệu của nguồn.", &sent.of),
        Field::line("subject", "Đối tượng của chỉ số", "", &sent.subject),
        Field::tick(
            "exclude_maintenance",
            "Không tính bảo trì đã báo đủ ngày",
            "NĐ 224/2026 Đ13; bảo trì báo muộn luôn được tính.",
            !sent.exclude_maintenance.is_empty(),
        ),
    ]);
    Ok(all)
}

fn pairs<const N: usize>(all: [(&str, &str); N]) -> Vec<(String, String)> {
    all.into_iter().map(|(value, label)| (value.to_owned(), label.to_owned())).collect()
}

fn indicators() -> Vec<(String, String)> {
    Indicator::ALL.into_iter().map(|one| (word::of(&one), one.name().to_owned())).collect()
}

fn windows() -> Vec<(String, String)> {
    pairs([
        ("rolling", "số ngày gần nhất"),
        ("month", "tháng dương lịch"),
        ("quarter", "quý dương lịch"),
        ("year", "năm dương lịch"),
    ])
}

fn bounds() -> Vec<(String, String)> {
    let one = |ms: &f64| (decimal_vi(*ms, 0).replace('.', ""), format!("{} mili giây", decimal_vi(*ms, 0)));
    std::iter::once((String::new(), "Không áp dụng".to_owned())).chain(LATENCY_BOUNDS_MS.iter().map(one)).collect()
}

fn hours() -> Vec<(String, String)> {
    pairs([("24x7", "mọi giờ"), ("working_hours", "giờ làm việc")])
}

fn failures() -> Vec<(String, String)> {
    pairs([("counted", "tính là chậm"), ("left_out", "không tính")])
}

fn absents() -> Vec<(String, String)> {
    pairs([("alert", "không tính, cảnh báo riêng"), ("failure", "tính là lỗi")])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_read_as_people_write_it() {
        for text in ["99,95", "99.95", " 99,95 % "] {
            assert_eq!(percent(text), Some(0.9995), "{text}");
        }
        for wrong in ["", "nhiều", "99,9,5", "NaN", "inf"] {
            assert_eq!(percent(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_definition_comes_back_from_the_form_as_it_was() {
        let text = r#"{"id":"a","name":"Cổng","owner":"Sở","indicator":"latency","scope":{"source":"cong"},
            "objective":0.9995,"threshold_ms":500,"window":{"kind":"calendar","period":"month"},
            "counting":{"hours":"working_hours","exclude_maintenance":false,"min_samples":50,"failures":"left_out",
            "absent":"failure"}}"#;
        let definition = Definition::from_json(text).unwrap();
        assert_eq!(Sent::of(&definition, 3).read(Vec::new()), Ok(definition));
    }

    #[test]
    fn every_field_that_cannot_be_read_is_named() {
        let sent = Sent { objective: "nhiều".into(), days: "x".into(), min_samples: "y".into(), ..Sent::default() };
        let fields: Vec<String> = sent.read(Vec::new()).unwrap_err().into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["objective", "indicator", "counting.min_samples", "window.days"]);
    }
}
