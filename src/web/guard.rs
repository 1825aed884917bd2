//! Lets a request through to its handler, or says why not. Nothing passes that the table of routes does not allow.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, MatchedPath, Multipart, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::pages;
use super::resend::Carried;
use super::routes::{self, Found};
use super::state::AppState;
use super::visitor::{Sender, Visitor};
use crate::account::model::{Access, Decision, allows};
use crate::account::secret::same;
use crate::monitor::intake::table;
use crate::platform::problem::{Code, Problem};

/// Where people sign in.
pub const SIGN_IN: &str = "/dang-nhap";
/// The header that carries the csrf token of a script's request.
const CSRF_HEADER: &str = "x-csrf-token";
/// The field that carries it in a form.
pub const CSRF_FIELD: &str = "csrf";
/// Largest form that is searched for the field, bytes.
const MAX_FORM: usize = 2 * 1024 * 1024;
/// Largest form with a file, bytes: the largest table, and room for the fields beside it.
const MAX_UPLOAD: usize = table::MAX_BYTES + 64 * 1024;

/// Addresses that take files of people, which may be larger.
const FILES: [&str; 2] = ["/sang-kien/{id}/tep", "/api/v1/initiatives/{id}/files"];

/// Finds the route's row, the visitor, and whether both go together.
///
/// A request that changes something must come from our own pages: its `Origin`, when there is one, must be the host
/// asked, and with a session cookie it must carry the session's csrf token in a header or in a form field. This is
/// checked here for every route, so that no handler can forget it.
pub async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let found = match request.extensions().get::<MatchedPath>() {
        Some(path) => routes::find(request.method(), path.as_str()),
        None => Found::Nothing,
    };
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    let visitor = match Visitor::of(&state, request.headers()).await {
        Ok(visitor) => visitor,
        // What everybody may read is read without the database too.
        Err(error) if !changes && matches!(found, Found::Row(Access::Public) | Found::Nothing) => {
            tracing::error!(error = %error, "who asks could not be looked up");
            Visitor::default()
        }
        Err(error) => return refuse(&state, &Visitor::default(), &request, &Problem::internal(&error)),
    };
    let access = match found {
        Found::Row(Access::Leadership) if state.demo => Access::Public,
        Found::Row(access) => access,
        Found::OtherMethods(methods) => return wrong_method(&state, &visitor, &request, &methods),
        Found::Nothing => {
            let problem = Problem::new(Code::PathNotFound, format!("nothing is at {}", request.uri().path()));
            return refuse(&state, &visitor, &request, &problem);
        }
    };
    if access == Access::Source {
        return sent(&state, &visitor, request, next).await;
    }
    if let Some(problem) = refusal(&visitor, access, &request, changes) {
        return refuse_keeping_form(&state, &visitor, request, &problem).await;
    }
    let mut request = request;
    let takes_files = request.extensions().get::<MatchedPath>().is_some_and(|path| FILES.contains(&path.as_str()));
    let most = if takes_files { state.max_file_bytes + 64 * 1024 } else { MAX_UPLOAD };
    if takes_files {
        DefaultBodyLimit::max(most).apply(&mut request);
    }
    let request = match with_csrf(&visitor, request, changes, most).await {
        Ok(request) => request,
        Err((request, problem)) => return refuse(&state, &visitor, &request, &problem),
    };
    answer(visitor, access, request, next).await
}

/// Why a request may not pass, as far as its head tells.
fn refusal(visitor: &Visitor, access: Access, request: &Request, changes: bool) -> Option<Problem> {
    if changes && !visitor.token && !is_own_site(request.headers()) {
        return Some(Problem::new(Code::Csrf, "the request comes from another site"));
    }
    match allows(access, visitor.actor.as_ref()) {
        Decision::Allowed => None,
        Decision::NeedsSignIn => Some(Problem::new(Code::NotSignedIn, "sign in, or send a token that still holds")),
        Decision::Forbidden => Some(Problem::new(Code::Forbidden, "none of your roles may use this address")),
    }
}

/// Runs the handler of an address that is for sources, when the request shows the token of one. No browser sends a token
/// by itself, so no other site can.
async fn sent(state: &AppState, visitor: &Visitor, mut request: Request, next: Next) -> Response {
    match Sender::of(state, request.headers()).await {
        Ok(Some(sender)) => {
            request.extensions_mut().insert(sender);
            let mut response = next.run(request).await;
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Ok(None) => {
            let problem = Problem::new(Code::NotSignedIn, "send the token of a source that is on");
            refuse(state, visitor, &request, &problem)
        }
        Err(error) => refuse(state, visitor, &request, &Problem::internal(&error)),
    }
}

/// Runs the handler. What a signed-in person is shown stays in no cache.
async fn answer(visitor: Visitor, access: Access, mut request: Request, next: Next) -> Response {
    let signed_in = visitor.actor.is_some();
    request.extensions_mut().insert(visitor);
    let mut response = next.run(request).await;
    let page =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if signed_in && (page || access != Access::Public) {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Is `Origin` the host that was asked? Browsers send it with whatever changes something; programs need not.
///
/// A proxy may give the host in `X-Forwarded-Host`: another site's form cannot set that header.
fn is_own_site(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Some((_, origin)) = origin.to_str().ok().and_then(|origin| origin.split_once("://")) else { return false };
    let is = |host: Option<&HeaderValue>| host.is_some_and(|host| host.as_bytes() == origin.as_bytes());
    is(headers.get(header::HOST)) || is(headers.get("x-forwarded-host"))
}

/// The request, if it needs no csrf token or has the right one. A form is read for it and put back.
/// `most` is the largest form with a file, bytes.
async fn with_csrf(
    visitor: &Visitor,
    request: Request,
    changes: bool,
    most: usize,
) -> Result<Request, (Request, Problem)> {
    let Some(expected) = visitor.csrf().filter(|_| changes) else { return Ok(request) };
    if let Some(shown) = request.headers().get(CSRF_HEADER) {
        return if shown.to_str().is_ok_and(|shown| same(shown, &expected)) {
            Ok(request)
        } else {
            Err(no_csrf(request))
        };
    }
    let kind = request.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let is = |word: &[u8]| kind.is_some_and(|kind| kind.starts_with(word));
    let with_file = is(b"multipart/form-data");
    if !with_file && !is(b"application/x-www-form-urlencoded") {
        return Err(no_csrf(request));
    }
    let (parts, body) = request.into_parts();
    let Ok(form) = to_bytes(body, if with_file { most } else { MAX_FORM }).await else {
        let mib = most / 1024 / 1024;
        let detail = format!("the form is larger than 2 MiB, or its file than {mib} MiB");
        let problem = Problem::new(Code::TooLarge, detail);
        return Err((Request::from_parts(parts, Body::empty()), problem));
    };
    let right = if with_file {
        file_form_has(&parts, form.clone(), &expected).await
    } else {
        url::form_urlencoded::parse(&form).any(|(name, value)| name == CSRF_FIELD && same(&value, &expected))
    };
    let mut request = Request::from_parts(parts, Body::from(form));
    if with_file {
        // It has been measured here.
        DefaultBodyLimit::disable().apply(&mut request);
    }
    if right { Ok(request) } else { Err(no_csrf(request)) }
}

/// Whether a form with files has the right csrf field; our forms have it before the file.
async fn file_form_has(parts: &Parts, form: Bytes, expected: &str) -> bool {
    let mut copy = Request::new(Body::from(form));
    copy.headers_mut().clone_from(&parts.headers);
    DefaultBodyLimit::disable().apply(&mut copy);
    let Ok(mut fields) = <Multipart as FromRequest<()>>::from_request(copy, &()).await else { return false };
    while let Ok(Some(field)) = fields.next_field().await {
        if field.name() == Some(CSRF_FIELD) {
            return field.text().await.is_ok_and(|shown| same(&shown, expected));
        }
    }
    false
}

fn no_csrf(request: Request) -> (Request, Problem) {
    let detail = "the csrf token is missing or belongs to another session: load the page anew and send it again";
    (request, Problem::new(Code::Csrf, detail))
}

fn wrong_method(state: &AppState, visitor: &Visitor, request: &Request, methods: &str) -> Response {
    let problem = Problem::new(Code::MethodNotAllowed, format!("this address only takes {methods}"));
    let mut response = refuse(state, visitor, request, &problem);
    if let Ok(methods) = HeaderValue::from_str(methods) {
        response.headers_mut().insert(header::ALLOW, methods);
    }
    response
}

/// The same as [`refuse`]; but whose session is over while they filled a form in, signs in and loses nothing.
async fn refuse_keeping_form(state: &AppState, visitor: &Visitor, request: Request, problem: &Problem) -> Response {
    let over = problem.code == Code::NotSignedIn.as_str() && *request.method() == Method::POST && !visitor.token;
    if !over || request.uri().path().starts_with("/api/") {
        return refuse(state, visitor, &request, problem);
    }
    let (parts, body) = request.into_parts();
    match Carried::of(state, &parts, body).await {
        Ok(Some(carried)) => pages::sign_in::again(state, visitor, carried),
        Ok(None) => refuse(state, visitor, &Request::from_parts(parts, Body::empty()), problem),
        Err(error) => refuse(state, visitor, &Request::from_parts(parts, Body::empty()), &Problem::internal(&error)),
    }
}

/// A problem for programs; for people a page, or the way to sign in and back.
fn refuse(state: &AppState, visitor: &Visitor, request: &Request, problem: &Problem) -> Response {
    let uri = request.uri();
    if uri.path().starts_with("/api/") {
        return problem.clone().into_response();
    }
    if problem.code == Code::NotSignedIn.as_str() && matches!(*request.method(), Method::GET | Method::HEAD) {
        let back = uri.path_and_query().map_or("/", |path| path.as_str());
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("tiep", back).finish();
        return see_other(&format!("{SIGN_IN}?{query}"));
    }
    pages::message::of(state, visitor, problem, "")
}

/// 303 to an address of ours.
#[must_use]
pub fn see_other(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(address) => (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response(),
        Err(error) => Problem::internal(&error).into_response(),
    }
}
