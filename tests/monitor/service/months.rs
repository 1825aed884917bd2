//! The standing of the last full month, by which version it is judged, and the flag F7 that follows from it.

use toantrinh::assessment::actions::catch_up;
use toantrinh::assessment::flag_store;
use toantrinh::assessment::volumes;
use toantrinh::monitor::model::FailureKind;
use toantrinh::monitor::observation::model::{HOUR, MINUTE};
use toantrinh::monitor::service_level::actions::change;
use toantrinh::monitor::service_level::model::Standing;
use toantrinh::monitor::service_level::report_store;
use toantrinh::monitor::service_level::store;
use toantrinh::platform::changes;
use toantrinh::platform::db::Db;

use super::given::{admin, at, availability, bad, evaluated, good, instant, probe, promise, stamp, take};
use crate::assessment::given::{eleven_runs, line, put, record_all};
use crate::support::{NOW, databases};

/// Hourly polls from one instant to another, of which every so many-th fails; 0 for none.
async fn hourly(db: &Db, series: i64, from: &str, to: &str, fails: i64) {
    let (from, to) = (at(from), at(to));
    let rows: Vec<_> = (0..(to - from) / HOUR)
        .map(|n| {
            let slot = from + n * HOUR;
            if fails > 0 && n % fails == 0 { bad(series, slot, FailureKind::Connect) } else { good(series, slot, 50.0) }
        })
        .collect();
    take(db, &rows).await;
}

async fn standing(db: &Db) -> (Option<String>, Option<Standing>) {
    let mut tx = db.read().await.unwrap();
    let level = store::find(&mut tx, "a").await.unwrap().unwrap();
    (level.month, level.standing)
}

async fn service_level_changes(db: &Db) -> Vec<String> {
    let mut tx = db.read().await.unwrap();
    let all = changes::after(&mut tx, 0, 10_000).await.unwrap();
    all.into_iter().filter(|change| change.kind == "service_level").map(|change| change.subject).collect()
}

#[tokio::test]
async fn a_month_is_judged_when_it_is_over_and_tells_the_procedures_when_it_comes_out_otherwise() {
    for test in databases().await {
        let id = probe(&test.db, "cong", "cong.example.vn", HOUR, &["1.900001", "1.900002"]).await;
        hourly(&test.db, id, "2026-08-01T00:00", "2026-10-01T00:00", 0).await;
        hourly(&test.db, id, "2026-10-01T00:00", "2026-11-01T00:00", 20).await;
        hourly(&test.db, id, "2026-11-01T00:00", "2026-12-03T00:00", 0).await;
        promise(&test.db, &availability("a", "cong", ""), stamp("2026-08-01T00:00")).await;

        evaluated(&test.db, at("2026-10-20T00:00")).await;
        assert_eq!(standing(&test.db).await, (Some("2026-09".to_owned()), Some(Standing::Met)));
        assert_eq!(service_level_changes(&test.db).await, [""; 0]);
        evaluated(&test.db, at("2026-10-31T23:55")).await;
        assert_eq!(standing(&test.db).await.0.as_deref(), Some("2026-09"));

        let done = evaluated(&test.db, at("2026-11-01T00:00")).await;
        assert_eq!(done.standings, 1);
        assert_eq!(standing(&test.db).await, (Some("2026-10".to_owned()), Some(Standing::Missed)));
        assert_eq!(service_level_changes(&test.db).await, ["1.900001", "1.900002"]);
        let mut tx = test.db.read().await.unwrap();
        assert!(store::broken(&mut tx, "1.900001").await.unwrap());
        assert!(!store::broken(&mut tx, "1.900003").await.unwrap());
        assert_eq!(store::broken_codes(&mut tx).await.unwrap(), ["1.900001", "1.900002"]);
        drop(tx);

        evaluated(&test.db, at("2026-12-01T00:00")).await;
        assert_eq!(standing(&test.db).await, (Some("2026-11".to_owned()), Some(Standing::Met)));
        assert_eq!(service_level_changes(&test.db).await.len(), 4);
        let mut tx = test.db.read().await.unwrap();
        let months = report_store::months(&mut tx, "a", 10).await.unwrap();
        let told: Vec<_> = months.iter().map(|m| (m.month.as_str(), m.good, m.bad, m.standing.as_str())).collect();
        assert_eq!(told, [("2026-11", 720, 0, "met"), ("2026-10", 706, 38, "missed"), ("2026-09", 720, 0, "met")]);
    }
}

#[tokio::test]
async fn late_values_change_the_month_on_the_next_day() {
    for test in databases().await {
        let id = probe(&test.db, "cong", "cong.example.vn", HOUR, &["1.900001"]).await;
        hourly(&test.db, id, "2026-10-01T00:00", "2026-11-05T00:00", 0).await;
        promise(&test.db, &availability("a", "cong", ""), stamp("2026-09-01T00:00")).await;
        evaluated(&test.db, at("2026-11-02T10:00")).await;
        assert_eq!(standing(&test.db).await.1, Some(Standing::Met));
        let late: Vec<_> = (0..20).map(|n| bad(id, at("2026-10-31T01:00") + n * HOUR, FailureKind::Connect)).collect();
        take(&test.db, &late).await;
        evaluated(&test.db, at("2026-11-02T10:05")).await;
        assert_eq!(standing(&test.db).await.1, Some(Standing::Met), "once a day is enough");
        evaluated(&test.db, at("2026-11-03T00:05")).await;
        assert_eq!(standing(&test.db).await.1, Some(Standing::Missed));
    }
}

#[tokio::test]
async fn an_objective_that_is_lowered_late_does_not_save_the_month() {
    for test in databases().await {
        let id = probe(&test.db, "cong", "cong.example.vn", HOUR, &["1.900001"]).await;
        hourly(&test.db, id, "2026-10-01T00:00", "2026-12-02T00:00", 20).await;
        let mut level = availability("a", "cong", "");
        promise(&test.db, &level, stamp("2026-09-01T00:00")).await;
        level.objective = 0.9;
        change(&test.db, &admin(), &level, 1, stamp("2026-10-31T23:00")).await.unwrap();
        evaluated(&test.db, at("2026-11-01T08:00")).await;
        assert_eq!(standing(&test.db).await.1, Some(Standing::Missed), "October began with 99 %");
        evaluated(&test.db, at("2026-12-01T08:00")).await;
        assert_eq!(standing(&test.db).await.1, Some(Standing::Met), "November began with 90 %");
    }
}

#[tokio::test]
async fn a_promise_is_not_broken_before_it_was_made() {
    for test in databases().await {
        let id = probe(&test.db, "cong", "cong.example.vn", HOUR, &["1.900001"]).await;
        hourly(&test.db, id, "2026-09-01T00:00", "2026-10-16T00:00", 2).await;
        hourly(&test.db, id, "2026-10-16T00:00", "2026-11-03T00:00", 0).await;
        promise(&test.db, &availability("a", "cong", ""), stamp("2026-10-16T00:00")).await;
        evaluated(&test.db, at("2026-10-20T08:00")).await;
        assert_eq!(standing(&test.db).await, (Some("2026-09".to_owned()), None));
        evaluated(&test.db, at("2026-11-01T08:00")).await;
        assert_eq!(standing(&test.db).await.1, Some(Standing::Met), "of October what was left of it counts");
    }
}

/// Dossiers that make a procedure verified, however late it is looked at.
async fn used(db: &Db, code: &str) {
    let rows = format!("code,unit,from,to,total,online\n{code},,2026-10-01,2026-11-20,300,120\n");
    volumes::import(db, rows.as_bytes(), "một cửa thử", None, NOW).await.unwrap();
}

async fn f7(db: &Db, code: &str) -> Option<bool> {
    let mut tx = db.read().await.unwrap();
    let flags = flag_store::of_procedure(&mut tx, code).await.unwrap();
    flags.into_iter().find(|flag| flag.flag == "F7").map(|flag| flag.resolved_at.is_none())
}

#[tokio::test]
async fn a_broken_objective_raises_f7_and_a_month_that_holds_resolves_it() {
    for test in databases().await {
        let code = "1.900001";
        put(&test.db, &[line(code, "Cấp giấy thử đã kiểm chứng"), line("1.900002", "Cấp giấy thử hai")]).await;
        record_all(&test.db, code, &eleven_runs(), NOW).await;
        used(&test.db, code).await;
        let id = probe(&test.db, "cong", "cong.example.vn", HOUR, &["*"]).await;
        hourly(&test.db, id, "2026-10-01T00:00", "2026-11-01T00:00", 20).await;
        hourly(&test.db, id, "2026-11-01T00:00", "2026-12-02T00:00", 0).await;
        promise(&test.db, &availability("a", "cong", ""), stamp("2026-10-01T00:00")).await;
        catch_up(&test.db, NOW).await.unwrap();
        assert_eq!(f7(&test.db, code).await, None);

        evaluated(&test.db, NOW.as_millisecond() - NOW.as_millisecond() % (5 * MINUTE)).await;
        assert_eq!(service_level_changes(&test.db).await, [code, "1.900002"], "the source stands for every procedure");
        catch_up(&test.db, instant(NOW.as_millisecond() + HOUR)).await.unwrap();
        assert_eq!(f7(&test.db, code).await, Some(true));
        assert_eq!(f7(&test.db, "1.900002").await, None, "what is not verified breaks no promise");

        let december = at("2026-12-01T08:00");
        evaluated(&test.db, december).await;
        catch_up(&test.db, instant(december + HOUR)).await.unwrap();
        assert_eq!(f7(&test.db, code).await, Some(false));
    }
}
