//! `/muc-dich-vu/{id}`: the error budget of a service level, and everything it rests on.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::words::{self, Mark};
use crate::monitor::maintenance::list_store as maintenance_list;
use crate::monitor::maintenance::rule::NoticeRule;
use crate::monitor::service_level::alert_store::{self, Alert};
use crate::monitor::service_level::budget::Budget;
use crate::monitor::service_level::burn::Burn;
use crate::monitor::service_level::list_store::Listed;
use crate::monitor::service_level::model::{Severity, Standing};
use crate::monitor::service_level::policy::pace;
use crate::monitor::service_level::report::Report;
use crate::monitor::service_level::report_store::{self, Month};
use crate::monitor::service_level::version_store::{self, Version};
use crate::platform::db::Tx;
use crate::platform::problem::Problem;
use crate::platform::word;
use crate::web::api::service_levels::{find, policy, problem};
use crate::web::format::{date_vi, decimal_vi, length_vi, moment_vi, number_vi, percent_vi};
use crate::web::pages::maintenance::notice_text;
use crate::web::pages::{frame, message, render};
use crate::web::routes::KEEPERS;
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::Visitor;

/// Alerts shown.
const ALERTS: i64 = 20;
/// Months shown.
const MONTHS: i64 = 13;
/// Planned stops shown.
const STOPS: i64 = 20;

/// The page.
#[derive(Debug, Template)]
#[template(path = "service_level.html")]
struct BudgetPage {
    frame: Frame,
    id: String,
    name: String,
    facts: Vec<String>,
    mark: Mark,
    finding: String,
    figures: Vec<(String, &'static str, String)>,
    remarks: Vec<String>,
    silence: Option<String>,
    bar: Option<BudgetBar>,
    counts: Vec<(&'static str, String, &'static str)>,
    burns: Vec<BurnLine>,
    alerts: Vec<AlertLine>,
    months: Vec<MonthLine>,
    stops: Vec<String>,
    policy: Vec<String>,
    versions: Vec<String>,
    source_url: Option<String>,
    may_keep: bool,
}

/// The budget as a bar.
#[derive(Debug)]
struct BudgetBar {
    spent: String,
    over: bool,
    label: String,
    lines: Vec<String>,
}

/// A burn rate.
#[derive(Debug)]
struct BurnLine {
    name: String,
    limit: String,
    long: String,
    short: String,
    word: &'static str,
    class: &'static str,
    note: &'static str,
}

/// An alert.
#[derive(Debug)]
struct AlertLine {
    kind: &'static str,
    severity: &'static str,
    time: String,
    detail: String,
    open: bool,
}

/// A full month.
#[derive(Debug)]
struct MonthLine {
    month: String,
    share: String,
    counts: String,
    objective: String,
    mark: Mark,
    version: i64,
}

/// The budget of a service level.
pub async fn page(State(state): State<AppState>, visitor: Visitor, Path(id): Path<String>) -> Response {
    match build(&state, &visitor, &id).await {
        Ok(page) => render(StatusCode::OK, &page),
        Err(problem) => message::of(&state, &visitor, &problem, ""),
    }
}

async fn build(state: &AppState, visitor: &Visitor, id: &str) -> Result<BudgetPage, Problem> {
    let now = state.clock.now();
    let mut tx = state.db.read().await?;
    let listed = find(&mut tx, id).await?;
    let d = &listed.definition;
    let policy = policy(&mut tx, d, now).await?;
    let alerts = alert_store::history(&mut tx, id, ALERTS).await?;
    let months = report_store::months(&mut tx, id, MONTHS).await?;
    let versions = version_store::versions(&mut tx, id).await.map_err(problem)?;
    let report = listed.report.as_ref();
    let mut facts = vec![d.indicator.name().to_owned(), words::scope(&listed), format!("phụ trách: {}", d.owner)];
    facts.retain(|fact| !fact.is_empty());
    Ok(BudgetPage {
        frame: frame(state, visitor, false),
        id: id.to_owned(),
        name: d.name.clone(),
        facts,
        mark: words::mark(&listed),
        finding: finding(&listed),
        figures: figures(&listed),
        remarks: report.map(remarks).unwrap_or_default(),
        silence: report.and_then(|report| report.silence.as_ref()).and_then(words::silence),
        bar: report.and_then(|report| Some(bar(report.budget.as_ref()?, report, &listed))),
        counts: report.map(|report| words::counts(&report.counts, d)).unwrap_or_default(),
        burns: report.map(|report| report.burn.iter().map(burn).collect()).unwrap_or_default(),
        alerts: alerts.iter().map(alert).collect(),
        months: months.iter().map(month).collect(),
        stops: stops(&mut tx, report, &d.scope.source).await?,
        policy,
        versions: versions.iter().rev().map(version).collect(),
        source_url: (!d.scope.source.is_empty()).then(|| format!("/tinh-trang?source={}", d.scope.source)),
        may_keep: visitor.actor.as_ref().is_some_and(|actor| actor.has_any(KEEPERS)),
    })
}

fn finding(listed: &Listed) -> String {
    let d = &listed.definition;
    let Some(report) = &listed.report else {
        let wait = "Chưa tính lần nào; kết quả có sau vài phút, khi có số liệu.";
        return if listed.enabled {
            wait.to_owned()
        } else {
            "Mức này đang tắt, không được tính.".to_owned()
        };
    };
    let measured = match report.standing {
        Standing::NoData => return format!("Không có dữ liệu trong {}.", words::window(d.window)),
        _ => words::share(&report.sli),
    };
    let said = match report.standing {
        Standing::Met => "đạt",
        Standing::Missed => "không đạt",
        _ => "chưa đủ mẫu để kết luận",
    };
    format!("Đo được {measured} trong {}, mục tiêu {}: {said}.", words::window(d.window), percent_vi(d.objective))
}

fn figures(listed: &Listed) -> Vec<(String, &'static str, String)> {
    let d = &listed.definition;
    let mut all = vec![(percent_vi(d.objective), "mục tiêu", words::window(d.window))];
    let Some(report) = &listed.report else { return all };
    let span = format!("{} – {}", date_vi(report.span.from), moment_vi(report.span.to));
    all.push((words::share(&report.sli), "đo được", span));
    all.push((words::left(report), "mức lỗi cho phép", format!("n = {}", number_vi(report.counts.total()))));
    let days = report.days;
    all.push((format!("{}/{} ngày", days.watched, days.of), "đã theo dõi", "kể từ số liệu đầu tiên".to_owned()));
    all
}

fn remarks(report: &Report) -> Vec<String> {
    let mut all: Vec<String> =
        words::youth(report).into_iter().chain(words::interval(&report.sli, report.few)).collect();
    if report.sources > 1 {
        all.push(format!("Lấy nguồn kém nhất trong {} nguồn: {}.", report.sources, report.source));
    }
    if report.provisional {
        all.push("Tạm tính: một số ngày thuộc năm chưa công bố lịch nghỉ.".to_owned());
    }
    all
}

fn bar(budget: &Budget, report: &Report, listed: &Listed) -> BudgetBar {
    let events = &budget.events;
    let amount = |n: f64| decimal_vi(n, 1);
    let over = budget.left_share < 0.0;
    let rest = |left: f64, text: String| if left < 0.0 { format!("vượt {text}") } else { format!("còn {text}") };
    let mut lines = vec![format!(
        "Trong {} lần, được phép {} lần không đạt; đã có {}; {} lần ({} %).",
        number_vi(report.counts.total()),
        amount(events.total),
        amount(events.spent),
        rest(events.left, amount(events.left.abs())),
        amount(budget.left_share.abs() * 100.0),
    )];
    if listed.definition.indicator.is_polled() {
        let minutes = &budget.minutes;
        lines.push(format!(
            "Quy ra thời gian của cả cửa sổ: được phép {}, đã dùng {}, {}.",
            span(minutes.total),
            span(minutes.spent),
            rest(minutes.left, span(minutes.left.abs())),
        ));
    }
    let spent = (1.0 - budget.left_share).clamp(0.0, 1.0) * 100.0;
    BudgetBar { spent: format!("{spent:.1}"), over, label: lines[0].clone(), lines }
}

/// Minutes in words.
#[expect(clippy::cast_possible_truncation, reason = "minutes of a window of at most a year")]
fn span(minutes: f64) -> String {
    if minutes <= 0.0 { "0 phút".to_owned() } else { length_vi((minutes * 60_000.0) as i64) }
}

fn burn(burn: &Burn) -> BurnLine {
    let rule = &burn.rule;
    let minutes = |minutes: u32| length_vi(i64::from(minutes) * 60_000);
    let (class, word) = match burn.holds {
        Some(true) => ("down", "vượt ngưỡng"),
        Some(false) => ("up", "trong mức"),
        None => ("nodata", "không có dữ liệu"),
    };
    let not_needed = burn.long.is_none() && burn.holds == Some(false);
    BurnLine {
        name: format!("{} và {}", minutes(rule.long_minutes), minutes(rule.short_minutes)),
        limit: pace(Some(rule.factor)),
        long: if not_needed { "không cần xét".to_owned() } else { pace(burn.long) },
        short: pace(burn.short),
        word,
        class,
        note: if burn.widened { "nới theo nhịp đo" } else { "" },
    }
}

fn alert(alert: &Alert) -> AlertLine {
    let kind = if alert.kind == "absent" { "Vắng số liệu" } else { "Tiêu mức lỗi cho phép quá nhanh" };
    let urgent = word::read::<Severity>(&alert.severity) == Some(Severity::Urgent);
    let since = moment_vi(alert.opened_at.unwrap_or(alert.since));
    let time = match alert.resolved_at {
        Some(until) => format!("{since} đến {}", moment_vi(until)),
        None => format!("từ {since}, chưa hết"),
    };
    AlertLine {
        kind,
        severity: if urgent { "khẩn" } else { "trong giờ làm việc" },
        time,
        detail: alert.detail.clone(),
        open: alert.resolved_at.is_none(),
    }
}

fn month(month: &Month) -> MonthLine {
    let total = month.good + month.bad;
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    let share = (total > 0).then(|| month.good as f64 / total as f64);
    let name = month.month.split_once('-').map_or_else(|| month.month.clone(), |(y, m)| format!("{m}/{y}"));
    MonthLine {
        month: name,
        share: share.map_or_else(|| "–".to_owned(), percent_vi),
        counts: format!("{}/{}", number_vi(month.good), number_vi(total)),
        objective: percent_vi(month.objective),
        mark: words::standing_mark(word::read(&month.standing).unwrap_or(Standing::NoData)),
        version: month.version,
    }
}

/// Planned stops: what was left out, what was counted, and each stop of the window.
async fn stops(tx: &mut Tx, report: Option<&Report>, source: &str) -> Result<Vec<String>, Problem> {
    let Some(report) = report else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    let minutes = |n: i64| length_vi(n * 60_000);
    if report.stops.left_out > 0 {
        all.push(format!("{} bảo trì báo trước đủ ngày, không tính.", minutes(report.stops.left_out)));
    }
    if report.stops.counted > 0 {
        all.push(format!("{} bảo trì báo muộn hoặc không được trừ, vẫn tính.", minutes(report.stops.counted)));
    }
    let source = if source.is_empty() { report.source.as_str() } else { source };
    if source.is_empty() {
        return Ok(all);
    }
    let rule = NoticeRule::load(tx).await?;
    let rows = maintenance_list::list(tx, source, report.span.from, STOPS, 0).await?;
    for row in rows.iter().map(|row| &row.maintenance).filter(|row| row.cancelled_at.is_none()) {
        let (from, to) = (moment_vi(row.starts_at), moment_vi(row.ends_at));
        all.push(format!("{from} đến {to}: {}. {}", row.reason, notice_text(&rule.judge(row))));
    }
    Ok(all)
}

fn version(version: &Version) -> String {
    let off = if version.enabled { "" } else { ", tắt" };
    format!(
        "Bản {} từ {}: {}{off}",
        version.version,
        moment_vi(version.valid_from),
        words::objective(&version.definition)
    )
}
