//! `/lanh-dao/chua-toan-trinh`: the same totals as the API, and decisions by form.

use scraper::{ElementRef, Html, Selector};
use toantrinh::account::model::Role;
use toantrinh::assessment::flag_store::{self, FlagRow};
use toantrinh::platform::db::Db;

use super::samples::{GAPS, load};
use crate::support::{NOW, PASSWORD, TestApp, databases, sqlite, user};

const PATH: &str = "/lanh-dao/chua-toan-trinh";

fn texts(page: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    page.select(&selector).map(|e| e.text().collect::<String>().trim().to_owned()).collect()
}

fn first<'a>(page: &'a Html, selector: &str) -> ElementRef<'a> {
    let parsed = Selector::parse(selector).unwrap();
    page.select(&parsed).next().unwrap_or_else(|| panic!("nothing is {selector}"))
}

async fn html(answer: reqwest::Response) -> Html {
    Html::parse_document(&answer.text().await.unwrap())
}

async fn flag(db: &Db, code: &str, flag: &str) -> FlagRow {
    let rows = flag_store::of_procedure(&mut db.read().await.unwrap(), code).await.unwrap();
    rows.into_iter().find(|row| row.flag == flag).unwrap()
}

#[tokio::test]
async fn the_page_shows_the_totals_of_the_api() {
    for test in databases().await {
        load(&test.db).await;
        let app = TestApp::start(&test).await;
        for query in ["", "?gap=full_step_gap", "?agency=bo+khac", "?gap=&flag=F1&owner=&sort=code"] {
            let api: String = query.replace("gap=&", "").replace("owner=&", "");
            let list = app.json(&format!("/api/v1/gaps{api}"), 200).await;
            let page = html(app.get(&format!("{PATH}{query}")).await).await;
            let totals = &list["totals"];
            let wanted = ["gaps", "verified", "dormant", "internal", "procedures"].map(|name| totals[name].to_string());
            assert_eq!(texts(&page, ".figures li strong"), wanted, "{query}");
            assert_eq!(texts(&page, ".total strong"), [list["total"].to_string()], "{query}");
            let rows = texts(&page, ".board-rows .facts .code");
            assert_eq!(rows, super::samples::codes(&list), "{query}");
            let chips = texts(&page, ".chips .count");
            let mut counts: Vec<String> =
                totals["by_gap"].as_object().unwrap().values().map(ToString::to_string).collect();
            counts.sort_unstable();
            let mut shown = chips.clone();
            shown.sort_unstable();
            assert_eq!(shown, counts, "{query}");
        }
        let page = html(app.get(PATH).await).await;
        assert!(
            texts(&page, "form[method=post]").iter().all(|form| !form.contains("Lưu")),
            "nobody in particular decides"
        );
        assert!(texts(&page, ".facts span").contains(&"chưa giao".to_owned()));
        assert!(page.html().contains("=1+1 Cấp giấy thử mười"));
        app.stop().await;
    }
}

#[tokio::test]
async fn a_chip_leads_to_the_procedures_it_counts() {
    let test = sqlite().await;
    load(&test.db).await;
    let app = TestApp::start(&test).await;
    let page = html(app.get(PATH).await).await;
    let chips = Selector::parse(".chips a").unwrap();
    let links: Vec<(String, String)> = page
        .select(&chips)
        .map(|a| (a.value().attr("href").unwrap().to_owned(), a.text().collect::<String>()))
        .collect();
    assert_eq!(links.len(), 9);
    for (href, text) in links {
        let there = html(app.get(&href).await).await;
        assert!(text.ends_with(&texts(&there, ".total strong")[0]), "{text} leads to {href}");
    }
    assert_eq!(app.get(&format!("{PATH}?mau=do")).await.status().as_u16(), 422);
    app.stop().await;
}

#[tokio::test]
async fn a_signed_in_officer_decides_by_form_and_comes_back_to_the_same_list() {
    for test in databases().await {
        load(&test.db).await;
        user(&test.db, "an", &[Role::Officer]).await;
        let app = TestApp::start(&test).await;
        let browser = app.sign_in("an", PASSWORD).await;
        let open = flag(&test.db, GAPS[1].0, "F1").await;
        let address = format!("{PATH}/{}", open.id);
        let page = html(browser.get(&format!("{PATH}?flag=F1")).await).await;
        let form = first(&page, &format!("form[action=\"{address}\"]"));
        let hidden = |name: &str| {
            let field = Selector::parse(&format!("input[name={name}]")).unwrap();
            form.select(&field).next().unwrap().value().attr("value").unwrap().to_owned()
        };
        assert_eq!(
            (hidden("csrf"), hidden("version"), hidden("loc")),
            (browser.csrf.clone(), "1".into(), "flag=F1".into())
        );
        let fields = [
            ("version", "1"),
            ("loc", "flag=F1"),
            ("owner", "an"),
            ("cause", "law"),
            ("due_date", "2026-12-31"),
            ("acknowledge", "true"),
        ];
        let answer = browser.post(&address, &fields).await;
        assert_eq!(answer.status().as_u16(), 303);
        assert_eq!(answer.headers()["location"], format!("{PATH}?flag=F1#{}", GAPS[1].0));
        let kept = flag(&test.db, GAPS[1].0, "F1").await;
        let decided = (kept.owner.as_deref(), kept.cause.as_deref(), kept.due_date.as_deref(), kept.acknowledged_at);
        assert_eq!(decided, (Some("an"), Some("law"), Some("2026-12-31"), Some(NOW.as_millisecond())));
        let page = html(browser.get(&format!("{PATH}?flag=F1")).await).await;
        let row = texts(&page, &format!("li[id=\"{}\"]", GAPS[1].0)).remove(0);
        assert!(row.contains("hạn 31/12/2026") && row.contains("Pháp luật"), "{row}");
        let public = app.get(PATH).await.text().await.unwrap();
        assert!(public.contains("đã giao") && !public.contains("value=\"an\""));
        app.stop().await;
    }
}

#[tokio::test]
async fn a_decision_that_is_refused_says_why_and_keeps_what_was_typed() {
    for test in databases().await {
        load(&test.db).await;
        user(&test.db, "an", &[Role::Officer]).await;
        let app = TestApp::start(&test).await;
        let browser = app.sign_in("an", PASSWORD).await;
        let open = flag(&test.db, GAPS[1].0, "F1").await;
        let address = format!("{PATH}/{}", open.id);
        for (owner, due, version, status, says) in [
            ("khong-ai", "2026-12-31", "1", 422, "không có ai đăng nhập"),
            ("an", "2026-11-01", "1", 422, "chọn hôm nay hoặc một ngày sau"),
            ("an", "2026-12-31", "7", 409, "Người khác vừa sửa"),
        ] {
            let fields =
                [("version", version), ("loc", "flag=F1"), ("owner", owner), ("cause", "data"), ("due_date", due)];
            let answer = browser.post(&address, &fields).await;
            assert_eq!(answer.status().as_u16(), status, "{says}");
            let page = html(answer).await;
            let form = first(&page, &format!("form[action=\"{address}\"]"));
            let error = first(&page, &format!("form[action=\"{address}\"] .error")).text().collect::<String>();
            assert!(error.contains(says), "{error}");
            let value = |selector: &str| {
                let field = Selector::parse(selector).unwrap();
                form.select(&field).next().unwrap().value().attr("value").unwrap().to_owned()
            };
            let typed = (value("input[name=owner]"), value("input[name=due_date]"), value("option[selected]"));
            assert_eq!(typed, (owner.to_owned(), due.to_owned(), "data".to_owned()));
            assert_eq!(value("input[name=version]"), "1", "the next try would overwrite or fail again");
            let details = first(&page, &format!("li[id=\"{}\"] details", GAPS[1].0));
            assert!(details.value().attr("open").is_some(), "the error is folded away");
            assert_eq!(texts(&page, ".total strong"), ["4"], "the filter was lost");
        }
        assert_eq!(flag(&test.db, GAPS[1].0, "F1").await, open);
        let without = browser.post_bare(&address, &[("version", "1"), ("owner", "an")]).await;
        assert_eq!(without.status().as_u16(), 403, "a form without the token of the session");
        let nobody = TestApp::browser().post(format!("{}{address}", app.base)).form(&[("owner", "an")]);
        assert_eq!(nobody.send().await.unwrap().status().as_u16(), 401);
        assert_eq!(flag(&test.db, GAPS[1].0, "F1").await, open);
        app.stop().await;
    }
}
