//! Catalog: list, details, provinces, the former portal.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use toantrinh::catalog::import::lines::{Lines, Piece};
use toantrinh::catalog::model::Procedure;
use toantrinh::catalog::{source, starter};
use toantrinh::simulator::Running;
use toantrinh::simulator::portal::{DETAIL, LIST, PROVINCES};

use super::{data, post, success};
use crate::support::{made_up_simulator, shared, simulator, simulator_of};

fn lines(path: &Path) -> Vec<String> {
    BufReader::new(MultiGzDecoder::new(std::fs::File::open(path).unwrap())).lines().map(Result::unwrap).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
    last_id: String,
    total: usize,
}

#[derive(Deserialize)]
struct ListAnswer<'a> {
    #[serde(borrow)]
    data: Page<'a>,
}

/// Every item of the list as text, page after page.
async fn whole_list(running: &Running, limit: usize) -> (Vec<String>, usize) {
    let (mut items, mut last, mut total) = (Vec::new(), String::new(), 0);
    loop {
        let body = json!({ "limit": limit, "lastId": last, "q": "", "categoryId": "", "departmentCode": "" });
        let text = success(running, LIST, &body).await;
        let page = serde_json::from_str::<ListAnswer>(&text).unwrap().data;
        total = total.max(page.total);
        if page.items.is_empty() {
            assert_eq!(page.last_id, "");
            return (items, total);
        }
        items.extend(page.items.iter().map(|i| i.get().to_owned()));
        last = page.last_id;
    }
}

#[tokio::test]
async fn pages_lead_through_the_whole_captured_list_byte_for_byte() {
    let Some(running) = simulator("").await else { return };
    assert!(running.missing().is_empty(), "{:?}", running.missing());
    let (items, total) = whole_list(&running, 200).await;
    assert_eq!((items.len(), total), (5_670, 5_670));
    assert_eq!(items, lines(&shared("portal/catalog.jsonl.gz").unwrap()));
    assert_eq!(running.log().paths[LIST], 30);
}

#[tokio::test]
async fn every_captured_detail_is_answered_byte_for_byte() {
    let Some(running) = simulator("").await else { return };
    let details = lines(&shared("portal/details.jsonl.gz").unwrap());
    assert_eq!(details.len(), 422);
    for line in details {
        let id = serde_json::from_str::<Value>(&line).unwrap()["data"]["id"].clone();
        assert_eq!(success(&running, DETAIL, &json!({ "id": id })).await, line);
    }
    let odd: Value =
        serde_json::from_reader(std::fs::File::open(shared("portal/new_detail_1.115603.json").unwrap()).unwrap())
            .unwrap();
    assert_eq!(data(&running, DETAIL, &json!({ "id": odd["data"]["id"] })).await, odd["data"]);
}

#[tokio::test]
async fn what_is_unknown_or_not_captured_gets_an_envelope_with_another_code() {
    let running = made_up_simulator("").await;
    let (items, _) = whole_list(&running, 50).await;
    let ids: Vec<Value> = items.iter().map(|i| serde_json::from_str::<Value>(i).unwrap()["id"].clone()).collect();
    let mut without = 0;
    for id in &ids {
        let answer = post(&running, DETAIL, &json!({ "id": id })).await;
        without += usize::from(answer.status().as_u16() == 404);
    }
    assert_eq!((ids.len(), without), (94, 11));
    for (path, body, status, code) in [
        (DETAIL, json!({ "id": "nobody" }), 404, "NOT_FOUND"),
        (DETAIL, json!({}), 400, "BAD_REQUEST"),
        (LIST, json!({ "limit": "many" }), 400, "BAD_REQUEST"),
        (LIST, json!({ "limit": 5000 }), 400, "BAD_REQUEST"),
        (LIST, json!({ "lastId": "nobody" }), 400, "BAD_REQUEST"),
        ("/api/v1/elsewhere", json!({}), 404, "NOT_FOUND"),
    ] {
        let answer = post(&running, path, &body).await;
        assert_eq!(answer.status().as_u16(), status, "{path} {body}");
        assert_eq!(answer.headers()["x-simulator"], "constructed");
        let envelope: Value = answer.json().await.unwrap();
        assert_eq!((&envelope["code"], &envelope["data"]), (&json!(code), &Value::Null));
    }
}

#[tokio::test]
async fn the_list_is_narrowed_by_words_field_agency_and_type() {
    let Some(running) = simulator("").await else { return };
    let total = async |body: Value| data(&running, LIST, &body).await["total"].as_u64().unwrap();
    let named = data(&running, LIST, &json!({ "q": "ĐĂNG KÝ KHAI SINH", "limit": 200 })).await;
    assert!(named["total"].as_u64().unwrap() > 1);
    assert!(named["items"].as_array().unwrap().iter().any(|i| i["code"] == "1.001193"));
    assert_eq!(total(json!({ "q": "1.001193" })).await, 1);
    assert_eq!(total(json!({ "categoryId": "019d2bbb-69ee-7079-a6b3-02acce6471b7" })).await, 563);
    assert_eq!(total(json!({ "departmentCode": "G15" })).await, 265);
    assert_eq!(total(json!({ "formalityType": "STANDARD_INTERNAL" })).await, 192);
}

#[tokio::test]
async fn provinces_are_answered_as_captured() {
    let Some(running) = simulator("").await else { return };
    let captured = std::fs::read_to_string(shared("portal/new_provinces_response.json").unwrap()).unwrap();
    let body = json!({ "limit": 100, "lastId": "" });
    assert_eq!(success(&running, PROVINCES, &body).await, captured);
    let after = data(&running, PROVINCES, &json!({ "limit": 100, "lastId": "96" })).await;
    assert_eq!(after["rows"], json!([]));
}

#[tokio::test]
async fn a_corpus_file_gives_the_same_list_and_details() {
    let Some(path) = shared("procedures.jsonl.gz") else { return };
    let running = simulator_of(Some(path), "", 0).await;
    // Of two items that differ by a blank in the code the corpus keeps one.
    assert_eq!(running.size(), (5_669, 422));
    let (items, _) = whole_list(&running, 1_000).await;
    let captured = lines(&shared("portal/catalog.jsonl.gz").unwrap());
    let values = |texts: &[String]| texts.iter().map(|t| serde_json::from_str(t).unwrap()).collect::<Vec<Value>>();
    let captured = values(&captured);
    let mut rest = captured.iter();
    assert!(values(&items).iter().all(|item| rest.any(|c| c == item)), "the same items in the same order");
    let detail = data(&running, DETAIL, &json!({ "id": "019d2bfd-3fe0-70ac-b9d6-5e9e20d6eef7" })).await;
    let odd: Value =
        serde_json::from_reader(std::fs::File::open(shared("portal/new_detail_1.001193.json").unwrap()).unwrap())
            .unwrap();
    assert_eq!(detail, odd["data"]);
}

#[tokio::test]
async fn a_folder_that_lacks_captures_is_served_and_what_is_missing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let item = json!({ "id": "a", "name": "Một", "code": "1.000001" });
    let mut list = std::fs::File::create(folder.path().join("catalog.jsonl")).unwrap();
    writeln!(list, "{item}\nthis is no item").unwrap();
    let running = simulator_of(Some(folder.path().to_owned()), "", 0).await;
    assert_eq!(running.size(), (1, 0));
    let missing = running.missing().join("\n");
    for part in
        ["catalog.jsonl line 2", "details", "new_provinces_response.json", "service-results", "the former portal"]
    {
        assert!(missing.contains(part), "{part} is not in {missing}");
    }
    assert_eq!(post(&running, PROVINCES, &json!({})).await.status().as_u16(), 404);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nowhere = toantrinh::simulator::Settings { from: Some("/nowhere".into()), ..Default::default() };
    let error = toantrinh::simulator::start(nowhere, listener).await.unwrap_err();
    assert!(error.to_string().contains("/nowhere does not exist"), "{error}");
}

/// What an import makes of some records.
fn procedures(pieces: impl Iterator<Item = String>) -> Vec<Procedure> {
    let mut all: Vec<Procedure> = Vec::new();
    for record in pieces.flat_map(|piece| source::read(piece.as_bytes()).unwrap()) {
        assert!(record.warnings.is_empty(), "{:?}", record.warnings);
        let place = all.iter().position(|p| p.code == record.code.code).unwrap_or(all.len());
        if place == all.len() {
            all.push(Procedure::default());
        }
        source::apply(&record, &mut all[place]);
    }
    all.sort_by(|a, b| a.code.cmp(&b.code));
    all
}

#[tokio::test]
async fn the_starter_catalog_read_from_the_portals_formats_says_what_it_said() {
    let running = made_up_simulator("").await;
    let (mut pieces, _) = whole_list(&running, 20).await;
    for item in pieces.clone() {
        let id = serde_json::from_str::<Value>(&item).unwrap()["id"].clone();
        let answer = post(&running, DETAIL, &json!({ "id": id })).await;
        if answer.status().as_u16() == 201 {
            pieces.push(answer.text().await.unwrap());
        }
    }
    let records = Lines::of_text(starter::PROCEDURES.as_bytes()).map(|(_, piece)| match piece {
        Piece::Record(bytes) => String::from_utf8(bytes).unwrap(),
        other => panic!("{other:?}"),
    });
    let (mut theirs, mut ours) = (procedures(pieces.into_iter()), procedures(records));
    assert_eq!(theirs.len(), 94);
    for p in theirs.iter_mut().chain(&mut ours) {
        if p.channels.is_empty() {
            // Without a detail nobody tells.
            p.description = None;
        }
        // Two things the portal's format cannot say: a state of our own, and a paper whose number is open.
        (p.listed, p.source_state, p.portal_url) = (false, None, None);
        p.papers.iter_mut().for_each(|paper| paper.note = false);
        // A time with a remark is raw text in both; the remark is lost.
        p.time_limits.iter_mut().for_each(|t| t.raw.clear());
        p.time_limits.sort_by_key(|t| t.channel);
        p.fees.sort_by_key(|f| (f.channel, f.raw.clone()));
    }
    for (theirs, ours) in theirs.iter().zip(&mut ours) {
        // An amount beside a text with conditions is quarantined when it comes as a number and a text.
        for (theirs, ours) in theirs.fees.iter().zip(&mut ours.fees) {
            ours.amount = ours.amount.filter(|_| theirs.amount.is_some());
        }
        assert_eq!(theirs, ours);
    }
}

async fn rest(running: &Running, params: Value) -> Vec<Value> {
    let form = [("params", params.to_string())];
    let client = reqwest::Client::new();
    let answer = client.post(format!("{}/jsp/rest.jsp", running.base())).form(&form).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let rows: Vec<Value> = answer.json().await.unwrap();
    let texts = rows.iter().flat_map(|row| row.as_object().unwrap().values());
    assert!(texts.into_iter().all(Value::is_string), "every value of the former portal is text");
    rows
}

#[tokio::test]
async fn the_former_portal_answers_a_bare_list_of_texts() {
    let Some(running) = simulator("").await else { return };
    let search = json!({ "service": "procedure_advanced_search_service_v2", "recordPerPage": 10, "pageIndex": 2, "keyword": "đăng ký" });
    let found = rest(&running, search).await;
    assert_eq!(found.len(), 10);
    assert_eq!(found[0]["ROW_STT"], "11");
    let index = |extra: Value| {
        let mut params =
            json!({ "service": "report_tinh_766_service", "p_nam": "2025", "pageIndex": 1, "pageSize": 100 });
        params.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        params
    };
    assert_eq!(rest(&running, index(json!({ "p_tinh_id": 0 }))).await.len(), 34);
    assert_eq!(rest(&running, index(json!({ "p_tinh_id": 0, "p_thang": 10 }))).await[0]["MDHL"], "18");
    assert_eq!(rest(&running, index(json!({ "p_tinh_id": "398126" }))).await.len(), 100);
    let agencies = json!({ "service": "procedure_get_list_agency_by_type_service_v2" });
    assert_eq!(rest(&running, agencies).await[0]["CODE"], "000.00.00.G01");
    assert!(rest(&running, json!({ "service": "unknown" })).await.is_empty());
}
