//! `GET /api/v1/editions`: frozen boards, byte for byte, with their errata.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::board::document::Document;
use crate::board::edition_store::{self, Edition, Erratum};
use crate::platform::problem::{Code, Problem};
use crate::web::format::iso;
use crate::web::state::AppState;

/// Every edition, the newest period first.
#[derive(Debug, Serialize, ToSchema)]
pub struct EditionList {
    /// The editions.
    pub items: Vec<EditionItem>,
}

/// An edition without its document.
#[derive(Debug, Serialize, ToSchema)]
pub struct EditionItem {
    /// `2026`, `2026-Q3` or `2026-08`.
    pub period: String,
    /// UTC.
    pub frozen_at: String,
    /// SHA-256 of the bytes that its address gives.
    pub sha256: String,
    /// Figures that were found to be otherwise since, in the order in which they were found.
    pub errata: Vec<ErratumItem>,
}

/// A figure that was found to be otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErratumItem {
    /// Such as `online_dossiers`.
    pub figure: String,
    /// UTC.
    pub found_at: String,
    /// As it was known before; `null` without data.
    pub before_part: Option<i64>,
    /// Of how many.
    pub before_whole: Option<i64>,
    /// As it is counted since.
    pub after_part: Option<i64>,
    /// Of how many.
    pub after_whole: Option<i64>,
}

fn erratum(row: Erratum) -> ErratumItem {
    ErratumItem {
        figure: row.figure,
        found_at: iso(row.found_at),
        before_part: row.before_part,
        before_whole: row.before_whole,
        after_part: row.after_part,
        after_whole: row.after_whole,
    }
}

/// An edition with its document.
///
/// # Errors
/// 404 when the period was not frozen.
pub async fn find(state: &AppState, period: &str) -> Result<(Edition, Vec<Erratum>, Document), Problem> {
    let mut tx = state.db.read().await?;
    let missing = || Problem::new(Code::NoFigures, "no edition of this period was frozen").at("period");
    let edition = edition_store::find(&mut tx, period).await?.ok_or_else(missing)?;
    let errata = edition_store::errata(&mut tx, period).await?;
    let document = serde_json::from_str(&edition.document).map_err(|error| Problem::internal(&error))?;
    Ok((edition, errata, document))
}

/// Every edition with its errata.
///
/// # Errors
/// When the database fails.
#[utoipa::path(get, path = "/api/v1/editions", tag = "board",
    responses(
        (status = 200, description = "the editions", body = EditionList),
        (status = 401, description = "not signed in", body = Problem),
    ))]
pub async fn list(State(state): State<AppState>) -> Result<Json<EditionList>, Problem> {
    let mut tx = state.db.read().await?;
    let mut items = Vec::new();
    for Edition { period, frozen_at, sha256, .. } in edition_store::list(&mut tx).await? {
        let errata = edition_store::errata(&mut tx, &period).await?.into_iter().map(erratum).collect();
        items.push(EditionItem { period, frozen_at: iso(frozen_at), sha256, errata });
    }
    Ok(Json(EditionList { items }))
}

/// The document of an edition: the bytes that were frozen.
///
/// # Errors
/// 404 when the period was not frozen.
#[utoipa::path(get, path = "/api/v1/editions/{period}", tag = "board",
    params(("period" = String, Path, description = "2026, 2026-Q3 or 2026-08")),
    responses(
        (status = 200, description = "the board as it was frozen", body = Document),
        (status = 401, description = "not signed in", body = Problem),
        (status = 404, description = "no edition of this period", body = Problem),
    ))]
pub async fn one(State(state): State<AppState>, Path(period): Path<String>) -> Result<Response, Problem> {
    let (edition, ..) = find(&state, &period).await?;
    let headers =
        [(header::CONTENT_TYPE, "application/json".to_owned()), (header::ETAG, format!("\"{}\"", edition.sha256))];
    Ok((headers, edition.document).into_response())
}
