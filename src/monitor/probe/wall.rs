//! Recognises a protection wall that answers in the service's place, often with status 200.

use axum::http::header;

use crate::platform::http::Answer;

/// How far into a page is looked, bytes: walls say what they are at once.
const LOOKED_AT: usize = 64 * 1024;

/// A refusal by a wall, whatever the probe expected: no page of a service says this of itself.
const REFUSALS: [&str; 3] = ["the requested url was rejected", "<title>request rejected</title>", "your support id is"];

/// Words of refusals and of pages that ask whether a person is there. A service may say some of these itself, so they count
/// only where the answer is not what was expected.
const CHALLENGES: [&str; 19] = [
    "request rejected",
    "support id",
    "incapsula incident id",
    "_incapsula_resource",
    "attention required! | cloudflare",
    "challenge-platform",
    "cf-chl",
    "cf-challenge",
    "<title>just a moment...",
    "checking your browser",
    "ddos protection by",
    "captcha-delivery.com",
    "px-captcha",
    "<title>captcha",
    "complete the captcha",
    "complete the security check",
    "verify you are human",
    "verify that you are not a robot",
    "bạn không phải là người máy",
];

/// Whether a wall answered; `expected` says whether the answer is otherwise what the probe expects.
pub(super) fn is_wall(answer: &Answer, expected: bool) -> bool {
    if !matches!(answer.status.as_u16(), 200 | 403 | 429 | 503) {
        return false;
    }
    if !expected && answer.headers.get("cf-mitigated").is_some_and(|value| value == "challenge") {
        return true;
    }
    let start = &answer.body[..answer.body.len().min(LOOKED_AT)];
    if !is_html(answer, start) {
        return false;
    }
    let text = String::from_utf8_lossy(start).to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    has(&REFUSALS) || (!expected && has(&CHALLENGES))
}

fn is_html(answer: &Answer, start: &[u8]) -> bool {
    let declared = answer.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // Some walls keep the type of what was asked for.
    let begins = start.trim_ascii_start().to_ascii_lowercase();
    declared.to_ascii_lowercase().contains("html")
        || [&b"<!doctype html"[..], b"<html", b"<head"].iter().any(|tag| begins.starts_with(tag))
}
