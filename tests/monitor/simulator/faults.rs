//! Each fault does what it says, is counted, and repeats with its seed.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use toantrinh::simulator::Running;
use toantrinh::simulator::portal::{DETAIL, LIST};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::{data, post};
use crate::support::{made_up_simulator, simulator_of};

/// The birth registration of the starter catalog.
const KNOWN: &str = "019d2bfd-3fe0-70ac-b9d6-5e9e20d6eef7";

async fn get(running: &Running, path: &str) -> reqwest::Result<reqwest::Response> {
    reqwest::Client::new().get(format!("{}{path}", running.base())).send().await
}

/// Everything that comes over a connection until it closes.
async fn raw(running: &Running, path: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: simulator\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    bytes
}

#[tokio::test]
async fn answers_in_place_of_the_real_one_have_their_status_and_headers() {
    let running = made_up_simulator("").await;
    for (faults, status) in [("429=1:retry_after=7", 429), ("403=1", 403), ("5xx=1:status=503", 503), ("waf=1", 200)] {
        running.set_faults(faults).unwrap();
        let answer = post(&running, LIST, &json!({})).await;
        assert_eq!(answer.status().as_u16(), status, "{faults}");
        if status == 429 {
            assert_eq!(answer.headers()["retry-after"], "7");
        }
        if status == 200 {
            assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
            assert!(answer.text().await.unwrap().contains("Request Rejected"));
        }
    }
    running.set_faults("5xx=1").unwrap();
    let mut seen = BTreeSet::new();
    for _ in 0..40 {
        seen.insert(get(&running, "/t/1").await.unwrap().status().as_u16());
    }
    assert_eq!(seen, BTreeSet::from([500, 502, 503, 504]));
    running.set_faults("").unwrap();
    assert_eq!(post(&running, LIST, &json!({})).await.status().as_u16(), 201);
    let counted = running.log().faults;
    assert_eq!((counted["429"], counted["403"], counted["5xx"], counted["waf"]), (1, 1, 41, 1));
}

#[tokio::test]
async fn a_late_answer_waits_and_is_right() {
    let running = made_up_simulator("latency=150ms").await;
    let begun = Instant::now();
    assert_eq!(get(&running, "/t/1").await.unwrap().text().await.unwrap(), "ok\n");
    assert!(begun.elapsed() >= Duration::from_millis(150));
    assert_eq!(running.log().faults["latency"], 1);
}

#[tokio::test]
async fn a_truncated_body_is_shorter_than_it_declares_and_the_connection_closes() {
    let running = made_up_simulator("truncated=1").await;
    for path in ["/figure/a", "/t/1"] {
        let text = String::from_utf8(raw(&running, path).await).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let declared = head.lines().find_map(|l| l.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
        let declared: usize = declared.unwrap().parse().unwrap();
        assert!(!body.is_empty() && body.len() < declared, "{path}: {} of {declared}", body.len());
    }
    let answer = post(&running, DETAIL, &json!({ "id": KNOWN })).await;
    assert_eq!(answer.status().as_u16(), 201);
    assert!(answer.bytes().await.is_err());
    let feed = get(&running, "/dossiers.ndjson?count=1000").await.unwrap();
    assert!(feed.bytes().await.is_err(), "a streamed body breaks off, too");
}

#[tokio::test]
async fn a_dropped_connection_closes_without_an_answer() {
    let running = made_up_simulator("drop=1").await;
    assert!(raw(&running, "/t/1").await.is_empty());
    assert!(get(&running, "/figure/a").await.is_err());
    assert_eq!(running.log().faults["drop"], 2);
}

#[tokio::test]
async fn a_huge_body_goes_on_for_tens_of_megabytes() {
    let running = made_up_simulator("huge=1:mb=24").await;
    let mut answer = post(&running, LIST, &json!({})).await;
    assert_eq!((answer.status().as_u16(), answer.content_length()), (201, None));
    let mut bytes = 0;
    while let Some(chunk) = answer.chunk().await.unwrap() {
        bytes += chunk.len();
    }
    assert!(bytes > 24_000_000, "{bytes}");
}

#[tokio::test]
async fn a_wrong_type_leaves_json_that_is_not_of_the_known_shape() {
    let running = made_up_simulator("wrong_type=1").await;
    let mut seen = BTreeSet::new();
    for _ in 0..20 {
        let list = data(&running, LIST, &json!({ "limit": 2 })).await;
        let kinds = [list["total"].is_string(), list["items"].is_object(), list["items"][0]["name"].is_number()];
        assert_eq!(kinds.iter().filter(|k| **k).count(), 1, "{list}");
        seen.insert(kinds);
        let detail = data(&running, DETAIL, &json!({ "id": KNOWN })).await;
        assert!(!detail.is_object() || !detail["executionMethods"].is_array());
    }
    assert_eq!(seen.len(), 3);
    let figure: Value = get(&running, "/figure/a").await.unwrap().json().await.unwrap();
    assert!(figure["value"].is_array());
    // Plain text has no types.
    assert_eq!(get(&running, "/t/1").await.unwrap().text().await.unwrap(), "ok\n");
    assert_eq!(running.log().faults["wrong_type"], 41);
}

async fn names(running: &Running) -> Vec<(String, String)> {
    let list = data(running, LIST, &json!({ "limit": 200 })).await;
    assert_eq!(list["total"], list["items"].as_array().unwrap().len());
    let pair = |i: &Value| (i["id"].as_str().unwrap().to_owned(), i["name"].as_str().unwrap().to_owned());
    list["items"].as_array().unwrap().iter().map(pair).collect()
}

#[tokio::test]
async fn decomposed_names_and_details_compose_to_the_real_ones() {
    let running = made_up_simulator("").await;
    let plain = names(&running).await;
    let plain_detail = data(&running, DETAIL, &json!({ "id": KNOWN })).await;
    running.set_faults("nfd=1").unwrap();
    let decomposed = names(&running).await;
    assert!(decomposed.iter().all(|(_, name)| !is_nfc(name)));
    let composed: Vec<_> = decomposed.into_iter().map(|(id, name)| (id, name.nfc().collect::<String>())).collect();
    assert_eq!(composed, plain);
    let detail = data(&running, DETAIL, &json!({ "id": KNOWN })).await;
    assert_ne!(detail, plain_detail);
    let composed: Value = serde_json::from_str(&detail.to_string().nfc().collect::<String>()).unwrap();
    assert_eq!(composed, plain_detail);
}

#[tokio::test]
async fn renamed_procedures_have_the_same_other_name_in_list_and_detail() {
    let running = made_up_simulator("").await;
    let plain = names(&running).await;
    running.set_faults("renamed=0.3").unwrap();
    let renamed = names(&running).await;
    assert_eq!(renamed, names(&running).await, "the same procedures as long as the setting stays");
    let mut changed = 0;
    for ((id, old), (_, new)) in plain.iter().zip(&renamed) {
        let answer = post(&running, DETAIL, &json!({ "id": id })).await;
        if answer.status().as_u16() == 201 {
            let detail: Value = answer.json().await.unwrap();
            assert_eq!(detail["data"]["name"], new.as_str());
        }
        changed += usize::from(old != new);
    }
    assert!((10..50).contains(&changed), "{changed}");
}

#[tokio::test]
async fn vanished_procedures_are_gone_from_list_and_detail() {
    let running = made_up_simulator("").await;
    let plain = names(&running).await;
    running.set_faults("vanish=0.2").unwrap();
    let left = names(&running).await;
    assert!(left.len() < plain.len() && left.len() > 50, "{}", left.len());
    let gone = plain.iter().find(|p| !left.contains(p)).unwrap();
    assert_eq!(post(&running, DETAIL, &json!({ "id": gone.0 })).await.status().as_u16(), 404);
    // The cursor may stand on a procedure that is gone.
    let after = data(&running, LIST, &json!({ "limit": 200, "lastId": gone.0 })).await;
    assert!(after["items"].is_array());
}

#[tokio::test]
async fn large_limits_fail_by_setting() {
    let running = made_up_simulator("large_limit=1").await;
    assert_eq!(post(&running, LIST, &json!({ "limit": 201 })).await.status().as_u16(), 500);
    assert_eq!(post(&running, LIST, &json!({ "limit": 200 })).await.status().as_u16(), 201);
}

/// What becomes of a hundred requests.
async fn outcomes(seed: u64) -> Vec<String> {
    let running = simulator_of(None, "429=0.1,5xx=0.1,waf=0.1,truncated=0.1,drop=0.1", seed).await;
    let mut all = Vec::new();
    for _ in 0..100 {
        let answer = match get(&running, "/figure/a").await {
            Err(_) => "dropped".to_owned(),
            Ok(answer) => format!("{} {:?}", answer.status(), answer.text().await.ok()),
        };
        all.push(answer);
    }
    all
}

#[tokio::test]
async fn the_same_seed_makes_the_same_faults() {
    let first = outcomes(5).await;
    assert_eq!(first, outcomes(5).await);
    assert_ne!(first, outcomes(6).await);
    assert!(first.iter().filter(|o| o.as_str() == "dropped").count() > 2);
}

/// One request again and again, as a client that is patient makes it.
async fn patiently(running: &Running, path: &str, body: &Value) -> Value {
    loop {
        let url = format!("{}{path}", running.base());
        let Ok(answer) = reqwest::Client::new().post(url).json(body).send().await else { continue };
        // Who takes no more than a megabyte notices a huge body by its missing length here.
        if answer.status().as_u16() == 404 || answer.content_length().is_some() {
            let found = answer.status().as_u16() == 201;
            match answer.json::<Value>().await {
                Ok(envelope) if found => return envelope["data"].clone(),
                Ok(_) => return Value::Null,
                Err(_) => {}
            }
        }
    }
}

#[tokio::test]
async fn a_patient_client_gets_the_whole_catalog_through_the_mix() {
    let running = made_up_simulator("").await;
    let plain = names(&running).await;
    running.set_faults("30%").unwrap();
    let (mut found, mut last) = (Vec::new(), Value::from(""));
    loop {
        let page = patiently(&running, LIST, &json!({ "limit": 5, "lastId": last })).await;
        let items = page["items"].as_array().unwrap();
        if items.is_empty() {
            break;
        }
        found.extend(
            items.iter().map(|i| (i["id"].as_str().unwrap().to_owned(), i["name"].as_str().unwrap().to_owned())),
        );
        last = page["lastId"].clone();
    }
    assert_eq!(found, plain);
    let details = details_found(&running, &plain).await;
    assert_eq!(details, 83);
    assert!(running.log().faults.values().sum::<u64>() > 10);
}

async fn details_found(running: &Running, procedures: &[(String, String)]) -> usize {
    let mut details = 0;
    for (id, _) in procedures {
        details += usize::from(patiently(running, DETAIL, &json!({ "id": id })).await.is_object());
    }
    details
}

#[tokio::test]
async fn a_test_steers_the_simulator_over_http() {
    let running = made_up_simulator("").await;
    let client = reqwest::Client::new();
    let set = async |text: &str| {
        let url = format!("{}/simulator/faults", running.base());
        client.post(url).body(text.to_owned()).send().await.unwrap()
    };
    let refused = set("colour=1").await;
    assert_eq!(refused.status().as_u16(), 400);
    assert!(refused.text().await.unwrap().contains("unknown fault `colour`"));
    assert_eq!(set("403=1,only=/t/").await.status().as_u16(), 204);
    for target in [1, 2, 2] {
        assert_eq!(get(&running, &format!("/t/{target}")).await.unwrap().status().as_u16(), 403);
    }
    assert_eq!(get(&running, "/figure/a").await.unwrap().status().as_u16(), 200);
    assert_eq!(get(&running, "/healthz").await.unwrap().text().await.unwrap(), "ok\n");
    let log: Value = get(&running, "/simulator/log").await.unwrap().json().await.unwrap();
    assert_eq!(log["requests"], 4);
    assert_eq!(log["paths"], json!({ "/t/{n}": 3, "/figure/a": 1 }));
    assert_eq!(log["targets"], json!({ "1": 1, "2": 2 }));
    assert_eq!(log["faults"], json!({ "403": 3 }));
    let arrivals = get(&running, "/simulator/arrivals").await.unwrap().text().await.unwrap();
    assert_eq!(arrivals.lines().count(), 3);
    let address = running.address;
    running.stop().await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_figure_has_a_tag_and_can_be_set() {
    let running = made_up_simulator("").await;
    let first = get(&running, "/figure/satisfaction").await.unwrap();
    let tag = first.headers()["etag"].clone();
    let figure: Value = first.json().await.unwrap();
    assert!(figure["value"].is_number() && figure["unit"] == "%" && figure["period"] == "2026-11");
    let client = reqwest::Client::new();
    let url = format!("{}/figure/satisfaction", running.base());
    let again = async || client.get(&url).header("if-none-match", &tag).send().await.unwrap();
    assert_eq!(again().await.status().as_u16(), 304);
    running.set_figure("satisfaction", r#"{"value":12,"unit":"%","period":"2026-12"}"#);
    let changed = again().await;
    assert_eq!(changed.status().as_u16(), 200);
    assert_eq!(changed.json::<Value>().await.unwrap()["value"], 12);
}
