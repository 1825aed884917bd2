//! Who a request comes from, for handlers, and the cookie that says it.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum_extra::extract::SignedCookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};

use super::state::AppState;
use crate::account::model::Actor;
use crate::account::secret::Secret;
use crate::account::session::actions::{actor_of_session, actor_of_token};
use crate::monitor::source::kept::{Source, SourceError, of_token};
use crate::platform::problem::{Code, Problem};

/// Name of the session's cookie.
pub const COOKIE: &str = "toantrinh_session";

/// Who a request comes from. The guard puts it into the request; a handler takes it as an argument.
#[derive(Debug, Clone, Default)]
pub struct Visitor {
    /// Who; `None` for a reader who did not sign in.
    pub actor: Option<Actor>,
    /// The session, when the request came with its cookie.
    pub session: Option<Secret>,
    /// The request came with a token: no browser sends one by itself, so no other site can.
    pub token: bool,
}

impl Visitor {
    /// What forms of this session carry in the field `csrf`; `None` without a session.
    #[must_use]
    pub fn csrf(&self) -> Option<String> {
        self.session.as_ref().map(Secret::csrf)
    }

    /// Reads a token or a session cookie and asks the database who it is; without either it asks nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(state: &AppState, headers: &HeaderMap) -> Result<Self, sqlx::Error> {
        let now = state.clock.now();
        if let Some(token) = bearer(headers) {
            let actor = actor_of_token(&state.db, &state.account, &Secret::shown(token), now).await?;
            return Ok(Self { actor, session: None, token: true });
        }
        let Some(secret) = shown_session(state, headers) else { return Ok(Self::default()) };
        let actor = actor_of_session(&state.db, &state.account, &secret, now).await?;
        let session = actor.is_some().then_some(secret);
        Ok(Self { actor, session, token: false })
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// Somebody who signed in; a request of nobody is answered 401.
#[derive(Debug, Clone)]
pub struct SignedIn(pub Actor);

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let actor = parts.extensions.get::<Visitor>().and_then(|visitor| visitor.actor.clone());
        actor.map(Self).ok_or_else(|| Problem::new(Code::NotSignedIn, "sign in first"))
    }
}

/// A program with the token of a source that is on. The guard puts it into the request.
#[derive(Debug, Clone)]
pub struct Sender(pub Source);

impl Sender {
    /// Whose token a request shows; `None` when it shows none that holds.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(state: &AppState, headers: &HeaderMap) -> Result<Option<Self>, SourceError> {
        let Some(token) = bearer(headers) else { return Ok(None) };
        let source = of_token(&mut state.db.read().await?, &Secret::shown(token)).await?;
        Ok(source.map(Self))
    }
}

impl<S: Sync> FromRequestParts<S> for Sender {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let sender = parts.extensions.get::<Self>().cloned();
        sender.ok_or_else(|| Problem::new(Code::NotSignedIn, "send the token of a source that is on"))
    }
}

/// The token of `Authorization: Bearer …`.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// The session a browser shows, if its cookie has our signature; it may be over.
#[must_use]
pub fn shown_session(state: &AppState, headers: &HeaderMap) -> Option<Secret> {
    // Most readers have no session: look before the cookies are taken apart.
    let shown = |value: &[u8]| value.windows(COOKIE.len()).any(|part| part == COOKIE.as_bytes());
    if !headers.get_all(header::COOKIE).iter().any(|value| shown(value.as_bytes())) {
        return None;
    }
    let cookie = SignedCookieJar::from_headers(headers, state.cookie_key.clone()).get(COOKIE)?;
    Some(Secret::shown(cookie.value().to_owned()))
}

/// Cookies with a session added.
pub fn with_session(state: &AppState, secret: &Secret) -> SignedCookieJar {
    SignedCookieJar::new(state.cookie_key.clone()).add(cookie(state, secret.reveal().to_owned()))
}

/// Cookies with the session taken away.
pub fn without_session(state: &AppState, headers: &HeaderMap) -> SignedCookieJar {
    SignedCookieJar::from_headers(headers, state.cookie_key.clone()).remove(cookie(state, String::new()))
}

/// Name of the cookie of somebody who went to the provider.
const WAY_COOKIE: &str = "toantrinh_oidc";

/// What a browser took along to the provider, if its cookie has our signature.
#[must_use]
pub fn shown_way(state: &AppState, headers: &HeaderMap) -> Option<Secret> {
    let cookie = SignedCookieJar::from_headers(headers, state.cookie_key.clone()).get(WAY_COOKIE)?;
    Some(Secret::shown(cookie.value().to_owned()))
}

/// Cookies with what a browser takes along to the provider.
pub fn with_way(state: &AppState, secret: &Secret) -> SignedCookieJar {
    SignedCookieJar::new(state.cookie_key.clone()).add(way(state, secret.reveal().to_owned()))
}

/// Cookies with that taken away.
pub fn without_way(state: &AppState, headers: &HeaderMap) -> SignedCookieJar {
    SignedCookieJar::from_headers(headers, state.cookie_key.clone()).remove(way(state, String::new()))
}

/// The provider's answer is a visit from another site: a stricter cookie would not come with it.
fn way(state: &AppState, value: String) -> Cookie<'static> {
    let mut cookie = cookie(state, value);
    cookie.set_name(WAY_COOKIE);
    cookie.set_path("/dang-nhap/oidc");
    cookie
}

/// It has no age: it ends with the browser, and the database knows when the session does.
fn cookie(state: &AppState, value: String) -> Cookie<'static> {
    Cookie::build((COOKIE, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(state.secure_cookies)
        .build()
}
