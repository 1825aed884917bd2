//! Reports with metrics: transparency, satisfaction, digitisation (`overview`, `evaluation[]`, `metrics[]`).

use serde_json::{Value, json};

use super::places::Place;
use super::points::{Rule, part, percent};
use super::request::{Period, Request};
use crate::simulator::captures::made_up::two_decimals;

/// A metric of a report.
struct Metric {
    code: &'static str,
    name: &'static str,
    rule: Rule,
    /// It is also counted for one procedure alone.
    of_one_procedure: bool,
}

const fn metric(code: &'static str, name: &'static str, most: f64, target: f64, of_one_procedure: bool) -> Metric {
    Metric { code, name, rule: Rule { most, target }, of_one_procedure }
}

/// A report with metrics.
pub struct Report {
    group: &'static str,
    metrics: &'static [Metric],
    chart: bool,
}

/// `transparency`.
pub const TRANSPARENCY: Report = Report {
    group: "CKMB",
    chart: true,
    metrics: &[
        metric("PUBLISH_ON_TIME", "TTHC công bố đúng hạn", 6.0, 1.0, false),
        metric("PUBLIC_UPDATE_ON_TIME", "TTHC công khai đúng hạn", 4.0, 1.0, false),
        metric("PUBLIC_CONTENT_FULL", "TTHC công khai đủ nội dung", 2.0, 1.0, false),
        metric("DOSSIER_SYNC", "Hồ sơ đồng bộ", 6.0, 1.0, true),
    ],
};

/// `handling-satisfaction`.
pub const SATISFACTION: Report = Report {
    group: "MDHL",
    chart: false,
    metrics: &[
        metric("PETITION_CLASSIFICATION_TTHC", "Phân loại PAKN về TTHC", 0.0, 1.0, true),
        metric("DOSSIER_RECEIVING_SATISFACTION", "Hài lòng về giải quyết TTHC", 6.0, 0.9, true),
        metric("PETITION_PROCESSING_ON_TIME", "PAKN xử lý đúng hạn", 6.0, 1.0, true),
        metric("PETITION_HANDLING_SATISFACTION", "Hài lòng về xử lý PAKN", 6.0, 1.0, true),
        metric("PETITION_CLASSIFICATION_STAFF", "Phân loại PAKN về cán bộ", 0.0, 1.0, true),
    ],
};

/// `dossier-digitized`.
pub const DIGITIZED: Report = Report {
    group: "MDSH",
    chart: false,
    metrics: &[
        metric("ORIGINAL_RESULT_AVAILABLE", "Cấp kết quả điện tử", 6.0, 1.0, true),
        metric("SO_HOA_GIAY_TO_GIAI_QUYET", "Số hóa hồ sơ, kết quả", 4.0, 0.8, true),
        metric("REUSED_DIGITIZED_DATA", "Khai thác dữ liệu số hóa", 2.0, 0.8, true),
        metric("SYNCED_WITH_DVCQG_PERSONAL_STORAGE", "Đồng bộ kho dữ liệu cá nhân", 4.0, 1.0, true),
        metric("CITIZEN_DATA_CONNECTED_DOSSIER", "Hồ sơ kết nối CSDL dân cư", 2.0, 1.0, true),
        metric("CITIZEN_DATA_CONNECTED_FORMALITY", "TTHC kết nối CSDL dân cư", 2.0, 1.0, false),
        metric("ELECTRONIC_CERTIFIED_COPY", "Chứng thực điện tử", 2.0, 1.0, false),
    ],
};

impl Report {
    /// The `data` of the report of one department.
    #[must_use]
    pub fn data(&self, place: &Place, period: Period, procedure: Option<&str>, seed: u64, request: &Request) -> Value {
        let below = if period.has_data() { place.below() } else { Vec::new() };
        let rows: Vec<Value> =
            below.iter().map(|p| self.row(p, period, procedure, seed, procedure.is_some())).collect();
        let size = u64::from(request.page_size.max(1));
        let total = rows.len() as u64;
        let mut overview = self.row(place, period, procedure, seed, false);
        overview["averageScore"] = Value::Null;
        // The page fields follow the request, yet each page holds all rows.
        let mut data = json!({
            "overview": overview, "evaluation": rows, "source": null,
            "pagination": { "total": total, "currentPage": request.current_page, "pageSize": request.page_size,
                "totalPages": total.div_ceil(size) },
        });
        if self.chart {
            data["monthlyChart"] = json!([]);
        }
        data
    }

    /// One department. Narrowed to a procedure, `overview` keeps a metric that is not counted for one as 0 of 0, and the
    /// rows leave it out.
    fn row(&self, place: &Place, period: Period, procedure: Option<&str>, seed: u64, leave_out: bool) -> Value {
        let share = place.department.share(self.group);
        let received = place.received(seed, period, procedure);
        let mut metrics = Vec::new();
        for metric in self.metrics {
            let counted = metric.of_one_procedure || procedure.is_none();
            if counted {
                metrics.push(metric.value(received, share));
            } else if !leave_out {
                metrics.push(metric.value(0, share));
            }
        }
        let total: f64 = metrics.iter().filter_map(|m| m["score"].as_f64()).sum();
        let most: f64 = self.metrics.iter().map(|m| m.rule.most).sum();
        let department = &place.department;
        json!({
            "stt": place.order.max(1), "departmentId": department.id, "departmentName": department.name,
            "departmentType": if place.level == "COMMUNE" { "COMMUNE_PEOPLE_COMMITTEE" } else { "PROVINCE" },
            "departmentLevel": place.level, "agencyLevel": if place.order == 0 { "level_1" } else { "level_2" },
            "totalScore": two_decimals(total), "totalMaxScore": most, "ratio": two_decimals(total / most * 100.0),
            "scoreDelta": null, "metrics": metrics,
        })
    }
}

impl Metric {
    fn value(&self, received: u64, share: f64) -> Value {
        let base = json!({ "code": self.code, "name": self.name, "maxScore": self.rule.most });
        let with = |fields: Value| {
            let mut all = base.clone();
            if let (Some(all), Value::Object(fields)) = (all.as_object_mut(), fields) {
                all.extend(fields);
            }
            all
        };
        // Seen so on the wire: points without counts.
        if self.code == "ELECTRONIC_CERTIFIED_COPY" {
            let points = if received > 0 { json!(self.rule.most) } else { Value::Null };
            let ratio = if received > 0 { json!(100) } else { Value::Null };
            return with(json!({ "numerator": null, "denominator": null, "ratio": ratio, "score": points }));
        }
        let denominator = if self.code.starts_with("PETITION") { part(received, 0.001) } else { received };
        let numerator = self.rule.numerator(denominator, share);
        let mut value = with(json!({ "numerator": numerator, "denominator": denominator,
            "ratio": percent(numerator, denominator), "score": self.rule.points(numerator, denominator) }));
        if self.code == "DOSSIER_SYNC" {
            let status = if received > 0 { "TEMP_NATIONAL_REPORT_DENOMINATOR" } else { "NO_NATIONAL_REPORT_DATA" };
            value["dataQualityStatus"] = json!(status);
        }
        value
    }
}
