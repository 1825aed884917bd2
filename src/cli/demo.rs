//! `demo`: the starter catalog, a made-up year, and sources of a simulated portal that the real poller asks.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;
use tokio::net::TcpListener;

use crate::app;
use crate::catalog::starter;
use crate::config::Settings;
use crate::monitor::source::actions::{Keeper, load_file};
use crate::platform::clock::{SharedClock, ShiftedClock, SystemClock};
use crate::platform::db::Db;
use crate::simulator::captures::Captures;
use crate::simulator::year::build::{self, Year};
use crate::simulator::year::index766;
use crate::simulator::year::plan::{PROVINCE, Plan};
use crate::simulator::{self, faults};

/// What `demo` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The time at which the demonstration begins, such as 2026-08-26T08:00:00+07:00; its clock runs on from there.
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// The year before that time is made up from this number, once for a data folder.
    #[arg(long, default_value_t = 1)]
    seed: u32,
}

/// Where the simulated portal listens, so that its sources keep their addresses from one run to the next.
const PORTAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8766);
/// Some answers come late and a few fail, as they do.
const FAULTS: &str = "latency=400ms:0.05,5xx=0.01,only=/t/";
/// What the demonstration polls, with `{portal}` for the address.
const SOURCES: &str = include_str!("demo_sources.toml");

/// Serves the starter catalog from a folder of its own, beside a portal that is simulated in this process.
pub async fn demo(settings: &Settings, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let clock: SharedClock = match arguments.at {
        Some(at) => Arc::new(ShiftedClock::starting(at)),
        None => Arc::new(SystemClock),
    };
    let now = clock.now();
    let db = Db::open(&settings.database_url()).await?;
    db.migrate().await?;
    let plan = Plan::new(arguments.seed.into(), now);
    let year = build::ensure(&db, &plan).await?;
    tell(arguments, year);
    let captures = match year {
        Year::Made => index766::captures(&plan)?,
        Year::Held(held) => index766::captures(&held)?,
        Year::Other => {
            let report = starter::load(&db, now).await?;
            tracing::info!(procedures = report.public, "the starter catalog is loaded");
            simulator::captures::load(None)?
        }
    };
    crate::assessment::actions::catch_up(&db, now).await?;
    let portal = simulate(&db, captures, now).await?;
    let mut settings = settings.clone();
    if settings.board.agency.is_empty() {
        PROVINCE.clone_into(&mut settings.board.agency);
    }
    let running = app::start(&settings, db, clock, true).await?;
    tracing::info!(url = %format_args!("http://{}", running.address), "serving");
    running.until_signal().await;
    portal.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// Says which year lies in the data folder.
fn tell(arguments: &Arguments, year: Year) {
    match year {
        Year::Made => tracing::info!(seed = arguments.seed, "a year is made up"),
        Year::Held(held) => {
            let (end, seed) = (held.end(), held.seed());
            let asked = arguments.at.is_some_and(|at| at.as_millisecond() != end.as_millisecond());
            if asked || seed != u64::from(arguments.seed) {
                tracing::warn!(%end, seed, "the data folder already holds the year that ended then, made up from this seed; another one needs another --data-dir");
            } else {
                tracing::info!(%end, seed, "the data folder holds the year that ended then");
            }
        }
        Year::Other => tracing::warn!(
            "the data folder was filled in another way: no year is made up in it; one needs another --data-dir"
        ),
    }
}

/// Starts the portal and makes the sources that ask it.
async fn simulate(db: &Db, captures: Captures, now: Timestamp) -> anyhow::Result<simulator::Running> {
    let listener = match TcpListener::bind(PORTAL).await {
        Ok(listener) => listener,
        // Somebody else has the port: any other will do, and the sources get a new version.
        Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?,
    };
    let settings = simulator::Settings { from: None, faults: faults::parse(FAULTS)?, seed: 1 };
    let portal = simulator::start_with(captures, settings, listener)?;
    load_file(db, Keeper::COMMAND_LINE, &SOURCES.replace("{portal}", &portal.base()), now).await?;
    tracing::info!(url = %portal.base(), "a portal is simulated");
    Ok(portal)
}
