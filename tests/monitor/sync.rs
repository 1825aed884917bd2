//! Visits to a portal: what comes in, what a second visit changes, what faults do, what is never removed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::routing::post;
use axum::{Json, Router};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use toantrinh::catalog::store as catalog;
use toantrinh::config;
use toantrinh::monitor::index766::model::Endpoint;
use toantrinh::monitor::index766::period::Period;
use toantrinh::monitor::index766::scores;
use toantrinh::monitor::model::FailureKind;
use toantrinh::monitor::poll::execute::Task;
use toantrinh::monitor::portal::poll::hook;
use toantrinh::monitor::portal::report::Ended;
use toantrinh::monitor::portal::reports::{self, Wanted};
use toantrinh::monitor::portal::{self, HarvestReport, Settings, store};
use toantrinh::monitor::probe::model::Validators;
use toantrinh::platform::changes;
use toantrinh::platform::db::Db;
use toantrinh::platform::http::Client;

use crate::support::{NOW, databases, made_up_simulator, simulator, sqlite};

fn client() -> Client {
    Client::new(&config::Http { allow_loopback: true, ..config::Http::default() })
}

fn settings(base: &str) -> Settings {
    // A simulator that is started anew has another port; the portal it stands for is the same.
    Settings { source: "portal".to_owned(), ..Settings::new(base, None).unwrap() }
}

async fn visit_at(db: &Db, settings: &Settings, now: Timestamp) -> HarvestReport {
    portal::harvest(db, &client(), settings, now, &mut |_| {}).await.unwrap()
}

async fn visit(db: &Db, base: &str) -> HarvestReport {
    visit_at(db, &settings(base), NOW).await
}

/// Every procedure with what it says and whether it is public.
async fn contents(db: &Db) -> BTreeMap<String, (String, bool)> {
    let mut tx = db.read().await.unwrap();
    let mut all = BTreeMap::new();
    let mut after = String::new();
    loop {
        let page = catalog::page(&mut tx, &after, 1000).await.unwrap();
        let Some(last) = page.last() else { return all };
        after = last.procedure.code.to_string();
        all.extend(
            page.iter().map(|s| (s.procedure.code.to_string(), (s.content_sha256.clone(), s.retired_at.is_none()))),
        );
    }
}

async fn newest_change(db: &Db) -> i64 {
    changes::newest(&mut db.read().await.unwrap()).await.unwrap()
}

/// A list that answers by a function of the request's body; the address of its server.
async fn list_of(answer: impl Fn(&Value) -> Value + Clone + Send + Sync + 'static) -> String {
    let list = move |Json(body): Json<Value>| {
        let answer = answer.clone();
        async move {
            (axum::http::StatusCode::CREATED, Json(json!({ "code": "OK", "data": answer(&body), "message": "OK" })))
        }
    };
    let missing = || async {
        (axum::http::StatusCode::NOT_FOUND, Json(json!({ "code": "NOT_FOUND", "data": null, "message": "không có" })))
    };
    let routes = Router::new()
        .route("/api/v1/submitting/formality/list-all-public-formality-by-citizen", post(list))
        .fallback(missing);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    base
}

fn item(n: u32, name: &str) -> Value {
    json!({ "id": format!("id-{n}"), "code": format!("1.{n:06}"), "name": name, "type": "STANDARD", "state": "UPDATED" })
}

#[tokio::test]
async fn the_whole_portal_comes_in_and_a_second_visit_changes_nothing() {
    for test in databases().await {
        let Some(running) = simulator("").await else { return };
        let first = visit(&test.db, &running.base()).await;
        assert_eq!((first.ended, first.reason.as_deref()), (Ended::Complete, None), "{first}");
        assert_eq!((first.list.items, first.list.distinct, first.list.total), (5670, 5669, Some(5670)));
        let d = &first.details;
        assert_eq!((d.due, d.fetched, d.odd, d.missing, d.failed), (5670, 422, 0, 5248, 0));
        let c = &first.catalog;
        assert_eq!((c.added, c.changed, c.removed, c.rejected.len(), c.public), (5669, 0, 0, 1, 5669));
        assert_eq!(
            (c.rejected[0].reason.as_str(), c.rejected[0].code.as_deref()),
            ("duplicate_code", Some("1.014325"))
        );
        assert_eq!((first.provinces, first.traffic.retries, first.traffic.failures.len()), (34, 0, 0));
        let before = (contents(&test.db).await, newest_change(&test.db).await);
        let second = visit_at(&test.db, &settings(&running.base()), NOW + SignedDuration::from_hours(1)).await;
        assert_eq!((second.details.due, second.details.not_due), (0, 5670));
        let c = &second.catalog;
        assert_eq!((c.added, c.changed, c.unchanged, c.removed), (0, 0, 5669, 0), "{second}");
        assert_eq!((contents(&test.db).await, newest_change(&test.db).await), before);
        if test.db.kind() != "sqlite" {
            continue;
        }
        // A week later all details are asked for again, and they say what they said.
        let third = visit_at(&test.db, &settings(&running.base()), NOW + SignedDuration::from_hours(24 * 7)).await;
        assert_eq!((third.details.fetched, third.catalog.changed), (422, 0));
        assert_eq!(newest_change(&test.db).await, before.1);
    }
}

#[tokio::test]
async fn faults_of_transport_end_with_the_same_catalog() {
    let Some(running) = simulator("").await else { return };
    let good = sqlite().await;
    visit(&good.db, &running.base()).await;
    running
        .set_faults(
            "latency=5ms:0.01,429=0.007:retry_after=0,5xx=0.007,waf=0.007,truncated=0.007,huge=0.002:mb=6,\
             wrong_type=0.01,drop=0.007,nfd=0.05",
        )
        .unwrap();
    let faulty = sqlite().await;
    let report = visit(&faulty.db, &running.base()).await;
    assert_eq!(report.ended, Ended::Complete, "{report}");
    for kind in ["http_429", "http_5xx", "waf_challenge", "too_large", "connect", "content_mismatch"] {
        assert!(report.traffic.failures.contains_key(kind), "{kind}: {:?}", report.traffic.failures);
    }
    assert!(report.traffic.retries > 150, "{report}");
    assert_eq!(contents(&faulty.db).await, contents(&good.db).await);
    running.set_faults("").unwrap();
    let again = visit(&faulty.db, &running.base()).await;
    assert_eq!((again.catalog.changed, again.catalog.added), (0, 0));
}

#[tokio::test]
async fn each_kind_of_fault_is_recorded_and_overcome_by_asking_again() {
    for test in databases().await {
        let running = made_up_simulator("").await;
        let good = sqlite().await;
        let whole = visit(&good.db, &running.base()).await;
        assert_eq!((whole.ended, whole.catalog.added, whole.details.fetched), (Ended::Complete, 94, 83));
        let expected = contents(&good.db).await;
        for (faults, kind) in [
            ("429=0.3:retry_after=0", "http_429"),
            ("5xx=0.3", "http_5xx"),
            ("waf=0.2", "waf_challenge"),
            ("truncated=0.3", "bad_body"),
            ("huge=0.2:mb=6", "too_large"),
            ("wrong_type=0.3", "content_mismatch"),
            ("drop=0.3", "connect"),
        ] {
            running.set_faults(faults).unwrap();
            let report = visit(&test.db, &running.base()).await;
            assert!(report.traffic.failures.get(kind).is_some_and(|n| *n > 0), "{faults}: {report}");
            // Whatever could not be had this time comes with the next good visit.
            running.set_faults("").unwrap();
            let next = visit(&test.db, &running.base()).await;
            assert_eq!(
                (next.ended, next.traffic.failures.len(), next.details.failed),
                (Ended::Complete, 0, 0),
                "{faults}"
            );
            assert_eq!(contents(&test.db).await, expected, "{faults}");
        }
    }
}

#[tokio::test]
async fn a_portal_that_fails_altogether_changes_nothing_and_the_next_good_visit_recovers() {
    for test in databases().await {
        let running = made_up_simulator("").await;
        visit(&test.db, &running.base()).await;
        let before = (contents(&test.db).await, newest_change(&test.db).await);
        for (faults, kind, ended, most) in [
            ("403=1", "http_403", Ended::Stopped, 1),
            ("429=1:retry_after=3600", "http_429", Ended::Stopped, 1),
            ("429=1:retry_after=0", "http_429", Ended::Stopped, 12),
            ("waf=1", "waf_challenge", Ended::Stopped, 12),
            ("5xx=1", "http_5xx", Ended::Partial, 20),
            ("truncated=1", "bad_body", Ended::Partial, 20),
            ("huge=1:mb=6", "too_large", Ended::Partial, 20),
            ("drop=1", "connect", Ended::Partial, 20),
        ] {
            running.set_faults(faults).unwrap();
            let report = visit(&test.db, &running.base()).await;
            assert_eq!(report.ended, ended, "{faults}: {report}");
            assert!(report.reason.is_some() && report.traffic.failures.contains_key(kind), "{faults}: {report}");
            assert!(report.traffic.requests <= most, "{faults}: asked {} times", report.traffic.requests);
            assert_eq!((contents(&test.db).await, newest_change(&test.db).await), before, "{faults}");
            running.set_faults("").unwrap();
            let next = visit(&test.db, &running.base()).await;
            assert_eq!((next.ended, next.catalog.changed, next.catalog.unchanged), (Ended::Complete, 0, 94));
        }
    }
}

#[tokio::test]
async fn procedures_that_vanish_from_a_whole_list_are_removed_and_come_back() {
    for test in databases().await {
        let running = made_up_simulator("").await;
        visit(&test.db, &running.base()).await;
        let expected = contents(&test.db).await;
        running.set_faults("vanish=0.2").unwrap();
        let cautious = Settings { may_remove: false, ..settings(&running.base()) };
        let report = visit_at(&test.db, &cautious, NOW).await;
        assert_eq!((report.catalog.removed, contents(&test.db).await == expected), (0, true), "{report}");
        let report = visit(&test.db, &running.base()).await;
        assert!(report.catalog.removed > 0 && report.ended == Ended::Complete, "{report}");
        assert_eq!(report.catalog.removed, 94 - report.list.items);
        running.set_faults("").unwrap();
        let back = visit(&test.db, &running.base()).await;
        assert_eq!(back.catalog.changed, report.catalog.removed);
        assert_eq!(contents(&test.db).await, expected);
    }
}

#[tokio::test]
async fn another_name_is_a_new_version_and_decomposed_text_is_none() {
    for test in databases().await {
        let running = made_up_simulator("").await;
        visit(&test.db, &running.base()).await;
        running.set_faults("nfd=1").unwrap();
        assert_eq!(visit(&test.db, &running.base()).await.catalog.changed, 0);
        running.set_faults("renamed=0.2").unwrap();
        let renamed = visit(&test.db, &running.base()).await.catalog.changed;
        assert!(renamed > 5, "{renamed}");
        running.set_faults("").unwrap();
        assert_eq!(visit(&test.db, &running.base()).await.catalog.changed, renamed);
    }
}

#[tokio::test]
async fn a_list_that_ends_early_or_lies_removes_nothing() {
    for test in databases().await {
        let whole =
            list_of(|_| json!({ "items": [item(1, "Một"), item(2, "Hai"), item(3, "Ba")], "lastId": "", "total": 3 }))
                .await;
        assert_eq!(visit(&test.db, &whole).await.catalog.public, 3);
        let before = contents(&test.db).await;
        let short = list_of(|_| json!({ "items": [item(1, "Một")], "lastId": "", "total": 3 })).await;
        let empty = list_of(|_| json!({ "items": [], "lastId": "", "total": 0 })).await;
        // The second of three items has no code that can be read: it is not known to be gone.
        let odd = list_of(|_| json!({ "items": [item(1, "Một"), { "id": "id-2", "code": 2, "name": "Hai" }], "lastId": "", "total": 2 })).await;
        for (base, reason) in [(short, "after 1 of 3"), (empty, "empty"), (odd, "1 items could not be read")] {
            let report = visit(&test.db, &base).await;
            assert_eq!((report.ended, report.catalog.removed), (Ended::Partial, 0), "{report}");
            assert!(report.reason.as_ref().is_some_and(|r| r.contains(reason)), "{report}");
            assert_eq!(contents(&test.db).await, before);
        }
    }
}

#[tokio::test]
async fn a_cursor_that_does_not_move_ends_the_walk() {
    let test = sqlite().await;
    for cursor in [json!("id-1"), Value::Null, json!("")] {
        let base = list_of(move |_| json!({ "items": [item(1, "Một")], "lastId": cursor, "total": null })).await;
        let report = visit(&test.db, &base).await;
        assert_eq!((report.ended, report.list.items), (Ended::Complete, 1), "{report}");
        assert!(report.list.pages <= 2, "{report}");
    }
    // Two cursors that lead to each other.
    let base = list_of(|body| {
        let next = if body["lastId"] == "a" { "b" } else { "a" };
        json!({ "items": [item(1, "Một")], "lastId": next, "total": 1 })
    })
    .await;
    let report = visit(&test.db, &base).await;
    assert_eq!((report.list.pages, report.list.repeated), (3, 2));
}

#[tokio::test]
async fn a_page_that_fails_is_asked_for_in_smaller_pieces() {
    let test = sqlite().await;
    let limits = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&limits);
    let base = list_of(move |body| {
        let limit = body["limit"].as_u64().unwrap();
        seen.lock().unwrap().push(limit);
        if limit > 50 { json!("quá lớn") } else { json!({ "items": [item(1, "Một")], "lastId": "", "total": 1 }) }
    })
    .await;
    let report = visit(&test.db, &base).await;
    assert_eq!((report.ended, report.traffic.failures["content_mismatch"]), (Ended::Complete, 4));
    assert_eq!(*limits.lock().unwrap(), [200, 200, 100, 100, 50]);
}

#[tokio::test]
async fn details_are_asked_for_when_new_changed_or_old_and_a_budget_ends_the_visit() {
    let test = sqlite().await;
    let running = made_up_simulator("").await;
    let little = Settings { max_requests: Some(20), ..settings(&running.base()) };
    let first = visit_at(&test.db, &little, NOW).await;
    assert_eq!((first.ended, first.traffic.requests, first.traffic.failures.len()), (Ended::Stopped, 20, 0));
    assert_eq!((first.list.items, first.details.due, first.details.failed), (94, 20, 1), "what came is kept: {first}");
    let second = visit_at(&test.db, &settings(&running.base()), NOW).await;
    assert_eq!((second.details.due, second.details.not_due, second.catalog.removed), (75, 19, 0));
    assert_eq!(second.catalog.public, 94);
    // Missing ones are asked for again after a day, the others after a week.
    let next_day = visit_at(&test.db, &settings(&running.base()), NOW + SignedDuration::from_hours(25)).await;
    assert_eq!((next_day.details.due, next_day.details.missing), (11, 11));
    let kept = store::last(&mut test.db.read().await.unwrap(), "portal").await.unwrap();
    let endings: Vec<_> = kept.iter().map(|row| row.ended.as_deref().unwrap()).collect();
    assert_eq!(endings, ["complete", "complete", "stopped"]);
    let report: Value = serde_json::from_str(kept[0].report.as_ref().unwrap()).unwrap();
    assert_eq!(report["details"]["missing"], 11);
    assert_eq!(store::provinces(&mut test.db.read().await.unwrap()).await.unwrap().len(), 5);
}

#[tokio::test]
async fn an_address_that_may_not_be_asked_is_refused_before_anything_is_sent() {
    let test = sqlite().await;
    let running = made_up_simulator("").await;
    let careful = Client::new(&config::Http::default());
    let report = portal::harvest(&test.db, &careful, &settings(&running.base()), NOW, &mut |_| {}).await.unwrap();
    assert_eq!((report.ended, report.traffic.failures["address_refused"]), (Ended::Stopped, 1), "{report}");
    assert_eq!(running.log().requests, 0);
}

#[tokio::test]
async fn reports_of_all_provinces_are_collected_and_a_second_time_changes_nothing() {
    for test in databases().await {
        let running = made_up_simulator("").await;
        let wanted = Wanted {
            period: Period::Year(2026),
            departments: Vec::new(),
            formalities: Vec::new(),
            with_formalities: true,
        };
        let mut seen = Vec::new();
        let report = reports::collect(
            &test.db,
            &client(),
            &settings(&running.base()),
            &wanted,
            NOW,
            &mut |endpoint, _, taken| {
                seen.push((endpoint, taken.new));
            },
        )
        .await
        .unwrap();
        assert_eq!(
            (report.ended, report.departments, report.failed.as_slice()),
            (Ended::Complete, 5, [].as_slice()),
            "{report}"
        );
        assert!(report.new > 100 && report.formalities >= 94, "{report}");
        assert_eq!(seen.iter().filter(|(e, _)| *e == Endpoint::Transparency).count(), 5);
        let again = reports::collect(&test.db, &client(), &settings(&running.base()), &wanted, NOW, &mut |_, _, _| {})
            .await
            .unwrap();
        assert_eq!((again.new, again.unchanged), (0, report.new + report.unchanged), "{again}");
        let scores =
            scores::scores(&mut test.db.read().await.unwrap(), Period::Year(2026), "H44").await.unwrap().unwrap();
        assert!(scores.total.is_some() && scores.groups.iter().all(|g| g.with_total.is_some()));
    }
}

#[tokio::test]
async fn captured_reports_are_collected_with_faults_in_between() {
    let Some(running) = simulator("5xx=0.1,waf=0.05,truncated=0.05,wrong_type=0.05").await else { return };
    let test = sqlite().await;
    let wanted = Wanted {
        period: Period::Year(2026),
        departments: Vec::new(),
        formalities: Vec::new(),
        with_formalities: false,
    };
    let report = reports::collect(&test.db, &client(), &settings(&running.base()), &wanted, NOW, &mut |_, _, _| {})
        .await
        .unwrap();
    assert_eq!((report.ended, report.departments), (Ended::Complete, 34), "{report}");
    assert!(report.traffic.retries > 10);
    let dong_thap =
        scores::scores(&mut test.db.read().await.unwrap(), Period::Year(2026), "H20").await.unwrap().unwrap();
    assert_eq!(dong_thap.total.unwrap().published_score, Some(68.32));
    let progress = dong_thap.groups.iter().find(|g| g.group.code == "TDGQ").unwrap();
    assert_eq!(progress.score.own.number().unwrap().to_string(), "17.69");
}

#[tokio::test]
async fn a_scheduled_visit_gives_the_figures_of_provinces_as_readings() {
    let running = made_up_simulator("").await;
    let test = sqlite().await;
    let visit = hook(test.db.clone(), client());
    let task = |kind: &str, left: Option<i64>| Task {
        definition: Arc::new(
            serde_json::from_value(json!({
                "id": "cong", "name": "Cổng", "owner": "van-phong", "licence": "công khai", "every_seconds": 86_400,
                "pause_ms": 0, "kind": kind, "url": running.base(),
            }))
            .unwrap(),
        ),
        slot: NOW.as_millisecond(),
        validators: Validators::default(),
        requests_left: left,
        now: NOW,
    };
    let figures = visit(task("portal_index766", None)).await;
    assert_eq!((figures.outcome.failure, figures.requests), (None, 31), "{}", figures.outcome.message);
    let of = |metric: &str| {
        figures.outcome.readings.iter().filter(|r| r.metric == metric).map(|r| r.subject.as_str()).collect::<Vec<_>>()
    };
    for metric in ["year.TOTAL", "year.TDGQ", "year.PETITION_PROCESSING_ON_TIME.denominator"] {
        let mut subjects = of(metric);
        subjects.retain(|s| !s.is_empty());
        assert_eq!(subjects, ["H20", "H24", "H31", "H42", "H44"], "{metric}");
    }
    let catalog = visit(task("portal_catalog", Some(20))).await;
    assert_eq!((catalog.outcome.failure, catalog.requests), (None, 20), "a visit may go on tomorrow");
    running.set_faults("403=1").unwrap();
    let refused = visit(task("portal_catalog", None)).await;
    assert_eq!((refused.outcome.failure, refused.outcome.status), (Some(FailureKind::Http4xx), Some(403)));
}
