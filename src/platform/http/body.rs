//! The body of an answer, read and unpacked within a limit.

use std::io::Read;

use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use flate2::read::MultiGzDecoder;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

use super::answer::Why;

/// Reads a body of at most `max` bytes.
pub(super) async fn read(mut body: Incoming, max: usize) -> Result<Bytes, (Why, String)> {
    let expected = body.size_hint().lower();
    if expected > max as u64 {
        return Err((Why::TooLarge, format!("the body has {expected} bytes, more than the {max} allowed")));
    }
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| (Why::BadBody, format!("the body broke off: {}", causes(&error))))?;
        let Ok(data) = frame.into_data() else { continue };
        if first.len() + all.len() + data.len() > max {
            return Err((Why::TooLarge, format!("the body has more than the {max} bytes allowed")));
        }
        // Most answers come in one piece, which then need not be copied.
        if first.is_empty() && all.is_empty() {
            first = data;
        } else {
            if all.is_empty() {
                all.extend_from_slice(&std::mem::take(&mut first));
            }
            all.extend_from_slice(&data);
        }
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

/// Unpacks a body as its headers say and takes the headers that no longer hold away.
pub(super) fn unpack(headers: &mut HeaderMap, body: Bytes, max: usize) -> Result<Bytes, (Why, String)> {
    let Some(coding) = headers.get(header::CONTENT_ENCODING) else { return Ok(body) };
    if body.is_empty() || coding == "identity" {
        return Ok(body);
    }
    if coding != "gzip" && coding != "x-gzip" {
        return Err((Why::BadBody, format!("the body is packed as {coding:?}, which nobody asked for")));
    }
    let mut plain = Vec::new();
    let limit = max as u64 + 1;
    let read = MultiGzDecoder::new(&body[..]).take(limit).read_to_end(&mut plain);
    if plain.len() > max {
        return Err((Why::TooLarge, format!("the body unpacks to more than the {max} bytes allowed")));
    }
    read.map_err(|error| (Why::BadBody, format!("the gzip body cannot be unpacked: {error}")))?;
    headers.remove(header::CONTENT_ENCODING);
    headers.remove(header::CONTENT_LENGTH);
    Ok(plain.into())
}

/// An error with what lies behind it.
pub(super) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
