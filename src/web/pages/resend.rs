//! The page on which somebody sends a form again, after they signed in again. It never sends by itself.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use super::{frame, render};
use crate::web::resend::Carried;
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::Visitor;

#[derive(Debug, Template)]
#[template(path = "resend.html")]
struct ResendPage {
    frame: Frame,
    address: String,
    fields: Vec<(String, String)>,
}

/// The form as it was filled in, with the csrf token of the new session.
pub(super) fn page(state: &AppState, visitor: &Visitor, carried: Carried) -> Response {
    let Carried { address, fields } = carried;
    let page = ResendPage { frame: frame(state, visitor, false), address, fields };
    let mut response = render(StatusCode::OK, &page);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
