//! The search engine of one process: a snapshot that answers, and the follower that brings it up to date.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::document::{SearchDoc, body};
use super::index::{DiskIndex, FullText, IndexError, folder_name};
use super::knowledge::{Knowledge, KnowledgeError};
use super::names::Names;
use crate::catalog::store::{self, StoreError};
use crate::platform::changes;
use crate::platform::db::Db;

/// Procedures read from the database at a time.
const PAGE: i64 = 500;

/// A state of the catalog that can be searched.
pub struct Snapshot {
    /// The first pass.
    pub names: Names,
    /// The full text.
    pub full_text: FullText,
    /// How far the change log is taken in.
    pub position: i64,
    /// Counts the snapshots of this process; part of every cache key and cursor.
    pub generation: u64,
}

/// Search, shared by everything in the process.
pub struct Engine {
    knowledge: Knowledge,
    snapshot: RwLock<Arc<Snapshot>>,
    disk: Mutex<Disk>,
}

struct Disk {
    index: DiskIndex,
    documents: BTreeMap<String, Arc<SearchDoc>>,
}

/// Where the index of record lives.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// In a folder that this process owns.
    Folder(&'a Path),
    /// In memory, gone with the process.
    Memory,
}

/// Why search cannot work.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The data in `index/` is broken.
    #[error(transparent)]
    Knowledge(#[from] KnowledgeError),
    /// The index failed.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The catalog cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The change log cannot be read.
    #[error("the change log cannot be read")]
    Changes(#[from] sqlx::Error),
}

impl Engine {
    /// Opens the index, rebuilds it when it is missing, of other knowledge, or corrupt, and takes in all changes.
    ///
    /// # Errors
    /// [`SearchError`]
    pub async fn open(db: &Db, place: Place<'_>) -> Result<Self, SearchError> {
        let knowledge = Knowledge::built_in()?;
        let (index, documents) = match place {
            Place::Memory => (DiskIndex::in_memory()?, BTreeMap::new()),
            Place::Folder(folder) => open_folder(folder, &knowledge)?,
        };
        let snapshot = snapshot(&index, &documents, &knowledge, 0)?;
        let engine =
            Self { knowledge, snapshot: RwLock::new(Arc::new(snapshot)), disk: Mutex::new(Disk { index, documents }) };
        engine.follow(db).await?;
        Ok(engine)
    }

    /// The state that answers now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What search knows besides the catalog.
    #[must_use]
    pub fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }

    /// Takes in what the change log has since the last time. Says whether there was anything.
    ///
    /// # Errors
    /// [`SearchError`]; the snapshot that answers stays as it was.
    pub async fn follow(&self, db: &Db) -> Result<bool, SearchError> {
        let from = self.snapshot().position;
        let mut tx = db.read().await?;
        let newest = changes::newest(&mut tx).await?;
        if newest == from {
            return Ok(false);
        }
        let mut fresh: Vec<(SearchDoc, String)> = Vec::new();
        let take = |stored: &store::Stored| (SearchDoc::of(stored), body(&stored.procedure));
        // A long way behind, or a log that was restored to an earlier state: read the whole catalog instead.
        let whole = from == 0 || newest < from || newest - from > 20_000;
        if whole {
            let mut after = String::new();
            loop {
                let page = store::page(&mut tx, &after, PAGE).await?;
                let Some(last) = page.last() else { break };
                after = last.procedure.code.to_string();
                fresh.extend(page.iter().map(take));
            }
        } else {
            let mut codes: Vec<String> =
                changes::after(&mut tx, from, newest - from).await?.into_iter().map(|c| c.subject).collect();
            codes.sort_unstable();
            codes.dedup();
            for code in codes {
                if let Some(stored) = store::find(&mut tx, &code).await? {
                    fresh.push(take(&stored));
                }
            }
        }
        drop(tx);
        self.apply(fresh, newest)?;
        Ok(true)
    }

    fn apply(&self, fresh: Vec<(SearchDoc, String)>, position: i64) -> Result<(), SearchError> {
        let mut disk = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        let disk = &mut *disk;
        for (shown, body) in fresh {
            disk.index.put(&shown, &body)?;
            disk.documents.insert(shown.code.clone(), Arc::new(shown));
        }
        disk.index.commit(position)?;
        let generation = self.snapshot().generation + 1;
        let next = Arc::new(snapshot(&disk.index, &disk.documents, &self.knowledge, generation)?);
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(())
    }
}

fn snapshot(
    index: &DiskIndex,
    documents: &BTreeMap<String, Arc<SearchDoc>>,
    knowledge: &Knowledge,
    generation: u64,
) -> Result<Snapshot, SearchError> {
    let in_order: Vec<Arc<SearchDoc>> = documents.values().cloned().collect();
    Ok(Snapshot {
        names: Names::build(&in_order, knowledge),
        full_text: index.full_text(),
        position: index.position()?,
        generation,
    })
}

/// Opens the folder for this knowledge; a corrupt index is deleted and begun anew, other folders are removed.
fn open_folder(
    folder: &Path,
    knowledge: &Knowledge,
) -> Result<(DiskIndex, BTreeMap<String, Arc<SearchDoc>>), SearchError> {
    let current = folder.join(folder_name(&knowledge.fingerprint));
    let opened = DiskIndex::open(&current).and_then(|index| {
        let documents = index.documents()?;
        Ok((index, documents))
    });
    let opened = match opened {
        Ok(opened) => opened,
        Err(IndexError::InUse) => return Err(IndexError::InUse.into()),
        Err(error) => {
            tracing::warn!(error = %error, folder = %current.display(), "the search index is corrupt, building it anew");
            remove(&current)?;
            (DiskIndex::open(&current)?, BTreeMap::new())
        }
    };
    remove_others(folder, &current);
    Ok(opened)
}

fn remove(folder: &PathBuf) -> Result<(), SearchError> {
    std::fs::remove_dir_all(folder).map_err(|e| IndexError::Folder(folder.clone(), e).into())
}

/// Folders of older knowledge are of no more use; one that cannot be removed does no harm.
fn remove_others(folder: &Path, current: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let ours = entry.file_name().to_string_lossy().starts_with('v');
        if ours && path.is_dir() && path != current {
            let _ = std::fs::remove_dir_all(path);
        }
    }
}
