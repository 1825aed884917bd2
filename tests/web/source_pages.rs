//! Sources on pages, as somebody without a script uses them.

use scraper::{Html, Selector};
use serde_json::{Value, json};
use toantrinh::account::model::Role;

use super::sources::{Served, probe, push_source};
use super::texts;
use crate::support::wire::{Server, answer};
use crate::support::{Browser, PASSWORD, databases, made_up_simulator, sqlite, user};

async fn keeper(served: &Served) -> Browser {
    served.app.sign_in("ha", PASSWORD).await
}

/// What a field of a form holds.
fn held(html: &str, selector: &str) -> String {
    let page = Html::parse_document(html);
    let found = page.select(&Selector::parse(selector).unwrap()).next();
    let found = found.unwrap_or_else(|| panic!("nothing is at {selector}"));
    found.value().attr("value").map_or_else(|| found.text().collect(), str::to_owned)
}

/// A form about a probe, with some fields set.
fn form<'a>(url: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("kind", "http_probe"),
        ("version", "0"),
        ("id", "cong"),
        ("name", "Cổng dịch vụ công"),
        ("owner", "Nguyễn Thị Hà"),
        ("url", url),
        ("method", "GET"),
        ("conditions", "status == 200\nbody contains \"Xin chào\""),
        ("every", "5 phút"),
        ("covers", "none"),
        ("codes", ""),
        ("host_limit", "1"),
        ("timeout", "10 giây"),
        ("max_bytes", "1 MB"),
        ("redirects", "3"),
    ];
    for (name, value) in more {
        fields.retain(|(given, _)| given != name);
        fields.push((name, value));
    }
    fields
}

#[tokio::test]
async fn a_source_is_written_tried_and_saved_and_what_was_typed_stays() {
    let site = Server::start(|_| answer("200 OK", "content-type: text/html\r\n", "<p>Xin chào</p>")).await;
    let url = site.url("127.0.0.1", "/").to_string();
    for db in databases().await {
        let served = Served::of(db).await;
        let browser = keeper(&served).await;
        let kinds = browser.get("/co-quan/nguon/moi").await.text().await.unwrap();
        assert_eq!(texts(&kinds, ".cards h2").len(), 8);
        let empty = browser.get("/co-quan/nguon/moi?loai=http_probe").await.text().await.unwrap();
        assert_eq!(
            (held(&empty, "#f-every").as_str(), held(&empty, "#f-conditions").as_str()),
            ("1 phút", "status == 200")
        );

        let wrong =
            [("id", "Cổng"), ("every", "hay hay"), ("conditions", "status == 200\n\nstatus = 1"), ("action", "try")];
        let answer = browser.post("/co-quan/nguon/moi", &form(&url, &wrong)).await;
        assert_eq!(answer.status().as_u16(), 422);
        let html = answer.text().await.unwrap();
        assert_eq!((held(&html, "#f-id").as_str(), held(&html, "#f-every").as_str()), ("Cổng", "hay hay"));
        for (field, told) in [("id", "chữ thường"), ("every", "5 phút"), ("conditions", "dòng 3: ký tự 8")] {
            let described = texts(&html, &format!("#d-{field} .bad"));
            assert!(described.first().is_some_and(|text| text.contains(told)), "{field}: {described:?}");
            let selector = format!("#f-{field}[aria-invalid=true][aria-describedby=d-{field}]");
            assert_eq!(
                Html::parse_document(&html).select(&Selector::parse(&selector).unwrap()).count(),
                1,
                "{selector}"
            );
        }
        assert_eq!(texts(&html, ".error li").len(), 3);

        let tried = browser.post("/co-quan/nguon/moi", &form(&url, &[("action", "try")])).await;
        assert_eq!(tried.status().as_u16(), 200);
        let html = tried.text().await.unwrap();
        assert_eq!(texts(&html, ".sample .good strong")[0], "Câu trả lời tốt.");
        assert_eq!(texts(&html, ".checks li.good").len(), 2);
        assert_eq!(held(&html, "#f-name"), "Cổng dịch vụ công");
        assert_eq!(served.app.json("/api/v1/sources", 200).await["items"], json!([]));

        let saved = browser.post("/co-quan/nguon/moi", &form(&url, &[("action", "save")])).await;
        assert_eq!(
            (saved.status().as_u16(), &saved.headers()["location"]),
            (303, &"/co-quan/nguon/cong".parse().unwrap())
        );
        let again = browser.post("/co-quan/nguon/moi", &form(&url, &[])).await;
        assert_eq!(again.status().as_u16(), 409);
        assert!(texts(&again.text().await.unwrap(), "#d-id .bad")[0].contains("đã có"));
        let page = browser.get("/co-quan/nguon/cong").await.text().await.unwrap();
        assert!(page.contains("Hỏi mỗi 5 phút.") && page.contains("Nguyễn Thị Hà"), "{page}");
        served.app.stop().await;
    }
}

#[tokio::test]
async fn who_comes_second_sees_both_and_loses_nothing() {
    let served = Served::of(sqlite().await).await;
    let browser = keeper(&served).await;
    served.post("/api/v1/sources", &probe("https://a.vn/"), 201).await;
    let edit = browser.get("/co-quan/nguon/cong/sua").await.text().await.unwrap();
    assert_eq!(held(&edit, "input[name=version]"), "1");
    let mut other = probe("https://a.vn/");
    other["name"] = json!("Tên người khác đặt");
    other["version"] = json!(1);
    served.ask(reqwest::Method::PUT, "/api/v1/sources/cong", &other, 200).await;
    let mine = form("https://a.vn/", &[("version", "1"), ("name", "Tên tôi đặt")]);
    let answer = browser.post("/co-quan/nguon/cong/sua", &mine).await;
    assert_eq!(answer.status().as_u16(), 409);
    let html = answer.text().await.unwrap();
    let both = texts(&html, ".both div").join(" ");
    assert!(both.contains("Tên người khác đặt") && both.contains("Tên tôi đặt"), "{both}");
    assert_eq!((held(&html, "#f-name").as_str(), held(&html, "input[name=version]").as_str()), ("Tên tôi đặt", "2"));
    let mine = form("https://a.vn/", &[("version", "2"), ("name", "Tên tôi đặt")]);
    assert_eq!(browser.post("/co-quan/nguon/cong/sua", &mine).await.status().as_u16(), 303);
    let page = browser.get("/co-quan/nguon/cong").await.text().await.unwrap();
    let history = texts(&page, ".rows li .change");
    assert!(history.iter().any(|change| change.contains("Tên: Tên người khác đặt → Tên tôi đặt")), "{history:?}");
    assert!(history.contains(&"Tạo nguồn".to_owned()));
    served.app.stop().await;
}

#[tokio::test]
async fn a_source_is_switched_and_its_token_is_shown_once() {
    let served = Served::of(sqlite().await).await;
    let browser = keeper(&served).await;
    served.post("/api/v1/sources", &push_source(), 201).await;
    let made = browser.post("/co-quan/nguon/mot-cua/ma", &[]).await;
    assert_eq!(made.headers()["cache-control"], "no-store");
    let token = texts(&made.text().await.unwrap(), ".secret").remove(0);
    assert!(token.starts_with("tts_"));
    assert_eq!(served.push("/api/v1/observations", &token, "[]").await.status().as_u16(), 200);
    let page = browser.get("/co-quan/nguon/mot-cua").await.text().await.unwrap();
    assert!(!page.contains(&token) && page.contains("Nguồn đã có mã."));
    let path = "/co-quan/nguon/mot-cua/trang-thai";
    assert_eq!(browser.post(path, &[("enabled", "false")]).await.status().as_u16(), 303);
    let page = browser.get("/co-quan/nguon/mot-cua").await.text().await.unwrap();
    assert_eq!(texts(&page, "header .badge"), ["○ Đang tắt"]);
    browser.post(path, &[("enabled", "true")]).await;
    assert!(browser.get("/co-quan/nguon").await.text().await.unwrap().contains("Chưa có số liệu"));
    assert_eq!(browser.get("/co-quan/nguon/khong-co").await.status().as_u16(), 404);
    assert_eq!(browser.get("/co-quan/nguon?loai=ftp").await.status().as_u16(), 422);

    let officer = served.app.sign_in("binh", PASSWORD).await;
    let page = officer.get("/co-quan/nguon/mot-cua").await.text().await.unwrap();
    assert!(!page.contains("Sửa</a>") && !page.contains("trang-thai") && !page.contains("/ma\""), "an officer may not");
    served.app.stop().await;
}

#[tokio::test]
async fn a_figure_is_typed_in_and_a_correction_shows_old_and_new() {
    let served = Served::of(sqlite().await).await;
    let browser = keeper(&served).await;
    let mut manual = push_source();
    manual["kind"] = json!("manual");
    served.post("/api/v1/sources", &manual, 201).await;
    let path = "/co-quan/nguon/mot-cua/nhap";
    let type_in = async |period: &str, value: &str, action: &str| {
        let fields = [
            ("metric", "received"),
            ("period", period),
            ("value", value),
            ("subject", "H44"),
            ("note", "đã rà"),
            ("action", action),
        ];
        let answer = browser.post(path, &fields).await;
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    for (period, value, field, told) in [
        ("hôm qua", "5", "period", "không phải một kỳ"),
        ("10/2026", "", "value", "trống không phải là 0"),
        ("10/2026", "12.34", "value", "1.234,5"),
        ("10/2027", "5", "period", "tương lai"),
    ] {
        let (status, html) = type_in(period, value, "save").await;
        assert_eq!(status, 422, "{period} {value}");
        assert!(texts(&html, &format!("#d-{field} .bad"))[0].contains(told), "{html}");
        assert_eq!(held(&html, "#f-value"), value);
    }
    let (_, html) = type_in("10/2026", "1.234,5", "try").await;
    assert!(html.contains("Xem thử, chưa lưu gì: 1 số mới") && html.contains("Chưa có số liệu nào."));
    let (_, html) = type_in("10/2026", "1.234,5", "save").await;
    assert!(html.contains("Đã lưu: 1 số mới"), "{html}");
    let (_, html) = type_in("10/2026", "chưa có", "save").await;
    assert_eq!(texts(&html, ".checks li"), ["received 01/10/2026, H44: 1.234,5 → chưa có"]);
    assert!(html.contains("đã sửa"));
    served.app.stop().await;
}

/// A form with a file as a browser sends it.
async fn send_file(browser: &Browser, base: &str, path: &str, parts: &[(&str, &[u8])]) -> (u16, String) {
    let mut body = Vec::new();
    for (name, content) in parts {
        let file = if *name == "file" { "; filename=\"so-lieu.csv\"\r\ncontent-type: text/csv" } else { "" };
        body.extend_from_slice(
            format!("--ranh\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n").as_bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--ranh--\r\n");
    let request =
        browser.client.post(format!("{base}{path}")).header("content-type", "multipart/form-data; boundary=ranh");
    let answer = request.body(body).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_table_is_looked_at_and_then_saved_without_being_chosen_again() {
    let served = Served::of(sqlite().await).await;
    let browser = keeper(&served).await;
    let mut upload = push_source();
    upload["kind"] = json!("upload");
    served.post("/api/v1/sources", &upload, 201).await;
    let (base, path) = (&served.app.base, "/co-quan/nguon/mot-cua/tai-len");
    let csrf = browser.csrf.clone();
    let csrf = csrf.as_bytes();
    let table = "Kỳ;Chỉ tiêu;Giá trị\n10/2026;received;1.234,5\n10/2026;waiting;\n".as_bytes();
    assert_eq!(send_file(&browser, base, path, &[("file", table)]).await.0, 403, "without the csrf field");
    assert_eq!(send_file(&browser, base, path, &[("csrf", b"x"), ("file", table)]).await.0, 403);
    let (status, html) = send_file(&browser, base, path, &[("csrf", csrf), ("file", table), ("action", b"try")]).await;
    assert_eq!(status, 200);
    assert!(html.contains("Xem thử, chưa lưu gì: 1 số mới"), "{html}");
    assert_eq!(
        texts(&html, ".checks .bad"),
        ["✕ Dòng 3, cột “Giá trị”: để trống, mà trống không phải là 0; ghi một số, hoặc không áp dụng, chưa có, ẩn"]
    );
    let kept = held(&html, "input[name=held]");
    let (_, html) =
        send_file(&browser, base, path, &[("csrf", csrf), ("held", kept.as_bytes()), ("action", b"save")]).await;
    assert!(html.contains("Đã lưu: 1 số mới"), "{html}");
    let (status, html) =
        send_file(&browser, base, path, &[("csrf", csrf), ("file", b"\xff\xfe"), ("action", b"save")]).await;
    assert_eq!(status, 422);
    assert!(texts(&html, "#d-file")[0].contains("UTF-8"), "{html}");
    assert_eq!(send_file(&browser, base, path, &[("csrf", csrf), ("action", b"save")]).await.0, 422);
    let huge = vec![b'a'; 5 << 20];
    assert_eq!(send_file(&browser, base, path, &[("csrf", csrf), ("file", &huge)]).await.0, 413);
    served.app.stop().await;
}

#[tokio::test]
async fn several_sources_are_pasted_all_or_none() {
    let served = Served::of(sqlite().await).await;
    let browser = keeper(&served).await;
    let one = |id: &str, every: &str| {
        format!(
            "[[source]]\nid = \"{id}\"\nname = \"A\"\nowner = \"B\"\nkind = \"http_probe\"\nevery_seconds = {every}\nurl = \"https://a.vn/\"\n"
        )
    };
    let path = "/co-quan/nguon/dan";
    let send = async |text: &str, action: &str| {
        let answer = browser.post(path, &[("toml", text), ("action", action)]).await;
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let bad = one("a", "60") + &one("b", "1");
    let (status, html) = send(&bad, "save").await;
    assert_eq!(status, 422);
    assert_eq!(texts(&html, ".error li"), ["Nguồn thứ 2 (b), every_seconds: từ 5 giây đến 7 ngày, viết như 5 phút"]);
    assert_eq!(held(&html, "#f-toml").trim(), bad.trim());
    let good = one("a", "60") + &one("b", "70");
    let (status, html) = send(&good, "try").await;
    assert!(status == 200 && html.contains("Đúng cả 2 nguồn, chưa lưu"), "{html}");
    assert_eq!(served.app.json("/api/v1/sources", 200).await["items"], json!([]));
    assert_eq!(send(&good, "save").await.0, 303);
    assert_eq!(served.app.json("/api/v1/sources", 200).await["items"].as_array().unwrap().len(), 2);
    assert_eq!(send("= x", "save").await.0, 422);
    user(&served.db.db, "thu", &[Role::Auditor]).await;
    assert_eq!(served.app.sign_in("thu", PASSWORD).await.get(path).await.status().as_u16(), 403);
    served.app.stop().await;
}

#[tokio::test]
async fn a_portal_is_tried_with_the_question_that_a_visit_begins_with() {
    let portal = made_up_simulator("").await;
    let served = Served::of(sqlite().await).await;
    for (kind, found) in [("portal_catalog", "json $.data.total > 0"), ("portal_index766", "json $.code == \"OK\"")] {
        let one = json!({"id": "cong", "name": "Cổng", "owner": "Hà", "licence": "mở", "kind": kind,
            "every_seconds": 86_400, "url": format!("{}/", portal.base())});
        let sample = served.post("/api/v1/sources/try", &one, 200).await;
        assert_eq!((&sample["failure"], &sample["status"]), (&Value::Null, &json!(201)), "{sample}");
        let conditions = sample["conditions"].as_array().unwrap();
        assert_eq!(conditions.len(), 4, "{sample}");
        assert!(conditions.iter().any(|one| one["condition"] == found && one["holds"] == true), "{sample}");
    }
}
