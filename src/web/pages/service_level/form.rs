//! `/co-quan/muc-dich-vu/moi` and `/co-quan/muc-dich-vu/{id}/sua`: a service level is made, changed, switched off.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::sent::{self, Sent};
use crate::account::model::Actor;
use crate::monitor::field::FieldError;
use crate::monitor::service_level::actions;
use crate::monitor::service_level::store::ServiceLevelError;
use crate::web::api::service_levels::{find, problem};
use crate::web::form::{self, Fault, Field};
use crate::web::guard::see_other;
use crate::web::pages::{frame, message, render};
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::{SignedIn, Visitor};

/// The page.
#[derive(Debug, Template)]
#[template(path = "service_level_form.html")]
struct FormPage {
    frame: Frame,
    title: String,
    action: String,
    back: String,
    version: i64,
    enabled: Option<bool>,
    fields: Vec<Field>,
    faults: Vec<Fault>,
    conflict: Option<String>,
}

/// What a page shows besides what was typed.
struct Shown<'a> {
    status: StatusCode,
    id: Option<&'a str>,
    enabled: Option<bool>,
    errors: &'a [FieldError],
    conflict: Option<String>,
}

/// The empty form.
pub async fn new(State(state): State<AppState>, visitor: Visitor) -> Response {
    let shown = Shown { status: StatusCode::OK, id: None, enabled: None, errors: &[], conflict: None };
    show(&state, &visitor, &Sent::default_new(), shown).await
}

/// The form with what is there.
pub async fn edit(State(state): State<AppState>, visitor: Visitor, Path(id): Path<String>) -> Response {
    let found = match state.db.read().await {
        Ok(mut tx) => find(&mut tx, &id).await,
        Err(error) => Err(error.into()),
    };
    match found {
        Ok(level) => {
            let sent = Sent::of(&level.definition, level.version);
            let enabled = Some(level.enabled);
            let shown = Shown { status: StatusCode::OK, id: Some(&id), enabled, errors: &[], conflict: None };
            show(&state, &visitor, &sent, shown).await
        }
        Err(problem) => message::of(&state, &visitor, &problem, ""),
    }
}

/// Makes a service level; what was typed stays when it is refused.
pub async fn create(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    form: Result<Form<Sent>, FormRejection>,
) -> Response {
    let Ok(Form(sent)) = form else { return message::unreadable(&state, &visitor) };
    let done = match sent.read(Vec::new()) {
        Ok(definition) => actions::create(&state.db, &actor, &definition, state.clock.now()).await,
        Err(errors) => Err(ServiceLevelError::Invalid(errors)),
    };
    match done {
        Ok(level) => see_other(&format!("/muc-dich-vu/{}", level.definition.id)),
        Err(ServiceLevelError::Conflict) => {
            let taken = [form::fault("id", "is taken", "mã này đã có, hãy chọn mã khác")];
            let shown = Shown { status: StatusCode::CONFLICT, id: None, enabled: None, errors: &taken, conflict: None };
            show(&state, &visitor, &sent, shown).await
        }
        Err(error) => refuse(&state, &visitor, &sent, None, error).await,
    }
}

/// Changes a service level, or switches it on or off.
pub async fn change(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    form: Result<Form<Sent>, FormRejection>,
) -> Response {
    let Ok(Form(mut sent)) = form else { return message::unreadable(&state, &visitor) };
    sent.id.clone_from(&id);
    match apply(&state, &actor, &id, &sent).await {
        Ok(()) => see_other(&format!("/muc-dich-vu/{id}")),
        Err(error) => refuse(&state, &visitor, &sent, Some(&id), error).await,
    }
}

async fn apply(state: &AppState, actor: &Actor, id: &str, sent: &Sent) -> Result<(), ServiceLevelError> {
    let now = state.clock.now();
    if let Some(enabled) = sent.switched() {
        actions::switch(&state.db, actor, id, sent.version, enabled, now).await?;
        return Ok(());
    }
    // Alert rules of its own are written through the API; the form leaves them as they are.
    let burn = {
        let mut tx = state.db.read().await?;
        let missing = |_| ServiceLevelError::Missing(id.to_owned());
        find(&mut tx, id).await.map_err(missing)?.definition.burn
    };
    let definition = sent.read(burn).map_err(ServiceLevelError::Invalid)?;
    actions::change(&state.db, actor, &definition, sent.version, now).await?;
    Ok(())
}

async fn refuse(
    state: &AppState,
    visitor: &Visitor,
    sent: &Sent,
    id: Option<&str>,
    error: ServiceLevelError,
) -> Response {
    match error {
        ServiceLevelError::Invalid(errors) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            show(state, visitor, sent, Shown { status, id, enabled: None, errors: &errors, conflict: None }).await
        }
        ServiceLevelError::Conflict => {
            let conflict = Some(conflict(state, id.unwrap_or_default()).await);
            let status = StatusCode::CONFLICT;
            show(state, visitor, sent, Shown { status, id, enabled: None, errors: &[], conflict }).await
        }
        error => message::of(state, visitor, &problem(error), ""),
    }
}

/// What somebody else has made of it in the meantime.
async fn conflict(state: &AppState, id: &str) -> String {
    let now = match state.db.read().await {
        Ok(mut tx) => find(&mut tx, id).await.ok(),
        Err(_) => None,
    };
    let now = now.map(|level| {
        let said = super::words::objective(&level.definition);
        format!(" Bản hiện nay là bản {}: {said}.", level.version)
    });
    let now = now.unwrap_or_default();
    format!(
        "Người khác vừa sửa mức này.{now} Những gì bạn nhập vẫn còn dưới đây; mở lại trang sửa để làm tiếp trên bản mới."
    )
}

async fn show(state: &AppState, visitor: &Visitor, sent: &Sent, shown: Shown<'_>) -> Response {
    let fields = match state.db.read().await {
        Ok(mut tx) => sent::fields(&mut tx, sent, shown.id.is_some()).await,
        Err(error) => Err(error),
    };
    let mut fields = match fields {
        Ok(fields) => fields,
        Err(error) => return message::of(state, visitor, &error.into(), ""),
    };
    let faults = form::attach(&mut fields, shown.errors, &sent::NAMES);
    let (title, action, back) = match shown.id {
        Some(id) => {
            (format!("Sửa mức dịch vụ {id}"), format!("/co-quan/muc-dich-vu/{id}/sua"), format!("/muc-dich-vu/{id}"))
        }
        None => ("Đặt một mức dịch vụ".to_owned(), "/co-quan/muc-dich-vu/moi".to_owned(), "/muc-dich-vu".to_owned()),
    };
    let page = FormPage {
        frame: frame(state, visitor, false),
        title,
        action,
        back,
        version: sent.version,
        enabled: shown.enabled,
        fields,
        faults,
        conflict: shown.conflict,
    };
    render(shown.status, &page)
}
