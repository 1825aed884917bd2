//! `/co-quan/thong-bao`: what somebody is told of alerts and incidents.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{frame, message, render};
use crate::monitor::notify::inbox_store::{self, Shown};
use crate::monitor::notify::store;
use crate::platform::problem::Problem;
use crate::web::format::moment_vi;
use crate::web::guard::see_other;
use crate::web::listing::Listing;
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::{SignedIn, Visitor};

const PATH: &str = "/co-quan/thong-bao";

/// The page.
#[derive(Debug, Template)]
#[template(path = "notifications.html")]
struct NotificationsPage {
    frame: Frame,
    unread: i64,
    items: Vec<Item>,
    next_url: Option<String>,
}

/// A notification.
#[derive(Debug)]
struct Item {
    id: String,
    title: String,
    body: String,
    at: String,
    unread: bool,
}

/// What the form carries.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    id: String,
}

/// What the person who asks is told, newest first.
pub async fn page(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    RawQuery(raw): RawQuery,
) -> Response {
    match build(&state, &visitor, &actor.login, raw.as_deref()).await {
        Ok(page) => render(StatusCode::OK, &page),
        Err(problem) => message::of(&state, &visitor, &problem, ""),
    }
}

async fn build(
    state: &AppState,
    visitor: &Visitor,
    login: &str,
    raw: Option<&str>,
) -> Result<NotificationsPage, Problem> {
    let listing = Listing::read(raw, &[], true)?;
    let mut tx = state.db.read().await?;
    let mut rows = inbox_store::page(&mut tx, login, listing.wanted(), listing.passed()).await?;
    let next = listing.cut(&mut rows);
    Ok(NotificationsPage {
        frame: frame(state, visitor, false),
        unread: store::unread(&mut tx, login).await?,
        next_url: next.map(|cursor| listing.address(PATH, &cursor)),
        items: rows.into_iter().map(item).collect(),
    })
}

fn item(shown: Shown) -> Item {
    let Shown { id, title, body, at, unread } = shown;
    Item { id, title, body, at: moment_vi(at), unread: unread != 0 }
}

/// Marks one notification, or all of them, as read.
pub async fn read(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    form: Result<Form<Sent>, FormRejection>,
) -> Response {
    let id = form.map(|Form(sent)| sent.id).unwrap_or_default();
    match mark(&state, &actor.login, &id).await {
        Ok(()) => see_other(PATH),
        Err(error) => message::of(&state, &visitor, &error.into(), ""),
    }
}

async fn mark(state: &AppState, login: &str, id: &str) -> Result<(), sqlx::Error> {
    let now = state.clock.now();
    let mut tx = state.db.write().await?;
    if id.is_empty() {
        inbox_store::read_all(&mut tx, login, now.as_millisecond()).await?;
    } else {
        store::read(&mut tx, id, login, now).await?;
    }
    tx.commit().await
}
