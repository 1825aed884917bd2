//! `/co-quan/nguon/{id}`: one source, its figures, its failures, what it was before; and its switch and token.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use super::definition::Typed;
use super::entry::EntryForm;
use super::fields::{differences, told};
use super::list::{PATH, badge, lines};
use super::received::Received;
use super::report::ReportView;
use super::words;
use crate::monitor::intake::period;
use crate::monitor::model::SourceKind;
use crate::monitor::observation::model::DAY;
use crate::monitor::observation::page_store;
use crate::monitor::observation::question::Latest;
use crate::monitor::observation::store::Stored;
use crate::monitor::source::actions::{self, Keeper};
use crate::monitor::source::kept::{self, Version};
use crate::monitor::source::model::What;
use crate::monitor::source::overview;
use crate::platform::problem::Problem;
use crate::web::api::source_work::switch;
use crate::web::api::sources::{MOST_SERIES, MOST_VERSIONS, Standing, known_source, refused};
use crate::web::format::{moment_vi, number_vi};
use crate::web::guard::see_other;
use crate::web::pages::{frame, message, render};
use crate::web::routes::KEEPERS;
use crate::web::state::AppState;
use crate::web::views::{Badge, Frame};
use crate::web::visitor::{SignedIn, Visitor};

/// Failures that a page shows.
const MOST_FAILURES: i64 = 20;
/// How far back failures are looked for, milliseconds.
const FAILURES: i64 = 30 * DAY;

/// The page.
#[derive(Debug, Template)]
#[template(path = "source.html")]
#[expect(clippy::struct_excessive_bools, reason = "what the template may show")]
struct SourcePage {
    frame: Frame,
    id: String,
    name: String,
    kind: &'static str,
    badge: Badge,
    lines: Vec<String>,
    enabled: bool,
    version: i64,
    may_keep: bool,
    told: Vec<(&'static str, Vec<String>)>,
    figures: Vec<FigureLine>,
    figures_total: String,
    failures: Vec<FailureLine>,
    polled: bool,
    received: Option<Received>,
    history: Vec<HistoryLine>,
    takes_token: bool,
    has_token: bool,
    push_path: &'static str,
    token: Option<String>,
    entry: Option<EntryForm>,
    report: Option<ReportView>,
}

/// The newest value of a line of figures.
#[derive(Debug)]
struct FigureLine {
    metric: String,
    subject: String,
    value: String,
    period: String,
    known: String,
    corrected: bool,
    stale: bool,
}

/// A poll that failed.
#[derive(Debug)]
struct FailureLine {
    at: String,
    what: &'static str,
    found: String,
}

impl From<&Latest> for FigureLine {
    fn from(latest: &Latest) -> Self {
        Self {
            metric: latest.series.metric.clone(),
            subject: latest.series.subject.clone(),
            value: match &latest.value.failure {
                Some(failure) => format!("lỗi: {}", words::failure_word(failure)),
                None => words::figure_word(&latest.value.state, latest.value.value, &latest.series.unit),
            },
            period: period::write(latest.value.slot),
            known: moment_vi(latest.value.observed_at),
            corrected: latest.value.revision > 1,
            stale: latest.stale,
        }
    }
}

impl From<&Stored> for FailureLine {
    fn from(stored: &Stored) -> Self {
        Self {
            at: moment_vi(stored.observed_at),
            what: words::failure_word(stored.failure.as_deref().unwrap_or_default()),
            found: words::found(stored.detail.as_deref().unwrap_or_default()),
        }
    }
}

/// A version.
#[derive(Debug)]
struct HistoryLine {
    version: i64,
    at: String,
    by: String,
    enabled: bool,
    changes: Vec<String>,
}

/// What a page shows besides the source itself.
#[derive(Debug, Default)]
pub struct Extra {
    /// Status of the answer.
    pub status: StatusCode,
    /// A token that was just made.
    pub token: Option<String>,
    /// What became of figures.
    pub report: Option<ReportView>,
    /// What was typed into the form of figures.
    pub entry: Option<EntryForm>,
}

/// The page of a source.
pub async fn page(State(state): State<AppState>, visitor: Visitor, Path(id): Path<String>) -> Response {
    show(&state, &visitor, &id, Extra::default()).await
}

/// Switches a source on or off.
pub async fn switched(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let enabled = Typed::sent(&body).get("enabled") == "true";
    match switch(&state, &actor, &id, enabled).await {
        Ok(_) => see_other(&format!("{PATH}/{id}")),
        Err(error) => message::of(&state, &visitor, &refused(error), ""),
    }
}

/// Makes a token and shows it this once.
pub async fn token(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
) -> Response {
    let made = match Keeper::of(&actor) {
        Ok(keeper) => actions::issue_token(&state.db, keeper, &id, state.clock.now()).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(secret) => {
            let extra = Extra { token: Some(secret.reveal().to_owned()), ..Extra::default() };
            let mut response = show(&state, &visitor, &id, extra).await;
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(error) => message::of(&state, &visitor, &refused(error), ""),
    }
}

/// A source's page.
pub async fn show(state: &AppState, visitor: &Visitor, id: &str, extra: Extra) -> Response {
    let status = extra.status;
    match build(state, visitor, id, extra).await {
        Ok(page) => render(status, &page),
        Err(problem) => message::of(state, visitor, &problem, ""),
    }
}

async fn build(state: &AppState, visitor: &Visitor, id: &str, extra: Extra) -> Result<SourcePage, Problem> {
    let now = state.clock.now().as_millisecond();
    let mut tx = state.db.read().await?;
    let source = known_source(&mut tx, id).await?;
    let figures = overview::newest(&mut tx, id, MOST_SERIES, now).await?;
    let total = overview::count_series(&mut tx, id).await?;
    let versions = kept::history(&mut tx, id, i64::MAX, MOST_VERSIONS).await.map_err(refused)?;
    let standing = Standing::of(&mut tx, source, now).await?;
    let failures = match &standing.latest {
        Some(latest) => page_store::failed(&mut tx, latest.series.id, now - FAILURES, MOST_FAILURES).await?,
        None => Vec::new(),
    };
    let received = Received::of(&mut tx, id, standing.source.definition.what.kind()).await?;
    drop(tx);
    let definition = &standing.source.definition;
    let kind = definition.what.kind();
    let may_keep = visitor.actor.as_ref().is_some_and(|actor| actor.has_any(KEEPERS));
    Ok(SourcePage {
        frame: frame(state, visitor, false),
        id: definition.id.clone(),
        name: definition.name.clone(),
        kind: words::kind(kind),
        badge: badge(&standing, now),
        lines: lines(&standing, now),
        enabled: standing.source.enabled,
        version: standing.source.version,
        may_keep,
        told: told(kind, &Typed::of(definition)),
        figures: figures.iter().map(FigureLine::from).collect(),
        figures_total: number_vi(total),
        failures: failures.iter().map(FailureLine::from).collect(),
        polled: kind.is_polled(),
        received,
        history: history(kind, &versions),
        takes_token: matches!(definition.what, What::Push(_) | What::DossierFeed(_)),
        has_token: standing.source.has_token,
        push_path: if kind == SourceKind::DossierFeed { "/api/v1/dossiers" } else { "/api/v1/observations" },
        token: extra.token,
        entry: extra.entry.or_else(|| EntryForm::of(definition)).filter(|_| may_keep && standing.source.enabled),
        report: extra.report,
    })
}

fn history(kind: SourceKind, versions: &[Version]) -> Vec<HistoryLine> {
    let line = |at: usize, version: &Version| {
        let before = versions.get(at + 1);
        let mut changes = match before {
            Some(before) => differences(kind, &Typed::of(&before.definition), &Typed::of(&version.definition))
                .into_iter()
                .map(|(label, old, new)| {
                    let shown = |text: String| if text.is_empty() { "bỏ trống".to_owned() } else { text };
                    format!("{label}: {} → {}", shown(old), shown(new))
                })
                .collect(),
            None if version.version == 1 => vec!["Tạo nguồn".to_owned()],
            None => Vec::new(),
        };
        if before.is_some_and(|before| before.enabled != version.enabled) {
            changes.push(if version.enabled { "Bật nguồn".to_owned() } else { "Tắt nguồn".to_owned() });
        }
        HistoryLine {
            version: version.version,
            at: moment_vi(version.changed_at),
            by: version.changed_by.clone(),
            enabled: version.enabled,
            changes,
        }
    };
    versions.iter().enumerate().map(|(at, version)| line(at, version)).collect()
}
