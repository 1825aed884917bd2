//! What keepers of sources do: make, change, try, switch, give a token.

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::push::whole;
use super::source_views::SourceDetail;
use super::sources::{detail, known_source, refused};
use crate::account::audit::Author;
use crate::account::model::Actor;
use crate::monitor::intake::actions::{TableError, take_table};
use crate::monitor::intake::report::IntakeReport;
use crate::monitor::intake::table::{self, Unreadable};
use crate::monitor::source::actions::{self, Change, Keeper};
use crate::monitor::source::examine::examine;
use crate::monitor::source::kept::SourceError;
use crate::monitor::source::model::Definition;
use crate::monitor::source::trial::{Sample, try_once};
use crate::platform::problem::{Code, Problem};
use crate::web::parameters::{flag, shorten, unknown};
use crate::web::state::AppState;
use crate::web::visitor::SignedIn;

/// A token, which is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceToken {
    /// Send it as `Authorization: Bearer …`. The one before holds no longer.
    pub token: String,
}

/// Whether a source is on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Switched {
    /// It is on.
    pub enabled: bool,
    /// Version of the source.
    pub version: i64,
}

fn object(body: Result<Json<Value>, JsonRejection>) -> Result<Value, Problem> {
    match body {
        Ok(Json(body)) => Ok(body),
        Err(rejection) => Err(Problem::new(Code::InvalidField, shorten(&rejection.body_text())).at("body")),
    }
}

fn definition(value: Value) -> Result<Definition, Problem> {
    examine(value).map_err(|wrong| refused(SourceError::Invalid(wrong)))
}

/// Makes a source or changes it, and says which.
///
/// # Errors
/// See [`actions::put`].
pub async fn put_source(
    state: &AppState,
    actor: &Actor,
    definition: &Definition,
    expected: i64,
    now: Timestamp,
) -> Result<Change, SourceError> {
    Ok(actions::put(&state.db, Keeper::of(actor)?, definition, Some(expected), now).await?.0)
}

/// Make a source. It is on at once.
///
/// # Errors
/// 409 when there is one with this id; 422 naming every field.
#[utoipa::path(post, path = "/api/v1/sources", tag = "monitor",
    request_body = Definition,
    responses(
        (status = 201, description = "made", body = SourceDetail),
        (status = 401, description = "not signed in", body = Problem),
        (status = 403, description = "not allowed", body = Problem),
        (status = 409, description = "the id is taken", body = Problem),
        (status = 422, description = "fields are wrong; `errors` names each", body = Problem),
    ))]
pub async fn create(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    body: Result<Json<Value>, JsonRejection>,
) -> Result<(StatusCode, Json<SourceDetail>), Problem> {
    let definition = definition(object(body)?)?;
    put_source(&state, &actor, &definition, 0, state.clock.now()).await.map_err(refused)?;
    Ok((StatusCode::CREATED, Json(detail(&state, &definition.id, true).await?)))
}

/// Change a source: the whole definition, and beside it the `version` that was read.
///
/// # Errors
/// 404; 409 when it has changed since; 422 naming every field.
#[utoipa::path(put, path = "/api/v1/sources/{id}", tag = "monitor",
    params(("id" = String, Path, description = "Id of the source")),
    request_body(content = Definition, description = "The definition with one more field, `version`"),
    responses(
        (status = 200, description = "changed, or as it was", body = SourceDetail),
        (status = 401, description = "not signed in", body = Problem),
        (status = 403, description = "not allowed", body = Problem),
        (status = 404, description = "no such source", body = Problem),
        (status = 409, description = "changed in the meantime", body = Problem),
        (status = 422, description = "fields are wrong; `errors` names each", body = Problem),
    ))]
pub async fn change(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    body: Result<Json<Value>, JsonRejection>,
) -> Result<Json<SourceDetail>, Problem> {
    let mut value = object(body)?;
    let version = value.as_object_mut().and_then(|fields| fields.remove("version"));
    let Some(version) = version.as_ref().and_then(Value::as_i64).filter(|version| *version > 0) else {
        let detail = "version is missing: send the one that was read";
        return Err(Problem::new(Code::InvalidField, detail).at("version"));
    };
    let definition = definition(value)?;
    if definition.id != id {
        return Err(Problem::new(Code::InvalidField, "id differs from the address: it cannot be changed").at("id"));
    }
    // A version above 0 of a source that is not there is no conflict.
    known_source(&mut state.db.read().await?, &id).await?;
    put_source(&state, &actor, &definition, version, state.clock.now()).await.map_err(refused)?;
    Ok(Json(detail(&state, &id, true).await?))
}

/// Ask a source once as its definition says, and show what came. Nothing is stored. A trial takes at most ten seconds.
///
/// # Errors
/// 422 naming every field; 503 when too many trials run.
#[utoipa::path(post, path = "/api/v1/sources/try", tag = "monitor",
    request_body = Definition,
    responses(
        (status = 200, description = "what came, good or not", body = Sample),
        (status = 401, description = "not signed in", body = Problem),
        (status = 403, description = "not allowed", body = Problem),
        (status = 422, description = "fields are wrong; `errors` names each", body = Problem),
        (status = 503, description = "too many trials at once", body = Problem),
    ))]
pub async fn try_source(
    State(state): State<AppState>,
    body: Result<Json<Value>, JsonRejection>,
) -> Result<Json<Sample>, Problem> {
    let definition = definition(object(body)?)?;
    Ok(Json(sample(&state, &definition).await?))
}

/// The first sample of a source.
///
/// # Errors
/// 503 when too many trials run.
pub async fn sample(state: &AppState, definition: &Definition) -> Result<Sample, Problem> {
    let busy = || Problem::new(Code::Busy, "other sources are being tried: try again in a few seconds");
    let _turn = state.trials.try_acquire().map_err(|_| busy())?;
    Ok(try_once(&state.http, definition, state.clock.now()).await)
}

/// Switch a source on.
///
/// # Errors
/// 404 when there is none.
#[utoipa::path(post, path = "/api/v1/sources/{id}/enable", tag = "monitor",
    params(("id" = String, Path, description = "Id of the source")),
    responses((status = 200, description = "it is on", body = Switched),
        (status = 401, description = "not signed in", body = Problem),
        (status = 403, description = "not allowed", body = Problem),
        (status = 404, description = "no such source", body = Problem)))]
pub async fn enable(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Switched>, Problem> {
    switch(&state, &actor, &id, true).await.map_err(refused).map(Json)
}

/// Switch a source off: it is not asked, and what is sent for it is refused.
///
/// # Errors
/// 404 when there is none.
#[utoipa::path(post, path = "/api/v1/sources/{id}/disable", tag = "monitor",
    params(("id" = String, Path, description = "Id of the source")),
    responses((status = 200, description = "it is off", body = Switched),
        (status = 401, description = "not signed in", body = Problem),
        (status = 403, description = "not allowed", body = Problem),
        (status = 404, description = "no such source", body = Problem)))]
pub async fn disable(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Switched>, Problem> {
    switch(&state, &actor, &id, false).await.map_err(refused).map(Json)
}

/// Switches a source.
///
/// # Errors
/// See [`actions::enable`].
pub async fn switch(state: &AppState, actor: &Actor, id: &str, enabled: bool) -> Result<Switched, SourceError> {
    let (keeper, now) = (Keeper::of(actor)?, state.clock.now());
    let version = if enabled {
        actions::enable(&state.db, keeper, id, now).await?
    } else {
        actions::disable(&state.db, keeper, id, now).await?
    };
    Ok(Switched { enabled, version })
}

/// Make a new token for a push source or a dossier feed. It is shown this once; the one before holds no longer.
///
/// # Errors
/// 404; 422 for kinds that are not sent to us.
#[utoipa::path(post, path = "/api/v1/sources/{id}/token", tag = "monitor",
    params(("id" = String, Path, description = "Id of the source")),
    responses((status = 201, description = "the token", body = SourceToken),
        (status = 401, description = "not signed in", body = Problem),
        (status = 403, description = "not allowed", body = Problem),
        (status = 404, description = "no such source", body = Problem),
        (status = 422, description = "the source takes no token", body = Problem)))]
pub async fn token(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let keeper = Keeper::of(&actor).map_err(refused)?;
    let secret = actions::issue_token(&state.db, keeper, &id, state.clock.now()).await.map_err(refused)?;
    let body = Json(SourceToken { token: secret.reveal().to_owned() });
    let quiet = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((StatusCode::CREATED, quiet, body).into_response())
}

/// Whether figures are only looked at.
///
/// # Errors
/// 422 naming the parameter.
pub fn dry_run(raw: Option<&str>) -> Result<bool, Problem> {
    let mut dry_run = false;
    for (name, value) in url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
        match &*name {
            "dry_run" => dry_run = flag(&name, &value)?,
            _ => return Err(unknown(&name)),
        }
    }
    Ok(dry_run)
}

/// Why a table is refused, as an answer.
#[must_use]
pub fn no_table(error: &TableError) -> Problem {
    match error {
        TableError::Kind | TableError::Off => Problem::new(Code::Conflict, error.to_string()),
        TableError::Unreadable(Unreadable::TooLarge) => Problem::new(Code::TooLarge, error.to_string()),
        TableError::Unreadable(_) => Problem::new(Code::InvalidField, error.to_string()).at("body"),
        TableError::Reader | TableError::Sql(_) => Problem::internal(error),
    }
}

/// Upload a table to a source of the kind upload or manual: CSV in UTF-8 or XLSX, at most 4 MiB and 20,000 rows.
///
/// The first row has the headings kỳ (period), giá trị (value), and where the source has more than one metric chỉ tiêu
/// (metric); đối tượng (subject), đơn vị tính (unit) and ghi chú (note) may follow. A value is a number as it is written in
/// Vietnam (`1.234,5`) or `không áp dụng`, `chưa có`, `ẩn`. Good rows are kept, bad ones reported by line and column.
///
/// # Errors
/// 404; 409 when the source takes no tables or is off; 413; 422 when the body is no table.
#[utoipa::path(post, path = "/api/v1/sources/{id}/figures", tag = "monitor",
    params(
        ("id" = String, Path, description = "Id of the source"),
        ("dry_run" = Option<bool>, Query, description = "Only look: nothing is stored"),
    ),
    request_body(content = String, content_type = "text/csv", description = "CSV, or a workbook"),
    responses(
        (status = 200, description = "what became of the rows", body = IntakeReport),
        (status = 401, description = "not signed in", body = Problem),
        (status = 403, description = "not allowed", body = Problem),
        (status = 404, description = "no such source", body = Problem),
        (status = 409, description = "the source takes no tables, or is off", body = Problem),
        (status = 413, description = "too large", body = Problem),
        (status = 422, description = "no table", body = Problem),
    ))]
pub async fn figures(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<IntakeReport>, Problem> {
    let dry_run = dry_run(raw.as_deref())?;
    let source = known_source(&mut state.db.read().await?, &id).await?;
    let bytes = whole(body, &headers, table::MAX_BYTES).await?;
    let by = Author::from(&actor);
    let report = take_table(&state.db, &source, bytes, by, dry_run, state.clock.now()).await;
    report.map(Json).map_err(|error| no_table(&error))
}
