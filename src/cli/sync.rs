//! `sync`: brings a portal's catalog in, and with `--reports` its figures of index 766.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use crate::app;
use crate::assessment;
use crate::config::Settings;
use crate::monitor::index766::period::Period;
use crate::monitor::portal::report::Ended;
use crate::monitor::portal::reports::{self, Wanted};
use crate::monitor::portal::{self, HarvestReport};
use crate::platform::clock::{Clock, SystemClock};
use crate::platform::db::Db;
use crate::platform::http::Client;

/// Visit a portal and bring its catalog in.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The portal's address, such as `https://dichvucong.gov.vn`.
    #[arg(long, value_name = "URL")]
    source: String,
    /// Milliseconds between two requests, give or take a fifth [default: 500; on this machine's own addresses 0].
    #[arg(long, value_name = "N")]
    pause_ms: Option<u32>,
    /// Remove procedures that the list lacks, once it was walked to its end (the default).
    #[arg(long)]
    complete: bool,
    /// Remove nothing, however the walk ends.
    #[arg(long, conflicts_with = "complete")]
    partial: bool,
    /// Stop after so many requests.
    #[arg(long, value_name = "N")]
    max_requests: Option<u64>,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reports: Reports,
}

/// What is collected besides the catalog.
#[derive(Debug, Args)]
struct Reports {
    /// Collect the figures of index 766 too.
    #[arg(long = "reports")]
    besides: bool,
    /// Collect them only, and leave the catalog alone.
    #[arg(long = "reports-only")]
    only: bool,
    /// Their year [default: this one].
    #[arg(long, value_name = "YYYY")]
    year: Option<i16>,
    /// Their quarter, 1 to 4.
    #[arg(long, value_name = "N", conflicts_with = "month")]
    quarter: Option<i8>,
    /// Their month, 1 to 12.
    #[arg(long, value_name = "N")]
    month: Option<i8>,
    /// A department by the portal's id or code, may be given several times [default: all provinces].
    #[arg(long = "department", value_name = "ID")]
    departments: Vec<String>,
    /// A procedure by the portal's id or code, may be given several times.
    #[arg(long = "formality", value_name = "ID")]
    formalities: Vec<String>,
    /// The portal's list of procedures with their states too.
    #[arg(long)]
    formality_list: bool,
}

impl Reports {
    fn wanted(&self, this_year: i16) -> anyhow::Result<Option<Wanted>> {
        if !self.besides && !self.only {
            return Ok(None);
        }
        let year = self.year.unwrap_or(this_year);
        let period = match (self.quarter, self.month) {
            (Some(quarter), _) => Period::quarter(year, quarter),
            (None, Some(month)) => Period::month(year, month),
            (None, None) => Period::year(year),
        };
        let period = period.ok_or_else(|| anyhow::anyhow!("--year, --quarter or --month is out of range"))?;
        Ok(Some(Wanted {
            period,
            departments: self.departments.clone(),
            formalities: self.formalities.clone(),
            with_formalities: self.formality_list,
        }))
    }
}

/// Visits a portal. Fails when the portal stopped us or the list could not be walked whole; missing details are no failure.
pub async fn run(settings: &Settings, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut source = portal::Settings::new(&arguments.source, arguments.pause_ms)?;
    source.may_remove = !arguments.partial;
    source.max_requests = arguments.max_requests;
    let now = SystemClock.now();
    let this_year = crate::platform::clock::VIETNAM.to_datetime(now).year();
    let wanted = arguments.reports.wanted(this_year)?;
    let client = Client::new(&settings.http);
    let db = app::open_database(settings).await?;
    let mut outcome = serde_json::Map::new();
    let mut ended = Vec::new();
    if !arguments.reports.only {
        let report = catalog(&db, &client, &source, arguments.json).await?;
        ended.push(report.ended);
        outcome.insert("harvest".to_owned(), json!(report));
    }
    if let Some(wanted) = wanted.filter(|_| !ended.contains(&Ended::Stopped)) {
        let report = reports::collect(&db, &client, &source, &wanted, SystemClock.now(), &mut |_, _, _| {}).await?;
        if !arguments.json {
            print!("{report}");
        }
        ended.push(report.ended);
        outcome.insert("reports".to_owned(), json!(report));
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&outcome)?);
    }
    db.close().await;
    let complete = ended.iter().all(|e| *e == Ended::Complete);
    Ok(if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn catalog(db: &Db, client: &Client, source: &portal::Settings, json: bool) -> anyhow::Result<HarvestReport> {
    let bar = progress_bar();
    let mut told = 0;
    let mut show = |step: portal::Step| {
        let total = step.total.map_or_else(|| "?".to_owned(), |total| total.to_string());
        let line = format!("{} of {total} items, {} details, {} requests", step.items, step.details, step.requests);
        if bar.is_hidden() {
            // Elsewhere than on a terminal a line for each thousand requests says that it goes on.
            if step.requests / 1000 > told {
                told = step.requests / 1000;
                eprintln!("{}: {line}, {} failures", source.source, step.failures);
            }
            return;
        }
        bar.set_message(format!("{line}, {} failures", step.failures));
    };
    let report = portal::harvest(db, client, source, SystemClock.now(), &mut show).await?;
    bar.finish_and_clear();
    if !json {
        print!("{report}");
    }
    let done = assessment::actions::evaluate_all(db, SystemClock.now()).await?;
    if !json {
        println!("{} procedures assessed, {} verdicts new or changed", done.procedures, done.changed);
    }
    Ok(report)
}

/// A line that moves on a terminal; hidden elsewhere.
fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
