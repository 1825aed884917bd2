//! A form that was sent after its session was over is not lost.

use jiff::SignedDuration;
use scraper::{Html, Selector};
use toantrinh::account::model::Role;

use crate::support::{Browser, NOW, PASSWORD, TestApp, TestDb, databases, sqlite, user};

const PATH: &str = "/co-quan/thong-bao/gui-ra";
const SCRIPT: &str = "\"><script>alert('x')</script>";
const FORM: [(&str, &str); 4] =
    [("channel", "email"), ("target", "truc@example.vn"), (SCRIPT, SCRIPT), ("dòng", "một\nhai")];

/// A program with two people; the first one's session is over.
async fn over(db: &TestDb) -> (TestApp, Browser) {
    user(&db.db, "ha", &[Role::MetricOwner]).await;
    user(&db.db, "lan", &[Role::MetricOwner]).await;
    let app = TestApp::start(db).await;
    let browser = app.sign_in("ha", PASSWORD).await;
    app.clock.set(NOW + SignedDuration::from_mins(16));
    (app, browser)
}

/// Where the form of a page goes, and what it carries; it is the one that is not in the frame.
fn form(page: &str) -> (String, Vec<(String, String)>) {
    let page = Html::parse_document(page);
    let form = page.select(&Selector::parse("main form").unwrap()).next().unwrap();
    let inputs = Selector::parse("input[type=hidden]").unwrap();
    let text = |input: scraper::ElementRef, name| input.value().attr(name).unwrap_or_default().to_owned();
    let fields = form.select(&inputs).map(|input| (text(input, "name"), text(input, "value"))).collect();
    (form.value().attr("action").unwrap().to_owned(), fields)
}

fn pairs(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Signs in with what a page carried.
async fn sign_in(
    browser: &Browser,
    carried: &[(String, String)],
    login: &str,
    password: &str,
) -> (u16, String, String) {
    let mut fields = pairs(carried);
    fields.extend([("login", login), ("password", password)]);
    let answer = browser.post_bare("/dang-nhap", &fields).await;
    let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
    (answer.status().as_u16(), to, answer.text().await.unwrap())
}

#[tokio::test]
async fn a_form_that_came_too_late_is_sent_again_after_the_sign_in() {
    for db in databases().await {
        let (app, browser) = over(&db).await;
        let answer = browser.post(PATH, &FORM).await;
        assert_eq!((answer.status().as_u16(), answer.headers()["cache-control"].to_str().unwrap()), (401, "no-store"));
        let page = answer.text().await.unwrap();
        assert!(page.contains("Phiên làm việc đã hết") && !page.contains(SCRIPT));
        let (action, carried) = form(&page);
        assert_eq!(action, "/dang-nhap");
        assert!(!carried.iter().any(|(name, _)| name.contains("csrf")), "the token of a session that is over was kept");
        // A wrong password loses nothing.
        let (status, _, page) = sign_in(&browser, &carried, "ha", "sai").await;
        assert_eq!((status, form(&page).1), (422, carried.clone()));
        let (status, _, page) = sign_in(&browser, &carried, "ha", PASSWORD).await;
        assert!(status == 200 && page.contains("Gửi lại") && !page.contains(SCRIPT), "{page}");
        let nothing = browser.get(PATH).await.text().await.unwrap();
        assert!(!nothing.contains("truc@example.vn"), "it was sent without being asked");
        let (action, fields) = form(&page);
        assert_eq!(action, PATH);
        let (csrf, rest) = fields.split_first().unwrap();
        assert!(csrf.0 == "csrf" && csrf.1 != browser.csrf);
        assert_eq!(pairs(rest), FORM);
        assert_eq!(browser.post_bare(&action, &pairs(&fields)).await.status().as_u16(), 303);
        assert!(browser.get(PATH).await.text().await.unwrap().contains("truc@example.vn"));
        app.stop().await;
    }
}

#[tokio::test]
async fn somebody_else_does_not_send_it() {
    for db in databases().await {
        let (app, browser) = over(&db).await;
        let (_, carried) = form(&browser.post(PATH, &FORM).await.text().await.unwrap());
        let (status, to, page) = sign_in(&browser, &carried, "lan", PASSWORD).await;
        assert_eq!((status, to.as_str(), page.as_str()), (303, "/", ""));
        app.stop().await;
    }
}

#[tokio::test]
async fn what_does_not_come_from_a_page_of_the_session_is_not_carried() {
    let db = sqlite().await;
    let (app, browser) = over(&db).await;
    let lost = async |request: reqwest::RequestBuilder| {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 401);
        let page = answer.text().await.unwrap();
        assert!(!page.contains("truc@example.vn") && !page.contains("gui-lai"), "{page}");
    };
    let post = |path: &str| browser.client.post(format!("{}{path}", app.base));
    let with = |csrf: &str| {
        let mut form = FORM.to_vec();
        form.push(("csrf", csrf));
        form.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
    };
    lost(post(PATH).form(&FORM)).await;
    lost(post(PATH).form(&with(&app.sign_in("lan", PASSWORD).await.csrf))).await;
    lost(app.client.post(format!("{}{PATH}", app.base)).form(&with(&browser.csrf))).await;
    lost(post(PATH).json(&FORM)).await;
    let large = "x".repeat(1024 * 1024);
    lost(post(PATH).form(&[("target", "truc@example.vn"), ("csrf", &browser.csrf), ("note", &large)])).await;
    let many: Vec<(&str, &str)> =
        std::iter::repeat_n(("a", ""), 1_001).chain([("csrf", browser.csrf.as_str())]).collect();
    lost(post(PATH).form(&many)).await;
    let api = post("/api/v1/subscriptions").form(&with(&browser.csrf)).send().await.unwrap();
    assert_eq!(
        (api.status().as_u16(), api.headers()["content-type"].to_str().unwrap()),
        (401, "application/problem+json")
    );
    let foreign = post(PATH).form(&with(&browser.csrf)).header("origin", "https://evil.example").send().await.unwrap();
    assert_eq!(foreign.status().as_u16(), 403);
    app.stop().await;
}

#[tokio::test]
async fn a_password_is_never_carried() {
    let db = sqlite().await;
    let (app, browser) = over(&db).await;
    let form = [("password", PASSWORD), ("new_password", "hoa súng trắng bên bờ ao"), ("again_password", "x")];
    let answer = browser.post("/tai-khoan/mat-khau", &form).await;
    assert_eq!(answer.status().as_u16(), 401);
    let page = answer.text().await.unwrap();
    assert!(!page.contains(PASSWORD) && !page.contains("hoa súng"));
    app.stop().await;
}

#[tokio::test]
async fn after_the_sign_in_nobody_is_sent_elsewhere() {
    let db = sqlite().await;
    let (app, browser) = over(&db).await;
    for address in ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"] {
        let carried = [("gui-lai".to_owned(), address.to_owned()), ("f.a".to_owned(), "b".to_owned())];
        // Their session is over, so what the form carries would count.
        app.clock.set(NOW);
        let browser_of = app.sign_in("ha", PASSWORD).await;
        app.clock.set(NOW + SignedDuration::from_mins(16));
        let (status, to, _) = sign_in(&browser_of, &carried, "ha", PASSWORD).await;
        assert_eq!((status, to.as_str()), (303, "/"), "{address}");
    }
    drop(browser);
    app.stop().await;
}
