//! Values as they are taken in, corrected, summed up, asked for and dropped.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sqlx::AssertSqlSafe;
use toantrinh::monitor::model::{FailureKind, State};
use toantrinh::monitor::observation::model::{DAY, HOUR, MINUTE, NewObservation, NewSeries, Step};
use toantrinh::monitor::observation::question::{availability, latest, range};
use toantrinh::monitor::observation::record::{Recorded, record, take_in};
use toantrinh::monitor::observation::rollup::Aggregate;
use toantrinh::monitor::observation::{retention, series, store};
use toantrinh::on_db;
use toantrinh::platform::db::Db;

use crate::support::{NOW, databases};

fn at() -> i64 {
    Step::FiveMinutes.start(NOW.as_millisecond())
}

async fn new_series(db: &Db, source: &str, every_ms: Option<i64>) -> i64 {
    let new = NewSeries {
        source_id: source.to_owned(),
        metric: "probe".to_owned(),
        subject: String::new(),
        unit: "ms".to_owned(),
        every_ms,
        max_age_ms: Some(3 * MINUTE),
    };
    let row = "INSERT INTO sources (id, kind, name, owner, definition, enabled, version, created_at, changed_at)
               VALUES ($1, 'http_probe', 'a', 'b', '{}', 1, 1, 0, 0) ON CONFLICT (id) DO NOTHING";
    let mut tx = db.write().await.unwrap();
    on_db!(&mut tx, |conn| sqlx::query(row).bind(source).execute(conn).await.map(|_| ()).unwrap());
    let ids = series::ensure(&mut tx, &[new]).await.unwrap();
    tx.commit().await.unwrap();
    ids[0]
}

fn number(series_id: i64, slot: i64, value: f64) -> NewObservation {
    let (state, value) = (State::Number, Some(value));
    NewObservation { series_id, slot, state, value, failure: None, detail: None, observed_at: NOW.as_millisecond() }
}

fn failed(series_id: i64, slot: i64, failure: FailureKind) -> NewObservation {
    let (state, failure) = (State::NotDelivered, Some(failure));
    NewObservation { state, value: None, failure, ..number(series_id, slot, 0.0) }
}

async fn take(db: &Db, rows: &[NewObservation]) -> Recorded {
    let mut tx = db.write().await.unwrap();
    let recorded = take_in(&mut tx, rows).await.unwrap();
    tx.commit().await.unwrap();
    recorded
}

/// Runs a statement without parameters.
async fn run(db: &Db, text: &str) {
    let mut tx = db.write().await.unwrap();
    on_db!(&mut tx, |conn| sqlx::query(AssertSqlSafe(text.to_owned())).execute(conn).await.map(|_| ()).unwrap());
    tx.commit().await.unwrap();
}

async fn one(db: &Db, text: &str) -> i64 {
    let mut tx = db.read().await.unwrap();
    let (found,): (i64,) =
        on_db!(&mut tx, |conn| sqlx::query_as(AssertSqlSafe(text.to_owned())).fetch_one(conn).await.unwrap());
    found
}

#[tokio::test]
async fn the_same_value_again_is_nothing_and_another_is_kept_beside_it() {
    for test in databases().await {
        let id = new_series(&test.db, "a", Some(MINUTE)).await;
        assert_eq!(new_series(&test.db, "a", Some(MINUTE)).await, id, "one series for one name");
        let first = take(&test.db, &[number(id, at(), 5.0), failed(id, at() + MINUTE, FailureKind::Dns)]).await;
        assert_eq!((first.added, first.corrected, first.unchanged), (2, 0, 0));
        let again = take(&test.db, &[number(id, at(), 5.0), number(id, at() + MINUTE, 7.0)]).await;
        assert_eq!((again.added, again.corrected, again.unchanged), (0, 1, 1));
        let within = take(&test.db, &[number(id, at(), 6.0), number(id, at(), 6.0), number(id, at(), 8.0)]).await;
        assert_eq!((within.corrected, within.unchanged), (2, 1), "within one batch");
        let mut tx = test.db.read().await.unwrap();
        let all = store::values(&mut tx, id, 0, i64::MAX, 100).await.unwrap();
        let kept: Vec<_> = all.iter().map(|v| (v.slot - at(), v.revision, v.value, v.failure.as_deref())).collect();
        let minute = (MINUTE, 1, None, Some("dns"));
        let expected = [
            (0, 1, Some(5.0), None),
            (0, 2, Some(6.0), None),
            (0, 3, Some(8.0), None),
            minute,
            (MINUTE, 2, Some(7.0), None),
        ];
        assert_eq!(kept, expected, "{}", test.db.kind());
        for step in Step::ALL {
            let windows = range(&mut tx, id, step, 0, i64::MAX).await.unwrap();
            assert_eq!(windows.len(), 1);
            let sum = windows[0].sum;
            assert_eq!((windows[0].at, sum.good, sum.bad, sum.total), (step.start(at()), 2, 0, 15.0));
            assert_eq!((sum.least, sum.most, sum.buckets.0[1]), (Some(7.0), Some(8.0), 2));
        }
    }
}

#[tokio::test]
async fn a_value_that_is_no_finite_number_is_refused_with_everything_beside_it() {
    for test in databases().await {
        let id = new_series(&test.db, "a", Some(MINUTE)).await;
        for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut tx = test.db.write().await.unwrap();
            let rows = [number(id, at(), 1.0), number(id, at() + 1, wrong)];
            let error = record(&mut tx, &rows).await.unwrap_err();
            assert!(error.to_string().contains("finite"), "{error}");
            tx.commit().await.unwrap();
        }
        assert_eq!(one(&test.db, "SELECT COUNT(*) FROM observations").await, 0);
    }
}

#[tokio::test]
async fn those_who_write_one_series_at_once_lose_nothing() {
    for test in databases().await {
        let id = new_series(&test.db, "a", Some(MINUTE)).await;
        let mut tasks = Vec::new();
        for task in 0..8 {
            let db = test.db.clone();
            tasks.push(tokio::spawn(async move {
                for n in 0..6 {
                    take(&db, &[number(id, at() + 1000 * (task * 6 + n), 1.0)]).await;
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let mut tx = test.db.read().await.unwrap();
        for step in Step::ALL {
            let sum = range(&mut tx, id, step, 0, i64::MAX).await.unwrap()[0].sum;
            assert_eq!((sum.good, sum.total), (48, 48.0), "{step:?} on {}", test.db.kind());
        }
    }
}

#[tokio::test]
async fn series_asked_for_at_once_are_made_once() {
    for test in databases().await {
        let mut tasks = Vec::new();
        for task in 0..6i64 {
            let db = test.db.clone();
            tasks.push(tokio::spawn(async move {
                let mut ids = Vec::new();
                for n in 0..5 {
                    ids.push(new_series(&db, &format!("source-{}", (task + n) % 5), None).await);
                }
                ids.sort_unstable();
                ids
            }));
        }
        let mut all = Vec::new();
        for task in tasks {
            all.push(task.await.unwrap());
        }
        assert!(all.windows(2).all(|two| two[0] == two[1]), "{all:?} on {}", test.db.kind());
        assert_eq!(one(&test.db, "SELECT COUNT(*) FROM series").await, 5);
    }
}

#[tokio::test]
async fn a_value_older_than_its_series_allows_is_stale_and_does_not_count() {
    for test in databases().await {
        let id = new_series(&test.db, "a", Some(MINUTE)).await;
        take(&test.db, &[number(id, at(), 5.0)]).await;
        let mut tx = test.db.read().await.unwrap();
        let fresh = latest(&mut tx, id, at() + 3 * MINUTE).await.unwrap().unwrap();
        assert_eq!((fresh.stale, fresh.counted()), (false, Some(5.0)));
        let stale = latest(&mut tx, id, at() + 3 * MINUTE + 1).await.unwrap().unwrap();
        assert_eq!((stale.stale, stale.counted(), stale.value.value), (true, None, Some(5.0)));
        assert_eq!(latest(&mut tx, id + 1, at()).await.unwrap(), None);
    }
}

#[tokio::test]
async fn availability_counts_what_is_there_and_says_what_is_absent() {
    for test in databases().await {
        let id = new_series(&test.db, "a", Some(MINUTE)).await;
        let from = Step::Day.start(at()) - 2 * DAY - 3 * HOUR - 7 * MINUTE;
        let mut rows = Vec::new();
        for n in 0..(3 * DAY / MINUTE) {
            let slot = from + n * MINUTE;
            match n % 100 {
                0 => rows.push(failed(id, slot, FailureKind::Http5xx)),
                1 => rows.push(failed(id, slot, FailureKind::OwnNetworkDown)),
                2 => {}
                _ => rows.push(number(id, slot, 100.0)),
            }
        }
        take(&test.db, &rows).await;
        let mut tx = test.db.read().await.unwrap();
        let answer = availability(&mut tx, id, from, from + 3 * DAY).await.unwrap().unwrap();
        let sum = answer.sum;
        assert_eq!((sum.good, sum.bad, sum.excluded), (4188, 44, 44), "{}", test.db.kind());
        assert_eq!((answer.expected, answer.absent()), (Some(4320), Some(44)));
        assert!((answer.ratio().unwrap() - 4188.0 / 4232.0).abs() < 1e-12);
        let nothing = availability(&mut tx, id, from - DAY, from).await.unwrap().unwrap();
        assert_eq!((nothing.ratio(), nothing.absent()), (None, Some(1440)));
        let part = availability(&mut tx, id, from + 30_000, from + 90_000).await.unwrap().unwrap();
        assert_eq!((part.sum.excluded, part.sum.samples()), (1, 1), "a part of five minutes is answered by values");
        assert_eq!(availability(&mut tx, id + 1, from, at()).await.unwrap(), None);
    }
}

/// One arrival: slot, state or failure, value.
fn arrival() -> impl Strategy<Value = (i64, u8, f64)> {
    let span = (0i64..3 * 24 * 60, 0i64..3).prop_map(|(minute, second)| minute * MINUTE + second * 20_000);
    let near = (0i64..12).prop_map(|minute| minute * MINUTE);
    let value = prop_oneof![Just(0.0), Just(5.0), 0.0f64..20_000.0, -1e9f64..1e9];
    (prop_oneof![span, near], 0u8..9, value)
}

fn observation(series_id: i64, (slot, kind, value): (i64, u8, f64)) -> NewObservation {
    let slot = Step::Day.start(at()) - DAY + slot;
    let none = |state| NewObservation { state, value: None, ..number(series_id, slot, 0.0) };
    match kind {
        0 => failed(series_id, slot, FailureKind::Connect),
        1 => failed(series_id, slot, FailureKind::WafChallenge),
        2 => NewObservation { failure: Some(FailureKind::ContentMismatch), ..number(series_id, slot, value) },
        3 => none(State::NotApplicable),
        4 => none(State::NotDelivered),
        5 => none(State::Suppressed),
        _ => number(series_id, slot, value),
    }
}

/// What every window should come to, counted without the program's roll-ups.
fn recount(all: &[NewObservation], step: Step) -> BTreeMap<i64, Aggregate> {
    let in_force: BTreeMap<i64, &NewObservation> = all.iter().map(|one| (one.slot, one)).collect();
    let mut windows: BTreeMap<i64, Aggregate> = BTreeMap::new();
    for one in in_force.values() {
        windows.entry(step.start(one.slot)).or_default().add(one.observed());
    }
    windows
}

#[tokio::test(flavor = "multi_thread")]
async fn rollups_equal_recomputation_in_any_order_of_arrivals_and_corrections() {
    for test in databases().await {
        let cases = if test.db.kind() == "sqlite" { 60 } else { 30 };
        let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
        let strategy = proptest::collection::vec(proptest::collection::vec(arrival(), 1..40), 1..8);
        let handle = tokio::runtime::Handle::current();
        let case = std::cell::Cell::new(0);
        let outcome = tokio::task::block_in_place(|| {
            runner.run(&strategy, |batches| {
                case.set(case.get() + 1);
                handle.block_on(check_case(&test.db, &format!("case-{}", case.get()), &batches));
                Ok(())
            })
        });
        outcome.unwrap();
    }
}

async fn check_case(db: &Db, name: &str, batches: &[Vec<(i64, u8, f64)>]) {
    let id = new_series(db, name, Some(MINUTE)).await;
    let mut all = Vec::new();
    for batch in batches {
        let rows: Vec<NewObservation> = batch.iter().map(|one| observation(id, *one)).collect();
        take(db, &rows).await;
        all.extend(rows);
    }
    let mut tx = db.read().await.unwrap();
    for step in Step::ALL {
        let expected = recount(&all, step);
        let found = range(&mut tx, id, step, i64::MIN, i64::MAX).await.unwrap();
        assert_eq!(found.len(), expected.len(), "{step:?}");
        for point in found {
            let mut want = expected[&point.at];
            let scale = 1.0 + want.total.abs().max(want.least.unwrap_or(0.0).abs()).max(want.most.unwrap_or(0.0).abs());
            assert!(
                (point.sum.total - want.total).abs() <= 1e-9 * scale,
                "{step:?} {} {}",
                point.sum.total,
                want.total
            );
            want.total = point.sum.total;
            assert_eq!(point.sum, want, "{step:?}");
        }
    }
}

/// Values a day apart for `days` days before now, of two series: one dense, one a report.
async fn old_values(db: &Db, days: i64) -> (i64, i64) {
    let dense = new_series(db, "dense", Some(MINUTE)).await;
    let report = new_series(db, "report", None).await;
    let rows: Vec<NewObservation> =
        (0..days).flat_map(|day| [dense, report].map(|id| number(id, at() - day * DAY, 1.0))).collect();
    take(db, &rows).await;
    (dense, report)
}

#[tokio::test]
async fn what_has_been_kept_long_enough_is_dropped_layer_by_layer() {
    for test in databases().await {
        let (dense, report) = old_values(&test.db, 500).await;
        retention::apply(&test.db, NOW).await.unwrap();
        let mut tx = test.db.read().await.unwrap();
        let values = store::values(&mut tx, dense, 0, i64::MAX, 1000).await.unwrap().len();
        // On PostgreSQL whole months go: October is kept because its end is younger than 30 days.
        let expected = if test.db.kind() == "sqlite" { 31 } else { 55 };
        assert_eq!(values, expected, "{}", test.db.kind());
        assert_eq!(store::values(&mut tx, report, 0, i64::MAX, 1000).await.unwrap().len(), 500);
        for (step, count) in [(Step::FiveMinutes, 398), (Step::Hour, 500), (Step::Day, 500)] {
            for id in [dense, report] {
                assert_eq!(range(&mut tx, id, step, 0, i64::MAX).await.unwrap().len(), count, "{step:?}");
            }
        }
        drop(tx);
        assert_eq!(
            retention::apply(&test.db, NOW).await.unwrap(),
            retention::Dropped::default(),
            "nothing is left to drop"
        );
        let late = take(&test.db, &[number(dense, at() - 300 * DAY, 2.0), number(report, at() - 450 * DAY, 2.0)]).await;
        assert_eq!(
            (late.too_late, late.corrected),
            (1, 1),
            "a value that was counted and dropped is not counted again"
        );
        let mut tx = test.db.read().await.unwrap();
        let day = Step::Day.start(at() - 450 * DAY);
        let sum = range(&mut tx, report, Step::Day, day, day + 1).await.unwrap()[0].sum;
        assert_eq!((sum.good, sum.total), (1, 2.0), "a report is corrected however old it is");
        let five = range(&mut tx, report, Step::FiveMinutes, day, day + DAY).await.unwrap();
        assert!(five.is_empty(), "a layer that has been dropped does not come back");
    }
}

#[tokio::test]
async fn a_rule_of_a_later_day_holds_from_that_day() {
    for test in databases().await {
        let (dense, _) = old_values(&test.db, 100).await;
        let rule = "INSERT INTO parameters (name, valid_from, value, source) VALUES ('retention_days_1h', '2026-12-01', 7, 'a test')";
        run(&test.db, rule).await;
        retention::apply(&test.db, NOW).await.unwrap();
        let mut tx = test.db.read().await.unwrap();
        assert_eq!(range(&mut tx, dense, Step::Hour, 0, i64::MAX).await.unwrap().len(), 100);
        drop(tx);
        retention::apply(&test.db, NOW + SignedDuration::from_hours(24 * 8)).await.unwrap();
        let mut tx = test.db.read().await.unwrap();
        assert_eq!(range(&mut tx, dense, Step::Hour, 0, i64::MAX).await.unwrap().len(), 0);
        assert_eq!(range(&mut tx, dense, Step::Day, 0, i64::MAX).await.unwrap().len(), 100);
    }
}

#[tokio::test]
async fn months_are_made_ahead_and_dropped_whole_on_postgresql() {
    for test in databases().await {
        let months = "SELECT COUNT(*) FROM pg_inherits WHERE inhparent = CAST('observations' AS regclass)";
        let made = retention::make_months(&test.db, NOW).await.unwrap();
        if test.db.kind() == "sqlite" {
            assert_eq!(made, 0);
            continue;
        }
        assert_eq!((made, one(&test.db, months).await), (2, 3));
        assert_eq!(retention::make_months(&test.db, NOW).await.unwrap(), 0);
        let dense = new_series(&test.db, "dense", Some(MINUTE)).await;
        let report = new_series(&test.db, "report", None).await;
        take(&test.db, &[number(dense, at(), 1.0), number(report, at(), 1.0)]).await;
        assert_eq!(one(&test.db, "SELECT COUNT(*) FROM observations_202611").await, 2);
        let later: Timestamp = "2027-01-05T09:00:00+07:00".parse().unwrap();
        let done = retention::apply(&test.db, later).await.unwrap();
        assert_eq!((done.months_made, done.months_dropped, done.values), (2, 1, 0));
        assert_eq!(one(&test.db, "SELECT COUNT(*) FROM observations").await, 1, "the report's value moved");
        assert_eq!(one(&test.db, "SELECT COUNT(*) FROM observations_other").await, 1);
    }
}

#[tokio::test]
async fn a_month_whose_values_lie_elsewhere_already_is_left_there() {
    for test in databases().await {
        let dense = new_series(&test.db, "dense", Some(MINUTE)).await;
        take(&test.db, &[number(dense, at(), 1.0)]).await;
        let made = retention::make_months(&test.db, NOW).await.unwrap();
        assert_eq!(made, u64::from(test.db.kind() == "postgres"), "next month only");
        take(&test.db, &[number(dense, at() + MINUTE, 1.0)]).await;
        let mut tx = test.db.read().await.unwrap();
        assert_eq!(store::values(&mut tx, dense, 0, i64::MAX, 10).await.unwrap().len(), 2);
    }
}
