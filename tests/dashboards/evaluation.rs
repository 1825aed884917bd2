//! Every expression of dashboards and rules, evaluated by a real Prometheus that watches a program at some address.

use std::time::{Duration, Instant};

use regex::Regex;
use serde_json::Value;

use super::boards::{boards, panels};
use super::folder;
use crate::support::prometheus::Prometheus;

/// How long figures may take to come.
pub const PATIENCE: Duration = Duration::from_secs(90);
/// What somebody who uses the program asks, so that there is something to see.
const ASKED: [&str; 4] = ["/", "/?q=khai+sinh", "/api/v1/procedures?q=khai+sinh", "/healthz"];

/// Something that is evaluated.
pub struct Expression {
    /// File and panel, variable or rule.
    pub place: String,
    pub text: String,
    /// Alerts that do not fire.
    may_be_empty: bool,
    /// A label that some series must have: the values of a variable.
    label: Option<String>,
}

/// What came of evaluating.
pub struct Evaluated {
    /// It still watches the program.
    pub prometheus: Prometheus,
    /// Expressions that were evaluated.
    pub count: usize,
    /// File, place, what is wrong, expression.
    pub failures: Vec<String>,
}

/// Uses the program at an address, so that it has something to count.
pub async fn use_once(client: &reqwest::Client, program: &str) {
    for path in ASKED {
        client.get(format!("{program}{path}")).send().await.unwrap();
    }
}

/// An expression as Grafana sends it when everything is chosen.
fn substituted(text: &str) -> String {
    let text = text.replace("$__rate_interval", "15s").replace("$__interval", "5s").replace("$__range", "1m");
    Regex::new(r"\$(\{[a-z_]+(:[a-z]+)?\}|[a-z_]+)").unwrap().replace_all(&text, ".*").into_owned()
}

/// What panels, variables and annotations of the dashboards ask.
pub fn of_dashboards() -> Vec<Expression> {
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
/// rules until each gives what it should or the patience is over.
pub async fn evaluate(program: &str) -> Evaluated {
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
        use_once(&client, program).await;
        let rules = of_rules(&prometheus).await;
        let mut failures: Vec<String> = rules.is_empty().then(|| "no rule is loaded".to_owned()).into_iter().collect();
        let all: Vec<Expression> = of_dashboards().into_iter().chain(rules).collect();
        for one in &all {
            failures.extend(wrong(&prometheus, one).await);
        }
        if failures.is_empty() || begun.elapsed() > PATIENCE {
            return Evaluated { prometheus, count: all.len(), failures };
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
