//! Services, incidents and planned stops as lines of a page.

use crate::monitor::incident::board::{Day, Service};
use crate::monitor::incident::board_store::{self, Affected};
use crate::monitor::incident::live::{DayState, Live};
use crate::monitor::incident::store::Incident;
use crate::monitor::maintenance::list_store::Listed;
use crate::monitor::maintenance::rule::NoticeRule;
use crate::monitor::parameters::{ParameterError, Parameters};
use crate::monitor::service_level::interval::{number, wilson};
use crate::platform::db::Tx;
use crate::platform::problem::Problem;
use crate::web::failure;
use crate::web::format::{length_vi, moment_vi, number_vi, percent_vi};
use crate::web::pages::bar::{self, Bar, Health};
use crate::web::pages::maintenance::notice_text;
use crate::web::state::AppState;
use crate::web::views::Link;

/// Days of a bar.
pub const DAYS: u16 = 90;
/// Procedures of an incident that are named in a list.
const NAMED: i64 = 3;

/// A service.
#[derive(Debug)]
pub struct ServiceLine {
    /// Its source.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Class in the style sheet.
    pub class: &'static str,
    /// Shape.
    pub symbol: &'static str,
    /// Word.
    pub word: &'static str,
    /// Since when, until when, why.
    pub detail: String,
    /// Its last days.
    pub bar: Bar,
}

/// An incident.
#[derive(Debug)]
pub struct IncidentLine {
    /// Its page.
    pub url: String,
    /// What does not answer.
    pub title: String,
    /// Class in the style sheet.
    pub class: &'static str,
    /// Shape.
    pub symbol: &'static str,
    /// How bad it is.
    pub severity: &'static str,
    /// Since when, how long.
    pub time: String,
    /// Why, in plain words.
    pub cause: String,
    /// How many procedures stand still.
    pub affected: String,
    /// Some of them.
    pub procedures: Vec<Link>,
}

/// A planned stop.
#[derive(Debug)]
pub struct StopLine {
    /// What stands still.
    pub source: String,
    /// It is running.
    pub now: bool,
    /// From when to when.
    pub time: String,
    /// Why.
    pub reason: String,
    /// How early it was announced, whether it counts.
    pub notice: String,
    /// Where it was announced; may be empty.
    pub link: String,
}

/// How a service stands.
#[must_use]
pub fn health(live: Live) -> Health {
    match live {
        Live::Available => Health::Available,
        Live::Degraded { .. } => Health::Degraded,
        Live::Down { .. } => Health::Down,
        Live::Maintenance { .. } => Health::Maintenance,
        Live::Unknown { .. } => Health::Unknown,
    }
}

/// Since when or until when, and why.
#[must_use]
pub fn detail(service: &Service, now: i64) -> String {
    let why = service.failure.map(|kind| format!(": {}", failure::name(kind))).unwrap_or_default();
    match service.live {
        Live::Available => String::new(),
        Live::Degraded { since } | Live::Down { since } => {
            format!("từ {}, đã {}{why}", moment_vi(since), length_vi(now - since))
        }
        Live::Maintenance { until } => format!("đến {}", moment_vi(until)),
        Live::Unknown { last: Some(last) } => format!("chưa có số liệu mới từ {}", moment_vi(last)),
        Live::Unknown { last: None } => "chưa có số liệu nào".to_owned(),
    }
}

/// A service with the bar of its days.
///
/// # Errors
/// When a parameter is missing.
pub fn service(
    service: &Service,
    days: &[Day],
    parameters: &Parameters,
    now: i64,
) -> Result<ServiceLine, ParameterError> {
    let health = health(service.live);
    Ok(ServiceLine {
        id: service.id.clone(),
        name: service.name.clone(),
        class: health.class(),
        symbol: health.symbol(),
        word: health.word(),
        detail: detail(service, now),
        bar: bar(&service.name, days, parameters)?,
    })
}

/// The bar of some days, with what they came to and how they were counted.
///
/// # Errors
/// When a parameter is missing.
pub fn bar(name: &str, days: &[Day], parameters: &Parameters) -> Result<Bar, ParameterError> {
    let drawn: Vec<bar::Day> = days
        .iter()
        .map(|day| bar::Day { at: day.at, health: of_day(day.state), good: day.good, total: day.total })
        .collect();
    let few = i64::from(parameters.count("service_level_few")?);
    Ok(Bar::of(name, &drawn, uptime(days, few), policy(parameters)?))
}

fn of_day(state: DayState) -> Health {
    match state {
        DayState::NoData => Health::Unknown,
        DayState::Available => Health::Available,
        DayState::Degraded => Health::Degraded,
        DayState::Down => Health::Down,
        DayState::Maintenance => Health::Maintenance,
    }
}

/// What some days came to; of few polls counts and an interval instead of a share (S-09).
fn uptime(days: &[Day], few: i64) -> String {
    let good: i64 = days.iter().map(|day| day.good).sum();
    let total: i64 = days.iter().map(|day| day.total).sum();
    let watched = days.iter().position(|day| day.total > 0).map_or(0, |first| days.len() - first);
    let young =
        if watched < days.len() { format!(", mới theo dõi {watched}/{} ngày", days.len()) } else { String::new() };
    match wilson(good, total) {
        None => format!("Chưa có lần đo nào trong {} ngày", days.len()),
        Some((low, high)) if total < few => format!(
            "{good}/{total} lần đo tốt, quá ít để ghi tỷ lệ (khoảng tin cậy 95 %: {} đến {}){young}",
            percent_vi(low),
            percent_vi(high)
        ),
        Some(_) => format!(
            "Sẵn sàng {} trong {} ngày, n = {} lần đo{young}",
            percent_vi(number(good) / number(total)),
            days.len(),
            number_vi(total)
        ),
    }
}

/// How the bar and its share are counted.
fn policy(parameters: &Parameters) -> Result<Vec<String>, ParameterError> {
    let (well, weak) = (parameters.number("bar_available_share")?, parameters.number("bar_degraded_share")?);
    Ok(vec![
        "Một lần đo là tốt khi dịch vụ trả lời và đạt mọi điều kiện đã đặt. Tỷ lệ = lần tốt / (lần tốt + lỗi của dịch vụ), tính 24 giờ mỗi ngày, giờ Việt Nam."
            .to_owned(),
        "Không tính: lỗi không phải của dịch vụ (mạng của bên đo, tường chắn) và lần đo vắng. Bảo trì có kế hoạch vẫn tính ở đây; mức dịch vụ chỉ trừ bảo trì báo trước đủ ngày."
            .to_owned(),
        format!(
            "Một ngày là hoạt động khi tốt từ {}, chập chờn khi từ {}, thấp hơn là gián đoạn, hoặc bảo trì khi có lịch trong ngày.",
            percent_vi(well),
            percent_vi(weak)
        ),
    ])
}

/// An incident as a line: what does not answer, since when, why, what stands still.
///
/// # Errors
/// When the database fails.
pub async fn incident(state: &AppState, tx: &mut Tx, incident: &Incident, now: i64) -> Result<IncidentLine, Problem> {
    let names: Vec<String> =
        board_store::member_names(tx, &incident.id).await?.into_iter().map(|(_, name)| name).collect();
    let affected = board_store::affected(tx, &incident.id).await?;
    let codes = board_store::some_procedures(tx, &incident.id, NAMED, 0).await?;
    let planned = incident.kind == "maintenance";
    let health = if planned { Health::Maintenance } else { Health::Down };
    let long = length_vi(incident.duration(now));
    Ok(IncidentLine {
        url: format!("/tinh-trang/su-co/{}", incident.id),
        title: title(&names, incident),
        class: health.class(),
        symbol: health.symbol(),
        severity: severity(&incident.severity, planned),
        time: match incident.ended_at {
            Some(end) => format!("{} đến {}, {long}", moment_vi(incident.started_at), moment_vi(end)),
            None => format!("từ {}, đã {long}", moment_vi(incident.started_at)),
        },
        cause: cause(incident, names.len()),
        affected: affected_text(affected),
        procedures: codes.iter().map(|code| procedure(state, code)).collect(),
    })
}

fn title(names: &[String], incident: &Incident) -> String {
    match names {
        [] => incident.cause.trim_start_matches("source:").to_owned(),
        [one] => one.clone(),
        [first, second] => format!("{first}, {second}"),
        [first, rest @ ..] => format!("{first} và {} dịch vụ khác", rest.len()),
    }
}

fn severity(stored: &str, planned: bool) -> &'static str {
    match stored {
        _ if planned => "bảo trì có kế hoạch",
        "critical" => "nghiêm trọng",
        "major" => "lớn",
        _ => "nhỏ",
    }
}

/// "Quá lâu không trả lời; các dịch vụ cùng máy chủ cong.example.vn."
fn cause(incident: &Incident, sources: usize) -> String {
    let shared = (sources > 1 && !incident.cause.starts_with("source:"))
        .then(|| format!("; các dịch vụ cùng máy chủ {}", incident.cause));
    let words = failure::of_word(&incident.failure);
    let mut letters = words.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}{}.", letters.as_str(), shared.unwrap_or_default())
}

/// How many procedures stand still.
#[must_use]
pub fn affected_text(affected: Affected) -> String {
    match affected {
        Affected::Every => "Ảnh hưởng mọi thủ tục".to_owned(),
        Affected::Some(0) => "Không có thủ tục nào bị ảnh hưởng".to_owned(),
        Affected::Some(count) => format!("Ảnh hưởng {} thủ tục", number_vi(count)),
    }
}

/// A procedure by its name, where search knows it.
#[must_use]
pub fn procedure(state: &AppState, code: &str) -> Link {
    let snapshot = state.engine.snapshot();
    let name = snapshot.names.by_code.get(code).map(|at| snapshot.names.doc(*at).shown.name.clone());
    Link { label: name.unwrap_or_else(|| code.to_owned()), url: format!("/thu-tuc/{code}") }
}

/// A planned stop as a line.
#[must_use]
pub fn stop(listed: &Listed, rule: &NoticeRule, now: i64) -> StopLine {
    let row = &listed.maintenance;
    let running = row.starts_at <= now;
    StopLine {
        source: listed.source_name.clone(),
        now: running,
        time: if running {
            format!("đến {}", moment_vi(row.ends_at))
        } else {
            format!("từ {} đến {}", moment_vi(row.starts_at), moment_vi(row.ends_at))
        },
        reason: row.reason.clone(),
        notice: notice_text(&rule.judge(row)),
        link: row.link.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(good: i64, total: i64) -> Day {
        Day { at: 0, state: DayState::Available, good, total }
    }

    #[test]
    fn uptime_says_n_and_how_long_it_has_been_watched() {
        assert_eq!(uptime(&[day(0, 0), day(0, 0)], 100), "Chưa có lần đo nào trong 2 ngày");
        assert_eq!(
            uptime(&[day(999, 1_000), day(1_000, 1_000)], 100),
            "Sẵn sàng 99,95 % trong 2 ngày, n = 2.000 lần đo"
        );
        let young = uptime(&[day(0, 0), day(9, 10)], 100);
        assert!(young.starts_with("9/10 lần đo tốt, quá ít") && young.ends_with("mới theo dõi 1/2 ngày"), "{young}");
    }
}
