//! Who tries too often, stays too long or does not come for too long.

use jiff::{SignedDuration, Timestamp};
use toantrinh::account::actions::AccountError;
use toantrinh::account::audit;
use toantrinh::account::manage::{enable_user, unlock};
use toantrinh::account::model::Role;
use toantrinh::account::session::actions::{SignedIn, actor_of_session, actor_of_token, make_token, sign_in};
use toantrinh::config::{Account, Settings};
use toantrinh::platform::db::{Db, Tx};

use super::BY;
use crate::support::{NOW, PASSWORD, TestApp, databases, sqlite, user};

pub fn after(minutes: i64) -> Timestamp {
    NOW + SignedDuration::from_mins(minutes)
}

fn days(days: i64) -> Timestamp {
    after(days * 24 * 60)
}

pub async fn enter(db: &Db, login: &str, password: &str, now: Timestamp) -> Result<SignedIn, AccountError> {
    sign_in(db, &Account::default(), login, password, None, now).await
}

/// Actions in the audit log, oldest first.
pub async fn actions(db: &Db) -> Vec<(String, String)> {
    let entries = audit::page(&mut db.read().await.unwrap(), i64::MAX, 100).await.unwrap();
    entries.into_iter().rev().map(|entry| (entry.action, entry.subject)).collect()
}

#[tokio::test]
async fn five_failures_lock_a_login_for_a_while_whether_or_not_somebody_has_it() {
    for db in databases().await {
        user(&db.db, "an", &[Role::Officer]).await;
        let app = TestApp::start(&db).await;
        let send = async |login: &str, password: &str| {
            let form = [("login", login), ("password", password)];
            let answer = TestApp::browser().post(format!("{}/dang-nhap", app.base)).form(&form).send().await.unwrap();
            let (status, wait) = (answer.status().as_u16(), answer.headers().get("retry-after").cloned());
            (status, wait, answer.text().await.unwrap().replace(&format!("value=\"{login}\""), ""))
        };
        for n in 1..=4 {
            let (known, unknown) = (send("an", "sai").await, send("khong-co-ai", "sai").await);
            assert_eq!(known, unknown, "try {n} tells which login exists");
            assert_eq!(known.0, 422);
        }
        for password in ["sai", PASSWORD] {
            let (known, unknown) = (send("an", password).await, send("Khong-Co-Ai", password).await);
            assert_eq!((known.0, known.1.as_ref().unwrap().as_bytes()), (429, b"900".as_slice()));
            assert_eq!((known.0, &known.1), (unknown.0, &unknown.1));
            assert!(
                known.2.contains("thử lại sau 09:15 ngày 24/11/2026") && known.2.contains("mở khóa"),
                "{}",
                known.2
            );
            assert!(unknown.2.contains("thử lại sau 09:15 ngày 24/11/2026"));
        }
        app.clock.set(after(14));
        assert_eq!(send("an", PASSWORD).await.0, 429, "trying does not prolong it, and does not end it");
        app.clock.set(after(15));
        assert_eq!((send("khong-co-ai", PASSWORD).await.0, send("an", PASSWORD).await.0), (422, 303));
        let actions = actions(&db.db).await;
        let count = |action: &str, subject: &str| actions.iter().filter(|(a, s)| a == action && s == subject).count();
        assert_eq!((count("sign_in_failed", "an"), count("sign_in_refused", "an"), count("sign_in", "an")), (5, 2, 1));
        assert_eq!(count("sign_in_failed", "unknown"), 6);
        assert!(!actions.iter().any(|(_, subject)| subject.contains("khong")), "what was typed was written down");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_right_password_resets_the_count_and_an_administrator_unlocks() {
    for db in databases().await {
        let db = &db.db;
        user(db, "an", &[Role::Officer]).await;
        for _ in 0..2 {
            for _ in 0..4 {
                assert!(matches!(enter(db, "an", "sai", NOW).await, Err(AccountError::WrongLogin)));
            }
            enter(db, "an", PASSWORD, NOW).await.unwrap();
        }
        for _ in 0..5 {
            enter(db, "an", "sai", NOW).await.unwrap_err();
        }
        assert!(matches!(enter(db, "an", PASSWORD, NOW).await, Err(AccountError::Locked { .. })));
        assert!(unlock(db, BY, "An", NOW).await.unwrap() && !unlock(db, BY, "an", NOW).await.unwrap());
        assert!(matches!(unlock(db, BY, "chi", NOW).await, Err(AccountError::NoUser(_))));
        enter(db, "an", PASSWORD, NOW).await.unwrap();
        assert_eq!(actions(db).await.iter().filter(|(action, _)| action == "login_unlocked").count(), 1);
    }
}

#[tokio::test]
async fn many_tries_at_once_are_not_more_tries() {
    for db in databases().await {
        user(&db.db, "an", &[Role::Officer]).await;
        let tries = (0..16).map(|_| db.db.clone());
        let tasks: Vec<_> = tries.map(|db| tokio::spawn(async move { enter(&db, "an", "sai", NOW).await })).collect();
        let mut wrong = 0;
        for task in tasks {
            match task.await.unwrap().unwrap_err() {
                AccountError::WrongLogin => wrong += 1,
                AccountError::Locked { until } => assert_eq!(until, after(15)),
                other => panic!("{other}"),
            }
        }
        assert_eq!(wrong, 4, "on {}", db.db.kind());
        assert_eq!(actions(&db.db).await.iter().filter(|(action, _)| action == "sign_in_failed").count(), 5);
    }
}

#[tokio::test]
async fn failures_are_forgotten_in_time() {
    for db in databases().await {
        let count = async || match db.db.read().await.unwrap() {
            Tx::Sqlite(mut tx) => {
                sqlx::query_scalar("SELECT COUNT(*) FROM sign_in_failures").fetch_one(&mut *tx).await.unwrap()
            }
            Tx::Postgres(mut tx) => {
                sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM sign_in_failures").fetch_one(&mut *tx).await.unwrap()
            }
        };
        for n in 0..3 {
            enter(&db.db, &format!("nguoi-{n}"), "sai", after(n)).await.unwrap_err();
        }
        // What cannot be a login may be a password in the wrong place: no trace of it is kept.
        enter(&db.db, PASSWORD, "sai", NOW).await.unwrap_err();
        assert_eq!(count().await, 3i64);
        enter(&db.db, "nguoi-9", "sai", after(16)).await.unwrap_err();
        assert_eq!(count().await, 2i64);
    }
}

#[tokio::test]
async fn who_does_not_sign_in_for_45_days_is_refused_until_enabled() {
    for db in databases().await {
        let (db, limits) = (&db.db, Account::default());
        user(db, "an", &[Role::Officer]).await;
        user(db, "binh", &[Role::Officer]).await;
        let token = make_token(db, BY, "an", "thử", None, NOW).await.unwrap();
        let speaks = async |now| actor_of_token(db, &limits, &token, now).await.unwrap().is_some();
        // Never signed in: creation counts.
        assert!(speaks(days(45) - SignedDuration::from_secs(1)).await && !speaks(days(45)).await);
        assert!(matches!(enter(db, "an", PASSWORD, days(45)).await, Err(AccountError::Inactive)));
        assert!(matches!(enter(db, "an", "sai", days(45)).await, Err(AccountError::WrongLogin)), "it tells who exists");
        enable_user(db, BY, "an", days(50)).await.unwrap();
        assert!(speaks(days(50)).await && !speaks(days(95)).await);
        enter(db, "an", PASSWORD, days(94)).await.unwrap();
        assert!(speaks(days(138)).await);
        let session = enter(db, "binh", PASSWORD, days(44)).await.unwrap();
        let short = Account { inactive_days: 1, session_hours: 24, idle_minutes: 720, ..Account::default() };
        let who = async |now| actor_of_session(db, &short, &session.secret, now).await.unwrap();
        assert!(who(days(44) + SignedDuration::from_hours(11)).await.is_some() && who(days(45)).await.is_none());
        let all = actions(db).await;
        for action in ["user_enabled", "sign_in_refused"] {
            assert!(all.contains(&(action.to_owned(), "an".to_owned())), "{action}");
        }
    }
}

#[tokio::test]
async fn a_disabled_user_is_enabled_without_getting_old_sessions_and_tokens_back() {
    for db in databases().await {
        let (db, limits) = (&db.db, Account::default());
        user(db, "an", &[Role::Officer]).await;
        let session = enter(db, "an", PASSWORD, NOW).await.unwrap();
        let token = make_token(db, BY, "an", "thử", None, NOW).await.unwrap();
        toantrinh::account::actions::disable_user(db, BY, "an", NOW).await.unwrap();
        enable_user(db, BY, "an", NOW).await.unwrap();
        assert_eq!(actor_of_session(db, &limits, &session.secret, NOW).await.unwrap(), None);
        assert_eq!(actor_of_token(db, &limits, &token, NOW).await.unwrap(), None);
        enter(db, "an", PASSWORD, NOW).await.unwrap();
        assert!(matches!(enable_user(db, BY, "chi", NOW).await, Err(AccountError::NoUser(_))));
    }
}

#[tokio::test]
async fn an_administrator_is_left_alone_for_5_minutes_only() {
    for db in databases().await {
        user(&db.db, "an", &[Role::Officer]).await;
        user(&db.db, "quan", &[Role::Officer, Role::Admin]).await;
        let app = TestApp::start(&db).await;
        let (officer, admin) = (app.sign_in("an", PASSWORD).await, app.sign_in("quan", PASSWORD).await);
        app.clock.set(after(4));
        assert_eq!(admin.get("/api/v1/me").await.status().as_u16(), 200);
        app.clock.set(after(8));
        assert_eq!(admin.get("/api/v1/me").await.status().as_u16(), 200, "its use was not noted");
        app.clock.set(after(13));
        assert_eq!(admin.get("/api/v1/me").await.status().as_u16(), 401);
        assert_eq!(officer.get("/api/v1/me").await.status().as_u16(), 200);
        app.stop().await;
    }
}

#[tokio::test]
async fn limits_are_settings() {
    let db = sqlite().await;
    user(&db.db, "an", &[Role::Officer]).await;
    let app = TestApp::start_with(&db, |settings| {
        settings.account = Account { idle_minutes: 2, admin_idle_minutes: 1, max_failures: 1, ..Account::default() };
    })
    .await;
    let browser = app.sign_in("an", PASSWORD).await;
    app.clock.set(after(2));
    assert_eq!(browser.get("/api/v1/me").await.status().as_u16(), 401);
    let form = [("login", "an"), ("password", "sai")];
    let answer = app.client.post(format!("{}/dang-nhap", app.base)).form(&form).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 429);
    app.stop().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    let load = |text: &str| {
        std::fs::write(&file, text).unwrap();
        Settings::load(&toantrinh::config::Overrides { file: Some(file.clone()), ..Default::default() })
    };
    assert_eq!(load("[account]\nlock_minutes = 30").unwrap().account.lock_minutes, 30);
    for (text, setting) in [
        ("[account]\nmax_failures = 0", "account.max_failures"),
        ("[account]\nadmin_idle_minutes = 16", "account.admin_idle_minutes"),
        ("[account]\nsession_hours = 25", "account.session_hours"),
    ] {
        assert!(load(text).unwrap_err().to_string().starts_with(setting), "{text}");
    }
}
