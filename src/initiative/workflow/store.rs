//! SQL of workflows, and the definitions that the program carries.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jiff::Timestamp;

use super::model::{Workflow, WorkflowError};
use crate::initiative::model::Track;
use crate::on_db;
use crate::platform::clock::VIETNAM;
use crate::platform::db::{Db, Tx};

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Keeps a definition unless the track has the version.
    pub const INSERT: &str = "
        INSERT INTO workflows (track, version, valid_from, document) VALUES ($1, $2, $3, $4)
        ON CONFLICT (track, version) DO NOTHING";
    /// One definition.
    pub const FIND: &str = "SELECT document FROM workflows WHERE track = $1 AND version = $2";
    /// The one that initiatives begin with on a day.
    pub const IN_FORCE: &str = "
        SELECT version, document FROM workflows WHERE track = $1 AND valid_from <= $2
        ORDER BY valid_from DESC, version DESC LIMIT 1";
}

/// The definitions of this program.
pub const CARRIED: [&str; 4] = [
    include_str!("../../../workflows/simplification.toml"),
    include_str!("../../../workflows/innovation_proposal.toml"),
    include_str!("../../../workflows/recognition.toml"),
    include_str!("../../../workflows/breakthrough.toml"),
];

/// Definitions never change once they are kept: each text is read once.
static READ: LazyLock<Mutex<HashMap<String, Arc<Workflow>>>> = LazyLock::new(Mutex::default);

/// Why a workflow cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum WorkflowStoreError {
    /// The database failed.
    #[error("the database failed")]
    Sql(#[from] sqlx::Error),
    /// A definition cannot be used.
    #[error(transparent)]
    Workflow(#[from] WorkflowError),
    /// No definition is in force.
    #[error("no workflow of {0} is in force: start the program once, it brings its own")]
    Missing(&'static str),
}

/// Keeps the definitions of this program that the database does not have.
///
/// # Errors
/// [`WorkflowStoreError`]
pub async fn seed(db: &Db) -> Result<(), WorkflowStoreError> {
    let mut tx = db.write().await?;
    for text in CARRIED {
        let workflow = Workflow::read(text)?;
        on_db!(&mut tx, |conn| sqlx::query(sql::INSERT)
            .bind(workflow.track.code())
            .bind(workflow.version)
            .bind(workflow.valid_from.to_string())
            .bind(text)
            .execute(conn)
            .await
            .map(|_| ())?);
    }
    Ok(tx.commit().await?)
}

/// One version of a workflow.
///
/// # Errors
/// [`WorkflowStoreError`]
pub async fn find(tx: &mut Tx, track: Track, version: i64) -> Result<Arc<Workflow>, WorkflowStoreError> {
    let row: Option<(String,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::FIND).bind(track.code()).bind(version).fetch_optional(conn).await?);
    let (text,) = row.ok_or(WorkflowStoreError::Missing(track.code()))?;
    read(text)
}

/// Workflows that were asked for, so that a list asks the database for each of them once.
#[derive(Debug, Default)]
pub struct Found(HashMap<(Track, i64), Arc<Workflow>>);

impl Found {
    /// The workflow of a track and version.
    ///
    /// # Errors
    /// [`WorkflowStoreError`]
    pub async fn get(&mut self, tx: &mut Tx, track: Track, version: i64) -> Result<Arc<Workflow>, WorkflowStoreError> {
        if let Some(found) = self.0.get(&(track, version)) {
            return Ok(Arc::clone(found));
        }
        let workflow = find(tx, track, version).await?;
        self.0.insert((track, version), Arc::clone(&workflow));
        Ok(workflow)
    }
}

/// The workflow that an initiative begins with now.
///
/// # Errors
/// [`WorkflowStoreError`]
pub async fn in_force(tx: &mut Tx, track: Track, now: Timestamp) -> Result<Arc<Workflow>, WorkflowStoreError> {
    let day = now.to_zoned_datetime(VIETNAM).date().to_string();
    let row: Option<(i64, String)> =
        on_db!(tx, |conn| sqlx::query_as(sql::IN_FORCE).bind(track.code()).bind(&day).fetch_optional(conn).await?);
    let (_, text) = row.ok_or(WorkflowStoreError::Missing(track.code()))?;
    read(text)
}

fn read(text: String) -> Result<Arc<Workflow>, WorkflowStoreError> {
    let mut known = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(workflow) = known.get(&text) {
        return Ok(Arc::clone(workflow));
    }
    let workflow = Arc::new(Workflow::read(&text)?);
    known.insert(text, Arc::clone(&workflow));
    Ok(workflow)
}
