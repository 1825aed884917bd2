//! The table of routes says who reaches what, and nothing else is reached.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use axum_extra::extract::cookie::Key;
use reqwest::{Method, Response};
use toantrinh::account::audit::Author;
use toantrinh::account::model::{Access, Actor, Decision, Role, UserId, allows};
use toantrinh::account::session::actions::make_token;
use toantrinh::config::Settings;
use toantrinh::platform::clock::FixedClock;
use toantrinh::platform::metrics::Metrics;
use toantrinh::search::engine::{Engine, Place};
use toantrinh::web::registered;
use toantrinh::web::router::{handlers, protect};
use toantrinh::web::routes::{Found, ROUTES, differences, find};
use toantrinh::web::state::AppState;
use tower::ServiceExt;

use crate::support::{NOW, TestApp, databases, sqlite, user};

fn class(answer: &Response) -> Decision {
    let to_sign_in = answer.headers().get("location").is_some_and(|to| to.as_bytes().starts_with(b"/dang-nhap?tiep="));
    match answer.status().as_u16() {
        401 => Decision::NeedsSignIn,
        303 if to_sign_in => Decision::NeedsSignIn,
        403 => Decision::Forbidden,
        _ => Decision::Allowed,
    }
}

fn actor(role: Role) -> Actor {
    Actor {
        id: UserId::generate(),
        login: role.as_str().to_owned(),
        name: String::new(),
        roles: vec![role],
        organisation_id: None,
    }
}

#[tokio::test]
async fn every_route_answers_every_role_as_its_row_says() {
    for db in databases().await {
        let mut callers: Vec<(Option<Actor>, Option<String>)> = vec![(None, None)];
        for role in Role::ALL {
            user(&db.db, role.as_str(), &[role]).await;
            let token = make_token(&db.db, Author::COMMAND_LINE, role.as_str(), "thử", None, NOW).await.unwrap();
            callers.push((Some(actor(role)), Some(token.reveal().to_owned())));
        }
        let app = TestApp::start(&db).await;
        let browser = TestApp::browser();
        for (method, path) in handlers().routes() {
            let Found::Row(access) = find(&method.parse().unwrap(), path) else {
                panic!("{method} {path} has no row in the table")
            };
            let address = path
                .replace("{code}", "1.001193")
                .replace("{file}", "app.css")
                .replace("{id}", "khong-co")
                .replace("{act}", "khong-co")
                .replace("{figure}", "on_time")
                .replace("{period}", "2026-10")
                .replace("{position}", "1")
                .replace("{department}", "H31");
            for (actor, token) in &callers {
                let method: Method = method.parse().unwrap();
                let mut request = browser.request(method.clone(), format!("{}{address}", app.base));
                if let Some(token) = token {
                    request = request.bearer_auth(token);
                }
                let answer = request.send().await.unwrap();
                let who = actor.as_ref().map(|a| a.login.as_str());
                assert_eq!(class(&answer), allows(access, actor.as_ref()), "{method} {path} for {who:?}");
                let quiet = answer.headers().get("cache-control").is_some_and(|value| value == "no-store");
                assert!(access == Access::Public || !answer.status().is_success() || quiet, "{path} is cached");
            }
        }
        app.stop().await;
    }
}

#[test]
fn the_table_has_a_row_for_each_handler_and_a_handler_for_each_row() {
    assert_eq!(differences(handlers().routes()), Vec::<String>::new());
    assert_eq!(handlers().routes().len(), ROUTES.len());
}

#[test]
fn a_handler_that_is_added_without_a_row_is_found_and_so_is_a_row_without_a_handler() {
    let nothing = || async { "" };
    let more = handlers()
        .route("/bi-mat", registered::get(nothing).delete(nothing))
        .route("/dang-xuat/that", registered::post(nothing));
    let lines =
        ["GET /bi-mat", "DELETE /bi-mat", "POST /dang-xuat/that"].map(|of| format!("{of} has no row in the table"));
    assert_eq!(differences(more.routes()), lines);
    let fewer: Vec<_> = handlers().routes().iter().copied().filter(|route| *route != ("POST", "/dang-nhap")).collect();
    assert_eq!(differences(&fewer), ["POST /dang-nhap has no handler"]);
}

#[tokio::test]
async fn a_handler_without_a_row_is_not_reached() {
    let db = sqlite().await;
    let engine = Arc::new(Engine::open(&db.db, Place::Memory).await.unwrap());
    let clock = Arc::new(FixedClock::new(NOW));
    let key = Key::from(&[7; 64]);
    let metrics = Metrics::new().unwrap();
    let state = AppState::new(&Settings::default(), db.db.clone(), engine, clock, metrics, key, false);
    let secret = || async { "secret" };
    let handlers = Router::new()
        .route("/bi-mat", get(secret))
        .route("/dang-xuat", get(secret))
        .route("/healthz", get(secret))
        .nest_service("/ben-trong", get(secret).with_state(()))
        .fallback(secret);
    let service = protect(handlers, &state);
    for (path, status) in
        [("/bi-mat", 404), ("/dang-xuat", 405), ("/ben-trong/a", 404), ("/khac", 404), ("/healthz", 200)]
    {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let answer = service.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{path}");
    }
}

#[tokio::test]
async fn a_method_that_is_not_taken_is_told_which_are() {
    let db = sqlite().await;
    let app = TestApp::start(&db).await;
    let answer = app.client.post(format!("{}/api/v1/procedures", app.base)).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["allow"].to_str().unwrap()), (405, "GET"));
    let problem: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(problem["code"], "method_not_allowed");
    assert_eq!(app.client.head(format!("{}/", app.base)).send().await.unwrap().status().as_u16(), 200);
    app.stop().await;
}
