//! Shares and burn rates against a real Prometheus that evaluates the same series.
//!
//! Edges: a window of ours holds the polls whose planned time lies from its beginning up to but without its end, both on
//! steps of five minutes. Prometheus' range selector takes both ends in. So the samples it gets lie half a minute after
//! the planned times: none lies on an edge, and both choose the same ones. Failures that are not the service's and
//! values that did not come are not written for it: they are outside the share on both sides.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use toantrinh::monitor::model::FailureKind;
use toantrinh::monitor::observation::model::{DAY, MINUTE, NewObservation};
use toantrinh::monitor::service_level::model::{Definition, Failures, Window};
use toantrinh::platform::db::Db;

use super::given::{at, availability, bad, good, measured, probe, take};
use crate::support::databases;

/// Ends the server when the test ends, however it does.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

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
    let made =
        Command::new("promtool").args(["tsdb", "create-blocks-from", "openmetrics"]).arg(&input).arg(data).output();
    let Ok(made) = made else {
        eprintln!("SKIPPED beside Prometheus: promtool is not installed; tests/run installs it");
        return None;
    };
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    Some(())
}

/// A Prometheus that has the series, and its address; `None`, said aloud, where there is none.
async fn serve(folder: &Path, texts: &[String]) -> Option<(Server, String)> {
    let data = folder.join("data");
    for text in texts {
        make_blocks(folder, &data, text)?;
    }
    let config = folder.join("prometheus.yml");
    std::fs::write(&config, "global: {}\n").unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let server = Command::new("prometheus")
        .arg(format!("--config.file={}", config.display()))
        .arg(format!("--storage.tsdb.path={}", data.display()))
        .arg(format!("--web.listen-address={address}"))
        .arg("--storage.tsdb.retention.time=100y")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let server = Server(server);
    let client = reqwest::Client::new();
    for _ in 0..300 {
        let ready = client.get(format!("http://{address}/-/ready")).send().await;
        if ready.is_ok_and(|answer| answer.status().is_success()) {
            return Some((server, format!("http://{address}")));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("Prometheus did not become ready in 30 seconds");
}

/// Asks Prometheus, each question once.
struct Asker {
    base: String,
    client: reqwest::Client,
    known: HashMap<(String, i64), Option<f64>>,
}

impl Asker {
    /// The value of an expression at an instant; `None` for an empty answer.
    async fn ask(&mut self, expression: &str, at: i64) -> Option<f64> {
        let key = (expression.to_owned(), at);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let form = [("query", expression.to_owned()), ("time", (at / 1_000).to_string())];
        let answer = self.client.post(format!("{}/api/v1/query", self.base)).form(&form).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["status"], "success", "{expression}: {answer}");
        let value = answer["data"]["result"].get(0).and_then(|one| one["value"][1].as_str());
        let value = value.map(|text| text.parse::<f64>().unwrap()).filter(|value| !value.is_nan());
        self.known.insert(key, value);
        value
    }
}

fn same(ours: Option<f64>, theirs: Option<f64>, place: &str) {
    match (ours, theirs) {
        (None, None) => {}
        (Some(ours), Some(theirs)) => assert!((ours - theirs).abs() <= 1e-9, "{place}: {ours} and {theirs}"),
        _ => panic!("{place}: {ours:?} and {theirs:?}"),
    }
}

/// Growth of a counter in a window.
fn growth(counter: &str, source: &str, window: &str) -> String {
    let last = format!("last_over_time({counter}{{source=\"{source}\"}}[1d]");
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

async fn compare(db: &Db, theirs: &mut Asker, source: &str, days: u16, end: i64) -> usize {
    let mut level = availability("a", source, "");
    level.objective = 0.999;
    level.window = Window::Rolling { days };
    let report = measured(db, &level, end).await;
    let place = |what: &str| format!("{what} of {source} until {end} on {}", db.kind());
    let series = format!("success{{source=\"{source}\"}}");
    let share = theirs.ask(&format!("avg_over_time({series}[{days}d])"), end).await;
    same(report.counts.share(), share, &place("availability"));
    let mut compared = 1;
    for burn in &report.burn {
        for (minutes, ours) in [(burn.rule.long_minutes, burn.long), (burn.rule.short_minutes, burn.short)] {
            let question = format!("(1 - avg_over_time({series}[{minutes}m])) / (1 - 0.999)");
            let answer = theirs.ask(&question, end).await;
            same(ours, answer, &place(&format!("burn over {minutes} minutes")));
            compared += 1;
        }
    }
    for (failures, all) in [(Failures::Counted, "polls"), (Failures::LeftOut, "answers")] {
        let ours = measured(db, &latency(source, days, failures), end).await.counts.share();
        let window = format!("{days}d");
        let share = format!("{} / {}", growth("fast", source, &window), growth(all, source, &window));
        let share = theirs.ask(&share, end).await;
        same(ours, share, &place("latency"));
        compared += 1;
    }
    compared
}

#[tokio::test]
async fn shares_and_burn_rates_equal_those_of_a_real_prometheus() {
    let begin = at("2026-10-01T00:00");
    // One source each minute for eight days, one each five minutes for twenty.
    let sources = [("phut", MINUTE, 8, 5u16), ("nam-phut", 5 * MINUTE, 20, 14)];
    let series: Vec<_> = sources
        .iter()
        .zip([0x5EED_0001, 0x5EED_0002])
        .map(|((source, every, days, _), seed)| (*source, polls(seed, begin, begin + days * DAY, *every)))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let texts: Vec<String> = series.iter().map(|(source, polls)| open_metrics(source, polls)).collect();
    let Some((_server, base)) = serve(folder.path(), &texts).await else { return };
    let mut theirs = Asker { base, client: reqwest::Client::new(), known: HashMap::new() };
    for test in databases().await {
        let mut compared = 0;
        for ((source, every, days, window), (_, polls)) in sources.iter().zip(&series) {
            let id = probe(&test.db, source, &format!("{source}.example.vn"), *every, &[]).await;
            take(&test.db, &rows(id, polls)).await;
            let (first, last) = (begin + i64::from(*window + 1) * DAY, begin + days * DAY);
            for n in 0..20 {
                // Steps that share no factor with an hour or a day.
                let end = first + (n * (last - first) / 20) / (5 * MINUTE) * (5 * MINUTE) + (n % 12) * 5 * MINUTE;
                compared += compare(&test.db, &mut theirs, source, *window, end).await;
            }
        }
        eprintln!("{compared} figures equal Prometheus' to 1e-9 on {}", test.db.kind());
        assert!(compared >= 400);
    }
}
