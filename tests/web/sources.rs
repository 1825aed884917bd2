//! Sources by the API: made, changed, tried, switched, and sent to.

use std::io::Write;
use std::sync::{Arc, Mutex};

use reqwest::{Method, Response};
use serde_json::{Value, json};
use toantrinh::account::audit::{self, Author};
use toantrinh::account::model::Role;
use toantrinh::account::session::actions::make_token;
use toantrinh::monitor::dossier::store::rejections;
use toantrinh::platform::db::Db;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::wire::{Server, answer};
use crate::support::{NOW, TestApp, TestDb, databases, sqlite, user};

/// A program with people who keep sources.
pub struct Served {
    pub db: TestDb,
    pub app: TestApp,
    pub token: String,
}

impl Served {
    pub async fn of(db: TestDb) -> Self {
        let app = TestApp::start_with(&db, |settings| settings.http.allow_loopback = true).await;
        user(&db.db, "ha", &[Role::MetricOwner]).await;
        user(&db.db, "binh", &[Role::Officer]).await;
        let token = token(&db.db, "ha").await;
        Self { db, app, token }
    }

    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Response {
        let request = self.app.client.request(method, format!("{}{path}", self.app.base)).bearer_auth(&self.token);
        request.json(body).send().await.unwrap()
    }

    pub async fn ask(&self, method: Method, path: &str, body: &Value, status: u16) -> Value {
        let answer = self.send(method, path, body).await;
        let got = answer.status().as_u16();
        let value: Value = answer.json().await.unwrap();
        assert_eq!(got, status, "{path}: {value}");
        value
    }

    pub async fn post(&self, path: &str, body: &Value, status: u16) -> Value {
        self.ask(Method::POST, path, body, status).await
    }

    pub async fn read(&self, path: &str) -> Value {
        self.ask(Method::GET, path, &json!({}), 200).await
    }

    /// Makes a source and a token for it.
    pub async fn sent_source(&self, definition: &Value) -> String {
        self.post("/api/v1/sources", definition, 201).await;
        let id = definition["id"].as_str().unwrap();
        let made = self.post(&format!("/api/v1/sources/{id}/token"), &json!({}), 201).await;
        made["token"].as_str().unwrap().to_owned()
    }

    /// Sends a body with a source's token.
    pub async fn push(&self, path: &str, token: &str, body: impl Into<reqwest::Body>) -> Response {
        self.app.client.post(format!("{}{path}", self.app.base)).bearer_auth(token).body(body).send().await.unwrap()
    }
}

async fn token(db: &Db, login: &str) -> String {
    make_token(db, Author::COMMAND_LINE, login, "thử", None, NOW).await.unwrap().reveal().to_owned()
}

pub fn probe(url: &str) -> Value {
    json!({"id": "cong", "name": "Cổng dịch vụ công", "owner": "Nguyễn Thị Hà", "kind": "http_probe",
           "every_seconds": 60, "url": url, "conditions": ["status == 200", "total_ms < 5000"]})
}

pub fn push_source() -> Value {
    json!({"id": "mot-cua", "name": "Một cửa", "owner": "Nguyễn Thị Hà", "kind": "push",
           "metrics": [{"metric": "received", "unit": "hồ sơ"}, {"metric": "waiting", "unit": "s", "every_seconds": 60}]})
}

fn fields(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_source_is_made_changed_and_switched_and_its_history_says_by_whom() {
    for db in databases().await {
        let served = Served::of(db).await;
        let definition = probe("https://dichvucong.gov.vn/?key=abc");
        let made = served.post("/api/v1/sources", &definition, 201).await;
        assert_eq!((&made["version"], &made["enabled"], &made["series_total"]), (&json!(1), &json!(true), &json!(0)));
        let taken = served.post("/api/v1/sources", &definition, 409).await;
        assert_eq!(taken["code"], "conflict");

        let public = served.app.json("/api/v1/sources/cong", 200).await;
        assert_eq!(public["url"], "https://dichvucong.gov.vn/");
        for hidden in ["owner", "definition", "history", "has_token"] {
            assert!(public.get(hidden).is_none(), "{hidden} is shown to everybody");
        }
        let seen = served.read("/api/v1/sources/cong").await;
        assert_eq!(
            (&seen["owner"], &seen["url"]),
            (&json!("Nguyễn Thị Hà"), &json!("https://dichvucong.gov.vn/?key=abc"))
        );
        assert!(seen["polling"]["next_at"].is_string(), "{seen}");

        let mut changed = definition.clone();
        changed["every_seconds"] = json!(300);
        let without = served.ask(Method::PUT, "/api/v1/sources/cong", &changed, 422).await;
        assert_eq!(without["field"], "version");
        changed["version"] = json!(1);
        served.ask(Method::PUT, "/api/v1/sources/cong", &changed, 200).await;
        let late = served.ask(Method::PUT, "/api/v1/sources/cong", &changed, 409).await;
        assert!(late["detail"].as_str().unwrap().contains("version 2"), "{late}");
        let off = served.post("/api/v1/sources/cong/disable", &json!({}), 200).await;
        assert_eq!(off, json!({"enabled": false, "version": 3}));
        let history = served.read("/api/v1/sources/cong").await["history"].clone();
        let of = |at: usize| (&history[at]["version"], &history[at]["enabled"], &history[at]["changed_by"]);
        assert_eq!(of(0), (&json!(3), &json!(false), &json!("Nguyễn Văn An")));
        assert_eq!(history[2]["definition"]["every_seconds"], 60);
        let mut tx = served.db.db.read().await.unwrap();
        let actions: Vec<String> =
            audit::page(&mut tx, i64::MAX, 50).await.unwrap().into_iter().map(|entry| entry.action).collect();
        for action in ["source_created", "source_changed", "source_disabled"] {
            assert!(actions.iter().any(|done| done == action), "{action} is not in {actions:?}");
        }
        drop(tx);
        served.app.stop().await;
    }
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let served = Served::of(sqlite().await).await;
    let wrong = json!({"id": "Cổng", "name": "", "owner": "x", "kind": "http_probe", "every_seconds": "soon",
        "url": "cổng", "conditions": ["status == 200", "status = 1", "body contains"], "redirects": 9});
    for path in ["/api/v1/sources", "/api/v1/sources/try"] {
        let problem = served.post(path, &wrong, 422).await;
        let named = fields(&problem);
        for field in ["id", "name", "every_seconds", "url", "conditions[1]", "conditions[2]", "redirects"] {
            assert!(named.contains(&field), "{field} is not in {named:?}");
        }
    }
    for reserved in ["moi", "dan", "try"] {
        let mut one = push_source();
        one["id"] = json!(reserved);
        assert_eq!(fields(&served.post("/api/v1/sources", &one, 422).await), ["id"]);
    }
    let missing = served.ask(Method::PUT, "/api/v1/sources/khong-co", &json!({"version": 1}), 422).await;
    assert!(fields(&missing).contains(&"kind"), "{missing}");
    for (path, status) in [("/api/v1/sources/khong-co/enable", 404), ("/api/v1/sources/khong-co/token", 404)] {
        served.post(path, &json!({}), status).await;
    }
    for query in ["kind=ftp", "limit=0", "colour=red", "cursor=Ä", "kind=push&kind=push"] {
        served.app.json(&format!("/api/v1/sources?{query}"), 422).await;
    }
    served.app.stop().await;
}

#[tokio::test]
async fn sources_are_listed_in_pages_and_by_kind() {
    let served = Served::of(sqlite().await).await;
    for at in 0..5 {
        let mut one = if at % 2 == 0 { push_source() } else { probe("https://a.vn/") };
        one["id"] = json!(format!("s{at}"));
        served.post("/api/v1/sources", &one, 201).await;
    }
    let ids = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    let first = served.app.json("/api/v1/sources?limit=2&kind=push", 200).await;
    assert_eq!((ids(&first), &first["next_cursor"]), (vec!["s0".to_owned(), "s2".to_owned()], &json!("s2")));
    let second = served.app.json("/api/v1/sources?limit=2&kind=push&cursor=s2", 200).await;
    assert_eq!((ids(&second), &second["next_cursor"]), (vec!["s4".to_owned()], &Value::Null));
    assert_eq!(ids(&served.app.json("/api/v1/sources", 200).await).len(), 5);
    served.app.stop().await;
}

#[tokio::test]
async fn a_trial_shows_what_came_and_stores_nothing() {
    let site = Server::start(|head| {
        if head.starts_with("GET /figures") {
            answer("200 OK", "content-type: application/json\r\n", r#"{"n": "1.234,5", "p": "2026-10"}"#)
        } else if head.starts_with("GET /broken") {
            answer("503 Service Unavailable", "", "bận")
        } else {
            answer("200 OK", "content-type: text/html\r\n", "<h1>Xin chào</h1>")
        }
    })
    .await;
    let served = Served::of(sqlite().await).await;
    let mut one = probe(site.url("127.0.0.1", "/").as_str());
    one["conditions"] = json!(["status == 200", "body contains \"Tạm biệt\"", "total_ms < 5000"]);
    let sample = served.post("/api/v1/sources/try", &one, 200).await;
    assert_eq!((&sample["failure"], &sample["status"]), (&json!("content_mismatch"), &json!(200)));
    assert_eq!(sample["conditions"][1]["holds"], false);
    assert!(sample["conditions"][1]["found"].as_str().unwrap().contains("Xin chào"), "{sample}");
    assert_eq!((&sample["conditions"][0]["found"], &sample["conditions"][2]["holds"]), (&json!("200"), &json!(true)));
    assert!(sample["phases"]["total"].as_f64().unwrap() > 0.0);

    let broken = served.post("/api/v1/sources/try", &probe(site.url("127.0.0.1", "/broken").as_str()), 200).await;
    assert_eq!((&broken["failure"], &broken["counts"]), (&json!("http_5xx"), &json!(true)));

    let pull = json!({"id": "so", "name": "Số", "owner": "Hà", "licence": "CC BY 4.0", "kind": "json_pull",
        "every_seconds": 3600, "url": site.url("127.0.0.1", "/figures"),
        "readings": [{"metric": "received", "value": "$.n", "unit": "hồ sơ", "period": "$.p"}]});
    let read = served.post("/api/v1/sources/try", &pull, 200).await;
    assert_eq!((&read["failure"], &read["readings"][0]["value"]), (&Value::Null, &json!(1234.5)));

    for refused in ["http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://[fd00::1]/"] {
        let sample = served.post("/api/v1/sources/try", &probe(refused), 200).await;
        assert_eq!((&sample["failure"], &sample["counts"]), (&json!("address_refused"), &json!(false)), "{refused}");
    }
    let waits = served.post("/api/v1/sources/try", &push_source(), 200).await;
    assert_eq!(waits["asked"], false);
    let none = served.app.json("/api/v1/sources", 200).await;
    assert_eq!(none["items"], json!([]), "a trial made a source");
    served.app.stop().await;
}

#[tokio::test]
async fn pushed_figures_are_kept_once_corrected_and_reported() {
    for db in databases().await {
        let served = Served::of(db).await;
        let token = served.sent_source(&push_source()).await;
        let path = "/api/v1/observations";
        let items = |value| {
            json!([
                {"metric": "received", "subject": "H44", "period": "2026-10", "value": value},
                {"metric": "received", "subject": "H45", "period": "2026-10", "state": "suppressed"},
                {"metric": "received", "subject": "H46", "period": "2026-10", "value": "7"},
                {"metric": "late", "period": "2026-10", "value": 7},
            ])
        };
        let push = async |value: i64| -> Value {
            served.push(path, &token, items(value).to_string()).await.json().await.unwrap()
        };
        let counts =
            |report: &Value| ["added", "corrected", "unchanged", "refused"].map(|name| report[name].as_u64().unwrap());
        let looked = served.push(&format!("{path}?dry_run=true"), &token, items(12).to_string()).await;
        assert_eq!(counts(&looked.json().await.unwrap()), [2, 0, 0, 2]);
        let first = push(12).await;
        assert_eq!(counts(&first), [2, 0, 0, 2], "nothing was kept of what was only looked at");
        let at =
            |n: usize| (&first["refusals"][n]["index"], &first["refusals"][n]["field"], &first["refusals"][n]["code"]);
        assert_eq!(at(0), (&json!(2), &json!("value"), &json!("wrong_type")));
        assert_eq!(at(1), (&json!(3), &json!("metric"), &json!("unknown_metric")));
        assert_eq!(counts(&push(12).await), [0, 0, 2, 2]);
        let third = push(13).await;
        assert_eq!(counts(&third), [0, 1, 1, 2]);
        assert_eq!(
            (&third["corrections"][0]["before"]["value"], &third["corrections"][0]["after"]["value"]),
            (&json!(12.0), &json!(13.0))
        );

        let query = format!("{path}?source=mot-cua&metric=received&subject=H44&from=2026-10-01&revisions=true");
        let told = served.app.json(&query, 200).await;
        assert_eq!((&told["items"][0]["value"], &told["items"][0]["revision"]), (&json!(13.0), &json!(2)));
        assert_eq!(told["items"][0]["earlier"][0]["value"], 12.0);
        assert_eq!(told["unit"], "hồ sơ");
        let hidden =
            served.app.json(&format!("{path}?source=mot-cua&metric=received&subject=H45&from=2026-10-01"), 200).await;
        assert_eq!((&hidden["items"][0]["state"], &hidden["items"][0]["value"]), (&json!("suppressed"), &Value::Null));
        served.app.stop().await;
    }
}

#[tokio::test]
async fn only_the_token_of_a_source_that_is_on_may_send_and_only_what_fits() {
    let served = Served::of(sqlite().await).await;
    let token = served.sent_source(&push_source()).await;
    let path = "/api/v1/observations";
    let status = async |token: &str, body: String| served.push(path, token, body).await.status().as_u16();
    assert_eq!(status(&token, "[]".to_owned()).await, 200);
    for wrong in ["", "tts_0", &served.token] {
        assert_eq!(status(wrong, "[]".to_owned()).await, 401, "{wrong:?}");
    }
    for (body, code) in [("{}", 422), ("[1,", 422), ("", 422)] {
        assert_eq!(status(&token, body.to_owned()).await, code, "{body}");
    }
    assert_eq!(status(&token, format!("[{}]", vec!["1"; 20_001].join(","))).await, 422);
    assert_eq!(status(&token, " ".repeat(5 << 20)).await, 413);
    assert_eq!(send_chunked(&served.app, path, &token, 5 << 20).await, "HTTP/1.1 413");
    assert_eq!(served.push("/api/v1/dossiers", &token, "").await.status().as_u16(), 403, "a token of another kind");
    served.post("/api/v1/sources/mot-cua/disable", &json!({}), 200).await;
    assert_eq!(status(&token, "[]".to_owned()).await, 401, "the source is off");
    served.post("/api/v1/sources/mot-cua/enable", &json!({}), 200).await;
    served.post("/api/v1/sources/mot-cua/token", &json!({}), 201).await;
    assert_eq!(status(&token, "[]".to_owned()).await, 401, "there is a newer token");
    served.post("/api/v1/sources", &probe("https://a.vn/"), 201).await;
    served.post("/api/v1/sources/cong/token", &json!({}), 422).await;
    served.app.stop().await;
}

/// The status that a body gets which does not say its length.
async fn send_chunked(app: &TestApp, path: &str, token: &str, length: usize) -> String {
    let mut stream = TcpStream::connect(app.base.strip_prefix("http://").unwrap()).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    for _ in 0..length / 0x10000 {
        // Whoever has enough does not read on.
        if stream.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let _ = stream.write_all(b"0\r\n\r\n").await;
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    String::from_utf8_lossy(&status).into_owned()
}

#[tokio::test]
async fn values_are_told_by_step_in_pages_with_their_policy() {
    let served = Served::of(sqlite().await).await;
    let token = served.sent_source(&push_source()).await;
    let minute = 60_000;
    let begin = NOW.as_millisecond() - 600 * minute;
    let items: Vec<Value> =
        (0..600).map(|at| json!({"metric": "waiting", "slot": begin + at * minute, "value": at % 10})).collect();
    let report: Value =
        served.push("/api/v1/observations", &token, json!(items).to_string()).await.json().await.unwrap();
    assert_eq!(report["added"], 600, "{report}");
    for step in ["raw", "5m", "1h", "1d"] {
        let base = format!("/api/v1/observations?source=mot-cua&metric=waiting&step={step}&from=2026-11-23&limit=7");
        let (mut path, mut good) = (base.clone(), 0);
        loop {
            let page = served.app.json(&path, 200).await;
            let items = page["items"].as_array().unwrap();
            assert!(items.len() <= 7);
            good += items.iter().map(|one| one["good"].as_i64().unwrap_or(1)).sum::<i64>();
            match page["next_cursor"].as_str() {
                Some(cursor) => path = format!("{base}&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(good, 600, "{step}");
    }
    let day = served.app.json("/api/v1/observations?source=mot-cua&metric=waiting&step=1d", 200).await;
    assert_eq!((&day["items"][0]["mean"], &day["items"][0]["ratio"]), (&json!(4.5), &json!(1.0)));
    assert!(day["policy"].as_str().unwrap().contains("ratio = good / (good + bad)"));
    assert_eq!(day["latest"]["stale"], false);
    for (query, status) in [
        ("", 422),
        ("source=khong-co", 404),
        ("source=mot-cua&metric=late", 404),
        ("source=mot-cua&step=2h", 422),
        ("source=mot-cua&from=soon", 422),
        ("source=mot-cua&metric=waiting&from=2026-11-24&to=2026-11-23", 422),
        ("source=mot-cua&metric=waiting&cursor=1-2", 422),
        ("source=mot-cua&colour=red", 422),
    ] {
        served.app.json(&format!("/api/v1/observations?{query}"), status).await;
    }
    served.app.stop().await;
}

#[tokio::test]
async fn a_table_is_looked_at_first_and_then_taken() {
    for db in databases().await {
        let served = Served::of(db).await;
        let mut upload = push_source();
        upload["kind"] = json!("upload");
        served.post("/api/v1/sources", &upload, 201).await;
        let table = "Kỳ;Chỉ tiêu;Đối tượng;Giá trị\n10/2026;received;H44;1.234,5\n10/2026;received;H45;chưa có\n10/2026;received;H46;12.34\n";
        let send = async |query: &str| -> Value {
            let url = format!("{}/api/v1/sources/mot-cua/figures{query}", served.app.base);
            let request = served.app.client.post(url).bearer_auth(&served.token).body(table);
            request.send().await.unwrap().json().await.unwrap()
        };
        let seen = send("?dry_run=true").await;
        assert_eq!(
            (&seen["added"], &seen["dry_run"], &seen["first"][0]["value"]),
            (&json!(2), &json!(true), &json!(1234.5))
        );
        let refused = &seen["refusals"][0];
        assert_eq!(
            (&refused["line"], &refused["column"], &refused["code"]),
            (&json!(4), &json!("Giá trị"), &json!("not_a_number"))
        );
        assert_eq!(served.app.json("/api/v1/sources/mot-cua", 200).await["series_total"], 0);
        assert_eq!(send("").await["added"], 2);
        assert_eq!(served.app.json("/api/v1/sources/mot-cua", 200).await["series_total"], 2);
        assert_eq!(send("").await["unchanged"], 2);
        served.post("/api/v1/sources", &probe("https://a.vn/"), 201).await;
        served.post("/api/v1/sources/cong/figures", &json!([]), 409).await;
        served.app.stop().await;
    }
}

/// Where logs go while a test runs.
#[derive(Clone)]
struct Logs(Arc<Mutex<Vec<u8>>>);

impl Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

const PLANTED: [&str; 5] = ["ZZTENNGUOI", "079123456789", "0987650123", "zztrichyeu", "261102-7777"];

fn dossier(members: &Value) -> String {
    let mut record = json!({
        "MaHoSo": "H31.1-261102-7777", "MaTTHC": "1.900001", "TenTTHC": "Cấp giấy thử", "KenhThucHien": "2",
        "ChuHoSo": "Nguyễn ZZTENNGUOI", "SoGiayToChuHoSo": "079123456789", "SoDienThoai": "0987650123",
        "TrichYeuHoSo": "zztrichyeu", "NgayNopHoSo": "20261102080000", "NgayTiepNhan": "20261102083000",
        "NgayHenTra": "20261105083000", "TrangThaiHoSo": "9", "NgayKetThucXuLy": "20261104100000",
        "TaiLieuNop": [], "DanhSachLePhi": [], "DanhSachHoSoBoSung": [], "DanhSachGiayToKetQua": [],
        "DuocThanhToanTrucTuyen": "3",
    });
    record.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    format!("{record}\n")
}

fn assert_nobody(what: &str, bytes: &[u8]) {
    for planted in PLANTED {
        let found = bytes.windows(planted.len()).any(|window| window.eq_ignore_ascii_case(planted.as_bytes()));
        assert!(!found, "{what} holds {planted}");
    }
}

#[test]
fn sent_dossiers_are_counted_and_nothing_of_an_applicant_stays_or_comes_back() {
    let logs = Arc::new(Mutex::new(Vec::new()));
    let writer = Logs(Arc::clone(&logs));
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    // Each test has a process of its own: no other subscriber can be there before.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let served = Served::of(sqlite().await).await;
        let feed = json!({"id": "mot-cua", "name": "Một cửa", "owner": "Hà", "kind": "dossier_feed"});
        let token = served.sent_source(&feed).await;
        let lines = [
            dossier(&json!({})),
            dossier(&json!({"MaHoSo": "H31.1-261102-0002"})),
            dossier(&json!({"MaTTHC": "ZZTENNGUOI 0987650123"})),
            "{\"MaHoSo\": \"ZZTENNGUOI\n".to_owned(),
        ];
        let answer = served.push("/api/v1/dossiers", &token, lines.concat()).await;
        assert_eq!(answer.status().as_u16(), 200);
        let text = answer.text().await.unwrap();
        assert_nobody("the answer", text.as_bytes());
        let report: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&report["read"], &report["taken"], &report["refused"]), (&json!(4), &json!(2), &json!(2)));
        assert_eq!(
            (&report["quarantined"][0]["line"], &report["quarantined"][0]["field"]),
            (&json!(3), &json!("MaTTHC"))
        );
        let again: Value = served.push("/api/v1/dossiers", &token, lines.concat()).await.json().await.unwrap();
        assert_eq!((&again["taken"], &again["unchanged"]), (&json!(0), &json!(2)));
        let path = "/api/v1/dossier-statistics?unit=H31&from=2026-11-01&to=2026-11-30";
        let counted = served.ask(Method::GET, path, &Value::Null, 200).await;
        let received: i64 =
            counted["channels"].as_object().unwrap().values().map(|c| c["received"].as_i64().unwrap()).sum();
        assert_eq!(received, 2, "{counted}");
        let wrong = "/api/v1/dossier-statistics?from=2026-12-01&to=2026-11-30";
        assert_eq!(served.ask(Method::GET, wrong, &Value::Null, 422).await["field"], "from");
        assert_eq!(served.app.get(path).await.status().as_u16(), 401);
        let refused = rejections(&mut served.db.db.read().await.unwrap(), "mot-cua", 10).await.unwrap();
        assert_eq!(refused.iter().map(|row| row.line).collect::<Vec<_>>(), [3, 4], "sent again, they are noted once");
        assert_eq!(send_chunked(&served.app, "/api/v1/dossiers", &token, 65 << 20).await, "HTTP/1.1 413");
        assert_eq!(served.push("/api/v1/dossiers", "tts_ZZTENNGUOI", lines.concat()).await.status().as_u16(), 401);
        served.app.stop().await;
        let Db::Sqlite { path, .. } = &served.db.db else { unreachable!() };
        for entry in std::fs::read_dir(path.parent().unwrap()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                assert_nobody(&path.display().to_string(), &std::fs::read(&path).unwrap());
            }
        }
    });
    let logs = logs.lock().unwrap();
    assert!(!logs.is_empty(), "nothing was logged");
    assert_nobody("the log", &logs);
}
