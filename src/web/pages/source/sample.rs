//! The first sample of a source in words.

use super::words;
use crate::monitor::intake::period;
use crate::monitor::model::SourceKind;
use crate::monitor::source::trial::Sample;
use crate::web::format::decimal_vi;

/// The first sample in words.
#[derive(Debug)]
pub struct SampleView {
    /// It is good.
    pub good: bool,
    /// What came of it.
    pub headline: String,
    /// What was found instead.
    pub found: String,
    /// Status, certificate, times.
    pub facts: Vec<String>,
    /// Conditions: text, whether it holds, what it looked at.
    pub conditions: Vec<(String, bool, String)>,
    /// Figures: name, subject, value, period.
    pub readings: Vec<(String, String, String, String)>,
}

impl SampleView {
    /// A sample of a source of some kind.
    #[must_use]
    pub fn of(sample: &Sample, kind: SourceKind) -> Self {
        let headline = match sample.failure {
            _ if !sample.asked => {
                "Loại nguồn này không hỏi được: nó chờ số liệu gửi đến. Định nghĩa đã đúng.".to_owned()
            }
            None if kind.is_portal() => "Cổng trả lời. Mới chỉ thử địa chỉ, chưa đọc dữ liệu.".to_owned(),
            None => "Câu trả lời tốt.".to_owned(),
            Some(failure) => format!("Chưa tốt: {}.", words::failure(failure)),
        };
        let mut facts = Vec::new();
        if let Some(status) = sample.status {
            facts.push(format!("mã {status}"));
        }
        if let Some(days) = sample.certificate_days {
            facts.push(format!("chứng thư còn {days} ngày"));
        }
        if let Some(phases) = &sample.phases {
            let ms = |value: f64| format!("{} ms", decimal_vi(value, 1));
            facts.push(format!("tổng {}", ms(phases.total)));
            for (label, value) in [
                ("tên miền", phases.dns),
                ("kết nối", phases.connect),
                ("TLS", phases.tls),
                ("byte đầu", phases.first_byte),
                ("tải về", phases.transfer),
            ] {
                if value > 0.0 {
                    facts.push(format!("{label} {}", ms(value)));
                }
            }
        }
        if sample.shortened {
            facts.push("lần thử chỉ chờ 10 giây".to_owned());
        }
        let readings = sample.readings.iter().map(|one| {
            let value = words::figure(one.state, one.value, &one.unit);
            let period = one.slot.map_or_else(|| "lúc hỏi".to_owned(), period::write);
            (one.metric.clone(), one.subject.clone(), value, period)
        });
        Self {
            good: sample.asked && sample.failure.is_none(),
            headline,
            found: words::found(&sample.message),
            facts,
            conditions: sample
                .conditions
                .iter()
                .map(|one| (one.condition.clone(), one.holds, one.found.clone()))
                .collect(),
            readings: readings.collect(),
        }
    }
}
