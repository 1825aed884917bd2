//! `import dossiers` and `import calendar`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::import::{assess, progress_bar, source_name};
use crate::app;
use crate::catalog::import::lines::Lines;
use crate::config::Settings;
use crate::monitor::dossier::actions::{DossierReport, Feed, judge_again, take};
use crate::monitor::dossier::agency::normalise;
use crate::monitor::dossier::model::Side;
use crate::platform::calendar::import::read;
use crate::platform::calendar::store;
use crate::platform::clock::{Clock, SystemClock};

/// Dossiers to count.
#[derive(Debug, Args)]
pub struct Dossiers {
    /// A record or an envelope a line, plain or gzip; a `.json` file is one envelope.
    path: PathBuf,
    /// Name of the source, the same each time; it is shown wherever the counts are.
    #[arg(long, value_name = "NAME")]
    source: String,
    /// The records say how the national portal has the dossiers, not the system that handles them.
    #[arg(long)]
    portal: bool,
    /// Agency code of records that name none, such as H31.1.
    #[arg(long, value_name = "CODE")]
    unit: Option<String>,
    /// Fail when any record was refused.
    #[arg(long)]
    strict: bool,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

/// A year's days off.
#[derive(Debug, Args)]
pub struct Calendar {
    /// `.toml`, `.json` or `.csv`.
    path: PathBuf,
}

/// Takes dossiers in.
pub async fn dossiers(settings: &Settings, arguments: &Dossiers) -> anyhow::Result<ExitCode> {
    let unit = arguments.unit.as_deref().map(|text| {
        normalise(text).with_context(|| format!("`{text}` is no agency code: write it as H31.1 or 000.00.01.H31"))
    });
    let feed = Feed {
        source: arguments.source.clone(),
        side: if arguments.portal { Side::Portal } else { Side::Local },
        unit: unit.transpose()?,
    };
    let lines = Lines::open(&arguments.path)?;
    let db = app::open_database(settings).await?;
    let bar = progress_bar(lines.total_bytes);
    let mut show = |read: u64, bytes: u64| {
        bar.set_position(bytes);
        bar.set_message(format!("{read} records"));
    };
    let report = take(&db, &feed, lines, SystemClock.now(), &mut show).await?;
    bar.finish_and_clear();
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print(&feed.source, &report);
    }
    assess(&db, arguments.json).await?;
    db.close().await;
    let failed = report.taken + report.unchanged == 0 || (arguments.strict && report.refused > 0);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn print(source: &str, report: &DossierReport) {
    println!(
        "{source}: {} records read, {} new or changed, {} known, {} refused",
        report.read, report.taken, report.unchanged, report.refused
    );
    println!(
        "  {} dossiers began to differ from the portal, {} say processed without proof, {} steps that no decree knows",
        report.mismatches, report.unproven, report.illegal
    );
    for refused in &report.quarantined {
        let field = if refused.field.is_empty() { "the line" } else { refused.field };
        println!("  line {}: {field} {}", refused.line, refused.reason);
    }
}

/// Loads days off, and judges dossiers again with them.
pub async fn calendar(settings: &Settings, arguments: &Calendar) -> anyhow::Result<ExitCode> {
    let path = &arguments.path;
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let name = source_name(path);
    let years = read(&text, &name, &name).with_context(|| path.display().to_string())?;
    let db = app::open_database(settings).await?;
    let now = SystemClock.now();
    store::replace(&db, &years, now).await?;
    for year in &years {
        println!("{}: {} days that differ from the week", year.year, year.days.len());
    }
    println!("{} dossiers came out otherwise with it", judge_again(&db, now).await?);
    assess(&db, false).await?;
    db.close().await;
    Ok(ExitCode::SUCCESS)
}
