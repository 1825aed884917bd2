//! Every expression of dashboards and rules, evaluated by a real Prometheus that watches a program that runs.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use regex::Regex;
use serde_json::Value;
use toantrinh::app;
use toantrinh::assessment::actions::catch_up;
use toantrinh::catalog::starter;
use toantrinh::config::Settings;
use toantrinh::monitor::observation::model::{HOUR, MINUTE};
use toantrinh::platform::clock::{Clock, SystemClock};

use super::boards::{boards, panels};
use super::{folder, text};
use crate::monitor::poll::{probe, put_all};
use crate::monitor::service::given::{availability, line, minutes, promise, take};
use crate::support::prometheus::{Prometheus, promtool};
use crate::support::sqlite;
use crate::support::wire::{Server, answer};

/// How long figures may take to come.
const PATIENCE: Duration = Duration::from_secs(90);
/// What somebody who uses the program asks, so that there is something to see.
const ASKED: [&str; 4] = ["/", "/?q=khai+sinh", "/api/v1/procedures?q=khai+sinh", "/healthz"];

/// Something that is evaluated.
struct Expression {
    /// File and panel, variable or rule.
    place: String,
    text: String,
    /// Alerts that do not fire.
    may_be_empty: bool,
    /// A label that some series must have: the values of a variable.
    label: Option<String>,
}

/// An expression as Grafana sends it when everything is chosen.
fn substituted(text: &str) -> String {
    let text = text.replace("$__rate_interval", "15s").replace("$__interval", "5s").replace("$__range", "1m");
    Regex::new(r"\$(\{[a-z_]+(:[a-z]+)?\}|[a-z_]+)").unwrap().replace_all(&text, ".*").into_owned()
}

/// What panels, variables and annotations of the dashboards ask.
fn of_dashboards() -> Vec<Expression> {
    let values = Regex::new(r"^label_values\((.+),\s*([a-z_]+)\)$").unwrap();
    let mut all = Vec::new();
    for (file, board) in boards() {
        let mut add = |what: &Value, text: &str, may_be_empty, label| {
            all.push(Expression { place: format!("{file}, {what}"), text: substituted(text), may_be_empty, label });
        };
        for panel in panels(&board) {
            for target in panel["targets"].as_array().into_iter().flatten() {
                add(&panel["title"], target["expr"].as_str().unwrap(), false, None);
            }
        }
        for variable in board["templating"]["list"].as_array().unwrap().iter().filter(|one| one["type"] == "query") {
            let found = values.captures(variable["query"]["query"].as_str().unwrap()).unwrap();
            add(&variable["name"], &found[1], false, Some(found[2].to_owned()));
        }
        for annotation in board["annotations"]["list"].as_array().unwrap() {
            add(&annotation["name"], annotation["expr"].as_str().unwrap(), true, None);
        }
    }
    all
}

/// What the rules ask, as Prometheus has read them.
async fn of_rules(prometheus: &Prometheus) -> Vec<Expression> {
    let rules = prometheus.rules().await;
    let expression = |(file, rule): &(String, Value)| Expression {
        place: format!("{}, {}", file.rsplit('/').next().unwrap_or_default(), rule["name"]),
        text: rule["query"].as_str().unwrap().to_owned(),
        may_be_empty: rule["type"] == "alerting",
        label: None,
    };
    rules.iter().map(expression).collect()
}

/// What is wrong with an expression now.
async fn wrong(prometheus: &Prometheus, one: &Expression) -> Option<String> {
    let said = |what: &str| Some(format!("{}: {what}: {}", one.place, one.text));
    let series = match prometheus.query(&one.text).await {
        Ok(series) => series,
        Err(error) => return said(&error),
    };
    let told = |series: &&Value| series["value"][1] != "NaN";
    if series.iter().filter(told).count() == 0 && !one.may_be_empty {
        return said("nothing");
    }
    match &one.label {
        Some(label) if series.iter().all(|series| series["metric"][label].is_null()) => said("no such label"),
        _ => None,
    }
}

/// Watches the program at an address with the rules, uses it meanwhile, and evaluates every expression of dashboards and
/// rules until each gives what it should or the patience is over. Says how many there are and what is wrong with which.
pub async fn evaluate(program: &str) -> (usize, Vec<String>) {
    let here = tempfile::tempdir().unwrap();
    let rules = folder().join("prometheus");
    let config = format!(
        "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: ['{0}/rules.yml', '{0}/alerts.yml']\n\
         scrape_configs: [{{job_name: toantrinh, static_configs: [{{targets: ['{1}']}}]}}]\n",
        rules.display(),
        program.trim_start_matches("http://"),
    );
    std::fs::write(here.path().join("prometheus.yml"), config).unwrap();
    let prometheus = Prometheus::start(here.path());
    let (client, begun) = (reqwest::Client::new(), Instant::now());
    loop {
        for path in ASKED {
            client.get(format!("{program}{path}")).send().await.unwrap();
        }
        let rules = of_rules(&prometheus).await;
        let mut failures: Vec<String> = rules.is_empty().then(|| "no rule is loaded".to_owned()).into_iter().collect();
        let all: Vec<Expression> = of_dashboards().into_iter().chain(rules).collect();
        for one in &all {
            failures.extend(wrong(&prometheus, one).await);
        }
        if failures.is_empty() || begun.elapsed() > PATIENCE {
            return (all.len(), failures);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// The metrics of the program and the recorded ones that a text names.
fn named(text: &str) -> BTreeSet<String> {
    let name = Regex::new(r"\b(?:[a-z_]+:)?toantrinh_[a-z_]+(?::[a-z0-9_]+)?").unwrap();
    name.find_iter(text).map(|found| found.as_str().to_owned()).collect()
}

/// Every metric that a dashboard or a rule names.
fn all_named() -> BTreeSet<String> {
    let mut texts: Vec<String> =
        ["rules", "alerts", "alerts_test"].map(|file| text(&format!("prometheus/{file}.yml"))).into();
    texts.extend(of_dashboards().into_iter().map(|one| one.text));
    texts.iter().flat_map(|text| named(text)).collect()
}

/// Named metrics that neither the program's text has nor a rule records.
fn unknown(metrics: &str) -> Vec<String> {
    let rules = text("prometheus/rules.yml");
    let recorded: BTreeSet<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- record: ")).collect();
    let shown: BTreeSet<&str> = metrics
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect();
    let is_known =
        |name: &String| if name.contains(':') { recorded.contains(&**name) } else { shown.contains(&**name) };
    all_named().into_iter().filter(|name| !is_known(name)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_metric_that_is_named_exists_and_every_expression_shows_something_of_a_program_that_runs() {
    let (test, clock) = (sqlite().await, SystemClock);
    let now = clock.now();
    starter::load(&test.db, now).await.unwrap();
    catch_up(&test.db, now).await.unwrap();
    // A source that was polled for some hours, failed for a while, and is polled now.
    let service = Server::start(|_| answer("200 OK", "", "chao")).await;
    let url = service.url("127.0.0.1", "/x").to_string();
    put_all(&test.db, &[probe("cong", &[("url", url.into()), ("every_seconds", 5.into())])]).await;
    let series = line(&test.db, "cong", "probe", Some(5_000)).await;
    let end = now.as_millisecond() / MINUTE * MINUTE;
    take(&test.db, &minutes(series, end - 3 * HOUR, end, |n| if (60..70).contains(&n) { 'b' } else { 'g' })).await;
    promise(&test.db, &availability("cong-99", "cong", ""), now).await;

    let data = tempfile::tempdir().unwrap();
    let mut settings = Settings { data_dir: data.path().to_owned(), ..Settings::default() };
    settings.server.listen = "127.0.0.1:0".parse().unwrap();
    settings.http.allow_loopback = true;
    let running = app::start(&settings, test.db.clone(), Arc::new(clock), false).await.unwrap();
    let program = format!("http://{}", running.address);

    let (client, begun) = (reqwest::Client::new(), Instant::now());
    loop {
        for path in ASKED {
            client.get(format!("{program}{path}")).send().await.unwrap();
        }
        let metrics = client.get(format!("{program}/metrics")).send().await.unwrap().text().await.unwrap();
        let unknown = unknown(&metrics);
        if unknown.is_empty() {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{unknown:#?} are not in\n{metrics}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    if promtool(&folder(), &["--version"]).is_some() {
        let (count, failures) = evaluate(&program).await;
        assert!(failures.is_empty(), "{failures:#?}");
        eprintln!("{count} expressions were evaluated");
        assert!(count >= 70);
    }
    running.stop().await;
}
