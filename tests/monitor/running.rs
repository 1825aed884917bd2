//! Pollers that run: several on one database, one that is stopped, one whose network is down.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use toantrinh::config;
use toantrinh::monitor::model::{FailureKind, SourceKind};
use toantrinh::monitor::poll::execute::{Execute, Polled, Requests, Running, Task};
use toantrinh::monitor::poll::figures::Figures;
use toantrinh::monitor::poll::network::Network;
use toantrinh::monitor::poll::schedule::{Limits, Poller};
use toantrinh::monitor::poll::store::status;
use toantrinh::monitor::probe::{Outcome, Validators};
use toantrinh::monitor::source::model::Definition;
use toantrinh::on_db;
use toantrinh::platform::clock::{Clock, FixedClock, SharedClock};
use toantrinh::platform::db::Db;
use toantrinh::platform::http::Client;
use toantrinh::platform::metrics::Metrics;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::poll::{probe, put_all};
use crate::support::wire::{Server, answer, client};
use crate::support::{NOW, TestApp, databases, sqlite};

/// A clock that runs `speed` times as fast as the machine's, from the instant of the tests.
pub struct FastClock {
    pub begun: Instant,
    pub speed: u32,
}

impl Clock for FastClock {
    fn now(&self) -> Timestamp {
        let passed = self.begun.elapsed() * self.speed;
        NOW + SignedDuration::try_from(passed).unwrap()
    }
}

/// Counts who was asked for which slot.
#[derive(Default)]
struct Log {
    asked: Mutex<HashMap<(String, i64), u32>>,
    takes: Duration,
}

impl Execute for Log {
    fn execute(&self, task: Task) -> Running {
        *self.asked.lock().unwrap().entry((task.definition.id.clone(), task.slot)).or_insert(0) += 1;
        let takes = self.takes;
        Box::pin(async move {
            tokio::time::sleep(takes).await;
            Outcome { status: Some(200), ..Outcome::default() }.into()
        })
    }
}

pub fn poller(db: &Db, clock: SharedClock, execute: Arc<dyn Execute>) -> Poller {
    let limits = Limits { concurrent: 16, lease: Duration::from_mins(10), patience: Duration::from_secs(20) };
    Poller { db: db.clone(), clock, execute, figures: Figures::new(&Metrics::new().unwrap()).unwrap(), limits }
}

pub async fn count(db: &Db, text: &'static str) -> i64 {
    let mut tx = db.read().await.unwrap();
    let (found,): (i64,) = on_db!(&mut tx, |conn| sqlx::query_as(text).fetch_one(conn).await.unwrap());
    found
}

/// Waits until something holds, which it must within half a minute.
pub async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < Duration::from_secs(30), "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

const KEPT: &str = "SELECT COUNT(*) FROM observations";

#[tokio::test(flavor = "multi_thread")]
async fn three_pollers_on_one_database_ask_for_no_slot_twice() {
    for test in databases().await {
        let all: Vec<Definition> = (0..40).map(|n| probe(&format!("nguon-{n}"), &[])).collect();
        put_all(&test.db, &all).await;
        let clock: SharedClock = Arc::new(FastClock { begun: Instant::now(), speed: 20 });
        let log = Arc::new(Log { takes: Duration::from_millis(5), ..Log::default() });
        let stop = CancellationToken::new();
        let pollers: Vec<_> =
            (0..3).map(|_| tokio::spawn(poller(&test.db, Arc::clone(&clock), log.clone()).run(stop.clone()))).collect();
        eventually("80 slots are kept", async || count(&test.db, KEPT).await >= 80).await;
        stop.cancel();
        for one in pollers {
            one.await.unwrap();
        }
        let asked = std::mem::take(&mut *log.asked.lock().unwrap());
        let twice: Vec<_> = asked.iter().filter(|(_, times)| **times > 1).collect();
        assert!(twice.is_empty(), "{twice:?} on {}", test.db.kind());
        assert_eq!(count(&test.db, KEPT).await, i64::try_from(asked.len()).unwrap(), "all that was asked is kept");
        assert_eq!(count(&test.db, "SELECT COUNT(*) FROM observations WHERE revision > 1").await, 0);
        assert_eq!(count(&test.db, "SELECT COUNT(*) FROM polls WHERE lease_owner IS NOT NULL").await, 0);
    }
}

#[tokio::test]
async fn a_poller_that_is_stopped_lets_polls_end_and_keeps_what_they_bring() {
    for test in databases().await {
        let all: Vec<Definition> = (0..10).map(|n| probe(&format!("nguon-{n}"), &[])).collect();
        put_all(&test.db, &all).await;
        let clock = Arc::new(FixedClock::new(NOW + SignedDuration::from_mins(1)));
        let log = Arc::new(Log { takes: Duration::from_millis(300), ..Log::default() });
        let stop = CancellationToken::new();
        // Somebody has run until now, so that what is due is asked for.
        let mut tx = test.db.write().await.unwrap();
        let awake = "UPDATE counters SET n = $1 WHERE name = 'claims'";
        let now = clock.now().as_millisecond();
        on_db!(&mut tx, |conn| sqlx::query(awake).bind(now).execute(conn).await.map(|_| ()).unwrap());
        tx.commit().await.unwrap();
        let running = tokio::spawn(poller(&test.db, clock.clone(), log.clone()).run(stop.clone()));
        eventually("all are asked", async || log.asked.lock().unwrap().len() == 10).await;
        stop.cancel();
        running.await.unwrap();
        assert_eq!(count(&test.db, KEPT).await, 10, "{}", test.db.kind());
    }
}

#[tokio::test]
async fn real_requests_are_judged_kept_and_recover() {
    let test = sqlite().await;
    let broken = Arc::new(Mutex::new(true));
    let state = Arc::clone(&broken);
    let server =
        Server::start(
            move |_| {
                if *state.lock().unwrap() { answer("500 Oops", "", "") } else { answer("200 OK", "", "chao") }
            },
        )
        .await;
    let url = server.url("127.0.0.1", "/x").to_string();
    put_all(&test.db, &[probe("cong", &[("url", url.into()), ("every_seconds", 5.into())])]).await;
    let clock: SharedClock = Arc::new(FastClock { begun: Instant::now(), speed: 10 });
    let stop = CancellationToken::new();
    let execute = Arc::new(Requests::new(client(), Network::default()));
    let running = tokio::spawn(poller(&test.db, clock, execute).run(stop.clone()));
    let last = async || status(&mut test.db.read().await.unwrap(), "cong").await.unwrap().unwrap();
    eventually("a failure is kept", async || last().await.last_failure.as_deref() == Some("http_5xx")).await;
    *broken.lock().unwrap() = false;
    eventually("it recovers", async || last().await.last_good_at.is_some()).await;
    stop.cancel();
    running.await.unwrap();
    assert_eq!(last().await.failures, 0);
    assert!(count(&test.db, "SELECT COUNT(*) FROM observations WHERE failure = 'http_5xx'").await >= 1);
    assert!(count(&test.db, "SELECT COUNT(*) FROM observations WHERE failure IS NULL AND value > 0").await >= 1);
}

fn task(url: &str) -> Task {
    Task {
        definition: Arc::new(probe("cong", &[("url", url.into())])),
        slot: NOW.as_millisecond(),
        validators: Validators::default(),
        requests_left: None,
        now: NOW,
    }
}

/// An address on which nobody listens.
async fn closed() -> String {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string()
}

#[tokio::test]
async fn a_failure_is_our_networks_when_no_control_host_can_be_reached_either() {
    let (closed, open) = (closed().await, TcpListener::bind("127.0.0.1:0").await.unwrap());
    let up = open.local_addr().unwrap().to_string();
    let asked = async |hosts: Vec<String>| {
        let requests = Requests::new(client(), Network::new(hosts));
        requests.execute(task(&format!("http://{closed}/"))).await.outcome
    };
    assert_eq!(asked(vec![]).await.failure, Some(FailureKind::Connect));
    assert_eq!(asked(vec![closed.clone(), up.clone()]).await.failure, Some(FailureKind::Connect));
    let down = asked(vec![closed.clone()]).await;
    assert_eq!(down.failure, Some(FailureKind::OwnNetworkDown));
    assert!(down.message.starts_with("no control host"), "{}", down.message);
}

#[tokio::test]
async fn a_kind_is_left_to_the_part_that_knows_it() {
    let portal = Task {
        definition: Arc::new(probe("cong", &[("kind", "portal_catalog".into())])),
        ..task("http://127.0.0.1:9/")
    };
    let strict = || Client::new(&config::Http::default());
    let nobody = Requests::new(strict(), Network::default());
    assert_eq!(nobody.execute(portal.clone()).await.outcome.failure, Some(FailureKind::AddressRefused));
    let hook = Arc::new(|task: Task| -> Running {
        Box::pin(async move { Polled { requests: task.requests_left.unwrap_or(7), ..Polled::default() } })
    });
    let known = Requests::new(strict(), Network::default()).with(SourceKind::PortalCatalog, hook);
    assert_eq!(known.execute(portal.clone()).await.requests, 7);
    let unreachable = Arc::new(|_: Task| -> Running {
        let outcome = Outcome { failure: Some(FailureKind::Connect), ..Outcome::default() };
        Box::pin(async move { outcome.into() })
    });
    let cut_off = Requests::new(strict(), Network::new(vec![closed().await]));
    let polled = cut_off.with(SourceKind::PortalCatalog, unreachable).execute(portal).await;
    assert_eq!(polled.outcome.failure, Some(FailureKind::OwnNetworkDown), "of a portal as of others");
}

#[tokio::test]
async fn the_program_polls_by_itself_and_shows_its_figures() {
    let test = sqlite().await;
    let server = Server::start(|_| answer("200 OK", "", "chao")).await;
    let url = server.url("127.0.0.1", "/x").to_string();
    put_all(&test.db, &[probe("cong", &[("url", url.into()), ("every_seconds", 5.into())])]).await;
    let app = TestApp::start_with(&test, |settings| settings.http.allow_loopback = true).await;
    // Somebody runs now; the clock of the test moves on to the next slots.
    let mut minutes = 0;
    eventually("it is polled", async || {
        minutes += 1;
        app.clock.set(NOW + SignedDuration::from_secs(5 * minutes));
        tokio::time::sleep(Duration::from_millis(300)).await;
        count(&test.db, KEPT).await > 0
    })
    .await;
    let shown = app.get("/metrics").await.text().await.unwrap();
    assert!(shown.contains(r#"toantrinh_polls_total{kind="http_probe",outcome="good"}"#), "{shown}");
    for name in ["toantrinh_poll_drift_seconds_count", "toantrinh_poll_circuits_open", "toantrinh_rollup_lag_seconds"] {
        assert!(shown.contains(name), "{name}");
    }
    app.stop().await;
    assert!(!server.asked().is_empty());
}
