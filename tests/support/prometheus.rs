//! Debian's Prometheus and its promtool, on a free port with data that are thrown away.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// A running Prometheus; it ends when the test ends, however it does.
pub struct Prometheus {
    process: Child,
    base: String,
    client: reqwest::Client,
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Prometheus {
    /// Starts it in a folder that has a `prometheus.yml`; `data` there is its storage.
    pub fn start(folder: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let process = Command::new("prometheus")
            .arg(format!("--config.file={}", folder.join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .arg("--storage.tsdb.retention.time=100y")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { process, base: format!("http://{address}"), client: reqwest::Client::new() }
    }

    /// Every rule with its file, or nothing before it listens.
    pub async fn rules(&self) -> Vec<(String, Value)> {
        let told = self.get("rules", &[]).await.unwrap_or_default();
        let groups = told["data"]["groups"].as_array().cloned().unwrap_or_default();
        let rules = |group: &Value| {
            let file = group["file"].as_str().unwrap_or_default().to_owned();
            group["rules"].as_array().unwrap().iter().map(move |rule| (file.clone(), rule.clone())).collect::<Vec<_>>()
        };
        groups.iter().flat_map(rules).collect()
    }

    /// What an expression gives now: its series, or why it cannot be evaluated.
    pub async fn query(&self, expression: &str) -> Result<Vec<Value>, String> {
        let told = self.get("query", &[("query", expression)]).await.ok_or("Prometheus does not answer")?;
        match told["data"]["result"].as_array() {
            Some(series) => Ok(series.clone()),
            None => Err(told["error"].to_string()),
        }
    }

    async fn get(&self, what: &str, query: &[(&str, &str)]) -> Option<Value> {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        self.client.get(format!("{}/api/v1/{what}?{query}", self.base)).send().await.ok()?.json().await.ok()
    }
}

/// Runs promtool in a folder; `None`, said aloud, where there is none.
pub fn promtool(folder: &Path, arguments: &[&str]) -> Option<Output> {
    let ran = Command::new("promtool").current_dir(folder).args(arguments).output();
    if ran.is_err() {
        eprintln!("SKIPPED beside Prometheus: promtool is not installed; tests/run installs it");
    }
    ran.ok()
}
