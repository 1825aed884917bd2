//! `GET` and `POST /api/v1/maintenances`: planned stops, whether their notice came in time, whether they count.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::work::body;
use crate::monitor::field::FieldError;
use crate::monitor::maintenance::actions::{self, MaintenanceError};
use crate::monitor::maintenance::list_store::{self, Listed};
use crate::monitor::maintenance::model::{Maintenance, NewMaintenance};
use crate::monitor::maintenance::rule::{Judged, NoticeRule};
use crate::platform::problem::{Code, Fault, Problem};
use crate::web::format::iso;
use crate::web::listing::Listing;
use crate::web::state::AppState;
use crate::web::visitor::{SignedIn, Visitor};

/// A page of planned stops.
#[derive(Debug, Serialize, ToSchema)]
pub struct MaintenanceList {
    /// Latest start first.
    pub items: Vec<MaintenanceView>,
    /// Give it as `cursor` for the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

/// A planned stop. Instants are UTC.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MaintenanceView {
    /// Identity.
    pub id: String,
    /// The source that stands still.
    pub source: String,
    /// Its name.
    pub source_name: String,
    /// When it begins.
    pub starts_at: String,
    /// When the service is back, as announced.
    pub restores_at: String,
    /// When it ends or ended.
    pub ends_at: String,
    /// When it was made public.
    pub announced_at: String,
    /// Where it was made public; empty when nobody said.
    pub link: String,
    /// Why.
    pub reason: String,
    /// When it was called off.
    pub cancelled_at: Option<String>,
    /// Working days of notice, and what the rule asks for.
    pub notice: Judged,
    /// Its time counts as downtime: the notice came too late (NĐ 224/2026 Đ13).
    pub counts: bool,
    /// Login of who recorded it; only shown to signed-in people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// Counts changes: sent back with a change, it keeps anybody from overwriting what they have not seen.
    pub version: i64,
}

impl MaintenanceView {
    /// A planned stop as it may be shown.
    #[must_use]
    pub fn of(row: &Maintenance, source_name: &str, rule: &NoticeRule, signed_in: bool) -> Self {
        let notice = rule.judge(row);
        Self {
            id: row.id.clone(),
            source: row.source_id.clone(),
            source_name: source_name.to_owned(),
            starts_at: iso(row.starts_at),
            restores_at: iso(row.restores_at),
            ends_at: iso(row.ends_at),
            announced_at: iso(row.announced_at),
            link: row.link.clone(),
            reason: row.reason.clone(),
            cancelled_at: row.cancelled_at.map(iso),
            counts: !notice.in_time,
            notice,
            created_by: signed_in.then(|| row.created_by.clone()),
            version: row.version,
        }
    }
}

/// What a planned stop is changed to: exactly one of the two.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MaintenanceChange {
    /// The version that was seen.
    pub version: i64,
    /// The service was back then, sooner than announced.
    #[schema(value_type = Option<String>)]
    pub ended_at: Option<Timestamp>,
    /// It is called off; only before it begins.
    pub cancel: bool,
}

/// Why nothing was done, as an answer.
#[must_use]
pub fn refused(error: MaintenanceError) -> Problem {
    match error {
        MaintenanceError::Invalid(errors) => Problem::of_fields(errors.iter().map(field).collect()),
        MaintenanceError::Missing => Problem::new(Code::MaintenanceNotFound, "no planned stop has this id").at("id"),
        MaintenanceError::Conflict => {
            Problem::new(Code::Conflict, "somebody else has changed it since you saw it: look at it again")
        }
        MaintenanceError::Sql(error) => Problem::internal(&error),
    }
}

/// A wrong field for programs.
#[must_use]
pub fn field(error: &FieldError) -> Fault {
    let proposal = error.proposal.as_ref().map(|proposal| format!("; for example {proposal}")).unwrap_or_default();
    Fault { field: error.field.clone(), message: format!("{}{proposal}", error.message) }
}

/// Planned stops, latest start first.
///
/// # Errors
/// 422 naming the parameter.
#[utoipa::path(get, path = "/api/v1/maintenances", tag = "monitor",
    params(
        ("source" = Option<String>, Query, description = "Only those of one source"),
        ("limit" = Option<u16>, Query, description = "Items a page, 1 to 200", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses(
        (status = 200, description = "a page of planned stops", body = MaintenanceList),
        (status = 422, description = "a parameter is wrong", body = Problem),
    ))]
pub async fn list(
    State(state): State<AppState>,
    visitor: Visitor,
    RawQuery(raw): RawQuery,
) -> Result<Json<MaintenanceList>, Problem> {
    let listing = Listing::read(raw.as_deref(), &["source"], false)?;
    let mut tx = state.db.read().await?;
    let source = listing.value("source");
    let mut rows = list_store::list(&mut tx, source, i64::MIN, listing.wanted(), listing.passed()).await?;
    let next_cursor = listing.cut(&mut rows);
    let rule = NoticeRule::load(&mut tx).await?;
    let signed_in = visitor.actor.is_some();
    let view = |row: &Listed| MaintenanceView::of(&row.maintenance, &row.source_name, &rule, signed_in);
    Ok(Json(MaintenanceList { items: rows.iter().map(view).collect(), next_cursor }))
}

/// Announce a planned stop. Roles `metric_owner` and `admin`.
///
/// # Errors
/// 422 naming the fields.
#[utoipa::path(post, path = "/api/v1/maintenances", tag = "monitor",
    request_body(content = Object, description = "`source`, `starts_at`, `restores_at` (RFC 3339, on steps of five minutes), `reason`, and optionally `announced_at` and `link`"),
    responses(
        (status = 201, description = "announced", body = MaintenanceView),
        (status = 401, description = "not signed in", body = Problem),
        (status = 403, description = "not allowed", body = Problem),
        (status = 422, description = "a field is wrong", body = Problem),
    ))]
pub async fn announce(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    new: Result<Json<NewMaintenance>, JsonRejection>,
) -> Result<(StatusCode, Json<MaintenanceView>), Problem> {
    let (row, _) = actions::announce(&state.db, &actor, &body(new)?, state.clock.now()).await.map_err(refused)?;
    Ok((StatusCode::CREATED, Json(view(&state, &row).await?)))
}

/// End a planned stop sooner than announced, or call it off before it begins. Roles `metric_owner` and `admin`.
///
/// # Errors
/// 422 naming the field; 404 when there is none; 409 when somebody else was faster.
#[utoipa::path(post, path = "/api/v1/maintenances/{id}", tag = "monitor",
    params(("id" = String, Path, description = "Identity of the planned stop")),
    request_body = MaintenanceChange,
    responses(
        (status = 200, description = "changed", body = MaintenanceView),
        (status = 401, description = "not signed in", body = Problem),
        (status = 403, description = "not allowed", body = Problem),
        (status = 404, description = "no such planned stop", body = Problem),
        (status = 409, description = "changed in the meantime", body = Problem),
        (status = 422, description = "a field is wrong", body = Problem),
    ))]
pub async fn change(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    axum::extract::Path(id): axum::extract::Path<String>,
    change: Result<Json<MaintenanceChange>, JsonRejection>,
) -> Result<Json<MaintenanceView>, Problem> {
    let change = body(change)?;
    let now = state.clock.now();
    let row = match (change.ended_at, change.cancel) {
        (Some(ended), false) => actions::end(&state.db, &actor, &id, change.version, ended, now).await,
        (None, true) => actions::cancel(&state.db, &actor, &id, change.version, now).await,
        _ => {
            let detail = "give either ended_at, or cancel as true";
            return Err(Problem::new(Code::InvalidField, detail).at("ended_at"));
        }
    };
    Ok(Json(view(&state, &row.map_err(refused)?).await?))
}

async fn view(state: &AppState, row: &Maintenance) -> Result<MaintenanceView, Problem> {
    let mut tx = state.db.read().await?;
    let name = list_store::source_name(&mut tx, &row.source_id).await?.unwrap_or_default();
    let rule = NoticeRule::load(&mut tx).await?;
    Ok(MaintenanceView::of(row, &name, &rule, true))
}
