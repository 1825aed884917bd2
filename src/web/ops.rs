//! For operators: is it alive, is it ready, what are its figures.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::state::AppState;
use crate::monitor;
use crate::monitor::parameters::ParameterError;
use crate::platform::problem::{Code, Problem};

/// Alive: the process answers.
#[utoipa::path(get, path = "/healthz", tag = "ops", responses((status = 200, description = "the process answers")))]
pub async fn healthz() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// Ready: the database answers and search is current.
///
/// # Errors
/// 503 until then.
#[utoipa::path(get, path = "/readyz", tag = "ops", responses(
    (status = 200, description = "the database answers and search is current"),
    (status = 503, description = "not yet, or not now", body = Problem)))]
pub async fn readyz(State(state): State<AppState>) -> Result<Json<Value>, Problem> {
    match state.observe_search().await {
        Some(true) => Ok(Json(json!({ "status": "ready", "position": state.engine.snapshot().position }))),
        Some(false) => Err(Problem::new(Code::NotReady, "search is taking in changes")),
        None => Err(Problem::new(Code::NotReady, "the database does not answer")),
    }
}

/// Figures of this process and of the services it judges, for Prometheus.
///
/// # Errors
/// 500 when they cannot be encoded.
#[utoipa::path(get, path = "/metrics", tag = "ops", responses((status = 200, description = "Prometheus text format")))]
pub async fn metrics(State(state): State<AppState>) -> Result<Response, Problem> {
    state.observe_search().await;
    let mut text = state.metrics.render().map_err(|e| Problem::internal(&e))?;
    match judged(&state).await {
        Ok(services) => text.extend_from_slice(services.as_bytes()),
        // The program's own figures are told all the more when the database is away.
        Err(error) => tracing::error!(error = %error, "the figures of services cannot be read"),
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}

/// The figures of service levels, sources and incidents.
async fn judged(state: &AppState) -> Result<String, ParameterError> {
    monitor::metrics::render(&mut state.db.read().await?, state.clock.now()).await
}
