//! The program is killed in the middle of 200 concurrent submissions and approvals: nothing acknowledged is lost, nothing is
//! done twice, and the audit and the change log tell the same.

use std::collections::{BTreeMap, HashMap};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use toantrinh::account::audit::{self, Author};
use toantrinh::account::session::actions::make_token;
use toantrinh::initiative::store::{history, initiative};
use toantrinh::platform::changes;
use toantrinh::platform::clock::{Clock, SystemClock};
use toantrinh::platform::db::Db;

use super::given::{draft, given, go, office};
use crate::support::{NOW, TestDb, databases};

const EACH: usize = 100;

/// The program as a process; it is killed when the test ends.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn url(test: &TestDb) -> String {
    match &test.db {
        Db::Sqlite { path, .. } => format!("sqlite:{}", path.display()),
        Db::Postgres(pool) => {
            let o = pool.connect_options();
            let name = o.get_database().unwrap();
            format!("postgres://{}@{}:{}/{name}", o.get_username(), o.get_host(), o.get_port())
        }
    }
}

async fn program(test: &TestDb, folder: &Path) -> (Program, String) {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let process = Command::new(env!("CARGO_BIN_EXE_toantrinh"))
        .args(["serve", "--listen", &free.to_string(), "--database", &url(test), "--data-dir"])
        .arg(folder)
        .env("TOANTRINH_LOG__LEVEL", "error")
        .env("TOANTRINH_MONITOR__ENABLED", "false")
        .stdout(Stdio::null())
        .spawn();
    let program = Program(process.unwrap());
    let base = format!("http://{free}");
    for _ in 0..600 {
        if reqwest::get(format!("{base}/healthz")).await.is_ok() {
            return (program, base);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the program does not answer");
}

/// A step that somebody sends: the initiative, the step, the token, the key.
#[derive(Clone)]
struct Sent {
    id: String,
    step: &'static str,
    token: Arc<String>,
    key: String,
}

/// Sends a step; says whether it was acknowledged. A connection that breaks off says nothing.
async fn send(client: &reqwest::Client, base: &str, sent: &Sent) -> bool {
    let body = json!({ "step": sent.step, "key": sent.key, "given": given() });
    let request = client.post(format!("{base}/api/v1/initiatives/{}/steps", sent.id)).bearer_auth(&sent.token);
    match request.json(&body).send().await {
        Ok(answer) => answer.status().is_success(),
        Err(_) => false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_during_200_submissions_and_approvals_loses_nothing_and_does_nothing_twice() {
    for test in databases().await {
        office(&test.db).await;
        let mut all = Vec::new();
        for (login, step) in [("lan", "submit"), ("thu", "approve")] {
            let now = SystemClock.now();
            let token = make_token(&test.db, Author::COMMAND_LINE, login, "thử", None, now).await.unwrap();
            let token = Arc::new(token.reveal().to_owned());
            for _ in 0..EACH {
                let item = draft(&test.db).await;
                if step == "approve" {
                    for (login, before) in [("lan", "submit"), ("minh", "receive"), ("minh", "appraise")] {
                        go(&test.db, login, &item.id, before, None, NOW).await.unwrap();
                    }
                }
                let key = uuid::Uuid::now_v7().to_string();
                all.push(Sent { id: item.id, step, token: Arc::clone(&token), key });
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let (first, base) = program(&test, folder.path()).await;
        let acknowledged = killed_in_the_middle(first, &base, &all).await;
        println!("{}: {} of {} acknowledged before the kill", test.db.kind(), acknowledged.len(), all.len());
        assert!(!acknowledged.is_empty() && acknowledged.len() < all.len(), "the kill came in the middle");
        check(&test.db, &all, &acknowledged).await;
        // Sent again with the same keys, everything is done, and once.
        let (_second, base) = program(&test, folder.path()).await;
        let client = reqwest::Client::new();
        for sent in &all {
            assert!(send(&client, &base, sent).await, "{} of {}", sent.step, sent.id);
        }
        check(&test.db, &all, &all.iter().map(|sent| sent.key.clone()).collect::<Vec<_>>()).await;
    }
}

/// Sends everything at once and kills the program when a quarter has been acknowledged.
async fn killed_in_the_middle(program: Program, base: &str, all: &[Sent]) -> Vec<String> {
    let client = reqwest::Client::new();
    let count = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = all
        .iter()
        .cloned()
        .map(|sent| {
            let (client, base, count) = (client.clone(), base.to_owned(), Arc::clone(&count));
            tokio::spawn(async move {
                let done = send(&client, &base, &sent).await;
                count.fetch_add(usize::from(done), Ordering::SeqCst);
                done.then_some(sent.key)
            })
        })
        .collect();
    while count.load(Ordering::SeqCst) < all.len() / 4 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    // SIGKILL: nothing is said goodbye to.
    drop(program);
    let mut acknowledged = Vec::new();
    for task in tasks {
        acknowledged.extend(task.await.unwrap());
    }
    acknowledged
}

/// Every acknowledged step stands once; states, history, audit and change log agree.
async fn check(db: &Db, all: &[Sent], acknowledged: &[String]) {
    let mut tx = db.read().await.unwrap();
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for sent in all {
        let item = initiative::find(&mut tx, &sent.id).await.unwrap().unwrap();
        let steps = history::steps(&mut tx, &sent.id).await.unwrap();
        let of = steps.iter().filter(|step| step.step == sent.step).count();
        assert!(of <= 1, "{} was taken {of} times", sent.step);
        let done = history::done(&mut tx, &sent.id, &sent.key).await.unwrap();
        assert_eq!(done.is_some(), of == 1);
        assert!(done.is_some() || !acknowledged.contains(&sent.key), "an acknowledged step is lost");
        assert_eq!(steps.last().map_or("draft", |step| step.to_state.as_str()), item.state);
        taken.insert(item.number, steps.len());
    }
    let mut audited: HashMap<String, usize> = HashMap::new();
    let mut before = i64::MAX;
    loop {
        let page = audit::page(&mut tx, before, 1_000).await.unwrap();
        let Some(last) = page.last() else { break };
        before = last.seq;
        for entry in page.iter().filter(|entry| entry.action == "initiative_step") {
            *audited.entry(entry.subject.clone()).or_default() += 1;
        }
    }
    let mut changed: HashMap<String, usize> = HashMap::new();
    for change in changes::after(&mut tx, 0, 100_000).await.unwrap() {
        if change.kind == "initiative" {
            *changed.entry(change.subject).or_default() += 1;
        }
    }
    for (number, steps) in &taken {
        assert_eq!(audited.get(number).copied().unwrap_or_default(), *steps, "audit of {number}");
        assert_eq!(changed.get(number).copied().unwrap_or_default(), *steps, "change log of {number}");
    }
}
