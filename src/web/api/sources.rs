//! `GET /api/v1/sources` and `GET /api/v1/sources/{id}`: where figures come from, and how each source stands.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde::Serialize;
use serde_json::Value;
use url::Url;
use utoipa::ToSchema;

use super::observations::LatestView;
use crate::monitor::model::SourceKind;
use crate::monitor::poll::store::{self as polls, Status};
use crate::monitor::source::kept::{self, Source, SourceError, Version};
use crate::monitor::source::model::{Covers, Metric, PROBE, What};
use crate::monitor::source::overview;
use crate::platform::db::Tx;
use crate::platform::problem::{Code, Fault, Problem};
use crate::platform::word;
use crate::web::api::observations::ValueView;
use crate::web::format::iso;
use crate::web::parameters::{DEFAULT_LIMIT, MAX_LIMIT, invalid, number, shorten, unknown};
use crate::web::state::AppState;
use crate::web::visitor::Visitor;

/// Newest values told with a source.
pub const MOST_SERIES: i64 = 200;
/// Versions told with a source.
pub const MOST_VERSIONS: i64 = 100;

/// A page of sources.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceList {
    /// Sources by id.
    pub items: Vec<SourceView>,
    /// Give it as `cursor` for the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

/// A source as everybody may see it; what only people who signed in see is left out for others.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceView {
    /// Identity.
    pub id: String,
    /// Name.
    pub name: String,
    /// `http_probe`, `json_pull`, `portal_catalog`, `portal_index766`, `dossier_feed`, `push`, `upload`, `manual`.
    #[schema(value_type = String)]
    pub kind: SourceKind,
    /// Terms of use.
    pub licence: String,
    /// The unit it is about; empty for all.
    pub unit_id: String,
    /// The address that is asked; its query only for people who signed in.
    pub url: Option<String>,
    /// Whether it is on.
    pub enabled: bool,
    /// Counts changes; send it back with a change.
    pub version: i64,
    /// Seconds between polls.
    pub every_seconds: Option<u32>,
    /// Seconds after which a value is stale.
    pub max_age_seconds: Option<u32>,
    /// Which procedures stand still when the source does.
    pub procedures: Covers,
    /// Figures that are sent to us.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<Metric>,
    /// How it is polled; `null` for sources that are not.
    pub polling: Option<PollingView>,
    /// The newest value: of a probe and of every other poll its time, milliseconds.
    pub latest: Option<LatestView>,
    /// Since when it is as it is, UTC.
    pub changed_at: String,
    /// Who answers for it; only for people who signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The whole definition; only for people who signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub definition: Option<Value>,
    /// Whether it has a token; only for people who signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_token: Option<bool>,
}

/// How a source is polled.
#[derive(Debug, Serialize, ToSchema)]
pub struct PollingView {
    /// When it is asked next, UTC; `null` while it is off.
    pub next_at: Option<String>,
    /// When it was asked last, UTC.
    pub last_attempt_at: Option<String>,
    /// When it last gave a good answer, UTC.
    pub last_good_at: Option<String>,
    /// Why the last poll failed; `null` when it was good.
    pub last_failure: Option<String>,
    /// Failures since the last good answer.
    pub failures: i64,
    /// After many failures it is left alone until then, UTC.
    pub circuit_until: Option<String>,
}

/// A source with its figures and its history.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceDetail {
    /// The source.
    #[serde(flatten)]
    pub source: SourceView,
    /// Its lines of figures with their newest values, at most 200.
    pub series: Vec<SeriesView>,
    /// How many it has.
    pub series_total: i64,
    /// What it was before, newest first, at most 100; only for people who signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<Vec<VersionView>>,
}

/// A line of figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct SeriesView {
    /// What is measured.
    pub metric: String,
    /// Of whom or what; empty when the source is about one thing.
    pub subject: String,
    /// Unit.
    pub unit: String,
    /// Its newest value.
    pub latest: LatestView,
}

/// A version of a source.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionView {
    /// Number, from 1.
    pub version: i64,
    /// The whole definition.
    #[schema(value_type = Object)]
    pub definition: Value,
    /// Whether it was on.
    pub enabled: bool,
    /// Since when, UTC.
    pub changed_at: String,
    /// Who changed it to this, as they were called then.
    pub changed_by: String,
}

impl From<&Status> for PollingView {
    fn from(polling: &Status) -> Self {
        Self {
            next_at: polling.next_at.map(iso),
            last_attempt_at: polling.last_attempt_at.map(iso),
            last_good_at: polling.last_good_at.map(iso),
            last_failure: polling.last_failure.clone(),
            failures: polling.failures,
            circuit_until: polling.circuit_until.map(iso),
        }
    }
}

impl SourceView {
    /// A source as it may be shown.
    #[must_use]
    pub fn of(standing: &Standing, signed_in: bool) -> Self {
        let Standing { source, polling, latest } = standing;
        let definition = &source.definition;
        let metrics = match &definition.what {
            What::Push(figures) | What::Upload(figures) | What::Manual(figures) => figures.metrics.clone(),
            _ => Vec::new(),
        };
        Self {
            id: definition.id.clone(),
            name: definition.name.clone(),
            kind: definition.what.kind(),
            licence: definition.licence.clone(),
            unit_id: definition.unit_id.clone(),
            url: definition.what.url().map(|url| address(url, signed_in)),
            enabled: source.enabled,
            version: source.version,
            every_seconds: definition.every_seconds,
            max_age_seconds: definition.max_age_seconds,
            procedures: definition.procedures.clone(),
            metrics,
            polling: polling.as_ref().map(PollingView::from),
            latest: latest
                .as_ref()
                .map(|found| LatestView { value: ValueView::of(&found.value, signed_in), stale: found.stale }),
            changed_at: iso(source.changed_at),
            owner: signed_in.then(|| definition.owner.clone()),
            definition: signed_in.then(|| serde_json::to_value(definition).unwrap_or_default()),
            has_token: signed_in.then_some(source.has_token),
        }
    }
}

/// An address; what follows the question mark may be a key.
fn address(url: &Url, whole: bool) -> String {
    let mut url = url.clone();
    if !whole {
        url.set_query(None);
        url.set_fragment(None);
    }
    url.to_string()
}

impl VersionView {
    /// A version as it is shown.
    #[must_use]
    pub fn of(version: &Version) -> Self {
        Self {
            version: version.version,
            definition: serde_json::to_value(&version.definition).unwrap_or_default(),
            enabled: version.enabled,
            changed_at: iso(version.changed_at),
            changed_by: version.changed_by.clone(),
        }
    }
}

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
            _ => overview::newest(tx, &definition.id, 1, now).await?.pop(),
        };
        Ok(Self { source, polling, latest })
    }

    /// Whether what it measures is the time of a probe.
    #[must_use]
    pub fn is_probe(&self) -> bool {
        self.latest.as_ref().is_some_and(|latest| latest.series.metric == PROBE)
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
