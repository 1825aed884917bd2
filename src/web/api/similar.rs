//! `GET /api/v1/initiatives/{id}/similar`: which initiatives are alike.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::initiative_views::Sight;
use super::initiatives::refused;
use crate::initiative::model::MeasureType;
use crate::initiative::store::list;
use crate::platform::problem::Problem;
use crate::web::state::AppState;
use crate::web::visitor::Visitor;

/// An initiative that is like another one.
#[derive(Debug, Serialize, ToSchema)]
pub struct SimilarView {
    /// Public number.
    pub number: String,
    /// One line.
    pub title: String,
    /// Whose it is.
    pub organisation: Option<String>,
    /// Procedures that both change.
    pub codes: Vec<String>,
    /// How many papers both change.
    pub papers: usize,
    /// Types that both have.
    pub kinds: Vec<MeasureType>,
    /// Share of the words of both names that stand in both, 0 to 1.
    pub name: f64,
}

/// The public initiatives that are most like one, the most alike first.
///
/// # Errors
/// 404 when there is none that the reader may see.
#[utoipa::path(get, path = "/api/v1/initiatives/{id}/similar", tag = "initiative",
    params(("id" = String, Path, description = "Public number")),
    responses(
        (status = 200, description = "at most ten", body = Vec<SimilarView>),
        (status = 404, description = "none that you may see", body = Problem),
    ))]
pub async fn similar(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<Vec<SimilarView>>, Problem> {
    let mut tx = state.db.read().await?;
    let sight = Sight::load(&mut tx, visitor.actor.as_ref(), &id).await.map_err(refused)?;
    let found = list::similar(&mut tx, &sight.item, 10).await?;
    let view = |one: list::Similar| SimilarView {
        number: one.number,
        title: one.title,
        organisation: one.organisation,
        codes: one.likeness.codes,
        papers: one.likeness.papers,
        kinds: one.likeness.kinds,
        name: one.likeness.name,
    };
    Ok(Json(found.into_iter().map(view).collect()))
}
