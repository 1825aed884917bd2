//! Databases, change log, jobs, requests to others.

mod http;

mod calendar;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use jiff::SignedDuration;
use sqlx::{AssertSqlSafe, Executor, Row, SqlSafeStr};
use toantrinh::platform::db::{Db, DbError, Tx};
use toantrinh::platform::{changes, jobs};

use crate::support::{NOW, databases, sqlite};

/// Every SQL constant of the program by its name.
fn statements() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let files = [
        "account/audit.rs",
        "account/entry_store.rs",
        "account/oidc/store.rs",
        "account/session/lock_store.rs",
        "account/session/store.rs",
        "account/store.rs",
        "assessment/flag_store.rs",
        "assessment/store.rs",
        "assessment/take_over.rs",
        "board/edition_store.rs",
        "board/store.rs",
        "catalog/amend/store.rs",
        "catalog/store.rs",
        "catalog/units.rs",
        "initiative/import/store.rs",
        "initiative/store/directive.rs",
        "initiative/store/file.rs",
        "initiative/store/history.rs",
        "initiative/store/initiative.rs",
        "initiative/store/list.rs",
        "initiative/store/part.rs",
        "initiative/store/plan.rs",
        "initiative/store/waiting.rs",
        "initiative/workflow/store.rs",
        "monitor/dossier/bulk.rs",
        "monitor/dossier/months_store.rs",
        "monitor/dossier/store.rs",
        "monitor/dossier/sums.rs",
        "monitor/incident/board_store.rs",
        "monitor/incident/follow_store.rs",
        "monitor/incident/store.rs",
        "monitor/index766/directory.rs",
        "monitor/index766/period_store.rs",
        "monitor/index766/rule_store.rs",
        "monitor/index766/store.rs",
        "monitor/maintenance/list_store.rs",
        "monitor/maintenance/store.rs",
        "monitor/notify/delivery_store.rs",
        "monitor/notify/inbox_store.rs",
        "monitor/notify/store.rs",
        "monitor/observation/horizon.rs",
        "monitor/observation/page_store.rs",
        "monitor/observation/partition.rs",
        "monitor/observation/series.rs",
        "monitor/observation/store.rs",
        "monitor/observation/window_store.rs",
        "monitor/parameters.rs",
        "monitor/poll/claim.rs",
        "monitor/poll/finish.rs",
        "monitor/poll/store.rs",
        "monitor/portal/store.rs",
        "monitor/service_level/alert_store.rs",
        "monitor/service_level/list_store.rs",
        "monitor/service_level/report_store.rs",
        "monitor/service_level/scope_store.rs",
        "monitor/service_level/store.rs",
        "monitor/service_level/version_store.rs",
        "monitor/source/overview.rs",
        "monitor/source/store.rs",
        "platform/calendar/store.rs",
        "platform/changes.rs",
        "platform/db.rs",
        "platform/jobs.rs",
        "simulator/year/initiatives/store.rs",
        "simulator/year/store.rs",
    ];
    for file in files {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file)).unwrap();
        for part in text.split("pub const ").skip(1) {
            let Some((name, rest)) = part.split_once(": &str =") else { continue };
            let sql = rest.split('"').nth(1).unwrap();
            all.insert(format!("{file} {name}"), sql.to_owned());
        }
    }
    assert!(all.len() > 60, "only {} statements were found", all.len());
    all
}

#[tokio::test]
async fn every_sql_text_prepares_on_both_databases() {
    for test in databases().await {
        let mut tx = test.db.write().await.unwrap();
        for (name, sql) in statements() {
            let other = if test.db.kind() == "sqlite" { "POSTGRES" } else { "SQLITE" };
            if name.contains(other) {
                continue;
            }
            let text = AssertSqlSafe(sql).into_sql_str();
            let prepared = match &mut tx {
                Tx::Sqlite(tx) => tx.prepare(text).await.map(|_| ()),
                Tx::Postgres(tx) => tx.prepare(text).await.map(|_| ()),
            };
            assert!(prepared.is_ok(), "{name} on {}: {:?}", test.db.kind(), prepared.err());
        }
    }
}

#[tokio::test]
async fn both_schemas_have_the_same_tables_and_columns() {
    let all = databases().await;
    let [lite, pg] = all.as_slice() else { return };
    let Db::Sqlite { writer, .. } = &lite.db else { unreachable!() };
    let Db::Postgres(pool) = &pg.db else { unreachable!() };
    let of_lite: Vec<(String, String)> = sqlx::query(
        "SELECT m.name AS t, c.name AS c FROM sqlite_master m JOIN pragma_table_info(m.name) c
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE '\\_%' ESCAPE '\\' ORDER BY 1, 2",
    )
    .fetch_all(writer)
    .await
    .unwrap()
    .iter()
    .map(|r| (r.get("t"), r.get("c")))
    .collect();
    let of_pg: Vec<(String, String)> = sqlx::query(
        "SELECT CAST(table_name AS TEXT) COLLATE \"C\" AS t, CAST(column_name AS TEXT) COLLATE \"C\" AS c
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_%' AND table_name NOT LIKE 'observations\\_%' ORDER BY 1, 2",
    )
    .fetch_all(pool)
    .await
    .unwrap()
    .iter()
    .map(|r| (r.get("t"), r.get("c")))
    .collect();
    assert_eq!(of_lite, of_pg);
    assert!(of_lite.len() > 40);
}

#[tokio::test]
async fn concurrent_changes_get_every_number_once() {
    for test in databases().await {
        let mut tasks = Vec::new();
        for task in 0..20 {
            let db = test.db.clone();
            tasks.push(tokio::spawn(async move {
                for n in 0..5 {
                    let mut tx = db.write().await.unwrap();
                    let subjects = [format!("{task}-{n}-a"), format!("{task}-{n}-b")];
                    changes::record(&mut tx, "procedure", &subjects, NOW).await.unwrap();
                    tx.commit().await.unwrap();
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let all = changes::after(&mut test.db.read().await.unwrap(), 0, 1000).await.unwrap();
        let seqs: Vec<i64> = all.iter().map(|c| c.seq).collect();
        assert_eq!(seqs, (1..=200).collect::<Vec<_>>(), "{}", test.db.kind());
    }
}

#[tokio::test]
async fn a_rolled_back_change_leaves_no_gap() {
    for test in databases().await {
        let mut tx = test.db.write().await.unwrap();
        changes::record(&mut tx, "procedure", &["lost".to_owned()], NOW).await.unwrap();
        drop(tx);
        let mut tx = test.db.write().await.unwrap();
        changes::record(&mut tx, "procedure", &["kept".to_owned()], NOW).await.unwrap();
        tx.commit().await.unwrap();
        let all = changes::after(&mut test.db.read().await.unwrap(), 0, 10).await.unwrap();
        assert_eq!((all.len(), all[0].seq, all[0].subject.as_str()), (1, 1, "kept"));
    }
}

#[tokio::test]
async fn a_job_is_claimed_once_retried_after_its_lease_and_buried_after_its_last_attempt() {
    let lease = SignedDuration::from_secs(60);
    for test in databases().await {
        let mut tx = test.db.write().await.unwrap();
        for _ in 0..2 {
            jobs::enqueue(&mut tx, "poll", "only", &serde_json::json!({"n": 1}), 2, NOW, NOW).await.unwrap();
        }
        tx.commit().await.unwrap();
        let first = jobs::claim(&test.db, lease, NOW).await.unwrap().unwrap();
        assert_eq!((first.kind.as_str(), first.attempts), ("poll", 1));
        assert_eq!(jobs::claim(&test.db, lease, NOW).await.unwrap(), None, "claimed twice on {}", test.db.kind());
        let later = NOW + SignedDuration::from_secs(61);
        let second = jobs::claim(&test.db, lease, later).await.unwrap().unwrap();
        assert_eq!(second.attempts, 2);
        // The first worker comes back late: its attempt is no longer the one that counts.
        jobs::finish(&test.db, &first, Ok(()), lease, later).await.unwrap();
        jobs::finish(&test.db, &second, Err("no".into()), lease, later).await.unwrap();
        let much_later = later + SignedDuration::from_secs(10_000);
        assert_eq!(jobs::claim(&test.db, lease, much_later).await.unwrap(), None, "a dead job came back");
        let states = jobs::states(&mut test.db.read().await.unwrap()).await.unwrap();
        assert_eq!(states, [("dead".to_owned(), 1)]);
    }
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused_with_what_to_do() {
    for test in databases().await {
        let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                     VALUES (9999, 'later', TRUE, $1, 0)";
        match &test.db {
            Db::Sqlite { writer, .. } => {
                sqlx::query(newer).bind(vec![0u8]).execute(writer).await.map(|_| ()).unwrap();
            }
            Db::Postgres(pool) => sqlx::query(newer).bind(vec![0u8]).execute(pool).await.map(|_| ()).unwrap(),
        }
        let error = test.db.migrate().await.unwrap_err();
        assert!(matches!(error, DbError::NewerSchema { found: 9999, .. }));
        assert!(error.to_string().contains("run the newer program"));
        assert!(test.db.check_schema().await.is_err());
    }
}

#[tokio::test]
async fn an_unknown_database_url_says_what_is_known() {
    let error = Db::open("mysql://user:secret@host/db").await.unwrap_err().to_string();
    assert!(error.contains("sqlite:PATH") && !error.contains("secret"), "{error}");
    drop(sqlite().await);
}
