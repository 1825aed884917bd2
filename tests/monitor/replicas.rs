//! Three processes of the program on one PostgreSQL database, one of which is killed in the middle of its work.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use toantrinh::monitor::poll::model::{phase, slot_at};
use toantrinh::monitor::source::actions::{Keeper, put};
use toantrinh::platform::clock::{Clock, SystemClock};
use toantrinh::platform::db::Db;

use super::poll::probe;
use crate::support::postgres;
use crate::support::wire::{Server, answer};

const SOURCES: usize = 200;
/// Seconds between the slots of a source, and the lease that the processes are given.
const EVERY: i64 = 10;
const LEASE: i64 = 5;

/// A process of the program; it is killed when the test ends.
struct Replica(Child);

impl Drop for Replica {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn replica(url: &str, folder: &std::path::Path) -> Replica {
    let child = Command::new(env!("CARGO_BIN_EXE_toantrinh"))
        .args(["serve", "--listen", "127.0.0.1:0", "--database", url, "--data-dir"])
        .arg(folder)
        .env("TOANTRINH_HTTP__ALLOW_LOOPBACK", "true")
        .env("TOANTRINH_MONITOR__LEASE_SECONDS", LEASE.to_string())
        .env("TOANTRINH_LOG__LEVEL", "error")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    Replica(child)
}

/// When a request for a source came, epoch milliseconds.
type Asked = Arc<Mutex<Vec<(String, i64)>>>;

async fn counting(asked: &Asked) -> Server {
    let log = Arc::clone(asked);
    Server::start(move |head| {
        let name = head.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
        log.lock().unwrap().push((name, SystemClock.now().as_millisecond()));
        answer("200 OK", "", "chao")
    })
    .await
}

async fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_mins(2), "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn kill_9_of_one_of_three_processes_asks_no_slot_twice_but_those_in_flight_and_leaves_none_out() {
    let Some(test) = postgres().await else { return };
    let asked: Asked = Arc::default();
    let server = counting(&asked).await;
    let Db::Postgres(pool) = &test.db else { unreachable!() };
    let options = pool.connect_options();
    let (host, port) = (options.get_host(), options.get_port());
    let url = format!("postgres://{}@{host}:{port}/{}", options.get_username(), options.get_database().unwrap());
    for n in 0..SOURCES {
        let id = format!("nguon-{n}");
        let own = [
            ("url", server.url("127.0.0.1", &format!("/{id}")).to_string().into()),
            ("every_seconds", EVERY.into()),
            ("host_limit", 64.into()),
            ("timeout_ms", 1000.into()),
        ];
        put(&test.db, Keeper::COMMAND_LINE, &probe(&id, &own), None, SystemClock.now()).await.unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let mut replicas: Vec<_> = (0..3).map(|n| replica(&url, &folder.path().join(n.to_string()))).collect();
    wait_until("every source is asked", || asked.lock().unwrap().len() >= 2 * SOURCES).await;
    // SIGKILL: nothing is said goodbye to.
    drop(replicas.remove(0));
    let killed = SystemClock.now().as_millisecond();
    let before = asked.lock().unwrap().len();
    wait_until("the others go on", || asked.lock().unwrap().len() >= before + 3 * SOURCES).await;
    let end = SystemClock.now().as_millisecond();
    drop(replicas);
    let asked = std::mem::take(&mut *asked.lock().unwrap());
    check(pool, &asked, killed, end).await;
}

/// Slots as they were asked for and as they were kept must tell the same.
async fn check(pool: &sqlx::PgPool, asked: &[(String, i64)], killed: i64, end: i64) {
    let every = EVERY * 1000;
    let mut slots: HashMap<(&str, i64), Vec<i64>> = HashMap::new();
    for (source, at) in asked {
        slots.entry((source, slot_at(phase(source, every), every, *at))).or_default().push(*at);
    }
    let again: Vec<_> = slots.iter().filter(|(_, times)| times.len() > 1).collect();
    let counted: (i64,) =
        sqlx::query_as("SELECT CAST(SUM(asked_again) AS BIGINT) FROM polls").fetch_one(pool).await.unwrap();
    println!("{} requests, {} slots asked again, {} counted by the program", asked.len(), again.len(), counted.0);
    for ((source, slot), times) in &again {
        assert_eq!(times.len(), 2, "{source}");
        assert!(*slot <= killed && killed <= slot + every, "only slots in flight at the kill: {source} {times:?}");
    }
    assert!(i64::try_from(again.len()).unwrap() <= counted.0, "those that were asked again are counted");
    let kept: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT s.source_id, o.slot, o.revision FROM observations o JOIN series s ON s.id = o.series_id
         WHERE s.metric = 'probe' ORDER BY 1, 2, 3",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let distinct: HashSet<_> = kept.iter().map(|(source, slot, _)| (source, slot)).collect();
    assert_eq!(distinct.len(), kept.len(), "no slot is recorded twice");
    let mut of_source: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for (source, slot, _) in &kept {
        of_source.entry(source).or_default().push(*slot);
    }
    assert_eq!(of_source.len(), SOURCES);
    // What is kept last may have been in flight when the test ended: up to there every slot is there.
    for (source, slots) in &of_source {
        let gaps: Vec<_> = slots.windows(2).filter(|two| two[1] - two[0] != every).collect();
        assert!(gaps.is_empty(), "{source} left out slots: {gaps:?}");
        let last = slots.last().unwrap();
        assert!(end - last < every + LEASE * 1000 + 2000, "{source} stopped at {}", end - last);
    }
    let late: Vec<_> = asked
        .iter()
        .map(|(source, at)| at - slot_at(phase(source, every), every, *at))
        .filter(|late| *late > LEASE * 1000 + 2000)
        .collect();
    assert!(late.is_empty(), "none waits longer than a lease: {late:?}");
}
