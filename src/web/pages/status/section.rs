//! The part of a procedure's page that says whether what it needs answers now, and did on the last days.

use jiff::Timestamp;

use super::lines;
use crate::monitor::incident::board::{self, Day, Service};
use crate::monitor::incident::live::{Live, together};
use crate::monitor::parameters::{ParameterError, Parameters};
use crate::platform::db::Tx;
use crate::web::format::moment_vi;
use crate::web::pages::bar::{Bar, Health, Legend, legend};

/// What is known of the services of a procedure.
#[derive(Debug, Clone)]
pub struct Known {
    /// How they are together.
    pub live: Live,
    /// Each of them.
    pub services: Vec<Service>,
    /// The last days: of each the service that did worst.
    pub days: Vec<Day>,
    parameters: Parameters,
    at: i64,
}

/// The section.
#[derive(Debug, Clone)]
pub struct StatusSection {
    /// Class in the style sheet.
    pub class: &'static str,
    /// Shape.
    pub symbol: &'static str,
    /// Word.
    pub word: &'static str,
    /// Since when, until when.
    pub detail: String,
    /// Each service, where there are several.
    pub services: Vec<ServiceState>,
    /// The last days.
    pub bar: Bar,
    /// What the shapes of the bar mean.
    pub legend: Vec<Legend>,
    /// A warning for the answer block, when it cannot be used now.
    pub warning: Option<String>,
}

/// A service of several.
#[derive(Debug, Clone)]
pub struct ServiceState {
    /// Its name.
    pub name: String,
    /// Where its own days are.
    pub url: String,
    /// Class in the style sheet.
    pub class: &'static str,
    /// Shape.
    pub symbol: &'static str,
    /// Word, since when, why.
    pub text: String,
}

/// Reads what is known of the services of a procedure; `None` when none is watched.
///
/// # Errors
/// When the database fails or a parameter is missing.
pub async fn read(tx: &mut Tx, code: &str, now: Timestamp) -> Result<Option<Known>, ParameterError> {
    let services = board::of_procedure(tx, code, now).await?;
    if services.is_empty() {
        return Ok(None);
    }
    let live: Vec<Live> = services.iter().map(|service| service.live).collect();
    let days = board::days(tx, &services, lines::DAYS, now).await?;
    let days = board::worst(&days);
    let parameters = Parameters::at(tx, now).await?;
    Ok(Some(Known { live: together(&live), services, days, parameters, at: now.as_millisecond() }))
}

/// The section.
///
/// # Errors
/// When a parameter is missing.
pub fn section(known: &Known) -> Result<StatusSection, ParameterError> {
    let health = lines::health(known.live);
    let several = known.services.len() > 1;
    let state = |service: &Service| {
        let health = lines::health(service.live);
        let detail = lines::detail(service, known.at);
        let rest = if detail.is_empty() { String::new() } else { format!(", {detail}") };
        ServiceState {
            name: service.name.clone(),
            url: format!("/tinh-trang?source={}", service.id),
            class: health.class(),
            symbol: health.symbol(),
            text: format!("{}{rest}", health.word()),
        }
    };
    let name = if several { "các dịch vụ của thủ tục" } else { known.services[0].name.as_str() };
    Ok(StatusSection {
        class: health.class(),
        symbol: health.symbol(),
        word: health.word(),
        detail: if several { whole(known.live) } else { lines::detail(&known.services[0], known.at) },
        services: known.services.iter().map(state).collect(),
        bar: lines::bar(name, &known.days, &known.parameters)?,
        legend: legend(),
        warning: warning(known),
    })
}

fn whole(live: Live) -> String {
    match live {
        Live::Available => String::new(),
        Live::Degraded { since } | Live::Down { since } => format!("từ {}", moment_vi(since)),
        Live::Maintenance { until } => format!("đến {}", moment_vi(until)),
        Live::Unknown { last: Some(last) } => format!("chưa có số liệu mới từ {}", moment_vi(last)),
        Live::Unknown { last: None } => "chưa có số liệu nào".to_owned(),
    }
}

/// What somebody must know before they begin. What is down comes before what stands still as planned: nobody knows when
/// it is back.
fn warning(known: &Known) -> Option<String> {
    let all = known.services.iter().map(|service| service.live);
    let down = all.clone().filter_map(|live| if let Live::Down { since } = live { Some(since) } else { None });
    let (since, count) = (down.clone().min(), down.count());
    let stop = all.filter_map(|live| if let Live::Maintenance { until } = live { Some(until) } else { None }).max();
    let mut parts = Vec::new();
    if let Some(since) = since {
        let what = if count == known.services.len() { "Dịch vụ" } else { "Một phần dịch vụ" };
        parts.push(format!("○ {what} nộp trực tuyến đang gián đoạn từ {}.", moment_vi(since)));
    }
    if let Some(until) = stop {
        let what = if known.services.len() == 1 { "Dịch vụ" } else { "Một phần dịch vụ" };
        parts.push(format!("◔ {what} nộp trực tuyến đang bảo trì đến {}.", moment_vi(until)));
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// How a procedure's services are, for programs.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct StatusView {
    /// `available`, `degraded`, `down`, `maintenance` or `unknown`.
    pub state: &'static str,
    /// Since when, UTC; of `degraded` and `down`.
    pub since: Option<String>,
    /// Until when, UTC; of `maintenance`.
    pub until: Option<String>,
    /// The last poll that showed anything, UTC; of `unknown`.
    pub last: Option<String>,
    /// The sources that were looked at.
    pub sources: Vec<String>,
    /// Good polls of the last 90 days, of each day the source that did worst.
    pub good: i64,
    /// Polls that count of the last 90 days: good ones and failures of the service.
    pub total: i64,
    /// `good / total`; `null` when nothing was measured.
    pub uptime: Option<f64>,
}

impl StatusView {
    /// What is known, for programs.
    #[must_use]
    pub fn of(known: &Known) -> Self {
        use crate::web::format::iso;
        let good: i64 = known.days.iter().map(|day| day.good).sum();
        let total: i64 = known.days.iter().map(|day| day.total).sum();
        let since = match known.live {
            Live::Degraded { since } | Live::Down { since } => Some(iso(since)),
            _ => None,
        };
        let until = if let Live::Maintenance { until } = known.live { Some(iso(until)) } else { None };
        let last = if let Live::Unknown { last } = known.live { last.map(iso) } else { None };
        let number = crate::monitor::service_level::interval::number;
        Self {
            state: match lines::health(known.live) {
                Health::Available => "available",
                Health::Degraded => "degraded",
                Health::Down => "down",
                Health::Maintenance => "maintenance",
                Health::Unknown => "unknown",
            },
            since,
            until,
            last,
            sources: known.services.iter().map(|service| service.id.clone()).collect(),
            good,
            total,
            uptime: (total > 0).then(|| number(good) / number(total)),
        }
    }
}
