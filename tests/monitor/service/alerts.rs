//! Alerts open and are resolved by themselves, silence has one of its own, and each change of state is told once.

use toantrinh::monitor::notify::actions::subscribe;
use toantrinh::monitor::notify::model::{AboutKind, Channel, NewSubscription};
use toantrinh::monitor::notify::store as notify_store;
use toantrinh::monitor::observation::model::{DAY, HOUR, MINUTE};
use toantrinh::monitor::service_level::actions::{change, switch};
use toantrinh::monitor::service_level::alert_store;
use toantrinh::monitor::service_level::report_store;
use toantrinh::platform::db::Db;

use super::given::{admin, at, availability, evaluated, instant, minutes, number, probe, promise, run, take};
use crate::support::databases;

const BEGIN: &str = "2026-11-20T00:00";

/// What somebody is told in the program, oldest first.
async fn told(db: &Db) -> Vec<String> {
    let mut tx = db.read().await.unwrap();
    let all = notify_store::inbox(&mut tx, "", i64::MAX, 100).await.unwrap();
    all.into_iter().rev().map(|one| format!("{} {}", one.event, one.title)).collect()
}

async fn everybody(db: &Db) {
    let wanted = NewSubscription {
        channel: Channel::InApp,
        target: String::new(),
        secret: String::new(),
        events: Vec::new(),
        about_kind: AboutKind::All,
        about: String::new(),
    };
    subscribe(db, &admin(), wanted, false, instant(0)).await.unwrap();
}

#[tokio::test]
async fn a_budget_that_burns_in_both_windows_opens_an_alert_that_closes_when_it_stops() {
    for test in databases().await {
        let id = probe(&test.db, "cong", "cong.example.vn", MINUTE, &["1.900001"]).await;
        let begin = at(BEGIN);
        // Four days of good polls, an outage of 30 minutes, then good again.
        let outage = 4 * 1440..4 * 1440 + 30;
        let rows = minutes(id, begin, begin + 5 * DAY, |n| if outage.contains(&n) { 'b' } else { 'g' });
        take(&test.db, &rows).await;
        everybody(&test.db).await;
        promise(&test.db, &availability("a", "cong", "").clone(), instant(begin)).await;
        let start = begin + 4 * DAY;
        let mut opened = Vec::new();
        for step in 0..36 {
            let end = start + step * 5 * MINUTE;
            let done = evaluated(&test.db, end).await;
            assert_eq!(done.levels, 1, "{}", test.db.kind());
            if done.opened + done.resolved > 0 {
                opened.push((step * 5, done.opened, done.resolved));
            }
            assert_eq!(evaluated(&test.db, end).await.levels, 0, "a step is evaluated once");
        }
        // At 0.99 the short windows see it at once, the hour passes 14.4 % only after nine failures: seen at minute 10.
        assert_eq!(opened[0].1, 1, "{opened:?}");
        assert_eq!(opened.iter().map(|turn| turn.1).sum::<usize>(), opened.iter().map(|turn| turn.2).sum::<usize>());
        let mut tx = test.db.read().await.unwrap();
        assert!(alert_store::open(&mut tx, 10).await.unwrap().is_empty());
        let history = alert_store::history(&mut tx, "a", 10).await.unwrap();
        assert!(history.iter().any(|alert| alert.rule == "1h"), "{history:#?}");
        let first = history.iter().find(|alert| alert.rule == "1h").unwrap();
        assert!(first.detail.contains("ngưỡng gấp 14,4 lần"), "{}", first.detail);
        assert!((first.opened_at.unwrap() - start) / MINUTE <= 20);
        let over = (first.resolved_at.unwrap() - start) / MINUTE;
        assert!((45..=60).contains(&over), "fifteen minutes after the short window was clear: {over}");
        drop(tx);
        let told = told(&test.db).await;
        assert_eq!(told.len(), 2 * history.len(), "{told:#?}");
        assert!(told[0].starts_with("alert_opened Cảnh báo: Cổng a"), "{told:#?}");
        assert_eq!(
            number(&test.db, "SELECT COUNT(*) FROM notifications WHERE event = 'alert_resolved'").await,
            i64::try_from(history.len()).unwrap()
        );
    }
}

#[tokio::test]
async fn one_failed_poll_opens_nothing() {
    for test in databases().await {
        let id = probe(&test.db, "cong", "cong.example.vn", MINUTE, &[]).await;
        let begin = at(BEGIN);
        take(&test.db, &minutes(id, begin, begin + DAY, |n| if n == 1437 { 'b' } else { 'g' })).await;
        let mut level = availability("a", "cong", "");
        level.objective = 0.999;
        promise(&test.db, &level, instant(begin)).await;
        let done = evaluated(&test.db, begin + DAY).await;
        assert_eq!((done.levels, done.opened), (1, 0), "one of sixty is 16 times the allowed pace, and means nothing");
        let mut tx = test.db.read().await.unwrap();
        let report = report_store::find(&mut tx, "a").await.unwrap().unwrap();
        let hour = report.burn.iter().find(|burn| burn.rule.name == "1h").unwrap();
        assert!(hour.long.unwrap() > 14.4 && hour.short.unwrap() > 14.4 && hour.holds == Some(false), "{hour:?}");
    }
}

#[tokio::test]
async fn values_that_fail_to_come_are_an_alert_of_their_own() {
    for test in databases().await {
        let id = probe(&test.db, "cong", "cong.example.vn", MINUTE, &[]).await;
        let begin = at(BEGIN);
        let letter = |n: i64| match n {
            600..660 => '.',
            660..720 => 'x',
            _ => 'g',
        };
        take(&test.db, &minutes(id, begin, begin + DAY, letter)).await;
        promise(&test.db, &availability("a", "cong", ""), instant(begin)).await;
        let mut seen = Vec::new();
        for step in 0..60 {
            let end = begin + 9 * HOUR + step * 5 * MINUTE;
            let done = evaluated(&test.db, end).await;
            if done.opened + done.resolved > 0 {
                seen.push(((end - begin) / MINUTE, done.opened, done.resolved));
            }
        }
        // The step from 600 to 605 is the first that is empty; from 660 polls come and say nothing of the service. The
        // step from 720 to 725 is good, and so are the two after it.
        assert_eq!(seen, [(605, 1, 0), (735, 0, 1)]);
        let mut tx = test.db.read().await.unwrap();
        let history = alert_store::history(&mut tx, "a", 10).await.unwrap();
        assert_eq!((history[0].kind.as_str(), history[0].rule.as_str()), ("absent", ""));
        assert!(history[0].detail.contains("nguồn cong"), "{}", history[0].detail);
    }
}

#[tokio::test]
async fn a_source_that_is_switched_off_owes_nothing() {
    for test in databases().await {
        let id = probe(&test.db, "cong", "cong.example.vn", MINUTE, &[]).await;
        let begin = at(BEGIN);
        take(&test.db, &minutes(id, begin, begin + 10 * HOUR, |_| 'g')).await;
        for (version, enabled, from) in [(1, 1, begin), (2, 0, begin + 10 * HOUR)] {
            run(
                &test.db,
                &format!(
                    "INSERT INTO source_versions (source_id, version, definition, enabled, changed_at, changed_by)
                     VALUES ('cong', {version}, '{{\"every_seconds\":60}}', {enabled}, {from}, 'an')"
                ),
            )
            .await;
        }
        promise(&test.db, &availability("a", "cong", ""), instant(begin)).await;
        let late = evaluated(&test.db, begin + 11 * HOUR).await;
        assert_eq!(late.opened, 1, "the list of sources has not heard of it yet");
        run(&test.db, "UPDATE sources SET enabled = 0").await;
        for minutes in [0, 10] {
            let done = evaluated(&test.db, begin + 20 * HOUR + minutes * MINUTE).await;
            assert_eq!((done.opened, done.resolved), (0, usize::from(minutes == 10)));
        }
        let mut tx = test.db.read().await.unwrap();
        let report = report_store::find(&mut tx, "a").await.unwrap().unwrap();
        assert_eq!((report.counts.expected, report.counts.absent), (Some(600), Some(0)));
        assert_eq!(report.silence, None);
    }
}

#[tokio::test]
async fn alerts_end_with_their_rule_and_with_their_service_level() {
    for test in databases().await {
        let id = probe(&test.db, "cong", "cong.example.vn", MINUTE, &[]).await;
        let begin = at(BEGIN);
        take(&test.db, &minutes(id, begin, begin + DAY, |n| if n < 1200 { 'g' } else { 'b' })).await;
        everybody(&test.db).await;
        let mut level = availability("a", "cong", "");
        promise(&test.db, &level, instant(begin)).await;
        assert!(evaluated(&test.db, begin + DAY).await.opened >= 2);
        // A rule of its own takes the place of the program's.
        level.burn = toantrinh::monitor::service_level::model::Definition::from_toml(
            "id = \"a\"\nname = \"a\"\nowner = \"an\"\nindicator = \"availability\"\nobjective = 0.99
             [scope]\nsource = \"cong\"\n[window]\nkind = \"rolling\"\ndays = 30
             [[burn]]\nname = \"riêng\"\nfactor = 20\nlong_minutes = 120\nshort_minutes = 10\nseverity = \"planned\"",
        )
        .unwrap()
        .burn;
        change(&test.db, &admin(), &level, 1, instant(begin + DAY)).await.unwrap();
        let done = evaluated(&test.db, begin + DAY).await;
        assert_eq!(done.opened, 1);
        let mut tx = test.db.read().await.unwrap();
        let open = alert_store::open(&mut tx, 10).await.unwrap();
        let rules: Vec<&str> = open.iter().map(|alert| alert.rule.as_str()).collect();
        assert_eq!(rules, ["riêng"]);
        drop(tx);
        switch(&test.db, &admin(), "a", 2, false, instant(begin + DAY)).await.unwrap();
        let mut tx = test.db.read().await.unwrap();
        assert!(alert_store::open(&mut tx, 10).await.unwrap().is_empty());
        drop(tx);
        let told = told(&test.db).await;
        let opened = told.iter().filter(|line| line.starts_with("alert_opened")).count();
        assert_eq!(told.len(), 2 * opened, "who heard of the beginning hears of the end: {told:#?}");
    }
}

#[tokio::test]
async fn several_processes_evaluate_each_step_once_and_tell_of_it_once() {
    for test in databases().await {
        let begin = at(BEGIN);
        everybody(&test.db).await;
        for n in 0..6 {
            let name = format!("cong-{n}");
            let id = probe(&test.db, &name, &format!("{name}.example.vn"), MINUTE, &[]).await;
            take(&test.db, &minutes(id, begin, begin + DAY, |n| if n < 1200 { 'g' } else { 'b' })).await;
            promise(&test.db, &availability(&name, &name, ""), instant(begin)).await;
        }
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let db = test.db.clone();
                tokio::spawn(async move { evaluated(&db, begin + DAY).await })
            })
            .collect();
        let mut levels = 0;
        for task in tasks {
            levels += task.await.unwrap().levels;
        }
        assert_eq!(levels, 6, "{}", test.db.kind());
        let open = number(&test.db, "SELECT COUNT(*) FROM alerts WHERE opened_at IS NOT NULL").await;
        assert_eq!(number(&test.db, "SELECT COUNT(*) FROM notifications").await, open);
    }
}
