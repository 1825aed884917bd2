//! `/api/v1/subscriptions`: who is told of alerts and incidents, in the program, by e-mail, by signed requests.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::maintenances::field;
use super::work::body;
use crate::monitor::notify::actions::{self, Made, NotifyError};
use crate::monitor::notify::model::{NewSubscription, Subscription};
use crate::monitor::notify::store;
use crate::platform::problem::{Code, Problem};
use crate::web::state::AppState;
use crate::web::visitor::SignedIn;

/// All subscriptions.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubscriptionList {
    /// In the order in which they were made.
    #[schema(value_type = Vec<Object>)]
    pub items: Vec<Subscription>,
}

/// A new subscription.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubscriptionMade {
    /// What is kept.
    #[schema(value_type = Object)]
    pub subscription: Subscription,
    /// What requests to a webhook are signed with, where none was named: shown this once.
    pub signing_secret: Option<String>,
}

/// A subscription is switched.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionSwitch {
    /// The version that was seen.
    pub version: i64,
    /// Whether it is used.
    pub enabled: bool,
}

fn refused(error: NotifyError) -> Problem {
    match error {
        NotifyError::Invalid(errors) => Problem::of_fields(errors.iter().map(field).collect()),
        NotifyError::Missing => Problem::new(Code::SubscriptionNotFound, "no subscription has this id").at("id"),
        NotifyError::Conflict => {
            Problem::new(Code::Conflict, "somebody else has changed it since you saw it: look at it again")
        }
        NotifyError::Random(error) => Problem::internal(&error),
        NotifyError::Sql(error) => Problem::internal(&error),
    }
}

/// Everybody who is told. Roles `metric_owner` and `admin`.
///
/// # Errors
/// When the database fails.
#[utoipa::path(get, path = "/api/v1/subscriptions", tag = "monitor",
    responses(
        (status = 200, description = "subscriptions", body = SubscriptionList),
        (status = 401, description = "not signed in", body = Problem),
        (status = 403, description = "not allowed", body = Problem),
    ))]
pub async fn list(State(state): State<AppState>) -> Result<Json<SubscriptionList>, Problem> {
    let items = store::subscriptions(&mut state.db.read().await?).await?;
    Ok(Json(SubscriptionList { items }))
}

/// Have somebody told. Roles `metric_owner` and `admin`.
///
/// # Errors
/// 422 naming the fields.
#[utoipa::path(post, path = "/api/v1/subscriptions", tag = "monitor",
    request_body(content = Object, description = "`channel` (in_app, email, webhook), `target` (a login, an e-mail address, an https:// address), optionally `events`, `about_kind` with `about`, and for webhooks `secret`, where it lies"),
    responses(
        (status = 201, description = "made", body = SubscriptionMade),
        (status = 401, description = "not signed in", body = Problem),
        (status = 403, description = "not allowed", body = Problem),
        (status = 422, description = "a field is wrong", body = Problem),
    ))]
pub async fn create(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    new: Result<Json<NewSubscription>, JsonRejection>,
) -> Result<Response, Problem> {
    let loopback = state.http.allows_loopback();
    let made = actions::subscribe(&state.db, &actor, body(new)?, loopback, state.clock.now()).await.map_err(refused)?;
    let Made { subscription, signing_secret } = made;
    let quiet = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((StatusCode::CREATED, quiet, Json(SubscriptionMade { subscription, signing_secret })).into_response())
}

/// Switch a subscription on or off. Roles `metric_owner` and `admin`.
///
/// # Errors
/// 404 when there is none; 409 when somebody else was faster.
#[utoipa::path(post, path = "/api/v1/subscriptions/{id}", tag = "monitor",
    params(("id" = String, Path, description = "Identity of the subscription")),
    request_body = SubscriptionSwitch,
    responses(
        (status = 204, description = "switched"),
        (status = 401, description = "not signed in", body = Problem),
        (status = 403, description = "not allowed", body = Problem),
        (status = 404, description = "no such subscription", body = Problem),
        (status = 409, description = "changed in the meantime", body = Problem),
    ))]
pub async fn switch(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    change: Result<Json<SubscriptionSwitch>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let SubscriptionSwitch { version, enabled } = body(change)?;
    let now = state.clock.now();
    actions::switch(&state.db, &actor, &id, version, enabled, now).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}
