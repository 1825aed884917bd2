//! What conditions accept, refuse and say.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, StatusCode};
use proptest::prelude::*;

use super::{Condition, Seen};
use crate::platform::http::{Answer, Phases};

const BODY: &str = r#"{"code":"OK","n":5,"text":"12","zero":"00","nothing":null,"yes":true,
    "list":["a","b"],"items":[{"n":1},{"n":7}],"name":"Hồ sơ","deep":{"total":0}}"#;

fn answer(body: &str) -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert("x-left", HeaderValue::from_static("12"));
    let ms = Duration::from_millis;
    Answer {
        status: StatusCode::CREATED,
        headers,
        body: body.to_owned().into(),
        url: "https://example.vn/".parse().unwrap(),
        phases: Phases { dns: ms(1), connect: ms(2), tls: ms(30), first_byte: ms(400), transfer: ms(5) },
        certificate_expires: None,
    }
}

fn judge(condition: &str, body: &str) -> Result<(), String> {
    Condition::parse(condition)
        .unwrap_or_else(|e| panic!("{condition}: {e}"))
        .judge(&Seen::new(&answer(body), Some(20)))
}

#[test]
fn conditions_that_hold() {
    let all = [
        "status == 201",
        "status != 200",
        "status in 200..299",
        "status not in 400..599",
        "status<202",
        "status >= 201",
        "certificate_days > 14",
        "certificate_days == 20",
        "first_byte_ms < 800",
        "total_ms <= 438",
        "dns_ms in 0..1",
        "connect_ms < 3",
        "tls_ms > 29.5",
        "transfer_ms == 5",
        r#"body contains "OK""#,
        r#"body not contains "ERROR""#,
        r#"body matches "\"code\"\s*:\s*\"OK\"""#,
        r#"body not matches "^<html""#,
        r#"json $.code == "OK""#,
        "json $.n == 5",
        r#"json $.n == "5""#,
        "json $.n>4",
        "json $.text == 12",
        "json $.text > 9",
        "json $.yes == true",
        "json $.yes != false",
        "json $.nothing == null",
        "json $.absent == null",
        r#"json $.absent != "x""#,
        "json $.n != null",
        r#"json $.absent not contains "x""#,
        r#"json $.list contains "b""#,
        r#"json $.list not contains "c""#,
        "json $.items[*].n >= 1",
        "json $.items[?@.n > 5].n == 7",
        r#"json $["code"] == "OK""#,
        "json $['n'] in 5..5",
        r#"json $.code matches "^O""#,
        r#"json $.zero != "0""#,
        "json $.zero == 0",
        r#"json $.code < "P""#,
        r#"header "Content-Type" contains "json""#,
        r#"header "x-left" > 9"#,
        r#"header "x-left" == "12""#,
        r#"header "x-absent" != "1""#,
        r#"json $.deep contains "total""#,
        "  status   ==   201  ",
        "json $.deep.total >= -1",
    ];
    for condition in all {
        assert_eq!(judge(condition, BODY), Ok(()), "{condition}");
    }
}

#[test]
fn a_failure_says_what_was_found() {
    let all = [
        ("status == 200", "status == 200: it was 201"),
        ("status not in 200..299", "status not in 200..299: it was 201"),
        (r#"json $.code == "ERROR""#, r#"json $.code == "ERROR": it was "OK""#),
        ("json $.deep.total > 0", "json $.deep.total > 0: it was 0"),
        ("json $.absent > 0", "json $.absent > 0: it was missing"),
        ("json $.absent != null", "json $.absent != null: it was missing"),
        ("json $.nothing != null", "json $.nothing != null: it was null"),
        ("json $.yes > 0", "json $.yes > 0: it was true"),
        ("json $.items[*].n < 5", "json $.items[*].n < 5: it was 7"),
        (r#"json $.list contains "c""#, r#"json $.list contains "c": it was ["a","b"]"#),
        (r#"json $.code not matches "O""#, r#"json $.code not matches "O": it was "OK""#),
        (
            r#"header "content-type" contains "html""#,
            r#"header "content-type" contains "html": it was "application/json; charset=utf-8""#,
        ),
        (r#"header "x-absent" == "1""#, r#"header "x-absent" == "1": it was missing"#),
        ("first_byte_ms < 400", "first_byte_ms < 400: it was 400"),
        ("certificate_days > 20", "certificate_days > 20: it was 20"),
    ];
    for (condition, message) in all {
        assert_eq!(judge(condition, BODY), Err(message.to_owned()), "{condition}");
    }
    let html = "<html>\n<b>lỗi</b></html>";
    assert_eq!(
        judge(r#"json $.code == "OK""#, html),
        Err(r#"json $.code == "OK": the body was not JSON but "<html>\n<b>lỗi</b></html>""#.to_owned())
    );
    let without = Condition::parse("certificate_days > 1").unwrap().judge(&Seen::new(&answer(""), None));
    assert_eq!(without, Err("certificate_days > 1: there was no certificate".to_owned()));
}

#[test]
fn a_long_value_is_cut_between_characters() {
    let message = judge(r#"body contains "x""#, &"ồ".repeat(5000)).unwrap_err();
    assert!(message.ends_with("ồ…\"") && message.matches('ồ').count() == 200, "{message}");
}

#[test]
fn a_body_is_the_same_however_its_marks_are_composed() {
    let decomposed = "Ho\u{302}\u{300} so\u{31b}";
    assert_eq!(judge(r#"body contains "Hồ sơ""#, decomposed), Ok(()));
    assert_eq!(judge(&format!("body contains \"{decomposed}\""), "Hồ sơ"), Ok(()));
    assert_eq!(judge(&format!("json $.name == \"{decomposed}\""), BODY), Ok(()));
    let escaped = "{\"name\":\"Ho\\u0302\\u0300 so\\u031b\"}";
    assert_eq!(judge(r#"json $.name == "Hồ sơ""#, escaped), Ok(()));
    assert_eq!(judge("json $.n == 1", "\u{feff}{\"n\":1}"), Ok(()), "a byte order mark is no part of JSON");
}

#[test]
fn what_is_no_condition_says_where_and_what_was_expected() {
    let subjects = "status, body, json, header, certificate_days, dns_ms, connect_ms, tls_ms, first_byte_ms, transfer_ms \
                    or total_ms";
    let all = [
        ("", 1, subjects, "the end"),
        ("speed > 3", 1, subjects, "`speed`"),
        ("200 == status", 1, subjects, "the number 200"),
        ("status", 7, "a comparison, in or not in", "the end"),
        ("status = 200", 8, "a word, a number, a \"text\", a $.path or a comparison", "`=`"),
        ("status == \"200\"", 11, "a number", "the text \"200\""),
        ("status == OK", 11, "a number", "`OK`"),
        ("status == 2000", 11, "a status from 100 to 599", "the number 2000"),
        ("status in 200", 14, "`..` between the two ends", "the end"),
        ("status in 299..200", 16, "an end that is at least 299", "the number 200"),
        ("status not == 200", 12, "in", "`==`"),
        ("status contains \"2\"", 8, "a comparison, in or not in", "`contains`"),
        ("status == 200 or", 15, "the end of the condition", "`or`"),
        ("total_ms < -5", 12, "milliseconds, 0 or more", "the number -5"),
        ("total_ms < 1-", 13, "a number", "`-`"),
        ("body contains OK", 15, "a text in quotes", "`OK`"),
        ("body contains \"OK", 15, "a closing quote for the one here", "the end"),
        ("body not", 9, "in, contains or matches", "the end"),
        ("body == true", 9, "a number or a text in quotes", "`true`"),
        ("json == 3", 6, "a path such as $.data.total", "`==`"),
        ("json $.a == maybe", 13, "a number, a text in quotes, true, false or null", "`maybe`"),
        ("json $.a < null", 12, "a number or a text in quotes", "`null`"),
        ("header content-type == \"a\"", 8, "a header's name in quotes", "`content-type`"),
        ("header \"a b\" == \"a\"", 8, "a header's name in quotes", "the text \"a b\""),
    ];
    for (text, at, expected, found) in all {
        let error = Condition::parse(text).unwrap_err();
        assert_eq!((error.at, error.expected.as_str(), error.found.as_str()), (at, expected, found), "{text}");
        assert!(error.to_string().starts_with(&format!("at character {at}: expected ")), "{error}");
    }
    let path = Condition::parse("json $.a[ == 3").unwrap_err();
    assert!(path.at >= 6 && path.expected.starts_with("a JSON path ("), "{path}");
    let pattern = Condition::parse("body matches \"(\"").unwrap_err();
    assert!(pattern.at == 14 && pattern.expected.contains("unclosed group"), "{pattern}");
    let greedy = Condition::parse(r#"body matches "((\w{100}){100}){100}""#).unwrap_err();
    assert!(greedy.expected.contains("size limit"), "{greedy}");
    let long = Condition::parse(&format!("body contains \"{}\"", "x".repeat(500))).unwrap_err();
    assert_eq!((long.at, long.expected.as_str()), (501, "at most 500 characters"));
}

#[test]
fn a_condition_is_stored_as_its_text() {
    let condition: Condition = serde_json::from_str(r#""status == 200""#).unwrap();
    assert_eq!(serde_json::to_string(&condition).unwrap(), r#""status == 200""#);
    let error = serde_json::from_str::<Condition>(r#""status 200""#).unwrap_err().to_string();
    assert!(
        error.contains("the condition `status 200` cannot be read at character 8: expected a comparison"),
        "{error}"
    );
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader(text in "[a-z_$.\\[\\]()\"'\\\\=!<>0-9 -]{0,60}|.{0,60}") {
        if let Ok(condition) = Condition::parse(&text) {
            let again = Condition::parse(condition.text()).unwrap();
            prop_assert_eq!(&again, &condition);
            let _ = condition.judge(&Seen::new(&answer(BODY), None));
        }
    }
}
