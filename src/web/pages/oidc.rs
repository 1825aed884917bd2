//! `/dang-nhap/oidc`: to the provider and back.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{message, sign_in};
use crate::account::actions::AccountError;
use crate::account::oidc::actions::{self, Back, OidcError, Wanted};
use crate::account::oidc::provider::{Provider, ProviderError};
use crate::account::session::actions::is_known;
use crate::platform::problem::{Code, Problem};
use crate::web::given::value;
use crate::web::guard::see_other;
use crate::web::resend::{self, Carried, local};
use crate::web::state::AppState;
use crate::web::visitor::{Visitor, shown_session, shown_way, with_way, without_way};

/// What an address that leads to the provider carries.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Onward {
    tiep: String,
}

/// What the provider sends people back with.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Brought {
    code: String,
    state: String,
    error: String,
    iss: Option<String>,
}

/// Sends the browser to the provider.
pub async fn send(
    State(state): State<AppState>,
    visitor: Visitor,
    query: Result<Query<Onward>, QueryRejection>,
) -> Response {
    let Some(provider) = &state.oidc else { return nothing(&state, &visitor) };
    let next = local(&query.map(|Query(onward)| onward.tiep).unwrap_or_default());
    go(&state, &visitor, provider, Wanted { next, carried: String::new() }).await
}

/// Sends the browser to the provider with what was filled in when the session was over.
pub async fn send_with(
    State(state): State<AppState>,
    visitor: Visitor,
    headers: HeaderMap,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let Some(provider) = &state.oidc else { return nothing(&state, &visitor) };
    let sent = form.map(|Form(sent)| sent).unwrap_or_default();
    let next = local(value(&sent, "tiep").unwrap_or_default());
    // Nothing is kept for somebody who never had a session here.
    let known = match shown_session(&state, &headers) {
        Some(session) => match is_known(&state.db, &session).await {
            Ok(known) => known,
            Err(error) => return message::of(&state, &visitor, &Problem::internal(&error), ""),
        },
        None => false,
    };
    let carried = Carried::in_sign_in(&sent).filter(|_| known).map(|carried| resend::write(&carried));
    go(&state, &visitor, provider, Wanted { next, carried: carried.unwrap_or_default() }).await
}

async fn go(state: &AppState, visitor: &Visitor, provider: &Provider, wanted: Wanted) -> Response {
    match actions::send(&state.db, provider, wanted, state.clock.now()).await {
        Ok(sent) => (with_way(state, &sent.browser), see_other(&sent.address)).into_response(),
        Err(error) => explain(state, visitor, provider, &error),
    }
}

/// Lets in who comes back.
pub async fn receive(
    State(state): State<AppState>,
    visitor: Visitor,
    headers: HeaderMap,
    query: Result<Query<Brought>, QueryRejection>,
) -> Response {
    let Some(provider) = &state.oidc else { return nothing(&state, &visitor) };
    let brought = query.map(|Query(brought)| brought).unwrap_or_default();
    let back =
        Back { code: &brought.code, state: &brought.state, error: &brought.error, issuer: brought.iss.as_deref() };
    let (way, before) = (shown_way(&state, &headers), shown_session(&state, &headers));
    let (db, limits, now) = (&state.db, &state.account, state.clock.now());
    match actions::receive(db, limits, provider, (&back, way.as_ref()), before.as_ref(), now).await {
        Ok((signed_in, wanted)) => {
            let carried = resend::read(&wanted.carried);
            let typed = sign_in::Typed { next: local(&wanted.next), carried, ..sign_in::Typed::default() };
            (without_way(&state, &headers), sign_in::let_in(&state, signed_in, typed)).into_response()
        }
        Err(error) => explain(&state, &visitor, provider, &error),
    }
}

fn nothing(state: &AppState, visitor: &Visitor) -> Response {
    message::of(state, visitor, &Problem::new(Code::PathNotFound, "no provider is set up to sign in by"), "")
}

/// The sign-in page with what went wrong and what to do.
fn explain(state: &AppState, visitor: &Visitor, provider: &Provider, error: &OidcError) -> Response {
    let name = provider.name();
    let (status, text) = match error {
        OidcError::UnknownWay => (
            StatusCode::UNPROCESSABLE_ENTITY,
            format!("Lần đăng nhập bằng {name} này đã quá lâu hoặc đã dùng rồi. Hãy bắt đầu lại."),
        ),
        OidcError::Refused(_) => (StatusCode::FORBIDDEN, format!("Bạn chưa đăng nhập xong bằng {name}.")),
        OidcError::Nobody => (
            StatusCode::FORBIDDEN,
            format!("Chưa có người dùng nào ở đây ứng với {name} của bạn. Hãy nhờ người quản trị hệ thống thêm."),
        ),
        OidcError::Account(AccountError::Inactive) => (
            StatusCode::FORBIDDEN,
            "Tài khoản lâu không dùng nên đã tạm khóa. Hãy nhờ người quản trị hệ thống mở lại.".to_owned(),
        ),
        OidcError::Provider(ProviderError::Token(_) | ProviderError::Code(_)) => {
            tracing::warn!(error = %error, "a sign-in by the provider failed");
            (StatusCode::FORBIDDEN, format!("{name} chưa xác nhận được bạn là ai. Hãy thử lại."))
        }
        OidcError::Provider(_) => {
            tracing::error!(error = %error, "the provider to sign in by cannot be asked");
            let text = format!("Hiện không kết nối được với {name}. Hãy thử lại sau ít phút, hoặc dùng mật khẩu.");
            (StatusCode::SERVICE_UNAVAILABLE, text)
        }
        OidcError::Account(error) => return message::of(state, visitor, &Problem::internal(error), ""),
    };
    sign_in::refused(state, visitor, status, text)
}
