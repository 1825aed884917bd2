//! `/api/v1/initiatives`: the public register and what people do to initiatives.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::initiative_views::{InitiativeView, Sight};
use super::maintenances::field;
use super::work::body;
use crate::initiative::actions::begin;
use crate::initiative::actions::error::InitiativeError;
use crate::initiative::actions::part::{self, NewAct, Signature};
use crate::initiative::actions::step::{self, Request};
use crate::initiative::actions::{vote, write};
use crate::initiative::cost::{Saving, saving};
use crate::initiative::given::Given;
use crate::initiative::model::Track;
use crate::initiative::record::{CostCase, Measure, Record};
use crate::initiative::store::list::{self, Filter};
use crate::initiative::vote::Ballot;
use crate::platform::problem::{Code, Problem};
use crate::web::format::iso;
use crate::web::listing::Listing;
use crate::web::state::AppState;
use crate::web::visitor::{SignedIn, Visitor};

/// A page of the register.
#[derive(Debug, Serialize, ToSchema)]
pub struct InitiativeList {
    /// Newest number first.
    pub items: Vec<InitiativeItem>,
    /// Give it as `cursor` for the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

/// An initiative of the register.
#[derive(Debug, Serialize, ToSchema)]
pub struct InitiativeItem {
    /// Public number.
    pub number: String,
    /// `simplification`, `innovation_proposal`, `recognition` or `breakthrough`.
    pub track: String,
    /// One line.
    pub title: String,
    /// Whose it is.
    pub organisation: Option<String>,
    /// Where it stands.
    pub state: String,
    /// When it was submitted, UTC.
    pub submitted_at: Option<String>,
    /// When it last moved, UTC.
    pub changed_at: String,
}

/// A new initiative.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewInitiative {
    /// The law it follows; `simplification` without.
    pub track: Option<Track>,
    /// One line, 5 to 300 characters; with `flag` or `adopt` it may be left out.
    #[serde(default)]
    pub title: String,
    /// The flag it comes from. Where an open initiative of the same organisation came from it, that one is given.
    pub flag: Option<String>,
    /// A procedure it is about.
    pub code: Option<String>,
    /// Number of an initiative whose record and measures are copied, with attribution.
    pub adopt: Option<String>,
}

/// Title and record of a draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// The version that was seen.
    pub version: Option<i64>,
    /// One line.
    pub title: String,
    /// What it says.
    pub record: Record,
}

/// A measure of a draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasureWritten {
    /// The version that was seen.
    pub version: Option<i64>,
    /// Its place; a new one at the end without.
    pub position: Option<i64>,
    /// What it does: `title`, `kind`, `place`, `content`, `codes`, `changes` with `code`, `part`, `before`, `after`, `cost`.
    #[schema(value_type = Object)]
    pub measure: Measure,
}

/// A step to be taken.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepTaken {
    /// Word of the step.
    pub step: String,
    /// Place of the measure that is to move.
    pub measure: Option<i64>,
    /// The version that was seen; without it nobody is kept from overtaking.
    pub version: Option<i64>,
    /// Names this request: sent twice, it is carried out once.
    pub key: String,
    /// What is given with it.
    #[serde(default)]
    pub given: Given,
}

/// A vote to be cast.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoteCast {
    /// `for`, `against`, `abstain` or `recused`.
    pub ballot: Ballot,
    /// Why; needed for a recusal.
    #[serde(default)]
    pub reason: String,
}

/// A legal act that has to change, or how it was changed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ActWritten {
    /// Place of the measure that it blocks.
    pub measure: i64,
    /// The act that has to change.
    pub act: String,
    /// Articles, clauses, points.
    pub provision: String,
    /// What changes in it.
    pub change: String,
}

/// How a legal act was changed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ActSigned {
    /// The version that was seen.
    pub version: i64,
    /// Number of the act that changes it.
    pub number: String,
    /// Day of signature, ISO.
    pub signed_on: String,
    /// First day in force, ISO.
    pub effective_on: String,
}

/// Why nothing was done, as an answer.
#[must_use]
pub fn refused(error: InitiativeError) -> Problem {
    match error {
        InitiativeError::Invalid(errors) => Problem::of_fields(errors.iter().map(field).collect()),
        InitiativeError::Missing => {
            Problem::new(Code::InitiativeNotFound, "no initiative that you may see has this number").at("id")
        }
        InitiativeError::Conflict => {
            Problem::new(Code::Conflict, "somebody else has changed it since you saw it: look at it again")
        }
        InitiativeError::Illegal { .. } => Problem::new(Code::IllegalStep, error.to_string()).at("step"),
        InitiativeError::Frozen => Problem::new(Code::IllegalStep, error.to_string()),
        InitiativeError::NotTheirs(why) => Problem::new(Code::Forbidden, why.to_string()),
        InitiativeError::Store(error) => Problem::internal(&error),
        InitiativeError::Workflow(error) => Problem::internal(&error),
        InitiativeError::Parameter(error) => Problem::internal(&error),
        InitiativeError::Assessment(error) => Problem::internal(&error),
        InitiativeError::File(error) => Problem::internal(&error),
        InitiativeError::Sql(error) => Problem::internal(&error),
    }
}

/// The public register, newest number first.
///
/// # Errors
/// 422 naming the parameter.
#[utoipa::path(get, path = "/api/v1/initiatives", tag = "initiative",
    params(
        ("track" = Option<String>, Query, description = "Word of a track"),
        ("state" = Option<String>, Query, description = "Word of a state"),
        ("code" = Option<String>, Query, description = "A procedure it is about"),
        ("limit" = Option<usize>, Query, description = "Items a page, 1 to 100"),
        ("cursor" = Option<String>, Query, description = "From the page before"),
    ),
    responses(
        (status = 200, description = "a page", body = InitiativeList),
        (status = 422, description = "a parameter is wrong", body = Problem),
    ))]
pub async fn list(State(state): State<AppState>, RawQuery(raw): RawQuery) -> Result<Json<InitiativeList>, Problem> {
    let listing = Listing::read(raw.as_deref(), &["track", "state", "code"], false)?;
    let filter = Filter { track: listing.value("track"), state: listing.value("state"), code: listing.value("code") };
    let mut tx = state.db.read().await?;
    let mut rows = list::public(&mut tx, filter, listing.wanted(), listing.passed()).await?;
    let next_cursor = listing.cut(&mut rows);
    let item = |row: list::Listed| InitiativeItem {
        number: row.number,
        track: row.track,
        title: row.title,
        organisation: row.organisation,
        state: row.state,
        submitted_at: row.submitted_at.map(iso),
        changed_at: iso(row.changed_at),
    };
    Ok(Json(InitiativeList { items: rows.into_iter().map(item).collect(), next_cursor }))
}

/// One initiative; drafts for those it belongs to only.
///
/// # Errors
/// 404 when there is none that the reader may see.
#[utoipa::path(get, path = "/api/v1/initiatives/{id}", tag = "initiative",
    params(("id" = String, Path, description = "Public number, such as SK-2026-0001")),
    responses(
        (status = 200, description = "the initiative", body = InitiativeView),
        (status = 404, description = "none that you may see", body = Problem),
    ))]
pub async fn one(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<InitiativeView>, Problem> {
    let mut tx = state.db.read().await?;
    let sight = Sight::load(&mut tx, visitor.actor.as_ref(), &id).await.map_err(refused)?;
    Ok(Json(InitiativeView::of(&sight)))
}

/// The initiative after a change, as whoever changed it sees it.
pub(super) async fn shown(
    state: &AppState,
    actor: &crate::account::model::Actor,
    id: &str,
) -> Result<Json<InitiativeView>, Problem> {
    let mut tx = state.db.read().await?;
    let sight = Sight::load(&mut tx, Some(actor), id).await.map_err(refused)?;
    Ok(Json(InitiativeView::of(&sight)))
}

/// Begin an initiative. Roles `officer`, `agency_head`, `appraiser`.
///
/// # Errors
/// 422 naming the fields.
#[utoipa::path(post, path = "/api/v1/initiatives", tag = "initiative", request_body = NewInitiative,
    responses(
        (status = 201, description = "begun, as a draft", body = InitiativeView),
        (status = 401, description = "not signed in", body = Problem),
        (status = 403, description = "not allowed", body = Problem),
        (status = 422, description = "a field is wrong", body = Problem),
    ))]
pub async fn begin(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    new: Result<Json<NewInitiative>, JsonRejection>,
) -> Result<(StatusCode, Json<InitiativeView>), Problem> {
    let new = body(new)?;
    let NewInitiative { track, title, flag, code, adopt } = new;
    let new = begin::New { track, title, flag_id: flag, code, adopt };
    let item = begin::begin(&state.db, &actor, &new, state.clock.now()).await.map_err(refused)?;
    Ok((StatusCode::CREATED, shown(&state, &actor, &item.id).await?))
}

/// Write title and record of a draft.
///
/// # Errors
/// 409 when somebody else was faster or it has been handed over; 422 naming the fields.
#[utoipa::path(put, path = "/api/v1/initiatives/{id}", tag = "initiative",
    params(("id" = String, Path, description = "Public number")), request_body = Written,
    responses(
        (status = 200, description = "written", body = InitiativeView),
        (status = 403, description = "not allowed", body = Problem),
        (status = 404, description = "none that you may see", body = Problem),
        (status = 409, description = "changed in the meantime, or handed over", body = Problem),
        (status = 422, description = "a field is wrong", body = Problem),
    ))]
pub async fn record(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    written: Result<Json<Written>, JsonRejection>,
) -> Result<Json<InitiativeView>, Problem> {
    let Written { version, title, record } = body(written)?;
    let now = state.clock.now();
    write::record(&state.db, &actor, &id, version, (&title, record), now).await.map_err(refused)?;
    shown(&state, &actor, &id).await
}

/// Write a measure of a draft.
///
/// # Errors
/// 409 when somebody else was faster or it has been handed over; 422 naming the fields.
#[utoipa::path(post, path = "/api/v1/initiatives/{id}/measures", tag = "initiative",
    params(("id" = String, Path, description = "Public number")), request_body = MeasureWritten,
    responses(
        (status = 200, description = "written", body = InitiativeView),
        (status = 403, description = "not allowed", body = Problem),
        (status = 404, description = "none that you may see", body = Problem),
        (status = 409, description = "changed in the meantime, or handed over", body = Problem),
        (status = 422, description = "a field is wrong", body = Problem),
    ))]
pub async fn measure(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    written: Result<Json<MeasureWritten>, JsonRejection>,
) -> Result<Json<InitiativeView>, Problem> {
    let MeasureWritten { version, position, measure } = body(written)?;
    let now = state.clock.now();
    write::measure(&state.db, &actor, &id, version, (position, measure), now).await.map_err(refused)?;
    shown(&state, &actor, &id).await
}

/// Take a step.
///
/// # Errors
/// 403 when it is for somebody else; 409 naming what is possible; 422 naming what it asks for.
#[utoipa::path(post, path = "/api/v1/initiatives/{id}/steps", tag = "initiative",
    params(("id" = String, Path, description = "Public number")), request_body = StepTaken,
    responses(
        (status = 200, description = "taken", body = InitiativeView),
        (status = 403, description = "for somebody else", body = Problem),
        (status = 404, description = "none that you may see", body = Problem),
        (status = 409, description = "not possible now", body = Problem),
        (status = 422, description = "something is missing", body = Problem),
    ))]
pub async fn step(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    taken: Result<Json<StepTaken>, JsonRejection>,
) -> Result<Json<InitiativeView>, Problem> {
    let StepTaken { step, measure, version, key, given } = body(taken)?;
    let request = Request { step, measure, version, key, given };
    step::take(&state.db, &actor, &id, &request, state.clock.now()).await.map_err(refused)?;
    shown(&state, &actor, &id).await
}

/// Cast a vote.
///
/// # Errors
/// 403 for whoever may not vote; 409 when it was cast or there is no vote now.
#[utoipa::path(post, path = "/api/v1/initiatives/{id}/votes", tag = "initiative",
    params(("id" = String, Path, description = "Public number")), request_body = VoteCast,
    responses(
        (status = 200, description = "cast", body = InitiativeView),
        (status = 403, description = "may not vote", body = Problem),
        (status = 404, description = "none that you may see", body = Problem),
        (status = 409, description = "cast already, or no vote now", body = Problem),
        (status = 422, description = "a field is wrong", body = Problem),
    ))]
pub async fn vote(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    cast: Result<Json<VoteCast>, JsonRejection>,
) -> Result<Json<InitiativeView>, Problem> {
    let VoteCast { ballot, reason } = body(cast)?;
    vote::cast(&state.db, &actor, &id, ballot, &reason, state.clock.now()).await.map_err(refused)?;
    shown(&state, &actor, &id).await
}

/// Add a legal act that has to be signed before a measure can be applied.
///
/// # Errors
/// 422 naming the fields.
#[utoipa::path(post, path = "/api/v1/initiatives/{id}/acts", tag = "initiative",
    params(("id" = String, Path, description = "Public number")), request_body = ActWritten,
    responses(
        (status = 201, description = "added", body = InitiativeView),
        (status = 403, description = "not allowed", body = Problem),
        (status = 404, description = "none that you may see", body = Problem),
        (status = 422, description = "a field is wrong", body = Problem),
    ))]
pub async fn act(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    written: Result<Json<ActWritten>, JsonRejection>,
) -> Result<(StatusCode, Json<InitiativeView>), Problem> {
    let ActWritten { measure, act, provision, change } = body(written)?;
    let new = NewAct { act, provision, change };
    part::add_act(&state.db, &actor, &id, measure, &new, state.clock.now()).await.map_err(refused)?;
    Ok((StatusCode::CREATED, shown(&state, &actor, &id).await?))
}

/// Note that the act which changes a legal act was signed.
///
/// # Errors
/// 409 when somebody else was faster; 422 naming the fields.
#[utoipa::path(post, path = "/api/v1/initiatives/{id}/acts/{act}", tag = "initiative",
    params(
        ("id" = String, Path, description = "Public number"),
        ("act" = String, Path, description = "Identity of the act"),
    ),
    request_body = ActSigned,
    responses(
        (status = 200, description = "noted", body = InitiativeView),
        (status = 403, description = "not allowed", body = Problem),
        (status = 404, description = "none that you may see", body = Problem),
        (status = 409, description = "changed in the meantime", body = Problem),
        (status = 422, description = "a field is wrong", body = Problem),
    ))]
pub async fn sign(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    Path((id, act)): Path<(String, String)>,
    signed: Result<Json<ActSigned>, JsonRejection>,
) -> Result<Json<InitiativeView>, Problem> {
    let ActSigned { version, number, signed_on, effective_on } = body(signed)?;
    let signature = Signature { number, signed_on, effective_on };
    let now = state.clock.now();
    part::sign_act(&state.db, &actor, &id, (&act, version), &signature, now).await.map_err(refused)?;
    shown(&state, &actor, &id).await
}

/// What a simplification costs and saves (TT 02/2017/TT-VPCP Điều 27); nothing is kept.
///
/// # Errors
/// 422 naming the fields.
#[utoipa::path(post, path = "/api/v1/compliance-cost", tag = "initiative", request_body = CostCase,
    responses(
        (status = 200, description = "money in đồng, rate in hundredths of a percent", body = Saving),
        (status = 422, description = "a field is wrong", body = Problem),
    ))]
pub async fn cost(case: Result<Json<CostCase>, JsonRejection>) -> Result<Json<Saving>, Problem> {
    let case = body(case)?;
    let mut errors = Vec::new();
    for (name, table) in [("before", &case.before), ("after", &case.after)] {
        errors.extend(table.check(name).err().into_iter().flatten());
    }
    if !errors.is_empty() {
        return Err(refused(InitiativeError::Invalid(errors)));
    }
    Ok(Json(saving(&case.before, &case.after)))
}
