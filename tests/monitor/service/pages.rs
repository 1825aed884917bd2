//! The pages and the API on the state of services, incidents, planned stops, service levels and notifications.

use scraper::{Html, Selector};
use serde_json::{Value, json};
use toantrinh::account::model::Role;
use toantrinh::assessment::actions::catch_up;
use toantrinh::catalog::starter;
use toantrinh::monitor::incident::actions::follow;
use toantrinh::monitor::maintenance::actions::announce;
use toantrinh::monitor::maintenance::model::NewMaintenance;
use toantrinh::monitor::observation::model::{DAY, HOUR, MINUTE, Step};
use toantrinh::monitor::observation::rollup::Aggregate;
use toantrinh::monitor::observation::window_store::put_rollups;
use toantrinh::platform::db::Db;

use super::given::{admin, availability, evaluated, minutes, probe, promise, run, stamp, take};
use crate::support::{Browser, NOW, PASSWORD, TestApp, TestDb, databases, sqlite, user};

const CODE: &str = "1.001193";

fn now() -> i64 {
    NOW.as_millisecond()
}

fn texts(html: &str, selector: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    let selector = Selector::parse(selector).unwrap();
    let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    page.select(&selector).map(|e| words(e.text().collect::<Vec<_>>().join(" "))).collect()
}

fn first(html: &str, selector: &str) -> String {
    texts(html, selector).into_iter().next().unwrap_or_default()
}

async fn html(app: &TestApp, path: &str) -> String {
    let answer = app.get(path).await;
    assert_eq!(answer.status().as_u16(), 200, "{path}");
    answer.text().await.unwrap()
}

/// A service that answered for 50 minutes and then failed for 10, up to now; the procedure needs it.
async fn outage(db: &Db) {
    let id = probe(db, "cong", "cong.example.vn", MINUTE, &[CODE]).await;
    let from = now() - HOUR;
    take(db, &minutes(id, from, now(), |n| if n < 50 { 'g' } else { 'b' })).await;
    follow(db, NOW).await.unwrap();
}

async fn keeper(app: &TestApp, test: &TestDb) -> Browser {
    user(&test.db, "lan", &[Role::MetricOwner]).await;
    app.sign_in("lan", PASSWORD).await
}

/// Sends JSON as a script of the program's own pages would.
async fn send(app: &TestApp, who: &Browser, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let request = who.client.request(method.parse().unwrap(), format!("{}{path}", app.base));
    let answer = request.header("x-csrf-token", &who.csrf).json(body).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap())
}

#[tokio::test]
async fn before_there_is_a_service_the_page_says_so_and_what_it_is_for() {
    let test = sqlite().await;
    let app = TestApp::start(&test).await;
    let page = html(&app, "/tinh-trang").await;
    assert_eq!(first(&page, "h1"), "? Chưa theo dõi dịch vụ nào");
    assert!(first(&page, ".empty").contains("90 ngày qua"));
    assert!(texts(&page, ".top nav a").contains(&"Tình trạng".to_owned()));
    assert_eq!(app.json("/api/v1/incidents", 200).await, json!({ "items": [], "next_cursor": null }));
    let levels = html(&app, "/muc-dich-vu").await;
    assert_eq!(first(&levels, ".finding"), "Chưa có mức dịch vụ nào được đặt ra.");
    app.stop().await;
}

#[tokio::test]
async fn an_outage_is_said_on_the_status_page_on_the_procedure_and_by_the_api_alike() {
    for test in databases().await {
        starter::load(&test.db, NOW).await.unwrap();
        catch_up(&test.db, NOW).await.unwrap();
        outage(&test.db).await;
        let app = TestApp::start(&test).await;
        let page = html(&app, "/tinh-trang?lang=en").await;
        assert_eq!(first(&page, "h1"), "○ 1 dịch vụ gián đoạn");
        let card = first(&page, ".cards li");
        assert!(card.contains("Nguồn cong ○ lớn từ 08:50 ngày 24/11/2026, đã 10 phút"), "{card}");
        assert!(card.contains("Quá lâu không trả lời.") && card.contains("Ảnh hưởng 1 thủ tục: "), "{card}");
        let service = first(&page, ".services > li");
        assert!(service.contains("○ gián đoạn từ 08:50 ngày 24/11/2026"), "{service}");
        assert!(service.contains("50/60 lần đo tốt, quá ít để ghi tỷ lệ"), "few polls are told as counts: {service}");
        assert_eq!(texts(&page, ".services .bar path").len(), 90);
        let rows = texts(&page, ".services tbody tr");
        assert_eq!(rows.len(), 2, "the days without figures stand in one row");
        assert!(rows[0].contains("24/11/2026 ○ gián đoạn 83,333 % 50/60"), "{rows:?}");

        let procedure = html(&app, &format!("/thu-tuc/{CODE}")).await;
        assert_eq!(
            first(&procedure, ".answer .alert"),
            "○ Dịch vụ nộp trực tuyến đang gián đoạn từ 08:50 ngày 24/11/2026."
        );
        assert!(first(&procedure, "#tinh-trang .state").contains("gián đoạn"));
        assert_eq!(texts(&procedure, "#tinh-trang .bar path").len(), 90);
        let detail = app.json(&format!("/api/v1/procedures/{CODE}"), 200).await;
        assert_eq!(
            (&detail["status"]["state"], &detail["status"]["since"]),
            (&json!("down"), &json!("2026-11-24T01:50:00Z"))
        );
        assert_eq!((&detail["status"]["good"], &detail["status"]["total"]), (&json!(50), &json!(60)));
        let before = app.json(&format!("/api/v1/procedures/{CODE}?at=2026-11-24"), 200).await;
        assert_eq!(before["status"], Value::Null, "what is now says nothing of a day that was asked for");

        let open = app.json(&format!("/api/v1/incidents?state=open&procedure={CODE}"), 200).await;
        let incident = &open["items"][0];
        assert_eq!((&incident["failure"], &incident["procedures"]), (&json!("timeout"), &json!(1)));
        let id = incident["id"].as_str().unwrap();
        let page = html(&app, &format!("/tinh-trang/su-co/{id}")).await;
        assert!(first(&page, "#thu-tuc ~ ol").contains("khai sinh"), "{page}");
        let whole = app.json(&format!("/api/v1/incidents/{id}"), 200).await;
        assert_eq!((&whole["codes"], whole["members"].as_array().unwrap().len()), (&json!([CODE]), 1));
        assert_eq!(app.get("/tinh-trang/su-co/khong-co").await.status().as_u16(), 404);
        let metrics = html(&app, "/metrics").await;
        assert!(metrics.contains("toantrinh_source_up{source=\"cong\"} 0"), "{metrics}");
        assert!(metrics.contains("toantrinh_http_requests_total"));
        app.stop().await;
    }
}

#[tokio::test]
async fn what_is_stale_is_said_to_be_and_is_not_called_well() {
    let test = sqlite().await;
    let id = probe(&test.db, "cong", "cong.example.vn", MINUTE, &[]).await;
    take(&test.db, &minutes(id, now() - 4 * HOUR, now() - 2 * HOUR, |_| 'g')).await;
    follow(&test.db, NOW).await.unwrap();
    let app = TestApp::start(&test).await;
    let page = html(&app, "/tinh-trang").await;
    assert_eq!(first(&page, "h1"), "? Chưa có số liệu mới về dịch vụ nào");
    assert!(first(&page, ".services > li").contains("? chưa rõ chưa có số liệu mới từ 06:59 ngày 24/11/2026"));
    app.stop().await;
}

#[tokio::test]
async fn services_that_are_down_come_first_and_lists_go_on() {
    let test = sqlite().await;
    for n in 0..25 {
        let id = probe(&test.db, &format!("nguon-{n:02}"), &format!("h{n}.example.vn"), MINUTE, &[]).await;
        take(&test.db, &minutes(id, now() - 10 * MINUTE, now(), |_| if n == 24 { 'b' } else { 'g' })).await;
    }
    follow(&test.db, NOW).await.unwrap();
    let app = TestApp::start(&test).await;
    let page = html(&app, "/tinh-trang").await;
    let names = texts(&page, ".services h3");
    assert_eq!((names.len(), names[0].as_str()), (20, "Nguồn nguon-24"));
    let next = Html::parse_document(&page);
    let link = next.select(&Selector::parse("a[rel=next]").unwrap()).next().unwrap().value().attr("href").unwrap();
    assert_eq!(texts(&html(&app, link).await, ".services h3").len(), 5);
    let one = html(&app, "/tinh-trang?source=nguon-03").await;
    assert_eq!((first(&one, "h1").as_str(), texts(&one, ".services h3").len()), ("● Mọi dịch vụ đang hoạt động", 1));
    assert_eq!(app.get("/tinh-trang?colour=red").await.status().as_u16(), 422);
    app.stop().await;
}

#[tokio::test]
async fn wrong_parameters_of_the_lists_are_named() {
    let test = sqlite().await;
    let app = TestApp::start(&test).await;
    for (path, field) in [
        ("incidents?colour=red", "colour"),
        ("incidents?kind=fire", "kind"),
        ("incidents?state=burning", "state"),
        ("incidents?limit=0", "limit"),
        ("incidents?cursor=zzz", "cursor"),
        ("maintenances?source=", "source"),
        ("service-levels?indicator=beauty", "indicator"),
        ("service-levels?standing=good", "standing"),
        ("service-levels?procedure=a&procedure=b", "procedure"),
    ] {
        let problem = app.json(&format!("/api/v1/{path}"), 422).await;
        assert_eq!(problem["field"], field, "{problem}");
    }
    for (path, code) in [("incidents", "incident_not_found"), ("service-levels", "service_level_not_found")] {
        assert_eq!(app.json(&format!("/api/v1/{path}/khong-co"), 404).await["code"], code);
    }
    app.stop().await;
}

#[tokio::test]
async fn a_planned_stop_is_announced_on_a_form_that_keeps_what_was_typed() {
    for test in databases().await {
        probe(&test.db, "cong", "cong.example.vn", MINUTE, &["*"]).await;
        let app = TestApp::start(&test).await;
        let lan = keeper(&app, &test).await;
        let typed = [
            ("source", "cong"),
            ("starts_at", "2026-12-08T22:03"),
            ("restores_at", "mai"),
            ("announced_at", ""),
            ("link", ""),
            ("reason", "Nâng cấp máy chủ"),
        ];
        let refused = lan.post("/co-quan/bao-tri", &typed).await;
        assert_eq!(refused.status().as_u16(), 422);
        let page = refused.text().await.unwrap();
        assert!(first(&page, ".error").contains("Hoạt động trở lại: chưa đọc được ngày giờ"), "{page}");
        assert!(page.contains("value=\"Nâng cấp máy chủ\"") && page.contains("value=\"mai\""));
        let good = |starts: &'static str, restores: &'static str| {
            [("source", "cong"), ("starts_at", starts), ("restores_at", restores), ("reason", "Nâng cấp")]
        };
        let early = lan.post("/co-quan/bao-tri", &good("2026-12-08T22:00", "2026-12-09T02:00")).await;
        assert_eq!(early.status().as_u16(), 303, "{}", early.text().await.unwrap());
        let late = lan.post("/co-quan/bao-tri", &good("2026-11-25T22:00", "2026-11-26T02:00")).await;
        assert_eq!(late.status().as_u16(), 303);
        let page = html(&app, "/tinh-trang").await;
        let stops = texts(&page, "[aria-labelledby=bao-tri] li");
        assert_eq!(stops.len(), 2);
        assert!(
            stops[0].contains("từ 22:00 ngày 25/11/2026") && stops[0].contains("vẫn tính là gián đoạn"),
            "{stops:?}"
        );
        assert!(stops[1].contains("Báo trước 10 ngày làm việc, đủ 7 ngày"), "{stops:?}");
        let list = app.json("/api/v1/maintenances?source=cong", 200).await;
        let counts: Vec<&Value> = list["items"].as_array().unwrap().iter().map(|item| &item["counts"]).collect();
        assert_eq!(counts, [&json!(false), &json!(true)]);
        assert_eq!(list["items"][0]["created_by"], Value::Null, "names are for those who signed in");
        let id = list["items"][0]["id"].as_str().unwrap();
        let path = format!("/co-quan/bao-tri/{id}");
        let stale = lan.post(&path, &[("action", "cancel"), ("version", "7")]).await;
        assert_eq!(stale.status().as_u16(), 409);
        assert!(stale.text().await.unwrap().contains("Người khác vừa sửa"));
        assert_eq!(lan.post(&path, &[("action", "cancel"), ("version", "1")]).await.status().as_u16(), 303);
        assert_eq!(texts(&html(&app, "/tinh-trang").await, "[aria-labelledby=bao-tri] li").len(), 1);
        app.stop().await;
    }
}

#[tokio::test]
async fn the_api_announces_and_ends_planned_stops() {
    let test = sqlite().await;
    probe(&test.db, "cong", "cong.example.vn", MINUTE, &[]).await;
    let app = TestApp::start(&test).await;
    let lan = keeper(&app, &test).await;
    let path = "/api/v1/maintenances";
    let (status, problem) = send(&app, &lan, "POST", path, &json!({ "source": "khong", "reason": "" })).await;
    assert_eq!(status, 422);
    let fields: Vec<&Value> = problem["errors"].as_array().unwrap().iter().map(|e| &e["field"]).collect();
    assert_eq!(fields, [&json!("source"), &json!("reason"), &json!("starts_at"), &json!("restores_at")]);
    let new = json!({ "source": "cong", "reason": "Nâng cấp", "starts_at": "2026-11-24T09:00:00+07:00",
                      "restores_at": "2026-11-24T11:00:00+07:00" });
    let (status, made) = send(&app, &lan, "POST", path, &new).await;
    assert_eq!((status, &made["counts"], &made["notice"]["working_days"]), (201, &json!(true), &json!(0)));
    app.clock.set(stamp("2026-11-24T09:12"));
    let page = html(&app, "/tinh-trang").await;
    assert_eq!(first(&page, "h1"), "◔ 1 dịch vụ đang bảo trì, không có dịch vụ gián đoạn");
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    let both = json!({ "version": 1, "cancel": true, "ended_at": "2026-11-24T09:10:00+07:00" });
    assert_eq!(send(&app, &lan, "POST", &one, &both).await.0, 422);
    let end = json!({ "version": 1, "ended_at": "2026-11-24T09:10:00+07:00" });
    let (status, ended) = send(&app, &lan, "POST", &one, &end).await;
    assert_eq!((status, &ended["ends_at"]), (200, &json!("2026-11-24T02:10:00Z")));
    assert_eq!(send(&app, &lan, "POST", &one, &end).await.0, 409);
    app.stop().await;
}

const LEVEL: [(&str, &str); 9] = [
    ("id", "cong-san-sang"),
    ("name", "Cổng sẵn sàng"),
    ("owner", "Sở Khoa học và Công nghệ"),
    ("indicator", "availability"),
    ("source", "cong"),
    ("objective", "99,5"),
    ("window", "rolling"),
    ("days", "30"),
    ("exclude_maintenance", "true"),
];

fn with(name: &'static str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut all: Vec<(&str, &str)> = LEVEL.iter().copied().filter(|(other, _)| *other != name).collect();
    all.push((name, value));
    all
}

#[tokio::test]
async fn a_service_level_is_made_changed_and_switched_off_on_forms() {
    for test in databases().await {
        probe(&test.db, "cong", "cong.example.vn", MINUTE, &[]).await;
        let app = TestApp::start(&test).await;
        let lan = keeper(&app, &test).await;
        let (new, edit) = ("/co-quan/muc-dich-vu/moi", "/co-quan/muc-dich-vu/cong-san-sang/sua");
        for (name, value, said) in [
            ("objective", "rất cao", "Mục tiêu (%): cần một số phần trăm"),
            ("objective", "100", "Mục tiêu (%): là tỷ lệ lớn hơn 0 và nhỏ hơn 1"),
            ("source", "", "Nguồn số liệu: cần đúng một"),
            ("id", "Cổng", "Mã: gồm 1 đến 64 ký tự"),
        ] {
            let refused = lan.post(new, &with(name, value)).await;
            assert_eq!(refused.status().as_u16(), 422, "{name}={value}");
            let page = refused.text().await.unwrap();
            assert!(first(&page, ".error").contains(said), "{name}={value}: {}", first(&page, ".error"));
            assert!(page.contains("value=\"Cổng sẵn sàng\""), "what was typed stays");
        }
        let made = lan.post(new, &LEVEL).await;
        assert_eq!(
            (made.status().as_u16(), made.headers()["location"].to_str().unwrap()),
            (303, "/muc-dich-vu/cong-san-sang")
        );
        assert_eq!(lan.post(new, &LEVEL).await.status().as_u16(), 409, "the id is taken");
        let form = lan.get(edit).await.text().await.unwrap();
        assert!(form.contains("value=\"99,5\"") && form.contains("<option value=\"cong\" selected>"), "{form}");
        let mut change = with("objective", "99,9");
        change.push(("version", "1"));
        assert_eq!(lan.post(edit, &change).await.status().as_u16(), 303);
        let stale = lan.post(edit, &change).await;
        assert_eq!(stale.status().as_u16(), 409);
        let page = stale.text().await.unwrap();
        assert!(first(&page, ".error").contains("Bản hiện nay là bản 2: 99,9 %"), "{}", first(&page, ".error"));
        assert_eq!(lan.post(edit, &[("switch", "off"), ("version", "2")]).await.status().as_u16(), 303);
        let page = html(&app, "/muc-dich-vu/cong-san-sang").await;
        assert_eq!(first(&page, ".finding"), "Mức này đang tắt, không được tính.");
        let versions = texts(&page, "[aria-labelledby=ban] li");
        assert!(versions.len() == 3 && versions[0].contains("tắt") && versions[2].contains("99,5 %"), "{versions:?}");
        app.stop().await;
    }
}

#[tokio::test]
async fn the_budget_page_says_what_was_promised_measured_spent_and_how_it_was_counted() {
    for test in databases().await {
        let id = probe(&test.db, "cong", "cong.example.vn", MINUTE, &[]).await;
        promise(&test.db, &availability("cong", "cong", ""), NOW).await;
        take(&test.db, &minutes(id, now() - 2 * DAY, now(), |n| if n % 50 == 0 { 'b' } else { 'g' })).await;
        let app = TestApp::start(&test).await;
        evaluated(&test.db, now()).await;
        let page = html(&app, "/muc-dich-vu/cong").await;
        assert_eq!(first(&page, "header .state"), "○ Không đạt");
        assert_eq!(first(&page, ".finding"), "Đo được 97,986 % trong 30 ngày gần nhất, mục tiêu 99 %: không đạt.");
        assert!(first(&page, "header .note").contains("Mới theo dõi được 2/30 ngày"), "{page}");
        let budget = first(&page, "[aria-labelledby=ngan-sach] p");
        assert!(budget.contains("Trong 2.880 lần, được phép 28,8 lần không đạt; đã có 58; vượt 29,2 lần"), "{budget}");
        assert!(texts(&page, "[aria-labelledby=cach-tinh] li").iter().any(|line| line.contains("7 ngày làm việc")));
        assert_eq!(texts(&page, "[aria-labelledby=toc-do] tbody tr").len(), 4);
        assert!(!page.contains("NaN") && !page.contains("inf"));
        let list = html(&app, "/muc-dich-vu?standing=missed").await;
        assert_eq!(first(&list, ".finding"), "1 mức dịch vụ: 0 đạt, 1 không đạt.");
        assert_eq!(texts(&list, ".cards h3"), ["Cổng cong"]);
        assert!(texts(&html(&app, "/muc-dich-vu?standing=met").await, ".cards h3").is_empty());
        let level = app.json("/api/v1/service-levels/cong", 200).await;
        assert_eq!((&level["report"]["counts"]["bad"], &level["report"]["standing"]), (&json!(58), &json!("missed")));
        assert_eq!(level["versions"][0]["changed_by"], Value::Null, "names are for those who signed in");
        assert_eq!(level["policy"].as_array().unwrap().len(), texts(&page, "[aria-labelledby=cach-tinh] li").len());
        app.stop().await;
    }
}

#[tokio::test]
async fn the_api_makes_and_changes_service_levels_and_names_every_wrong_field() {
    let test = sqlite().await;
    probe(&test.db, "cong", "cong.example.vn", MINUTE, &[]).await;
    let app = TestApp::start(&test).await;
    let lan = keeper(&app, &test).await;
    let level = |objective: f64| {
        json!({ "id": "a", "name": "Cổng", "owner": "Sở", "indicator": "availability", "scope": { "source": "cong" },
                "objective": objective, "window": { "kind": "rolling", "days": 30 } })
    };
    let path = "/api/v1/service-levels";
    let (status, problem) = send(&app, &lan, "POST", path, &level(99.5)).await;
    assert_eq!((status, &problem["field"]), (422, &json!("objective")));
    assert!(problem["errors"][0]["message"].as_str().unwrap().contains("for example 0.995"), "{problem}");
    assert_eq!(send(&app, &lan, "POST", path, &json!({ "colour": 1 })).await.0, 422);
    assert_eq!(send(&app, &lan, "POST", path, &level(0.99)).await.0, 201);
    assert_eq!(send(&app, &lan, "POST", path, &level(0.99)).await.0, 409);
    let one = "/api/v1/service-levels/a";
    let change = json!({ "version": 1, "definition": level(0.995) });
    let (status, changed) = send(&app, &lan, "PUT", one, &change).await;
    assert_eq!((status, &changed["version"], &changed["versions"][0]["changed_by"]), (200, &json!(2), &json!("lan")));
    assert_eq!(send(&app, &lan, "PUT", one, &change).await.0, 409);
    assert_eq!(send(&app, &lan, "PUT", one, &json!({ "version": 2 })).await.0, 422);
    assert_eq!(send(&app, &lan, "PUT", one, &json!({ "version": 2, "enabled": false })).await.0, 200);
    assert_eq!(
        send(&app, &lan, "PUT", "/api/v1/service-levels/b", &json!({ "version": 1, "enabled": true })).await.0,
        404
    );
    let bare = lan.client.post(format!("{}{path}", app.base)).json(&level(0.9)).send().await.unwrap();
    assert_eq!(bare.status().as_u16(), 403, "without the csrf token nothing is changed");
    app.stop().await;
}

/// Dossiers of the procedure, each finished on a day of its own within the last year.
async fn dossiers(db: &Db, count: i64) {
    run(db, "INSERT INTO dossier_sources (id, name, side, created_at) VALUES (1, 'motcua', 'local', 0)").await;
    let group = format!(
        "INSERT INTO dossier_groups (id, source_id, code, unit_id, channel) VALUES (1, 1, '{CODE}', 'H31.1', 2)"
    );
    run(db, &group).await;
    let today = toantrinh::monitor::observation::model::vietnam_day(now());
    for n in 1..=count {
        let day = today - n;
        let statistics = format!(
            "INSERT INTO dossier_statistics (group_id, day, received, finished, on_time, late, pending, not_judged,
                 provisional, supplement_asked, supplement_more_than_once, refused, withdrawn, stopped, fee_due,
                 paid_online, digitised, result_electronic, mismatch, unproven, illegal, working_days, minutes)
             VALUES (1, {day}, 1, 1, {on_time}, {late}, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 960)",
            on_time = i64::from(n % 4 != 0),
            late = i64::from(n % 4 == 0),
        );
        run(db, &statistics).await;
        run(db, &format!("INSERT INTO dossier_durations VALUES (1, {day}, 2, 1)")).await;
    }
}

#[tokio::test]
async fn how_dossiers_fared_is_said_from_thirty_on_with_n_and_formula() {
    for test in databases().await {
        starter::load(&test.db, NOW).await.unwrap();
        let app = TestApp::start(&test).await;
        let path = format!("/thu-tuc/{CODE}");
        let section = "#ket-qua-giai-quyet";
        assert_eq!(first(&html(&app, &path).await, section), "", "nothing is known, nothing is said");
        dossiers(&test.db, 20).await;
        let few = first(&html(&app, &path).await, section);
        assert!(few.contains("chưa đến 30 hồ sơ") && !few.contains("20"), "{few}");
        let detail = app.json(&format!("/api/v1/procedures/{CODE}"), 200).await;
        assert_eq!(detail["performance"], Value::Null);
        run(&test.db, "DELETE FROM dossier_statistics").await;
        run(&test.db, "DELETE FROM dossier_durations").await;
        run(&test.db, "DELETE FROM dossier_groups").await;
        run(&test.db, "DELETE FROM dossier_sources").await;
        dossiers(&test.db, 40).await;
        let page = html(&app, &path).await;
        let said = first(&page, section);
        assert!(said.contains("Từ 24/11/2025 đến 23/11/2026: 40 hồ sơ được tính hạn"), "{said}");
        assert!(said.contains("Giải quyết đúng hạn75 %") || said.contains("Giải quyết đúng hạn 75 %"), "{said}");
        assert!(said.contains("2 ngày làm việc") && said.contains("n = 40"), "{said}");
        assert!(texts(&page, ".contents a").contains(&"Kết quả giải quyết".to_owned()));
        let detail = app.json(&format!("/api/v1/procedures/{CODE}"), 200).await;
        let performance = &detail["performance"];
        assert_eq!((&performance["n"], &performance["on_time"]["value"]), (&json!(40), &json!(0.75)));
        app.stop().await;
    }
}

#[tokio::test]
async fn who_wants_to_hear_is_told_and_marks_what_was_read() {
    for test in databases().await {
        let app = TestApp::start(&test).await;
        let lan = keeper(&app, &test).await;
        let path = "/co-quan/thong-bao";
        assert!(lan.get(path).await.text().await.unwrap().contains("Chưa có thông báo nào."));
        for _ in 0..2 {
            assert_eq!(lan.post(path, &[("action", "subscribe")]).await.status().as_u16(), 303);
        }
        outage(&test.db).await;
        let page = lan.get(path).await.text().await.unwrap();
        assert_eq!(first(&page, ".finding"), "1 thông báo chưa đọc.");
        assert!(first(&page, ".cards li").contains("cong.example.vn"), "{page}");
        assert_eq!(lan.post(path, &[]).await.status().as_u16(), 303);
        let page = lan.get(path).await.text().await.unwrap();
        assert_eq!(first(&page, ".finding"), "Bạn đã đọc hết thông báo.");
        assert_eq!(lan.post(path, &[("action", "unsubscribe")]).await.status().as_u16(), 303);
        assert!(lan.get(path).await.text().await.unwrap().contains("Nhận mọi cảnh báo và sự cố"));
        app.stop().await;
    }
}

#[tokio::test]
async fn a_bar_counts_days_with_a_planned_stop_as_one_only_where_polls_failed() {
    let test = sqlite().await;
    let series = probe(&test.db, "cong", "cong.example.vn", MINUTE, &[]).await;
    let day = |n: i64| Step::Day.start(now()) - n * DAY;
    let sum = |good, bad| Aggregate { good, bad, ..Aggregate::default() };
    let rows = [
        (series, day(1), sum(1_000, 440)),
        (series, day(2), sum(1_440, 0)),
        (series, day(3), sum(1_400, 40)),
        (series, day(4), sum(700, 740)),
    ];
    let mut tx = test.db.write().await.unwrap();
    put_rollups(&mut tx, Step::Day, &rows).await.unwrap();
    tx.commit().await.unwrap();
    let stop = NewMaintenance {
        source: "cong".to_owned(),
        starts_at: Some(stamp("2026-11-23T08:00")),
        restores_at: Some(stamp("2026-11-23T16:00")),
        reason: "Nâng cấp".to_owned(),
        ..NewMaintenance::default()
    };
    announce(&test.db, &admin(), &stop, stamp("2026-11-10T08:00")).await.unwrap();
    let app = TestApp::start(&test).await;
    let rows = texts(&html(&app, "/tinh-trang").await, ".services tbody tr");
    let said: Vec<&str> = rows.iter().map(String::as_str).collect();
    assert_eq!(
        said[1..5],
        [
            "23/11/2026 ◔ bảo trì 69,444 % 1.000/1.440",
            "22/11/2026 ● hoạt động 100 % 1.440/1.440",
            "21/11/2026 ◐ chập chờn 97,222 % 1.400/1.440",
            "20/11/2026 ○ gián đoạn 48,611 % 700/1.440"
        ]
    );
    app.stop().await;
}
