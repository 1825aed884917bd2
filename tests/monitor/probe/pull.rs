//! Figures are read from documents as they are: a blank is no 0, a text may be a number, a missing one is said.

use serde_json::json;
use toantrinh::monitor::model::{FailureKind, State};
use toantrinh::monitor::probe::{JsonPull, Outcome, Validators, json_pull};

use crate::support::NOW;
use crate::support::wire::{Reply, Server, answer, client};

fn document(body: &serde_json::Value) -> Reply {
    answer("200 OK", "content-type: application/json\r\netag: \"d1\"\r\n", body.to_string())
}

async fn pull(reply: Reply, readings: serde_json::Value) -> Outcome {
    let server = Server::start(move |_| reply.clone()).await;
    let url = server.url("127.0.0.1", "/figures.json");
    let definition: JsonPull = serde_json::from_value(json!({"url": url, "readings": readings})).unwrap();
    assert_eq!(definition.check(), Vec::new());
    json_pull(&client(), &definition, &Validators::default(), NOW).await
}

#[tokio::test]
async fn numbers_texts_blanks_and_periods_are_read() {
    let body = json!({
        "month": "2026-10",
        "rows": [{"code": "1.004194", "total": 120, "share": "97,5"}, {"code": "1.001193", "total": null, "share": " "}],
        "large": "1.234.567,8", "clear": "1.234", "at": 1_795_485_600_000_i64,
    });
    let got = pull(
        document(&body),
        json!([
            {"metric": "received", "value": "$.rows[0].total", "unit": "dossiers", "period": "$.month", "subject": "1.004194"},
            {"metric": "share", "value": "$.rows[?@.code == '1.004194'].share", "unit": "%", "period": "$.at"},
            {"metric": "received", "value": "$.rows[1].total", "unit": "dossiers", "subject": "1.001193"},
            {"metric": "share", "value": "$.rows[1].share", "unit": "%", "subject": "1.001193"},
            {"metric": "large", "value": "$.large"},
            {"metric": "clear", "value": "$.clear", "decimal": ","},
        ]),
    )
    .await;
    assert_eq!((got.failure, got.message.as_str(), got.etag.as_deref()), (None, "", Some("\"d1\"")));
    let read: Vec<_> = got.readings.iter().map(|r| (r.metric.as_str(), r.state, r.value, r.slot)).collect();
    let october = "2026-09-30T17:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond();
    assert_eq!(
        read,
        [
            ("received", State::Number, Some(120.0), Some(october)),
            ("share", State::Number, Some(97.5), Some(1_795_485_600_000)),
            ("received", State::NotDelivered, None, None),
            ("share", State::NotDelivered, None, None),
            ("large", State::Number, Some(1_234_567.8), None),
            ("clear", State::Number, Some(1234.0), None),
        ]
    );
    assert_eq!((got.readings[0].subject.as_str(), got.readings[0].unit.as_str()), ("1.004194", "dossiers"));
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_the_rest_is_kept() {
    let body = json!({"good": 1, "list": [1, 2], "flag": true, "text": "many", "unclear": "1.234", "when": "autumn"});
    for (rule, message) in [
        (json!({"value": "$.absent"}), "bad of `x`: nothing is at $.absent"),
        (json!({"value": "$.list[*]"}), "bad of `x`: 2 values are at $.list[*], not one"),
        (json!({"value": "$.list"}), "bad of `x`: a list is no number"),
        (json!({"value": "$.flag"}), "bad of `x`: true or false is no number"),
        (json!({"value": "$"}), "bad of `x`: an object is no number"),
        (json!({"value": "$.text"}), "bad of `x`: \"many\" is no number"),
        (
            json!({"value": "$.unclear"}),
            "bad of `x`: \"1.234\" could be a thousand or a decimal; set `decimal` of the reading to `,` or `.`",
        ),
        (
            json!({"value": "$.good", "period": "$.when"}),
            "bad of `x`: \"autumn\" is no period of the years 2000 to 2099",
        ),
        (json!({"value": "$.good", "period": "$.absent"}), "bad of `x`: nothing is at $.absent"),
    ] {
        let mut bad = rule.clone();
        bad["metric"] = "bad".into();
        bad["subject"] = "x".into();
        let got = pull(document(&body), json!([bad, {"metric": "good", "value": "$.good"}])).await;
        assert_eq!((got.failure, got.message.as_str()), (Some(FailureKind::ContentMismatch), message));
        assert_eq!(got.readings.len(), 1, "{rule}");
        assert_eq!(got.readings[0].metric, "good");
        assert_eq!(got.etag, None, "the document must be read again in full");
    }
}

#[tokio::test]
async fn what_is_no_document_has_its_kind_and_no_readings() {
    let html = "content-type: text/html\r\n";
    let rejected = "<html><title>Request Rejected</title>Your support ID is: 1</html>";
    for (reply, kind) in [
        (answer("200 OK", "", "not json"), FailureKind::BadBody),
        (answer("200 OK", "", ""), FailureKind::BadBody),
        (answer("200 OK", html, "<html>Bảo trì</html>"), FailureKind::BadBody),
        (answer("200 OK", html, rejected), FailureKind::WafChallenge),
        (answer("403 Forbidden", html, rejected), FailureKind::WafChallenge),
        (answer("404 Not Found", "", "{}"), FailureKind::Http4xx),
        (answer("502 Bad Gateway", html, "<html>"), FailureKind::Http5xx),
        (Reply::Drop, FailureKind::Connect),
    ] {
        let got = pull(reply.clone(), json!([{"metric": "n", "value": "$.n"}])).await;
        assert_eq!((got.failure, got.readings.len()), (Some(kind), 0), "{reply:?}: {}", got.message);
    }
}

#[tokio::test]
async fn an_unchanged_document_is_good_and_brings_no_readings() {
    let server = Server::start(|head| {
        assert!(head.contains("accept: application/json\r\n"));
        if head.contains("if-none-match: \"d1\"") {
            answer("304 Not Modified", "etag: \"d1\"\r\n", "")
        } else {
            document(&json!({"n": 1}))
        }
    })
    .await;
    let definition = json!({"url": server.url("127.0.0.1", "/"), "readings": [{"metric": "n", "value": "$.n"}]});
    let definition: JsonPull = serde_json::from_value(definition).unwrap();
    let known = Validators { etag: Some("\"d1\"".to_owned()), last_modified: None };
    let got = json_pull(&client(), &definition, &known, NOW).await;
    assert_eq!((got.failure, got.not_modified, got.readings.len()), (None, true, 0));
    let got = json_pull(&client(), &definition, &Validators::default(), NOW).await;
    assert_eq!((got.failure, got.not_modified, got.readings.len()), (None, false, 1));
}
