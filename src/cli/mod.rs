//! The command line: one binary, one subcommand for each thing it can be told to do.

mod check;
mod demo;
mod dossiers;
mod import;
mod index766;
mod organisation;
mod search;
mod serve;
mod simulate;
mod sources;
mod sync;
mod user;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::config::{Overrides, Settings};
use crate::platform::telemetry;
use crate::simulator::year::plan::PROVINCE;

/// Toàn Trình: the catalog of Vietnam's administrative procedures, and what is not yet online end to end.
#[derive(Debug, Parser)]
#[command(name = "toantrinh", version)]
struct Arguments {
    /// TOML file with settings.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address to listen on [default: 127.0.0.1:8080].
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// `sqlite:PATH` or `postgres://…` [default: toantrinh.db in the data folder].
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// Folder for the embedded database and the search index [default: data].
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the catalog (the default).
    Serve,
    /// Serve a demonstration: the starter catalog, no set-up.
    Demo(demo::Arguments),
    /// Bring data in.
    Import(import::Arguments),
    /// Visit a portal and bring its catalog in.
    Sync(sync::Arguments),
    /// Search from the command line.
    Search(search::Arguments),
    /// Add users, give programs tokens, shut users out.
    User(user::Arguments),
    /// Put sources of figures from a file, list them.
    Sources(sources::Arguments),
    /// Add organisations that users act for.
    Organisation(organisation::Arguments),
    /// Stand in for the national portal on this machine: its wire formats, captured answers, faults by setting.
    Simulate(simulate::Arguments),
    /// Delete the search index and build it anew from the database.
    Reindex,
    /// Bring a PostgreSQL database's schema up to this program's.
    Migrate,
    /// Check settings, database and search without changing anything; or the audit log.
    Check(check::Arguments),
}

/// Runs the command line and says whether it went well.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")
        .and_then(|runtime| runtime.block_on(dispatch(arguments)));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("toantrinh: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let mut settings = Settings::load(&Overrides {
        file: arguments.config,
        listen: arguments.listen,
        database: arguments.database,
        data_dir: arguments.data_dir.clone(),
    })?;
    telemetry::init(&settings);
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(&settings).await,
        Command::Demo(given) => {
            if arguments.data_dir.is_none() {
                settings.data_dir = settings.data_dir.join("demo");
            }
            settings.http.allow_loopback = true;
            if settings.board.agency.is_empty() {
                // The made-up year is that of this province.
                PROVINCE.clone_into(&mut settings.board.agency);
            }
            demo::demo(&settings, &given).await
        }
        Command::Import(arguments) => import::run(&settings, arguments).await,
        Command::Sync(arguments) => sync::run(&settings, &arguments).await,
        Command::Search(arguments) => search::run(&settings, arguments).await,
        Command::User(arguments) => user::run(&settings, arguments).await,
        Command::Sources(arguments) => sources::run(&settings, arguments).await,
        Command::Organisation(arguments) => organisation::run(&settings, arguments).await,
        Command::Simulate(given) => simulate::run(arguments.listen, given).await,
        Command::Reindex => serve::reindex(&settings).await,
        Command::Migrate => serve::migrate(&settings).await,
        Command::Check(arguments) => check::run(&settings, &arguments).await,
    }
}
