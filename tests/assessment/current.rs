//! Verdicts follow imports, claims and the clock, and nothing is looked at that did not change.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use toantrinh::assessment::actions::{Evaluated, catch_up, evaluate_all};
use toantrinh::assessment::flag_store;
use toantrinh::assessment::record::{NewClaim, check, record};
use toantrinh::assessment::store::{self, VerdictRow};
use toantrinh::assessment::volumes;
use toantrinh::catalog::import::actions::Options;
use toantrinh::platform::changes;
use toantrinh::platform::db::Db;

use super::given::{assessed, eleven_runs, line, line_with, parameters, put, record_all, said};
use crate::support::{NOW, TestApp, databases, import_text, options};

const NOTHING: Evaluated = Evaluated { procedures: 0, subjects: 0, changed: 0 };
const ONE: Evaluated = Evaluated { procedures: 1, subjects: 1, changed: 1 };
const A: &str = "1.900001";
const B: &str = "1.900002";
const C: &str = "1.900003";

fn hours(n: i64) -> Timestamp {
    NOW + SignedDuration::from_hours(n)
}

async fn current(db: &Db) -> Vec<VerdictRow> {
    store::current(&mut db.read().await.unwrap(), "", "9").await.unwrap()
}

async fn verdict(db: &Db, code: &str, unit: &str) -> VerdictRow {
    current(db).await.into_iter().find(|row| row.code == code && row.unit_id == unit).unwrap()
}

/// Open flags of a procedure.
async fn flags(db: &Db, code: &str) -> Vec<String> {
    let rows = flag_store::of_procedure(&mut db.read().await.unwrap(), code).await.unwrap();
    rows.into_iter().filter(|row| row.resolved_at.is_none()).map(|row| row.flag).collect()
}

async fn three(db: &Db) {
    assessed(db, &[line(A, "Cấp giấy thử một"), line(B, "Cấp giấy thử hai"), line(C, "Cấp giấy thử ba")]).await;
}

#[tokio::test]
async fn an_import_is_assessed_once_and_a_second_look_finds_nothing_to_do() {
    for test in databases().await {
        let db = &test.db;
        let all = [line(A, "Cấp giấy thử một"), line(B, "Cấp giấy thử hai"), line(C, "Cấp giấy thử ba")];
        put(db, &all).await;
        assert_eq!(catch_up(db, NOW).await.unwrap(), Evaluated { procedures: 3, subjects: 3, changed: 3 });
        assert_eq!(catch_up(db, hours(1)).await.unwrap(), NOTHING);
        put(db, &all).await;
        assert_eq!(catch_up(db, hours(2)).await.unwrap(), NOTHING, "the same import changed something");
        let rows = current(db).await;
        assert_eq!(rows.iter().map(|r| r.code.as_str()).collect::<Vec<_>>(), [A, B, C]);
        for row in rows {
            assert_eq!((row.level.as_str(), row.points.as_str()), ("L3", "??y??????????"));
            assert_eq!((row.gap.as_deref(), row.valid_from), (Some("unknown_evidence"), NOW.as_millisecond()));
        }
    }
}

#[tokio::test]
async fn a_change_of_one_procedure_is_a_look_at_that_one() {
    for test in databases().await {
        let db = &test.db;
        three(db).await;
        let steps = json!({"steps": ["Gửi bản chà số khung qua bưu điện đến nơi cấp."]});
        let changed = line_with(B, "Cấp giấy thử hai", &steps).to_string();
        let later = Options { as_of: hours(1), ..options() };
        assert_eq!(import_text(db, changed.as_bytes(), &later).await.changed, 1);
        assert_eq!(catch_up(db, hours(1)).await.unwrap(), ONE);
        let rows = current(db).await;
        let points: Vec<&str> = rows.iter().map(|r| r.points.as_str()).collect();
        assert_eq!(points, ["??y??????????", "??yn?????????", "??y??????????"]);
        let since: Vec<i64> = rows.iter().map(|r| r.valid_from).collect();
        assert_eq!(since, [NOW, hours(1), NOW].map(Timestamp::as_millisecond));
        assert_eq!(flags(db, B).await, ["F4"]);
    }
}

#[tokio::test]
async fn a_claim_is_a_look_at_its_procedure_in_the_same_transaction() {
    for test in databases().await {
        let db = &test.db;
        three(db).await;
        let before = changes::newest(&mut db.read().await.unwrap()).await.unwrap();
        record(db, B, &said("P9", "no", "run"), "an", hours(1)).await.unwrap();
        assert_eq!(verdict(db, B, "").await.points, "??y?????n????");
        let log = changes::after(&mut db.read().await.unwrap(), before, 10).await.unwrap();
        let log: Vec<(&str, &str)> = log.iter().map(|c| (c.kind.as_str(), c.subject.as_str())).collect();
        assert_eq!(log, [("assessment", B)]);
        assert_eq!(catch_up(db, hours(1)).await.unwrap(), NOTHING);
        let wrong = NewClaim { point: "P12".to_owned(), ..said("", "no", "run") };
        assert!(record(db, B, &wrong, "an", hours(2)).await.is_err());
        assert!(record(db, "1.999999", &said("P9", "no", "run"), "an", hours(2)).await.is_err());
        assert_eq!(store::claims(&mut db.read().await.unwrap(), "", "9").await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn evidence_that_expires_at_midnight_is_a_look_at_what_rests_on_it() {
    let midnight: Timestamp = "2026-12-31T17:00:00Z".parse().unwrap();
    for test in databases().await {
        let db = &test.db;
        three(db).await;
        let until = NewClaim { valid_until: "2026-12-31".to_owned(), ..said("P2", "yes", "run") };
        record(db, C, &until, "an", NOW).await.unwrap();
        assert_eq!(verdict(db, C, "").await.next_expiry, Some(midnight.as_millisecond()));
        let before = midnight - SignedDuration::from_millis(1);
        assert_eq!(catch_up(db, before).await.unwrap(), NOTHING);
        assert_eq!((verdict(db, C, "").await.points.as_str(), flags(db, C).await.len()), ("?yy??????????", 0));
        assert_eq!(catch_up(db, midnight).await.unwrap(), ONE);
        assert_eq!(verdict(db, C, "").await.points, "??y??????????");
        assert_eq!((flags(db, C).await, flags(db, B).await), (vec!["F3".to_owned()], vec![]));
        assert_eq!(catch_up(db, midnight).await.unwrap(), NOTHING);
    }
}

#[tokio::test]
async fn dossiers_older_than_90_days_no_longer_verify() {
    // The period begins on 1 October; the 90th day after that ends on 30 December.
    let out: Timestamp = "2026-12-30T17:00:00Z".parse().unwrap();
    for test in databases().await {
        let db = &test.db;
        three(db).await;
        record_all(db, A, &eleven_runs(), NOW).await;
        let counted = format!("code,unit,from,to,total,online\n{A},,2026-10-01,2026-11-20,9,4\n");
        volumes::import(db, counted.as_bytes(), "thử", None, NOW).await.unwrap();
        assert_eq!(catch_up(db, NOW).await.unwrap(), ONE);
        assert_eq!((verdict(db, A, "").await.level.as_str(), verdict(db, A, "").await.verified), ("L5", 1));
        let before = catch_up(db, out - SignedDuration::from_millis(1)).await.unwrap();
        assert_eq!((before.changed, verdict(db, A, "").await.level.as_str()), (0, "L5"));
        assert_eq!(catch_up(db, out).await.unwrap(), ONE);
        let late = verdict(db, A, "").await;
        assert_eq!((late.level.as_str(), late.verified, late.dormant, late.flags.as_str()), ("L4", 0, 0, "F2"));
        assert_eq!(catch_up(db, out).await.unwrap(), NOTHING);
    }
}

#[tokio::test]
async fn a_claim_for_all_units_counts_where_a_unit_has_none_of_its_own() {
    for test in databases().await {
        let db = &test.db;
        assessed(db, &[line_with(A, "Cấp giấy thử một", &json!({"levels": ["ministry", "other"]}))]).await;
        record_all(db, A, &eleven_runs(), NOW).await;
        let covered = verdict(db, A, "").await;
        assert_eq!((covered.claimed, covered.flags.as_str()), (1, "F2"), "both units rest on the general claims");
        let own = NewClaim { unit: "don-vi-1".to_owned(), ..said("P4", "no", "declaration") };
        record_all(db, A, &[own], hours(1)).await;
        let unit = verdict(db, A, "don-vi-1").await;
        assert_eq!((unit.points.as_str(), unit.claimed), ("yyynyyyyyyy??", 0), "the unit's own weaker claim counts");
        let whole = verdict(db, A, "").await;
        assert_eq!((whole.points.as_str(), whole.claimed, whole.flags.as_str()), ("yyyyyyyyyyy??", 1, "F2,F6"));
        assert_eq!(catch_up(db, hours(2)).await.unwrap(), NOTHING);
        let app = TestApp::start(&test).await;
        app.clock.set(hours(2));
        for (unit, scope, p4) in [("", "all", "yes"), ("don-vi-1", "don-vi-1", "no"), ("don-vi-2", "don-vi-2", "yes")] {
            let view = app.json(&format!("/api/v1/procedures/{A}/assessment?unit={unit}"), 200).await;
            assert_eq!((&view["scope"], &view["points"][3]["value"]), (&scope.into(), &p4.into()), "{view}");
        }
        let own = NewClaim { unit: "don-vi-1".to_owned(), ..said("P4", "yes", "run") };
        record_all(db, A, &[own], hours(2)).await;
        assert_eq!(verdict(db, A, "don-vi-1").await.claimed, 1);
        assert_eq!(verdict(db, A, "").await.flags, "F2");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_look_at_everything_finds_what_the_steps_before_found() {
    let expiring = NewClaim { valid_until: "2026-11-25".to_owned(), ..said("P2", "yes", "document") };
    let in_unit = NewClaim { unit: "don-vi-1".to_owned(), ..said("P10", "no", "data") };
    let sent = [(A, expiring), (A, in_unit), (B, said("P9", "no", "run")), (C, said("P6", "yes", "declaration"))];
    let counted = format!("code,unit,from,to,total,online\n{C},,2026-10-01,2026-11-20,9,0\n");
    let later = hours(48);
    let (steps, once) = (databases().await, databases().await);
    for (steps, once) in steps.iter().zip(&once) {
        let (steps, once) = (&steps.db, &once.db);
        three(steps).await;
        for (code, new) in &sent {
            record(steps, code, new, "an", hours(1)).await.unwrap();
        }
        volumes::import(steps, counted.as_bytes(), "thử", None, hours(1)).await.unwrap();
        assert_eq!(catch_up(steps, later).await.unwrap().procedures, 2, "one has dossiers, one an expiry");
        let all = [line(A, "Cấp giấy thử một"), line(B, "Cấp giấy thử hai"), line(C, "Cấp giấy thử ba")];
        put(once, &all).await;
        let mut tx = once.write().await.unwrap();
        for (code, new) in &sent {
            let claim = check(new, "an", &parameters(), hours(1)).unwrap();
            store::insert_claim(&mut tx, code, &new.unit, &claim, hours(1)).await.unwrap();
        }
        tx.commit().await.unwrap();
        volumes::import(once, counted.as_bytes(), "thử", None, hours(1)).await.unwrap();
        let done = evaluate_all(once, later).await.unwrap();
        assert_eq!(done, Evaluated { procedures: 3, subjects: 4, changed: 4 });
        let without_start = |rows: Vec<VerdictRow>| -> Vec<VerdictRow> {
            rows.into_iter().map(|row| VerdictRow { valid_from: 0, ..row }).collect()
        };
        assert_eq!(without_start(current(steps).await), without_start(current(once).await));
        for code in [A, B, C] {
            assert_eq!(flags(steps, code).await, flags(once, code).await, "{code}");
        }
        assert_eq!(flags(once, A).await, ["F3"]);
        assert_eq!(evaluate_all(steps, later).await.unwrap().changed, 0);
    }
}
