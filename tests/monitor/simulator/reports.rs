//! Reports of index 766: captured answers as they are, constructed ones by the documented arithmetic.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use toantrinh::simulator::Running;

use super::{data, post, success};
use crate::support::{made_up_simulator, shared, simulator};

const PHU_THO: &str = "019d2be3-6a88-732b-8b17-b68020c8553a";
const DONG_THAP: &str = "019d2be3-6a85-74ec-a344-751a7a0bbdb5";
const HUNG_YEN: &str = "019d2be3-6a88-732b-8b0b-a4fad4f39fbc";
const PROCEDURE: &str = "019d2bfd-8e22-77ef-819f-e49460350904";

fn path(report: &str) -> String {
    format!("/api/v1/reporting/evaluation/{report}")
}

fn year(department: &str) -> Value {
    json!({ "timeType": "year", "year": 2026, "rootDepartmentId": department, "currentPage": 1, "pageSize": 200 })
}

fn with(mut body: Value, extra: &Value) -> Value {
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    body
}

/// The answer inside a capture, byte for byte.
fn captured(file: &str) -> String {
    #[derive(Deserialize)]
    struct Wrapped<'a> {
        #[serde(borrow)]
        response: &'a RawValue,
    }
    let whole = std::fs::read_to_string(shared(&format!("portal/{file}")).unwrap()).unwrap();
    serde_json::from_str::<Wrapped>(&whole).unwrap().response.get().to_owned()
}

#[tokio::test]
async fn captured_reports_are_answered_byte_for_byte() {
    let Some(running) = simulator("").await else { return };
    let results = shared("metrics/service-results_national_2026-09-17.json").unwrap();
    let request = json!({ "timeType": "year", "year": 2026, "departmentType": "ADMINISTRATIVE_UNIT" });
    let answer = success(&running, &path("service-results"), &request).await;
    assert_eq!(answer, std::fs::read_to_string(results).unwrap());
    let transparency = success(&running, &path("transparency"), &year(PHU_THO)).await;
    assert_eq!(transparency, captured("new_reporting_transparency.json"));
    let month = json!({ "timeType": "month", "year": 2026, "month": 8, "rootDepartmentId": PHU_THO,
        "formalityId": PROCEDURE, "currentPage": 1, "pageSize": 200 });
    let online = success(&running, &path("provide-online-tree"), &month).await;
    assert_eq!(online, captured("new_reporting_provide-online-tree.json"));
}

#[tokio::test]
async fn captured_fragments_stand_in_an_envelope_of_the_documented_shape() {
    let Some(running) = simulator("").await else { return };
    let progress = data(&running, &path("dvc-progress-tree"), &year(PHU_THO)).await;
    let bao_la = &progress["children"][0];
    assert_eq!((&bao_la["departmentCode"], &bao_la["score"]), (&json!("H44.236"), &json!(14.83)));
    assert_eq!(progress["parent"]["departmentCode"], "H44");
    let payment = data(&running, &path("formality-online-payment-tree"), &year(PHU_THO)).await;
    assert_eq!(payment["children"][0]["totalScore"], 6.74);
    assert!(payment.get("monthlyChart").is_none());
    let dong_thap = data(&running, &path("dvc-progress-tree"), &year(DONG_THAP)).await;
    let parent = &dong_thap["parent"];
    assert_eq!((&parent["totalOnTime"], &parent["totalReceived"]), (&json!(358_660), &json!(405_424)));
    assert_eq!(parent["score"], 17.69);
    let dong_thap = data(&running, &path("formality-online-payment-tree"), &year(DONG_THAP)).await;
    assert_eq!(dong_thap["parent"]["totalScore"], 6.42);
}

#[tokio::test]
async fn the_documented_online_counts_give_the_score_that_the_portal_showed() {
    let running = made_up_simulator("").await;
    let online = data(&running, &path("provide-online-tree"), &year(PHU_THO)).await;
    let parent = &online["parent"];
    assert_eq!((&parent["channelOnlineSum"], &parent["channelTotalSum"]), (&json!(591_643), &json!(600_057)));
    assert_eq!(parent["totalScore"], 8.56);
}

#[tokio::test]
async fn constructed_reports_are_marked_in_a_header_and_never_in_the_body() {
    let running = made_up_simulator("").await;
    let quarter = json!({ "fromDate": "2026-07-01", "toDate": "2026-09-30", "rootDepartmentId": HUNG_YEN });
    for (report, body) in [
        ("handling-satisfaction", quarter),
        ("dossier-digitized", year(HUNG_YEN)),
        ("transparency", year(HUNG_YEN)),
        ("dvc-progress-tree", year(HUNG_YEN)),
    ] {
        let answer = post(&running, &path(report), &body).await;
        assert_eq!(answer.status().as_u16(), 201, "{report}");
        assert_eq!(answer.headers()["x-simulator"], "constructed");
        let text = answer.text().await.unwrap();
        assert!(!text.contains("_constructed") && !text.contains("provenance"), "{report}");
    }
    if let Some(running) = simulator("").await {
        let answer = post(&running, &path("transparency"), &year(PHU_THO)).await;
        assert!(answer.headers().get("x-simulator").is_none(), "what was captured is not marked");
    }
}

async fn digitised(running: &Running, extra: Value) -> Value {
    data(running, &path("dossier-digitized"), &with(year(HUNG_YEN), &extra)).await
}

#[tokio::test]
async fn only_the_capital_d_narrows_digitisation_to_a_procedure() {
    let running = made_up_simulator("").await;
    let all = digitised(&running, json!({})).await;
    assert_eq!(digitised(&running, json!({ "formalityId": PROCEDURE })).await, all);
    let one = digitised(&running, json!({ "formalityID": PROCEDURE })).await;
    assert_ne!(one, all);
    assert!(!one.to_string().contains(PROCEDURE), "the answer does not say which procedure it is about");
    let codes = |data: &Value| data["evaluation"][0]["metrics"].as_array().unwrap().len();
    assert_eq!((codes(&all), codes(&one)), (7, 5), "metrics that are not counted for one procedure disappear");
    let gone = &one["overview"]["metrics"][5];
    assert_eq!((&gone["denominator"], &gone["ratio"], &gone["score"]), (&json!(0), &Value::Null, &Value::Null));
    let copies = &all["overview"]["metrics"][6];
    assert_eq!((&copies["numerator"], &copies["ratio"]), (&Value::Null, &json!(100)), "null stays null");
}

#[tokio::test]
async fn satisfaction_takes_days_and_has_no_view_of_one_procedure() {
    let running = made_up_simulator("").await;
    let report = path("handling-satisfaction");
    assert_eq!(post(&running, &report, &year(HUNG_YEN)).await.status().as_u16(), 400);
    let days = json!({ "fromDate": "2026-07-01", "toDate": "2026-09-30", "rootDepartmentId": HUNG_YEN });
    let all = data(&running, &report, &days).await;
    assert_eq!(data(&running, &report, &with(days, &json!({ "formalityId": PROCEDURE }))).await, all);
    assert_eq!(all["overview"]["totalMaxScore"], 18.0);
    assert!(all.get("monthlyChart").is_none());
}

#[tokio::test]
async fn page_fields_follow_the_request_while_one_page_holds_all() {
    let running = made_up_simulator("").await;
    let data = data(&running, &path("transparency"), &with(year(HUNG_YEN), &json!({ "pageSize": 5 }))).await;
    assert_eq!(data["evaluation"].as_array().unwrap().len(), 16);
    assert_eq!(data["pagination"], json!({ "total": 16, "currentPage": 1, "pageSize": 5, "totalPages": 4 }));
}

#[tokio::test]
async fn scores_follow_from_their_counts_and_sum_to_the_totals() {
    let running = made_up_simulator("").await;
    let metrics = data(&running, &path("transparency"), &year(HUNG_YEN)).await;
    let rows = metrics["evaluation"].as_array().unwrap().iter().chain([&metrics["overview"]]);
    for row in rows {
        let metrics = row["metrics"].as_array().unwrap();
        let mut sum = 0.0;
        for m in metrics {
            let (n, d) = (m["numerator"].as_f64().unwrap(), m["denominator"].as_f64().unwrap());
            let expected = n / d * m["maxScore"].as_f64().unwrap();
            assert!((m["score"].as_f64().unwrap() - expected).abs() <= 0.005_001, "{m}");
            sum += m["score"].as_f64().unwrap();
        }
        assert!((row["totalScore"].as_f64().unwrap() - sum).abs() < 1e-9);
    }
    let results = data(&running, &path("service-results"), &json!({ "timeType": "year", "year": 2026 })).await;
    let provinces = results["evaluation"].as_array().unwrap();
    assert_eq!(provinces.len(), 5);
    for province in provinces {
        let sum: f64 = province["groupScores"].as_object().unwrap().values().map(|v| v.as_f64().unwrap()).sum();
        assert!((province["totalScore"].as_f64().unwrap() - sum).abs() < 1e-9);
    }
}

#[tokio::test]
async fn years_months_and_departments_without_captures_are_told_apart() {
    let Some(running) = simulator("").await else { return };
    let results = path("service-results");
    let august = data(&running, &results, &json!({ "timeType": "month", "year": 2026, "month": 8 })).await;
    assert_eq!(august["evaluation"].as_array().unwrap().len(), 34);
    for empty in
        [json!({ "timeType": "month", "year": 2026, "month": 11 }), json!({ "timeType": "year", "year": 2024 })]
    {
        let data = data(&running, &results, &empty).await;
        assert_eq!((&data["evaluation"], &data["overview"]["totalScore"]), (&json!([]), &Value::Null));
    }
    let below = data(&running, &results, &year(HUNG_YEN)).await;
    assert_eq!(below["evaluation"].as_array().unwrap().len(), 16);
    let child = below["evaluation"][0]["departmentId"].as_str().unwrap().to_owned();
    let of_child = data(&running, &path("dvc-progress-tree"), &year(&child)).await;
    assert_eq!(of_child["children"], json!([]));
    let nothing = data(&running, &path("transparency"), &with(year(HUNG_YEN), &json!({ "year": 2024 }))).await;
    assert_eq!(nothing["overview"]["metrics"][3]["dataQualityStatus"], "NO_NATIONAL_REPORT_DATA");
    for (body, status) in [
        (year("H31"), 404),
        (json!({ "timeType": "year", "year": 2026 }), 400),
        (json!({ "rootDepartmentId": HUNG_YEN }), 400),
        (json!({ "timeType": "month", "month": 13, "year": 2026, "rootDepartmentId": HUNG_YEN }), 400),
    ] {
        assert_eq!(post(&running, &path("transparency"), &body).await.status().as_u16(), status, "{body}");
    }
    assert_eq!(post(&running, &path("unknown"), &year(HUNG_YEN)).await.status().as_u16(), 404);
}

#[tokio::test]
async fn the_reports_list_of_procedures_has_the_captured_rows_and_all_others() {
    let Some(running) = simulator("").await else { return };
    let formalities = "/api/v1/reporting/formalities";
    let first = data(&running, formalities, &json!({ "currentPage": 1, "pageSize": 10 })).await;
    // The captured row of a procedure that is in no public list stands beside the 5,670.
    assert_eq!(first["pagination"], json!({ "total": 5_671, "currentPage": 1, "pageSize": 10, "totalPages": 568 }));
    let captured: Value = serde_json::from_str(&captured("new_reporting_formalities.json")).unwrap();
    let all = data(&running, formalities, &json!({ "q": "1.0000", "currentPage": 1, "pageSize": 200 })).await;
    for row in captured["data"]["items"].as_array().unwrap() {
        assert!(all["items"].as_array().unwrap().contains(row));
    }
    let one = data(&running, formalities, &json!({ "q": "2.000815", "currentPage": 1, "pageSize": 10 })).await;
    assert_eq!((one["items"].as_array().unwrap().len(), &one["items"][0]["id"]), (1, &json!(PROCEDURE)));
}
