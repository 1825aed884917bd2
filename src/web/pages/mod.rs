//! Pages for people: complete without a script, Vietnamese first.

pub mod account;
pub mod bar;
pub mod board;
pub mod burden;
pub mod changes;
pub mod claim;
pub mod directive;
pub mod index766;
pub mod initiative;
mod journey;
pub mod leadership;
pub mod maintenance;
pub mod message;
pub mod notifications;
pub mod oidc;
pub mod outgoing;
pub mod performance;
pub mod procedure;
mod resend;
pub mod search;
pub mod service_level;
pub mod sign_in;
pub mod source;
pub mod status;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::assets;
use super::format::{date_vi, number_vi};
use super::state::AppState;
use super::views::{Badge, Frame};
use super::visitor::Visitor;
use crate::platform::problem::Problem;
use crate::search::document::{OnlineState, SearchDoc};

/// Renders a template.
fn render(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => {
            let mut response = (status, html).into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            response
        }
        Err(error) => Problem::internal(&error).into_response(),
    }
}

/// The frame with the size and age of the catalog, and who looks at it.
fn frame(state: &AppState, visitor: &Visitor, home: bool) -> Frame {
    let snapshot = state.engine.snapshot();
    let public = snapshot.names.docs.iter().filter(|d| d.shown.is_public()).count();
    let newest = snapshot.names.docs.iter().map(|d| d.shown.changed_at).max();
    let count = number_vi(i64::try_from(public).unwrap_or(i64::MAX));
    let catalog = match newest {
        Some(newest) => format!("{count} thủ tục công khai, dữ liệu đến ngày {}.", date_vi(newest)),
        None => "Danh mục chưa có thủ tục nào.".to_owned(),
    };
    let user = visitor.actor.as_ref().map(|actor| actor.name.clone());
    Frame { assets: assets::VERSION.clone(), demo: state.demo, home, catalog, user, csrf: visitor.csrf() }
}

/// The online state in words. Until procedures are assessed, nothing is called verified.
fn badge(shown: &SearchDoc) -> Badge {
    match shown.online {
        Some(OnlineState::Verified) => {
            Badge {
                class: "verified", symbol: "●", text: "Làm được hoàn toàn trên mạng (đã kiểm chứng)"
            }
        }
        Some(OnlineState::Claimed) => {
            Badge { class: "unknown", symbol: "◐", text: "Cơ quan công bố toàn trình, chưa kiểm chứng" }
        }
        Some(OnlineState::Partial) => {
            Badge { class: "unknown", symbol: "◔", text: "Làm được một phần trên mạng" }
        }
        Some(OnlineState::Unknown) => {
            Badge {
                class: "unknown", symbol: "?", text: "Có kênh trực tuyến (cơ quan công bố, chưa kiểm chứng)"
            }
        }
        Some(OnlineState::None) => {
            Badge { class: "none", symbol: "○", text: "Không công bố kênh trực tuyến" }
        }
        None => Badge { class: "unpublished", symbol: "?", text: "Chưa rõ cách nộp" },
    }
}
