//! People: signing in, sessions, tokens, who may use what, the record of who did what.

mod again;
mod chain;
mod chain_kept;
mod limits;
mod oidc;
mod routes;
mod sessions;

use jiff::SignedDuration;
use toantrinh::account::actions::{AccountError, NewUser, add_organisation, add_user, disable_user};
use toantrinh::account::audit::{self, Author};
use toantrinh::account::model::Role;
use toantrinh::account::session::actions::{actor_of_session, actor_of_token, make_token, revoke_tokens, sign_in};
use toantrinh::account::store;
use toantrinh::config::Account;
use toantrinh::platform::db::{Db, Tx};

use crate::support::{NOW, PASSWORD, TestApp, databases, sqlite, user};

const BY: Author<'static> = Author::COMMAND_LINE;

#[tokio::test]
async fn a_person_signs_in_is_named_on_every_page_and_signs_out() {
    for db in databases().await {
        user(&db.db, "an", &[Role::Officer]).await;
        let app = TestApp::start(&db).await;
        let packed = async |client: &reqwest::Client| {
            let request = client.get(format!("{}/", app.base)).header("accept-encoding", "gzip");
            request.send().await.unwrap().headers().contains_key("content-encoding")
        };
        assert!(app.get("/").await.text().await.unwrap().contains("href=\"/dang-nhap\""));
        assert!(packed(&TestApp::browser()).await);
        let browser = app.sign_in("An ", PASSWORD).await;
        let page = browser.get("/").await;
        assert_eq!(page.headers()["cache-control"], "no-store");
        assert!(page.text().await.unwrap().contains("Nguyễn Văn An"));
        assert!(!packed(&browser.client).await, "the packed size would betray the csrf token");
        let me: serde_json::Value = browser.get("/api/v1/me").await.json().await.unwrap();
        assert_eq!((me["login"].as_str(), me["roles"][0].as_str()), (Some("an"), Some("officer")));
        assert_eq!(browser.get("/dang-nhap?tiep=/thu-tuc/1").await.headers()["location"], "/thu-tuc/1");
        assert_eq!(browser.post("/dang-xuat", &[]).await.status().as_u16(), 303);
        assert_eq!(browser.get("/api/v1/me").await.status().as_u16(), 401);
        app.stop().await;
    }
}

#[tokio::test]
async fn a_wrong_password_an_unknown_login_and_a_disabled_user_get_the_same_answer() {
    for db in databases().await {
        user(&db.db, "an", &[Role::Officer]).await;
        user(&db.db, "binh", &[Role::Officer]).await;
        disable_user(&db.db, BY, "binh", NOW).await.unwrap();
        let app = TestApp::start(&db).await;
        for (login, password) in
            [("an", "mật khẩu nào khác"), ("chi", PASSWORD), ("binh", PASSWORD), ("<\0>", PASSWORD)]
        {
            let form = [("login", login), ("password", password), ("tiep", "/thu-tuc/1")];
            let answer = app.client.post(format!("{}/dang-nhap", app.base)).form(&form).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), 422, "{login}");
            assert_eq!(answer.headers().get("set-cookie"), None);
            let html = answer.text().await.unwrap();
            assert!(html.contains("Tên đăng nhập hoặc mật khẩu không đúng."), "{login}");
            assert!(login.starts_with('<') || html.contains(&format!("value=\"{login}\"")), "what was typed was lost");
            assert!(html.contains("value=\"/thu-tuc/1\"") && !html.contains(password));
        }
        let entries = audit::page(&mut db.db.read().await.unwrap(), i64::MAX, 4).await.unwrap();
        let subjects: Vec<&str> = entries.iter().map(|e| e.subject.as_str()).collect();
        assert_eq!(subjects, ["unknown", "binh", "unknown", "an"]);
        app.stop().await;
    }
}

#[tokio::test]
async fn a_session_ends_when_it_is_left_alone_and_at_the_latest_after_a_working_day() {
    for db in databases().await {
        user(&db.db, "an", &[Role::Officer]).await;
        let app = TestApp::start(&db).await;
        let minutes = |n: i64| NOW + SignedDuration::from_mins(n);
        let browser = app.sign_in("an", PASSWORD).await;
        app.clock.set(minutes(14));
        assert_eq!(browser.get("/api/v1/me").await.status().as_u16(), 200);
        app.clock.set(minutes(28));
        assert_eq!(browser.get("/api/v1/me").await.status().as_u16(), 200, "its use was not noted");
        app.clock.set(minutes(28 + 15));
        assert_eq!(browser.get("/api/v1/me").await.status().as_u16(), 401, "left alone for 15 minutes");
        app.clock.set(NOW);
        let browser = app.sign_in("an", PASSWORD).await;
        for n in (0..12 * 60).step_by(10) {
            app.clock.set(minutes(n));
            assert_eq!(browser.get("/api/v1/me").await.status().as_u16(), 200, "after {n} minutes");
        }
        app.clock.set(minutes(12 * 60));
        assert_eq!(browser.get("/api/v1/me").await.status().as_u16(), 401, "after 12 hours");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_cookie_holds_for_scripts_of_nobody_and_a_changed_one_is_worth_nothing() {
    let db = sqlite().await;
    user(&db.db, "an", &[Role::Officer]).await;
    let app = TestApp::start_with(&db, |s| s.server.secure_cookies = true).await;
    let form = [("login", "an"), ("password", PASSWORD)];
    let answer = TestApp::browser().post(format!("{}/dang-nhap", app.base)).form(&form).send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Secure"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let pair = cookie.split(';').next().unwrap();
    let status = async |cookie: String| {
        let request = app.client.get(format!("{}/api/v1/me", app.base)).header("cookie", cookie);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(status(pair.to_owned()).await, 200);
    let (name, value) = pair.split_once('=').unwrap();
    let secret = &value[value.len() - 64..];
    let other = if secret.ends_with('0') { "1" } else { "0" };
    assert_eq!(status(format!("{name}={}{other}", &value[..value.len() - 1])).await, 401, "changed");
    assert_eq!(status(format!("{name}={secret}")).await, 401, "not signed");
    let kept: Vec<String> = match &db.db {
        Db::Sqlite { readers, .. } => sqlx::query_scalar("SELECT id FROM sessions").fetch_all(readers).await.unwrap(),
        Db::Postgres(_) => unreachable!(),
    };
    assert!(!kept.is_empty() && !kept.iter().any(|id| id == secret), "the secret itself is stored");
    app.stop().await;
}

#[tokio::test]
async fn every_sign_in_opens_a_new_session_and_ends_the_one_before() {
    for db in databases().await {
        user(&db.db, "an", &[Role::Officer]).await;
        let first = sign_in(&db.db, &Account::default(), "an", PASSWORD, None, NOW).await.unwrap();
        let second = sign_in(&db.db, &Account::default(), "an", PASSWORD, Some(&first.secret), NOW).await.unwrap();
        assert_ne!(first.secret.sha256(), second.secret.sha256());
        let limits = Account::default();
        let who = |secret| actor_of_session(&db.db, &limits, secret, NOW);
        assert_eq!(who(&first.secret).await.unwrap(), None);
        assert_eq!(who(&second.secret).await.unwrap().unwrap().login, "an");
        disable_user(&db.db, BY, "an", NOW).await.unwrap();
        assert_eq!(who(&second.secret).await.unwrap(), None, "a disabled user still acts");
    }
}

#[tokio::test]
async fn what_changes_something_must_come_from_our_own_pages() {
    for db in databases().await {
        user(&db.db, "an", &[Role::Officer]).await;
        user(&db.db, "binh", &[Role::Officer]).await;
        let app = TestApp::start(&db).await;
        let browser = app.sign_in("an", PASSWORD).await;
        let other = app.sign_in("binh", PASSWORD).await;
        assert_eq!(browser.post_bare("/dang-xuat", &[]).await.status().as_u16(), 403, "no token");
        assert_eq!(browser.post_bare("/dang-xuat", &[("csrf", &other.csrf)]).await.status().as_u16(), 403, "another's");
        let bare = browser.client.post(format!("{}/dang-xuat", app.base));
        assert_eq!(bare.send().await.unwrap().status().as_u16(), 403, "no form");
        let header = |value: &str| browser.client.post(format!("{}/dang-xuat", app.base)).header("x-csrf-token", value);
        assert_eq!(header("wrong").send().await.unwrap().status().as_u16(), 403);
        let foreign = header(&browser.csrf).header("origin", "https://evil.example");
        assert_eq!(foreign.send().await.unwrap().status().as_u16(), 403, "another site");
        assert_eq!(browser.get("/api/v1/me").await.status().as_u16(), 200, "one of them signed out");
        let own = header(&browser.csrf).header("origin", &app.base);
        assert_eq!(own.send().await.unwrap().status().as_u16(), 303);
        let form = [("login", "an"), ("password", PASSWORD)];
        let sign_in = app.client.post(format!("{}/dang-nhap", app.base)).form(&form);
        assert_eq!(sign_in.header("origin", "null").send().await.unwrap().status().as_u16(), 403);
        app.stop().await;
    }
}

#[tokio::test]
async fn without_the_database_public_pages_stay_and_nobody_is_let_in() {
    let db = sqlite().await;
    user(&db.db, "an", &[Role::Officer]).await;
    let app = TestApp::start(&db).await;
    let browser = app.sign_in("an", PASSWORD).await;
    db.db.close().await;
    assert_eq!(browser.get("/").await.status().as_u16(), 200);
    assert_eq!(browser.get("/api/v1/me").await.status().as_u16(), 500);
    assert_eq!(browser.post("/dang-xuat", &[]).await.status().as_u16(), 500);
    app.stop().await;
}

#[tokio::test]
async fn a_token_speaks_for_its_user_until_it_expires_or_is_revoked() {
    for db in databases().await {
        user(&db.db, "an", &[Role::Auditor]).await;
        let app = TestApp::start(&db).await;
        let later = NOW + SignedDuration::from_hours(24);
        let lasting = make_token(&db.db, BY, "an", "báo cáo", None, NOW).await.unwrap();
        let short = make_token(&db.db, BY, "an", "thử", Some(later), NOW).await.unwrap();
        let status = async |token: &str| {
            let request = app.client.get(format!("{}/api/v1/audit?limit=1", app.base)).bearer_auth(token);
            request.send().await.unwrap().status().as_u16()
        };
        assert_eq!((status(lasting.reveal()).await, status("tt_0").await), (200, 401));
        app.clock.set(later);
        assert_eq!(status(short.reveal()).await, 401, "it expired");
        assert_eq!(revoke_tokens(&db.db, BY, "an", "báo cáo", later).await.unwrap(), 1);
        assert_eq!(status(lasting.reveal()).await, 401, "it was revoked");
        let last = make_token(&db.db, BY, "an", "báo cáo", None, later).await.unwrap();
        disable_user(&db.db, BY, "an", later).await.unwrap();
        assert_eq!(
            actor_of_token(&db.db, &Account::default(), &last, later).await.unwrap(),
            None,
            "its user is disabled"
        );
        app.stop().await;
    }
}

#[tokio::test]
async fn the_audit_log_pages_through_every_entry_once() {
    for db in databases().await {
        user(&db.db, "an", &[Role::Auditor]).await;
        for n in 0..6 {
            make_token(&db.db, BY, "an", &format!("số {n}"), None, NOW).await.unwrap();
        }
        let app = TestApp::start(&db).await;
        let browser = app.sign_in("an", PASSWORD).await;
        let (mut seqs, mut path) = (Vec::new(), "/api/v1/audit?limit=3".to_owned());
        loop {
            let page: serde_json::Value = browser.get(&path).await.json().await.unwrap();
            seqs.extend(page["items"].as_array().unwrap().iter().map(|item| item["seq"].as_i64().unwrap()));
            match page["next_cursor"].as_i64() {
                Some(cursor) => path = format!("/api/v1/audit?limit=3&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(seqs, (1..=8).rev().collect::<Vec<_>>());
        let wrong: serde_json::Value = browser.get("/api/v1/audit?limit=0").await.json().await.unwrap();
        assert_eq!((wrong["code"].as_str(), wrong["field"].as_str()), (Some("invalid_parameter"), Some("limit")));
        app.stop().await;
    }
}

#[tokio::test]
async fn an_audit_entry_is_never_changed_deleted_or_replaced() {
    for db in databases().await {
        user(&db.db, "an", &[Role::Officer]).await;
        let replace = "INSERT INTO audit (seq, at, actor_name, action, subject, detail) VALUES (1, 0, '', '', '', '')";
        let statements: &[&'static str] = match &db.db {
            Db::Sqlite { .. } => &[
                "UPDATE audit SET actor_name = 'x'",
                "DELETE FROM audit",
                "INSERT OR REPLACE INTO audit (seq, at, actor_name, action, subject, detail) VALUES (1, 0, '', '', '', '')",
                replace,
            ],
            Db::Postgres(_) => &[
                "UPDATE audit SET actor_name = 'x'",
                "DELETE FROM audit",
                "TRUNCATE audit",
                "INSERT INTO audit (seq, at, actor_name, action, subject, detail) VALUES (1, 0, '', '', '', '')
                 ON CONFLICT (seq) DO UPDATE SET actor_name = 'x'",
                replace,
            ],
        };
        for statement in statements {
            let done = match db.db.write().await.unwrap() {
                Tx::Sqlite(mut tx) => sqlx::query(*statement).execute(&mut *tx).await.map(|_| ()),
                Tx::Postgres(mut tx) => sqlx::query(*statement).execute(&mut *tx).await.map(|_| ()),
            };
            assert!(done.is_err(), "{statement} on {}", db.db.kind());
        }
        let entries = audit::page(&mut db.db.read().await.unwrap(), i64::MAX, 10).await.unwrap();
        assert_eq!((entries.len(), entries[0].action.as_str(), entries[0].seq), (1, "user_added", 1));
        assert!(!entries[0].detail.contains("argon2") && !entries[0].detail.contains(PASSWORD));
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_and_leaves_no_trace() {
    for db in databases().await {
        let db = &db.db;
        add_organisation(db, BY, "H31", "UBND tỉnh", None, NOW).await.unwrap();
        add_organisation(db, BY, "H31.1", "Sở Y tế", Some("H31"), NOW).await.unwrap();
        let again = add_organisation(db, BY, "H31", "UBND tỉnh", None, NOW).await;
        assert!(matches!(again, Err(AccountError::OrganisationId(_))));
        let lost = add_organisation(db, BY, "H32", "Sở", Some("H99"), NOW).await;
        assert!(matches!(lost, Err(AccountError::UnknownOrganisation(_))));
        let new = NewUser {
            login: "An",
            name: "An",
            password: PASSWORD,
            roles: &[Role::Officer, Role::AgencyHead],
            organisation_id: Some("H31.1"),
        };
        add_user(db, BY, new.clone(), NOW).await.unwrap();
        let error = async |new| add_user(db, BY, new, NOW).await.unwrap_err();
        assert!(matches!(error(new.clone()).await, AccountError::LoginTaken(_)));
        let new = NewUser { login: "binh", ..new };
        assert!(error(NewUser { login: "hai từ", ..new.clone() }).await.to_string().contains("a-z"));
        assert!(error(NewUser { password: "ngắn", ..new.clone() }).await.to_string().contains("at least 14"));
        assert!(matches!(error(NewUser { roles: &[], ..new.clone() }).await, AccountError::NoRole));
        assert!(matches!(error(NewUser { name: " ", ..new.clone() }).await, AccountError::Text("name")));
        let nowhere = error(NewUser { organisation_id: Some("H99"), ..new }).await;
        assert!(matches!(nowhere, AccountError::UnknownOrganisation(_)));
        let mut tx = db.read().await.unwrap();
        let users = store::users(&mut tx, "", 10).await.unwrap();
        assert_eq!((users.len(), users[0].actor.login.as_str(), users[0].actor.roles.len()), (1, "an", 2));
        assert!(users[0].actor.acts_for("H31.1", &store::tree(&mut tx).await.unwrap()));
        assert!(!users[0].actor.acts_for("H31", &store::tree(&mut tx).await.unwrap()));
        assert_eq!(audit::page(&mut tx, i64::MAX, 10).await.unwrap().len(), 3);
    }
}
