//! `/dang-nhap` and `/dang-xuat`.

use askama::Template;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;

use super::{frame, message, render, resend};
use crate::account::actions::AccountError;
use crate::account::session::actions::{self, SignedIn};
use crate::platform::problem::{Code, Problem};
use crate::web::format::moment_vi;
use crate::web::given::value;
use crate::web::guard::see_other;
use crate::web::resend::{Carried, local};
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::{Visitor, shown_session, with_session, without_session};

/// The page to sign in on.
#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    login: String,
    next: String,
    carried: Option<Carried>,
    error: Option<String>,
    provider: Option<Elsewhere>,
}

/// The way to sign in by a provider.
#[derive(Debug)]
struct Elsewhere {
    name: String,
    address: String,
}

/// What the form says again when it was not taken.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub(super) login: String,
    pub(super) next: String,
    pub(super) carried: Option<Carried>,
}

/// What an address that leads here carries.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Onward {
    tiep: String,
}

/// The form, or the way onward for who is signed in.
pub async fn page(
    State(state): State<AppState>,
    visitor: Visitor,
    query: Result<Query<Onward>, QueryRejection>,
) -> Response {
    let next = local(&query.map(|Query(fields)| fields.tiep).unwrap_or_default());
    if visitor.actor.is_some() {
        return see_other(&next);
    }
    show(&state, &visitor, StatusCode::OK, Typed { next, ..Typed::default() }, None)
}

/// The form for somebody whose session was over when they sent another one, which it carries.
pub(in crate::web) fn again(state: &AppState, visitor: &Visitor, carried: Carried) -> Response {
    let typed = Typed { next: "/".to_owned(), carried: Some(carried), ..Typed::default() };
    show(state, visitor, Code::NotSignedIn.status(), typed, None)
}

/// The form after another way in did not lead anywhere.
pub(super) fn refused(state: &AppState, visitor: &Visitor, status: StatusCode, text: String) -> Response {
    show(state, visitor, status, Typed { next: "/".to_owned(), ..Typed::default() }, Some(text))
}

/// Signs in; what was typed stays, except for the password.
pub async fn sign_in(
    State(state): State<AppState>,
    visitor: Visitor,
    headers: HeaderMap,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let sent = form.map(|Form(sent)| sent).unwrap_or_default();
    let field = |name| value(&sent, name).unwrap_or_default();
    let (login, password) = (field("login"), field("password"));
    let typed = Typed {
        login: login.chars().take(64).collect(),
        next: local(field("tiep")),
        carried: Carried::in_sign_in(&sent),
    };
    let (before, now) = (shown_session(&state, &headers), state.clock.now());
    match actions::sign_in(&state.db, &state.account, login, password, before.as_ref(), now).await {
        Ok(signed_in) => let_in(&state, signed_in, typed),
        Err(error) => match explain(&error, now) {
            Some((status, text, wait)) => {
                let mut response = show(&state, &visitor, status, typed, Some(text));
                if let Some(seconds) = wait {
                    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
                }
                response
            }
            None => message::of(&state, &visitor, &Problem::internal(&error), ""),
        },
    }
}

/// The cookie of a new session, and the way onward: to the form that was sent before, when the same person sent it.
pub(super) fn let_in(state: &AppState, signed_in: SignedIn, typed: Typed) -> Response {
    let cookies = with_session(state, &signed_in.secret);
    match typed.carried.filter(|_| signed_in.returned) {
        Some(carried) => {
            let SignedIn { actor, secret, .. } = signed_in;
            let visitor = Visitor { actor: Some(actor), session: Some(secret), token: false };
            (cookies, resend::page(state, &visitor, carried)).into_response()
        }
        None => (cookies, see_other(&typed.next)).into_response(),
    }
}

/// Why somebody was not let in, what they can do, and after how many seconds; `None` when it is the program's fault.
fn explain(error: &AccountError, now: Timestamp) -> Option<(StatusCode, String, Option<u64>)> {
    match error {
        AccountError::WrongLogin => {
            Some((Code::WrongLogin.status(), "Tên đăng nhập hoặc mật khẩu không đúng.".to_owned(), None))
        }
        AccountError::Locked { until } => {
            let wait = u64::try_from(until.as_second() - now.as_second()).unwrap_or_default();
            let until = moment_vi(until.as_millisecond());
            let text = format!(
                "Đăng nhập sai quá nhiều lần. Hãy thử lại sau {until}, hoặc nhờ người quản trị hệ thống mở khóa."
            );
            Some((StatusCode::TOO_MANY_REQUESTS, text, Some(wait.max(1))))
        }
        AccountError::Inactive => {
            let text = "Tài khoản lâu không dùng nên đã tạm khóa. Hãy nhờ người quản trị hệ thống mở lại.";
            Some((StatusCode::FORBIDDEN, text.to_owned(), None))
        }
        _ => None,
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

fn show(state: &AppState, visitor: &Visitor, status: StatusCode, typed: Typed, error: Option<String>) -> Response {
    let Typed { login, next, carried } = typed;
    let provider = state.oidc.as_ref().map(|provider| {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("tiep", &next).finish();
        Elsewhere { name: provider.name().to_owned(), address: format!("/dang-nhap/oidc?{query}") }
    });
    let page = SignInPage { frame: frame(state, visitor, false), login, next, carried, error, provider };
    let mut response = render(status, &page);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
