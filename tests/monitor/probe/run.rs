//! Answers are judged by status and conditions; what is good is remembered, what is not is named.

use std::time::Duration;

use toantrinh::monitor::model::FailureKind;
use toantrinh::monitor::probe::{HttpProbe, Validators, http_probe};

use super::{outcome, probe};
use crate::support::NOW;
use crate::support::wire::{Reply, Server, answer, client, redirect};

const JSON: &str = "content-type: application/json\r\n";

#[tokio::test]
async fn every_success_status_is_good_unless_a_condition_says_otherwise() {
    for status in ["200 OK", "201 Created", "204 No Content", "206 Partial Content"] {
        let good = outcome(answer(status, "", ""), &[]).await;
        assert_eq!((good.failure, good.message.as_str()), (None, ""), "{status}");
    }
    let created =
        outcome(answer("201 Created", JSON, r#"{"code":"OK"}"#), &["status == 201", r#"json $.code == "OK""#]).await;
    assert_eq!((created.failure, created.status), (None, Some(201)));
    let only_200 = outcome(answer("201 Created", "", ""), &["status == 200"]).await;
    assert_eq!(only_200.failure, Some(FailureKind::ContentMismatch));
    assert_eq!(only_200.message, "status == 200: it was 201");
    let wanted = outcome(answer("404 Not Found", "", ""), &["status == 404"]).await;
    assert_eq!(wanted.failure, None, "a condition may ask for a 404");
}

#[tokio::test]
async fn statuses_have_their_kinds() {
    for (status, kind) in [
        ("400 Bad Request", FailureKind::Http4xx),
        ("403 Forbidden", FailureKind::Http4xx),
        ("404 Not Found", FailureKind::Http4xx),
        ("429 Too Many Requests", FailureKind::Http4xx),
        ("500 Internal Server Error", FailureKind::Http5xx),
        ("503 Service Unavailable", FailureKind::Http5xx),
        ("304 Not Modified", FailureKind::ContentMismatch),
    ] {
        for conditions in [&[][..], &["status == 200"], &[r#"body contains "x""#]] {
            let found = outcome(answer(status, "etag: \"v1\"\r\n", ""), conditions).await;
            assert_eq!(found.failure, Some(kind), "{status} {conditions:?}: {}", found.message);
            assert_eq!(found.etag, None, "what failed is not remembered as good");
            assert!(found.message.starts_with("status "), "the status is why, not the body: {}", found.message);
        }
    }
}

#[tokio::test]
async fn a_condition_that_does_not_hold_shows_what_was_found() {
    let wrong = outcome(answer("200 OK", JSON, r#"{"code":"ERROR"}"#), &[r#"json $.code == "OK""#]).await;
    assert_eq!(wrong.failure, Some(FailureKind::ContentMismatch));
    assert_eq!(wrong.message, r#"json $.code == "OK": it was "ERROR""#);
    let slow = outcome(answer("200 OK", "", ""), &["first_byte_ms < 0"]).await;
    assert_eq!(slow.failure, Some(FailureKind::ContentMismatch));
    assert!(slow.message.starts_with("first_byte_ms < 0: it was "), "{}", slow.message);
}

#[tokio::test]
async fn faults_on_the_wire_have_their_kinds_and_the_next_good_answer_recovers() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_vec();
    for (reply, kind) in [
        (Reply::Drop, FailureKind::Connect),
        (Reply::ThenSilence(Vec::new()), FailureKind::Timeout),
        (Reply::Bytes(half), FailureKind::BadBody),
        (answer("200 OK", "", vec![0; (1 << 20) + 1]), FailureKind::TooLarge),
        (redirect("/api"), FailureKind::RedirectLoop),
        (redirect("http://192.168.1.1/"), FailureKind::AddressRefused),
    ] {
        // The second question is told apart by what it knows.
        let server =
            Server::start(
                move |head| {
                    if head.contains("if-none-match") { answer("200 OK", "", "") } else { reply.clone() }
                },
            )
            .await;
        let definition = probe(&server, &[]);
        let found = http_probe(&client(), &definition, &Validators::default(), NOW).await;
        assert_eq!(found.failure, Some(kind), "{}", found.message);
        let etag = Validators { etag: Some("\"v1\"".to_owned()), last_modified: None };
        let next = http_probe(&client(), &definition, &etag, NOW).await;
        assert_eq!(next.failure, None, "after {kind:?}: {}", next.message);
    }
}

#[tokio::test]
async fn an_unchanged_answer_is_good_and_its_times_are_judged_anew() {
    let server = Server::start(|head| {
        let validators = "etag: \"v1\"\r\nlast-modified: Tue, 24 Nov 2026 01:00:00 GMT\r\n";
        let known =
            head.contains("if-none-match: \"v1\"\r\n") && head.contains("if-modified-since: Tue, 24 Nov 2026 01");
        if known { answer("304 Not Modified", validators, "") } else { answer("200 OK", validators, "OK") }
    })
    .await;
    let definition = probe(&server, &["status == 200", r#"body contains "OK""#, "total_ms < 400"]);
    let first = http_probe(&client(), &definition, &Validators::default(), NOW).await;
    assert!(first.failure.is_none() && !first.not_modified);
    let known = Validators { etag: first.etag, last_modified: first.last_modified };
    let second = http_probe(&client(), &definition, &known, NOW).await;
    assert_eq!((second.failure, second.status, second.not_modified), (None, Some(304), true));
    assert_eq!(second.etag.as_deref(), Some("\"v1\""));
    let strict = probe(&server, &["total_ms < 0"]);
    let slow = http_probe(&client(), &strict, &known, NOW).await;
    assert_eq!((slow.failure, slow.not_modified), (Some(FailureKind::ContentMismatch), false));
}

#[tokio::test]
async fn what_a_post_sends_and_how_long_a_source_sends_us_away() {
    let server = Server::start(|_| answer("429 Slow Down", "retry-after: 30\r\n", "")).await;
    let url = server.url("127.0.0.1", "/api");
    for (body, kind) in [("{\"page\":1}", "application/json"), ("page=1", "text/plain; charset=utf-8")] {
        let definition = HttpProbe {
            method: "POST".to_owned(),
            body: Some(body.to_owned()),
            url: url.clone(),
            ..probe(&server, &[])
        };
        let validators = Validators { etag: Some("\"v1\"".to_owned()), last_modified: None };
        let found = http_probe(&client(), &definition, &validators, NOW).await;
        assert_eq!((found.failure, found.retry_after), (Some(FailureKind::Http4xx), Some(Duration::from_secs(30))));
        let head = server.asked().pop().unwrap();
        assert!(head.starts_with("POST /api ") && head.contains(&format!("content-type: {kind}\r\n")), "{head}");
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())) && !head.contains("if-none-match"));
    }
    let head = HttpProbe { method: "HEAD".to_owned(), ..probe(&server, &[]) };
    http_probe(&client(), &head, &Validators::default(), NOW).await;
    assert!(server.asked().pop().unwrap().starts_with("HEAD /api "));
}
