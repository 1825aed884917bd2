//! What every handler is given.

use std::ops::Deref;
use std::sync::Arc;

use axum::body::Bytes;
use axum_extra::extract::cookie::Key;
use quick_cache::sync::Cache;
use tokio::sync::Semaphore;

use crate::account::oidc::provider::Provider;
use crate::assessment;
use crate::board::picture::Picture;
use crate::config::{Account, Board, Settings};
use crate::platform::changes;
use crate::platform::clock::SharedClock;
use crate::platform::db::{Db, Tx};
use crate::platform::files::Files;
use crate::platform::http::Client;
use crate::platform::metrics::Metrics;
use crate::search::engine::Engine;

/// Pictures of the board that are kept.
const PICTURES: usize = 32;
/// Sources that may be tried at once, by everybody together.
const TRIALS: usize = 4;

/// An answer as it goes out, with its entity tag.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The body.
    pub body: Bytes,
    /// The entity tag, quotes included.
    pub etag: String,
}

/// The parts of the program that handlers use.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// See [`AppState`].
pub struct Parts {
    /// The database.
    pub db: Db,
    /// Search.
    pub engine: Arc<Engine>,
    /// Asks sources, for whoever tries one.
    pub http: Client,
    /// Trials that may run at once.
    pub trials: Semaphore,
    /// The time of day.
    pub clock: SharedClock,
    /// Figures of this process.
    pub metrics: Metrics,
    /// Answers to searches by snapshot and query string; `None` when switched off.
    pub answers: Option<Cache<(u64, String), Prepared>>,
    /// Pictures of the board by position in the change log, minute, and period.
    pub pictures: Cache<(i64, i64, String), Arc<Picture>>,
    /// What leadership is shown.
    pub board: Board,
    /// Signs session cookies.
    pub cookie_key: Key,
    /// The provider that people may sign in by.
    pub oidc: Option<Provider>,
    /// How long people stay signed in, and when they are locked out.
    pub account: Account,
    /// Files that people put on initiatives.
    pub files: Files,
    /// Largest of them, bytes.
    pub max_file_bytes: usize,
    /// Session cookies go over HTTPS only.
    pub secure_cookies: bool,
    /// Every page says that it shows a demonstration.
    pub demo: bool,
    /// Requests handled at once.
    pub max_concurrent: usize,
    /// Seconds a request may take.
    pub request_seconds: u64,
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl AppState {
    /// Puts the parts together.
    #[must_use]
    pub fn new(
        settings: &Settings,
        db: Db,
        engine: Arc<Engine>,
        clock: SharedClock,
        metrics: Metrics,
        cookie_key: Key,
        demo: bool,
    ) -> Self {
        let entries = settings.search.cache_entries;
        let http = Client::new(&settings.http);
        Self(Arc::new(Parts {
            db,
            engine,
            oidc: Provider::new(&settings.oidc, http.clone()),
            http,
            trials: Semaphore::new(TRIALS),
            clock,
            metrics,
            answers: (entries > 0).then(|| Cache::new(entries)),
            pictures: Cache::new(PICTURES),
            board: settings.board.clone(),
            cookie_key,
            account: settings.account.clone(),
            files: Files::of(&settings.data_dir),
            max_file_bytes: settings.files.max_bytes(),
            secure_cookies: settings.server.secure_cookies,
            demo,
            max_concurrent: settings.server.max_concurrent,
            request_seconds: settings.server.request_seconds,
        }))
    }

    /// Brings the gauges of search up to date.
    ///
    /// Says whether search and verdicts are current, or `None` when the database is away.
    pub async fn observe_search(&self) -> Option<bool> {
        let snapshot = self.engine.snapshot();
        self.metrics.indexed_procedures.set(i64::try_from(snapshot.names.docs.len()).unwrap_or(i64::MAX));
        self.metrics.search_position.set(snapshot.position);
        let newest = match self.db.read().await {
            Ok(mut tx) => positions(&mut tx).await,
            Err(error) => Err(error),
        };
        match newest {
            Ok((newest, behind)) => {
                self.metrics.change_position.set(newest);
                Some(newest == snapshot.position && !behind)
            }
            Err(error) => {
                tracing::error!(error = %error, "the database is away");
                None
            }
        }
    }
}

/// The newest change, and whether one waits to be assessed.
async fn positions(tx: &mut Tx) -> Result<(i64, bool), sqlx::Error> {
    let newest = changes::newest(tx).await?;
    let behind = assessment::store::is_behind(tx, assessment::actions::CHANGE_KIND).await?;
    Ok((newest, behind))
}
