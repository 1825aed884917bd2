//! A small catalog with every outcome of the rule in it, as the board and the lists meet them. All texts are our own.

use serde_json::{Value, json};
use toantrinh::account::audit::Author;
use toantrinh::account::session::actions::make_token;
use toantrinh::assessment::actions::catch_up;
use toantrinh::assessment::record::NewClaim;
use toantrinh::assessment::volumes;
use toantrinh::platform::db::Db;

use super::given::{eleven_runs, line, line_with, put, record_all, said};
use crate::support::{NOW, TestApp};

/// Code and gap of every sample that has one.
pub const GAPS: [(&str, &str); 10] = [
    ("1.900001", "not_online"),
    ("1.900002", "full_step_gap"),
    ("1.900003", "full_pay_gap"),
    ("1.900004", "full_result_gap"),
    ("1.900005", "full_no_use"),
    ("1.900006", "partial_no_reason"),
    ("1.900007", "partial_temporary"),
    ("1.900008", "partial_legal"),
    ("1.900009", "unknown_evidence"),
    ("1.900010", "unknown_evidence"),
];
/// Verified end to end.
pub const VERIFIED: &str = "1.900011";
/// Verified but for use.
pub const DORMANT: &str = "1.900012";
/// Between agencies.
pub const INTERNAL: &str = "1.900013";
/// A name that a spreadsheet would take for a formula.
pub const FORMULA: &str = "=1+1 Cấp giấy thử mười";

fn lines() -> Vec<Value> {
    let rubbing = json!(["Khai trên cổng.", "Gửi bản chà số khung qua bưu điện đến nơi cấp."]);
    vec![
        line_with(GAPS[0].0, "Cấp giấy thử một", &json!({"channels": ["direct"]})),
        line_with(GAPS[1].0, "Cấp giấy thử hai trực tuyến toàn trình", &json!({"steps": rubbing})),
        line_with(GAPS[2].0, "Cấp giấy thử ba", &json!({"full": true, "issuer": "Bộ Khác"})),
        line_with(GAPS[3].0, "Cấp giấy thử bốn", &json!({"full": true, "fields": ["Lĩnh vực riêng"]})),
        line_with(GAPS[4].0, "Cấp giấy thử năm", &json!({"full": true})),
        line_with(GAPS[5].0, "Cấp giấy thử sáu", &json!({"steps": rubbing})),
        line(GAPS[6].0, "Cấp giấy thử bảy"),
        line(GAPS[7].0, "Cấp giấy thử tám"),
        line(GAPS[8].0, "Cấp giấy thử chín"),
        line(GAPS[9].0, FORMULA),
        line(VERIFIED, "Cấp giấy thử đã kiểm chứng"),
        line(DORMANT, "Cấp giấy thử không ai hỏi"),
        line_with(INTERNAL, "Việc nội bộ thử", &json!({"type": "STANDARD_INTERNAL"})),
    ]
}

/// Dossiers of the last two months, and none in the year before them: a zero counts only where a source covers the days.
fn dossiers() -> String {
    let rows = [
        (GAPS[1].0, 500, 20),
        (GAPS[2].0, 90, 3),
        (GAPS[3].0, 60, 1),
        (GAPS[4].0, 40, 0),
        (VERIFIED, 300, 120),
        (DORMANT, 0, 0),
    ];
    let row = |(code, total, online)| {
        format!("{code},,2025-11-01,2026-09-30,0,0\n{code},,2026-10-01,2026-11-20,{total},{online}")
    };
    let rows: Vec<String> = rows.map(row).into();
    format!("code,unit,from,to,total,online\n{}\n", rows.join("\n"))
}

/// Imports the samples with their claims and dossiers, and assesses them.
pub async fn load(db: &Db) {
    put(db, &lines()).await;
    record_all(db, VERIFIED, &eleven_runs(), NOW).await;
    record_all(db, DORMANT, &eleven_runs(), NOW).await;
    record_all(db, GAPS[2].0, &[said("P6", "no", "run")], NOW).await;
    record_all(db, GAPS[3].0, &[said("P10", "no", "run")], NOW).await;
    let incident = NewClaim { reason: "technical_incident".to_owned(), ..said("P9", "no", "document") };
    record_all(db, GAPS[6].0, &[incident], NOW).await;
    let law = "Luật Thử, Điều 2".to_owned();
    let check = NewClaim { reason: "field_verification".to_owned(), legal_basis: law, ..said("P9", "no", "document") };
    record_all(db, GAPS[7].0, &[check], NOW).await;
    let report = volumes::import(db, dossiers().as_bytes(), "một cửa thử", None, NOW).await.unwrap();
    assert_eq!((report.kept, report.rejected.len()), (12, 0));
    catch_up(db, NOW).await.unwrap();
}

/// A token of somebody who is known.
pub async fn token(db: &Db, login: &str) -> String {
    make_token(db, Author::COMMAND_LINE, login, "thử", None, NOW).await.unwrap().reveal().to_owned()
}

/// Sends JSON, signed in by a token or not; gives the status and the answer.
pub async fn post(app: &TestApp, token: Option<&str>, path: &str, body: &Value) -> (u16, Value) {
    let mut request = app.client.post(format!("{}{path}", app.base)).json(body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// Asks for JSON, signed in by a token.
pub async fn get_as(app: &TestApp, token: &str, path: &str) -> Value {
    let answer = app.client.get(format!("{}{path}", app.base)).bearer_auth(token).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200, "{path}");
    answer.json().await.unwrap()
}

/// The codes of a list's items.
pub fn codes(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap()).collect()
}
