//! What is known of the judged services, in Prometheus' text form. Labels are identifiers, and so many at most.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;

use super::incident::follow_store;
use super::incident::model::Phase;
use super::incident::store as incident_store;
use super::notify::delivery_store;
use super::parameters::{ParameterError, Parameters};
use super::poll::store as poll_store;
use super::service_level::interval::number;
use super::service_level::model::Definition;
use super::service_level::report::Report;
use super::service_level::report_store;
use crate::platform::db::Tx;
use crate::platform::{jobs, word};

/// Families of figures: name and what it means, in the order they are written.
const FAMILIES: [(&str, &str); 15] = [
    ("toantrinh_service_level_objective", "Share that must be good"),
    ("toantrinh_service_level_sli", "Share that was good in the window; absent without data"),
    ("toantrinh_service_level_budget_left_ratio", "Share of the error budget that is left, below 0 when overspent"),
    ("toantrinh_service_level_burn_rate", "Pace at which the budget burns, 1 being what is allowed"),
    ("toantrinh_service_level_burn_factor", "Pace above which the rule holds when both windows burn faster"),
    ("toantrinh_service_level_burning", "1 while the rule holds, few events considered; absent when nobody can tell"),
    ("toantrinh_service_level_absent_samples", "Values of the window that should have come and did not"),
    ("toantrinh_service_level_silent", "1 while nothing comes that counts; absent where nothing can be expected"),
    ("toantrinh_source_up", "1 while the source answers, 0 within an incident or a planned stop that shows"),
    ("toantrinh_source_last_success_timestamp_seconds", "Time of the last good poll"),
    ("toantrinh_source_interval_seconds", "Time from one poll to the next; absent for sources that are switched off"),
    ("toantrinh_incidents_open", "Open incidents, and planned stops that show"),
    ("toantrinh_deliveries", "Letters and webhooks by state"),
    ("toantrinh_jobs", "Jobs by state"),
    ("toantrinh_metric_labels_dropped", "Service levels and sources left out to keep the number of labels bounded"),
];

/// States of jobs and deliveries; each is told, at 0 too.
const STATES: [&str; 4] = ["ready", "running", "done", "dead"];

/// Lines of each family.
#[derive(Debug, Default)]
struct Lines(BTreeMap<&'static str, Vec<String>>);

impl Lines {
    fn add(&mut self, family: &'static str, labels: &[(&str, &str)], value: f64) {
        let label = |(name, value): &(&str, &str)| format!("{name}=\"{}\"", escaped(value));
        let labels: Vec<String> = labels.iter().map(label).collect();
        self.0.entry(family).or_default().push(format!("{family}{{{}}} {value}", labels.join(",")));
    }

    fn text(self) -> String {
        let mut out = String::new();
        for (family, help) in FAMILIES {
            let Some(lines) = self.0.get(family) else { continue };
            // Writing to a string cannot fail.
            let _ = writeln!(out, "# HELP {family} {help}\n# TYPE {family} gauge");
            for line in lines {
                let _ = writeln!(out, "{line}");
            }
        }
        out
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// The figures of service levels, sources, incidents, letters and jobs. Service levels come before sources where there are
/// more than the parameter `metric_labels` allows; what is left out is counted.
///
/// # Errors
/// When the database fails or a parameter is missing.
pub async fn render(tx: &mut Tx, now: Timestamp) -> Result<String, ParameterError> {
    let most = i64::from(Parameters::at(tx, now).await?.count("metric_labels")?);
    let mut lines = Lines::default();
    let (levels, count) = report_store::all(tx, most).await?;
    for (definition, report) in &levels {
        level(&mut lines, definition, report.as_ref());
    }
    let shown = i64::try_from(levels.len()).unwrap_or(i64::MAX);
    lines.add("toantrinh_metric_labels_dropped", &[("of", "service_level")], number(count - shown));
    let room = usize::try_from((most - shown).max(0)).unwrap_or(0);
    let sources = sources(tx).await?;
    for (id, known) in sources.iter().take(room) {
        source(&mut lines, id, known);
    }
    let dropped = number(i64::try_from(sources.len().saturating_sub(room)).unwrap_or(i64::MAX));
    lines.add("toantrinh_metric_labels_dropped", &[("of", "source")], dropped);
    let open = incident_store::count_open(tx).await?;
    for kind in ["incident", "maintenance"] {
        for severity in ["critical", "major", "minor"] {
            let is = |row: &&(String, String, i64)| row.0 == kind && row.1 == severity;
            let count = open.iter().find(is).map_or(0, |row| row.2);
            lines.add("toantrinh_incidents_open", &[("kind", kind), ("severity", severity)], number(count));
        }
    }
    states(&mut lines, "toantrinh_deliveries", &delivery_store::states(tx).await?);
    states(&mut lines, "toantrinh_jobs", &jobs::states(tx).await?);
    Ok(lines.text())
}

/// What is known of a source. Times are milliseconds.
#[derive(Debug, Default)]
struct Known {
    up: Option<bool>,
    good_at: Option<i64>,
    every: Option<i64>,
}

/// Every source by its identifier: probes as incidents follow them, and whatever else is asked.
async fn sources(tx: &mut Tx) -> Result<BTreeMap<String, Known>, sqlx::Error> {
    let mut all: BTreeMap<String, Known> = BTreeMap::new();
    for one in poll_store::rhythms(tx).await? {
        all.insert(one.source_id, Known { up: None, good_at: one.last_good_at, every: Some(one.every_ms) });
    }
    for follower in follow_store::all(tx).await? {
        let up = !matches!(follower.machine().phase, Phase::Down | Phase::Recovering);
        let known = all.entry(follower.source_id).or_default();
        known.up = follower.judged_at.map(|_| up);
        known.good_at = follower.good_at.or(known.good_at);
    }
    Ok(all)
}

fn source(lines: &mut Lines, id: &str, known: &Known) {
    let source = [("source", id)];
    if let Some(up) = known.up {
        lines.add("toantrinh_source_up", &source, f64::from(u8::from(up)));
    }
    if let Some(at) = known.good_at {
        lines.add("toantrinh_source_last_success_timestamp_seconds", &source, number(at) / 1_000.0);
    }
    if let Some(every) = known.every {
        lines.add("toantrinh_source_interval_seconds", &source, number(every) / 1_000.0);
    }
}

fn states(lines: &mut Lines, family: &'static str, found: &[(String, i64)]) {
    for state in STATES {
        let count = found.iter().find(|(word, _)| word == state).map_or(0, |(_, count)| *count);
        lines.add(family, &[("state", state)], number(count));
    }
}

fn level(lines: &mut Lines, d: &Definition, report: Option<&Report>) {
    let id = ("service_level", d.id.as_str());
    lines.add("toantrinh_service_level_objective", &[id], d.objective);
    let Some(report) = report else { return };
    if let Some(share) = report.counts.share() {
        lines.add("toantrinh_service_level_sli", &[id], share);
    }
    if let Some(budget) = &report.budget {
        lines.add("toantrinh_service_level_budget_left_ratio", &[id], budget.left_share);
    }
    if let Some(absent) = report.counts.absent {
        lines.add("toantrinh_service_level_absent_samples", &[id], number(absent));
    }
    // Of sources that are all switched off nothing is owed: no alert stands then.
    if let Some(silence) = &report.silence {
        let silent = silence.holds && !report.off;
        lines.add("toantrinh_service_level_silent", &[id], f64::from(u8::from(silent)));
    }
    for burn in &report.burn {
        let rule = ("rule", burn.rule.name.as_str());
        let severity = word::of(&burn.rule.severity);
        lines.add("toantrinh_service_level_burn_factor", &[id, rule, ("severity", &severity)], burn.rule.factor);
        if let Some(holds) = burn.holds {
            let burning = holds && !report.off;
            lines.add("toantrinh_service_level_burning", &[id, rule], f64::from(u8::from(burning)));
        }
        for (minutes, pace) in [(burn.rule.long_minutes, burn.long), (burn.rule.short_minutes, burn.short)] {
            let window = format!("{minutes}m");
            if let Some(pace) = pace {
                lines.add("toantrinh_service_level_burn_rate", &[id, rule, ("window", &window)], pace);
            }
        }
    }
}
