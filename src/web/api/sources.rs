//! `GET /api/v1/sources` and `GET /api/v1/sources/{id}`: where figures come from, and how each source stands.

use axum::Json;
use axum::extract::{Path, RawQuery, State};

use super::observation_views::{LatestView, ValueView};
use super::source_views::{SeriesView, SourceDetail, SourceList, SourceView, VersionView};
use crate::monitor::model::SourceKind;
use crate::monitor::poll::store::{self as polls, Status};
use crate::monitor::source::kept::{self, Source, SourceError};
use crate::monitor::source::overview;
use crate::platform::db::Tx;
use crate::platform::problem::{Code, Fault, Problem};
use crate::platform::word;
use crate::web::parameters::{DEFAULT_LIMIT, MAX_LIMIT, invalid, number, shorten, unknown};
use crate::web::state::AppState;
use crate::web::visitor::Visitor;

/// Newest values told with a source.
pub const MOST_SERIES: i64 = 200;
/// Versions told with a source.
pub const MOST_VERSIONS: i64 = 100;

/// A source with how it stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The source.
    pub source: Source,
    /// How it is polled.
    pub polling: Option<Status>,
    /// The newest value.
    pub latest: Option<crate::monitor::observation::question::Latest>,
}

impl Standing {
    /// Reads how a source stands; `now` is epoch milliseconds.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(tx: &mut Tx, source: Source, now: i64) -> Result<Self, Problem> {
        let definition = &source.definition;
        let polling = polls::status(tx, &definition.id).await?;
        let latest = match definition.rhythms().as_slice() {
            // The time of a poll is the first of its figures.
            [(metric, _), ..] if definition.what.kind().is_polled() => {
                overview::headline(tx, &definition.id, metric, now).await?
            }
            _ => overview::newest_of_all(tx, &definition.id, now).await?,
        };
        Ok(Self { source, polling, latest })
    }
}

/// Why something about sources is refused, as an answer.
#[must_use]
pub fn refused(error: SourceError) -> Problem {
    match error {
        SourceError::Invalid(wrong) => {
            Problem::of_fields(wrong.into_iter().map(|one| Fault { field: one.field, message: one.message }).collect())
        }
        SourceError::Conflict(version) => {
            let detail = format!("the source is at version {version}: read it again and send that version");
            Problem::new(Code::Conflict, detail).at("version")
        }
        SourceError::Unknown(id) => no_source(&id),
        SourceError::NoToken => Problem::new(Code::InvalidField, error.to_string()).at("kind"),
        SourceError::Forbidden => Problem::new(Code::Forbidden, error.to_string()),
        SourceError::File(error) => Problem::new(Code::InvalidField, error.to_string()).at("file"),
        SourceError::Stored(..) | SourceError::Randomness(_) | SourceError::Sql(_) => Problem::internal(&error),
    }
}

fn no_source(id: &str) -> Problem {
    Problem::new(Code::SourceNotFound, format!("there is no source `{}`", shorten(id))).at("source")
}

/// A source that must be there.
///
/// # Errors
/// 404 when it is not.
pub async fn known_source(tx: &mut Tx, id: &str) -> Result<Source, Problem> {
    kept::find(tx, id).await.map_err(refused)?.ok_or_else(|| no_source(id))
}

/// What is asked of the list.
#[derive(Debug, Default)]
struct Asked {
    kind: Option<SourceKind>,
    after: String,
    limit: usize,
}

fn read(raw: Option<&str>) -> Result<Asked, Problem> {
    let mut asked = Asked { limit: DEFAULT_LIMIT, ..Asked::default() };
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
        if seen.iter().any(|given| *given == name) {
            return Err(invalid(&name, "is given twice: give it once"));
        }
        seen.push(name.to_string());
        match &*name {
            "kind" => {
                let takes = "takes http_probe, json_pull, portal_catalog, portal_index766, dossier_feed, push, upload or \
                             manual";
                asked.kind = Some(word::read(&value).ok_or_else(|| invalid(&name, takes))?);
            }
            "cursor" => {
                let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
                if value.len() > 64 || !value.bytes().all(plain) {
                    return Err(Problem::new(Code::InvalidCursor, "begin without the cursor").at("cursor"));
                }
                asked.after = value.into_owned();
            }
            "limit" => asked.limit = number(&name, &value, 1, MAX_LIMIT)?,
            _ => return Err(unknown(&name)),
        }
    }
    Ok(asked)
}

/// Sources of figures by id, each with how it stands. Owners, whole addresses and definitions only for people who signed
/// in.
///
/// # Errors
/// 422 naming the parameter.
#[utoipa::path(get, path = "/api/v1/sources", tag = "monitor",
    params(
        ("kind" = Option<String>, Query, description = "Only this kind"),
        ("limit" = Option<u16>, Query, description = "Items a page, 1 to 200", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses(
        (status = 200, description = "sources by id", body = SourceList),
        (status = 422, description = "a parameter is wrong", body = Problem),
    ))]
pub async fn sources(
    State(state): State<AppState>,
    visitor: Visitor,
    RawQuery(raw): RawQuery,
) -> Result<Json<SourceList>, Problem> {
    let asked = read(raw.as_deref())?;
    let signed_in = visitor.actor.is_some();
    let mut tx = state.db.read().await?;
    let (standings, next_cursor) = page(&mut tx, &asked, state.clock.now().as_millisecond()).await?;
    Ok(Json(SourceList { items: standings.iter().map(|one| SourceView::of(one, signed_in)).collect(), next_cursor }))
}

async fn page(tx: &mut Tx, asked: &Asked, now: i64) -> Result<(Vec<Standing>, Option<String>), Problem> {
    let mut found: Vec<Source> = Vec::new();
    let mut after = asked.after.clone();
    loop {
        let some = kept::list(tx, &after, 200).await.map_err(refused)?;
        let Some(last) = some.last() else { break };
        after.clone_from(&last.definition.id);
        found.extend(some.into_iter().filter(|s| asked.kind.is_none_or(|kind| s.definition.what.kind() == kind)));
        if found.len() > asked.limit {
            break;
        }
    }
    let more = found.len() > asked.limit;
    found.truncate(asked.limit);
    let next = found.last().filter(|_| more).map(|source| source.definition.id.clone());
    let mut standings = Vec::with_capacity(found.len());
    for source in found {
        standings.push(Standing::of(tx, source, now).await?);
    }
    Ok((standings, next))
}

/// A page of sources for readers: those after an id, and the id to go on with.
///
/// # Errors
/// When the database fails.
pub async fn standings(
    tx: &mut Tx,
    kind: Option<SourceKind>,
    after: &str,
    limit: usize,
    now: i64,
) -> Result<(Vec<Standing>, Option<String>), Problem> {
    page(tx, &Asked { kind, after: after.to_owned(), limit }, now).await
}

/// One source with its figures; with its history for people who signed in.
///
/// # Errors
/// 404 when there is none.
#[utoipa::path(get, path = "/api/v1/sources/{id}", tag = "monitor",
    params(("id" = String, Path, description = "Id of the source")),
    responses(
        (status = 200, description = "the source", body = SourceDetail),
        (status = 404, description = "no such source", body = Problem),
    ))]
pub async fn source(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<SourceDetail>, Problem> {
    Ok(Json(detail(&state, &id, visitor.actor.is_some()).await?))
}

/// A source with its figures.
///
/// # Errors
/// 404 when there is none.
pub async fn detail(state: &AppState, id: &str, signed_in: bool) -> Result<SourceDetail, Problem> {
    let now = state.clock.now().as_millisecond();
    let mut tx = state.db.read().await?;
    let source = known_source(&mut tx, id).await?;
    let standing = Standing::of(&mut tx, source, now).await?;
    let series = overview::newest(&mut tx, id, MOST_SERIES, now).await?;
    let series_total = overview::count_series(&mut tx, id).await?;
    let history = if signed_in {
        let all = kept::history(&mut tx, id, i64::MAX, MOST_VERSIONS).await.map_err(refused)?;
        Some(all.iter().map(VersionView::of).collect())
    } else {
        None
    };
    let series = series.iter().map(|found| SeriesView {
        metric: found.series.metric.clone(),
        subject: found.series.subject.clone(),
        unit: found.series.unit.clone(),
        latest: LatestView { value: ValueView::of(&found.value, signed_in), stale: found.stale },
    });
    Ok(SourceDetail { source: SourceView::of(&standing, signed_in), series: series.collect(), series_total, history })
}
