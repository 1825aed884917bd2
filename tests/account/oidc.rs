//! Signing in by a real provider: npm's `oidc-provider`, on loopback.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;
use toantrinh::account::actions::{NewUser, add_user, disable_user};
use toantrinh::account::audit;
use toantrinh::account::model::Role;
use toantrinh::platform::db::{Db, Tx};
use url::Url;

use super::BY;
use crate::support::{PASSWORD, TestApp, TestDb, databases};

/// Where the provider believes the program to be; the test carries people over to where it is.
const BASE: &str = "http://127.0.0.1:1";
const SECRET: &str = "bi mat: 32 ky tu & hon / the nua";

/// The provider lives by the clock of the machine.
#[expect(clippy::disallowed_methods, reason = "a real provider gives real times")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// A provider; it ends with the test.
struct Provider {
    child: Child,
    issuer: String,
    folder: TempDir,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Provider {
    /// Starts one; `None`, said aloud, where it is not installed.
    fn start() -> Option<Self> {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oidc");
        if !scripts.join("node_modules/oidc-provider").exists() {
            eprintln!("SKIPPED on a real OpenID provider: run `npm ci` in tests/oidc; tests/run does");
            return None;
        }
        let back = format!("{BASE}/dang-nhap/oidc/tra-loi");
        let mut command = Command::new("node");
        command.args(["provider.mjs", &back, SECRET]).current_dir(scripts);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut issuer = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut issuer).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), format!("{SECRET}\n")).unwrap();
        Some(Self { child, issuer: issuer.trim().to_owned(), folder })
    }

    /// A program that people sign in to by it.
    async fn program(&self, db: &TestDb, claim: &str) -> TestApp {
        self.program_of(db, claim, "toantrinh").await
    }

    async fn program_of(&self, db: &TestDb, claim: &str, client: &str) -> TestApp {
        let app = TestApp::start_with(db, |settings| {
            settings.http.allow_loopback = true;
            settings.oidc.issuer.clone_from(&self.issuer);
            client.clone_into(&mut settings.oidc.client_id);
            settings.oidc.client_secret_file = self.folder.path().join("secret").display().to_string();
            BASE.clone_into(&mut settings.oidc.base_url);
            "Cổng thử".clone_into(&mut settings.oidc.name);
            claim.clone_into(&mut settings.oidc.login_claim);
        })
        .await;
        app.clock.set(now());
        app
    }

    /// Says whom it lets in, and what it does to their token.
    async fn order(&self, orders: Value) {
        let sent = reqwest::Client::new().post(format!("{}/orders", self.issuer)).json(&orders).send().await.unwrap();
        assert_eq!(sent.status().as_u16(), 200);
    }
}

fn account(sub: &str, login: &str) -> Value {
    json!({ "sub": sub, "preferred_username": login, "email": format!("{login}@example.vn"), "email_verified": true })
}

async fn user(db: &Db, login: &str) {
    let new =
        NewUser { login, name: "Nguyễn Văn An", password: PASSWORD, roles: &[Role::Officer], organisation_id: None };
    add_user(db, BY, new, now()).await.unwrap();
}

/// Goes to the provider with a browser and through it; gives the address it sends back to.
async fn away(app: &TestApp, browser: &reqwest::Client) -> String {
    let address = Url::parse(&format!("{}/dang-nhap/oidc?tiep=/tinh-trang", app.base)).unwrap();
    let answer = browser.get(address.clone()).send().await.unwrap();
    through(browser, address, answer).await
}

/// Goes on where an answer leads, through the provider.
async fn through(browser: &reqwest::Client, mut address: Url, first: reqwest::Response) -> String {
    let mut next = Some(first);
    for _ in 0..10 {
        let answer = match next.take() {
            Some(answer) => answer,
            None => browser.get(address.clone()).send().await.unwrap(),
        };
        assert_eq!(answer.status().as_u16(), 303, "{address}: {}", answer.text().await.unwrap());
        address = address.join(answer.headers()["location"].to_str().unwrap()).unwrap();
        if address.as_str().starts_with(BASE) {
            return address[url::Position::BeforePath..].to_owned();
        }
    }
    panic!("the provider does not send back");
}

/// Comes back; gives the status, where it leads, and the page.
async fn come(app: &TestApp, browser: &reqwest::Client, back: &str) -> (u16, String, String) {
    let answer = browser.get(format!("{}{back}", app.base)).send().await.unwrap();
    let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
    (answer.status().as_u16(), to, answer.text().await.unwrap())
}

/// Who a browser is signed in as; empty for nobody.
async fn who(app: &TestApp, browser: &reqwest::Client) -> String {
    let answer = browser.get(format!("{}/api/v1/me", app.base)).send().await.unwrap();
    if answer.status() != 200 {
        return String::new();
    }
    answer.json::<Value>().await.unwrap()["login"].as_str().unwrap().to_owned()
}

/// The whole way with a new browser; gives the status and who it is signed in as.
async fn enter(app: &TestApp) -> (u16, String) {
    let browser = TestApp::browser();
    let back = away(app, &browser).await;
    let (status, ..) = come(app, &browser, &back).await;
    (status, who(app, &browser).await)
}

/// The newest audit entry: action, subject, why.
async fn last(db: &Db) -> (String, String, String) {
    let entry = audit::page(&mut db.read().await.unwrap(), i64::MAX, 1).await.unwrap().remove(0);
    let detail: Value = serde_json::from_str(&entry.detail).unwrap();
    (entry.action, entry.subject, detail["why"].as_str().unwrap_or_default().to_owned())
}

async fn execute(db: &Db, statement: &'static str) {
    match db.write().await.unwrap() {
        Tx::Sqlite(mut tx) => {
            sqlx::query(statement).execute(&mut *tx).await.unwrap();
            tx.commit().await.unwrap();
        }
        Tx::Postgres(mut tx) => {
            sqlx::query(statement).execute(&mut *tx).await.unwrap();
            tx.commit().await.unwrap();
        }
    }
}

#[tokio::test]
async fn somebody_comes_in_by_the_provider_and_is_known_by_its_subject_from_then_on() {
    let Some(provider) = Provider::start() else { return };
    for db in databases().await {
        user(&db.db, "an").await;
        user(&db.db, "binh").await;
        let app = provider.program(&db, "preferred_username").await;
        provider.order(json!({ "account": account("1", "An") })).await;
        let page = app.get("/dang-nhap?tiep=/tinh-trang").await.text().await.unwrap();
        assert!(page.contains("Đăng nhập bằng Cổng thử") && page.contains("/dang-nhap/oidc?tiep=%2Ftinh-trang"));
        let browser = TestApp::browser();
        let back = away(&app, &browser).await;
        let answer = browser.get(format!("{}{back}", app.base)).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.headers()["location"].to_str().unwrap()), (303, "/tinh-trang"));
        let cookies: Vec<&str> = answer.headers().get_all("set-cookie").iter().map(|c| c.to_str().unwrap()).collect();
        assert!(cookies.iter().any(|c| c.starts_with("toantrinh_oidc=;") && c.contains("Max-Age=0")), "{cookies:?}");
        assert_eq!(who(&app, &browser).await, "an");
        let entries = audit::page(&mut db.db.read().await.unwrap(), i64::MAX, 2).await.unwrap();
        assert_eq!((entries[0].action.as_str(), entries[1].action.as_str()), ("sign_in", "identity_linked"));
        assert!(entries[0].detail.contains("\"via\":\"oidc\"") && entries[1].detail.contains("\"subject\":\"1\""));
        // The name may change there; it is the same person.
        provider.order(json!({ "account": account("1", "binh") })).await;
        assert_eq!(enter(&app).await, (303, "an".to_owned()));
        // Somebody else who was given the old name is not.
        provider.order(json!({ "account": account("2", "an") })).await;
        assert_eq!(enter(&app).await, (403, String::new()));
        assert_eq!(last(&db.db).await.2, "no_user");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_form_that_came_too_late_goes_along_to_the_provider_and_back() {
    let Some(provider) = Provider::start() else { return };
    for db in databases().await {
        user(&db.db, "an").await;
        let app = provider.program(&db, "preferred_username").await;
        provider.order(json!({ "account": account("1", "an") })).await;
        let browser = TestApp::browser();
        let back = away(&app, &browser).await;
        assert_eq!(come(&app, &browser, &back).await.0, 303);
        let page = browser.get(format!("{}/tai-khoan", app.base)).send().await.unwrap().text().await.unwrap();
        let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        execute(&db.db, "UPDATE sessions SET last_seen_at = last_seen_at - 960000").await;
        let late = [("csrf", csrf), ("email", "an@so.example")];
        let late = browser.post(format!("{}/tai-khoan/thong-bao", app.base)).form(&late).send().await.unwrap();
        assert_eq!(late.status().as_u16(), 401);
        assert!(late.text().await.unwrap().contains("formaction=\"/dang-nhap/oidc\""));
        let carried =
            [("gui-lai", "/tai-khoan/thong-bao"), ("f.email", "an@so.example"), ("login", ""), ("password", "")];
        let address = Url::parse(&format!("{}/dang-nhap/oidc", app.base)).unwrap();
        let answer = browser.post(address.clone()).form(&carried).send().await.unwrap();
        let back = through(&browser, address.clone(), answer).await;
        let (status, _, page) = come(&app, &browser, &back).await;
        assert!(status == 200 && page.contains("Gửi lại") && page.contains("an@so.example"), "{status} {page}");
        assert_eq!(who(&app, &browser).await, "an");
        // Who never had a session here leaves nothing behind.
        let stranger = TestApp::browser();
        let answer = stranger.post(address.clone()).form(&carried).send().await.unwrap();
        let back = through(&stranger, address, answer).await;
        let (status, to, _) = come(&app, &stranger, &back).await;
        assert_eq!((status, to.as_str()), (303, "/"));
        app.stop().await;
    }
}

#[tokio::test]
async fn an_unknown_a_disabled_and_an_unverified_user_get_the_same_answer() {
    let Some(provider) = Provider::start() else { return };
    for db in databases().await {
        user(&db.db, "an@example.vn").await;
        user(&db.db, "binh@example.vn").await;
        disable_user(&db.db, BY, "binh@example.vn", now()).await.unwrap();
        let app = provider.program(&db, "email").await;
        let mut unverified = account("3", "an");
        unverified["email_verified"] = json!(false);
        let mut pages = Vec::new();
        for orders in [account("1", "chi"), account("2", "binh"), unverified, account("4", "không phải tên")] {
            provider.order(json!({ "account": orders })).await;
            let browser = TestApp::browser();
            let back = away(&app, &browser).await;
            let (status, _, page) = come(&app, &browser, &back).await;
            assert_eq!((status, who(&app, &browser).await), (403, String::new()), "{orders}");
            assert_eq!(last(&db.db).await, ("sign_in_failed".into(), "unknown".into(), "no_user".into()));
            pages.push(page);
        }
        assert!(pages[0].contains("Chưa có người dùng nào ở đây") && pages.iter().all(|page| *page == pages[0]));
        // Somebody who was linked and is disabled later.
        provider.order(json!({ "account": account("5", "an") })).await;
        assert_eq!(enter(&app).await, (303, "an@example.vn".to_owned()));
        disable_user(&db.db, BY, "an@example.vn", now()).await.unwrap();
        assert_eq!(enter(&app).await, (403, String::new()));
        app.stop().await;
    }
}

#[tokio::test]
async fn what_comes_back_is_taken_once_and_from_the_browser_that_went() {
    let Some(provider) = Provider::start() else { return };
    provider.order(json!({ "account": account("1", "an") })).await;
    for db in databases().await {
        user(&db.db, "an").await;
        let app = provider.program(&db, "preferred_username").await;
        let browser = TestApp::browser();
        let back = away(&app, &browser).await;
        let refused = async |client: &reqwest::Client, back: &str| {
            let (status, _, page) = come(&app, client, back).await;
            assert!(status == 422 && page.contains("đã quá lâu hoặc đã dùng rồi"), "{status} {page}");
            assert_eq!(last(&db.db).await, ("sign_in_failed".into(), "unknown".into(), "unknown_way".into()));
        };
        // Another browser, one that went itself, and another state.
        refused(&TestApp::browser(), &back).await;
        let other = TestApp::browser();
        away(&app, &other).await;
        refused(&other, &back).await;
        let state = back.split("state=").nth(1).unwrap().split('&').next().unwrap();
        refused(&browser, &back.replace(state, "x")).await;
        refused(&browser, "/dang-nhap/oidc/tra-loi").await;
        assert_eq!(come(&app, &browser, &back).await.0, 303);
        assert_eq!(who(&app, &browser).await, "an");
        // The same code and state again, also while the browser still has its cookie from a new way.
        refused(&browser, &back).await;
        let again = away(&app, &browser).await;
        refused(&browser, &back).await;
        // An old code with a new state: the provider does not take it.
        let code = |back: &str| back.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
        let (status, ..) = come(&app, &browser, &again.replace(&code(&again), &code(&back))).await;
        assert_eq!((status, last(&db.db).await.2.as_str()), (403, "code"));
        // Too late.
        let late = TestApp::browser();
        let back = away(&app, &late).await;
        app.clock.set(now() + SignedDuration::from_mins(11));
        refused(&late, &back).await;
        app.stop().await;
    }
}

#[tokio::test]
async fn a_token_that_was_changed_or_is_for_something_else_lets_nobody_in() {
    let Some(provider) = Provider::start() else { return };
    for db in databases().await {
        user(&db.db, "an").await;
        user(&db.db, "binh").await;
        let app = provider.program(&db, "preferred_username").await;
        let mut orders: Vec<Value> = ["payload", "signature", "foreign", "rotated", "none", "hmac", "missing"]
            .iter()
            .map(|how| json!({ "tamper": how }))
            .collect();
        for claims in [
            json!({ "nonce": "another" }),
            json!({ "aud": "another" }),
            json!({ "aud": ["toantrinh", "another"] }),
            json!({ "iss": "http://127.0.0.1:9" }),
            json!({ "exp": 1_000_000_000 }),
            json!({ "iat": 4_000_000_000_i64 }),
            json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" }),
            json!({ "sub": "2" }),
        ] {
            orders.push(json!({ "tamper": "claims", "claims": claims }));
        }
        for mut order in orders {
            order["account"] = account("1", "an");
            provider.order(order.clone()).await;
            assert_eq!(enter(&app).await, (403, String::new()), "{order}");
            assert_eq!(last(&db.db).await, ("sign_in_failed".into(), "unknown".into(), "token".into()), "{order}");
        }
        provider.order(json!({ "account": account("1", "an") })).await;
        let browser = TestApp::browser();
        let back = away(&app, &browser).await;
        execute(&db.db, "UPDATE oidc_pending SET nonce = 'another'").await;
        assert_eq!((come(&app, &browser, &back).await.0, last(&db.db).await.2.as_str()), (403, "token"));
        let back = away(&app, &browser).await;
        execute(&db.db, "UPDATE oidc_pending SET verifier = 'another-verifier-that-is-long-enough-for-pkce-0'").await;
        assert_eq!((come(&app, &browser, &back).await.0, last(&db.db).await.2.as_str()), (403, "code"));
        assert_eq!(enter(&app).await, (303, "an".to_owned()), "what is right is taken after all that");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_key_that_the_provider_changed_is_asked_for_and_elliptic_ones_are_taken() {
    let Some(provider) = Provider::start() else { return };
    for db in databases().await {
        user(&db.db, "an").await;
        let app = provider.program(&db, "preferred_username").await;
        provider.order(json!({ "account": account("1", "an") })).await;
        assert_eq!(enter(&app).await, (303, "an".to_owned()));
        provider.order(json!({ "account": account("1", "an"), "tamper": "rotated", "published": true })).await;
        assert_eq!(enter(&app).await, (403, String::new()), "it is asked once a minute only");
        app.clock.set(now() + SignedDuration::from_secs(61));
        assert_eq!(enter(&app).await, (303, "an".to_owned()));
        app.stop().await;
    }
    let db = databases().await.remove(0);
    user(&db.db, "an").await;
    provider.order(json!({ "account": account("1", "an") })).await;
    let app = provider.program_of(&db, "preferred_username", "elliptic").await;
    assert_eq!(enter(&app).await, (303, "an".to_owned()));
    app.stop().await;
}

#[tokio::test]
async fn a_provider_that_lets_nobody_in_or_is_away_is_said_so() {
    let Some(provider) = Provider::start() else { return };
    for db in databases().await {
        user(&db.db, "an").await;
        let app = provider.program(&db, "preferred_username").await;
        provider.order(json!({ "account": account("1", "an"), "refuse": true })).await;
        let browser = TestApp::browser();
        let back = away(&app, &browser).await;
        let (status, _, page) = come(&app, &browser, &back).await;
        assert!(status == 403 && page.contains("Bạn chưa đăng nhập xong bằng Cổng thử"), "{status} {page}");
        assert_eq!(last(&db.db).await.2, "refused_by_provider");
        provider.order(json!({ "account": account("1", "an") })).await;
        let back = away(&app, &browser).await;
        let other = back.split("iss=").nth(1).unwrap().to_owned();
        let (status, ..) = come(&app, &browser, &back.replace(&other, "http%3A%2F%2Fevil.example")).await;
        assert_eq!((status, last(&db.db).await.2.as_str()), (403, "refused_by_provider"), "another provider answered");
        app.stop().await;
    }
    // Without `http.allow_loopback`, or with nobody there.
    for (allow_loopback, issuer) in [(false, provider.issuer.as_str()), (true, BASE)] {
        for db in databases().await {
            let app = TestApp::start_with(&db, |settings| {
                settings.http.allow_loopback = allow_loopback;
                issuer.clone_into(&mut settings.oidc.issuer);
                "toantrinh".clone_into(&mut settings.oidc.client_id);
                BASE.clone_into(&mut settings.oidc.base_url);
            })
            .await;
            let answer = TestApp::browser().get(format!("{}/dang-nhap/oidc", app.base)).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), 503);
            assert!(answer.text().await.unwrap().contains("Hiện không kết nối được với"));
            app.stop().await;
        }
    }
}

#[tokio::test]
async fn who_is_away_for_too_long_stays_out_by_the_provider_too() {
    let Some(provider) = Provider::start() else { return };
    provider.order(json!({ "account": account("1", "an") })).await;
    for db in databases().await {
        user(&db.db, "an").await;
        let app = provider.program(&db, "preferred_username").await;
        assert_eq!(enter(&app).await, (303, "an".to_owned()));
        execute(&db.db, "UPDATE users SET active_at = 0").await;
        assert_eq!(enter(&app).await, (403, String::new()));
        assert_eq!(last(&db.db).await, ("sign_in_refused".into(), "an".into(), "inactive".into()));
        app.stop().await;
    }
}

#[tokio::test]
async fn without_a_provider_there_is_no_way_to_one() {
    let db = databases().await.remove(0);
    let app = TestApp::start(&db).await;
    assert_eq!(app.get("/dang-nhap/oidc").await.status().as_u16(), 404);
    assert_eq!(app.get("/dang-nhap/oidc/tra-loi?code=a&state=b").await.status().as_u16(), 404);
    assert!(!app.get("/dang-nhap").await.text().await.unwrap().contains("/dang-nhap/oidc"));
    app.stop().await;
}
