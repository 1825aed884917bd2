//! `/co-quan/nguon`: every source with how it stands.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::words::{self, KINDS};
use crate::monitor::model::SourceKind;
use crate::platform::problem::Problem;
use crate::platform::word;
use crate::web::api::sources::{Standing, standings};
use crate::web::format::{length_vi, moment_vi};
use crate::web::pages::{frame, message, render};
use crate::web::parameters::{invalid, unknown};
use crate::web::routes::KEEPERS;
use crate::web::state::AppState;
use crate::web::views::{Badge, Frame};
use crate::web::visitor::Visitor;

/// Where the list is.
pub const PATH: &str = "/co-quan/nguon";
/// Sources of a page.
const PAGE: usize = 50;

/// The page.
#[derive(Debug, Template)]
#[template(path = "sources.html")]
struct ListPage {
    frame: Frame,
    may_keep: bool,
    kinds: Vec<KindChip>,
    rows: Vec<SourceLine>,
    next_url: Option<String>,
}

/// A kind to narrow the list to.
#[derive(Debug)]
struct KindChip {
    label: &'static str,
    url: String,
    chosen: bool,
}

/// A source.
#[derive(Debug)]
struct SourceLine {
    id: String,
    name: String,
    kind: &'static str,
    owner: String,
    badge: Badge,
    lines: Vec<String>,
}

/// How a source stands in a word, a shape and a colour.
#[must_use]
pub fn badge(standing: &Standing, now: i64) -> Badge {
    let stale = standing.latest.as_ref().is_some_and(|latest| latest.stale);
    let (class, symbol, text) = match &standing.polling {
        _ if !standing.source.enabled => ("unpublished", "○", "Đang tắt"),
        Some(poll) if poll.circuit_until.is_some_and(|until| until > now) => ("none", "✕", "Lỗi, tạm ngừng hỏi"),
        Some(poll) if poll.last_failure.is_some() => ("none", "✕", "Lỗi"),
        Some(poll) if poll.last_attempt_at.is_none() => ("unpublished", "?", "Chưa hỏi lần nào"),
        _ if standing.latest.is_none() => ("unpublished", "?", "Chưa có số liệu"),
        _ if stale => ("unknown", "◔", "Số liệu cũ"),
        _ => ("verified", "●", "Tốt"),
    };
    Badge { class, symbol, text }
}

/// How a source stands in sentences: the last value or failure, what comes next.
#[must_use]
pub fn lines(standing: &Standing, now: i64) -> Vec<String> {
    let mut lines = Vec::new();
    let definition = &standing.source.definition;
    if let Some(every) = definition.every_seconds {
        lines.push(format!("Hỏi mỗi {}.", words::length(u64::from(every) * 1000)));
    }
    if !standing.source.enabled {
        lines.push("Nguồn đang tắt: không hỏi, không nhận số liệu gửi đến.".to_owned());
    }
    if let Some(latest) = &standing.latest {
        let value = &latest.value;
        let what = value.failure.as_deref().map_or_else(
            || words::figure_word(&value.state, value.value, &latest.series.unit),
            |failure| words::failure_word(failure).to_owned(),
        );
        lines.push(format!("Lần gần nhất, {}: {what}.", moment_vi(value.observed_at)));
        if latest.stale {
            lines.push(format!("Số liệu đã {} tuổi, quá tuổi cho phép.", length_vi(now - value.slot)));
        }
    } else if standing.source.enabled {
        lines.push("Chưa có số liệu nào.".to_owned());
    }
    if let Some(poll) = &standing.polling {
        if poll.failures > 1 {
            lines.push(format!("Lỗi {} lần liên tiếp.", poll.failures));
        }
        if let (Some(good), true) = (poll.last_good_at, poll.last_failure.is_some()) {
            lines.push(format!("Tốt lần cuối lúc {}.", moment_vi(good)));
        }
        if let Some(until) = poll.circuit_until.filter(|until| *until > now) {
            lines.push(format!("Tạm ngừng hỏi đến {} vì lỗi liên tiếp.", moment_vi(until)));
        }
        if let Some(next) = poll.next_at.filter(|_| standing.source.enabled) {
            let running = poll.lease_until.is_some_and(|until| until > now);
            let text =
                if running { "Đang hỏi.".to_owned() } else { format!("Hỏi tiếp lúc {}.", moment_vi(next)) };
            lines.push(text);
        }
    }
    lines
}

/// The list, narrowed to a kind when one is asked for.
pub async fn page(State(state): State<AppState>, visitor: Visitor, RawQuery(raw): RawQuery) -> Response {
    match build(&state, &visitor, raw.as_deref()).await {
        Ok(page) => render(StatusCode::OK, &page),
        Err(problem) => message::of(&state, &visitor, &problem, ""),
    }
}

fn read(raw: Option<&str>) -> Result<(Option<SourceKind>, String), Problem> {
    let (mut kind, mut after) = (None, String::new());
    for (name, value) in url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
        match &*name {
            "loai" if value.is_empty() => {}
            "loai" => kind = Some(word::read(&value).ok_or_else(|| invalid(&name, "is no kind of source"))?),
            "sau" => after = value.chars().take(64).collect(),
            _ => return Err(unknown(&name)),
        }
    }
    Ok((kind, after))
}

fn address(kind: Option<SourceKind>, after: Option<&str>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(kind) = kind {
        query.append_pair("loai", &word::of(&kind));
    }
    if let Some(after) = after {
        query.append_pair("sau", after);
    }
    let query = query.finish();
    if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{query}") }
}

async fn build(state: &AppState, visitor: &Visitor, raw: Option<&str>) -> Result<ListPage, Problem> {
    let (kind, after) = read(raw)?;
    let now = state.clock.now().as_millisecond();
    let mut tx = state.db.read().await?;
    let (found, next) = standings(&mut tx, kind, &after, PAGE, now).await?;
    let row = |standing: &Standing| SourceLine {
        id: standing.source.definition.id.clone(),
        name: standing.source.definition.name.clone(),
        kind: words::kind(standing.source.definition.what.kind()),
        owner: standing.source.definition.owner.clone(),
        badge: badge(standing, now),
        lines: lines(standing, now),
    };
    let chip = |one: SourceKind| {
        let chosen = kind == Some(one);
        KindChip { label: words::kind(one), url: address((!chosen).then_some(one), None), chosen }
    };
    Ok(ListPage {
        frame: frame(state, visitor, false),
        may_keep: visitor.actor.as_ref().is_some_and(|actor| actor.has_any(KEEPERS)),
        kinds: KINDS.map(chip).into(),
        rows: found.iter().map(row).collect(),
        next_url: next.map(|next| address(kind, Some(&next))),
    })
}
