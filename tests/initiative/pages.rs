//! Pages and API around initiatives: what changed, what is alike, adopting, what was typed, own notices, what is followed.

use serde_json::json;
use toantrinh::assessment::flag::FlagCode;
use toantrinh::assessment::flag_store;
use toantrinh::initiative::actions::begin::{New, begin};
use toantrinh::initiative::actions::write;
use toantrinh::initiative::model::MeasureType;
use toantrinh::initiative::store::part::{self, Desk};
use toantrinh::monitor::notify::actions::set_address;
use toantrinh::monitor::notify::delivery_store;

use super::given::{CODE, actor, applied, approved, draft, fields, go, measure, office};
use crate::support::{NOW, PASSWORD, TestApp, databases, sqlite};

async fn text(answer: reqwest::Response) -> String {
    answer.text().await.unwrap()
}

#[tokio::test]
async fn two_versions_are_compared_and_a_version_that_is_not_there_is_named() {
    for test in databases().await {
        let db = &test.db;
        office(db).await;
        let app = TestApp::start(&test).await;
        let only = app.json(&format!("/api/v1/procedures/{CODE}/changes"), 200).await;
        assert_eq!((&only["from"]["number"], &only["changes"]), (&json!(1), &json!([])));
        let page = text(app.get(&format!("/thu-tuc/{CODE}/thay-doi")).await).await;
        assert!(page.contains("Thủ tục mới có một bản"), "{page}");
        applied(db).await;
        let both = app.json(&format!("/api/v1/procedures/{CODE}/changes"), 200).await;
        assert_eq!((&both["from"]["number"], &both["to"]["number"]), (&json!(1), &json!(2)));
        assert_eq!(
            both["changes"],
            json!([{"part": "time_limit", "before": "10 ngày làm việc", "after": "5 ngày làm việc"}])
        );
        let page = text(app.get(&format!("/thu-tuc/{CODE}")).await).await;
        assert!(page.contains("<del>10</del>") && page.contains("<ins>5</ins>"), "{page}");
        assert!(page.contains("So sánh hai bản"), "{page}");
        for (query, field) in [("from=7", "from"), ("to=0", "to"), ("to=hai", "to"), ("ban=1", "ban")] {
            let wrong = app.json(&format!("/api/v1/procedures/{CODE}/changes?{query}"), 422).await;
            assert!(wrong["detail"].as_str().unwrap().contains(field), "{wrong}");
        }
        app.json("/api/v1/procedures/9.999999/changes", 404).await;
        app.stop().await;
    }
}

#[tokio::test]
async fn a_public_initiative_is_suggested_and_adopted_with_its_source_named() {
    for test in databases().await {
        let db = &test.db;
        office(db).await;
        let first = approved(db).await;
        let minh = actor(db, "minh").await;
        let new = New { title: "Việc khác hẳn".to_owned(), code: Some(CODE.to_owned()), ..New::default() };
        let second = begin(db, &minh, &new, NOW).await.unwrap();
        let app = TestApp::start(&test).await;
        let seat = app.sign_in("minh", PASSWORD).await;
        let alike: serde_json::Value =
            seat.get(&format!("/api/v1/initiatives/{}/similar", second.number)).await.json().await.unwrap();
        assert_eq!((&alike[0]["number"], &alike[0]["codes"]), (&json!(first.number), &json!([CODE])));
        let page = text(seat.get(&format!("/co-quan/sang-kien/{}/sua", second.number)).await).await;
        assert!(page.contains("Sáng kiến tương tự") && page.contains(&first.number), "{page}");
        let answer = seat.post("/co-quan/sang-kien", &[("adopt", &first.number)]).await;
        assert_eq!(answer.status(), 303);
        let path = answer.headers()["location"].to_str().unwrap().to_owned();
        let number = path.split('/').nth(3).unwrap();
        let adopted: serde_json::Value = seat.get(&format!("/api/v1/initiatives/{number}")).await.json().await.unwrap();
        assert_eq!(adopted["adopted_from"], json!(first.number));
        assert_eq!(adopted["title"], json!(first.title));
        assert_eq!(adopted["measures"][0]["measure"]["changes"].as_array().unwrap().len(), 1);
        assert!(text(seat.get(&format!("/sang-kien/{number}")).await).await.contains("Kế thừa từ sáng kiến"));
        // What nobody may see cannot be adopted, and is not told apart from what is not there.
        for unknown in ["SK-1999-0001", second.number.as_str()] {
            let kien = actor(db, "nam").await;
            let new = New { adopt: Some(unknown.to_owned()), ..New::default() };
            assert_eq!(fields(begin(db, &kien, &new, NOW).await.unwrap_err()), ["adopt"]);
        }
        app.stop().await;
    }
}

#[tokio::test]
async fn changes_that_were_applied_in_the_meantime_stay_behind_when_an_initiative_is_adopted() {
    let test = sqlite().await;
    let db = &test.db;
    office(db).await;
    let item = applied(db).await;
    let minh = actor(db, "minh").await;
    let new = New { adopt: Some(item.number.clone()), title: "Làm theo Sở Y tế".to_owned(), ..New::default() };
    let adopted = begin(db, &minh, &new, NOW).await.unwrap();
    assert_eq!(adopted.title, "Làm theo Sở Y tế");
    assert_eq!(adopted.measures.len(), item.measures.len());
    assert!(adopted.measures[0].measure.changes.is_empty(), "the procedure no longer reads so");
    assert_eq!(adopted.measures[0].measure.codes, item.measures[0].measure.codes);
}

#[tokio::test]
async fn what_is_typed_in_a_measure_is_kept_and_shown_beside_what_another_wrote() {
    let test = sqlite().await;
    let db = &test.db;
    office(db).await;
    let item = draft(db).await;
    let app = TestApp::start(&test).await;
    let seat = app.sign_in("nam", PASSWORD).await;
    let version = item.version.to_string();
    let typed = [
        ("place", "1"),
        ("version", version.as_str()),
        ("code", CODE),
        ("title", "Tên của Nam <script>"),
        ("before.submit.hours", "hai giờ"),
        ("times", "1"),
    ];
    let path = format!("/co-quan/sang-kien/{}", item.number);
    assert_eq!(seat.post(&format!("{path}/luu-tam"), &typed).await.status(), 204);
    let page = text(seat.get(&format!("{path}/bien-phap/1")).await).await;
    assert!(page.contains("Tên của Nam &#60;script&#62;"), "{page}");
    assert!(page.contains("value=\"hai giờ\""), "a figure that is no number stays as it was typed: {page}");
    assert!(!page.contains("Hai bản khác nhau"));
    // The record has a place of its own, and a place that is not there is refused.
    let nam = actor(db, "nam").await;
    let desk = |place| Desk { initiative_id: &item.id, user_id: nam.id.as_str(), place };
    assert!(part::draft(&mut db.read().await.unwrap(), desk(write::RECORD)).await.unwrap().is_none());
    let far = seat.post(&format!("{path}/luu-tam"), &[("place", "9"), ("version", "1")]).await;
    assert_eq!(far.status(), 422);
    // Somebody else writes the same measure.
    let lan = actor(db, "lan").await;
    let theirs = measure("10 ngày làm việc", "7 ngày làm việc");
    write::measure(db, &lan, &item.id, None, (Some(1), theirs), NOW).await.unwrap();
    let page = text(seat.get(&format!("{path}/bien-phap/1")).await).await;
    assert!(page.contains("Hai bản khác nhau") && page.contains("7 ngày làm việc"), "{page}");
    let saved = seat.post(&format!("{path}/bien-phap/1"), &typed).await;
    assert_eq!(saved.status(), 422, "the figure is named first");
    assert!(text(saved).await.contains("hai giờ"));
    let mended: Vec<_> = typed.iter().filter(|(name, _)| !name.ends_with("hours")).copied().collect();
    let refused = seat.post(&format!("{path}/bien-phap/1"), &mended).await;
    assert_eq!(refused.status(), 409);
    assert!(text(refused).await.contains("Hai bản khác nhau"));
    app.stop().await;
}

#[tokio::test]
async fn a_measure_is_taken_out_of_a_draft_but_not_the_last_one() {
    let test = sqlite().await;
    let db = &test.db;
    office(db).await;
    let item = draft(db).await;
    let app = TestApp::start(&test).await;
    let seat = app.sign_in("lan", PASSWORD).await;
    let path = format!("/co-quan/sang-kien/{}/bien-phap", item.number);
    let remove = [("next", "remove")];
    assert_eq!(seat.post(&format!("{path}/1"), &remove).await.status(), 422);
    assert_eq!(seat.post(&format!("{path}/2"), &[("title", "Biện pháp thứ hai")]).await.status(), 303);
    let act = [("measure", "1"), ("act", "QĐ 5/2024"), ("change", "Sửa Điều 4")];
    assert_eq!(seat.post(&format!("/sang-kien/{}/van-ban", item.number), &act).await.status(), 303);
    assert_eq!(seat.post(&format!("{path}/1"), &remove).await.status(), 303, "its act goes with it");
    let seen: serde_json::Value = seat.get(&format!("/api/v1/initiatives/{}", item.number)).await.json().await.unwrap();
    let positions: Vec<_> = seen["measures"].as_array().unwrap().iter().map(|m| m["position"].clone()).collect();
    assert_eq!(positions, [json!(2)]);
    app.stop().await;
}

#[tokio::test]
async fn somebody_who_wants_it_is_told_of_their_work_by_mail() {
    for test in databases().await {
        let db = &test.db;
        office(db).await;
        let minh = actor(db, "minh").await;
        let claim = async || delivery_store::claim(db, jiff::SignedDuration::from_secs(60), NOW).await.unwrap();
        set_address(db, &minh, "minh@so.example", NOW).await.unwrap();
        let item = draft(db).await;
        go(db, "lan", &item.id, "submit", None, NOW).await.unwrap();
        let letter = claim().await.unwrap().letter;
        assert_eq!(letter.target, "minh@so.example");
        assert!(letter.title.contains(&item.number), "{:?}", letter.title);
        assert!(claim().await.is_none(), "nobody else wanted it");
        set_address(db, &minh, "", NOW).await.unwrap();
        go(db, "lan", &item.id, "withdraw", None, NOW).await.unwrap();
        assert!(claim().await.is_none());
        let app = TestApp::start(&test).await;
        let seat = app.sign_in("minh", PASSWORD).await;
        let refused = seat.post("/tai-khoan/thong-bao", &[("email", "minh tại sở")]).await;
        assert_eq!(refused.status(), 422);
        let page = text(refused).await;
        assert!(page.contains("minh tại sở") && page.contains("cần địa chỉ thư điện tử"), "{page}");
        let stored = seat.post("/tai-khoan/thong-bao", &[("email", " minh@so.example ")]).await;
        assert_eq!(stored.status(), 303);
        assert!(text(seat.get("/tai-khoan").await).await.contains("minh@so.example"));
        app.stop().await;
    }
}

#[tokio::test]
async fn a_form_about_what_is_followed_keeps_what_was_typed() {
    for test in databases().await {
        let db = &test.db;
        office(db).await;
        let item = approved(db).await;
        let item = go(db, "nam", &item.id, "implement_locally", Some(1), NOW).await.unwrap();
        let app = TestApp::start(&test).await;
        let (head, lan) = (app.sign_in("thu", PASSWORD).await, app.sign_in("lan", PASSWORD).await);
        let mut task = vec![
            ("directive", "01/CT-UBND"),
            ("item", "5.1"),
            ("title", "Rà soát <i>thủ tục</i>"),
            ("organisation", "syt"),
            ("owner", "Phòng Kiểm soát"),
            ("authority", "Chủ tịch"),
            ("product", "Báo cáo"),
            ("due_date", "31/12/2026"),
        ];
        let refused = head.post("/lanh-dao/chi-thi", &task).await;
        assert_eq!(refused.status(), 422);
        let page = text(refused).await;
        assert!(page.contains("Rà soát &#60;i&#62;") && page.contains("cần một ngày"), "{page}");
        task.last_mut().unwrap().1 = "2026-12-31";
        assert_eq!(lan.post("/lanh-dao/chi-thi", &task).await.status(), 403);
        assert_eq!(head.post("/lanh-dao/chi-thi", &task).await.status(), 303);
        let tasks: serde_json::Value = head.get("/api/v1/directive-tasks").await.json().await.unwrap();
        let id = tasks[0]["id"].as_str().unwrap();
        let form = text(head.get(&format!("/lanh-dao/chi-thi?sua={id}")).await).await;
        assert!(form.contains("Sửa nhiệm vụ") && form.contains("value=\"2026-12-31\""), "{form}");
        let mut changed = task.clone();
        changed.extend([("id", id), ("version", "1")]);
        changed[4].1 = "Phòng Cải cách";
        assert_eq!(head.post("/lanh-dao/chi-thi", &changed).await.status(), 303);
        assert_eq!(head.post("/lanh-dao/chi-thi", &changed).await.status(), 409, "somebody was faster");
        let page = text(lan.get("/lanh-dao/chi-thi?ky=2026-Q4").await).await;
        assert!(page.contains("Phòng Cải cách"), "{page}");
        assert!(page.contains("1 nhiệm vụ: 0 xong, 0 quá hạn"), "{page}");
        assert!(page.contains("Văn phòng"), "it has proposed nothing: {page}");
        assert_eq!(lan.get("/lanh-dao/chi-thi?ky=quý+này").await.status(), 422);
        let stage =
            [("measure", "1"), ("name", "Sửa quy trình"), ("planned_from", "2026-12-01"), ("planned_to", "2026-11-01")];
        let refused = lan.post(&format!("/sang-kien/{}/giai-doan", item.number), &stage).await;
        assert_eq!(refused.status(), 422);
        assert!(text(refused).await.contains("ngày kết thúc trước ngày bắt đầu"));
        let api = format!("{}/api/v1/initiatives/{}/units", app.base, item.number);
        let new = json!({"measure": 1, "new": {"name": "Xã A", "planned_on": "2026-12-01"}});
        let csrf = ("x-csrf-token", lan.csrf.as_str());
        let answer = lan.client.post(&api).header(csrf.0, csrf.1).json(&new).send().await.unwrap();
        let shown: serde_json::Value = answer.json().await.unwrap();
        assert_eq!(shown["measures"][0]["rolled_out"]["units"], json!(1), "{shown}");
        let burdens = app.json("/api/v1/burdens?limit=3", 200).await;
        assert_eq!(burdens["weights"]["wage_per_hour"], json!(40_000.0), "{burdens}");
        assert_eq!(app.get("/lanh-dao/ganh-nang").await.status(), 200);
        assert_eq!(head.get("/co-quan/sang-kien/chua-ap-dung").await.status(), 200);
        app.stop().await;
    }
}

#[tokio::test]
async fn a_flag_leads_to_one_initiative_of_an_organisation() {
    for test in databases().await {
        let db = &test.db;
        office(db).await;
        let mut tx = db.write().await.unwrap();
        flag_store::insert(&mut tx, CODE, FlagCode::F8, NOW).await.unwrap();
        let flags = flag_store::open(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let flag = &flags[0];
        let (lan, minh) = (actor(db, "lan").await, actor(db, "minh").await);
        let new = New { flag_id: Some(flag.id.clone()), ..New::default() };
        let first = begin(db, &lan, &new, NOW).await.unwrap();
        assert!(first.record.reasons.starts_with(&flag.flag), "{}", first.record.reasons);
        assert!(first.record.reasons.contains("Chưa có số hồ sơ"), "{}", first.record.reasons);
        assert_eq!(first.measures[0].measure.codes, [CODE]);
        assert_eq!(first.measures[0].measure.kind, MeasureType::CutTime, "online is not faster than the counter");
        assert_eq!(begin(db, &lan, &new, NOW).await.unwrap().number, first.number);
        assert_ne!(begin(db, &minh, &new, NOW).await.unwrap().number, first.number, "another organisation");
    }
}
