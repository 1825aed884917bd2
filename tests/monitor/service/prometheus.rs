//! Shares and burn rates against the recording rules of a real Prometheus that has the same series.
//!
//! Edges: a window of ours holds the polls whose planned time lies from its beginning up to but without its end, both on
//! steps of five minutes. Prometheus' range selector takes both ends in. So the samples it gets lie half a minute after
//! the planned times: none lies on an edge, and both choose the same ones. Failures that are not the service's and
//! values that did not come are not written for it: they are outside the share on both sides.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use toantrinh::monitor::model::FailureKind;
use toantrinh::monitor::observation::model::{DAY, MINUTE, NewObservation};
use toantrinh::monitor::service_level::model::{Definition, Failures, Window};
use toantrinh::platform::db::Db;

use super::given::{at, availability, bad, good, measured, probe, take};
use crate::support::databases;
use crate::support::prometheus::{Prometheus, promtool};

#[derive(Debug, Clone, Copy)]
enum Came {
    Answer(f64),
    Failed,
    NotTheirs,
}

/// What came of the polls of a source, in spells of good and bad.
fn polls(seed: u64, from: i64, to: i64, every: i64) -> Vec<(i64, Came)> {
    let mut state = seed;
    let mut throw = |sides: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % sides
    };
    let mut all = Vec::new();
    let (mut slot, mut failing, mut left) = (from, false, 0);
    while slot < to {
        if left == 0 {
            failing = !failing && throw(3) == 0;
            left = 1 + throw(if failing { 12 } else { 120 });
        }
        left -= 1;
        let came = match throw(100) {
            0..3 => None,
            3..5 => Some(Came::NotTheirs),
            _ if failing => Some(Came::Failed),
            n => Some(Came::Answer([4.0, 40.0, 250.0, 300.0, 301.0, 900.0, 12_000.0][usize::try_from(n % 7).unwrap()])),
        };
        all.extend(came.map(|came| (slot, came)));
        slot += every;
    }
    all
}

fn rows(series: i64, polls: &[(i64, Came)]) -> Vec<NewObservation> {
    let row = |(slot, came): &(i64, Came)| match came {
        Came::Answer(ms) => good(series, *slot, *ms),
        Came::Failed => bad(series, *slot, FailureKind::Http5xx),
        Came::NotTheirs => bad(series, *slot, FailureKind::OwnNetworkDown),
    };
    polls.iter().map(row).collect()
}

/// The same as `OpenMetrics`: whether each poll was good, and counters of all, of answers, and of those within 300 ms.
fn open_metrics(source: &str, polls: &[(i64, Came)]) -> String {
    let mut families: [(&str, String); 4] =
        ["success", "polls", "answers", "fast"].map(|name| (name, format!("# TYPE {name} gauge\n")));
    let (mut count, mut answers, mut fast) = (0, 0, 0);
    for (slot, came) in polls {
        let good = match came {
            Came::NotTheirs => continue,
            Came::Failed => 0,
            Came::Answer(ms) => {
                answers += 1;
                fast += i64::from(*ms <= 300.0);
                1
            }
        };
        count += 1;
        let time = slot / 1_000 + 30;
        for ((name, text), value) in families.iter_mut().zip([good, count, answers, fast]) {
            writeln!(text, "{name}{{source=\"{source}\"}} {value} {time}").unwrap();
        }
    }
    families.into_iter().map(|(_, text)| text).collect::<String>() + "# EOF\n"
}

/// Turns a text of one source into blocks; `None`, said aloud, where there is no promtool. It reads the whole text once
/// for every two hours, so each source has a text of its own.
fn make_blocks(folder: &Path, data: &Path, text: &str) -> Option<()> {
    let input = folder.join("series.om");
    std::fs::write(&input, text).unwrap();
    let made = promtool(
        folder,
        &["tsdb", "create-blocks-from", "openmetrics", input.to_str().unwrap(), data.to_str().unwrap()],
    )?;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    Some(())
}

/// A Prometheus that has the series and evaluates the rules.
fn serve(folder: &Path, rules: &str) -> Prometheus {
    std::fs::write(folder.join("rules.yml"), rules).unwrap();
    let config = "global: {evaluation_interval: 1s}\nrule_files: [rules.yml]\n";
    std::fs::write(folder.join("prometheus.yml"), config).unwrap();
    Prometheus::start(folder)
}

/// A figure of ours, and the recording rule that computes the same.
struct Compared {
    place: String,
    ours: Option<f64>,
    /// With its instant, so that it gives the same whenever it is evaluated.
    expression: String,
}

/// The rule file; rule `n` records the expression of the figure `n`.
fn rules(all: &[Compared]) -> String {
    let mut text = "groups:\n- name: levels\n  rules:\n".to_owned();
    for (n, one) in all.iter().enumerate() {
        writeln!(text, "  - record: level:figure\n    labels: {{n: \"{n}\"}}\n    expr: '{}'", one.expression).unwrap();
    }
    text
}

/// What the rules recorded, by the number of the figure, once every rule was evaluated.
async fn recorded(prometheus: &Prometheus, count: usize) -> HashMap<usize, f64> {
    for _ in 0..600 {
        let rules = prometheus.rules().await;
        assert!(rules.iter().all(|(_, rule)| rule["health"] != "err"), "{rules:?}");
        if rules.len() == count && rules.iter().all(|(_, rule)| rule["health"] == "ok") {
            let number = |one: &Value| {
                Some((one["metric"]["n"].as_str()?.parse().ok()?, one["value"][1].as_str()?.parse().ok()?))
            };
            let all = prometheus.query("level:figure").await.unwrap();
            return all.iter().filter_map(number).filter(|(_, value): &(usize, f64)| !value.is_nan()).collect();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("Prometheus did not evaluate {count} rules in a minute");
}

fn same(ours: Option<f64>, theirs: Option<f64>, place: &str) {
    match (ours, theirs) {
        (None, None) => {}
        (Some(ours), Some(theirs)) => assert!((ours - theirs).abs() <= 1e-9, "{place}: {ours} and {theirs}"),
        _ => panic!("{place}: {ours:?} and {theirs:?}"),
    }
}

/// The mean of whether polls were good, in a window that ends at a second.
fn availability_until(source: &str, window: &str, end: i64) -> String {
    format!("avg_over_time(success{{source=\"{source}\"}}[{window}] @ {end})")
}

/// Growth of a counter in a window that ends at a second.
fn growth(counter: &str, source: &str, window: &str, end: i64) -> String {
    let last = format!("last_over_time({counter}{{source=\"{source}\"}}[1d] @ {end}");
    format!("({last}) - {last} offset {window}))")
}

fn latency(source: &str, days: u16, failures: Failures) -> Definition {
    let mut level = availability("l", source, "");
    level.indicator = toantrinh::monitor::service_level::model::Indicator::Latency;
    level.threshold_ms = Some(300.0);
    level.window = Window::Rolling { days };
    level.counting.failures = failures;
    level
}

/// Our figures of a source until an instant, each with its rule.
async fn figures(db: &Db, source: &str, days: u16, end: i64) -> Vec<Compared> {
    let mut level = availability("a", source, "");
    level.objective = 0.999;
    level.window = Window::Rolling { days };
    let report = measured(db, &level, end).await;
    let (at, window) = (end / 1_000, format!("{days}d"));
    let figure = |what: &str, ours, expression| {
        let place = format!("{what} of {source} until {end} on {}", db.kind());
        Compared { place, ours, expression }
    };
    let mut all = vec![figure("availability", report.counts.share(), availability_until(source, &window, at))];
    for burn in &report.burn {
        for (minutes, ours) in [(burn.rule.long_minutes, burn.long), (burn.rule.short_minutes, burn.short)] {
            let good = availability_until(source, &format!("{minutes}m"), at);
            all.push(figure(&format!("burn over {minutes} minutes"), ours, format!("(1 - {good}) / (1 - 0.999)")));
        }
    }
    for (failures, of) in [(Failures::Counted, "polls"), (Failures::LeftOut, "answers")] {
        let ours = measured(db, &latency(source, days, failures), end).await.counts.share();
        let share = format!("({}) / ({})", growth("fast", source, &window, at), growth(of, source, &window, at));
        all.push(figure("latency", ours, share));
    }
    all
}

#[tokio::test]
async fn shares_and_burn_rates_equal_the_recording_rules_of_a_real_prometheus() {
    let begin = at("2026-10-01T00:00");
    // One source each minute for eight days, one each five minutes for twenty.
    let sources = [("phut", MINUTE, 8, 5u16), ("nam-phut", 5 * MINUTE, 20, 14)];
    let series: Vec<_> = sources
        .iter()
        .zip([0x5EED_0001, 0x5EED_0002])
        .map(|((source, every, days, _), seed)| (*source, polls(seed, begin, begin + days * DAY, *every)))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    for (source, polls) in &series {
        let data = folder.path().join("data");
        let Some(()) = make_blocks(folder.path(), &data, &open_metrics(source, polls)) else { return };
    }
    let mut all = Vec::new();
    for test in databases().await {
        for ((source, every, days, window), (_, polls)) in sources.iter().zip(&series) {
            let id = probe(&test.db, source, &format!("{source}.example.vn"), *every, &[]).await;
            take(&test.db, &rows(id, polls)).await;
            let (first, last) = (begin + i64::from(*window + 1) * DAY, begin + days * DAY);
            for n in 0..20 {
                // Steps that share no factor with an hour or a day.
                let end = first + (n * (last - first) / 20) / (5 * MINUTE) * (5 * MINUTE) + (n % 12) * 5 * MINUTE;
                all.extend(figures(&test.db, source, *window, end).await);
            }
        }
    }
    let theirs = recorded(&serve(folder.path(), &rules(&all)), all.len()).await;
    for (n, one) in all.iter().enumerate() {
        same(one.ours, theirs.get(&n).copied(), &one.place);
    }
    let both = all.iter().filter(|one| one.ours.is_some()).count();
    eprintln!("{both} figures equal those of Prometheus' recording rules to 1e-9");
    assert!(both >= 400);
}
