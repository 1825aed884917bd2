//! A program that runs, watched by a real Prometheus: what is named exists, what is asked has answers, and alerts agree with
//! the program's own.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use regex::Regex;
use toantrinh::app;
use toantrinh::assessment::actions::catch_up;
use toantrinh::catalog::starter;
use toantrinh::config::Settings;
use toantrinh::monitor::observation::model::{HOUR, MINUTE};
use toantrinh::on_db;
use toantrinh::platform::clock::{Clock, SharedClock, ShiftedClock, SystemClock};
use toantrinh::platform::db::Db;

use super::evaluation::{PATIENCE, evaluate, of_dashboards, use_once};
use super::{folder, text};
use crate::monitor::poll::{probe, put_all};
use crate::monitor::running::eventually;
use crate::monitor::service::given::{availability, instant, line, minutes, promise, source, take};
use crate::support::prometheus::{Prometheus, promtool};
use crate::support::sqlite;
use crate::support::wire::{Server, answer};

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

/// The machine's clock, moved to two minutes after a step of service levels: none passes while the test runs.
fn clock() -> SharedClock {
    let step = 5 * MINUTE;
    let at = SystemClock.now().as_millisecond() / step * step + 2 * MINUTE;
    Arc::new(ShiftedClock::starting(instant(at)))
}

/// Sources and service levels in every state that matters here, and the catalog. One source is polled now, at an address;
/// the others were until the last step: one failed for 25 minutes, one with few values for ten.
async fn given(db: &Db, url: &str, now: Timestamp) {
    starter::load(db, now).await.unwrap();
    catch_up(db, now).await.unwrap();
    put_all(db, &[probe("cong", &[("url", url.into()), ("every_seconds", 5.into())])]).await;
    let end = now.as_millisecond() - 2 * MINUTE;
    for (id, hours, bad) in [("cong", 3, 0), ("hong", 3, 25), ("it", 1, 10)] {
        if id != "cong" {
            source(db, id, &format!("{id}.example.vn"), &[]).await;
        }
        let every = if id == "cong" { 5_000 } else { MINUTE };
        let series = line(db, id, "probe", Some(every)).await;
        take(db, &minutes(series, end - hours * HOUR, end, |n| if n < hours * 60 - bad { 'g' } else { 'b' })).await;
        promise(db, &availability(id, id, ""), now).await;
    }
}

/// Waits until the program shows every metric that is named.
async fn shows_what_is_named(program: &str) {
    let (client, begun) = (reqwest::Client::new(), Instant::now());
    loop {
        use_once(&client, program).await;
        let metrics = client.get(format!("{program}/metrics")).send().await.unwrap().text().await.unwrap();
        let unknown = unknown(&metrics);
        if unknown.is_empty() {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{unknown:#?} are not in\n{metrics}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Rules of service levels whose alert is open in the program.
async fn open(db: &Db) -> BTreeSet<String> {
    let text = "SELECT service_level_id || ' ' || rule || ' ' || severity FROM alerts
                WHERE kind = 'burn' AND opened_at IS NOT NULL AND resolved_at IS NULL";
    let mut tx = db.read().await.unwrap();
    let rows: Vec<(String,)> = on_db!(&mut tx, |conn| sqlx::query_as(text).fetch_all(conn).await.unwrap());
    rows.into_iter().map(|(one,)| one).collect()
}

/// The same as Prometheus sees it.
async fn firing(prometheus: &Prometheus) -> BTreeSet<String> {
    let series = prometheus.query(r#"ALERTS{alertname=~"ToanTrinhBudgetBurns.*", alertstate="firing"}"#).await.unwrap();
    let label = |one: &serde_json::Value, name: &str| one["metric"][name].as_str().unwrap().to_owned();
    series.iter().map(|one| ["service_level", "rule", "severity"].map(|name| label(one, name)).join(" ")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_named_exists_what_is_asked_has_answers_and_alerts_agree_with_the_programs_own() {
    let test = sqlite().await;
    let service = Server::start(|_| answer("200 OK", "", "chao")).await;
    let clock = clock();
    given(&test.db, service.url("127.0.0.1", "/x").as_str(), clock.now()).await;
    let data = tempfile::tempdir().unwrap();
    let mut settings = Settings { data_dir: data.path().to_owned(), ..Settings::default() };
    settings.server.listen = "127.0.0.1:0".parse().unwrap();
    settings.http.allow_loopback = true;
    let running = app::start(&settings, test.db.clone(), clock, false).await.unwrap();
    let program = format!("http://{}", running.address);
    shows_what_is_named(&program).await;
    if promtool(&folder(), &["--version"]).is_some() {
        let evaluated = evaluate(&program).await;
        assert!(evaluated.failures.is_empty(), "{:#?}", evaluated.failures);
        eprintln!("{} expressions were evaluated", evaluated.count);
        assert!(evaluated.count >= 70);
        // A program that evaluates just now is a second ahead.
        eventually("alerts agree", async || open(&test.db).await == firing(&evaluated.prometheus).await).await;
        let open = open(&test.db).await;
        assert!(["hong 1h urgent", "hong 3d planned"].iter().all(|one| open.contains(*one)), "{open:?}");
        assert!(!open.contains("it 1h urgent") && open.contains("it 6h urgent"), "few values decide less: {open:?}");
    }
    running.stop().await;
}
