//! `sources load`, `sources list`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};

use crate::app;
use crate::config::Settings;
use crate::monitor::poll::store as polls;
use crate::monitor::source::actions::{self, Keeper, Loaded};
use crate::monitor::source::trial::{Sample, SampleReading, try_once};
use crate::monitor::source::{file, kept};
use crate::platform::clock::{Clock, SystemClock};
use crate::platform::db::Db;
use crate::platform::http::Client;
use crate::platform::word;
use crate::web::format::iso;

/// Sources read from the database at once.
const PAGE: i64 = 200;

/// What to do with sources of figures.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Put every `[[source]]` of a TOML file, all or none. Sources that are not in it stay as they are.
    Load {
        /// The file.
        path: PathBuf,
        /// Check, compare, ask each source once and show what came; write nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// List sources: id, kind, on or off, next poll, last failure, name.
    List,
}

/// Does it.
pub async fn run(settings: &Settings, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let db = app::open_database(settings).await?;
    match arguments.what {
        What::Load { path, dry_run } => {
            let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let loaded = if dry_run {
                show_samples(settings, &text).await?;
                compare(&db, &text).await?
            } else {
                actions::load_file(&db, Keeper::COMMAND_LINE, &text, SystemClock.now()).await?
            };
            let begin = if dry_run { "would be: " } else { "" };
            println!("{begin}{} new, {} changed, {} unchanged", loaded.created, loaded.changed, loaded.unchanged);
        }
        What::List => list(&db).await?,
    }
    db.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Asks each source of a file once and prints what came.
async fn show_samples(settings: &Settings, text: &str) -> anyhow::Result<()> {
    let client = Client::new(&settings.http);
    for definition in file::read(text)? {
        let sample = try_once(&client, &definition, SystemClock.now()).await;
        println!("{}: {}", definition.id, told(&sample));
    }
    Ok(())
}

/// A sample in one line.
fn told(sample: &Sample) -> String {
    if !sample.asked {
        return "is sent to us, nothing to ask for".to_owned();
    }
    let milliseconds = sample.phases.map_or(0.0, |phases| phases.total);
    let Some(failure) = sample.failure else {
        let readings: Vec<String> = sample.readings.iter().map(reading).collect();
        return format!("good after {milliseconds:.0} ms {}", readings.join(", ")).trim_end().to_owned();
    };
    format!("{}: {}", word::of(&failure), sample.message)
}

fn reading(reading: &SampleReading) -> String {
    let value = reading.value.map_or_else(|| word::of(&reading.state), |value| value.to_string());
    format!("{} = {value} {}", reading.metric, reading.unit)
}

/// What loading a file would do.
async fn compare(db: &Db, text: &str) -> anyhow::Result<Loaded> {
    let mut loaded = Loaded::default();
    let mut tx = db.read().await?;
    for definition in file::read(text)? {
        match kept::find(&mut tx, &definition.id).await? {
            None => loaded.created += 1,
            Some(source) if source.definition == actions::normal(&definition)? => loaded.unchanged += 1,
            Some(source) => {
                anyhow::ensure!(
                    source.definition.what.kind() == definition.what.kind(),
                    "source {}: its kind cannot be changed; make another source",
                    definition.id
                );
                loaded.changed += 1;
            }
        }
    }
    Ok(loaded)
}

async fn list(db: &Db) -> anyhow::Result<()> {
    let mut after = String::new();
    loop {
        let mut tx = db.read().await?;
        let sources = kept::list(&mut tx, &after, PAGE).await?;
        for source in &sources {
            let definition = &source.definition;
            let poll = polls::status(&mut tx, &definition.id).await?;
            let next = poll.as_ref().and_then(|poll| poll.next_at).map_or_else(|| "-".to_owned(), iso);
            let failure = poll.and_then(|poll| poll.last_failure).unwrap_or_else(|| "-".to_owned());
            let state = if source.enabled { "on" } else { "off" };
            let kind = word::of(&definition.what.kind());
            println!("{}\t{kind}\t{state}\t{next}\t{failure}\t{}", definition.id, definition.name);
        }
        match sources.last() {
            Some(last) => after.clone_from(&last.definition.id),
            None => return Ok(()),
        }
    }
}
