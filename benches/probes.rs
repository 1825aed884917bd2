//! What a probe costs: probes per second of processor time, beside Debian's `prometheus-blackbox-exporter`.
//!
//! Three processes: a server with the targets, this program's prober, and the exporter with a driver that asks it for probes.
//! The processor time of the prober and of the exporter is counted alone, user and system together. Both ask the same
//! targets, judge status and body by the same regular expression, and take turns, so that a busy machine slows both.

#[path = "support/exporter.rs"]
mod exporter;

use std::io::{BufRead, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, ensure};
use jiff::Timestamp;
use toantrinh::config;
use toantrinh::monitor::probe::{HttpProbe, Outcome, Validators, http_probe};
use toantrinh::platform::http::Client;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use exporter::{Ended, cpu_seconds, exporter};

/// Targets: ports of the server, and pages of each.
const PORTS: usize = 16;
const PAGES: usize = 32;
/// Probes under way at once.
const CONCURRENCY: usize = 64;
/// Probes of one turn, and turns of each side.
const PROBES: u32 = 20_000;
const TURNS: usize = 5;
/// How many times as many probes as the exporter is the goal.
const GOAL: f64 = 2.0;
/// 24 November 2026, 09:00 in Vietnam.
const NOW: Timestamp = Timestamp::constant(1_795_485_600, 0);
/// What both sides look for in the body.
const PATTERN: &str = r#""code":"OK""#;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["serve"] => single_thread()?.block_on(serve()),
        ["probe", ports] => tokio::runtime::Runtime::new()?.block_on(probe(ports)),
        ["drive", exporter, ports] => single_thread()?.block_on(drive(exporter, ports)),
        _ => compare(),
    }
}

fn single_thread() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

fn part(arguments: &[&str]) -> anyhow::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(arguments).stdout(Stdio::piped());
    Ok(command)
}

fn compare() -> anyhow::Result<()> {
    let mut server = Ended(part(&["serve"])?.spawn()?);
    let mut ports = String::new();
    BufReader::new(server.0.stdout.take().context("the server's ports")?).read_line(&mut ports)?;
    let ports = ports.trim();
    let folder = tempfile::tempdir()?;
    let exporter = exporter(folder.path(), PATTERN)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let said = part(&["probe", ports])?.output()?;
        ensure!(said.status.success(), "the prober failed: {}", String::from_utf8_lossy(&said.stderr));
        ours.push(String::from_utf8(said.stdout)?.trim().parse()?);
        if let Some((child, address)) = &exporter {
            let before = cpu_seconds(&child.0.id().to_string())?;
            let status = part(&["drive", address, ports])?.status()?;
            ensure!(status.success(), "the exporter's probes failed");
            theirs.push(f64::from(PROBES) / (cpu_seconds(&child.0.id().to_string())? - before));
        }
    }
    let our_rate = report("toantrinh", &mut ours);
    if exporter.is_some() {
        let times = our_rate / report("blackbox-exporter", &mut theirs);
        println!("{times:.2} times as many; the goal is {GOAL}");
        ensure!(times >= GOAL, "below the goal");
    }
    Ok(())
}

/// Prints the median and the range of the turns, and gives the median.
fn report(name: &str, rates: &mut [f64]) -> f64 {
    rates.sort_by(f64::total_cmp);
    let median = rates[rates.len() / 2];
    let (least, most) = (rates[0], rates[rates.len() - 1]);
    println!("{name:<20} {median:>8.0} probes per second of processor time ({least:.0} to {most:.0}, {TURNS} turns)");
    median
}

/// Serves the targets and prints their ports.
async fn serve() -> anyhow::Result<()> {
    let rows = (0..40).map(|n| format!(r#"{{"id":{n},"name":"Thủ tục số {n}"}}"#)).collect::<Vec<_>>().join(",");
    let body = format!(r#"{{"code":"OK","data":[{rows}],"message":"OK"}}"#);
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
    let answer: Arc<str> = format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into();
    let mut ports = Vec::new();
    for _ in 0..PORTS {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        ports.push(listener.local_addr()?.port().to_string());
        let answer = Arc::clone(&answer);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let answer = Arc::clone(&answer);
                tokio::spawn(async move { reply(stream, &answer).await });
            }
        });
    }
    println!("{}", ports.join(","));
    std::io::stdout().flush()?;
    std::future::pending().await
}

async fn reply(mut stream: TcpStream, answer: &str) -> std::io::Result<()> {
    let mut head = Vec::with_capacity(1024);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

fn targets(ports: &str) -> Vec<String> {
    let ports: Vec<&str> = ports.split(',').collect();
    (0..PAGES).flat_map(|page| ports.iter().map(move |port| format!("http://127.0.0.1:{port}/api/{page}"))).collect()
}

/// Probes all targets again and again, and prints how many a second of processor time.
async fn probe(ports: &str) -> anyhow::Result<()> {
    let client = Client::new(&config::Http { allow_loopback: true, contact: "bench@example.vn".to_owned() });
    let definition = |url: String| {
        let conditions = ["status == 200".to_owned(), format!("body matches {PATTERN:?}")];
        serde_json::from_value::<HttpProbe>(serde_json::json!({"url": url, "conditions": conditions}))
    };
    let definitions: Arc<Vec<HttpProbe>> =
        Arc::new(targets(ports).into_iter().map(definition).collect::<Result<_, _>>()?);
    let next = Arc::new(AtomicU32::new(0));
    let before = cpu_seconds("self")?;
    let mut workers = Vec::new();
    for _ in 0..CONCURRENCY {
        let (client, definitions, next) = (client.clone(), Arc::clone(&definitions), Arc::clone(&next));
        workers.push(tokio::spawn(async move {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                if at >= PROBES {
                    return anyhow::Ok(());
                }
                let definition = &definitions[at as usize % definitions.len()];
                keep(&http_probe(&client, definition, &Validators::default(), NOW).await)?;
            }
        }));
    }
    for worker in workers {
        worker.await??;
    }
    println!("{}", f64::from(PROBES) / (cpu_seconds("self")? - before));
    Ok(())
}

/// What becomes of an outcome. Storing belongs here once the monitor's store is part of the measure.
fn keep(outcome: &Outcome) -> anyhow::Result<()> {
    ensure!(outcome.failure.is_none(), "{:?}: {}", outcome.failure, outcome.message);
    Ok(())
}

/// Asks the exporter for the same probes over connections that stay open.
async fn drive(exporter: &str, ports: &str) -> anyhow::Result<()> {
    let paths: Arc<Vec<String>> =
        Arc::new(targets(ports).into_iter().map(|target| format!("/probe?module=page&target={target}")).collect());
    let next = Arc::new(AtomicU32::new(0));
    let client = reqwest::Client::builder().pool_max_idle_per_host(CONCURRENCY).build()?;
    let mut workers = Vec::new();
    for _ in 0..CONCURRENCY {
        let (client, paths, next, exporter) =
            (client.clone(), Arc::clone(&paths), Arc::clone(&next), exporter.to_owned());
        workers.push(tokio::spawn(async move {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                if at >= PROBES {
                    return anyhow::Ok(());
                }
                let url = format!("http://{exporter}{}", paths[at as usize % paths.len()]);
                let said = client.get(url).send().await?.text().await?;
                ensure!(said.contains("\nprobe_success 1"), "a probe of the exporter failed: {said}");
            }
        }));
    }
    for worker in workers {
        worker.await??;
    }
    Ok(())
}
