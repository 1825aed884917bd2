//! Every fault of the simulator, met by the real poller: the kind that is recorded, what is kept, and that the next good
//! poll recovers. Visits to portals meet them in `sync.rs`.

use std::sync::Arc;
use std::time::Instant;

use serde_json::json;
use toantrinh::monitor::poll::execute::Requests;
use toantrinh::monitor::poll::network::Network;
use toantrinh::monitor::poll::store::status;
use toantrinh::platform::clock::SharedClock;
use toantrinh::platform::db::Db;
use tokio_util::sync::CancellationToken;

use super::poll::{probe, put_all};
use super::running::{FastClock, count, eventually, poller};
use crate::support::wire::client;
use crate::support::{made_up_simulator, sqlite};

const GOOD: &str = "SELECT COUNT(*) FROM observations WHERE failure IS NULL";
/// Faults with the kind that a probe and a pull record.
const FAULTS: [(&str, &str); 8] = [
    ("latency=900ms:1", "timeout"),
    ("429=1:retry_after=1", "http_4xx"),
    ("403=1", "http_4xx"),
    ("5xx=1", "http_5xx"),
    ("waf=1", "waf_challenge"),
    ("truncated=1", "bad_body"),
    ("huge=1:mb=4", "too_large"),
    ("drop=1", "connect"),
];

/// Whether both sources stand so.
async fn both(db: &Db, holds: impl Fn(i64, Option<&str>) -> bool) -> bool {
    let mut tx = db.read().await.unwrap();
    for id in ["trang", "so"] {
        let Some(status) = status(&mut tx, id).await.unwrap() else { return false };
        if !holds(status.failures, status.last_failure.as_deref()) {
            return false;
        }
    }
    true
}

#[tokio::test]
async fn every_fault_is_recorded_as_what_it_is_and_the_next_good_poll_recovers() {
    let test = sqlite().await;
    let portal = made_up_simulator("").await;
    let own = |path: &str| {
        let url = format!("{}{path}", portal.base());
        [("url", json!(url)), ("every_seconds", json!(5)), ("timeout_ms", json!(400)), ("host_limit", json!(8))]
    };
    let mut pull = own("/figure/received").to_vec();
    pull.push(("kind", json!("json_pull")));
    pull.push(("readings", json!([{"metric": "received", "value": "$.value", "unit": "%"}])));
    let mut page = own("/t/1").to_vec();
    page.push(("conditions", json!(["status == 200", "body contains \"ok\""])));
    put_all(&test.db, &[probe("trang", &page), probe("so", &pull)]).await;
    // A quarter of a second between slots; pulls try again at once.
    let clock: SharedClock = Arc::new(FastClock { begun: Instant::now(), speed: 20 });
    let stop = CancellationToken::new();
    let execute = Arc::new(Requests::new(client(), Network::default()));
    let running = tokio::spawn(poller(&test.db, clock, execute).run(stop.clone()));
    eventually("both are good", async || count(&test.db, GOOD).await >= 4).await;
    for (n, (fault, kind)) in FAULTS.into_iter().enumerate() {
        let kept = count(&test.db, GOOD).await;
        portal.set_faults(fault).unwrap();
        // Another figure: an answer that nothing has changed has no body to strike.
        portal.set_figure("received", &json!({"value": n, "unit": "%", "period": "2026-11"}).to_string());
        let failed = async || both(&test.db, |failures, last| failures > 0 && last == Some(kind)).await;
        eventually(&format!("{fault} is recorded as {kind}"), failed).await;
        portal.set_faults("").unwrap();
        eventually(&format!("both recover from {fault}"), async || both(&test.db, |n, _| n == 0).await).await;
        assert!(count(&test.db, GOOD).await > kept, "what was good is kept through {fault}");
    }
    stop.cancel();
    running.await.unwrap();
}
