//! Incidents open, merge and close by themselves; the live state and the bars of ninety days follow.

use toantrinh::monitor::incident::actions::{Followed, follow};
use toantrinh::monitor::incident::live::{DayState, Live, Whose, bars, state_of, state_of_source};
use toantrinh::monitor::incident::store;
use toantrinh::monitor::maintenance::actions::announce;
use toantrinh::monitor::maintenance::model::NewMaintenance;
use toantrinh::monitor::model::FailureKind;
use toantrinh::monitor::observation::model::{DAY, HOUR, MINUTE};
use toantrinh::platform::db::Db;

use super::given::{admin, at, bad, good, instant, minutes, number, probe, run, stamp, take};
use crate::support::databases;

const BEGIN: &str = "2026-11-20T08:00";

/// Records a letter a minute for a series from the beginning on.
async fn letters(db: &Db, series: i64, letters: &str) {
    let begin = at(BEGIN);
    let all: Vec<char> = letters.chars().collect();
    let length = i64::try_from(all.len()).unwrap();
    let rows = minutes(series, begin, begin + length * MINUTE, |n| all[usize::try_from(n).unwrap()]);
    take(db, &rows).await;
}

async fn followed(db: &Db, minute: i64) -> Followed {
    follow(db, instant(at(BEGIN) + minute * MINUTE)).await.unwrap()
}

async fn live(db: &Db, code: &str, minute: i64) -> Live {
    let mut tx = db.read().await.unwrap();
    state_of(&mut tx, code, instant(at(BEGIN) + minute * MINUTE)).await.unwrap()
}

#[tokio::test]
async fn three_failures_open_an_incident_that_began_with_the_first_and_two_good_polls_close_it() {
    for test in databases().await {
        let id = probe(&test.db, "cong", "cong.example.vn", MINUTE, &["1.900001", "1.900002"]).await;
        letters(&test.db, id, "gggbbbbgbggg").await;
        let one = followed(&test.db, 4).await;
        assert_eq!((one.values, one.opened), (5, 0));
        assert!(matches!(live(&test.db, "1.900001", 4).await, Live::Degraded { .. }));
        let two = followed(&test.db, 5).await;
        assert_eq!((two.values, two.opened), (1, 1), "only what is new is read");
        let begun = at(BEGIN) + 3 * MINUTE;
        assert_eq!(live(&test.db, "1.900001", 5).await, Live::Down { since: begun });
        let mut tx = test.db.read().await.unwrap();
        let open = store::open(&mut tx, 10).await.unwrap();
        assert_eq!(open.len(), 1);
        assert_eq!((open[0].kind.as_str(), open[0].cause.as_str()), ("incident", "cong.example.vn"));
        assert_eq!((open[0].failure.as_str(), open[0].severity.as_str()), ("timeout", "major"));
        assert_eq!((open[0].started_at, open[0].opened_at), (begun, begun + 2 * MINUTE));
        assert_eq!(store::procedures(&mut tx, &open[0].id).await.unwrap(), ["1.900001", "1.900002"]);
        drop(tx);
        let three = followed(&test.db, 60).await;
        assert_eq!((three.values, three.closed), (6, 1), "what lies in the future would not be read");
        let mut tx = test.db.read().await.unwrap();
        let closed = store::of_procedure(&mut tx, "1.900002", 0, 10).await.unwrap();
        assert_eq!((closed[0].ended_at, closed[0].duration(0)), (Some(begun + 6 * MINUTE), 6 * MINUTE));
        drop(tx);
        assert_eq!(live(&test.db, "1.900001", 12).await, Live::Available);
        let last = at(BEGIN) + 11 * MINUTE;
        assert_eq!(live(&test.db, "1.900001", 60).await, Live::Unknown { last: Some(last) }, "nothing came for long");
        assert_eq!(live(&test.db, "1.900009", 12).await, Live::Unknown { last: None }, "nobody looks");
    }
}

#[tokio::test]
async fn several_sources_of_one_host_are_one_incident_and_another_host_is_another() {
    for test in databases().await {
        let mut ids = Vec::new();
        let sources =
            [("a", "cong.example.vn", "1.900001"), ("b", "cong.example.vn", "1.900002"), ("c", "khac.example.vn", "*")];
        for (name, host, code) in sources {
            ids.push(probe(&test.db, name, host, MINUTE, &[code]).await);
        }
        letters(&test.db, ids[0], "gbbbbbgg....").await;
        letters(&test.db, ids[1], "ggbbbbbbbgg.").await;
        letters(&test.db, ids[2], "gggbbbbbbbbb").await;
        let done = followed(&test.db, 20).await;
        assert_eq!((done.opened, done.closed), (2, 1));
        let mut tx = test.db.read().await.unwrap();
        let all = store::recent(&mut tx, i64::MAX, 10).await.unwrap();
        let merged = all.iter().find(|one| one.cause == "cong.example.vn").unwrap();
        let members = store::members(&mut tx, &merged.id).await.unwrap();
        let names: Vec<&str> = members.iter().map(|member| member.source_id.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        let minute = |at_: i64| (at_ - at(BEGIN)) / MINUTE;
        assert_eq!(
            (minute(merged.started_at), merged.ended_at.map(minute)),
            (1, Some(9)),
            "the last to come back ends it"
        );
        let other = all.iter().find(|one| one.cause == "khac.example.vn").unwrap();
        assert_eq!((other.severity.as_str(), other.closed_at), ("critical", None), "it stands for every procedure");
        assert_eq!(store::procedures(&mut tx, &other.id).await.unwrap(), ["*"]);
        drop(tx);
        run(&test.db, "UPDATE sources SET enabled = 0 WHERE id = 'c'").await;
        assert_eq!(followed(&test.db, 30).await.closed, 1, "a source that is switched off ends its part");
    }
}

#[tokio::test]
async fn what_is_not_the_services_fault_opens_nothing() {
    for test in databases().await {
        let id = probe(&test.db, "cong", "cong.example.vn", MINUTE, &[]).await;
        let begin = at(BEGIN);
        let kinds = [FailureKind::OwnNetworkDown, FailureKind::AddressRefused, FailureKind::WafChallenge];
        let rows: Vec<_> =
            (0..30).map(|n| bad(id, begin + n * MINUTE, kinds[usize::try_from(n).unwrap() % 3])).collect();
        take(&test.db, &rows).await;
        let done = followed(&test.db, 40).await;
        assert_eq!((done.values, done.opened), (30, 0));
        let mut tx = test.db.read().await.unwrap();
        let live = state_of_source(&mut tx, "cong", instant(begin + 30 * MINUTE)).await.unwrap();
        assert_eq!(live, Live::Unknown { last: None });
    }
}

#[tokio::test]
async fn a_planned_stop_is_shown_as_one_and_what_outlasts_it_is_an_incident() {
    for test in databases().await {
        let id = probe(&test.db, "cong", "cong.example.vn", MINUTE, &["1.900001"]).await;
        let new = NewMaintenance {
            source: "cong".to_owned(),
            starts_at: Some(stamp("2026-11-20T08:05")),
            restores_at: Some(stamp("2026-11-20T08:20")),
            reason: "Nâng cấp".to_owned(),
            ..NewMaintenance::default()
        };
        announce(&test.db, &admin(), &new, stamp("2026-11-20T07:00")).await.unwrap();
        letters(&test.db, id, &format!("{}{}{}", "g".repeat(5), "b".repeat(20), "g".repeat(5))).await;
        followed(&test.db, 10).await;
        assert_eq!(live(&test.db, "1.900001", 10).await, Live::Maintenance { until: at("2026-11-20T08:20") });
        assert_eq!(number(&test.db, "SELECT COUNT(*) FROM incidents WHERE kind = 'maintenance'").await, 1);
        assert_eq!(number(&test.db, "SELECT COUNT(*) FROM incidents WHERE kind = 'incident'").await, 0);
        let done = followed(&test.db, 24).await;
        assert_eq!((done.opened, done.closed), (1, 1));
        assert_eq!(live(&test.db, "1.900001", 24).await, Live::Down { since: at("2026-11-20T08:20") });
        assert_eq!(followed(&test.db, 40).await.closed, 1);
    }
}

#[tokio::test]
async fn a_procedure_is_degraded_when_one_of_its_sources_is_down() {
    for test in databases().await {
        for (name, said) in [("cong", "ggggg"), ("thanh-toan", "gbbbb")] {
            let id = probe(&test.db, name, &format!("{name}.example.vn"), MINUTE, &["1.900001"]).await;
            letters(&test.db, id, said).await;
        }
        followed(&test.db, 5).await;
        assert_eq!(live(&test.db, "1.900001", 5).await, Live::Degraded { since: at(BEGIN) + MINUTE });
        run(&test.db, "UPDATE sources SET enabled = 0 WHERE id = 'thanh-toan'").await;
        assert_eq!(live(&test.db, "1.900001", 5).await, Live::Available);
    }
}

#[tokio::test]
async fn several_processes_read_each_value_once() {
    for test in databases().await {
        let mut total = 0;
        for n in 0..10 {
            let id = probe(&test.db, &format!("s{n}"), &format!("s{n}.example.vn"), MINUTE, &[]).await;
            letters(&test.db, id, &"gbbbbgg".repeat(40)).await;
            total += 280;
        }
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let db = test.db.clone();
                tokio::spawn(async move { followed(&db, 400).await })
            })
            .collect();
        let mut seen = Followed::default();
        for task in tasks {
            let one = task.await.unwrap();
            seen.values += one.values;
            seen.opened += one.opened;
            seen.closed += one.closed;
        }
        assert_eq!((seen.values, seen.opened, seen.closed), (total, 400, 400), "{}", test.db.kind());
    }
}

#[tokio::test]
async fn every_day_has_a_bar_and_of_several_sources_the_worst_is_drawn() {
    for test in databases().await {
        let today = at("2026-11-20T00:00");
        let one = probe(&test.db, "cong", "cong.example.vn", HOUR, &["1.900001"]).await;
        let two = probe(&test.db, "thanh-toan", "tt.example.vn", HOUR, &["*"]).await;
        let day = |back: i64, series: i64, fails: i64| -> Vec<_> {
            let begin = today - back * DAY;
            let kind = FailureKind::Timeout;
            (0..24)
                .map(|n| {
                    let slot = begin + n * HOUR;
                    if n < fails { bad(series, slot, kind) } else { good(series, slot, 9.0) }
                })
                .collect()
        };
        for rows in [day(3, one, 0), day(3, two, 1), day(2, one, 12), day(1, one, 0), day(1, two, 0)] {
            take(&test.db, &rows).await;
        }
        let mut tx = test.db.read().await.unwrap();
        let all = bars(&mut tx, Whose::Procedure("1.900001"), 90, stamp("2026-11-20T08:00")).await.unwrap();
        assert_eq!(all.len(), 90);
        assert_eq!(all[89].day.to_string(), "2026-11-20");
        let last: Vec<_> = all[85..].iter().map(|bar| (bar.share, bar.state)).collect();
        let expected = [
            (None, DayState::NoData),
            (Some(23.0 / 24.0), DayState::Degraded),
            (Some(0.5), DayState::Down),
            (Some(1.0), DayState::Available),
            (None, DayState::NoData),
        ];
        assert_eq!(last, expected);
        let of_one = bars(&mut tx, Whose::Source("cong"), 90, stamp("2026-11-20T08:00")).await.unwrap();
        assert_eq!(of_one[86].share, Some(1.0));
        drop(tx);
        let new = NewMaintenance {
            source: "cong".to_owned(),
            starts_at: Some(stamp("2026-11-18T00:00")),
            restores_at: Some(stamp("2026-11-18T12:00")),
            reason: "Nâng cấp".to_owned(),
            ..NewMaintenance::default()
        };
        announce(&test.db, &admin(), &new, stamp("2026-11-17T08:00")).await.unwrap();
        let mut tx = test.db.read().await.unwrap();
        let all = bars(&mut tx, Whose::Procedure("1.900001"), 90, stamp("2026-11-20T08:00")).await.unwrap();
        assert_eq!((all[87].share, all[87].state), (Some(0.5), DayState::Maintenance), "the share stays as it was");
    }
}
