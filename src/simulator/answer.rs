//! The portal's envelope: what is right comes with 201 and the code OK, what is not with our own construction of an error.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::json;

/// The header that tells what no capture shows: `x-simulator: constructed`.
pub const MARK: HeaderName = HeaderName::from_static("x-simulator");

/// JSON, as it is.
#[must_use]
pub fn json_text(status: StatusCode, text: String, constructed: bool) -> Response {
    let mut answer = Response::new(Body::from(text));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    if constructed {
        answer.headers_mut().insert(MARK, HeaderValue::from_static("constructed"));
    }
    answer
}

/// An answer that was captured with its envelope.
#[must_use]
pub fn captured(text: &str) -> Response {
    json_text(StatusCode::CREATED, text.to_owned(), false)
}

/// The envelope around a text of JSON.
#[must_use]
pub fn envelope(data: &str) -> String {
    ["{\"code\":\"OK\",\"data\":", data, ",\"message\":\"OK\"}"].concat()
}

/// The envelope around data that no capture shows.
#[must_use]
pub fn constructed(data: &serde_json::Value) -> Response {
    json_text(StatusCode::CREATED, envelope(&data.to_string()), true)
}

/// A request that gets no data: the envelope with another code. No capture shows one; code and status are constructed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: StatusCode,
    /// The envelope's code.
    pub code: &'static str,
    /// The envelope's message.
    pub message: String,
}

impl Refusal {
    /// 404: there is no such thing, or no capture of it.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, code: "NOT_FOUND", message: message.into() }
    }

    /// 400: the request cannot be understood.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: "BAD_REQUEST", message: message.into() }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "code": self.code, "data": null, "message": self.message });
        json_text(self.status, body.to_string(), true)
    }
}

/// Reads a request's JSON; an empty body is an empty object.
///
/// # Errors
/// 400 when it is no JSON or has values of the wrong type.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|e| Refusal::bad_request(format!("Yêu cầu không hợp lệ: {e}")))
}
