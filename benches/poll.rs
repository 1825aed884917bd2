//! Polls of 5,000 targets on this machine: how late they begin, what they take, how many are stored.
//!
//! `cargo bench --bench poll -- steady [MINUTES]` asks each target once a minute; it fails when more than one of a hundred
//! begins later than 2 s after its slot, or when it takes more than 300 MB. `-- fast [SECONDS]` asks as fast as it can, in
//! turns with Debian's `prometheus-blackbox-exporter` where it is installed, which stores nothing; it fails when fewer than
//! twice as many are asked and stored a second of processor time. On SQLite, or on the empty PostgreSQL database that
//! `BENCH_DATABASE` names. The targets are the simulator, in a process of its own.

#[path = "support/exporter.rs"]
mod exporter;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use jiff::{SignedDuration, Timestamp};
use toantrinh::config;
use toantrinh::monitor::poll::execute::{Execute, Requests, Running, Task};
use toantrinh::monitor::poll::figures::Figures;
use toantrinh::monitor::poll::network::Network;
use toantrinh::monitor::poll::schedule::{Limits, Poller};
use toantrinh::monitor::source::actions::{Keeper, put};
use toantrinh::monitor::source::model::Definition;
use toantrinh::on_db;
use toantrinh::platform::clock::{Clock, SharedClock, SystemClock};
use toantrinh::platform::db::Db;
use toantrinh::platform::http::Client;
use toantrinh::platform::metrics::Metrics;
use toantrinh::simulator;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use exporter::{Ended, cpu_seconds, exporter};

const TARGETS: u32 = 5_000;
/// Loopback addresses that the targets are spread over.
const HOSTS: u32 = 100;
/// The latest that 99 of 100 polls may begin, milliseconds after their slot.
const DRIFT: u32 = 2_000;
/// Turns of each side, and how many times as many the goal is.
const TURNS: usize = 3;
const GOAL: f64 = 2.0;
const PROBES: &str = "SELECT COUNT(*) FROM observations";
/// The most memory, MB.
const MEMORY: u64 = 300;
/// What stands in the simulator's answer, as a pattern.
const PATTERN: &str = "^o.";

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |default| words.get(1).and_then(|word| word.parse().ok()).unwrap_or(default);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match words.first() {
        Some(&"targets") => runtime.block_on(targets()),
        Some(&"fast") => runtime.block_on(run(true, number(10))),
        _ => runtime.block_on(run(false, 60 * number(10))),
    }
}

/// The simulator, on every loopback address.
async fn targets() -> anyhow::Result<()> {
    let listener = TcpListener::bind("0.0.0.0:0").await?;
    let settings = simulator::Settings { from: None, faults: simulator::faults::parse("")?, seed: 0 };
    let running = simulator::start(settings, listener).await?;
    println!("{}", running.address.port());
    std::future::pending().await
}

fn start_targets() -> anyhow::Result<(Ended, u16)> {
    let mut child = Command::new(std::env::current_exe()?).arg("targets").stdout(Stdio::piped()).spawn()?;
    let output = child.stdout.take().context("no output")?;
    let targets = Ended(child);
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    Ok((targets, line.trim().parse()?))
}

/// A clock that runs `speed` times as fast as the machine's.
struct FastClock {
    from: Timestamp,
    begun: Instant,
    speed: u32,
}

impl Clock for FastClock {
    fn now(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.begun.elapsed() * self.speed).unwrap_or(SignedDuration::MAX);
        self.from.checked_add(passed).unwrap_or(Timestamp::MAX)
    }
}

/// Notes how late each request begins, milliseconds.
struct Noted {
    requests: Requests,
    drifts: Mutex<Vec<u32>>,
}

impl Execute for Noted {
    fn execute(&self, task: Task) -> Running {
        let drift = u32::try_from(task.now.as_millisecond() - task.slot).unwrap_or(u32::MAX);
        self.drifts.lock().unwrap_or_else(PoisonError::into_inner).push(drift);
        self.requests.execute(task)
    }
}

async fn run(fast: bool, seconds: u64) -> anyhow::Result<()> {
    let (_targets, port) = start_targets()?;
    let folder = tempfile::tempdir()?;
    let sqlite = format!("sqlite:{}", folder.path().join("b.db").display());
    let db = Db::open(&std::env::var("BENCH_DATABASE").unwrap_or(sqlite)).await?;
    db.migrate().await?;
    let started = Instant::now();
    for n in 0..TARGETS {
        put(&db, Keeper::COMMAND_LINE, &target(n, port)?, None, SystemClock.now()).await?;
    }
    println!("{TARGETS} targets on {} made in {:.1} s", db.kind(), started.elapsed().as_secs_f64());
    if fast {
        beside(&db, folder.path(), port, seconds).await?;
    } else {
        steady(&db, seconds).await?;
    }
    let memory = peak_memory()?;
    println!("peak memory {memory} MB");
    ensure!(memory <= MEMORY, "{memory} MB is more than {MEMORY}");
    let twice = count(&db, "SELECT COUNT(*) FROM observations WHERE revision > 1").await?;
    ensure!(twice == 0, "{twice} slots were asked for twice");
    db.close().await;
    Ok(())
}

/// Polls for some seconds, and gives how late each request began and how many were stored.
async fn poll(db: &Db, clock: SharedClock, limits: Limits, seconds: u64) -> anyhow::Result<Vec<u32>> {
    let http = config::Http { allow_loopback: true, ..config::Http::default() };
    let requests = Requests::new(Client::new(&http), Network::default());
    let noted = Arc::new(Noted { requests, drifts: Mutex::new(Vec::new()) });
    let figures = Figures::new(&Metrics::new()?)?;
    let execute = Arc::clone(&noted);
    let poller = Poller { db: db.clone(), clock, execute, figures, limits };
    let stop = CancellationToken::new();
    let running = tokio::spawn(poller.run(stop.clone()));
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    stop.cancel();
    running.await?;
    Ok(std::mem::take(&mut *noted.drifts.lock().unwrap_or_else(PoisonError::into_inner)))
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
async fn steady(db: &Db, seconds: u64) -> anyhow::Result<()> {
    let limits = Limits { concurrent: 64, lease: Duration::from_secs(30), patience: Duration::from_secs(20) };
    let before = cpu_seconds("self")?;
    let mut drifts = poll(db, Arc::new(SystemClock), limits, seconds).await?;
    let cpu = cpu_seconds("self")? - before;
    let stored = count(db, PROBES).await?;
    let bad = count(db, "SELECT COUNT(*) FROM observations WHERE failure IS NOT NULL").await?;
    let asked = drifts.len();
    println!(
        "{asked} asked in {seconds} s, {stored} stored, {bad} of them bad; CPU {cpu:.1} s, {:.1} % of one",
        100.0 * cpu / seconds as f64
    );
    drifts.sort_unstable();
    let at = |share: usize| drifts.get((asked * share / 1000).min(asked.saturating_sub(1))).copied().unwrap_or(0);
    println!("drift p50 {} ms, p99 {} ms, at most {} ms", at(500), at(990), at(1000));
    ensure!(at(990) <= DRIFT, "p99 of the drift is {} ms, more than {DRIFT}", at(990));
    Ok(())
}

/// Asks as fast as it can, in turns with the exporter.
#[expect(clippy::cast_precision_loss, reason = "for people")]
async fn beside(db: &Db, folder: &Path, port: u16, seconds: u64) -> anyhow::Result<()> {
    let exporter = exporter(folder, PATTERN)?;
    // Everything is always due: a minute passes in 0.3 s. Leases are so long that none ends meanwhile.
    let clock = Arc::new(FastClock { from: SystemClock.now(), begun: Instant::now(), speed: 200 });
    let limits = Limits { concurrent: 512, lease: Duration::from_secs(100_000), patience: Duration::from_secs(20) };
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let (before, had, begun) = (cpu_seconds("self")?, count(db, PROBES).await?, Instant::now());
        poll(db, clock.clone(), limits, seconds).await?;
        let stored = (count(db, PROBES).await? - had) as f64;
        println!("{:.0} stored a second", stored / begun.elapsed().as_secs_f64());
        ours.push(stored / (cpu_seconds("self")? - before));
        if let Some((child, address)) = &exporter {
            let before = cpu_seconds(&child.0.id().to_string())?;
            let asked = drive(address, port, seconds).await?;
            theirs.push(asked / (cpu_seconds(&child.0.id().to_string())? - before));
        }
    }
    let times = middle("polled, judged, stored", &mut ours) / middle("blackbox-exporter", &mut theirs);
    if exporter.is_some() {
        println!("{times:.2} times as many; the goal is {GOAL}");
        ensure!(times >= GOAL, "below the goal");
    }
    Ok(())
}

/// Prints the median and the range of the turns, and gives the median.
fn middle(name: &str, rates: &mut [f64]) -> f64 {
    rates.sort_by(f64::total_cmp);
    let (Some(least), Some(most)) = (rates.first(), rates.last()) else { return f64::NAN };
    let median = rates[rates.len() / 2];
    println!("{name:<24} {median:>6.0} a second of processor time ({least:.0} to {most:.0}, {} turns)", rates.len());
    median
}

/// Lets the exporter ask the same targets for some seconds, and gives how often it did.
async fn drive(exporter: &str, port: u16, seconds: u64) -> anyhow::Result<f64> {
    let until = Instant::now() + Duration::from_secs(seconds);
    let client = reqwest::Client::builder().pool_max_idle_per_host(64).build()?;
    let next = Arc::new(AtomicU32::new(0));
    let mut workers = Vec::new();
    for _ in 0..64 {
        let (client, next, exporter) = (client.clone(), Arc::clone(&next), exporter.to_owned());
        workers.push(tokio::spawn(async move {
            while Instant::now() < until {
                let url = address(next.fetch_add(1, Ordering::Relaxed) % TARGETS, port);
                let url = format!("http://{exporter}/probe?module=page&target={url}");
                let said = client.get(url).send().await?.text().await?;
                ensure!(said.contains("\nprobe_success 1"), "a probe of the exporter failed: {said}");
            }
            anyhow::Ok(())
        }));
    }
    for worker in workers {
        worker.await??;
    }
    Ok(f64::from(next.load(Ordering::Relaxed)))
}

fn address(n: u32, port: u16) -> String {
    format!("http://127.0.0.{}:{port}/t/{n}", n % HOSTS + 1)
}

fn target(n: u32, port: u16) -> anyhow::Result<Definition> {
    Ok(serde_json::from_value(serde_json::json!({
        "id": format!("target-{n}"), "name": format!("Target {n}"), "owner": "bench", "kind": "http_probe",
        "url": address(n, port), "every_seconds": 60, "host_limit": 64,
        "conditions": ["status == 200", format!("body matches \"{PATTERN}\"")],
    }))?)
}

async fn count(db: &Db, text: &'static str) -> anyhow::Result<i64> {
    let mut tx = db.read().await?;
    let (found,): (i64,) = on_db!(&mut tx, |conn| sqlx::query_as(text).fetch_one(conn).await?);
    Ok(found)
}

/// The most memory that this process had, MB.
fn peak_memory() -> anyhow::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM")).context("no VmHWM")?;
    let kilobytes: u64 = line.split_whitespace().nth(1).context("no number")?.parse()?;
    Ok(kilobytes / 1024)
}
