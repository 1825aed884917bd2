//! What a fault does: an answer in place of the real one, or the real one broken.

use std::borrow::Cow;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

use super::model::{Fault, Faults};
use crate::simulator::answer::json_text;
use crate::simulator::chance::Chance;
use crate::simulator::state::State;

/// A streamed body that is cut ends after so many bytes.
const CUT_STREAM_AFTER: usize = 100_000;
static FILLER: [u8; 65_536] = [b'x'; 65_536];

/// The answer that a fault gives in place of the real one; `None` for faults that break the real one.
#[must_use]
pub fn instead(fault: Fault, faults: &Faults, seed: u64, number: u64) -> Option<Response> {
    let plain = |status: StatusCode, words: &'static str| (status, words).into_response();
    match fault {
        Fault::TooManyRequests => {
            let mut answer = plain(StatusCode::TOO_MANY_REQUESTS, "Quá nhiều yêu cầu, xin chờ.");
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(faults.retry_after));
            Some(answer)
        }
        Fault::Forbidden => Some(plain(StatusCode::FORBIDDEN, "Không được phép.")),
        Fault::ServerError => {
            let turn = Chance::at(seed ^ 0x5ee5, number).below(4);
            let status = faults.status.unwrap_or([500, 502, 503, 504][turn as usize]);
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Some(plain(status, "Máy chủ đang gặp lỗi."))
        }
        Fault::Firewall => Some(firewall_page(number)),
        Fault::Huge => Some(huge(faults.huge_megabytes)),
        _ => None,
    }
}

fn firewall_page(number: u64) -> Response {
    let page = format!(
        "<!DOCTYPE html><html><head><title>Request Rejected</title></head><body><p>Bộ lọc của bản mô phỏng đã chặn yêu \
         cầu này.</p><p>Số tra cứu: {number}</p></body></html>"
    );
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

fn huge(megabytes: u32) -> Response {
    let mut answer = Response::new(Body::new(Filler { left: u64::from(megabytes) * 1_000_000, begun: false }));
    *answer.status_mut() = StatusCode::CREATED;
    let kind = HeaderValue::from_static("application/json; charset=utf-8");
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    answer
}

/// Breaks the real answer; says whether there was something to break.
pub async fn broken(fault: Fault, answer: Response, seed: u64, number: u64) -> (Response, bool) {
    match fault {
        Fault::Truncated => (truncated(answer).await, true),
        Fault::WrongType => wrong_type(answer, seed, number).await,
        _ => (answer, false),
    }
}

async fn truncated(answer: Response) -> Response {
    let (mut parts, body) = answer.into_parts();
    if body.size_hint().exact().is_none() {
        return Response::from_parts(parts, Body::new(Cut::of(CutFrom::Stream(body, CUT_STREAM_AFTER))));
    }
    let whole = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len().max(1)));
    let half = whole.slice(..whole.len() / 2);
    Response::from_parts(parts, Body::new(Cut::of(CutFrom::Half(Some(half)))))
}

async fn wrong_type(answer: Response, seed: u64, number: u64) -> (Response, bool) {
    if answer.body().size_hint().exact().is_none() {
        return (answer, false);
    }
    let (parts, body) = answer.into_parts();
    let whole = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let Ok(mut value) = serde_json::from_slice::<Value>(&whole) else {
        return (Response::from_parts(parts, Body::from(whole)), false);
    };
    retype(&mut value, Chance::at(seed ^ 0x7e7e, number).below(3));
    (json_text(parts.status, value.to_string(), false), true)
}

/// Gives one value another type, in one of three ways.
fn retype(value: &mut Value, way: u32) {
    let data = &mut value["data"];
    if data.get("items").is_some() {
        let first_name = data.pointer("/items/0/name").is_some();
        match way {
            1 => data["items"] = json!({ "0": data["items"] }),
            2 if first_name => data["items"][0]["name"] = json!(17),
            _ => data["total"] = json!(data["total"].to_string()),
        }
    } else if data.is_object() {
        let list = ["evaluation", "children", "rows", "executionMethods"].into_iter().find(|f| data.get(*f).is_some());
        match (way, list) {
            (1, Some(list)) => data[list] = json!("danh sách"),
            (2, _) => *data = json!([]),
            _ => *data = json!("dữ liệu"),
        }
    } else if value.get("value").is_some() {
        value["value"] = json!(["một", "hai"]);
    } else {
        *value = json!({ "rows": value });
    }
}

/// The text of a procedure as the faults in force leave it; `name_at` is where its name's JSON text stands.
pub fn item_text<'a>(state: &State, faults: &Faults, id: &str, text: &'a str, name_at: Range<usize>) -> Cow<'a, str> {
    let mut out = Cow::Borrowed(text);
    if faults.strikes_item(state.seed, Fault::Renamed, id) && !name_at.is_empty() {
        let closing = name_at.end - 1;
        out = Cow::Owned([&text[..closing], " (tên mới)", &text[closing..]].concat());
        state.log.fault(Fault::Renamed);
    }
    if faults.strikes_item(state.seed, Fault::Decomposed, id) {
        out = Cow::Owned(out.nfd().collect());
        state.log.fault(Fault::Decomposed);
    }
    out
}

/// The body ends early and the connection closes.
#[derive(Debug, thiserror::Error)]
#[error("the body is cut here by a fault")]
struct BreaksOff;

struct Cut {
    from: CutFrom,
    /// What was written goes out while this waits once; an error at once would take it along.
    waited: bool,
}

enum CutFrom {
    /// Half of a body whose length was declared.
    Half(Option<Bytes>),
    /// The beginning of a stream: so many bytes are left.
    Stream(Body, usize),
}

impl Cut {
    const fn of(from: CutFrom) -> Self {
        Self { from, waited: false }
    }
}

impl HttpBody for Cut {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let cut = self.get_mut();
        match &mut cut.from {
            CutFrom::Half(half) => {
                if let Some(bytes) = half.take().filter(|b| !b.is_empty()) {
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
            }
            CutFrom::Stream(body, left) if *left > 0 => {
                let polled = Pin::new(body).poll_frame(context);
                if let Poll::Ready(Some(Ok(frame))) = &polled {
                    *left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
                }
                return polled;
            }
            CutFrom::Stream(..) => {}
        }
        if cut.waited {
            return Poll::Ready(Some(Err(axum::Error::new(BreaksOff))));
        }
        cut.waited = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// A JSON text of one endless word.
struct Filler {
    left: u64,
    begun: bool,
}

impl HttpBody for Filler {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let bytes = if !self.begun {
            self.begun = true;
            Bytes::from_static(b"{\"code\":\"OK\",\"data\":\"")
        } else if self.left > 0 {
            let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(FILLER.len());
            self.left -= length as u64;
            Bytes::from_static(&FILLER[..length])
        } else {
            return Poll::Ready(None);
        };
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
