//! Polls of 5,000 targets on this machine: how late they begin, what they take, how many are stored.
//!
//! `cargo bench --bench poll -- steady [MINUTES]` asks each target once a minute; it fails when more than one of a hundred
//! begins later than 2 s after its slot, or when it takes more than 300 MB. `-- fast [SECONDS]` asks as fast as it can.
//! On SQLite, or on the empty PostgreSQL database that `BENCH_DATABASE` names. The targets are a process of their own.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
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
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

const TARGETS: u32 = 5_000;
/// Loopback addresses that the targets are spread over.
const HOSTS: u32 = 100;
/// The latest that 99 of 100 polls may begin, milliseconds after their slot.
const DRIFT: u32 = 2_000;
/// The most memory, MB.
const MEMORY: u64 = 300;
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 4\r\n\r\nchao";

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |default| words.get(1).and_then(|word| word.parse().ok()).unwrap_or(default);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match words.first() {
        Some(&"targets") => runtime.block_on(targets()),
        Some(&"fast") => runtime.block_on(run(true, number(20))),
        _ => runtime.block_on(run(false, 60 * number(10))),
    }
}

/// Answers every request on every loopback address.
async fn targets() -> anyhow::Result<()> {
    let listener = TcpListener::bind("0.0.0.0:0").await?;
    println!("{}", listener.local_addr()?.port());
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(serve(stream));
    }
}

async fn serve(mut stream: TcpStream) {
    let mut buffer = [0u8; 4096];
    let mut length = 0;
    while let Ok(read) = stream.read(&mut buffer[length..]).await {
        length += read;
        if read == 0 || length == buffer.len() {
            return;
        }
        if buffer[..length].ends_with(b"\r\n\r\n") {
            length = 0;
            if stream.write_all(ANSWER).await.is_err() {
                return;
            }
        }
    }
}

/// A process that is ended with this one.
struct Targets(Child);

impl Drop for Targets {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start_targets() -> anyhow::Result<(Targets, u16)> {
    let mut child = Command::new(std::env::current_exe()?).arg("targets").stdout(Stdio::piped()).spawn()?;
    let output = child.stdout.take().context("no output")?;
    let targets = Targets(child);
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
    let system: SharedClock = Arc::new(SystemClock);
    let started = Instant::now();
    for n in 0..TARGETS {
        put(&db, Keeper::COMMAND_LINE, &target(n, port)?, None, system.now()).await?;
    }
    println!("{TARGETS} targets on {} made in {:.1} s", db.kind(), started.elapsed().as_secs_f64());
    let clock: SharedClock =
        if fast { Arc::new(FastClock { from: system.now(), begun: Instant::now(), speed: 200 }) } else { system };
    let http = config::Http { allow_loopback: true, ..config::Http::default() };
    let noted = Arc::new(Noted {
        requests: Requests::new(Client::new(&http), Network::default()),
        drifts: Mutex::new(Vec::new()),
    });
    let figures = Figures::new(&Metrics::new()?)?;
    let (concurrent, lease) = if fast { (512, 100_000) } else { (64, 30) };
    let limits = Limits { concurrent, lease: Duration::from_secs(lease), patience: Duration::from_secs(20) };
    let execute = Arc::clone(&noted);
    let poller = Poller { db: db.clone(), clock, execute, figures: figures.clone(), limits };
    let stop = CancellationToken::new();
    let (cpu, begun) = (cpu_seconds()?, Instant::now());
    let running = tokio::spawn(poller.run(stop.clone()));
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    stop.cancel();
    running.await?;
    let (cpu, wall) = (cpu_seconds()? - cpu, begun.elapsed().as_secs_f64());
    let drifts = std::mem::take(&mut *noted.drifts.lock().unwrap_or_else(PoisonError::into_inner));
    report(&db, fast, drifts, cpu, wall).await?;
    db.close().await;
    Ok(())
}

fn target(n: u32, port: u16) -> anyhow::Result<Definition> {
    let host = n % HOSTS + 1;
    Ok(serde_json::from_value(serde_json::json!({
        "id": format!("target-{n}"), "name": format!("Target {n}"), "owner": "bench", "kind": "http_probe",
        "url": format!("http://127.0.0.{host}:{port}/t/{n}"), "every_seconds": 60, "host_limit": 64,
        "conditions": ["status == 200", "body contains \"chao\""],
    }))?)
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
async fn report(db: &Db, fast: bool, mut drifts: Vec<u32>, cpu: f64, wall: f64) -> anyhow::Result<()> {
    let stored = count(db, "SELECT COUNT(*) FROM observations").await?;
    let bad = count(db, "SELECT COUNT(*) FROM observations WHERE failure IS NOT NULL").await?;
    let twice = count(db, "SELECT COUNT(*) FROM observations WHERE revision > 1").await?;
    let memory = peak_memory()?;
    drifts.sort_unstable();
    let at = |share: usize| drifts.get((drifts.len() * share / 1000).min(drifts.len().saturating_sub(1))).copied();
    println!("{} asked, {stored} stored ({bad} bad, {twice} twice) in {wall:.0} s", drifts.len());
    println!("CPU {cpu:.1} s: {:.0} stored a CPU-second, {:.0} a second", stored as f64 / cpu, stored as f64 / wall);
    println!("peak memory {memory} MB");
    ensure!(memory <= MEMORY, "{memory} MB is more than {MEMORY}");
    ensure!(twice == 0, "{twice} slots were asked for twice");
    if !fast {
        let (middle, late, latest) = (at(500).unwrap_or(0), at(990).unwrap_or(0), at(1000).unwrap_or(0));
        println!("drift p50 {middle} ms, p99 {late} ms, at most {latest} ms");
        ensure!(late <= DRIFT, "p99 of the drift is {late} ms, more than {DRIFT}");
    }
    Ok(())
}

async fn count(db: &Db, text: &'static str) -> anyhow::Result<i64> {
    let mut tx = db.read().await?;
    let (found,): (i64,) = on_db!(&mut tx, |conn| sqlx::query_as(text).fetch_one(conn).await?);
    Ok(found)
}

/// CPU seconds of this process, the targets left out.
fn cpu_seconds() -> anyhow::Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let after = stat.rsplit_once(')').context("no stat")?.1;
    let ticks: f64 = after.split_whitespace().skip(11).take(2).filter_map(|word| word.parse::<f64>().ok()).sum();
    Ok(ticks / 100.0)
}

/// The most memory that this process had, MB.
fn peak_memory() -> anyhow::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM")).context("no VmHWM")?;
    let kilobytes: u64 = line.split_whitespace().nth(1).context("no number")?.parse()?;
    Ok(kilobytes / 1024)
}
