//! How tests steer the simulator: faults, figures, counts.

use std::fmt::Write;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;

use super::faults;
use super::log::Counts;
use super::state::State;

/// Puts other faults in force; the body is written like `--faults`.
///
/// # Errors
/// 400 with what is wrong with which part; the faults in force stay.
pub async fn set_faults(Shared(state): Shared<Arc<State>>, body: String) -> Result<StatusCode, (StatusCode, String)> {
    let faults = faults::parse(&body).map_err(|e| (StatusCode::BAD_REQUEST, format!("{e}\n")))?;
    state.set_faults(faults);
    Ok(StatusCode::NO_CONTENT)
}

/// Counts of requests and faults.
pub async fn log(Shared(state): Shared<Arc<State>>) -> Json<Counts> {
    Json(state.log.counts())
}

/// When numbered targets were asked: a line `milliseconds target` each, in order.
pub async fn arrivals(Shared(state): Shared<Arc<State>>) -> String {
    state.log.arrivals().iter().fold(String::new(), |mut out, arrival| {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{} {}", arrival.at_ms, arrival.target);
        out
    })
}

/// Sets what a figure answers.
pub async fn set_figure(Shared(state): Shared<Arc<State>>, Path(name): Path<String>, body: String) -> StatusCode {
    state.set_figure(&name, body);
    StatusCode::NO_CONTENT
}
