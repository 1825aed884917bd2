//! Sums of months are those of the days, whatever was sent again, and a migration fills them from the days.

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::{AssertSqlSafe, Row};
use toantrinh::monitor::dossier::months_store::{self, Asked};
use toantrinh::platform::db::Db;

use super::given::{BIRTH, OTHER, dossiers, province};
use crate::monitor::given::{local, take_records};
use crate::support::databases;

type Sums = BTreeMap<(String, String, i64), (i64, i64, i64)>;

/// Received, on time and pending by month, unit or procedure, and channel, added up from the days.
async fn recounted(db: &Db, whose: &str) -> Sums {
    let text = format!(
        "SELECT s.day, g.{whose} AS whose, g.channel, s.received, s.on_time, s.pending
         FROM dossier_statistics s JOIN dossier_groups g ON g.id = s.group_id"
    );
    let rows: Vec<(i64, String, i64, i64, i64, i64)> = match db {
        Db::Sqlite { readers, .. } => sqlx::query_as(AssertSqlSafe(text)).fetch_all(readers).await.unwrap(),
        Db::Postgres(pool) => sqlx::query_as(AssertSqlSafe(text)).fetch_all(pool).await.unwrap(),
    };
    let mut sums = Sums::new();
    for (day, whose, channel, received, on_time, pending) in rows {
        let month = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap();
        let sum = sums.entry((month.strftime("%Y-%m").to_string(), whose, channel)).or_default();
        *sum = (sum.0 + received, sum.1 + on_time, sum.2 + pending);
    }
    sums.retain(|_, sum| *sum != (0, 0, 0));
    sums
}

async fn kept(db: &Db, table: &str, whose: &str) -> Sums {
    let text = format!("SELECT month, {whose}, channel, received, on_time, pending FROM {table}");
    let read = |month: i64, whose: String, channel: i64, sum: (i64, i64, i64)| {
        let month = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(month)).unwrap();
        assert_eq!(month.day(), 1, "a month is named by its first day");
        ((month.strftime("%Y-%m").to_string(), whose, channel), sum)
    };
    let mut sums: Sums = match db {
        Db::Sqlite { readers, .. } => sqlx::query(AssertSqlSafe(text))
            .fetch_all(readers)
            .await
            .unwrap()
            .iter()
            .map(|row| read(row.get(0), row.get(1), row.get(2), (row.get(3), row.get(4), row.get(5))))
            .collect(),
        Db::Postgres(pool) => sqlx::query(AssertSqlSafe(text))
            .fetch_all(pool)
            .await
            .unwrap()
            .iter()
            .map(|row| read(row.get(0), row.get(1), row.get(2), (row.get(3), row.get(4), row.get(5))))
            .collect(),
    };
    sums.retain(|_, sum| *sum != (0, 0, 0));
    sums
}

async fn agree(db: &Db) {
    for (table, whose) in [("dossier_unit_months", "unit_id"), ("dossier_procedure_months", "code")] {
        let days = recounted(db, whose).await;
        assert!(days.len() >= 4, "{days:?}");
        assert_eq!(kept(db, table, whose).await, days, "{table} on {}", db.kind());
    }
}

#[tokio::test]
async fn sums_of_months_are_those_of_the_days_after_corrections_too() {
    for test in databases().await {
        province(&test.db).await;
        agree(&test.db).await;
        // Sent again with another state, another channel, another procedure: what the old state added is taken off.
        let mut again = dossiers();
        again.truncate(60);
        for record in &mut again {
            record["TrangThaiHoSo"] = json!("4");
            record["NgayKetThucXuLy"] = json!("");
            record["KenhThucHien"] = json!("3");
        }
        let report = take_records(&test.db, &local(), &again).await;
        assert_eq!(report.taken, 60);
        agree(&test.db).await;
    }
}

#[tokio::test]
async fn the_migration_fills_the_months_from_the_days() {
    for test in databases().await {
        province(&test.db).await;
        let before = kept(&test.db, "dossier_unit_months", "unit_id").await;
        let path = format!("{}/migrations/{}/0016_board.sql", env!("CARGO_MANIFEST_DIR"), test.db.kind());
        let text = std::fs::read_to_string(path).unwrap();
        let fills = text.split(';').filter(|part| part.contains("FROM dossier_statistics"));
        let mut filled = 0;
        for fill in fills {
            let at = fill.find("INSERT INTO").unwrap();
            let table = fill[at..].split_whitespace().nth(2).unwrap();
            for text in [format!("DELETE FROM {table}"), fill[at..].to_owned()] {
                match &test.db {
                    Db::Sqlite { writer, .. } => drop(sqlx::query(AssertSqlSafe(text)).execute(writer).await.unwrap()),
                    Db::Postgres(pool) => drop(sqlx::query(AssertSqlSafe(text)).execute(pool).await.unwrap()),
                }
            }
            filled += 1;
        }
        assert_eq!(filled, 2);
        assert_eq!(kept(&test.db, "dossier_unit_months", "unit_id").await, before);
        agree(&test.db).await;
    }
}

#[tokio::test]
async fn every_way_to_read_the_months_sums_to_the_same() {
    for test in databases().await {
        province(&test.db).await;
        let mut tx = test.db.read().await.unwrap();
        let october = i64::from(toantrinh::platform::calendar::model::number(jiff::civil::date(2026, 10, 1)));
        let mut sums = Vec::new();
        for asked in [Asked::All, Asked::Unit("H31"), Asked::Units, Asked::Procedures] {
            let rows = months_store::read(&mut tx, asked, october, october).await.unwrap();
            sums.push(rows.iter().map(|(_, counts)| counts.0[0]).sum::<i64>());
        }
        for asked in [Asked::ProceduresOf("H31"), Asked::UnitsOf(BIRTH), Asked::UnitsOf(OTHER)] {
            let rows = months_store::read(&mut tx, asked, october, october + 30).await.unwrap();
            sums.push(rows.iter().map(|(_, counts)| counts.0[0]).sum::<i64>());
        }
        assert_eq!(sums, [200, 200, 200, 200, 200, 100, 100]);
        let days = months_store::read(&mut tx, Asked::Days(BIRTH, "H31.2"), october, october + 30).await.unwrap();
        assert_eq!(days.iter().map(|(_, counts)| counts.0[0]).sum::<i64>(), 50);
    }
}
