//! `import index766`: takes in one answer of a reporting endpoint from a file.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;

use crate::app;
use crate::config::Settings;
use crate::monitor::index766::actions::take;
use crate::monitor::index766::directory;
use crate::monitor::index766::model::{Context, Endpoint};
use crate::monitor::index766::period::Period;
use crate::platform::clock::{Clock, SystemClock};
use crate::platform::word;

/// An answer and what was asked for it, which the answer does not say.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The file with the answer as it came.
    path: PathBuf,
    /// The last part of the endpoint's address, such as `transparency`; rows of the former portal are `service-results`.
    #[arg(long, default_value = "service-results")]
    endpoint: String,
    /// The time it is for: `2026`, `2026-Q3`, `2026-08`.
    #[arg(long)]
    period: String,
    /// The department asked for, by the portal's id or code [default: the whole country].
    #[arg(long, default_value = "")]
    department: String,
    /// The procedure asked for, by the portal's id or code [default: all].
    #[arg(long, default_value = "")]
    formality: String,
    /// Under which name it is kept.
    #[arg(long, default_value = "file")]
    source: String,
}

/// Takes the answer in and says what it brought.
pub async fn run(settings: &Settings, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let endpoint: Endpoint = word::read(&arguments.endpoint)
        .with_context(|| format!("--endpoint {}: no reporting endpoint has this name", arguments.endpoint))?;
    let period = Period::parse(&arguments.period)
        .with_context(|| format!("--period {}: expected YYYY, YYYY-Qn or YYYY-MM", arguments.period))?;
    let payload =
        std::fs::read(&arguments.path).with_context(|| format!("cannot read {}", arguments.path.display()))?;
    let db = app::open_database(settings).await?;
    let mut tx = db.read().await?;
    let department = directory::department(&mut tx, &arguments.department).await?;
    let by_code = directory::formality_id(&mut tx, &arguments.formality).await?;
    let by_id = directory::formality_code(&mut tx, &arguments.formality).await?;
    drop(tx);
    let given = arguments.formality.clone();
    let (formality_id, formality_code) = match (by_code, by_id) {
        (Some(id), _) => (id, given),
        (None, code) => (given, code.unwrap_or_default()),
    };
    let department_id = department.map_or_else(|| arguments.department.clone(), |d| d.id);
    let context = Context { period, department_id, formality_id, formality_code };
    let taken = take(&db, &arguments.source, endpoint, &context, &payload, SystemClock.now()).await?;
    println!(
        "{} departments, {} figures new ({} took over), {} unchanged, {} procedures named",
        taken.departments.len(),
        taken.new,
        taken.corrected,
        taken.unchanged,
        taken.formalities
    );
    for warning in &taken.warnings {
        println!("  note {warning}");
    }
    db.close().await;
    Ok(ExitCode::SUCCESS)
}
