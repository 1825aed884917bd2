//! `/api/v1/initiatives/{id}/stages` and `/units`: how measures are put into force.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::initiative_views::InitiativeView;
use super::initiatives::{refused, shown};
use super::work::body;
use crate::initiative::actions::plan;
use crate::initiative::plan::{NewStage, NewUnit};
use crate::platform::problem::Problem;
use crate::web::state::AppState;
use crate::web::visitor::SignedIn;

/// A stage that is added or changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StageWritten {
    /// Position of the measure.
    pub measure: i64,
    /// Identity of the stage; a new one without.
    #[serde(default)]
    pub stage: Option<String>,
    /// Its version that was seen; 0 for a new one.
    #[serde(default)]
    pub version: i64,
    /// What it says.
    pub new: NewStage,
}

/// A unit that is added or changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitWritten {
    /// Position of the measure.
    pub measure: i64,
    /// What it says; the same name is the same unit.
    pub new: NewUnit,
}

/// Write a stage of a measure that is not over.
///
/// # Errors
/// 409 when somebody else was faster or it is over; 422 naming the fields.
#[utoipa::path(post, path = "/api/v1/initiatives/{id}/stages", tag = "initiative",
    params(("id" = String, Path, description = "Public number")), request_body = StageWritten,
    responses(
        (status = 200, description = "written", body = InitiativeView),
        (status = 403, description = "not allowed", body = Problem),
        (status = 404, description = "none that you may see", body = Problem),
        (status = 409, description = "changed in the meantime, or over", body = Problem),
        (status = 422, description = "a field is wrong", body = Problem),
    ))]
pub async fn stage(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    written: Result<Json<StageWritten>, JsonRejection>,
) -> Result<Json<InitiativeView>, Problem> {
    let StageWritten { measure, stage, version, new } = body(written)?;
    let known = stage.as_deref().map(|stage| (stage, version));
    plan::stage(&state.db, &actor, &id, (measure, known), &new, state.clock.now()).await.map_err(refused)?;
    shown(&state, &actor, &id).await
}

/// Write a unit in which a measure that is not over is rolled out.
///
/// # Errors
/// 409 when it is over; 422 naming the fields.
#[utoipa::path(post, path = "/api/v1/initiatives/{id}/units", tag = "initiative",
    params(("id" = String, Path, description = "Public number")), request_body = UnitWritten,
    responses(
        (status = 200, description = "written", body = InitiativeView),
        (status = 403, description = "not allowed", body = Problem),
        (status = 404, description = "none that you may see", body = Problem),
        (status = 409, description = "over", body = Problem),
        (status = 422, description = "a field is wrong", body = Problem),
    ))]
pub async fn unit(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    written: Result<Json<UnitWritten>, JsonRejection>,
) -> Result<Json<InitiativeView>, Problem> {
    let UnitWritten { measure, new } = body(written)?;
    plan::unit(&state.db, &actor, &id, measure, &new, state.clock.now()).await.map_err(refused)?;
    shown(&state, &actor, &id).await
}
