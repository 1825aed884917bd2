//! `/co-quan/thong-bao`: what somebody is told of alerts and incidents.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{frame, message, render};
use crate::account::model::Actor;
use crate::monitor::notify::actions::{self, NotifyError};
use crate::monitor::notify::inbox_store::{self, Shown};
use crate::monitor::notify::model::{AboutKind, Channel, NewSubscription, Subscription};
use crate::monitor::notify::store;
use crate::platform::db::Tx;
use crate::platform::problem::{Code, Problem};
use crate::web::format::moment_vi;
use crate::web::guard::see_other;
use crate::web::listing::Listing;
use crate::web::routes::KEEPERS;
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
    subscribed: bool,
    may_keep: bool,
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
    action: String,
}

/// What the person who asks is told, newest first.
pub async fn page(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    RawQuery(raw): RawQuery,
) -> Response {
    match build(&state, &visitor, &actor, raw.as_deref()).await {
        Ok(page) => render(StatusCode::OK, &page),
        Err(problem) => message::of(&state, &visitor, &problem, ""),
    }
}

async fn build(
    state: &AppState,
    visitor: &Visitor,
    actor: &Actor,
    raw: Option<&str>,
) -> Result<NotificationsPage, Problem> {
    let login = actor.login.as_str();
    let listing = Listing::read(raw, &[], true)?;
    let mut tx = state.db.read().await?;
    let mut rows = inbox_store::page(&mut tx, login, listing.wanted(), listing.passed()).await?;
    let next = listing.cut(&mut rows);
    Ok(NotificationsPage {
        frame: frame(state, visitor, false),
        unread: store::unread(&mut tx, login).await?,
        subscribed: own(&mut tx, login).await?.is_some_and(|own| own.enabled),
        may_keep: actor.has_any(KEEPERS),
        next_url: next.map(|cursor| listing.address(PATH, &cursor)),
        items: rows.into_iter().map(item).collect(),
    })
}

fn item(shown: Shown) -> Item {
    let Shown { id, title, body, at, unread } = shown;
    Item { id, title, body, at: moment_vi(at), unread: unread != 0 }
}

/// Somebody's own subscription to everything, as this page makes it.
async fn own(tx: &mut Tx, login: &str) -> Result<Option<Subscription>, sqlx::Error> {
    let is_own = |one: &Subscription| one.wanted == wanted(login);
    Ok(store::subscriptions(tx).await?.into_iter().find(is_own))
}

fn wanted(login: &str) -> NewSubscription {
    NewSubscription {
        channel: Channel::InApp,
        target: login.to_owned(),
        secret: String::new(),
        events: Vec::new(),
        about_kind: AboutKind::All,
        about: String::new(),
    }
}

/// Marks one notification or all of them as read; begins or ends to tell somebody.
pub async fn change(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    form: Result<Form<Sent>, FormRejection>,
) -> Response {
    let sent = form.map(|Form(sent)| sent).unwrap_or_default();
    let done = match sent.action.as_str() {
        "subscribe" => tell(&state, &actor, true).await,
        "unsubscribe" => tell(&state, &actor, false).await,
        _ => mark(&state, &actor.login, &sent.id).await.map_err(Into::into),
    };
    match done {
        Ok(()) => see_other(PATH),
        Err(problem) => message::of(&state, &visitor, &problem, ""),
    }
}

async fn tell(state: &AppState, actor: &Actor, on: bool) -> Result<(), Problem> {
    let now = state.clock.now();
    let known = own(&mut state.db.read().await?, &actor.login).await?;
    match known {
        Some(known) if known.enabled != on => {
            actions::switch(&state.db, actor, &known.id, known.version, on, now).await.map_err(refused)
        }
        None if on => {
            let made = actions::subscribe(&state.db, actor, wanted(&actor.login), false, now).await;
            made.map(|_| ()).map_err(refused)
        }
        _ => Ok(()),
    }
}

fn refused(error: NotifyError) -> Problem {
    match error {
        NotifyError::Conflict => Problem::new(Code::Conflict, "the subscription was changed meanwhile: try again"),
        error => Problem::internal(&error),
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
