//! `GET /api/v1/procedures/{code}`

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;

use super::list::answer;
use super::shapes::ProcedureDetail;
use crate::catalog::code::ProcedureCode;
use crate::catalog::model::Procedure;
use crate::catalog::store::{self, Stored, Version};
use crate::platform::clock::VIETNAM;
use crate::platform::problem::{Code, Problem};
use crate::search::document::SearchDoc;
use crate::web::format::{date, iso};
use crate::web::pages::performance;
use crate::web::pages::status::section;
use crate::web::parameters::{shorten, unknown as unknown_parameter};
use crate::web::state::{AppState, Prepared};

/// How what a procedure needs is now, and how dossiers fare.
#[derive(Debug, Default)]
pub struct Seen {
    /// Its services; `None` when none is watched.
    pub status: Option<section::Known>,
    /// Its dossiers; `None` when nothing is to be said.
    pub performance: Option<performance::Known>,
}

/// Reads both in one transaction; nothing of a procedure that is gone, or of a day that is past.
///
/// # Errors
/// When the database fails.
pub async fn watched(state: &AppState, looked: &Looked, at: Option<Timestamp>) -> Result<Seen, Problem> {
    if looked.retired || at.is_some() {
        return Ok(Seen::default());
    }
    let (code, now) = (looked.procedure.code.as_str(), state.clock.now());
    let mut tx = state.db.read().await?;
    let status = section::read(&mut tx, code, now).await.map_err(|error| Problem::internal(&error))?;
    let today = now.to_zoned_datetime(VIETNAM).date();
    Ok(Seen { status, performance: Some(performance::read(&mut tx, code, today).await?) })
}

/// A procedure as it was on the day asked for, or as it is.
pub struct Looked {
    /// The identity and its state today.
    pub stored: Stored,
    /// The document in force then.
    pub procedure: Procedure,
    /// Its version.
    pub version: i64,
    /// It was retired by then.
    pub retired: bool,
    /// All versions, newest first.
    pub versions: Vec<Version>,
    /// Codes of provincial copies, this one left out.
    pub variants: Vec<String>,
}

/// One procedure, as it is or as it was.
///
/// # Errors
/// 404 for a code that is not known, or not captured yet on that day; 422 naming the parameter.
#[utoipa::path(get, path = "/api/v1/procedures/{code}", tag = "catalog",
    params(
        ("code" = String, Path, description = "The code in any spelling"),
        ("at" = Option<String>, Query, description = "A day (Vietnam time, its end) or an instant: the text in force then"),
    ),
    responses(
        (status = 200, description = "the procedure", body = ProcedureDetail),
        (status = 304, description = "unchanged since the entity tag given"),
        (status = 404, description = "no such code, or not captured yet on that day", body = Problem),
        (status = 422, description = "a parameter is wrong", body = Problem),
    ))]
pub async fn detail(
    State(state): State<AppState>,
    Path(code): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let at = read_at(raw.as_deref())?;
    let looked = look_up(&state, &code, at).await?;
    let seen = watched(&state, &looked, at).await?;
    let today = SearchDoc::of(&Stored { procedure: looked.procedure.clone(), ..looked.stored.clone() });
    let view = ProcedureDetail {
        procedure: &looked.procedure,
        online_level: today.online_level.as_deref(),
        declared_level: today.declared_level,
        online: today.online,
        gap: today.gap.as_deref(),
        retired: looked.retired,
        retired_at: looked.stored.retired_at.filter(|_| looked.retired).map(iso),
        version: looked.version,
        versions: looked.versions.into_iter().map(Into::into).collect(),
        variants: looked.variants,
        status: seen.status.as_ref().map(section::StatusView::of),
        performance: match seen.performance {
            Some(performance::Known::Figures(figures)) => Some(*figures),
            _ => None,
        },
    };
    let body = serde_json::to_vec(&view).map_err(|e| Problem::internal(&e))?;
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    Ok(answer(&Prepared { body: Bytes::from(body), etag: format!("\"{:016x}\"", hasher.finish()) }, &headers))
}

/// Finds a procedure by its code in any spelling, with the version in force at `at`.
///
/// # Errors
/// 404 when there is no such code, or when it was captured later than `at`.
pub async fn look_up(state: &AppState, code: &str, at: Option<Timestamp>) -> Result<Looked, Problem> {
    let unknown = || Problem::new(Code::ProcedureNotFound, format!("no procedure has the code {}", shorten(code)));
    let parsed = ProcedureCode::parse(code).map_err(|_| unknown().at("code"))?;
    let internal = |e: store::StoreError| Problem::internal(&e);
    let mut tx = state.db.read().await?;
    let stored = store::find(&mut tx, parsed.code.as_str()).await.map_err(internal)?;
    let stored = stored.ok_or_else(|| unknown().at("code"))?;
    let versions = store::versions(&mut tx, parsed.code.as_str()).await.map_err(internal)?;
    let (version, procedure) = match at {
        None => (stored.version_number, stored.procedure.clone()),
        Some(at) => {
            store::document_at(&mut tx, parsed.code.as_str(), at).await.map_err(internal)?.ok_or_else(|| {
                let first = date(stored.first_seen_at);
                Problem::new(Code::NotKnownAt, format!("the procedure is known from {first} on, not before")).at("at")
            })?
        }
    };
    let retired = stored.retired_at.is_some_and(|gone| at.is_none_or(|at| gone <= at.as_millisecond()));
    let variants = variants(state, parsed.code.as_str());
    Ok(Looked { stored, procedure, version, retired, versions, variants })
}

fn variants(state: &AppState, code: &str) -> Vec<String> {
    let snapshot = state.engine.snapshot();
    let names = &snapshot.names;
    let Some(id) = names.by_code.get(code).copied() else { return Vec::new() };
    let group = names.doc(id).group;
    (0..)
        .zip(&names.docs)
        .filter(|(other, doc)| doc.group == group && *other != id)
        .map(|(_, doc)| doc.shown.code.clone())
        .collect()
}

/// Reads `?at=`, the only parameter of this address.
///
/// # Errors
/// A 422 that names the parameter.
pub fn read_at(raw: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    let mut at = None;
    for (name, value) in url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
        match &*name {
            "at" => {
                let parsed = instant(&value);
                let wrong = || Problem::new(Code::InvalidParameter, "at takes a day such as 2026-07-18, or an instant");
                at = Some(parsed.ok_or_else(|| wrong().at("at"))?);
            }
            "lang" => {}
            _ => {
                return Err(unknown_parameter(&name));
            }
        }
    }
    Ok(at)
}

/// A day means its last instant in Vietnam.
#[must_use]
pub fn instant(value: &str) -> Option<Timestamp> {
    if let Ok(day) = value.parse::<Date>() {
        let next = day.tomorrow().ok()?.to_zoned_datetime(VIETNAM).ok()?.timestamp();
        return next.checked_sub(jiff::SignedDuration::from_millis(1)).ok();
    }
    value.parse().ok()
}
