//! What was so on an earlier day can still be asked, and a flag remembers what became of it.

use jiff::{SignedDuration, Timestamp};
use toantrinh::assessment::flag_store::{self, FlagRow};
use toantrinh::assessment::record::record;
use toantrinh::assessment::store;
use toantrinh::platform::db::Db;

use super::given::{assessed, line, said};
use crate::support::{NOW, TestApp, databases};

const CODE: &str = "1.900001";

fn days(n: i64) -> Timestamp {
    NOW + SignedDuration::from_hours(24 * n)
}

async fn f10(db: &Db) -> FlagRow {
    let rows = flag_store::of_procedure(&mut db.read().await.unwrap(), CODE).await.unwrap();
    rows.into_iter().find(|row| row.flag == "F10").unwrap()
}

#[tokio::test]
async fn the_state_of_an_earlier_day_is_answered() {
    for test in databases().await {
        let db = &test.db;
        assessed(db, &[line(CODE, "Cấp giấy thử một")]).await;
        record(db, CODE, &said("P10", "no", "run"), "an", days(1)).await.unwrap();
        let at = async |at: Timestamp| {
            let row = store::at(&mut db.read().await.unwrap(), CODE, "", at.as_millisecond()).await.unwrap();
            row.map(|row| (row.points, row.flags))
        };
        let first = Some(("??y??????????".to_owned(), String::new()));
        let second = Some(("??y??????n???".to_owned(), "F10".to_owned()));
        let just_before = |at: Timestamp| at - SignedDuration::from_millis(1);
        assert_eq!((at(just_before(NOW)).await, at(NOW).await), (None, first.clone()));
        assert_eq!((at(just_before(days(1))).await, at(days(1)).await), (first, second));
        let app = TestApp::start(&test).await;
        app.clock.set(days(3));
        let path = format!("/api/v1/procedures/{CODE}/assessment");
        let today = app.json(&path, 200).await;
        assert_eq!((&today["points"][9]["value"], &today["flags"][0]["code"]), (&"no".into(), &"F10".into()));
        assert_eq!(today["valid_from"], "2026-11-25T02:00:00Z");
        let then = app.json(&format!("{path}?at=2026-11-24"), 200).await;
        assert_eq!((&then["points"][9]["value"], &then["flags"]), (&"unknown".into(), &serde_json::json!([])));
        assert_eq!(
            (&then["valid_from"], &then["as_of"]),
            (&"2026-11-24T02:00:00Z".into(), &"2026-11-24T16:59:59.999Z".into())
        );
        // A day ends at midnight in Vietnam, seven hours before it does in London.
        let end = app.json(&format!("{path}?at=2026-11-25"), 200).await;
        assert_eq!(end["points"][9]["value"], "no");
        assert_eq!(app.json(&format!("{path}?at=2026-11-23"), 404).await["code"], "not_known_at");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_flag_opens_is_resolved_and_comes_back_as_the_same_one() {
    for test in databases().await {
        let db = &test.db;
        assessed(db, &[line(CODE, "Cấp giấy thử một")]).await;
        record(db, CODE, &said("P10", "no", "run"), "an", days(1)).await.unwrap();
        let open = f10(db).await;
        assert_eq!((open.opened_at, open.resolved_at, open.reopened), (days(1).as_millisecond(), None, 0));
        assert_eq!((open.owner.as_deref(), open.cause.as_deref(), open.version), (None, None, 1));
        record(db, CODE, &said("P10", "yes", "run"), "an", days(2)).await.unwrap();
        assert_eq!(f10(db).await.resolved_at, Some(days(2).as_millisecond()));
        let listed = flag_store::open(&mut db.read().await.unwrap()).await.unwrap();
        assert!(listed.is_empty(), "{listed:?}");
        record(db, CODE, &said("P10", "no", "run"), "an", days(3)).await.unwrap();
        let back = f10(db).await;
        assert_eq!((back.id.as_str(), back.reopened, back.resolved_at), (open.id.as_str(), 1, None));
        assert_eq!((back.opened_at, back.version), (open.opened_at, 3));
        let events = flag_store::events(&mut db.read().await.unwrap(), &open.id).await.unwrap();
        let events: Vec<(i64, &str)> = events.iter().map(|e| (e.at, e.event.as_str())).collect();
        let at = |n| days(n).as_millisecond();
        assert_eq!(events, [(at(1), "opened"), (at(2), "resolved"), (at(3), "reopened")]);
    }
}

#[tokio::test]
async fn a_retired_procedure_has_no_open_flags() {
    use toantrinh::catalog::import::actions::Options;
    for test in databases().await {
        let db = &test.db;
        assessed(db, &[line(CODE, "Cấp giấy thử một trực tuyến toàn trình"), line("1.900002", "Cấp giấy thử hai")])
            .await;
        let open = async || flag_store::open(&mut db.read().await.unwrap()).await.unwrap().len();
        assert_eq!(open().await, 1);
        let complete = Options { complete: true, as_of: days(1), ..crate::support::options() };
        let rest = line("1.900002", "Cấp giấy thử hai").to_string();
        assert_eq!(crate::support::import_text(db, rest.as_bytes(), &complete).await.removed, 1);
        toantrinh::assessment::actions::catch_up(db, days(1)).await.unwrap();
        assert_eq!(open().await, 0);
        let app = TestApp::start(&test).await;
        assert_eq!(app.json("/api/v1/gaps", 200).await["totals"]["procedures"], 1);
        app.stop().await;
    }
}
