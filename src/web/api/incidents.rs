//! `GET /api/v1/incidents`: times in which services did not answer, and the procedures that stood still.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::monitor::incident::board_store::{self, Affected, Filter};
use crate::monitor::incident::store::{self, Incident};
use crate::platform::db::Tx;
use crate::platform::problem::{Code, Problem};
use crate::web::format::iso;
use crate::web::listing::Listing;
use crate::web::parameters::{invalid, shorten};
use crate::web::state::AppState;

/// Procedures named in one answer.
const NAMED: i64 = 1_000;

/// A page of incidents.
#[derive(Debug, Serialize, ToSchema)]
pub struct IncidentList {
    /// Newest first.
    pub items: Vec<IncidentItem>,
    /// Give it as `cursor` for the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

/// A time in which services that share a cause did not answer. Instants are UTC.
#[derive(Debug, Serialize, ToSchema)]
pub struct IncidentItem {
    /// Identity.
    pub id: String,
    /// `incident`, or `maintenance` within a planned stop.
    pub kind: String,
    /// What its sources share: a host, or `source:` and the source.
    pub cause: String,
    /// The first failure, such as `timeout`.
    pub failure: String,
    /// `critical`, `major` or `minor`, by the procedures that stand still.
    pub severity: String,
    /// The first failed poll.
    pub started_at: String,
    /// The poll that made it an incident.
    pub opened_at: String,
    /// The first good poll of the source that came back last; `null` while it is open.
    pub ended_at: Option<String>,
    /// The poll that ended it.
    pub closed_at: Option<String>,
    /// Its sources, by name.
    pub sources: Vec<SourceName>,
    /// How many procedures stand still; `null` when it is every procedure.
    pub procedures: Option<i64>,
}

/// A source by its name.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceName {
    /// Identity.
    pub id: String,
    /// Name.
    pub name: String,
}

/// One incident with its sources and procedures.
#[derive(Debug, Serialize, ToSchema)]
pub struct IncidentDetail {
    /// The incident.
    #[serde(flatten)]
    pub item: IncidentItem,
    /// When each source failed and came back.
    pub members: Vec<MemberView>,
    /// Codes of procedures that stand still, at most 1,000; empty when it is every procedure.
    pub codes: Vec<String>,
}

/// A source of an incident.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberView {
    /// The source.
    pub source: String,
    /// Its first failure.
    pub failure: String,
    /// When, UTC.
    pub started_at: String,
    /// Its first good poll, UTC.
    pub ended_at: Option<String>,
}

async fn item(tx: &mut Tx, row: Incident) -> Result<IncidentItem, Problem> {
    let names = board_store::member_names(tx, &row.id).await?;
    let affected = board_store::affected(tx, &row.id).await?;
    Ok(IncidentItem {
        id: row.id,
        kind: row.kind,
        cause: row.cause,
        failure: row.failure,
        severity: row.severity,
        started_at: iso(row.started_at),
        opened_at: iso(row.opened_at),
        ended_at: row.ended_at.map(iso),
        closed_at: row.closed_at.map(iso),
        sources: names.into_iter().map(|(id, name)| SourceName { id, name }).collect(),
        procedures: if let Affected::Some(count) = affected { Some(count) } else { None },
    })
}

/// Incidents, newest first.
///
/// # Errors
/// 422 naming the parameter.
#[utoipa::path(get, path = "/api/v1/incidents", tag = "monitor",
    params(
        ("source" = Option<String>, Query, description = "Only those that a source is part of"),
        ("procedure" = Option<String>, Query, description = "Only those that a procedure stands still for"),
        ("kind" = Option<String>, Query, description = "incident or maintenance"),
        ("state" = Option<String>, Query, description = "open or closed"),
        ("limit" = Option<u16>, Query, description = "Items a page, 1 to 200", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses(
        (status = 200, description = "a page of incidents", body = IncidentList),
        (status = 422, description = "a parameter is wrong", body = Problem),
    ))]
pub async fn list(State(state): State<AppState>, RawQuery(raw): RawQuery) -> Result<Json<IncidentList>, Problem> {
    let listing = Listing::read(raw.as_deref(), &["source", "procedure", "kind", "state"], false)?;
    let filter = Filter {
        source: listing.value("source"),
        procedure: listing.value("procedure"),
        kind: listing.value("kind"),
        state: listing.value("state"),
    };
    if !matches!(filter.kind, "" | "incident" | "maintenance") {
        return Err(invalid("kind", "takes incident or maintenance"));
    }
    if !matches!(filter.state, "" | "open" | "closed") {
        return Err(invalid("state", "takes open or closed"));
    }
    let mut tx = state.db.read().await?;
    let mut rows = board_store::incidents(&mut tx, filter, listing.wanted(), listing.passed()).await?;
    let next_cursor = listing.cut(&mut rows);
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        items.push(item(&mut tx, row).await?);
    }
    Ok(Json(IncidentList { items, next_cursor }))
}

/// One incident with its sources and procedures.
///
/// # Errors
/// 404 when there is none.
#[utoipa::path(get, path = "/api/v1/incidents/{id}", tag = "monitor",
    params(("id" = String, Path, description = "Identity of the incident")),
    responses(
        (status = 200, description = "the incident", body = IncidentDetail),
        (status = 404, description = "no such incident", body = Problem),
    ))]
pub async fn one(State(state): State<AppState>, Path(id): Path<String>) -> Result<Json<IncidentDetail>, Problem> {
    let mut tx = state.db.read().await?;
    let missing = || Problem::new(Code::IncidentNotFound, format!("no incident has the id {}", shorten(&id))).at("id");
    let row = store::find(&mut tx, &id).await?.ok_or_else(missing)?;
    let item = item(&mut tx, row).await?;
    let members = store::members(&mut tx, &id).await?;
    let codes = match item.procedures {
        Some(_) => board_store::some_procedures(&mut tx, &id, NAMED, 0).await?,
        None => Vec::new(),
    };
    let member = |member: store::Member| MemberView {
        source: member.source_id,
        failure: member.failure,
        started_at: iso(member.started_at),
        ended_at: member.ended_at.map(iso),
    };
    Ok(Json(IncidentDetail { item, members: members.into_iter().map(member).collect(), codes }))
}
