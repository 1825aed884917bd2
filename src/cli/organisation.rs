//! `organisation add`.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::account::actions;
use crate::account::audit::Author;
use crate::app;
use crate::config::Settings;
use crate::platform::clock::{Clock, SystemClock};

/// What to do with organisations.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Add an organisation; users of one above it act for it too.
    Add {
        /// Its identifier, such as H31.12.
        id: String,
        /// Its name.
        name: String,
        /// The organisation right above it.
        #[arg(long, value_name = "ID")]
        parent: Option<String>,
    },
}

/// Does it.
pub async fn run(settings: &Settings, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let What::Add { id, name, parent } = arguments.what;
    let db = app::open_database(settings).await?;
    let now = SystemClock.now();
    actions::add_organisation(&db, Author::COMMAND_LINE, &id, &name, parent.as_deref(), now).await?;
    println!("added the organisation {id}");
    db.close().await;
    Ok(ExitCode::SUCCESS)
}
