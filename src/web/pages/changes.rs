//! `/thu-tuc/{code}/thay-doi`: two versions of a procedure side by side, in plain words.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{frame, message, render};
use crate::catalog::amend::model::Amendment;
use crate::catalog::compare::{Words, words};
use crate::catalog::store::Version;
use crate::initiative::store::list::{self, Filter};
use crate::platform::problem::Problem;
use crate::web::api::changes::{Compared, between, read};
use crate::web::api::detail::Looked;
use crate::web::format::date_vi;
use crate::web::state::AppState;
use crate::web::views::{Frame, Link};
use crate::web::visitor::Visitor;

/// As many lines as the page of a procedure shows of its latest change.
const SHOWN: usize = 8;

/// The page.
#[derive(Debug, Template)]
#[template(path = "changes.html")]
struct ChangesPage {
    frame: Frame,
    code: String,
    name: String,
    older: (i64, String),
    newer: (i64, String),
    versions: Vec<(i64, String)>,
    lines: Vec<ChangeLine>,
    origin: Option<Link>,
    json_url: String,
}

/// A line that differs.
#[derive(Debug)]
pub struct ChangeLine {
    /// The part, as the law names it.
    pub part: &'static str,
    /// What stood there, with the words that are gone marked; empty for a line that came.
    pub before: Vec<Words>,
    /// What stands there, with the new words marked; empty for a line that went.
    pub after: Vec<Words>,
}

/// The comparison.
pub async fn page(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(code): Path<String>,
    RawQuery(raw): RawQuery,
) -> Response {
    match read(&state, &code, raw.as_deref(), ["tu", "den"]).await {
        Ok((looked, compared)) => render(StatusCode::OK, &build(&state, &visitor, &looked, &compared)),
        Err(problem) => message::of(&state, &visitor, &problem, &code),
    }
}

fn build(state: &AppState, visitor: &Visitor, looked: &Looked, compared: &Compared) -> ChangesPage {
    let named =
        |version: &Version| (version.number, format!("Bản {} ({})", version.number, date_vi(version.valid_from)));
    let procedure = &looked.procedure;
    let (from, to) = (compared.older.number, compared.newer.number);
    ChangesPage {
        frame: frame(state, visitor, false),
        name: procedure.name.clone(),
        older: named(&compared.older),
        newer: named(&compared.newer),
        versions: looked.versions.iter().map(named).collect(),
        lines: lines(&compared.changes),
        origin: origin(&compared.newer),
        json_url: format!("/api/v1/procedures/{}/changes?from={from}&to={to}", procedure.code),
        code: procedure.code.to_string(),
    }
}

/// What the version that is shown changed, for the page of its procedure.
#[derive(Debug)]
pub struct LatestChange {
    /// The first lines that differ.
    pub lines: Vec<ChangeLine>,
    /// How many there are beside.
    pub more: usize,
    /// Since when.
    pub since: String,
    /// The initiative it comes from.
    pub origin: Option<Link>,
    /// The whole comparison.
    pub url: String,
}

/// What the version that is shown changed; the first version and one that changed no line changed nothing.
///
/// # Errors
/// When the database fails.
pub async fn latest(state: &AppState, looked: &Looked) -> Result<Option<LatestChange>, Problem> {
    let newer = looked.version;
    let compared = if newer > 1 { between(state, looked, newer - 1, newer).await? } else { None };
    let change = |compared: Compared| LatestChange {
        lines: lines(&compared.changes[..compared.changes.len().min(SHOWN)]),
        more: compared.changes.len().saturating_sub(SHOWN),
        since: date_vi(compared.newer.valid_from),
        origin: origin(&compared.newer),
        url: format!("/thu-tuc/{}/thay-doi?tu={}&den={newer}", looked.procedure.code, newer - 1),
    };
    Ok(compared.filter(|compared| !compared.changes.is_empty()).map(change))
}

/// Initiatives of the public register about a procedure.
///
/// # Errors
/// When the database fails.
pub async fn reforms(state: &AppState, code: &str) -> Result<Vec<Link>, Problem> {
    let filter = Filter { code, ..Filter::default() };
    let listed = list::public(&mut state.db.read().await?, filter, 5, 0).await?;
    let link = |one: list::Listed| Link {
        label: format!("{}: {}", one.number, one.title),
        url: format!("/sang-kien/{}", one.number),
    };
    Ok(listed.into_iter().map(link).collect())
}

/// What differs, ready to be shown.
fn lines(changes: &[Amendment]) -> Vec<ChangeLine> {
    let whole = |text: Option<String>| text.map(|text| Words { text, differs: true }).into_iter().collect();
    let line = |change: &Amendment| {
        let spelled = |text: &Option<String>| text.as_ref().map(|text| change.part.spelled(text).to_owned());
        let (before, after) = match (spelled(&change.before), spelled(&change.after)) {
            (Some(before), Some(after)) => words(&before, &after),
            (before, after) => (whole(before), whole(after)),
        };
        ChangeLine { part: change.part.name(), before, after }
    };
    changes.iter().map(line).collect()
}

/// The initiative that made a version, where one did: its number is the beginning of the version's source.
fn origin(version: &Version) -> Option<Link> {
    let number = version.source.split('.').next().filter(|number| number.starts_with("SK-"))?;
    Some(Link { label: number.to_owned(), url: format!("/sang-kien/{number}") })
}
