//! What is followed once initiatives run: stages and roll-out, tasks of directives, what is late, what is not applied.

use toantrinh::initiative::actions::directive::{followed, give, report};
use toantrinh::initiative::actions::error::InitiativeError;
use toantrinh::initiative::actions::plan::{stage, unit};
use toantrinh::initiative::directive::{NewTask, Report};
use toantrinh::initiative::plan::{NewStage, NewUnit, progress};
use toantrinh::initiative::store::{directive, plan};
use toantrinh::initiative::unapplied::unapplied;

use super::given::{actor, approved, draft, fields, go, office};
use crate::support::{NOW, databases};

fn text(text: &str) -> String {
    text.to_owned()
}

fn planned(name: &str) -> NewStage {
    NewStage {
        name: text(name),
        planned_from: text("2026-11-01"),
        planned_to: text("2026-11-30"),
        ..NewStage::default()
    }
}

#[tokio::test]
async fn a_measure_is_put_into_force_by_stages_and_units() {
    for test in databases().await {
        let db = &test.db;
        office(db).await;
        let lan = actor(db, "lan").await;
        let early = draft(db).await;
        let too_early = stage(db, &lan, &early.number, (1, None), &planned("Quá sớm"), NOW).await;
        assert!(matches!(too_early, Err(InitiativeError::Frozen)), "it is a draft");
        let item = approved(db).await;
        let item = go(db, "nam", &item.id, "implement_locally", Some(1), NOW).await.unwrap();
        stage(db, &lan, &item.number, (1, None), &planned("Sửa <b>biểu mẫu</b>"), NOW).await.unwrap();
        let wrong = NewStage { planned_to: text("2026-10-01"), ..planned("Ngược ngày") };
        let error = stage(db, &lan, &item.number, (1, None), &wrong, NOW).await.unwrap_err();
        assert_eq!(fields(error), ["planned_to"]);
        let rows = plan::stages(&mut db.read().await.unwrap(), &item.id).await.unwrap();
        assert_eq!((rows.len(), rows[0].name.as_str(), rows[0].position), (1, "Sửa <b>biểu mẫu</b>", 1));
        let begun = NewStage { actual_from: text("2026-11-02"), ..planned("Sửa biểu mẫu") };
        let known = Some((rows[0].id.as_str(), 1));
        stage(db, &lan, &item.number, (1, known), &begun, NOW).await.unwrap();
        let late = stage(db, &lan, &item.number, (1, known), &begun, NOW).await;
        assert!(matches!(late, Err(InitiativeError::Conflict)), "somebody else was faster");
        for (name, done) in [("Xã A", "2026-11-20"), ("Xã B", ""), ("Xã A", "2026-11-21")] {
            let new = NewUnit { name: text(name), planned_on: text("2026-11-30"), done_on: text(done) };
            unit(db, &lan, &item.number, 1, &new, NOW).await.unwrap();
        }
        let units = plan::units(&mut db.read().await.unwrap(), &item.id).await.unwrap();
        let seen: Vec<_> = units.iter().map(|unit| (unit.name.as_str(), unit.done_on.as_deref())).collect();
        assert_eq!(seen, [("Xã A", Some("2026-11-21")), ("Xã B", None)], "the same name is the same unit");
        let of = units.iter().map(|unit| (unit.done_on.is_some(), unit.dossiers)).collect::<Vec<_>>();
        assert_eq!(progress(&of).map(|all| (all.done, all.units, all.weighted)), Some((1, 2, false)));
        // Others do not write on it.
        let other = actor(db, "kien").await;
        assert!(stage(db, &other, &item.number, (1, None), &planned("Của người khác"), NOW).await.is_err());
    }
}

fn task(organisation: &str) -> NewTask {
    NewTask {
        directive: text("01/CT-UBND"),
        item: text("5.1"),
        title: text("Rà soát thủ tục của ngành"),
        organisation: text(organisation),
        owner: text("Phòng Kiểm soát thủ tục"),
        authority: text("Chủ tịch UBND tỉnh"),
        product: text("Báo cáo rà soát"),
        due_date: text("2026-11-30"),
        objective: None,
    }
}

#[tokio::test]
async fn a_task_of_a_directive_is_given_by_the_leadership_and_reported_on_by_who_is_responsible() {
    for test in databases().await {
        let db = &test.db;
        office(db).await;
        let (head, lan) = (actor(db, "thu").await, actor(db, "lan").await);
        let organisation = lan.organisation_id.clone().unwrap();
        assert!(matches!(give(db, &lan, task(&organisation), NOW).await, Err(InitiativeError::NotTheirs(_))));
        let wrong = NewTask { owner: String::new(), due_date: text("31/11/2026"), ..task("không có") };
        assert_eq!(fields(give(db, &head, wrong, NOW).await.unwrap_err()), ["owner", "organisation", "due_date"]);
        let id = give(db, &head, task(&organisation), NOW).await.unwrap();
        let done = Report { begun_on: text("2026-11-02"), done_on: text("2026-11-20"), result: String::new() };
        assert_eq!(fields(report(db, &lan, (&id, 1), &done, NOW).await.unwrap_err()), ["result"]);
        let done = Report { result: text("Đã trình báo cáo"), ..done };
        report(db, &lan, (&id, 1), &done, NOW).await.unwrap();
        assert!(matches!(report(db, &lan, (&id, 1), &done, NOW).await, Err(InitiativeError::Conflict)));
        let short = NewTask { due_date: text("20261201"), ..task(&organisation) };
        let other = give(db, &head, short, NOW).await.unwrap();
        let kept = directive::find(&mut db.read().await.unwrap(), &other).await.unwrap().unwrap();
        assert_eq!(kept.due_date, "2026-12-01", "days are compared as texts");
        let kept = directive::find(&mut db.read().await.unwrap(), &id).await.unwrap().unwrap();
        assert_eq!((kept.done_on.as_deref(), kept.result.as_str()), (Some("2026-11-20"), "Đã trình báo cáo"));
    }
}

#[tokio::test]
async fn who_proposes_nothing_what_is_decided_late_and_what_is_not_applied_is_named() {
    for test in databases().await {
        let db = &test.db;
        office(db).await;
        let (lan, item) = (actor(db, "lan").await, draft(db).await);
        let own = lan.organisation_id.clone().unwrap();
        let year = (NOW.as_millisecond() - 86_400_000, NOW.as_millisecond() + 86_400_000 * 300);
        let later = |days: i64| jiff::Timestamp::from_millisecond(NOW.as_millisecond() + 86_400_000 * days).unwrap();
        let look = async |now: jiff::Timestamp| {
            followed(&mut db.read().await.unwrap(), year.0, year.1, now.as_millisecond()).await.unwrap()
        };
        assert!(look(NOW).await.silent.iter().any(|(id, _)| *id == own));
        go(db, "lan", &item.id, "submit", None, NOW).await.unwrap();
        let seen = look(NOW).await;
        assert!(!seen.silent.iter().any(|(id, _)| *id == own), "it has proposed");
        assert!(seen.late.is_empty());
        go(db, "minh", &item.id, "receive", None, NOW).await.unwrap();
        let seen = look(later(100)).await;
        assert_eq!(seen.late.len(), 1, "the appraisal is overdue");
        assert!(!seen.late[0].taken && seen.late[0].deadline.is_some());
        go(db, "minh", &item.id, "appraise", None, later(100)).await.unwrap();
        let seen = look(later(101)).await;
        assert!(seen.late.iter().any(|one| one.taken), "it came late: {:?}", seen.late);
        go(db, "thu", &item.id, "approve", None, later(101)).await.unwrap();
        let found = unapplied(&mut db.read().await.unwrap(), later(102)).await.unwrap();
        assert!(found.waiting.is_empty(), "there is time yet");
        let found = unapplied(&mut db.read().await.unwrap(), later(160)).await.unwrap();
        assert_eq!(found.waiting.iter().map(|one| one.number.as_str()).collect::<Vec<_>>(), [item.number.as_str()]);
    }
}

#[tokio::test]
async fn sending_a_proposal_again_takes_nothing_away_from_the_period_in_which_it_was_first_sent() {
    for test in databases().await {
        let db = &test.db;
        office(db).await;
        let item = draft(db).await;
        let later = |days: i64| jiff::Timestamp::from_millisecond(NOW.as_millisecond() + 86_400_000 * days).unwrap();
        for (login, step, day) in
            [("lan", "submit", 0), ("minh", "receive", 0), ("minh", "return", 1), ("lan", "submit", 40)]
        {
            go(db, login, &item.id, step, None, later(day)).await.unwrap();
        }
        let mut tx = db.read().await.unwrap();
        let (from, now) = (NOW.as_millisecond(), later(41).as_millisecond());
        for (from, to) in [(from, later(7).as_millisecond()), (later(30).as_millisecond(), now)] {
            let seen = followed(&mut tx, from, to, now).await.unwrap();
            assert!(!seen.silent.iter().any(|(id, _)| id == "syt"), "{:?}", seen.silent);
        }
        let between = followed(&mut tx, later(7).as_millisecond(), later(30).as_millisecond(), now).await.unwrap();
        assert!(between.silent.iter().any(|(id, _)| id == "syt"), "nothing was sent then");
    }
}
