//! Services of the made-up year: sums that add up, incidents that agree with failures, service levels judged by the real code.

use toantrinh::monitor::metrics;
use toantrinh::platform::db::Db;
use toantrinh::simulator::year::plan::Plan;
use toantrinh::simulator::year::{people, services, store, verdicts};

use super::year::{one, texts};
use crate::support::{NOW, TestDb, sqlite};

/// What services came to, without identifiers.
const ROWS: [&str; 5] = [
    "SELECT s.source_id || '/' || r.step || '/' || r.at || ':' || r.good || ',' || r.bad || ',' || r.buckets
     FROM rollups r JOIN series s ON s.id = r.series_id ORDER BY s.source_id, r.step, r.at LIMIT 1000000",
    "SELECT i.kind || '/' || i.failure || '/' || i.severity || '/' || m.source_id || '/' || i.started_at || '/' || i.opened_at
         || '/' || COALESCE(i.ended_at, 0) || '/' || COALESCE(i.closed_at, 0)
     FROM incidents i JOIN incident_members m ON m.incident_id = i.id ORDER BY i.started_at, m.source_id LIMIT 10000",
    "SELECT service_level_id || '/' || month || '/' || good || '/' || bad || '/' || absent || '/' || standing
     FROM service_level_months ORDER BY service_level_id, month LIMIT 1000",
    "SELECT service_level_id || '/' || report FROM service_level_reports ORDER BY service_level_id LIMIT 100",
    "SELECT source_id || '/' || starts_at || '/' || ends_at || '/' || announced_at FROM maintenances ORDER BY starts_at LIMIT 10",
];
const HOUR: i64 = 3_600_000;

async fn made(seed: u64) -> (TestDb, Vec<String>) {
    let test = sqlite().await;
    let (db, plan) = (&test.db, Plan::new(seed, NOW));
    let mut tx = db.write().await.unwrap();
    store::parameters_hold_from(&mut tx, &plan).await.unwrap();
    tx.commit().await.unwrap();
    verdicts::read_catalog(db, plan.begin()).await.unwrap();
    let people = people::build(db, &plan).await.unwrap();
    let begun = std::time::Instant::now();
    services::build(db, &plan, &people).await.unwrap();
    println!("services took {:?}", begun.elapsed());
    let mut all = Vec::new();
    for text in ROWS {
        all.extend(texts(db, text).await);
    }
    (test, all)
}

#[tokio::test]
async fn services_follow_from_the_seed_and_agree_with_each_other() {
    let ((test, first), (_again, again)) = (made(1).await, made(1).await);
    assert_eq!(first, again, "the same seed gives the same services");
    let (_other, other) = made(2).await;
    assert_ne!(first, other);
    let db = &test.db;
    sums_add_up(db).await;
    incidents_agree_with_failures(db).await;
    levels_are_judged(db).await;
    metrics_have_them(db).await;
}

async fn sums_add_up(db: &Db) {
    let wrong = "SELECT COUNT(*) FROM rollups d WHERE d.step = '1d' AND (d.good, d.bad) <> (
                     SELECT SUM(h.good), SUM(h.bad) FROM rollups h WHERE h.series_id = d.series_id AND h.step = '1h'
                     AND h.at >= d.at AND h.at < d.at + 86400000)";
    assert_eq!(one(db, wrong).await, 0, "a day is the sum of its hours");
    assert!(one(db, "SELECT COUNT(*) FROM rollups WHERE step = '1d'").await > 3 * 360);
    let day = NOW.as_millisecond() - 24 * HOUR;
    assert_eq!(one(db, &format!("SELECT COUNT(*) FROM observations WHERE slot < {day}")).await, 0);
    assert!(one(db, "SELECT COUNT(*) FROM observations").await > 10_000);
    let later = format!("SELECT COUNT(*) FROM observations WHERE slot >= {}", NOW.as_millisecond());
    assert_eq!(one(db, &later).await, 0);
}

/// Hours in which nothing but failures came lie within an incident, and within an incident no hour has a good poll.
async fn incidents_agree_with_failures(db: &Db) {
    let within = "SELECT COUNT(*) FROM incident_members m JOIN series s ON s.source_id = m.source_id
                  JOIN rollups h ON h.series_id = s.id AND h.step = '1h' AND h.at >= m.started_at
                       AND h.at + 3600000 <= m.ended_at WHERE h.good";
    assert_eq!(one(db, &format!("{within} > 0")).await, 0);
    assert!(one(db, &format!("{within} = 0")).await > 10);
    let outside = "SELECT COUNT(*) FROM rollups h JOIN series s ON s.id = h.series_id
                   WHERE h.step = '1h' AND h.bad >= 6 AND NOT EXISTS (SELECT 1 FROM incident_members m
                   WHERE m.source_id = s.source_id AND m.started_at < h.at + 3600000
                   AND COALESCE(m.ended_at, h.at + 1) > h.at)";
    assert_eq!(one(db, outside).await, 0);
    let payment = "SELECT COUNT(*) FROM incident_members WHERE source_id = 'thanh-toan' AND started_at BETWEEN
                   1791219600000 AND 1792429200000";
    assert!(one(db, payment).await >= 20, "paying failed again and again");
    assert_eq!(one(db, "SELECT COUNT(*) FROM incidents WHERE closed_at IS NULL").await, 1);
    assert_eq!(one(db, "SELECT COUNT(*) FROM incidents WHERE kind = 'maintenance'").await, 2);
    assert!(one(db, "SELECT COUNT(DISTINCT failure) FROM incidents").await >= 3);
    let wrong =
        "SELECT COUNT(*) FROM incidents WHERE opened_at < started_at OR ended_at < opened_at OR closed_at <= ended_at";
    assert_eq!(one(db, wrong).await, 0);
}

async fn levels_are_judged(db: &Db) {
    let months = "SELECT COUNT(*) FROM service_level_months WHERE service_level_id = 'cong-san-sang'";
    assert_eq!(one(db, months).await, 12);
    let absent = "SELECT SUM(absent) FROM service_level_months";
    assert_eq!(one(db, absent).await, 0, "every value that was expected came");
    let missed = "SELECT COUNT(*) FROM service_level_months WHERE standing = 'missed' AND month = '2026-10'
                  AND service_level_id = 'thanh-toan-san-sang'";
    assert_eq!(one(db, missed).await, 1);
    let report = |id: &str| format!("SELECT report FROM service_level_reports WHERE service_level_id = '{id}'");
    let read = |text: String| serde_json::from_str::<serde_json::Value>(&text).unwrap();
    let overspent = read(text(db, &report("thanh-toan-san-sang")).await);
    assert!(overspent["budget"]["left_share"].as_f64().unwrap() < 0.0, "{overspent}");
    let young = read(text(db, &report("ky-so-san-sang")).await);
    assert_eq!((young["days"]["watched"].as_i64(), young["days"]["of"].as_i64()), (Some(12), Some(30)));
    let old = read(text(db, &report("cong-san-sang")).await);
    assert_eq!((old["days"]["watched"].as_i64(), old["counts"]["absent"].as_i64()), (Some(30), Some(0)), "{old}");
    assert!(one(db, "SELECT COUNT(*) FROM alerts WHERE kind = 'burn'").await > 0);
}

async fn text(db: &Db, sql: &str) -> String {
    let mut tx = db.read().await.unwrap();
    let sql = sql.to_owned();
    let (text,): (String,) =
        toantrinh::on_db!(&mut tx, |conn| sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_one(conn).await.unwrap());
    text
}

async fn metrics_have_them(db: &Db) {
    let mut tx = db.read().await.unwrap();
    let text = metrics::render(&mut tx, NOW).await.unwrap();
    for name in [
        "service_level_burn_rate",
        "service_level_sli",
        "service_level_budget_left_ratio",
        "source_up",
        "source_last_success_timestamp_seconds",
        "incidents_open",
    ] {
        assert!(text.contains(&format!("toantrinh_{name}{{")), "{name}");
    }
}
