//! `import`: procedures, dossier counts, units and figures; dossiers, the calendar and index 766 have files of their own.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;
use jiff::civil::Date;

use super::dossiers;
use crate::account::audit::Author;
use crate::app;
use crate::assessment::{self, volumes};
use crate::catalog::import::actions::{Options, import};
use crate::catalog::import::lines::Lines;
use crate::catalog::units;
use crate::config::Settings;
use crate::monitor::intake::actions::take_table;
use crate::monitor::source::kept as sources;
use crate::platform::clock::{Clock, SystemClock};
use crate::platform::db::Db;

/// What to bring in.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Procedures: `.jsonl`, `.jsonl.gz` or `.json` with catalog records, list items or detail answers.
    Procedures(Procedures),
    /// Dossier counts: `code,unit,from,to,total,online`, or the former portal's weights as a prior.
    Volumes(Volumes),
    /// Provinces, communes and their codes, now and before 1 July 2025.
    Units(Units),
    /// Dossiers as one-stop systems send them (`HoSoDongBoDVC`), counted without keeping who applied.
    Dossiers(dossiers::Dossiers),
    /// Days off of a year.
    Calendar(dossiers::Calendar),
    /// Figures of a source of the kind upload or manual: CSV or XLSX with the columns kỳ, giá trị, chỉ tiêu, đối tượng.
    Observations(Observations),
    /// One answer of a portal about index 766, of the present or the former portal.
    Index766(super::index766::Arguments),
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
struct Procedures {
    /// The file.
    path: PathBuf,
    /// Compare only, write nothing.
    #[arg(long)]
    dry_run: bool,
    /// The file holds the whole catalog: public procedures that it lacks are removed.
    #[arg(long)]
    complete: bool,
    /// Fail when any record was refused.
    #[arg(long)]
    strict: bool,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
    /// The day the data was captured, Vietnam time; new versions hold from then [default: now].
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
}

#[derive(Debug, Args)]
struct Volumes {
    /// The CSV file.
    path: PathBuf,
    /// Last day of a prior's period [default: the end of the month in the file's name].
    #[arg(long, value_name = "YYYY-MM-DD")]
    until: Option<Date>,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Units {
    /// The files.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Observations {
    /// The file.
    path: PathBuf,
    /// Id of the source.
    #[arg(long, value_name = "ID")]
    source: String,
    /// Read and compare only, write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Fail when any row was refused.
    #[arg(long)]
    strict: bool,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

/// Runs an import.
pub async fn run(settings: &Settings, arguments: Arguments) -> anyhow::Result<ExitCode> {
    match arguments.what {
        What::Procedures(arguments) => procedures(settings, &arguments).await,
        What::Volumes(arguments) => import_volumes(settings, &arguments).await,
        What::Units(arguments) => import_units(settings, &arguments).await,
        What::Dossiers(arguments) => dossiers::dossiers(settings, &arguments).await,
        What::Calendar(arguments) => dossiers::calendar(settings, &arguments).await,
        What::Observations(arguments) => import_observations(settings, &arguments).await,
        What::Index766(arguments) => super::index766::run(settings, &arguments).await,
    }
}

async fn procedures(settings: &Settings, arguments: &Procedures) -> anyhow::Result<ExitCode> {
    let now = SystemClock.now();
    let as_of = arguments.as_of.map_or(Ok(now), start_of_day)?;
    anyhow::ensure!(as_of <= now, "--as-of lies in the future");
    let lines = Lines::open(&arguments.path)?;
    let db = app::open_database(settings).await?;
    let options = Options {
        source: source_name(&arguments.path),
        dry_run: arguments.dry_run,
        complete: arguments.complete,
        as_of,
    };
    let bar = progress_bar(lines.total_bytes);
    let mut show = |read: u64, bytes: u64| {
        bar.set_position(bytes);
        bar.set_message(format!("{read} records"));
    };
    let report = import(&db, lines, &options, now, &mut show).await?;
    bar.finish_and_clear();
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{report}");
    }
    if !arguments.dry_run {
        assess(&db, arguments.json).await?;
    }
    db.close().await;
    if report.read == 0 {
        eprintln!("toantrinh: {} holds no record", arguments.path.display());
    }
    let failed = report.is_void() || (arguments.strict && !report.is_clean());
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn import_volumes(settings: &Settings, arguments: &Volumes) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(&arguments.path).with_context(|| format!("cannot read {}", arguments.path.display()))?;
    let db = app::open_database(settings).await?;
    let source = source_name(&arguments.path);
    let report = volumes::import(&db, &bytes, &source, arguments.until, SystemClock.now()).await?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!("{}: {} rows read, {} kept as {}", report.source, report.read, report.kept, report.kind);
        for refused in &report.rejected {
            println!("  line {}: {} {}", refused.line, refused.field, refused.message);
        }
    }
    assess(&db, arguments.json).await?;
    db.close().await;
    Ok(if report.kept == 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Verdicts are current when an import exits.
pub(super) async fn assess(db: &Db, quiet: bool) -> anyhow::Result<()> {
    let done = assessment::actions::catch_up(db, SystemClock.now()).await?;
    if !quiet {
        println!("{} procedures assessed, {} verdicts new or changed", done.procedures, done.changed);
    }
    Ok(())
}

async fn import_units(settings: &Settings, arguments: &Units) -> anyhow::Result<ExitCode> {
    let db = app::open_database(settings).await?;
    let mut reports = Vec::new();
    for path in &arguments.paths {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let report = units::import(&db, &text).await.with_context(|| path.display().to_string())?;
        if !arguments.json {
            println!("{}: {report}", path.display());
        }
        reports.push(report);
    }
    // More units in charge may mean other coverage.
    assessment::actions::evaluate_all(&db, SystemClock.now()).await?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&reports)?);
    }
    db.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn import_observations(settings: &Settings, arguments: &Observations) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(&arguments.path).with_context(|| format!("cannot read {}", arguments.path.display()))?;
    let db = app::open_database(settings).await?;
    let source = sources::find(&mut db.read().await?, &arguments.source).await?;
    let source = source.with_context(|| format!("there is no source `{}`", arguments.source))?;
    let (by, now) = (Author::COMMAND_LINE, SystemClock.now());
    let report = take_table(&db, &source, bytes, by, arguments.dry_run, now).await?;
    db.close().await;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        let begin = if report.dry_run { "nothing stored: " } else { "" };
        let counts = [("added", report.added), ("corrected", report.corrected), ("unchanged", report.unchanged)];
        let counts: Vec<String> = counts.iter().map(|(what, n)| format!("{n} {what}")).collect();
        println!("{begin}{} rows read, {}, {} refused", report.read, counts.join(", "), report.refused);
        for refused in &report.refusals {
            let (line, column) = (refused.place.line.unwrap_or(0), refused.place.column.as_deref());
            println!("  line {line}, {}: {}", column.unwrap_or(refused.field), refused.reason);
        }
    }
    let void = report.added + report.corrected + report.unchanged == 0;
    let failed = void || (arguments.strict && report.refused > 0);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The first instant of a day in Vietnam.
fn start_of_day(day: Date) -> anyhow::Result<Timestamp> {
    Ok(day.to_zoned_datetime(crate::platform::clock::VIETNAM)?.timestamp())
}

pub(super) fn source_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}

/// A bar on a terminal; elsewhere nothing moves, and the report says it all.
pub(super) fn progress_bar(bytes: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent}% {msg} {elapsed} (còn {eta})") {
        bar.set_style(style);
    }
    bar
}
