//! Notifications leave the program signed and once: webhooks to a server of ours, e-mail to a real mail server.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use toantrinh::account::store::keep_secret;
use toantrinh::config;
use toantrinh::monitor::notify::actions::{NotifyError, read, subscribe, switch};
use toantrinh::monitor::notify::deliver::{Delivered, Post, deliver};
use toantrinh::monitor::notify::delivery_store;
use toantrinh::monitor::notify::mail::Mailer;
use toantrinh::monitor::notify::model::{AboutKind, Channel, Event, EventKind, NewSubscription, Subscription};
use toantrinh::monitor::notify::store;
use toantrinh::monitor::notify::tell::tell;
use toantrinh::monitor::notify::webhook::signature;
use toantrinh::platform::clock::FixedClock;
use toantrinh::platform::db::Db;
use toantrinh::platform::http::Client;

use super::given::{admin, number};
use crate::support::{NOW, databases, user};
use crate::web::sources::Served;

fn event(key: &str) -> Event {
    Event {
        key: key.to_owned(),
        kind: EventKind::IncidentOpened,
        title: "Sự cố: không trả lời – cong.example.vn".to_owned(),
        body: "Bắt đầu 08:00, đã 3 phút.".to_owned(),
        service_level: String::new(),
        sources: vec!["cong".to_owned()],
        procedures: vec!["1.900001".to_owned()],
        at: NOW.as_millisecond(),
    }
}

fn wanted(channel: Channel, target: &str, secret: &str) -> NewSubscription {
    NewSubscription {
        channel,
        target: target.to_owned(),
        secret: secret.to_owned(),
        events: Vec::new(),
        about_kind: AboutKind::All,
        about: String::new(),
    }
}

async fn subscribed(db: &Db, wanted: NewSubscription) -> Subscription {
    subscribe(db, &admin(), wanted, true, NOW).await.unwrap().subscription
}

async fn happened(db: &Db, event: &Event) -> usize {
    let mut tx = db.write().await.unwrap();
    let told = tell(&mut tx, event, NOW).await.unwrap();
    tx.commit().await.unwrap();
    told
}

fn post_office(mail: &str) -> Post {
    let http = config::Http { allow_loopback: true, ..config::Http::default() };
    let settings = config::Mail {
        smtp: mail.to_owned(),
        from: "Toàn Trình <toantrinh@example.vn>".to_owned(),
        user: String::new(),
        password_env: String::new(),
    };
    Post { client: Client::new(&http), mailer: Mailer::new(&settings).unwrap() }
}

async fn delivered(db: &Db, post: &Post, at: Timestamp) -> Delivered {
    deliver(db, post, &FixedClock::new(at)).await.unwrap()
}

/// What a receiver was sent: headers and body.
type Received = Arc<Mutex<Vec<(HeaderMap, Vec<u8>)>>>;

#[derive(Clone)]
struct Receiver {
    received: Received,
    /// Statuses to answer with, the last one for ever.
    statuses: Arc<Mutex<Vec<u16>>>,
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    receiver.received.lock().unwrap().push((headers, body.to_vec()));
    let mut statuses = receiver.statuses.lock().unwrap();
    let status = if statuses.len() > 1 { statuses.remove(0) } else { statuses[0] };
    StatusCode::from_u16(status).unwrap()
}

/// A server that takes webhooks and answers with the statuses given.
async fn receiver(statuses: &[u16]) -> (String, Receiver) {
    let receiver = Receiver { received: Received::default(), statuses: Arc::new(Mutex::new(statuses.to_vec())) };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/hook", post(take)).with_state(receiver.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (format!("http://{address}/hook"), receiver)
}

async fn hook(db: &Db, url: &str) {
    let mut tx = db.write().await.unwrap();
    keep_secret(&mut tx, "webhook_a", "bí mật của webhook").await.unwrap();
    tx.commit().await.unwrap();
    subscribed(db, wanted(Channel::Webhook, url, "secret:webhook_a")).await;
}

#[tokio::test]
async fn a_webhook_is_signed_and_sent_once() {
    for test in databases().await {
        let (url, receiver) = receiver(&[200]).await;
        hook(&test.db, &url).await;
        assert_eq!(happened(&test.db, &event("a")).await, 1);
        assert_eq!(happened(&test.db, &event("a")).await, 0, "one change of state is told once");
        let post = post_office("");
        assert_eq!(delivered(&test.db, &post, NOW).await, Delivered { sent: 1, again: 0, dead: 0 });
        assert_eq!(delivered(&test.db, &post, NOW + SignedDuration::from_hours(9)).await, Delivered::default());
        let sent = receiver.received.lock().unwrap();
        let [(headers, body)] = sent.as_slice() else { panic!("{} requests", sent.len()) };
        let header = |name: &str| headers[name].to_str().unwrap();
        let seconds: i64 = header("x-toantrinh-timestamp").parse().unwrap();
        assert_eq!(seconds, NOW.as_second());
        assert_eq!(header("x-toantrinh-signature"), signature("bí mật của webhook".as_bytes(), seconds, body));
        let body: Value = serde_json::from_slice(body).unwrap();
        assert_eq!((body["event"].as_str(), body["key"].as_str()), (Some("incident_opened"), Some("a")));
        assert_eq!(body["id"].as_str().unwrap(), header("x-toantrinh-delivery"));
    }
}

#[tokio::test]
async fn a_webhook_is_asked_for_over_http_and_its_secret_shown_once() {
    for test in databases().await {
        let served = Served::of(test).await;
        let db = &served.db.db;
        let (url, receiver) = receiver(&[200]).await;
        let path = "/api/v1/subscriptions";
        let made = served.post(path, &json!({ "channel": "webhook", "target": url }), 201).await;
        let secret = made["signing_secret"].as_str().unwrap();
        assert_eq!(happened(db, &event("a")).await, 1);
        assert_eq!(delivered(db, &post_office(""), NOW).await.sent, 1);
        {
            let sent = receiver.received.lock().unwrap();
            let (headers, body) = &sent[0];
            let signed = signature(secret.as_bytes(), NOW.as_second(), body);
            assert_eq!(headers["x-toantrinh-signature"].to_str().unwrap(), signed);
        }
        let told = served.ask(Method::GET, path, &Value::Null, 200).await;
        assert!(!told.to_string().contains(secret), "{told}");
        let one = format!("{path}/{}", told["items"][0]["id"].as_str().unwrap());
        let off = served.send(Method::POST, &one, &json!({ "version": 1, "enabled": false })).await;
        assert_eq!(off.status().as_u16(), 204);
        assert_eq!(happened(db, &event("b")).await, 0, "it was switched off");
        served.post(&one, &json!({ "version": 1, "enabled": true }), 409).await;
        let wrong = served.post(path, &json!({ "channel": "webhook", "target": "http://10.0.0.1/" }), 422).await;
        assert_eq!(wrong["errors"][0]["field"], "target", "{wrong}");
        served.post(path, &json!({ "channel": "email", "target": "truc@example.vn" }), 201).await;
    }
}

#[tokio::test]
async fn a_webhook_to_an_address_inside_is_refused_where_it_would_be_sent() {
    for test in databases().await {
        subscribed(&test.db, wanted(Channel::Webhook, "https://10.0.0.1/hook", "secret:webhook_a")).await;
        let mut tx = test.db.write().await.unwrap();
        keep_secret(&mut tx, "webhook_a", "bí mật").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(happened(&test.db, &event("a")).await, 1);
        let done = delivered(&test.db, &post_office(""), NOW).await;
        assert_eq!(done, Delivered { sent: 0, again: 0, dead: 1 }, "nothing is gained by asking again");
    }
}

#[tokio::test]
async fn a_receiver_that_is_busy_is_tried_again_with_growing_pauses_and_given_up_in_the_end() {
    for test in databases().await {
        let (url, receiver) = receiver(&[500, 429, 204, 500]).await;
        hook(&test.db, &url).await;
        let post = post_office("");
        happened(&test.db, &event("a")).await;
        let later = |seconds| NOW + SignedDuration::from_secs(seconds);
        assert_eq!(delivered(&test.db, &post, NOW).await.again, 1);
        assert_eq!(delivered(&test.db, &post, later(29)).await, Delivered::default(), "not yet");
        assert_eq!(delivered(&test.db, &post, later(30)).await.again, 1);
        assert_eq!(delivered(&test.db, &post, later(89)).await, Delivered::default(), "the pause has doubled");
        assert_eq!(delivered(&test.db, &post, later(90)).await.sent, 1);
        let ids: Vec<String> = {
            let sent = receiver.received.lock().unwrap();
            sent.iter().map(|(headers, _)| headers["x-toantrinh-delivery"].to_str().unwrap().to_owned()).collect()
        };
        assert!(ids.len() == 3 && ids.iter().all(|id| *id == ids[0]), "a repetition can be told");
        happened(&test.db, &event("b")).await;
        let mut at = NOW;
        let mut tries = 0;
        loop {
            let done = delivered(&test.db, &post, at).await;
            tries += done.again + done.dead;
            if done.dead == 1 {
                break;
            }
            at += SignedDuration::from_hours(1);
        }
        assert_eq!(tries, 6, "the parameter delivery_attempts");
        let mut tx = test.db.read().await.unwrap();
        let states = delivery_store::states(&mut tx).await.unwrap();
        assert_eq!(states, [("dead".to_owned(), 1), ("done".to_owned(), 1)]);
    }
}

#[tokio::test]
async fn nothing_is_sent_unsigned_and_what_is_gone_is_not_asked_again() {
    for test in databases().await {
        let (url, receiver) = receiver(&[410]).await;
        subscribed(&test.db, wanted(Channel::Webhook, &url, "env:TOANTRINH_HOOK_NOBODY_SET_THIS")).await;
        happened(&test.db, &event("a")).await;
        let post = post_office("");
        assert_eq!(delivered(&test.db, &post, NOW).await.again, 1);
        assert!(receiver.received.lock().unwrap().is_empty());
        hook(&test.db, &url).await;
        happened(&test.db, &event("b")).await;
        assert_eq!(delivered(&test.db, &post, NOW).await, Delivered { sent: 0, again: 1, dead: 1 });
    }
}

#[tokio::test]
async fn of_several_processes_one_sends_and_a_dead_one_is_taken_over_after_its_lease() {
    for test in databases().await {
        let (url, receiver) = receiver(&[200]).await;
        hook(&test.db, &url).await;
        for n in 0..20 {
            happened(&test.db, &event(&n.to_string())).await;
        }
        // Somebody claims one and dies.
        let lease = SignedDuration::from_mins(3);
        let lost = delivery_store::claim(&test.db, lease, NOW).await.unwrap().unwrap();
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let db = test.db.clone();
                tokio::spawn(async move { delivered(&db, &post_office(""), NOW).await.sent })
            })
            .collect();
        let mut sent = 0;
        for task in tasks {
            sent += task.await.unwrap();
        }
        assert_eq!(sent, 19);
        let late = NOW + lease;
        assert_eq!(delivered(&test.db, &post_office(""), late).await.sent, 1);
        // The dead one comes back: its attempt no longer counts.
        let again = delivery_store::Ended::Again(late, "late".to_owned());
        delivery_store::end(&test.db, &lost, &again, late).await.unwrap();
        assert_eq!(delivered(&test.db, &post_office(""), late).await, Delivered::default());
        let sent = receiver.received.lock().unwrap();
        let mut ids: Vec<_> = sent.iter().map(|(headers, _)| headers["x-toantrinh-delivery"].clone()).collect();
        ids.sort_by_key(|id| id.to_str().unwrap().to_owned());
        ids.dedup();
        assert_eq!((sent.len(), ids.len()), (20, 20), "{}", test.db.kind());
    }
}

#[tokio::test]
async fn who_subscribes_hears_of_what_they_asked_for() {
    for test in databases().await {
        user(&test.db, "an", &[toantrinh::account::model::Role::Officer]).await;
        let about = |about_kind, about: &str, events: &[EventKind]| NewSubscription {
            about_kind,
            about: about.to_owned(),
            events: events.to_vec(),
            ..wanted(Channel::InApp, "an", "")
        };
        for (subscription, hears) in [
            (about(AboutKind::All, "", &[]), true),
            (about(AboutKind::Source, "cong", &[]), true),
            (about(AboutKind::Source, "khac", &[]), false),
            (about(AboutKind::Procedure, "1.900001", &[EventKind::IncidentOpened]), true),
            (about(AboutKind::Procedure, "1.900001", &[EventKind::IncidentClosed]), false),
            (about(AboutKind::ServiceLevel, "a", &[]), false),
        ] {
            assert_eq!(subscription.wants(&event("a")), hears, "{subscription:?}");
        }
        let mut all = event("a");
        all.procedures = vec!["*".to_owned()];
        assert!(about(AboutKind::Procedure, "1.900009", &[]).wants(&all));
        let made = subscribed(&test.db, about(AboutKind::Source, "cong", &[])).await;
        happened(&test.db, &event("a")).await;
        let mut tx = test.db.read().await.unwrap();
        let inbox = store::inbox(&mut tx, "an", i64::MAX, 10).await.unwrap();
        assert_eq!(store::unread(&mut tx, "an").await.unwrap(), 1);
        assert!(store::inbox(&mut tx, "binh", i64::MAX, 10).await.unwrap().is_empty());
        drop(tx);
        let mut an = admin();
        an.login = "an".to_owned();
        let binh = admin();
        assert!(matches!(read(&test.db, &binh, &inbox[0].id, NOW).await, Err(NotifyError::Missing)));
        read(&test.db, &an, &inbox[0].id, NOW).await.unwrap();
        let mut tx = test.db.read().await.unwrap();
        assert_eq!(store::unread(&mut tx, "an").await.unwrap(), 0);
        drop(tx);
        switch(&test.db, &an, &made.id, 1, false, NOW).await.unwrap();
        assert_eq!(happened(&test.db, &event("b")).await, 0);
        assert!(matches!(switch(&test.db, &an, &made.id, 1, true, NOW).await, Err(NotifyError::Conflict)));
        let secret = subscribe(&test.db, &an, wanted(Channel::Webhook, "https://a.vn", "hunter2"), true, NOW).await;
        assert!(matches!(secret, Err(NotifyError::Invalid(_))), "a secret itself is never taken");
        assert_eq!(number(&test.db, "SELECT COUNT(*) FROM subscriptions").await, 1);
    }
}

/// A mail server, and what it took.
struct MailServer {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
    url: String,
}

impl MailServer {
    /// Starts npm's `smtp-server`; `None`, said aloud, where it is not installed.
    fn start() -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
        if !folder.join("node_modules/smtp-server").exists() {
            eprintln!("SKIPPED on a real mail server: run `npm ci` in tests/browser; tests/run does");
            return None;
        }
        let mut child = Command::new("node")
            .arg("smtp.mjs")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut port = String::new();
        lines.read_line(&mut port).unwrap();
        Some(Self { child, lines, url: format!("smtp://127.0.0.1:{}", port.trim()) })
    }

    fn letter(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn an_e_mail_reaches_a_real_mail_server() {
    let Some(mut server) = MailServer::start() else { return };
    for test in databases().await {
        for name in ["an@example.vn", "busy@example.vn", "gone@example.vn"] {
            subscribed(&test.db, wanted(Channel::Email, name, "")).await;
        }
        happened(&test.db, &event("a")).await;
        let done = delivered(&test.db, &post_office(&server.url), NOW).await;
        assert_eq!(done, Delivered { sent: 1, again: 1, dead: 1 }, "451 is for now, 550 is for good");
        let letter = server.letter();
        assert_eq!(
            (letter["from"].as_str(), letter["to"][0].as_str()),
            (Some("toantrinh@example.vn"), Some("an@example.vn"))
        );
        let text = letter["text"].as_str().unwrap();
        assert!(text.contains("Message-ID: <") && text.contains("Date: Tue, 24 Nov 2026 02:00:00 +0000"), "{text}");
        assert!(text.contains("Subject: =?utf-8?"), "{text}");
        assert_eq!(
            delivered(&test.db, &post_office(""), NOW + SignedDuration::from_secs(60)).await.again,
            1,
            "no server is set"
        );
    }
}
