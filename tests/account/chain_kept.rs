//! The chain over the audit log in both databases, and the command that walks it.

use std::path::Path;
use std::process::{Command, Output};

use toantrinh::account::audit::chain::{Broken, Head};
use toantrinh::account::audit::{self, Author};
use toantrinh::platform::db::{Db, Tx};

use crate::support::{NOW, TestApp, TestDb, databases, sqlite};

/// Writes some entries.
async fn write(db: &Db, count: usize) {
    for n in 0..count {
        let mut tx = db.write().await.unwrap();
        let detail = serde_json::json!({ "n": n });
        audit::record(&mut tx, Author::NOBODY, "tried", &format!("việc {n}"), &detail, NOW).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// Runs statements; on SQLite and PostgreSQL somebody with all rights can take the triggers off.
async fn run(db: &Db, statements: &[&str]) {
    for statement in statements {
        let text = sqlx::AssertSqlSafe((*statement).to_owned());
        match db.write().await.unwrap() {
            Tx::Sqlite(mut tx) => {
                sqlx::query(text).execute(&mut *tx).await.unwrap();
                tx.commit().await.unwrap();
            }
            Tx::Postgres(mut tx) => {
                sqlx::query(text).execute(&mut *tx).await.unwrap();
                tx.commit().await.unwrap();
            }
        }
    }
}

async fn without_triggers(db: &Db) {
    let statements: &[&str] = match db {
        Db::Sqlite { .. } => &[
            "DROP TRIGGER audit_no_update",
            "DROP TRIGGER audit_no_delete",
            "DROP TRIGGER audit_chain_no_update",
            "DROP TRIGGER audit_chain_no_delete",
        ],
        Db::Postgres(_) => {
            &["DROP TRIGGER audit_append_only ON audit", "DROP TRIGGER audit_chain_append_only ON audit_chain"]
        }
    };
    run(db, statements).await;
}

async fn check(db: &Db, exported: &[&Head]) -> Result<Head, Broken> {
    audit::walk(db, exported.iter().map(|head| (*head).clone()).collect(), &mut |_, _| {}).await.unwrap()
}

#[tokio::test]
async fn whoever_takes_the_triggers_off_and_changes_the_log_is_found() {
    // What is done, and the entry that the walk names.
    let deeds: [(&[&str], i64); 8] = [
        (&["UPDATE audit SET detail = '{\"n\":7}' WHERE seq = 3"], 3),
        (&["UPDATE audit SET actor_id = '' WHERE seq = 2"], 2),
        (&["UPDATE audit_chain SET hash = previous_hash WHERE seq = 4"], 4),
        (&["DELETE FROM audit WHERE seq = 2", "DELETE FROM audit_chain WHERE seq = 2"], 2),
        (
            &[
                "UPDATE audit SET seq = -3 WHERE seq = 3",
                "UPDATE audit SET seq = 3 WHERE seq = 4",
                "UPDATE audit SET seq = 4 WHERE seq = -3",
            ],
            3,
        ),
        (&["DELETE FROM audit_chain WHERE seq >= 4"], 4),
        (&["DELETE FROM audit WHERE seq = 5"], 5),
        (&["DELETE FROM audit WHERE seq >= 4", "DELETE FROM audit_chain WHERE seq >= 4"], 4),
    ];
    for (statements, seq) in deeds {
        for db in databases().await {
            write(&db.db, 5).await;
            assert_eq!(check(&db.db, &[]).await.unwrap().seq, 5);
            without_triggers(&db.db).await;
            run(&db.db, statements).await;
            assert_eq!(check(&db.db, &[]).await.unwrap_err().seq(), seq, "{statements:?} on {}", db.db.kind());
        }
    }
}

#[tokio::test]
async fn a_cut_end_with_the_counter_set_back_is_found_with_an_exported_head_only() {
    for db in databases().await {
        write(&db.db, 3).await;
        let early = check(&db.db, &[]).await.unwrap();
        write(&db.db, 2).await;
        let exported = check(&db.db, &[&early]).await.unwrap();
        assert_eq!((early.seq, exported.seq), (3, 5));
        without_triggers(&db.db).await;
        let cut = [
            "DELETE FROM audit WHERE seq >= 4",
            "DELETE FROM audit_chain WHERE seq >= 4",
            "UPDATE counters SET n = 3 WHERE name = 'audit'",
        ];
        run(&db.db, &cut).await;
        assert_eq!(check(&db.db, &[]).await, Ok(early.clone()), "nobody can see it without a head");
        let broken = check(&db.db, &[&early, &exported]).await.unwrap_err();
        assert_eq!(broken, Broken::BeforeExported { end: 3, exported: 5 });
        // Filled up again, it is as long as it was, with other entries.
        for count in [1, 2] {
            write(&db.db, count).await;
        }
        assert_eq!(check(&db.db, &[&exported]).await.unwrap_err(), Broken::OtherExported(5));
    }
}

#[tokio::test]
async fn entries_from_before_the_chain_are_sealed_at_the_start_or_with_the_next_entry() {
    for at_start in [true, false] {
        for db in databases().await {
            write(&db.db, 4).await;
            without_triggers(&db.db).await;
            run(&db.db, &["DELETE FROM audit_chain"]).await;
            assert_eq!(check(&db.db, &[]).await.unwrap_err(), Broken::Unsealed(1));
            if at_start {
                let app = TestApp::start(&db).await;
                assert_eq!(check(&db.db, &[]).await.unwrap().seq, 4, "{}", db.db.kind());
                app.stop().await;
            } else {
                write(&db.db, 1).await;
                assert_eq!(check(&db.db, &[]).await.unwrap().seq, 5, "{}", db.db.kind());
            }
        }
    }
}

#[tokio::test]
async fn many_who_write_at_once_make_one_chain() {
    for db in databases().await {
        let tasks: Vec<_> =
            (0..8).map(|_| db.db.clone()).map(|db| tokio::spawn(async move { write(&db, 5).await })).collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(check(&db.db, &[]).await.unwrap().seq, 40, "{}", db.db.kind());
    }
}

/// `toantrinh check audit` in a process of its own.
fn command(database: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toantrinh"));
    command.env("TOANTRINH_LOG__LEVEL", "error").args(["--database", database, "check", "audit"]).args(arguments);
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn url(db: &TestDb) -> String {
    match &db.db {
        Db::Sqlite { path, .. } => format!("sqlite:{}", path.display()),
        Db::Postgres(pool) => {
            let options = pool.connect_options();
            let server = std::env::var("TEST_POSTGRES_URL").unwrap();
            format!("{server}/{}", options.get_database().unwrap())
        }
    }
}

#[tokio::test]
async fn the_command_exports_a_head_and_fails_when_the_log_holds_it_no_longer() {
    let folder = tempfile::tempdir().unwrap();
    for db in databases().await {
        let (url, file) = (url(&db), folder.path().join(db.db.kind()));
        let name = file.to_str().unwrap();
        write(&db.db, 3).await;
        let first = command(&url, &["--write-head", name]);
        assert!(first.status.success() && said(&first).contains("3 entries, sound"), "{}", said(&first));
        let exported = std::fs::read_to_string(&file).unwrap();
        assert!(exported.starts_with("3:") && said(&first).contains(exported.trim()));
        let json: serde_json::Value = serde_json::from_slice(&command(&url, &["--json"]).stdout).unwrap();
        assert_eq!((json["sound"].as_bool(), json["entries"].as_i64()), (Some(true), Some(3)));
        assert_eq!(json["head"].as_str(), Some(exported.trim()));
        without_triggers(&db.db).await;
        let cut = [
            "DELETE FROM audit WHERE seq = 3",
            "DELETE FROM audit_chain WHERE seq = 3",
            "UPDATE counters SET n = 2 WHERE name = 'audit'",
        ];
        run(&db.db, &cut).await;
        assert!(command(&url, &[]).status.success());
        for option in ["--head", "--write-head"] {
            let output = command(&url, &[option, name]);
            assert_eq!(output.status.code(), Some(1), "{option}");
            assert!(said(&output).contains("broken at entry 3"), "{}", said(&output));
        }
        let json: serde_json::Value =
            serde_json::from_slice(&command(&url, &["--json", "--head", name]).stdout).unwrap();
        assert_eq!((json["sound"].as_bool(), json["broken_at"].as_i64()), (Some(false), Some(3)));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), exported, "the proof was written over");
    }
}

#[tokio::test]
async fn the_command_says_what_it_cannot_use() {
    let db = sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    let wrong = folder.path().join("wrong");
    std::fs::write(&wrong, "12:abc").unwrap();
    for (file, expected) in [(wrong.as_path(), "64 hexadecimal digits"), (Path::new("/nowhere"), "does not exist")] {
        let output = command(&url(&db), &["--head", file.to_str().unwrap()]);
        assert!(!output.status.success() && said(&output).contains(expected), "{}", said(&output));
    }
    let nowhere = format!("sqlite:{}", folder.path().join("none.db").display());
    assert!(said(&command(&nowhere, &[])).contains("does not exist"));
    assert!(!folder.path().join("none.db").exists(), "checking made a database");
}
