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
use crate::simulator::year::build::{self, Year};
use crate::simulator::year::index766;
use crate::simulator::year::plan::Plan;
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
    /// Make up no year: the starter catalog alone.
    #[arg(long, conflicts_with = "seed")]
    without_year: bool,
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
    let year = year(&db, arguments, now).await?;
    if year.is_none() {
        let report = starter::load(&db, now).await?;
        tracing::info!(procedures = report.public, "the starter catalog is loaded");
    }
    crate::assessment::actions::catch_up(&db, now).await?;
    let portal = simulate(&db, year, now).await?;
    let running = app::start(settings, db, clock, true).await?;
    tracing::info!(url = %format_args!("http://{}", running.address), "serving");
    running.until_signal().await;
    portal.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// Makes the year up unless there is one, and says which one lies in the data folder.
async fn year(db: &Db, arguments: &Arguments, now: Timestamp) -> anyhow::Result<Option<Plan>> {
    if arguments.without_year {
        return Ok(None);
    }
    let plan = Plan::new(arguments.seed.into(), now);
    match build::ensure(db, &plan).await? {
        Year::Made => {
            tracing::info!(end = %plan.end(), seed = plan.seed(), "a year is made up");
            Ok(Some(plan))
        }
        Year::Held(held) => {
            let (end, seed) = (held.end(), held.seed());
            let asked = arguments.at.is_some_and(|at| at.as_millisecond() != end.as_millisecond());
            if asked || seed != u64::from(arguments.seed) {
                tracing::warn!(%end, seed, "the data folder already holds the year that ended then, made up from this seed; another one needs another --data-dir");
            } else {
                tracing::info!(%end, seed, "the data folder holds the year that ended then");
            }
            Ok(Some(held))
        }
        Year::Other => {
            tracing::warn!(
                "the data folder was filled in another way: no year is made up in it; one needs another --data-dir"
            );
            Ok(None)
        }
    }
}

/// Starts the portal, which knows the figures of the year, and makes the sources that ask it.
async fn simulate(db: &Db, year: Option<Plan>, now: Timestamp) -> anyhow::Result<simulator::Running> {
    let listener = match TcpListener::bind(PORTAL).await {
        Ok(listener) => listener,
        // Somebody else has the port: any other will do, and the sources get a new version.
        Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?,
    };
    let captures = match &year {
        Some(plan) => index766::captures(plan)?,
        None => simulator::captures::load(None)?,
    };
    let seed = year.map_or(1, |plan| plan.seed());
    let settings = simulator::Settings { from: None, faults: faults::parse(FAULTS)?, seed };
    let portal = simulator::start_with(captures, settings, listener)?;
    load_file(db, Keeper::COMMAND_LINE, &SOURCES.replace("{portal}", &portal.base()), now).await?;
    tracing::info!(url = %portal.base(), "a portal is simulated");
    Ok(portal)
}
