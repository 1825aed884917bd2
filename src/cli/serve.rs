//! `serve`, `reindex`, `migrate`.

use std::process::ExitCode;
use std::sync::Arc;

use crate::app;
use crate::config::Settings;
use crate::platform::clock::SystemClock;
use crate::platform::db::Db;
use crate::search::engine::{Engine, Place};

/// Serves until a stop signal.
pub async fn serve(settings: &Settings) -> anyhow::Result<ExitCode> {
    let db = app::open_database(settings).await?;
    let running = app::start(settings, db, Arc::new(SystemClock), false).await?;
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
