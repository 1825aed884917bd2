//! `/api/v1/service-levels`: what is promised, what it came to, how it was counted.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::maintenances::field;
use super::work::body;
use crate::monitor::service_level::alert_store;
use crate::monitor::service_level::figure::Language;
use crate::monitor::service_level::list_store::{self, Filter, Listed};
use crate::monitor::service_level::measure::Setting;
use crate::monitor::service_level::model::{Definition, Indicator, Standing};
use crate::monitor::service_level::policy::policy_text;
use crate::monitor::service_level::store::ServiceLevelError;
use crate::monitor::service_level::window::day_of;
use crate::monitor::service_level::{actions, line, report_store, version_store};
use crate::platform::db::Tx;
use crate::platform::problem::{Code, Problem};
use crate::platform::word;
use crate::web::format::iso;
use crate::web::listing::Listing;
use crate::web::parameters::{invalid, shorten};
use crate::web::state::AppState;
use crate::web::visitor::{SignedIn, Visitor};

/// What lists of service levels can be narrowed by.
pub const FILTERS: [&str; 4] = ["indicator", "source", "procedure", "standing"];

/// A page of service levels.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceLevelList {
    /// By identifier.
    pub items: Vec<ServiceLevelItem>,
    /// Give it as `cursor` for the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

/// A service level with what its window came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceLevelItem {
    /// Identity.
    pub id: String,
    /// Version of the definition: sent back with a change, it keeps anybody from overwriting what they have not seen.
    pub version: i64,
    /// Whether it is evaluated.
    pub enabled: bool,
    /// What is promised; the same members are taken by `POST` and `PUT`.
    #[schema(value_type = Object)]
    pub definition: Definition,
    /// What the window last came to: counts, share or interval, standing, budget, burn rates, absent values; `null` until
    /// evaluated. No number in it is ever NaN.
    #[schema(value_type = Object)]
    pub report: Value,
}

/// One service level in full.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceLevelDetail {
    /// The level and its report.
    #[serde(flatten)]
    pub item: ServiceLevelItem,
    /// How it is counted, sentence by sentence, in Vietnamese.
    pub policy: Vec<String>,
    /// Alerts, newest first.
    #[schema(value_type = Vec<Object>)]
    pub alerts: Vec<alert_store::Alert>,
    /// Full months as they were judged, newest first.
    #[schema(value_type = Vec<Object>)]
    pub months: Vec<report_store::Month>,
    /// Versions, oldest first.
    pub versions: Vec<VersionView>,
}

/// A version of a service level.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionView {
    /// Its number.
    pub version: i64,
    /// From when on, UTC.
    pub valid_from: String,
    /// Whether it was evaluated.
    pub enabled: bool,
    /// What it was.
    #[schema(value_type = Object)]
    pub definition: Definition,
    /// Login of who wrote it; only shown to signed-in people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_by: Option<String>,
}

/// What a service level is changed to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceLevelChange {
    /// The version that was seen.
    pub version: i64,
    /// Another definition; the id must stay.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub definition: Option<Definition>,
    /// Switches it on or off.
    #[serde(default)]
    pub enabled: Option<bool>,
}

impl ServiceLevelItem {
    fn of(listed: Listed) -> Self {
        Self {
            id: listed.definition.id.clone(),
            version: listed.version,
            enabled: listed.enabled,
            definition: listed.definition,
            report: listed.report.and_then(|report| serde_json::to_value(report).ok()).unwrap_or(Value::Null),
        }
    }
}

/// Why nothing was done, as an answer.
#[must_use]
pub fn problem(error: ServiceLevelError) -> Problem {
    match error {
        ServiceLevelError::Invalid(errors) => Problem::of_fields(errors.iter().map(field).collect()),
        ServiceLevelError::Missing(id) => missing(&id),
        ServiceLevelError::Conflict => {
            Problem::new(Code::Conflict, "the id is taken, or somebody else has changed it since you saw it")
        }
        error => Problem::internal(&error),
    }
}

fn missing(id: &str) -> Problem {
    Problem::new(Code::ServiceLevelNotFound, format!("no service level has the id {}", shorten(id))).at("id")
}

/// What a list is narrowed to.
///
/// # Errors
/// 422 for a word that is none.
pub fn filter(listing: &Listing) -> Result<Filter<'_>, Problem> {
    let (indicator, standing) = (listing.value("indicator"), listing.value("standing"));
    if !indicator.is_empty() && word::read::<Indicator>(indicator).is_none() {
        let words = Indicator::ALL.map(|indicator| word::of(&indicator)).join(", ");
        return Err(invalid("indicator", &format!("takes {words}")));
    }
    if !standing.is_empty() && word::read::<Standing>(standing).is_none() {
        return Err(invalid("standing", "takes met, missed, undecided or no_data"));
    }
    let (source, procedure) = (listing.value("source"), listing.value("procedure"));
    Ok(Filter { indicator, source, procedure, standing, id: "" })
}

/// Service levels with what their windows last came to.
///
/// # Errors
/// 422 naming the parameter.
#[utoipa::path(get, path = "/api/v1/service-levels", tag = "monitor",
    params(
        ("indicator" = Option<String>, Query, description = "availability, latency, freshness, dossiers_on_time, remarks_on_time or satisfaction"),
        ("source" = Option<String>, Query, description = "Only those about one source"),
        ("procedure" = Option<String>, Query, description = "Only those about one procedure"),
        ("standing" = Option<String>, Query, description = "met, missed, undecided or no_data"),
        ("limit" = Option<u16>, Query, description = "Items a page, 1 to 200", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses(
        (status = 200, description = "a page of service levels", body = ServiceLevelList),
        (status = 422, description = "a parameter is wrong", body = Problem),
    ))]
pub async fn list(State(state): State<AppState>, RawQuery(raw): RawQuery) -> Result<Json<ServiceLevelList>, Problem> {
    let listing = Listing::read(raw.as_deref(), &FILTERS, false)?;
    let mut tx = state.db.read().await?;
    let rows = list_store::list(&mut tx, filter(&listing)?, listing.wanted(), listing.passed()).await;
    let mut rows = rows.map_err(problem)?;
    let next_cursor = listing.cut(&mut rows);
    Ok(Json(ServiceLevelList { items: rows.into_iter().map(ServiceLevelItem::of).collect(), next_cursor }))
}

/// One service level: what it came to, how it is counted, alerts, months, versions.
///
/// # Errors
/// 404 when there is none.
#[utoipa::path(get, path = "/api/v1/service-levels/{id}", tag = "monitor",
    params(("id" = String, Path, description = "Identity of the service level")),
    responses(
        (status = 200, description = "the service level", body = ServiceLevelDetail),
        (status = 404, description = "no such service level", body = Problem),
    ))]
pub async fn one(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<ServiceLevelDetail>, Problem> {
    let mut tx = state.db.read().await?;
    Ok(Json(detail(&mut tx, &state, &id, visitor.actor.is_some()).await?))
}

async fn detail(tx: &mut Tx, state: &AppState, id: &str, signed_in: bool) -> Result<ServiceLevelDetail, Problem> {
    let listed = find(tx, id).await?;
    let policy = policy(tx, &listed.definition, state.clock.now()).await?;
    let version = |version: version_store::Version| VersionView {
        version: version.version,
        valid_from: iso(version.valid_from),
        enabled: version.enabled,
        definition: version.definition,
        changed_by: signed_in.then_some(version.changed_by),
    };
    Ok(ServiceLevelDetail {
        item: ServiceLevelItem::of(listed),
        policy,
        alerts: alert_store::history(tx, id, 100).await?,
        months: report_store::months(tx, id, 36).await?,
        versions: version_store::versions(tx, id).await.map_err(problem)?.into_iter().map(version).collect(),
    })
}

/// How a service level is counted, in Vietnamese sentences.
///
/// # Errors
/// When the database fails.
pub async fn policy(tx: &mut Tx, d: &Definition, now: Timestamp) -> Result<Vec<String>, Problem> {
    let setting = Setting::at(tx, now).await.map_err(problem)?;
    let at = now.as_millisecond();
    let every = line::lines(tx, d).await?.iter().filter_map(|line| line.rhythm.at(at)).max();
    Ok(policy_text(d, &setting, day_of(at), every, Language::Vietnamese))
}

/// A service level by its id.
///
/// # Errors
/// 404 when there is none.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Listed, Problem> {
    if id.is_empty() {
        return Err(missing(id));
    }
    let found = list_store::list(tx, Filter { id, ..Filter::default() }, 1, 0).await.map_err(problem)?;
    found.into_iter().next().ok_or_else(|| missing(id))
}

/// Make a service level. Roles `metric_owner` and `admin`.
///
/// # Errors
/// 422 naming every wrong field, with a proposal where there is one; 409 when the id is taken.
#[utoipa::path(post, path = "/api/v1/service-levels", tag = "monitor",
    request_body(content = Object, description = "The definition: `id`, `name`, `owner`, `indicator`, `scope`, `objective`, `window`, and optionally `threshold_ms`, `max_age_seconds`, `counting`, `burn`"),
    responses(
        (status = 201, description = "made", body = ServiceLevelDetail),
        (status = 401, description = "not signed in", body = Problem),
        (status = 403, description = "not allowed", body = Problem),
        (status = 409, description = "the id is taken", body = Problem),
        (status = 422, description = "a field is wrong", body = Problem),
    ))]
pub async fn create(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    new: Result<Json<Definition>, JsonRejection>,
) -> Result<(StatusCode, Json<ServiceLevelDetail>), Problem> {
    let definition = body(new)?;
    actions::create(&state.db, &actor, &definition, state.clock.now()).await.map_err(problem)?;
    let mut tx = state.db.read().await?;
    Ok((StatusCode::CREATED, Json(detail(&mut tx, &state, &definition.id, true).await?)))
}

/// Change a service level, or switch it on or off: a new version. Roles `metric_owner` and `admin`.
///
/// # Errors
/// 422 naming every wrong field; 404 when there is none; 409 when somebody else was faster.
#[utoipa::path(put, path = "/api/v1/service-levels/{id}", tag = "monitor",
    params(("id" = String, Path, description = "Identity of the service level")),
    request_body = ServiceLevelChange,
    responses(
        (status = 200, description = "changed", body = ServiceLevelDetail),
        (status = 401, description = "not signed in", body = Problem),
        (status = 403, description = "not allowed", body = Problem),
        (status = 404, description = "no such service level", body = Problem),
        (status = 409, description = "changed in the meantime", body = Problem),
        (status = 422, description = "a field is wrong", body = Problem),
    ))]
pub async fn change(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    change: Result<Json<ServiceLevelChange>, JsonRejection>,
) -> Result<Json<ServiceLevelDetail>, Problem> {
    let change = body(change)?;
    let now = state.clock.now();
    match (&change.definition, change.enabled) {
        (Some(definition), None) if definition.id == id => {
            actions::change(&state.db, &actor, definition, change.version, now).await.map_err(problem)?;
        }
        (Some(_), None) => {
            return Err(
                Problem::new(Code::InvalidField, "definition.id must be the id in the address").at("definition.id")
            );
        }
        (None, Some(enabled)) => {
            actions::switch(&state.db, &actor, &id, change.version, enabled, now).await.map_err(problem)?;
        }
        _ => return Err(Problem::new(Code::InvalidField, "give either definition or enabled").at("definition")),
    }
    let mut tx = state.db.read().await?;
    Ok(Json(detail(&mut tx, &state, &id, true).await?))
}
