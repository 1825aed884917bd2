//! What is asked, and what it may cost.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, Method, header};
use bytes::Bytes;
use url::Url;

/// One request. `Host`, `Connection` and `User-Agent` are set by the client.
#[derive(Debug, Clone)]
pub struct Request {
    /// GET, HEAD, POST.
    pub method: Method,
    /// Where to; `http` or `https`, without user and password.
    pub url: Url,
    /// Further headers.
    pub headers: HeaderMap,
    /// What is sent; empty for nothing.
    pub body: Bytes,
    /// What it may cost.
    pub limits: Limits,
}

impl Request {
    /// Asks for a document.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self { method: Method::GET, url, headers: HeaderMap::new(), body: Bytes::new(), limits: Limits::default() }
    }

    /// Sends a JSON document.
    #[must_use]
    pub fn post_json(url: Url, body: &serde_json::Value) -> Self {
        let json = HeaderValue::from_static("application/json");
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, json.clone()), (header::ACCEPT, json)]);
        Self { method: Method::POST, url, headers, body: body.to_string().into(), limits: Limits::default() }
    }

    /// The same request within other limits.
    #[must_use]
    pub fn within(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

/// What a request may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the first look-up to the last byte, redirects included.
    pub total: Duration,
    /// Bytes of the body, both as sent and unpacked.
    pub max_bytes: usize,
    /// Redirects followed; 0 takes a redirect as the answer.
    pub max_redirects: u8,
}

impl Default for Limits {
    /// 10 seconds, 1 MiB, 3 redirects.
    fn default() -> Self {
        Self { total: Duration::from_secs(10), max_bytes: 1 << 20, max_redirects: 3 }
    }
}
