//! `simulate`: a stand-in for the national portal on this machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use tokio::net::TcpListener;

use crate::app::wait_for_signal;
use crate::simulator::{self, faults};

/// Where it listens unless told otherwise.
const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8766);

/// What to simulate.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Folder with captures of the portal, or a procedures.jsonl(.gz) file [default: the starter catalog].
    #[arg(long, value_name = "DIR|FILE")]
    from: Option<PathBuf>,
    /// Faults, such as `5%` or `latency=200ms:0.05,429=0.01:retry_after=2`; docs/SIMULATOR.md lists them.
    #[arg(long, value_name = "SPEC", default_value = "")]
    faults: String,
    /// Seed of faults and of what is made up: the same seed gives the same.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
}

/// Simulates until a stop signal.
pub async fn run(listen: Option<SocketAddr>, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let address = listen.unwrap_or(ADDRESS);
    anyhow::ensure!(address.ip().is_loopback(), "the simulator listens on this machine only: name a 127.0.0.1 address");
    let faults = faults::parse(&arguments.faults)?;
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; choose another with --listen"))?;
    let settings = simulator::Settings { from: arguments.from, faults, seed: arguments.seed };
    let running = simulator::start(settings, listener).await?;
    for missing in running.missing() {
        eprintln!("toantrinh: not simulated: {missing}");
    }
    let (items, details) = running.size();
    println!(
        "simulating {items} procedures and {details} details on {} after {} ms",
        running.base(),
        started.elapsed().as_millis()
    );
    wait_for_signal().await;
    running.stop().await;
    Ok(ExitCode::SUCCESS)
}
