//! Every address the program answers.

use std::time::Duration;

use axum::Router;
use axum::error_handling::HandleErrorLayer;
use axum::extract::State;
use axum::http::Uri;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use super::state::AppState;
use super::{api, assets, middleware, openapi, ops, pages};
use crate::platform::problem::{Code, Problem};

/// The whole program as one service.
pub fn router(state: &AppState) -> Router {
    let limits = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(overloaded))
        .load_shed()
        .concurrency_limit(state.max_concurrent)
        .timeout(Duration::from_secs(state.request_seconds));
    Router::new()
        .route("/", get(pages::search::page))
        .route("/thu-tuc/{code}", get(pages::procedure::page))
        .route("/assets/{file}", get(assets::serve))
        .route("/api/v1/procedures", get(api::list::list))
        .route("/api/v1/procedures/{code}", get(api::detail::detail))
        .route("/api/v1/procedures/{code}/assessment", get(api::assessment::assessment))
        .route("/api/v1/gaps", get(api::gaps::gaps))
        .route("/api/v1/openapi.json", get(openapi::serve))
        .route("/healthz", get(ops::healthz))
        .route("/readyz", get(ops::readyz))
        .route("/metrics", get(ops::metrics))
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .layer(
            ServiceBuilder::new()
                .layer(from_fn_with_state(state.clone(), middleware::observe))
                .layer(CompressionLayer::new())
                .layer(limits)
                .layer(CatchPanicLayer::custom(panicked)),
        )
        .with_state(state.clone())
}

async fn nothing_here(State(state): State<AppState>, uri: Uri) -> Response {
    let problem = Problem::new(Code::PathNotFound, format!("nothing is at {}", uri.path()));
    if uri.path().starts_with("/api/") { problem.into_response() } else { pages::message::of(&state, &problem, "") }
}

async fn wrong_method() -> Problem {
    Problem::new(Code::MethodNotAllowed, "this address only takes GET")
}

async fn overloaded(error: tower::BoxError) -> Problem {
    if error.is::<tower::timeout::error::Elapsed>() {
        return Problem::new(Code::Busy, "the request took too long");
    }
    Problem::new(Code::Busy, "too many requests at once")
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    Problem::new(Code::Internal, "the program failed, please try again later").into_response()
}
