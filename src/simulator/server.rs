//! Puts it together: listens, counts, lets faults strike, answers.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};
use tower::ServiceExt;

use super::answer::Refusal;
use super::captures::model::Captures;
use super::captures::{self, LoadError};
use super::faults::{self, Fault, Faults, FaultsError, effect};
use super::log::{Arrival, Counts};
use super::portal::Number;
use super::state::State;
use super::{control, old_portal, portal, reporting, targets};

/// What to simulate.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// A folder with captures or a corpus file; `None` is the starter catalog.
    pub from: Option<PathBuf>,
    /// Faults in force at the start.
    pub faults: Faults,
    /// The seed of faults and of what is constructed.
    pub seed: u64,
}

/// A running simulator; it stops when this is dropped.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    state: Arc<State>,
    accepting: tokio::task::JoinHandle<()>,
    stop: DropGuard,
}

/// Why the simulator cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is nothing to replay.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The listener has no address.
    #[error("the simulator has no address to listen on")]
    Listen(#[from] std::io::Error),
    /// Loading was broken off.
    #[error("loading the captures was broken off")]
    BrokenOff(#[from] tokio::task::JoinError),
}

/// Loads the captures and serves them on the listener.
///
/// # Errors
/// [`StartError`]
pub async fn start(settings: Settings, listener: TcpListener) -> Result<Running, StartError> {
    let from = settings.from.clone();
    let captures = tokio::task::spawn_blocking(move || captures::load(from.as_deref())).await??;
    start_with(captures, settings, listener)
}

/// Serves captures that are there already on the listener.
///
/// # Errors
/// [`StartError`]
pub fn start_with(captures: Captures, settings: Settings, listener: TcpListener) -> Result<Running, StartError> {
    let started = Instant::now();
    let address = listener.local_addr()?;
    let state = Arc::new(State::new(captures, settings.faults, settings.seed, started));
    let token = CancellationToken::new();
    let accepting = tokio::spawn(accept(listener, Arc::clone(&state), token.clone()));
    Ok(Running { address, state, accepting, stop: token.drop_guard() })
}

impl Running {
    /// The address as the beginning of a URL, without a slash at its end.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was expected among the captures and is not there.
    #[must_use]
    pub fn missing(&self) -> &[String] {
        &self.state.captures.missing
    }

    /// How many list items and details can be replayed.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.state.captures.items.len(), self.state.captures.details.len())
    }

    /// Counts of requests and faults.
    #[must_use]
    pub fn log(&self) -> Counts {
        self.state.log.counts()
    }

    /// When numbered targets were asked, in order; the first million.
    #[must_use]
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.state.log.arrivals()
    }

    /// Puts other faults in force, written like `--faults`; requests are numbered from 0 again.
    ///
    /// # Errors
    /// [`FaultsError`]; the faults in force stay.
    pub fn set_faults(&self, text: &str) -> Result<(), FaultsError> {
        self.state.set_faults(faults::parse(text)?);
        Ok(())
    }

    /// Sets what `/figure/{name}` answers.
    pub fn set_figure(&self, name: &str, text: &str) {
        self.state.set_figure(name, text.to_owned());
    }

    /// Takes no new connections and closes those there are.
    pub async fn stop(self) {
        drop(self.stop);
        let _ = self.accepting.await;
    }
}

fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/healthz", get(targets::healthz))
        .route("/figure/{name}", get(targets::figure))
        .route("/dossiers.ndjson", get(targets::dossiers))
        .route(portal::LIST, post(portal::list))
        .route(portal::DETAIL, post(portal::detail))
        .route(portal::PROVINCES, post(portal::provinces))
        .merge(reporting::answers::routes())
        .route("/jsp/rest.jsp", post(old_portal::answers::answer))
        .route("/simulator/faults", post(control::set_faults))
        .route("/simulator/figure/{name}", post(control::set_figure))
        .route("/simulator/log", get(control::log))
        .route("/simulator/arrivals", get(control::arrivals))
        .fallback(unknown)
        .with_state(state)
}

async fn unknown() -> Refusal {
    Refusal::not_found("Không có địa chỉ này")
}

async fn accept(listener: TcpListener, state: Arc<State>, stop: CancellationToken) {
    let router = router(Arc::clone(&state));
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, router.clone(), Arc::clone(&state), stop.clone()));
            }
            Err(error) => {
                // Out of file handles, most likely: others must close first.
                tracing::warn!(error = %error, "the simulator cannot take a connection");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, router: Router, state: Arc<State>, stop: CancellationToken) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| answer(request, router.clone(), Arc::clone(&state)));
    let serving = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        () = stop.cancelled() => {}
        // Clients that go away and connections that a fault closes are what this is for.
        _ = serving => {}
    }
}

/// The connection closes without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is dropped by a fault")]
struct Dropped;

async fn answer(request: Request<Incoming>, router: Router, state: Arc<State>) -> Result<Response, Dropped> {
    let path = request.uri().path();
    if path.starts_with("/simulator/") || path == "/healthz" {
        return Ok(route(request, router).await);
    }
    state.log.request(path);
    let force = state.faults();
    let (number, stroke) = force.next(state.seed, path);
    if let Some(wait) = stroke.wait {
        state.log.fault(Fault::Latency);
        tokio::time::sleep(wait).await;
    }
    if stroke.fault == Some(Fault::Drop) {
        state.log.fault(Fault::Drop);
        return Err(Dropped);
    }
    if let Some(fault) = stroke.fault
        && let Some(instead) = effect::instead(fault, &force.faults, state.seed, number)
    {
        state.log.fault(fault);
        return Ok(instead);
    }
    let real = if path.starts_with("/t/") {
        target(request.method())
    } else {
        let mut request = request;
        request.extensions_mut().insert(Number(number));
        request.extensions_mut().insert(force);
        route(request, router).await
    };
    let Some(fault) = stroke.fault else { return Ok(real) };
    let (broken, done) = effect::broken(fault, real, state.seed, number).await;
    if done {
        state.log.fault(fault);
    }
    Ok(broken)
}

fn target(method: &Method) -> Response {
    match *method {
        Method::GET | Method::HEAD => targets::target(),
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

async fn route(request: Request<Incoming>, router: Router) -> Response {
    let answered: Result<Response, Infallible> = router.oneshot(request.map(Body::new)).await;
    answered.unwrap_or_else(|never| match never {})
}
