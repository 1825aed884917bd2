//! `GET /api/v1/procedures/{code}/changes`: what differs between two versions of a procedure.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::detail::{Looked, look_up};
use super::shapes::VersionView;
use crate::catalog::amend::model::Amendment;
use crate::catalog::compare::compare;
use crate::catalog::store::{self, Version};
use crate::platform::problem::Problem;
use crate::platform::word;
use crate::web::parameters::{invalid, unknown};
use crate::web::state::AppState;

/// Two versions of a procedure and what differs.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangesView {
    /// The code.
    pub code: String,
    /// The version before.
    pub from: VersionView,
    /// The version after.
    pub to: VersionView,
    /// Lines that were added, taken away or rewritten, in the order of the law. Empty when only other things changed, such
    /// as the legal basis.
    pub changes: Vec<ChangeView>,
}

/// A line that differs.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeView {
    /// `name`, `step`, `channel`, `paper`, `time_limit`, `fee`, `audience`, `handling_agency`, `result`, `conditions`,
    /// `online_level`.
    pub part: String,
    /// What stood there; `null` for a line that came.
    pub before: Option<String>,
    /// What stands there; `null` for a line that went.
    pub after: Option<String>,
}

/// Two versions of one procedure.
pub struct Compared {
    /// The version before.
    pub older: Version,
    /// The version after.
    pub newer: Version,
    /// What differs.
    pub changes: Vec<Amendment>,
}

/// What differs between two versions.
///
/// # Errors
/// 404 for a code that is not known; 422 for a version that the procedure does not have.
#[utoipa::path(get, path = "/api/v1/procedures/{code}/changes", tag = "catalog",
    params(
        ("code" = String, Path, description = "The code in any spelling"),
        ("from" = Option<i64>, Query, description = "Number of the version before; the last but one by default"),
        ("to" = Option<i64>, Query, description = "Number of the version after; the last by default"),
    ),
    responses(
        (status = 200, description = "both versions and what differs", body = ChangesView),
        (status = 404, description = "no such code", body = Problem),
        (status = 422, description = "a parameter is wrong", body = Problem),
    ))]
pub async fn changes(
    State(state): State<AppState>,
    Path(code): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Json<ChangesView>, Problem> {
    let (looked, compared) = read(&state, &code, raw.as_deref(), ["from", "to"]).await?;
    let view =
        |change: Amendment| ChangeView { part: word::of(&change.part), before: change.before, after: change.after };
    Ok(Json(ChangesView {
        code: looked.procedure.code.to_string(),
        from: compared.older.into(),
        to: compared.newer.into(),
        changes: compared.changes.into_iter().map(view).collect(),
    }))
}

/// Compares the versions that an address asks for by the two `names` of its parameters; without numbers the last two.
///
/// # Errors
/// 404 for a code that is not known; 422 naming the parameter.
pub async fn read(
    state: &AppState,
    code: &str,
    raw: Option<&str>,
    names: [&str; 2],
) -> Result<(Looked, Compared), Problem> {
    let mut asked = [None, None];
    for (name, value) in url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
        let at = names.iter().position(|known| *known == name);
        let slot = at.and_then(|at| asked.get_mut(at)).ok_or_else(|| unknown(&name))?;
        *slot = Some(value.trim().parse().map_err(|_| invalid(&name, "takes the number of a version"))?);
    }
    let looked = look_up(state, code, None).await?;
    let last = looked.stored.version_number;
    let to = asked[1].unwrap_or(last);
    let from = asked[0].unwrap_or_else(|| (to - 1).max(1));
    for (number, name) in [(from, names[0]), (to, names[1])] {
        if !looked.versions.iter().any(|version| version.number == number) {
            return Err(invalid(name, &format!("names no version: there are 1 to {last}")));
        }
    }
    let compared = between(state, &looked, from.min(to), from.max(to)).await?;
    let compared = compared.ok_or_else(|| invalid(names[0], "names a version that is gone"))?;
    Ok((looked, compared))
}

/// Compares two versions of a procedure, where it has both.
///
/// # Errors
/// When the database fails.
pub async fn between(state: &AppState, looked: &Looked, older: i64, newer: i64) -> Result<Option<Compared>, Problem> {
    let version = |number: i64| looked.versions.iter().find(|version| version.number == number).cloned();
    let (Some(older), Some(newer)) = (version(older), version(newer)) else { return Ok(None) };
    let mut tx = state.db.read().await?;
    let mut document = async |version: &Version| {
        let found = store::document_of(&mut tx, looked.procedure.code.as_str(), version.number).await;
        found.map_err(|error| Problem::internal(&error))
    };
    let (Some(before), Some(after)) = (document(&older).await?, document(&newer).await?) else { return Ok(None) };
    Ok(Some(Compared { older, newer, changes: compare(&before, &after) }))
}
