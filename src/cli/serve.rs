//! `serve`, `demo`, `reindex`, `migrate`.

use std::process::ExitCode;
use std::sync::Arc;

use crate::app;
use crate::catalog::starter;
use crate::config::Settings;
use crate::platform::clock::{Clock, SystemClock};
use crate::platform::db::Db;
use crate::search::engine::{Engine, Place};

/// Serves until a stop signal.
pub async fn serve(settings: &Settings) -> anyhow::Result<ExitCode> {
    let db = app::open_database(settings).await?;
    listen(settings, db, false).await
}

/// Serves the starter catalog from a folder of its own.
pub async fn demo(settings: &Settings) -> anyhow::Result<ExitCode> {
    let db = Db::open(&settings.database_url()).await?;
    db.migrate().await?;
    let report = starter::load(&db, SystemClock.now()).await?;
    crate::assessment::actions::catch_up(&db, SystemClock.now()).await?;
    tracing::info!(procedures = report.public, "the starter catalog is loaded");
    listen(settings, db, true).await
}

async fn listen(settings: &Settings, db: Db, demo: bool) -> anyhow::Result<ExitCode> {
    let running = app::start(settings, db, Arc::new(SystemClock), demo).await?;
    tracing::info!(url = %format_args!("http://{}", running.address), "serving");
    running.until_signal().await;
    Ok(ExitCode::SUCCESS)
}

/// Deletes the index of this data folder and builds it anew.
pub async fn reindex(settings: &Settings) -> anyhow::Result<ExitCode> {
    let db = app::open_database(settings).await?;
    let folder = settings.index_dir();
    if folder.exists() {
        // Opening first makes sure that no serving process works in the folder.
        drop(Engine::open(&db, Place::Folder(&folder)).await?);
        std::fs::remove_dir_all(&folder)?;
    }
    let engine = Engine::open(&db, Place::Folder(&folder)).await?;
    println!("indexed {} procedures", engine.snapshot().names.docs.len());
    Ok(ExitCode::SUCCESS)
}

/// Brings the schema up to date.
pub async fn migrate(settings: &Settings) -> anyhow::Result<ExitCode> {
    let db = Db::open(&settings.database_url()).await?;
    db.migrate().await?;
    println!("the {} database has this program's schema", db.kind());
    Ok(ExitCode::SUCCESS)
}
