//! Scores of index 766 by the API: published beside own, with what they are counted from.

use serde_json::{Value, json};
use toantrinh::monitor::index766::actions::take;
use toantrinh::monitor::index766::model::{Context, Endpoint};
use toantrinh::monitor::index766::period::Period;
use toantrinh::platform::db::Db;

use crate::monitor::index766::{online, wrapped};
use crate::support::{NOW, TestApp, databases};

const YEAR: Period = Period::Year(2026);

async fn bring(db: &Db, endpoint: Endpoint, payload: &Value) {
    take(db, "test", endpoint, &Context::of(YEAR), payload.to_string().as_bytes(), NOW).await.unwrap();
}

#[tokio::test]
async fn own_scores_stand_beside_published_ones_with_their_numerators() {
    for test in databases().await {
        let row = online("H44", [89, 31, 21, 518, 1881, 591_643, 600_057], 8.56);
        bring(&test.db, Endpoint::ProvideOnlineTree, &wrapped(&json!({ "children": [row] }))).await;
        let app = TestApp::start(&test).await;
        let list: Value = app.get("/api/v1/index-766?period=2026").await.json().await.unwrap();
        assert_eq!(list["period"], "2026");
        assert_eq!(list["items"][0]["department_code"], "H44", "{list}");
        let one: Value = app.get("/api/v1/index-766/H44?period=2026").await.json().await.unwrap();
        let group = one["groups"].as_array().unwrap().iter().find(|group| group["code"] == "CLGQ").unwrap();
        assert_eq!((&group["own"], &group["published"]), (&json!(8.56), &json!(8.56)));
        assert_eq!(group["agreement_text"], "khớp điểm công bố");
        let indicator = &group["indicators"][0];
        assert_eq!((&indicator["numerator"], &indicator["denominator"]), (&json!(52.0), &json!(89.0)));
        assert_eq!((&indicator["own"], &indicator["own_state"]), (&json!(1.46), &json!("number")));
        assert_eq!(indicator["gain"], json!(0.54), "two points less 1.46");
        let missing = one["groups"].as_array().unwrap().iter().find(|group| group["code"] == "TDGQ").unwrap();
        assert_eq!(missing["indicators"][0]["gain"], Value::Null, "nothing is made up where numerators did not come");
        for (path, status, code) in [
            ("/api/v1/index-766/H99?period=2026", 404, "no_figures"),
            ("/api/v1/index-766/H44?period=2025", 404, "no_figures"),
            ("/api/v1/index-766/H44?period=nay", 422, "invalid_parameter"),
            ("/api/v1/index-766", 422, "invalid_parameter"),
        ] {
            let answer = app.get(path).await;
            assert_eq!(answer.status().as_u16(), status, "{path}");
            let problem: Value = answer.json().await.unwrap();
            assert_eq!(problem["code"], code, "{path}: {problem}");
        }
    }
}
