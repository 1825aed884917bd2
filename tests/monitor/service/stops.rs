//! Planned stops: the notice of seven working days, what is left out of a count, what people may change.

use toantrinh::monitor::maintenance::actions::{MaintenanceError, announce, cancel, end};
use toantrinh::monitor::maintenance::model::{Maintenance, NewMaintenance, Notice, notice};
use toantrinh::monitor::observation::model::HOUR;
use toantrinh::monitor::service_level::model::Window;
use toantrinh::platform::calendar::store as calendar_store;
use toantrinh::platform::db::Db;

use super::given::{admin, at, availability, instant, measured, minutes, number, probe, run, stamp, take};
use crate::support::databases;

fn new(starts: &str, restores: &str) -> NewMaintenance {
    NewMaintenance {
        source: "cong".to_owned(),
        starts_at: Some(stamp(starts)),
        restores_at: Some(stamp(restores)),
        reason: "Nâng cấp".to_owned(),
        ..NewMaintenance::default()
    }
}

async fn announced(db: &Db, new: &NewMaintenance, now: &str) -> (Maintenance, Notice) {
    announce(db, &admin(), new, stamp(now)).await.unwrap()
}

#[tokio::test]
async fn the_notice_is_counted_in_working_days_of_the_calendar() {
    for test in databases().await {
        let mut tx = test.db.read().await.unwrap();
        let calendar = calendar_store::load(&mut tx).await.unwrap();
        let judge = |announced: &str, starts: &str| notice(at(announced), at(starts), &calendar, 7);
        // Thursday 12 November 2026: seven working days later is Monday 23; Tuesday 24 is a day off.
        assert!(judge("2026-11-12T09:00", "2026-11-23T09:00").in_time);
        assert!(!judge("2026-11-12T09:05", "2026-11-23T09:00").in_time, "five minutes late");
        assert!(!judge("2026-11-13T09:00", "2026-11-24T22:00").in_time, "24 November does not count");
        assert!(judge("2026-11-13T09:00", "2026-11-25T09:00").in_time);
        // Saturday 22 August 2026 is worked: Friday 21 counts one day to it.
        assert_eq!(judge("2026-08-21T08:00", "2026-08-31T08:00").earliest, at("2026-09-03T08:00"));
        assert!(judge("2026-12-28T08:00", "2027-01-20T08:00").provisional, "2027 is not loaded");
    }
}

#[tokio::test]
async fn only_what_was_announced_in_time_leaves_the_count_and_the_rest_is_marked() {
    for test in databases().await {
        let id = probe(&test.db, "cong", "cong.example.vn", 60_000, &["*"]).await;
        let (from, to) = (at("2026-11-23T00:00"), at("2026-11-27T00:00"));
        // It stands still from 22:00 on Wednesday 25 for two hours, and from 20:00 on Thursday 26 for one.
        let down = |slot: i64| {
            let within = |starts: &str, hours: i64| (at(starts)..at(starts) + hours * HOUR).contains(&slot);
            within("2026-11-25T22:00", 2) || within("2026-11-26T20:00", 1)
        };
        let rows = minutes(id, from, to, |n| if down(from + n * 60_000) { 'b' } else { 'g' });
        take(&test.db, &rows).await;
        let (_, early) = announced(&test.db, &new("2026-11-25T22:00", "2026-11-26T00:00"), "2026-11-12T09:00").await;
        let (_, late) = announced(&test.db, &new("2026-11-26T20:00", "2026-11-26T21:00"), "2026-11-25T09:00").await;
        assert!(early.in_time && !late.in_time);
        let mut level = availability("a", "cong", "");
        level.window = Window::Rolling { days: 3 };
        let report = measured(&test.db, &level, to).await;
        assert_eq!((report.counts.good, report.counts.bad), (3 * 1440 - 180, 60), "two hours are left out");
        assert_eq!((report.stops.left_out, report.stops.counted), (120, 60));
        assert_eq!(report.counts.expected, Some(3 * 1440 - 120));
        level.counting.exclude_maintenance = false;
        let report = measured(&test.db, &level, to).await;
        assert_eq!(report.counts.bad, 180);
        assert_eq!((report.stops.left_out, report.stops.counted), (0, 180));
        run(
            &test.db,
            "INSERT INTO parameters (name, valid_from, value, source)
             VALUES ('maintenance_notice_working_days', '2026-11-26', 0, 'test')",
        )
        .await;
        level.counting.exclude_maintenance = true;
        let report = measured(&test.db, &level, to).await;
        assert_eq!(report.counts.bad, 0, "the rule in force on the day of the stop decides");
    }
}

#[tokio::test]
async fn an_announcement_is_checked_and_only_the_future_of_a_stop_can_change() {
    for test in databases().await {
        probe(&test.db, "cong", "cong.example.vn", 60_000, &[]).await;
        let now = "2026-11-12T09:00";
        let bad = NewMaintenance {
            source: "nowhere".to_owned(),
            announced_at: Some(stamp("2026-11-10T09:00")),
            reason: String::new(),
            ..new("2026-11-25T22:01", "2026-11-25T20:00")
        };
        let refused = announce(&test.db, &admin(), &bad, stamp(now)).await;
        let Err(MaintenanceError::Invalid(errors)) = refused else { panic!("{refused:?}") };
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["source", "reason", "starts_at", "restores_at", "link"]);
        assert_eq!(number(&test.db, "SELECT COUNT(*) FROM maintenances").await, 0);

        let (row, _) = announced(&test.db, &new("2026-11-25T22:00", "2026-11-26T00:00"), now).await;
        let during = stamp("2026-11-25T23:12");
        let refused = cancel(&test.db, &admin(), &row.id, 1, during).await;
        assert!(matches!(refused, Err(MaintenanceError::Invalid(_))), "it has begun");
        let longer = end(&test.db, &admin(), &row.id, 1, stamp("2026-11-26T00:30"), stamp("2026-11-26T01:00")).await;
        assert!(matches!(longer, Err(MaintenanceError::Invalid(_))), "an overrun is never planned");
        let ended = end(&test.db, &admin(), &row.id, 1, during, during).await.unwrap();
        assert_eq!((ended.ends_at, ended.restores_at), (at("2026-11-25T23:15"), at("2026-11-26T00:00")));
        let unseen = end(&test.db, &admin(), &row.id, 1, during, during).await;
        assert!(matches!(unseen, Err(MaintenanceError::Conflict)));
        let (other, _) = announced(&test.db, &new("2026-12-25T22:00", "2026-12-26T00:00"), now).await;
        let off = cancel(&test.db, &admin(), &other.id, 1, instant(at(now) + HOUR)).await.unwrap();
        assert!(off.cancelled_at.is_some());
        assert_eq!(number(&test.db, "SELECT COUNT(*) FROM audit").await, 4);
    }
}
