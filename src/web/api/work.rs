//! What signed-in people add: claims about a procedure, decisions about a flag.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::assessment::{Asked, AssessmentView, FlagView, problem, view};
use crate::assessment::decide::{self, DecideError, Decision};
use crate::assessment::record::NewClaim;
use crate::catalog::code::ProcedureCode;
use crate::platform::problem::{Code, Problem};
use crate::web::parameters::shorten;
use crate::web::state::AppState;
use crate::web::visitor::SignedIn;

/// What a claim led to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Recorded {
    /// Identity of the claim.
    pub id: String,
    /// The assessment with it.
    pub assessment: AssessmentView,
}

/// Why a decision or a claim is refused, as an answer.
#[must_use]
pub fn refused(error: DecideError) -> Problem {
    match error {
        DecideError::Invalid(invalid) => {
            Problem::new(Code::InvalidField, format!("{} {}", invalid.field, invalid.message)).at(invalid.field)
        }
        DecideError::Forbidden => Problem::new(Code::Forbidden, "the procedure belongs to another agency than yours"),
        DecideError::Assessment(error) => problem(error),
    }
}

/// The body, or a 422 that says why it cannot be read.
pub(super) fn body<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, Problem> {
    match body {
        Ok(Json(body)) => Ok(body),
        Err(rejection) => Err(Problem::new(Code::InvalidField, shorten(&rejection.body_text())).at("body")),
    }
}

/// Record a claim about one point of a procedure.
///
/// # Errors
/// 422 naming the field; 403 when the procedure belongs to another agency; 404 when no procedure has the code.
#[utoipa::path(post, path = "/api/v1/procedures/{code}/claims", tag = "assessment",
    params(("code" = String, Path, description = "National code in any spelling")),
    request_body = NewClaim,
    responses(
        (status = 201, description = "recorded", body = Recorded),
        (status = 401, description = "not signed in", body = Problem),
        (status = 403, description = "not allowed", body = Problem),
        (status = 404, description = "no such procedure", body = Problem),
        (status = 422, description = "a field is wrong", body = Problem),
    ))]
pub async fn claim(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    Path(code): Path<String>,
    new: Result<Json<NewClaim>, JsonRejection>,
) -> Result<(StatusCode, Json<Recorded>), Problem> {
    let unknown = || Problem::new(Code::ProcedureNotFound, format!("no procedure has the code {}", shorten(&code)));
    let parsed = ProcedureCode::parse(&code).map_err(|_| unknown().at("code"))?;
    let code = parsed.code.as_str();
    let id = decide::claim(&state.db, &actor, code, &body(new)?, state.clock.now()).await.map_err(refused)?;
    let assessment = view(&state, code, &Asked::default(), true).await?;
    Ok((StatusCode::CREATED, Json(Recorded { id, assessment })))
}

/// Assign a flag, say why it stands and by when it is to be resolved, or take note of it.
///
/// # Errors
/// 422 naming the field; 403 when the procedure belongs to another agency; 404 when there is no such flag; 409 when
/// somebody else was faster, or the flag is resolved.
#[utoipa::path(post, path = "/api/v1/flags/{id}", tag = "assessment",
    params(("id" = String, Path, description = "Identity of the flag")),
    request_body = Decision,
    responses(
        (status = 200, description = "decided", body = FlagView),
        (status = 401, description = "not signed in", body = Problem),
        (status = 403, description = "not allowed", body = Problem),
        (status = 404, description = "no such flag", body = Problem),
        (status = 409, description = "changed in the meantime", body = Problem),
        (status = 422, description = "a field is wrong", body = Problem),
    ))]
pub async fn flag(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    decision: Result<Json<Decision>, JsonRejection>,
) -> Result<Json<FlagView>, Problem> {
    let row = decide::decide(&state.db, &actor, &id, &body(decision)?, state.clock.now()).await.map_err(refused)?;
    Ok(Json(FlagView::of(&row, true)))
}
