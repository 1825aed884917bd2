//! `check audit`: walks the chain of hashes over the audit log and says whether the log is what was written.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use crate::account::audit;
use crate::account::audit::chain::{Broken, Head};
use crate::config::Settings;

/// What to check the audit log against, and how to say it.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The log must still hold the head in this file, as `--write-head` wrote it.
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,
    /// Write the head to this file when all is well; a head that the file has already must still be held. Keep the file
    /// where nobody who can write to the database can write.
    #[arg(long, value_name = "FILE")]
    write_head: Option<PathBuf>,
    /// Print the outcome as JSON.
    #[arg(long)]
    json: bool,
}

/// Walks; fails naming the first entry that is not what was written.
pub async fn run(settings: &Settings, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut exported = arguments.head.as_deref().map(read_head).transpose()?.into_iter().collect::<Vec<_>>();
    if let Some(file) = arguments.write_head.as_deref().filter(|file| file.exists()) {
        exported.push(read_head(file)?);
    }
    let db = super::open_existing(settings).await?.context("the database does not exist yet")?;
    let bar = progress_bar();
    let mut show = |at: i64, of: i64| {
        bar.set_length(u64::try_from(of).unwrap_or_default());
        bar.set_position(u64::try_from(at).unwrap_or_default());
    };
    let outcome = audit::walk(&db, exported, &mut show).await?;
    bar.finish_and_clear();
    db.close().await;
    if let (Ok(head), Some(file)) = (&outcome, &arguments.write_head) {
        write_head(file, head)?;
    }
    tell(&outcome, arguments.json)
}

fn tell(outcome: &Result<Head, Broken>, as_json: bool) -> anyhow::Result<ExitCode> {
    match outcome {
        Ok(head) if as_json => println!("{}", json!({ "sound": true, "entries": head.seq, "head": head })),
        Ok(head) => println!("audit log    {} entries, sound\nhead         {head}", head.seq),
        Err(broken) if as_json => {
            println!("{}", json!({ "sound": false, "broken_at": broken.seq(), "why": broken.to_string() }));
            return Ok(ExitCode::FAILURE);
        }
        Err(broken) => anyhow::bail!("the audit log is broken at entry {}: {broken}", broken.seq()),
    }
    Ok(ExitCode::SUCCESS)
}

fn read_head(file: &Path) -> anyhow::Result<Head> {
    let text = match std::fs::read_to_string(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => anyhow::bail!("{} does not exist", file.display()),
        other => other.with_context(|| format!("cannot read {}", file.display()))?,
    };
    text.parse().with_context(|| format!("cannot use {}", file.display()))
}

/// Beside the file first, so that a head is never half written.
fn write_head(file: &Path, head: &Head) -> anyhow::Result<()> {
    let mut name = file.file_name().context("--write-head takes a file")?.to_owned();
    name.push(".new");
    let beside = file.with_file_name(name);
    std::fs::write(&beside, format!("{head}\n")).with_context(|| format!("cannot write {}", beside.display()))?;
    std::fs::rename(&beside, file).with_context(|| format!("cannot write {}", file.display()))
}

/// A bar on a terminal; elsewhere nothing moves.
fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent}% {pos} entries {elapsed} (còn {eta})") {
        bar.set_style(style);
    }
    bar
}
