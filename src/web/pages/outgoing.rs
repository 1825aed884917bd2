//! `/co-quan/thong-bao/gui-ra`: who is told of alerts and incidents outside of the program, by e-mail and webhook.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{frame, message, render};
use crate::monitor::field::FieldError;
use crate::monitor::notify::actions::{self, NotifyError};
use crate::monitor::notify::model::{AboutKind, Channel, NewSubscription, Subscription};
use crate::monitor::notify::store;
use crate::platform::problem::Problem;
use crate::web::form::{self, Fault, Field};
use crate::web::guard::see_other;
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::{SignedIn, Visitor};

const PATH: &str = "/co-quan/thong-bao/gui-ra";

/// The page.
#[derive(Debug, Template)]
#[template(path = "outgoing.html")]
struct OutgoingPage {
    frame: Frame,
    fields: Vec<Field>,
    faults: Vec<Fault>,
    lines: Vec<Line>,
    /// Shown once, after a webhook was added.
    secret: Option<String>,
}

/// A subscription.
#[derive(Debug)]
struct Line {
    id: String,
    channel: &'static str,
    target: String,
    enabled: bool,
    version: i64,
}

/// What the form of a new subscription carries.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    channel: String,
    target: String,
}

/// What the form of a subscription that stands carries.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Switched {
    version: i64,
    enabled: bool,
}

/// Who is told, and the form.
pub async fn page(State(state): State<AppState>, visitor: Visitor) -> Response {
    show(&state, &visitor, StatusCode::OK, &Sent::default(), &[], None).await
}

/// Has somebody told; what was typed stays when it is refused.
pub async fn add(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    form: Result<Form<Sent>, FormRejection>,
) -> Response {
    let Ok(Form(sent)) = form else { return message::unreadable(&state, &visitor) };
    let wanted = NewSubscription {
        channel: if sent.channel == "webhook" { Channel::Webhook } else { Channel::Email },
        target: sent.target.trim().to_owned(),
        secret: String::new(),
        events: Vec::new(),
        about_kind: AboutKind::All,
        about: String::new(),
    };
    let loopback = state.http.allows_loopback();
    match actions::subscribe(&state.db, &actor, wanted, loopback, state.clock.now()).await {
        Ok(made) => match made.signing_secret {
            Some(secret) => show(&state, &visitor, StatusCode::CREATED, &Sent::default(), &[], Some(secret)).await,
            None => see_other(PATH),
        },
        Err(NotifyError::Invalid(errors)) => {
            show(&state, &visitor, StatusCode::UNPROCESSABLE_ENTITY, &sent, &errors, None).await
        }
        Err(error) => message::of(&state, &visitor, &Problem::internal(&error), ""),
    }
}

/// Begins or ends to tell somebody.
pub async fn switch(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    form: Result<Form<Switched>, FormRejection>,
) -> Response {
    let Ok(Form(Switched { version, enabled })) = form else { return message::unreadable(&state, &visitor) };
    match actions::switch(&state.db, &actor, &id, version, enabled, state.clock.now()).await {
        // Who was slower sees what stands now.
        Ok(()) | Err(NotifyError::Conflict | NotifyError::Missing) => see_other(PATH),
        Err(error) => message::of(&state, &visitor, &Problem::internal(&error), ""),
    }
}

async fn show(
    state: &AppState,
    visitor: &Visitor,
    status: StatusCode,
    sent: &Sent,
    errors: &[FieldError],
    secret: Option<String>,
) -> Response {
    match build(state, visitor, sent, errors, secret).await {
        Ok(page) => render(status, &page),
        Err(problem) => message::of(state, visitor, &problem, ""),
    }
}

async fn build(
    state: &AppState,
    visitor: &Visitor,
    sent: &Sent,
    errors: &[FieldError],
    secret: Option<String>,
) -> Result<OutgoingPage, Problem> {
    let rows = store::subscriptions(&mut state.db.read().await?).await?;
    let mut fields = fields(sent);
    let faults = form::attach(&mut fields, errors, &[]);
    let lines = rows.into_iter().filter_map(line).collect();
    Ok(OutgoingPage { frame: frame(state, visitor, false), fields, faults, lines, secret })
}

fn fields(sent: &Sent) -> Vec<Field> {
    let channels = [("email", "Thư điện tử"), ("webhook", "Webhook, yêu cầu có chữ ký")];
    let channels = channels.map(|(value, name)| (value.to_owned(), name.to_owned())).to_vec();
    let target = "Địa chỉ thư điện tử, hoặc địa chỉ https:// nhận webhook.";
    vec![
        Field::choice("channel", "Cách gửi", "", channels, &sent.channel).required(),
        Field::line("target", "Gửi đến", target, &sent.target).required(),
    ]
}

fn line(one: Subscription) -> Option<Line> {
    let channel = match one.wanted.channel {
        Channel::InApp => return None,
        Channel::Email => "thư điện tử",
        Channel::Webhook => "webhook",
    };
    Some(Line { id: one.id, channel, target: one.wanted.target, enabled: one.enabled, version: one.version })
}
