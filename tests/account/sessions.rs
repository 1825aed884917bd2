//! Sessions that people and administrators end, passwords they change, and what a sign-in does to the session before it.

use std::process::Command;

use toantrinh::account::actions::AccountError;
use toantrinh::account::manage::{revoke_sessions, set_password};
use toantrinh::account::model::Role;
use toantrinh::account::session::actions::actor_of_session;
use toantrinh::account::session::own;
use toantrinh::config::Account;
use toantrinh::platform::db::Db;

use super::BY;
use super::limits::{actions, after, enter};
use crate::support::{NOW, PASSWORD, TestApp, databases, sqlite, user};

#[tokio::test]
async fn a_person_sees_and_ends_their_own_sessions_and_nobody_elses() {
    for db in databases().await {
        user(&db.db, "an", &[Role::Officer]).await;
        user(&db.db, "binh", &[Role::Officer]).await;
        let app = TestApp::start(&db).await;
        let (one, two) = (app.sign_in("an", PASSWORD).await, app.sign_in("an", PASSWORD).await);
        let (three, other) = (app.sign_in("an", PASSWORD).await, app.sign_in("binh", PASSWORD).await);
        let page = one.get("/tai-khoan").await.text().await.unwrap();
        assert_eq!((page.matches("Mở lúc 09:00").count(), page.matches("phiên này").count()), (3, 1), "{page}");
        let signed_in = async |browser: &crate::support::Browser| browser.get("/api/v1/me").await.status() == 200;
        let path = {
            let at = page.find("/tai-khoan/phien/").unwrap();
            page[at..].split('"').next().unwrap().to_owned()
        };
        assert_eq!(other.post(&path, &[]).await.status().as_u16(), 303);
        assert!(signed_in(&two).await && signed_in(&three).await, "somebody else ended it");
        assert_eq!(one.post(&path, &[]).await.status().as_u16(), 303);
        assert!(signed_in(&one).await && (signed_in(&two).await != signed_in(&three).await), "one of two ends");
        assert_eq!(one.post("/tai-khoan/phien-khac", &[]).await.headers()["location"], "/tai-khoan");
        assert!(signed_in(&one).await && !signed_in(&two).await && !signed_in(&three).await && signed_in(&other).await);
        let all = actions(&db.db).await;
        assert_eq!(all.iter().filter(|(action, _)| action == "sessions_ended").count(), 2);
        assert_eq!(one.post("/tai-khoan/phien/%00", &[]).await.status().as_u16(), 303);
        app.stop().await;
    }
}

#[tokio::test]
async fn a_password_is_changed_with_the_one_before_and_other_sessions_end() {
    const NEW: &str = "hoa súng trắng bên bờ ao";
    for db in databases().await {
        user(&db.db, "an", &[Role::Officer]).await;
        let app = TestApp::start(&db).await;
        let (one, two) = (app.sign_in("an", PASSWORD).await, app.sign_in("an", PASSWORD).await);
        let send = async |old: &str, new: &str, again: &str| {
            let form = [("password", old), ("new_password", new), ("again_password", again)];
            let answer = one.post("/tai-khoan/mat-khau", &form).await;
            let status = answer.status().as_u16();
            let page = answer.text().await.unwrap();
            assert!(!page.contains(NEW) && !page.contains(PASSWORD), "a password was shown");
            (status, page)
        };
        for (old, new, again, expected) in [
            (PASSWORD, NEW, "khác", "không giống mật khẩu mới"),
            (PASSWORD, "ngắn", "ngắn", "cần ít nhất 14 ký tự"),
            ("sai", NEW, NEW, "mật khẩu hiện tại không đúng"),
        ] {
            let (status, page) = send(old, new, again).await;
            assert!(status == 422 && page.contains(expected), "{status} {page}");
        }
        assert_eq!(two.get("/api/v1/me").await.status().as_u16(), 200);
        assert_eq!(send(PASSWORD, NEW, NEW).await.0, 303);
        assert!(one.get("/tai-khoan?da_doi=true").await.text().await.unwrap().contains("Đã đổi mật khẩu"));
        assert_eq!(two.get("/api/v1/me").await.status().as_u16(), 401);
        app.sign_in("an", NEW).await;
        assert!(matches!(enter(&db.db, "an", PASSWORD, NOW).await, Err(AccountError::WrongLogin)));
        // A stolen session must not find the password out either.
        for _ in 0..4 {
            send("sai", PASSWORD, PASSWORD).await;
        }
        assert!(send(NEW, PASSWORD, PASSWORD).await.1.contains("sai quá nhiều lần"));
        app.stop().await;
    }
}

#[tokio::test]
async fn an_administrator_ends_sessions_and_sets_a_password() {
    for db in databases().await {
        let (db, limits) = (&db.db, Account::default());
        user(db, "an", &[Role::Officer]).await;
        let session = enter(db, "an", PASSWORD, NOW).await.unwrap();
        assert_eq!(own::sessions(db, &limits, &session.actor, after(14)).await.unwrap().len(), 1);
        assert_eq!(own::sessions(db, &limits, &session.actor, after(15)).await.unwrap().len(), 0, "it is over");
        assert_eq!(revoke_sessions(db, BY, "an", NOW).await.unwrap(), 1);
        assert_eq!(actor_of_session(db, &limits, &session.secret, NOW).await.unwrap(), None);
        for _ in 0..5 {
            enter(db, "an", "sai", NOW).await.unwrap_err();
        }
        assert!(set_password(db, BY, "an", "ngắn", NOW).await.is_err());
        set_password(db, BY, "an", "hoa súng trắng bên bờ ao", NOW).await.unwrap();
        let session = enter(db, "an", "hoa súng trắng bên bờ ao", NOW).await.unwrap();
        assert_eq!(set_password(db, BY, "an", PASSWORD, NOW).await.unwrap(), 1);
        assert_eq!(actor_of_session(db, &limits, &session.secret, NOW).await.unwrap(), None);
        let all = actions(db).await;
        assert_eq!(all.iter().filter(|(action, _)| action == "password_set").count(), 2);
        assert_eq!(all.iter().filter(|(action, _)| action == "sessions_ended").count(), 1);
    }
}

#[tokio::test]
async fn the_commands_do_so_too() {
    let db = sqlite().await;
    user(&db.db, "an", &[Role::Officer]).await;
    enter(&db.db, "an", PASSWORD, NOW).await.unwrap();
    let Db::Sqlite { path, .. } = &db.db else { unreachable!() };
    let said = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_toantrinh"));
        command.env("TOANTRINH_LOG__LEVEL", "error").env("TOANTRINH_PASSWORD", "hoa súng trắng bên bờ ao");
        command.args(["--database", &format!("sqlite:{}", path.display()), "user"]).args(arguments);
        let output = command.output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    };
    assert!(said(&["revoke-sessions", "an"]).contains("ended 1 sessions"));
    assert!(said(&["unlock", "an"]).contains("had no failed sign-in"));
    assert!(said(&["password", "an"]).contains("has the new password"));
    assert!(said(&["enable", "an"]).contains("may sign in"));
    assert!(said(&["enable", "ai"]).contains("nobody has the login `ai`"));
    assert!(said(&["list"]).contains("active"));
    enter(&db.db, "an", "hoa súng trắng bên bờ ao", NOW).await.unwrap();
}

#[tokio::test]
async fn a_session_from_before_the_sign_in_is_worth_nothing_after_it() {
    for db in databases().await {
        user(&db.db, "an", &[Role::Officer]).await;
        user(&db.db, "xau", &[Role::Officer]).await;
        let app = TestApp::start(&db).await;
        let sent = async |cookie: &str, path: &str, form: &[(&str, &str)]| {
            let client = TestApp::browser();
            let request = client.post(format!("{}{path}", app.base)).header("cookie", cookie).form(form);
            let answer = request.send().await.unwrap();
            let set = answer.headers().get("set-cookie").map(|set| set.to_str().unwrap().to_owned());
            (answer.status().as_u16(), set.map(|set| set.split(';').next().unwrap().to_owned()))
        };
        let who = async |cookie: &str| {
            let request = app.client.get(format!("{}/api/v1/me", app.base)).header("cookie", cookie);
            let answer = request.send().await.unwrap();
            if answer.status() == 200 { answer.text().await.unwrap() } else { String::new() }
        };
        // Somebody plants the cookie of their own session, which is over, in another's browser.
        let (_, planted) = sent("", "/dang-nhap", &[("login", "xau"), ("password", PASSWORD)]).await;
        let planted = planted.unwrap();
        assert!(who(&planted).await.contains("\"xau\""));
        app.clock.set(after(16));
        let (status, given) = sent(&planted, "/dang-nhap", &[("login", "an"), ("password", PASSWORD)]).await;
        let own = given.unwrap();
        assert_eq!(status, 303);
        assert_ne!(own, planted);
        assert!(who(&own).await.contains("\"an\"") && who(&planted).await.is_empty());
        // The one before ends also when it still lasts.
        let browser = app.sign_in("an", PASSWORD).await;
        let again = [("login", "an"), ("password", PASSWORD)];
        assert_eq!(browser.post("/dang-nhap", &again).await.status().as_u16(), 303);
        assert_eq!(browser.post("/tai-khoan/phien-khac", &[]).await.status().as_u16(), 403, "its csrf token holds");
        app.stop().await;
    }
}
