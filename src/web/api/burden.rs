//! `GET /api/v1/burdens` and `GET /api/v1/unapplied-decisions`: what to reform first, and what was decided and not done.

use axum::Json;
use axum::extract::{RawQuery, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::gaps::read_board;
use super::initiatives::refused;
use crate::initiative::burden_list::{Burden, Weights, rank};
use crate::initiative::unapplied::{Contradicted, Waiting, unapplied};
use crate::platform::problem::Problem;
use crate::platform::word;
use crate::web::format::iso;
use crate::web::listing::Listing;
use crate::web::state::AppState;

/// A page of the burden list.
#[derive(Debug, Serialize, ToSchema)]
pub struct BurdenList {
    /// What it is computed with.
    pub weights: Weights,
    /// How many procedures have a remark.
    pub total: usize,
    /// The heaviest first; those without a known volume behind the others.
    pub items: Vec<Burden>,
    /// Give it as `cursor` for the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

/// What was decided and the catalog does not show.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnappliedView {
    /// Working days after which an approved measure is named.
    pub working_days: u32,
    /// Measures that are approved and not applied.
    pub waiting: Vec<WaitingView>,
    /// Amendments that a source contradicts.
    pub contradicted: Vec<ContradictedView>,
}

/// A measure that is approved and not applied.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingView {
    /// Public number of the initiative.
    pub number: String,
    /// Position of the measure.
    pub position: i64,
    /// Title of the measure.
    pub title: String,
    /// Name of the state in which it stands.
    pub state: String,
    /// When it was approved.
    pub approved_at: String,
    /// When it was to be applied.
    pub due_at: String,
    /// Procedures that it changes.
    pub codes: Vec<String>,
}

/// An amendment that a source contradicts.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContradictedView {
    /// The measure that decided it, such as `SK-2026-0001.2`.
    pub origin: String,
    /// The procedure.
    pub code: String,
    /// Word of the part.
    pub part: String,
    /// What stood there; `null` for a line that was added.
    pub before: Option<String>,
    /// What was decided; `null` for a line that was taken away.
    pub after: Option<String>,
    /// What the catalog says there now.
    pub now: Vec<String>,
    /// When a source was first seen to say something else.
    pub since: Option<String>,
}

/// What to reform first: cost × dossiers a year × remarks.
///
/// # Errors
/// 422 naming the parameter.
#[utoipa::path(get, path = "/api/v1/burdens", tag = "initiative",
    params(
        ("limit" = Option<usize>, Query, description = "Items a page, 1 to 100"),
        ("cursor" = Option<String>, Query, description = "From the page before"),
    ),
    responses(
        (status = 200, description = "a page", body = BurdenList),
        (status = 422, description = "a parameter is wrong", body = Problem),
    ))]
pub async fn burdens(State(state): State<AppState>, RawQuery(raw): RawQuery) -> Result<Json<BurdenList>, Problem> {
    let listing = Listing::read(raw.as_deref(), &[], false)?;
    let (weights, all) = ranked(&state).await?;
    let total = all.len();
    let (items, next_cursor) = page(&listing, all);
    Ok(Json(BurdenList { weights, total, items, next_cursor }))
}

/// The part of a list that is asked for, and where the next begins.
#[must_use]
pub fn page(listing: &Listing, all: Vec<Burden>) -> (Vec<Burden>, Option<String>) {
    let mut items: Vec<Burden> = all.into_iter().skip(listing.offset).take(listing.limit + 1).collect();
    let next = listing.cut(&mut items);
    (items, next)
}

/// The whole list and what it is computed with.
///
/// # Errors
/// When the database fails.
pub async fn ranked(state: &AppState) -> Result<(Weights, Vec<Burden>), Problem> {
    let board = read_board(state).await?;
    let snapshot = state.engine.snapshot();
    let weights = Weights::at(&mut state.db.read().await?, state.clock.now()).await.map_err(refused)?;
    let fee = |code: &str| {
        let doc = snapshot.names.doc(*snapshot.names.by_code.get(code)?);
        doc.shown.fee.map(|(least, _)| least)
    };
    Ok((weights, rank(&board.entries, weights, fee)))
}

/// What was decided and the catalog does not show.
///
/// # Errors
/// When the database fails.
#[utoipa::path(get, path = "/api/v1/unapplied-decisions", tag = "initiative",
    responses(
        (status = 200, description = "measures and amendments", body = UnappliedView),
        (status = 401, description = "not signed in", body = Problem),
        (status = 403, description = "not allowed", body = Problem),
    ))]
pub async fn undone(State(state): State<AppState>) -> Result<Json<UnappliedView>, Problem> {
    let found = unapplied(&mut state.db.read().await?, state.clock.now()).await.map_err(refused)?;
    let waiting = |one: Waiting| WaitingView {
        number: one.number,
        position: one.position,
        title: one.title,
        state: one.state,
        approved_at: iso(one.approved_at),
        due_at: iso(one.due_at),
        codes: one.codes,
    };
    let contradicted = |one: Contradicted| ContradictedView {
        origin: one.kept.origin,
        code: one.kept.code,
        part: word::of(&one.kept.amendment.part),
        before: one.kept.amendment.before,
        after: one.kept.amendment.after,
        now: one.now,
        since: one.kept.settled_at.map(iso),
    };
    Ok(Json(UnappliedView {
        working_days: found.working_days,
        waiting: found.waiting.into_iter().map(waiting).collect(),
        contradicted: found.contradicted.into_iter().map(contradicted).collect(),
    }))
}
