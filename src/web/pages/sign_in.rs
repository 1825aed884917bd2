//! `/dang-nhap` and `/dang-xuat`.

use askama::Template;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{frame, message, render};
use crate::account::actions::AccountError;
use crate::account::session::actions;
use crate::platform::problem::{Code, Problem};
use crate::web::guard::see_other;
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::{Visitor, with_session, without_session};

/// The page to sign in on.
#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    login: String,
    next: String,
    error: Option<&'static str>,
}

/// What the form carries.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    login: String,
    password: String,
    tiep: String,
}

/// The form, or the way onward for who is signed in.
pub async fn page(
    State(state): State<AppState>,
    visitor: Visitor,
    query: Result<Query<Fields>, QueryRejection>,
) -> Response {
    let next = local(&query.map(|Query(fields)| fields.tiep).unwrap_or_default());
    if visitor.actor.is_some() {
        return see_other(&next);
    }
    show(&state, &visitor, StatusCode::OK, String::new(), next, None)
}

/// Signs in; what was typed stays, except for the password.
pub async fn sign_in(
    State(state): State<AppState>,
    visitor: Visitor,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let fields = form.map(|Form(fields)| fields).unwrap_or_default();
    let next = local(&fields.tiep);
    let now = state.clock.now();
    match actions::sign_in(&state.db, &fields.login, &fields.password, visitor.session.as_ref(), now).await {
        Ok(signed_in) => (with_session(&state, &signed_in.secret), see_other(&next)).into_response(),
        Err(AccountError::WrongLogin) => {
            let login = fields.login.chars().take(64).collect();
            let error = Some("Tên đăng nhập hoặc mật khẩu không đúng.");
            show(&state, &visitor, Code::WrongLogin.status(), login, next, error)
        }
        Err(error) => message::of(&state, &visitor, &Problem::internal(&error), ""),
    }
}

/// Signs out.
pub async fn sign_out(State(state): State<AppState>, visitor: Visitor, headers: HeaderMap) -> Response {
    if let (Some(actor), Some(session)) = (&visitor.actor, &visitor.session)
        && let Err(error) = actions::sign_out(&state.db, actor, session, state.clock.now()).await
    {
        return message::of(&state, &visitor, &Problem::internal(&error), "");
    }
    (without_session(&state, &headers), see_other("/")).into_response()
}

fn show(
    state: &AppState,
    visitor: &Visitor,
    status: StatusCode,
    login: String,
    next: String,
    error: Option<&'static str>,
) -> Response {
    let page = SignInPage { frame: frame(state, visitor, false), login, next, error };
    let mut response = render(status, &page);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An address of this site to go on to, or the first page: nobody is sent elsewhere.
fn local(address: &str) -> String {
    // Browsers read a backslash as a slash and skip line breaks.
    let strange = address.chars().any(|c| c == '\\' || c.is_control());
    let own = address.starts_with('/') && !address.starts_with("//") && !strange;
    if own { address.to_owned() } else { "/".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_site_are_gone_on_to() {
        for own in ["/", "/thu-tuc/1.001193?at=2026-07-18", "/co-quan#viec"] {
            assert_eq!(local(own), own);
        }
        for other in ["", "//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "evil"] {
            assert_eq!(local(other), "/", "{other:?}");
        }
    }
}
