//! Builds every part once, starts them, and stops them in order.

mod watch;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum_extra::extract::cookie::Key;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::account::actions::{AccountError, signing_secret};
use crate::account::audit;
use crate::account::audit::chain::Head;
use crate::assessment;
use crate::config::{SecretError, Settings};
use crate::initiative::workflow;
use crate::initiative::workflow::store::WorkflowStoreError;
use crate::monitor::model::SourceKind;
use crate::monitor::notify::mail::MailError;
use crate::monitor::poll::execute::Requests;
use crate::monitor::poll::figures::Figures;
use crate::monitor::poll::network::Network;
use crate::monitor::poll::schedule::{Limits, Poller};
use crate::monitor::portal;
use crate::platform::clock::SharedClock;
use crate::platform::db::{Db, DbError};
use crate::platform::http::Client;
use crate::platform::metrics::Metrics;
use crate::search::engine::{Engine, Place, SearchError};
use crate::web;
use crate::web::state::AppState;
use watch::Watch;

/// A running program: its address, and the way to stop it.
#[derive(Debug)]
pub struct Running {
    /// Where it listens; tests listen on port 0.
    pub address: SocketAddr,
    stop: CancellationToken,
    server: tokio::task::JoinHandle<()>,
    follower: tokio::task::JoinHandle<()>,
    poller: Option<tokio::task::JoinHandle<()>>,
    watch: tokio::task::JoinHandle<()>,
    db: Db,
    patience: Duration,
}

/// Why the program cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Search.
    #[error("search cannot start")]
    Search(#[from] SearchError),
    /// The address.
    #[error("cannot listen on {0}; choose another with --listen")]
    Listen(SocketAddr, #[source] std::io::Error),
    /// The key that signs cookies cannot be had.
    #[error("the key that signs cookies cannot be read")]
    Account(#[from] AccountError),
    /// The key that signs cookies was changed by hand.
    #[error(
        "the key that signs cookies is too short: delete the row `cookie_signing` of the table secrets and start again"
    )]
    CookieKey,
    /// The settings of mail.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// The workflows of initiatives.
    #[error(transparent)]
    Workflow(#[from] WorkflowStoreError),
    /// The secret for the provider that people sign in by.
    #[error(transparent)]
    Oidc(#[from] SecretError),
    /// Metrics.
    #[error("metrics cannot be registered")]
    Metrics(#[from] prometheus::Error),
}

/// Opens the database and brings its schema up to date where that is done by itself: when it is embedded.
///
/// # Errors
/// [`DbError`]
pub async fn open_database(settings: &Settings) -> Result<Db, DbError> {
    let db = Db::open(&settings.database_url()).await?;
    match &db {
        Db::Sqlite { .. } => db.migrate().await?,
        Db::Postgres(_) => db.check_schema().await?,
    }
    Ok(db)
}

/// Starts everything. `demo` marks every page as a demonstration.
///
/// # Errors
/// [`StartError`]
pub async fn start(settings: &Settings, db: Db, clock: SharedClock, demo: bool) -> Result<Running, StartError> {
    workflow::store::seed(&db).await?;
    let engine = Arc::new(Engine::open(&db, Place::Folder(&settings.index_dir())).await?);
    let metrics = Metrics::new()?;
    let figures = Figures::new(&metrics)?;
    let key = cookie_key(&db).await?;
    // Better now than when the first person comes back from the provider.
    settings.oidc.secret()?;
    let head = audit::seal_old(&db).await.map_err(DbError::from)?;
    tracing::info!(head = %head, "the audit log when the program starts");
    let state = AppState::new(settings, db.clone(), Arc::clone(&engine), clock, metrics, key, demo);
    let watch = Watch::new(settings, db.clone(), Arc::clone(&state.clock))?;
    let stop = CancellationToken::new();
    let listen = settings.server.listen;
    let listener = TcpListener::bind(listen).await.map_err(|e| StartError::Listen(listen, e))?;
    let address = listener.local_addr().map_err(|e| StartError::Listen(listen, e))?;
    let router = web::router::router(&state);
    let stopped = stop.clone();
    let server = tokio::spawn(async move {
        let serving = axum::serve(listener, router).with_graceful_shutdown(stopped.cancelled_owned());
        if let Err(error) = serving.await {
            tracing::error!(error = %error, "the server ended");
        }
    });
    let every = Duration::from_secs(settings.search.follow_seconds);
    let poller = settings.monitor.enabled.then(|| tokio::spawn(poller(settings, &state, figures).run(stop.clone())));
    let watch = tokio::spawn(watch.run(stop.clone()));
    let follower = tokio::spawn(follow(state, every, stop.clone()));
    let patience = Duration::from_secs(settings.server.shutdown_seconds);
    Ok(Running { address, stop, server, follower, poller, watch, db, patience })
}

/// What asks sources.
fn poller(settings: &Settings, state: &AppState, figures: Figures) -> Poller {
    let network = Network::new(settings.monitor.control_hosts.clone());
    let client = Client::new(&settings.http);
    let visit = portal::poll::hook(state.db.clone(), client.clone());
    let execute = Requests::new(client, network)
        .with(SourceKind::PortalCatalog, Arc::clone(&visit))
        .with(SourceKind::PortalIndex766, visit);
    Poller {
        db: state.db.clone(),
        clock: Arc::clone(&state.clock),
        execute: Arc::new(execute),
        figures,
        limits: Limits {
            concurrent: settings.monitor.concurrent,
            lease: Duration::from_secs(settings.monitor.lease_seconds),
            patience: Duration::from_secs(settings.server.shutdown_seconds),
        },
    }
}

/// The key that signs session cookies.
async fn cookie_key(db: &Db) -> Result<Key, StartError> {
    let secret = signing_secret(db).await?;
    Key::try_from(secret.as_bytes()).map_err(|_| StartError::CookieKey)
}

/// Where the audit log ends: kept in a log elsewhere, it tells later that nothing was cut off.
async fn audit_head(db: &Db) -> Result<Head, sqlx::Error> {
    audit::head(&mut db.read().await?).await
}

/// Brings verdicts and search up to date until told to stop.
async fn follow(state: AppState, every: Duration, stop: CancellationToken) {
    // What was waiting when the program started is taken in at once.
    let mut wait = Duration::ZERO;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => wait = every,
        }
        match assessment::actions::catch_up(&state.db, state.clock.now()).await {
            Ok(done) if done.procedures > 0 => {
                tracing::info!(procedures = done.procedures, changed = done.changed, "procedures were assessed");
            }
            Ok(_) => {}
            Err(error) => tracing::error!(error = %error, "procedures could not be assessed"),
        }
        match state.engine.follow(&state.db).await {
            Ok(true) => tracing::info!(position = state.engine.snapshot().position, "search took in changes"),
            Ok(false) => {}
            Err(error) => tracing::error!(error = %error, "search could not take in changes"),
        }
        state.observe_search().await;
    }
}

impl Running {
    /// Waits for Ctrl-C or SIGTERM, then stops.
    pub async fn until_signal(self) {
        wait_for_signal().await;
        tracing::info!("stopping");
        self.stop().await;
    }

    /// Takes no new requests and claims no polls, lets the running ones end, then closes the database.
    pub async fn stop(self) {
        self.stop.cancel();
        if tokio::time::timeout(self.patience, self.server).await.is_err() {
            tracing::warn!("requests were still running when the time to stop was over");
        }
        let _ = self.follower.await;
        let _ = self.watch.await;
        if let Some(poller) = self.poller {
            let _ = poller.await;
        }
        match audit_head(&self.db).await {
            Ok(head) => tracing::info!(head = %head, "the audit log when the program stops"),
            Err(error) => tracing::error!(error = %error, "the end of the audit log could not be read"),
        }
        self.db.close().await;
    }
}

/// Waits for Ctrl-C or SIGTERM.
pub async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
