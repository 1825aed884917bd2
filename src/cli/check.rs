//! `check`: says whether this installation can serve, and changes nothing; `check audit` is about the audit log.

mod audit;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::catalog::store;
use crate::config::Settings;
use crate::platform::db::Db;
use crate::search::knowledge::Knowledge;

/// What to check.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Check that no entry of the audit log was changed, taken out or cut off.
    Audit(audit::Arguments),
}

/// Checks.
pub async fn run(settings: &Settings, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match &arguments.what {
        Some(What::Audit(arguments)) => audit::run(settings, arguments).await,
        None => installation(settings).await,
    }
}

/// Prints the settings in force and what was found; fails when something would keep the program from serving.
async fn installation(settings: &Settings) -> anyhow::Result<ExitCode> {
    print!("{}", in_force(settings)?);
    let knowledge = Knowledge::built_in()?;
    let synonyms: usize = knowledge.synonyms.values().map(Vec::len).sum();
    println!("search data  {} ({synonyms} phrases with synonyms)", knowledge.fingerprint);
    let Some(db) = open_existing(settings).await? else {
        println!("the database does not exist yet; `toantrinh serve` makes it");
        return Ok(ExitCode::SUCCESS);
    };
    let counts = store::counts(&mut db.read().await?).await?;
    println!("catalog      {} public procedures, {} tombstones", counts.public, counts.retired);
    println!("all is well");
    Ok(ExitCode::SUCCESS)
}

/// The database with this program's schema; `None` when its file does not exist, which opening would make.
async fn open_existing(settings: &Settings) -> anyhow::Result<Option<Db>> {
    let url = settings.database_url();
    if let Some(path) = url.strip_prefix("sqlite:")
        && !std::path::Path::new(path.trim_start_matches("//")).exists()
    {
        return Ok(None);
    }
    let db = Db::open(&url).await?;
    db.check_schema().await?;
    Ok(Some(db))
}

/// Every setting as it could stand in the TOML file.
fn in_force(settings: &Settings) -> anyhow::Result<String> {
    let mut shown = settings.clone();
    shown.database.url = without_password(&settings.database_url());
    Ok(toml::to_string(&shown)?)
}

/// A password in a database URL is not for the terminal.
fn without_password(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut parsed) if parsed.password().is_some() => {
            // It cannot fail: a URL with a password can have another.
            let _ = parsed.set_password(Some("…"));
            parsed.to_string()
        }
        _ => url.to_owned(),
    }
}
