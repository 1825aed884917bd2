//! Reads what was measured and makes a report of it: which time counts, what came in it, which source did worst.

use super::alarm;
use super::budget;
use super::came::counts;
use super::line::{self, Line};
use super::model::{Definition, Hours};
use super::report::{Days, Report, Stops};
use super::window::{self, Span};
use crate::monitor::maintenance::model::{days_on, notice};
use crate::monitor::maintenance::store as maintenance_store;
use crate::monitor::observation::model::{DAY, Step};
use crate::monitor::parameters::Parameters;
use crate::monitor::service_level::model::BurnRule;
use crate::monitor::service_level::store::ServiceLevelError;
use crate::platform::calendar::model::Calendar;
use crate::platform::db::Tx;

/// What every report needs: read once for all of them.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Days and hours of work.
    pub calendar: Calendar,
    /// Numbers of law and policy in force.
    pub parameters: Parameters,
    /// Alert rules in force.
    pub rules: Vec<BurnRule>,
    /// Dated rows of the working days of notice.
    pub notice: Vec<(String, f64)>,
}

/// A time as it counts for one source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// What counts.
    pub spans: Vec<Span>,
    /// Planned stops in it.
    pub stops: Stops,
    /// Counted with a year that is not loaded.
    pub provisional: bool,
}

/// A definition and the version it has.
#[derive(Debug, Clone, Copy)]
pub struct Versioned<'a> {
    /// What it is.
    pub definition: &'a Definition,
    /// Its number.
    pub version: i64,
}

/// The end of a time that is looked at: what people did is told by day, so it ends with the last full day.
fn end_of(d: &Definition, end: i64) -> i64 {
    if d.indicator.is_polled() { end } else { Step::Day.start(end) }
}

/// What a service level comes to in its window that ends at an instant on a step of five minutes.
///
/// # Errors
/// [`ServiceLevelError`]
pub async fn report(
    tx: &mut Tx,
    level: Versioned<'_>,
    end: i64,
    setting: &Setting,
) -> Result<Report, ServiceLevelError> {
    let d = level.definition;
    let end = end_of(d, end);
    let (span, whole) = (d.window.until(end), d.window.whole(end));
    let lines = line::lines(tx, d).await?;
    let mut report = of_lines(tx, level, &lines, (span, whole), setting).await?;
    report.burn = alarm::burns(tx, d, &lines, end, setting).await?;
    report.silence = alarm::silence(tx, d, &lines, end, setting).await?;
    report.off = d.indicator.is_polled() && !lines.is_empty() && lines.iter().all(|line| !line.on);
    Ok(report)
}

/// What a service level comes to in a time, without its alerts. `whole` is what the budget is for.
///
/// # Errors
/// [`ServiceLevelError`]
pub async fn of_span(
    tx: &mut Tx,
    level: Versioned<'_>,
    span: Span,
    whole: Span,
    setting: &Setting,
) -> Result<Report, ServiceLevelError> {
    let lines = line::lines(tx, level.definition).await?;
    of_lines(tx, level, &lines, (span, whole), setting).await
}

/// Of several sources the one with the smallest share of good is the report; one without figures only when all are.
async fn of_lines(
    tx: &mut Tx,
    level: Versioned<'_>,
    lines: &[Line],
    (span, whole): (Span, Span),
    setting: &Setting,
) -> Result<Report, ServiceLevelError> {
    let mut worst: Option<Report> = None;
    for line in lines {
        let report = of_line(tx, level, line, lines.len(), (span, whole), setting).await?;
        let share = |report: &Report| report.counts.share().unwrap_or(f64::INFINITY);
        if worst.as_ref().is_none_or(|worst| share(&report) < share(worst)) {
            worst = Some(report);
        }
    }
    match worst {
        Some(report) => Ok(report),
        None => of_line(tx, level, &Line::default(), 0, (span, whole), setting).await,
    }
}

async fn of_line(
    tx: &mut Tx,
    level: Versioned<'_>,
    line: &Line,
    sources: usize,
    (span, whole): (Span, Span),
    setting: &Setting,
) -> Result<Report, ServiceLevelError> {
    let d = level.definition;
    let few = d.counting.min_samples.map_or_else(|| setting.parameters.count("service_level_few"), Ok)?;
    let counted = counted(tx, d, line, span, setting).await?;
    let (counts, first) = counts(tx, d, line, &counted.spans, span).await?;
    let first = first.unwrap_or(span.to).clamp(span.from, span.to);
    let measured = window::minutes(&window::within(&counted.spans, Span::new(first, span.to)));
    let ahead = counted_hours(d, Span::new(span.to, whole.to), &setting.calendar).0;
    let whole_minutes = window::minutes(&counted.spans) + window::minutes(&ahead);
    Ok(Report {
        version: level.version,
        span,
        whole,
        counts,
        sli: budget::sli(&counts, few),
        standing: budget::standing(&counts, d.objective, few),
        budget: budget::budget(&counts, d.objective, whole_minutes, measured),
        few,
        days: Days { watched: (span.to - first) / DAY, of: span.length() / DAY },
        source: line.source_id.clone(),
        sources,
        stops: counted.stops,
        provisional: counted.provisional,
        burn: Vec::new(),
        silence: None,
        off: false,
    })
}

fn counted_hours(d: &Definition, span: Span, calendar: &Calendar) -> (Vec<Span>, bool) {
    match d.counting.hours {
        Hours::Always if span.is_empty() => (Vec::new(), false),
        Hours::Always => (vec![span], false),
        Hours::WorkingHours => window::working(span, calendar),
    }
}

/// The parts of a time that count for a source, by hours and planned stops.
///
/// # Errors
/// When the database fails.
pub async fn counted(
    tx: &mut Tx,
    d: &Definition,
    line: &Line,
    span: Span,
    setting: &Setting,
) -> Result<Counted, sqlx::Error> {
    let (spans, mut provisional) = counted_hours(d, span, &setting.calendar);
    let (mut left_out, mut marked) = (Vec::new(), Vec::new());
    if d.indicator.is_polled() && !line.source_id.is_empty() {
        for stop in maintenance_store::of_source(tx, &line.source_id, span.from, span.to).await? {
            let days = days_on(&setting.notice, &window::day_of(stop.starts_at).to_string());
            let judged = days.map(|days| notice(stop.announced_at, stop.starts_at, &setting.calendar, days));
            provisional |= judged.is_some_and(|judged| judged.provisional);
            let in_time = d.counting.exclude_maintenance && judged.is_some_and(|judged| judged.in_time);
            let kept = if in_time { &mut left_out } else { &mut marked };
            kept.push(Span::new(stop.starts_at, stop.ends_at));
        }
    }
    let before = window::minutes(&spans);
    let spans = window::without(spans, &left_out);
    let after = window::minutes(&spans);
    let unmarked = window::minutes(&window::without(spans.clone(), &marked));
    Ok(Counted { spans, stops: Stops { left_out: before - after, counted: after - unmarked }, provisional })
}
