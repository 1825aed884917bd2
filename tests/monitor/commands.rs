//! `toantrinh simulate` in one process, `toantrinh sync` in another, as people run them.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use sqlx::Row;
use toantrinh::platform::db::{Db, Tx};

use crate::support::shared;

/// A simulator; it is killed when the test ends.
struct Simulator {
    child: Child,
    base: String,
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toantrinh"));
    command.env("TOANTRINH_LOG__LEVEL", "error");
    command
}

fn simulate(from: &Path, faults: &str) -> Simulator {
    let mut command = program();
    command.args(["simulate", "--listen", "127.0.0.1:0", "--seed", "7", "--faults", faults, "--from"]).arg(from);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let base = line.split_whitespace().find(|word| word.starts_with("http://")).expect("it says where it listens");
    Simulator { child, base: base.to_owned() }
}

fn sync(portal: &Simulator, folder: &Path) -> Value {
    let mut command = program();
    command.args(["sync", "--json", "--source", &portal.base, "--data-dir"]).arg(folder);
    let output = command.env("TOANTRINH_HTTP__ALLOW_LOOPBACK", "true").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice::<Value>(&output.stdout).unwrap()["harvest"].take()
}

/// Code, version and content of every procedure.
async fn catalog(folder: &Path) -> Vec<(String, i64, String)> {
    let db = Db::open(&format!("sqlite:{}", folder.join("toantrinh.db").display())).await.unwrap();
    let Tx::Sqlite(mut tx) = db.read().await.unwrap() else { unreachable!() };
    let rows = sqlx::query("SELECT code, version_number, hex(content_sha256) FROM procedures ORDER BY code")
        .fetch_all(&mut *tx)
        .await
        .unwrap();
    drop(tx);
    let all = rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
    db.close().await;
    all
}

#[tokio::test]
async fn one_command_simulates_the_portal_and_another_brings_it_in_with_faults_or_without() {
    let Some(from) = shared("portal") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (plain, faulty) = (folder.path().join("plain"), folder.path().join("faulty"));
    let portal = simulate(&from, "");
    let first = sync(&portal, &plain);
    let list = &first["list"];
    assert_eq!((list["items"].as_i64(), list["distinct"].as_i64()), (Some(5670), Some(5669)), "{list}");
    assert_eq!(first["details"]["fetched"], 422, "all details there are");
    let known = catalog(&plain).await;
    assert_eq!(known.len(), 5669);
    let again = sync(&portal, &plain);
    let done = &again["catalog"];
    assert_eq!((done["added"].as_i64(), done["changed"].as_i64()), (Some(0), Some(0)), "{done}");
    assert_eq!(catalog(&plain).await, known, "a second visit changes nothing");
    drop(portal);
    // Late answers and waiting times are left out: they make the test longer, not the catalog another.
    let portal = simulate(&from, "429=0.01:retry_after=0,5xx=0.01,waf=0.01,truncated=0.01,drop=0.01");
    let struck = sync(&portal, &faulty);
    assert!(struck["traffic"]["failures"].as_object().is_some_and(|kinds| kinds.len() == 5), "{struck}");
    assert_eq!(catalog(&faulty).await, known, "faults end with the same catalog");
}

#[test]
fn the_secret_of_a_webhook_in_the_environment_is_no_setting_and_a_wrong_setting_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str| {
        let mut command = program();
        command.args(["check", "--data-dir"]).arg(folder.path()).env(name, "x").output().unwrap()
    };
    let hook = check("TOANTRINH_HOOK_ALERTS");
    assert!(hook.status.success(), "{}", String::from_utf8_lossy(&hook.stderr));
    let wrong = check("TOANTRINH_SEARHC__X");
    assert!(!wrong.status.success());
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("searhc"));
}
