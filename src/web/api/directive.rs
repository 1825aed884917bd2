//! `/api/v1/directive-tasks` and `/api/v1/directive-tracking`: what a directive asks for and what became of it.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::initiatives::refused;
use super::work::body;
use crate::assessment::usage::day;
use crate::initiative::actions::directive::{self, Followed, LateDecision};
use crate::initiative::directive::{NewTask, Report};
use crate::initiative::plan::Standing;
use crate::initiative::store::directive::{self as store, Measured, Task};
use crate::monitor::index766::period::Period;
use crate::platform::clock::VIETNAM;
use crate::platform::problem::{Code, Problem};
use crate::web::format::iso;
use crate::web::listing::Listing;
use crate::web::parameters::invalid;
use crate::web::state::AppState;
use crate::web::visitor::SignedIn;

/// A task of a directive and where it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskView {
    /// The task.
    #[serde(flatten)]
    pub task: Task,
    /// Where it stands, from its days.
    pub standing: Standing,
}

impl TaskView {
    fn of(task: Task, today: &str) -> Self {
        Self { standing: standing(&task, today), task }
    }
}

/// Where a task stands on an ISO day. It may be begun at any time.
#[must_use]
pub fn standing(task: &Task, today: &str) -> Standing {
    Standing::of("", &task.due_date, task.begun_on.as_deref(), task.done_on.as_deref(), today)
}

/// A task that is changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskChanged {
    /// The version that was seen.
    pub version: i64,
    /// What it asks for.
    pub task: NewTask,
}

/// A task of which something is reported.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reported {
    /// The version that was seen.
    pub version: i64,
    /// How far it is.
    pub report: Report,
}

/// What leadership follows in a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tracking {
    /// The period.
    pub period: String,
    /// Organisations that submitted no initiative in it.
    pub without_proposal: Vec<Agency>,
    /// Decisions that are late now, and those of the period that came late.
    pub late_decisions: Vec<LateView>,
    /// Initiatives measured in the period whose promise was kept.
    pub effective: Vec<EffectiveView>,
}

/// An organisation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Agency {
    /// Identity.
    pub id: String,
    /// Name.
    pub name: String,
}

/// A decision that is late.
#[derive(Debug, Serialize, ToSchema)]
pub struct LateView {
    /// Public number of the initiative.
    pub number: String,
    /// Whose it is.
    pub organisation: Option<String>,
    /// Name of the state that was left late, or that is to be left.
    pub state: String,
    /// It has been taken.
    pub taken: bool,
    /// When it was taken, or was due.
    pub at: String,
    /// Working days that the rule gives.
    pub working_days: Option<u32>,
    /// The rule.
    pub basis: Option<String>,
}

/// An initiative whose promise was kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct EffectiveView {
    /// Public number.
    pub number: String,
    /// One line.
    pub title: String,
    /// Whose it is.
    pub organisation: Option<String>,
    /// Who proposed it.
    pub proposer: String,
}

/// Every task of directives, those that are due first.
///
/// # Errors
/// When the database fails.
#[utoipa::path(get, path = "/api/v1/directive-tasks", tag = "initiative",
    responses(
        (status = 200, description = "tasks", body = Vec<TaskView>),
        (status = 401, description = "not signed in", body = Problem),
    ))]
pub async fn tasks(State(state): State<AppState>) -> Result<Json<Vec<TaskView>>, Problem> {
    let today = day(state.clock.now(), 0);
    let tasks = store::tasks(&mut state.db.read().await?).await?;
    Ok(Json(tasks.into_iter().map(|task| TaskView::of(task, &today)).collect()))
}

/// Give a task. Roles `approver` and `admin`.
///
/// # Errors
/// 422 naming the fields.
#[utoipa::path(post, path = "/api/v1/directive-tasks", tag = "initiative", request_body = NewTask,
    responses(
        (status = 201, description = "given", body = TaskView),
        (status = 403, description = "not allowed", body = Problem),
        (status = 422, description = "a field is wrong", body = Problem),
    ))]
pub async fn give(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    new: Result<Json<NewTask>, JsonRejection>,
) -> Result<(StatusCode, Json<TaskView>), Problem> {
    let id = directive::give(&state.db, &actor, body(new)?, state.clock.now()).await.map_err(refused)?;
    Ok((StatusCode::CREATED, one(&state, &id).await?))
}

/// Change what a task asks for. Roles `approver` and `admin`.
///
/// # Errors
/// 409 when somebody else was faster; 422 naming the fields.
#[utoipa::path(put, path = "/api/v1/directive-tasks/{id}", tag = "initiative", request_body = TaskChanged,
    params(("id" = String, Path, description = "Identity of the task")),
    responses(
        (status = 200, description = "changed", body = TaskView),
        (status = 403, description = "not allowed", body = Problem),
        (status = 404, description = "no such task", body = Problem),
        (status = 409, description = "changed in the meantime", body = Problem),
        (status = 422, description = "a field is wrong", body = Problem),
    ))]
pub async fn change(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    sent: Result<Json<TaskChanged>, JsonRejection>,
) -> Result<Json<TaskView>, Problem> {
    let TaskChanged { version, task } = body(sent)?;
    directive::change(&state.db, &actor, (&id, version), task, state.clock.now()).await.map_err(no_task)?;
    one(&state, &id).await
}

/// Say how far a task is; for those who give tasks and those who act for the organisation.
///
/// # Errors
/// 409 when somebody else was faster; 422 naming the fields.
#[utoipa::path(post, path = "/api/v1/directive-tasks/{id}", tag = "initiative", request_body = Reported,
    params(("id" = String, Path, description = "Identity of the task")),
    responses(
        (status = 200, description = "noted", body = TaskView),
        (status = 403, description = "not allowed", body = Problem),
        (status = 404, description = "no such task", body = Problem),
        (status = 409, description = "changed in the meantime", body = Problem),
        (status = 422, description = "a field is wrong", body = Problem),
    ))]
pub async fn report(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    sent: Result<Json<Reported>, JsonRejection>,
) -> Result<Json<TaskView>, Problem> {
    let Reported { version, report } = body(sent)?;
    directive::report(&state.db, &actor, (&id, version), &report, state.clock.now()).await.map_err(no_task)?;
    one(&state, &id).await
}

/// A refusal about a task.
#[must_use]
pub fn no_task(error: crate::initiative::actions::error::InitiativeError) -> Problem {
    use crate::initiative::actions::error::InitiativeError::Missing;
    match error {
        Missing => Problem::new(Code::TaskNotFound, "no task has this id").at("id"),
        error => refused(error),
    }
}

async fn one(state: &AppState, id: &str) -> Result<Json<TaskView>, Problem> {
    let task = store::find(&mut state.db.read().await?, id).await?;
    let task = task.ok_or_else(|| Problem::new(Code::TaskNotFound, "no task has this id").at("id"))?;
    Ok(Json(TaskView::of(task, &day(state.clock.now(), 0))))
}

/// What leadership follows in a period: agencies without a proposal, late decisions, initiatives that work.
///
/// # Errors
/// 422 for a period that cannot be read.
#[utoipa::path(get, path = "/api/v1/directive-tracking", tag = "initiative",
    params(("period" = Option<String>, Query, description = "2026, 2026-Q3 or 2026-08; this quarter without")),
    responses(
        (status = 200, description = "what is followed", body = Tracking),
        (status = 401, description = "not signed in", body = Problem),
        (status = 422, description = "a parameter is wrong", body = Problem),
    ))]
pub async fn tracking(State(state): State<AppState>, RawQuery(raw): RawQuery) -> Result<Json<Tracking>, Problem> {
    let listing = Listing::read(raw.as_deref(), &["period"], false)?;
    let (period, followed) = follow(&state, listing.value("period"), "period").await?;
    let late = |one: LateDecision| LateView {
        number: one.late.number,
        organisation: one.late.organisation,
        state: one.state,
        taken: one.taken,
        at: iso(one.late.at),
        working_days: one.deadline.as_ref().map(|(days, _)| *days),
        basis: one.deadline.map(|(_, basis)| basis),
    };
    let effective = |one: Measured| EffectiveView {
        number: one.number,
        title: one.title,
        organisation: one.organisation,
        proposer: one.proposer_name,
    };
    Ok(Json(Tracking {
        period: period.word(),
        without_proposal: followed.silent.into_iter().map(|(id, name)| Agency { id, name }).collect(),
        late_decisions: followed.late.into_iter().map(late).collect(),
        effective: followed.effective.into_iter().map(effective).collect(),
    }))
}

/// Reads the period, this quarter where it is empty, and what is followed in it.
///
/// # Errors
/// 422 naming the parameter.
pub async fn follow(state: &AppState, period: &str, name: &str) -> Result<(Period, Followed), Problem> {
    let now = state.clock.now();
    let here = now.to_zoned_datetime(VIETNAM).date();
    let this_quarter = || Period::quarter(here.year(), (here.month() + 2) / 3);
    let read = if period.is_empty() { this_quarter() } else { Period::parse(period) };
    let period = read.ok_or_else(|| invalid(name, "takes a year (2026), a quarter (2026-Q3) or a month (2026-08)"))?;
    let start = |day: jiff::civil::Date| day.to_zoned_datetime(VIETNAM).map(|at| at.timestamp().as_millisecond());
    let (from, to) = (start(period.first()), period.last().tomorrow().and_then(start));
    let (Ok(from), Ok(to)) = (from, to) else { return Err(invalid(name, "lies too far away")) };
    let mut tx = state.db.read().await?;
    let followed = directive::followed(&mut tx, from, to, now.as_millisecond()).await.map_err(refused)?;
    Ok((period, followed))
}
