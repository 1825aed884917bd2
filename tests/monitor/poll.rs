//! Claims, results and what follows from them, step by step under a clock of the test.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use toantrinh::monitor::model::{FailureKind, State};
use toantrinh::monitor::observation::model::{HOUR, MINUTE, Step};
use toantrinh::monitor::observation::question::{Latest, latest_of_source, range};
use toantrinh::monitor::observation::{series, store as values};
use toantrinh::monitor::poll::claim::{Claim, Claimed, Due, claim, next_time, renew};
use toantrinh::monitor::poll::execute::Polled;
use toantrinh::monitor::poll::figures::Figures;
use toantrinh::monitor::poll::finish::finish;
use toantrinh::monitor::poll::model::{Plan, phase};
use toantrinh::monitor::poll::store::{Status, plan, status};
use toantrinh::monitor::poll::write::{Finished, Writer};
use toantrinh::monitor::probe::{Outcome, Reading};
use toantrinh::monitor::source::actions::{Keeper, disable, put};
use toantrinh::monitor::source::kept::find;
use toantrinh::monitor::source::model::Definition;
use toantrinh::on_db;
use toantrinh::platform::clock::FixedClock;
use toantrinh::platform::db::Db;
use toantrinh::platform::metrics::Metrics;

use crate::support::{NOW, databases};

/// A probe each minute of a host of its own, unless said otherwise.
pub fn probe(id: &str, change: &[(&str, serde_json::Value)]) -> Definition {
    let mut one = serde_json::json!({"id": id, "name": id, "owner": "Văn phòng", "licence": "CC BY 4.0",
        "kind": "http_probe", "url": format!("http://{id}.vn/"), "every_seconds": 60});
    for (field, value) in change {
        one[*field] = value.clone();
    }
    serde_json::from_value(one).unwrap()
}

/// A pull each day.
fn pull(id: &str, change: &[(&str, serde_json::Value)]) -> Definition {
    let mut all = vec![
        ("kind", "json_pull".into()),
        ("every_seconds", 86_400.into()),
        ("readings", serde_json::json!([{"metric": "received", "value": "$.n", "unit": "dossiers"}])),
    ];
    all.extend_from_slice(change);
    probe(id, &all)
}

fn portal(id: &str) -> Definition {
    probe(id, &[("kind", "portal_catalog".into()), ("every_seconds", 86_400.into())])
}

pub async fn put_all(db: &Db, all: &[Definition]) {
    for one in all {
        put(db, Keeper::COMMAND_LINE, one, None, NOW).await.unwrap();
    }
}

async fn claim_at(db: &Db, owner: &str, now: i64, most: usize) -> Claimed {
    claim(db, Claim { owner, now, most, least_lease_ms: 30_000 }).await.unwrap()
}

/// Somebody has claimed right before an instant.
async fn awake(db: &Db, now: i64) {
    let mut tx = db.write().await.unwrap();
    let text = "UPDATE counters SET n = $1 WHERE name = 'claims'";
    on_db!(&mut tx, |conn| sqlx::query(text).bind(now - 1).execute(conn).await.map(|_| ()).unwrap());
    tx.commit().await.unwrap();
}

/// Claims all that is due, as somebody who has run all the time.
async fn due(db: &Db, owner: &str, now: i64) -> Vec<Due> {
    awake(db, now).await;
    claim_at(db, owner, now, 1000).await.due
}

async fn status_of(db: &Db, id: &str) -> Status {
    status(&mut db.read().await.unwrap(), id).await.unwrap().unwrap()
}

async fn newest(db: &Db, id: &str, now: i64) -> Vec<Latest> {
    latest_of_source(&mut db.read().await.unwrap(), id, now).await.unwrap()
}

fn writer(db: &Db, owner: &str) -> (Writer, Figures) {
    let figures = Figures::new(&Metrics::new().unwrap()).unwrap();
    let clock = Arc::new(FixedClock::new(NOW));
    let writer =
        Writer { db: db.clone(), owner: owner.to_owned(), clock, figures: figures.clone(), known: HashMap::new() };
    (writer, figures)
}

fn good() -> Outcome {
    Outcome { status: Some(200), ..Outcome::default() }
}

fn bad(failure: FailureKind, status: Option<u16>) -> Outcome {
    Outcome { failure: Some(failure), status, message: "nobody answers".to_owned(), ..Outcome::default() }
}

/// Ends a poll with an outcome, half a second after its slot, or at `at`.
async fn end(writer: &mut Writer, due: &Due, outcome: Outcome, at: i64) {
    let source = find(&mut writer.db.read().await.unwrap(), &due.source_id).await.unwrap().unwrap();
    let definition = Arc::new(source.definition);
    let polled = Polled { outcome, requests: 1 };
    writer.keep(&[Finished { due: due.clone(), definition, polled, at, jitter: 0.5 }]).await;
}

/// The first slot of a source that begins now or later.
async fn first_slot(db: &Db, id: &str) -> i64 {
    status_of(db, id).await.next_at.unwrap()
}

#[tokio::test]
async fn those_who_claim_at_once_never_get_the_same_slot() {
    for test in databases().await {
        let all: Vec<_> = (0..60).map(|n| probe(&format!("nguon-{n}"), &[])).collect();
        put_all(&test.db, &all).await;
        let now = NOW.as_millisecond() + MINUTE;
        awake(&test.db, now).await;
        let mut tasks = Vec::new();
        for owner in 0..6 {
            let db = test.db.clone();
            tasks.push(tokio::spawn(async move {
                let mut got = Vec::new();
                for _ in 0..3 {
                    got.extend(claim_at(&db, &format!("owner-{owner}"), now, 5).await.due);
                }
                got
            }));
        }
        let mut got = Vec::new();
        for task in tasks {
            got.extend(task.await.unwrap().into_iter().map(|due| due.source_id));
        }
        let distinct: BTreeSet<_> = got.iter().collect();
        assert_eq!((got.len(), distinct.len()), (60, 60), "{}", test.db.kind());
    }
}

#[tokio::test]
async fn a_host_is_asked_by_as_many_as_it_allows_and_keeps_nobody_else_waiting() {
    for test in databases().await {
        let url = |host: &str| ("url", format!("http://{host}.vn/").into());
        let mut all: Vec<_> =
            (0..80).map(|n| probe(&format!("dong-{n:02}"), &[url("dong"), ("host_limit", 3.into())])).collect();
        all.extend((0..4).map(|n| probe(&format!("vang-{n}"), &[url("vang")])));
        put_all(&test.db, &all).await;
        let now = NOW.as_millisecond() + 2 * MINUTE;
        awake(&test.db, now).await;
        let first = claim_at(&test.db, "a", now, 10).await.due;
        let of = |all: &[Due], host: &str| all.iter().filter(|due| due.source_id.starts_with(host)).count();
        assert_eq!((of(&first, "dong"), of(&first, "vang")), (3, 1), "{}", test.db.kind());
        assert!(claim_at(&test.db, "b", now, 10).await.due.is_empty(), "by all processes together");
        let (mut writer, _) = writer(&test.db, "a");
        for due in first.iter().filter(|due| due.source_id.starts_with("dong")).take(2) {
            end(&mut writer, due, good(), now + 100).await;
        }
        let next = claim_at(&test.db, "b", now + 200, 10).await.due;
        assert_eq!((of(&next, "dong"), of(&next, "vang")), (2, 0));
    }
}

#[tokio::test]
async fn a_slot_whose_process_died_is_asked_again_after_its_lease_and_kept_once() {
    for test in databases().await {
        put_all(&test.db, &[probe("cong", &[])]).await;
        let slot = first_slot(&test.db, "cong").await;
        let lost = due(&test.db, "dead", slot).await.remove(0);
        assert_eq!((lost.slot, lost.is_again()), (slot, false));
        assert!(due(&test.db, "b", slot + 29_999).await.is_empty(), "its lease holds");
        let again = due(&test.db, "b", slot + 30_000).await.remove(0);
        assert_eq!((again.slot, again.is_again()), (slot, true));
        assert_eq!(status_of(&test.db, "cong").await.asked_again, 1);
        let (mut late, figures) = writer(&test.db, "dead");
        end(&mut late, &lost, bad(FailureKind::Timeout, None), slot + 31_000).await;
        assert_eq!(figures.lost.get(), 1, "whoever lost the lease keeps nothing");
        assert!(newest(&test.db, "cong", slot).await.is_empty());
        let (mut writer, figures) = writer(&test.db, "b");
        end(&mut writer, &again, good(), slot + 31_000).await;
        end(&mut writer, &again, bad(FailureKind::Dns, None), slot + 32_000).await;
        assert_eq!(figures.lost.get(), 1, "and nobody keeps a slot twice");
        let found = newest(&test.db, "cong", slot).await;
        assert_eq!((found[0].value.slot, found[0].value.revision, found[0].value.failure.as_deref()), (slot, 1, None));
        let next = status_of(&test.db, "cong").await;
        assert_eq!((next.next_at, next.lease_until), (Some(slot + MINUTE), None));
    }
}

#[tokio::test]
async fn a_long_poll_keeps_its_lease_while_it_is_prolonged() {
    for test in databases().await {
        put_all(&test.db, &[probe("cong", &[])]).await;
        let slot = first_slot(&test.db, "cong").await;
        due(&test.db, "a", slot).await;
        renew(&test.db, "a", &["cong".to_owned()], slot + 100_000).await.unwrap();
        renew(&test.db, "b", &["cong".to_owned()], slot + 900_000).await.unwrap();
        assert!(due(&test.db, "b", slot + 99_000).await.is_empty());
        assert_eq!(due(&test.db, "b", slot + 100_000).await.len(), 1, "another's prolonging does nothing");
    }
}

#[tokio::test]
async fn slots_missed_while_nobody_ran_are_left_out_and_not_made_up_for() {
    for test in databases().await {
        let all: Vec<_> = (0..20).map(|n| probe(&format!("phut-{n}"), &[])).collect();
        put_all(&test.db, &all).await;
        put_all(&test.db, &[pull("ngay", &[])]).await;
        let now = NOW.as_millisecond() + 10 * MINUTE;
        let claimed = claim_at(&test.db, "a", now, 1000).await;
        assert_eq!((claimed.skipped, claimed.due.len()), (20, 1), "{}", test.db.kind());
        assert_eq!(claimed.due[0].source_id, "ngay", "a long rhythm is made up for at once");
        for one in &all {
            let next = status_of(&test.db, &one.id).await.next_at.unwrap();
            assert!(next > now && next <= now + MINUTE);
            assert_eq!((next - phase(&one.id, MINUTE)) % MINUTE, 0, "the rhythm stays");
        }
        // Somebody runs: what is late all the same is asked for once, for the last slot that has begun.
        let at = now + 3 * MINUTE;
        let late: Vec<Due> = due(&test.db, "a", at).await.into_iter().filter(|due| due.source_id != "ngay").collect();
        assert_eq!(late.len(), 20);
        assert!(late.iter().all(|due| due.slot <= at && due.slot > at - MINUTE));
    }
}

#[tokio::test]
async fn a_failure_is_kept_with_its_kind_and_the_next_good_poll_recovers() {
    for test in databases().await {
        put_all(&test.db, &[probe("cong", &[])]).await;
        let (mut writer, _) = writer(&test.db, "a");
        let mut slot = first_slot(&test.db, "cong").await;
        let from = slot;
        for outcome in [bad(FailureKind::Http5xx, Some(500)), bad(FailureKind::WafChallenge, Some(200)), good()] {
            let one = due(&test.db, "a", slot).await.remove(0);
            end(&mut writer, &one, outcome, slot + 500).await;
            slot += MINUTE;
        }
        let mut tx = test.db.read().await.unwrap();
        let id = series::of_source(&mut tx, "cong").await.unwrap()[0].id;
        let kept = values::values(&mut tx, id, from, slot, 10).await.unwrap();
        let kinds: Vec<_> = kept.iter().map(|value| value.failure.as_deref()).collect();
        assert_eq!(kinds, [Some("http_5xx"), Some("waf_challenge"), None]);
        assert!(kept[0].detail.as_ref().unwrap().contains("nobody answers; status 500"));
        let sum = range(&mut tx, id, Step::Day, 0, i64::MAX).await.unwrap()[0].sum;
        assert_eq!((sum.good, sum.bad, sum.excluded), (1, 1, 1), "the roll-ups have it at once");
        let after = status_of(&test.db, "cong").await;
        assert_eq!((after.failures, after.last_failure, after.last_good_at), (0, None, Some(slot - MINUTE + 500)));
    }
}

#[tokio::test]
async fn a_busy_source_is_left_alone_for_as_long_as_it_asks() {
    for test in databases().await {
        put_all(&test.db, &[probe("cong", &[])]).await;
        let slot = first_slot(&test.db, "cong").await;
        let (mut writer, _) = writer(&test.db, "a");
        let one = due(&test.db, "a", slot).await.remove(0);
        let busy = Outcome { retry_after: Some(Duration::from_secs(170)), ..bad(FailureKind::Http4xx, Some(429)) };
        end(&mut writer, &one, busy, slot + 1000).await;
        assert!(due(&test.db, "a", slot + 3 * MINUTE - 1).await.is_empty());
        assert_eq!(due(&test.db, "a", slot + 3 * MINUTE).await[0].slot, slot + 3 * MINUTE);
    }
}

#[tokio::test]
async fn a_failing_pull_is_tried_again_for_the_same_slot_then_left_alone_then_recovers() {
    for test in databases().await {
        put_all(&test.db, &[pull("ngay", &[])]).await;
        let (mut writer, _) = writer(&test.db, "a");
        let mut now = NOW.as_millisecond();
        let slot = first_slot(&test.db, "ngay").await;
        for failures in 1..=5 {
            let one = due(&test.db, "a", now).await.remove(0);
            assert_eq!(one.slot, slot);
            end(&mut writer, &one, bad(FailureKind::Connect, None), now).await;
            let after = status_of(&test.db, "ngay").await;
            assert_eq!((after.failures, after.circuit_until.is_some()), (failures, failures == 5));
            assert!(after.next_at.unwrap() > now + 10_000);
            now = after.next_at.unwrap();
        }
        let one = due(&test.db, "a", now).await.remove(0);
        let reading = Reading {
            metric: "received".to_owned(),
            subject: String::new(),
            unit: "dossiers".to_owned(),
            slot: None,
            state: State::Number,
            value: Some(17.0),
        };
        let etag = Some("\"a\"".to_owned());
        end(&mut writer, &one, Outcome { readings: vec![reading], etag: etag.clone(), ..good() }, now).await;
        let after = status_of(&test.db, "ngay").await;
        assert_eq!((after.failures, after.circuit_until, after.next_at), (0, None, Some(slot + 24 * HOUR)));
        let found = newest(&test.db, "ngay", now).await;
        let told: Vec<_> = found
            .iter()
            .map(|one| (one.series.metric.as_str(), one.value.slot, one.value.revision, one.value.value))
            .collect();
        assert_eq!(told, [("poll", slot, 2, Some(0.0)), ("received", slot, 1, Some(17.0))], "{}", test.db.kind());
        // The next answer says that nothing has changed: the value holds for the new slot as well.
        let one = due(&test.db, "a", slot + 24 * HOUR).await.remove(0);
        assert_eq!(one.etag, etag);
        end(&mut writer, &one, Outcome { not_modified: true, status: Some(304), ..good() }, slot + 24 * HOUR).await;
        let found = newest(&test.db, "ngay", now).await;
        assert_eq!((found[1].value.slot, found[1].value.value), (slot + 24 * HOUR, Some(17.0)));
        assert_eq!(due(&test.db, "a", slot + 48 * HOUR).await[0].etag, etag, "and it is asked so again");
    }
}

#[tokio::test]
async fn a_portal_that_refuses_us_is_not_asked_for_an_hour() {
    for test in databases().await {
        put_all(&test.db, &[portal("cong")]).await;
        let (mut writer, figures) = writer(&test.db, "a");
        let now = NOW.as_millisecond();
        let one = due(&test.db, "a", now).await.remove(0);
        end(&mut writer, &one, bad(FailureKind::Http4xx, Some(403)), now).await;
        assert_eq!(status_of(&test.db, "cong").await.circuit_until, Some(now + HOUR));
        assert!(due(&test.db, "a", now + HOUR - 1).await.is_empty());
        assert_eq!(due(&test.db, "a", now + HOUR).await.len(), 1);
        assert_eq!(figures.lost.get(), 0);
    }
}

#[tokio::test]
async fn a_spent_budget_waits_for_the_next_day_in_vietnam() {
    for test in databases().await {
        put_all(&test.db, &[probe("cong", &[("daily_budget", 3.into())])]).await;
        let (mut writer, _) = writer(&test.db, "a");
        let mut slot = first_slot(&test.db, "cong").await;
        for _ in 0..3 {
            let one = due(&test.db, "a", slot).await.remove(0);
            end(&mut writer, &one, good(), slot + 10).await;
            slot += MINUTE;
        }
        let tomorrow: Timestamp = "2026-11-25T00:00:00+07:00".parse().unwrap();
        let next = status_of(&test.db, "cong").await.next_at.unwrap() - tomorrow.as_millisecond();
        assert!((0..MINUTE).contains(&next), "{next}");
        assert!(due(&test.db, "a", tomorrow.as_millisecond() - 1).await.is_empty());
    }
}

#[tokio::test]
async fn a_source_that_is_switched_off_or_changed_while_it_is_asked_keeps_what_came() {
    for test in databases().await {
        put_all(&test.db, &[probe("tat", &[]), probe("doi", &[])]).await;
        let (mut writer, figures) = writer(&test.db, "a");
        let now = NOW.as_millisecond() + MINUTE;
        let claimed = due(&test.db, "a", now).await;
        assert_eq!(claimed.len(), 2);
        disable(&test.db, Keeper::COMMAND_LINE, "tat", NOW).await.unwrap();
        put_all(&test.db, &[probe("doi", &[("url", "http://khac.vn/".into())])]).await;
        for one in &claimed {
            end(&mut writer, one, Outcome { etag: Some("\"x\"".to_owned()), ..good() }, now + 10).await;
        }
        assert_eq!(figures.lost.get(), 0);
        assert_eq!(status_of(&test.db, "tat").await.next_at, None);
        assert_eq!(newest(&test.db, "tat", now).await.len(), 1);
        let next = due(&test.db, "a", now + MINUTE).await;
        assert_eq!((next.len(), next[0].source_id.as_str(), next[0].etag.as_deref()), (1, "doi", None));
    }
}

#[tokio::test]
async fn a_value_that_cannot_be_kept_does_not_take_others_with_it() {
    for test in databases().await {
        put_all(&test.db, &[pull("a", &[]), probe("b", &[])]).await;
        let (mut writer, _) = writer(&test.db, "a");
        let now = NOW.as_millisecond() + MINUTE;
        let all = due(&test.db, "a", now).await;
        let reading = Reading {
            metric: "received".to_owned(),
            subject: String::new(),
            unit: String::new(),
            slot: None,
            state: State::Number,
            value: Some(f64::NAN),
        };
        for one in &all {
            let readings = if one.source_id == "a" { vec![reading.clone()] } else { Vec::new() };
            end(&mut writer, one, Outcome { readings, ..good() }, now).await;
        }
        assert_eq!(newest(&test.db, "a", now).await.len(), 1, "how long it took");
        assert_eq!(newest(&test.db, "b", now).await.len(), 1);
    }
}

#[tokio::test]
async fn the_next_time_is_when_something_is_due_or_a_lease_is_over() {
    for test in databases().await {
        let next = async || next_time(&mut test.db.read().await.unwrap()).await.unwrap();
        assert_eq!(next().await, None);
        put_all(&test.db, &[probe("cong", &[])]).await;
        let slot = first_slot(&test.db, "cong").await;
        assert_eq!(next().await, Some(slot));
        due(&test.db, "a", slot).await;
        assert_eq!(next().await, Some(slot + 30_000));
    }
}

#[tokio::test]
async fn what_was_never_claimed_cannot_be_ended() {
    for test in databases().await {
        put_all(&test.db, &[probe("cong", &[])]).await;
        let plans = Plan {
            source_id: "cong".to_owned(),
            version: 1,
            host: "cong.vn:80".to_owned(),
            host_limit: 1,
            every_ms: MINUTE,
            lease_ms: 1,
            daily_budget: None,
        };
        let mut tx = test.db.write().await.unwrap();
        plan(&mut tx, &plans, NOW.as_millisecond()).await.unwrap();
        assert!(finish(&mut tx, "a", &[]).await.unwrap().is_empty());
        tx.commit().await.unwrap();
        let before = status_of(&test.db, "cong").await;
        let (mut writer, figures) = writer(&test.db, "a");
        let mut one = due(&test.db, "b", before.slot).await.remove(0);
        one.slot += MINUTE;
        end(&mut writer, &one, good(), before.slot).await;
        assert_eq!(figures.lost.get(), 1);
    }
}

#[tokio::test]
async fn a_certificate_is_kept_once_a_day() {
    for test in databases().await {
        put_all(&test.db, &[probe("cong", &[])]).await;
        let (mut writer, _) = writer(&test.db, "a");
        let mut slot = first_slot(&test.db, "cong").await;
        for _ in 0..3 {
            let one = due(&test.db, "a", slot).await.remove(0);
            end(&mut writer, &one, Outcome { certificate_days: Some(61), ..good() }, slot).await;
            slot += MINUTE;
        }
        let found = newest(&test.db, "cong", slot).await;
        let certificate = found.iter().find(|one| one.series.metric == "certificate_days").unwrap();
        assert_eq!((certificate.value.value, certificate.value.revision), (Some(61.0), 1));
        assert_eq!(certificate.value.slot, Step::Day.start(slot));
        assert!(certificate.series.is_report());
    }
}
