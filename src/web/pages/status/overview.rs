//! `/tinh-trang`: whether the services answer, in a sentence first; what is going on; every service with its last days.

use std::cmp::Reverse;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::lines::{self, IncidentLine, ServiceLine, StopLine, health};
use crate::monitor::incident::board::{self, Service};
use crate::monitor::incident::board_store::{self, Filter};
use crate::monitor::maintenance::list_store;
use crate::monitor::maintenance::rule::NoticeRule;
use crate::monitor::parameters::{ParameterError, Parameters};
use crate::platform::db::Tx;
use crate::platform::problem::Problem;
use crate::web::format::{moment_vi, number_vi};
use crate::web::given;
use crate::web::listing::Listing;
use crate::web::pages::bar::{Health, Legend, legend};
use crate::web::pages::{frame, message, render};
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::Visitor;

const PATH: &str = "/tinh-trang";
/// Incidents that are open, shown at most.
const OPEN: i64 = 50;
/// Incidents that are over, shown.
const RECENT: i64 = 10;
/// Planned stops shown.
const STOPS: i64 = 50;

/// The page.
#[derive(Debug, Template)]
#[template(path = "status.html")]
struct StatusPage {
    frame: Frame,
    class: &'static str,
    symbol: &'static str,
    headline: String,
    counts: String,
    seen_at: String,
    one: bool,
    open: Vec<IncidentLine>,
    stops: Vec<StopLine>,
    services: Vec<ServiceLine>,
    legend: Vec<Legend>,
    recent: Vec<IncidentLine>,
    rule: String,
    next_url: Option<String>,
}

/// The state of the services.
pub async fn page(State(state): State<AppState>, visitor: Visitor, RawQuery(raw): RawQuery) -> Response {
    match build(&state, &visitor, raw.as_deref()).await {
        Ok(page) => render(StatusCode::OK, &page),
        Err(problem) => message::of(&state, &visitor, &problem, ""),
    }
}

/// A parameter of law or policy that is missing, as an answer.
#[must_use]
pub fn internal(error: &ParameterError) -> Problem {
    Problem::internal(error)
}

async fn build(state: &AppState, visitor: &Visitor, raw: Option<&str>) -> Result<StatusPage, Problem> {
    let listing = Listing::read(raw, &["source"], true)?;
    let source = listing.value("source");
    let now = state.clock.now();
    let at = now.as_millisecond();
    let mut tx = state.db.read().await?;
    let mut all = board::services(&mut tx, now).await?;
    all.retain(|service| source.is_empty() || service.id == source);
    all.sort_by_key(|service| Reverse(rank(health(service.live))));
    let (headline, worst) = headline(&all);
    let counts = counts(&all);
    let total = all.len();
    let page: Vec<Service> = all.into_iter().skip(listing.offset).take(listing.limit).collect();
    let next = given::next_cursor(&listing.given, listing.offset + listing.limit, total);
    let open = incidents(state, &mut tx, Filter { source, state: "open", ..Filter::default() }, OPEN).await?;
    let recent = incidents(state, &mut tx, Filter { source, state: "closed", ..Filter::default() }, RECENT).await?;
    Ok(StatusPage {
        frame: frame(state, visitor, false),
        class: worst.class(),
        symbol: worst.symbol(),
        headline,
        counts,
        seen_at: moment_vi(at),
        one: !source.is_empty(),
        open,
        stops: stops(&mut tx, source, at).await?,
        services: services(&mut tx, &page, now).await?,
        legend: legend(),
        recent,
        rule: rule(&Parameters::at(&mut tx, now).await?).map_err(|error| internal(&error))?,
        next_url: next.map(|cursor| listing.address(PATH, &cursor)),
    })
}

/// When an incident opens and closes.
fn rule(parameters: &Parameters) -> Result<String, ParameterError> {
    Ok(format!(
        "Dịch vụ được hỏi theo nhịp; {} lần lỗi liền nhau mở một sự cố, {} lần tốt liền nhau đóng lại.",
        parameters.count("incident_opens_after")?,
        parameters.count("incident_closes_after")?
    ))
}

/// What is worst comes first.
fn rank(health: Health) -> u8 {
    match health {
        Health::Down => 4,
        Health::Degraded => 3,
        Health::Maintenance => 2,
        Health::Unknown => 1,
        Health::Available => 0,
    }
}

fn count(all: &[Service], of: Health) -> usize {
    all.iter().filter(|service| health(service.live) == of).count()
}

/// The state of all services in a sentence, and what is worst among them.
fn headline(all: &[Service]) -> (String, Health) {
    let of = |health: Health| count(all, health);
    let (down, weak, planned, unknown) =
        (of(Health::Down), of(Health::Degraded), of(Health::Maintenance), of(Health::Unknown));
    if all.is_empty() {
        return ("Chưa theo dõi dịch vụ nào".to_owned(), Health::Unknown);
    }
    if down > 0 {
        let weak = if weak > 0 { format!(", {weak} dịch vụ chập chờn") } else { String::new() };
        return (format!("{down} dịch vụ gián đoạn{weak}"), Health::Down);
    }
    if weak > 0 {
        return (format!("{weak} dịch vụ chập chờn"), Health::Degraded);
    }
    if unknown == all.len() {
        return ("Chưa có số liệu mới về dịch vụ nào".to_owned(), Health::Unknown);
    }
    if planned > 0 {
        return (format!("{planned} dịch vụ đang bảo trì, không có dịch vụ gián đoạn"), Health::Maintenance);
    }
    if unknown > 0 {
        return ("Mọi dịch vụ có số liệu đang hoạt động".to_owned(), Health::Available);
    }
    ("Mọi dịch vụ đang hoạt động".to_owned(), Health::Available)
}

/// How many services are in each state.
fn counts(all: &[Service]) -> String {
    let one = |health: Health| {
        let n = count(all, health);
        (n > 0).then(|| format!("{} {}", number_vi(i64::try_from(n).unwrap_or(i64::MAX)), health.word()))
    };
    Health::ALL.into_iter().filter_map(one).collect::<Vec<_>>().join(", ")
}

async fn incidents(
    state: &AppState,
    tx: &mut Tx,
    filter: Filter<'_>,
    limit: i64,
) -> Result<Vec<IncidentLine>, Problem> {
    let now = state.clock.now().as_millisecond();
    let mut all = Vec::new();
    for incident in board_store::incidents(tx, filter, limit, 0).await? {
        all.push(lines::incident(state, tx, &incident, now).await?);
    }
    Ok(all)
}

/// Planned stops that run or are to come, soonest first.
async fn stops(tx: &mut Tx, source: &str, now: i64) -> Result<Vec<StopLine>, Problem> {
    let mut rows = list_store::list(tx, source, now, STOPS, 0).await?;
    rows.retain(|row| row.maintenance.cancelled_at.is_none());
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let rule = NoticeRule::load(tx).await?;
    Ok(rows.iter().rev().map(|row| lines::stop(row, &rule, now)).collect())
}

async fn services(tx: &mut Tx, page: &[Service], now: jiff::Timestamp) -> Result<Vec<ServiceLine>, Problem> {
    let failed = |error: ParameterError| internal(&error);
    let parameters = Parameters::at(tx, now).await?;
    let days = board::days(tx, page, lines::DAYS, now).await.map_err(failed)?;
    let at = now.as_millisecond();
    page.iter()
        .zip(&days)
        .map(|(service, days)| lines::service(service, days, &parameters, at).map_err(failed))
        .collect()
}
