//! Lives of simplifications: from draft to what was measured, on both databases.

use jiff::SignedDuration;
use toantrinh::catalog::amend::store as amendments;
use toantrinh::catalog::store as catalog;
use toantrinh::initiative::actions::begin;
use toantrinh::initiative::actions::error::InitiativeError;
use toantrinh::initiative::actions::follow;
use toantrinh::initiative::actions::part::{NewAct, Signature, add_act, sign_act};
use toantrinh::initiative::actions::step::{Request, take};
use toantrinh::initiative::actions::write;
use toantrinh::initiative::store::{history, initiative, part};
use toantrinh::monitor::notify::store as notify;

use super::given::{CODE, actor, applied, draft, fields, given, go, limit, measure, office, record, the_line};
use crate::assessment::given::put;
use crate::support::{NOW, databases, sqlite};

#[tokio::test]
async fn a_simplification_lives_from_draft_to_a_new_version_of_the_procedure() {
    for test in databases().await {
        let db = &test.db;
        office(db).await;
        let item = draft(db).await;
        let id = item.id.as_str();
        for (login, step) in
            [("lan", "submit"), ("minh", "receive"), ("minh", "return"), ("lan", "submit"), ("minh", "receive")]
        {
            go(db, login, id, step, None, NOW).await.unwrap();
        }
        go(db, "minh", id, "appraise", None, NOW).await.unwrap();
        let approved = go(db, "thu", id, "approve", None, NOW).await.unwrap();
        assert_eq!((approved.state.as_str(), approved.is_public), ("approved", true));
        go(db, "nam", id, "implement_locally", Some(1), NOW).await.unwrap();
        // A legal act blocks it until it is signed and in force.
        let nam = actor(db, "nam").await;
        let new = NewAct { act: "QĐ 5/2024".to_owned(), change: "Sửa Điều 4".to_owned(), ..NewAct::default() };
        let act = add_act(db, &nam, id, 1, &new, NOW).await.unwrap();
        assert_eq!(fields(go(db, "nam", id, "issue", Some(1), NOW).await.unwrap_err()), ["acts"]);
        let signature = |effective: &str| Signature {
            number: "9/2026/QĐ-UBND".to_owned(),
            signed_on: "2026-11-23".to_owned(),
            effective_on: effective.to_owned(),
        };
        let backwards = sign_act(db, &nam, id, (&act.id, 1), &signature("2026-11-01"), NOW).await.unwrap_err();
        assert_eq!(fields(backwards), ["effective_on"]);
        sign_act(db, &nam, id, (&act.id, 1), &signature("2026-12-01"), NOW).await.unwrap();
        go(db, "nam", id, "issue", Some(1), NOW).await.unwrap();
        go(db, "bien", id, "publish", Some(1), NOW).await.unwrap();
        assert_eq!(fields(go(db, "nam", id, "implement", Some(1), NOW).await.unwrap_err()), ["acts"]);
        let later = NOW.checked_add(SignedDuration::from_hours(24 * 8)).unwrap();
        let done = go(db, "nam", id, "implement", Some(1), later).await.unwrap();
        assert_eq!(done.state, "implemented");
        let stored = catalog::find(&mut db.read().await.unwrap(), CODE).await.unwrap().unwrap();
        assert_eq!((stored.version_number, limit(db).await.as_str()), (2, "5 ngày làm việc"));
        assert_eq!(stored.procedure.decision.as_deref(), Some("12/QĐ-UBND"));
        let planned = part::measurements(&mut db.read().await.unwrap(), id).await.unwrap();
        let planned: Vec<(i64, &str)> = planned.iter().map(|row| (row.days, row.due_on.as_str())).collect();
        assert_eq!(planned, [(90, "2027-03-02"), (180, "2027-05-31")]);
        // Without dossiers nothing can be said, and that is said.
        assert_eq!(fields(go(db, "kien", id, "verify", Some(1), later).await.unwrap_err()), ["measurement"]);
        let then = later.checked_add(SignedDuration::from_hours(24 * 91)).unwrap();
        assert_eq!(follow::measure(db, then).await.unwrap(), 1);
        assert_eq!(follow::measure(db, then).await.unwrap(), 0);
        assert_eq!(go(db, "kien", id, "verify", Some(1), then).await.unwrap().state, "measured");
        let steps = history::steps(&mut db.read().await.unwrap(), id).await.unwrap();
        assert_eq!(steps.iter().map(|taken| taken.seq).collect::<Vec<_>>(), (1..=12).collect::<Vec<_>>());
        let told = notify::unread(&mut db.read().await.unwrap(), "lan").await.unwrap();
        assert!(told > 0, "the proposer hears of every step");
    }
}

#[tokio::test]
async fn what_was_decided_stands_until_the_source_shows_it_or_something_else() {
    let test = sqlite().await;
    let db = &test.db;
    office(db).await;
    let item = applied(db).await;
    let origin = format!("{}.1", item.number);
    let state = async || {
        let kept = amendments::of_origin(&mut db.read().await.unwrap(), &origin).await.unwrap();
        kept[0].state.clone()
    };
    put(db, &[the_line("10 ngày làm việc")]).await;
    assert_eq!((limit(db).await.as_str(), state().await.as_str()), ("5 ngày làm việc", "standing"));
    put(db, &[the_line("5 ngày làm việc")]).await;
    assert_eq!((limit(db).await.as_str(), state().await.as_str()), ("5 ngày làm việc", "fulfilled"));
    put(db, &[the_line("7 ngày làm việc")]).await;
    assert_eq!(limit(db).await, "7 ngày làm việc", "once the source has followed it is the source that counts");
}

#[tokio::test]
async fn a_step_that_is_not_possible_names_what_is_and_one_that_is_sent_twice_counts_once() {
    for test in databases().await {
        let db = &test.db;
        office(db).await;
        let item = draft(db).await;
        match go(db, "thu", &item.id, "approve", None, NOW).await.unwrap_err() {
            // Who may not see a draft does not learn that it is there.
            InitiativeError::Illegal { state, allowed, .. } => {
                assert_eq!(
                    (state.as_str(), allowed),
                    ("draft", vec!["plan".to_owned(), "submit".into(), "withdraw".into()])
                );
            }
            other => panic!("{other}"),
        }
        let lan = actor(db, "lan").await;
        let request = Request { step: "submit".to_owned(), key: "k1".to_owned(), given: given(), ..Request::default() };
        let first = take(db, &lan, &item.id, &request, NOW).await.unwrap();
        let again = take(db, &lan, &item.id, &request, NOW).await.unwrap();
        assert_eq!((first.version, again.version), (again.version, first.version));
        let steps = history::steps(&mut db.read().await.unwrap(), &item.id).await.unwrap();
        assert_eq!(steps.len(), 1);
        let stale = Request { step: "withdraw".to_owned(), key: "k2".to_owned(), version: Some(1), ..request };
        assert!(matches!(take(db, &lan, &item.id, &stale, NOW).await, Err(InitiativeError::Conflict)));
    }
}

#[tokio::test]
async fn nobody_appraises_or_decides_what_they_proposed_whatever_their_roles() {
    use toantrinh::account::model::Role;
    let test = sqlite().await;
    let db = &test.db;
    office(db).await;
    super::given::person(db, "nhieu", &[Role::Officer, Role::Appraiser, Role::Approver], Some("tinh")).await;
    let nhieu = actor(db, "nhieu").await;
    let item = draft(db).await;
    // Whoever writes on it is one of its proposers.
    write::record(db, &nhieu, &item.id, None, (&item.title, record()), NOW).await.unwrap();
    go(db, "lan", &item.id, "submit", None, NOW).await.unwrap();
    assert!(matches!(go(db, "nhieu", &item.id, "receive", None, NOW).await, Err(InitiativeError::NotTheirs(_))));
    go(db, "minh", &item.id, "receive", None, NOW).await.unwrap();
    go(db, "minh", &item.id, "appraise", None, NOW).await.unwrap();
    assert!(matches!(go(db, "nhieu", &item.id, "approve", None, NOW).await, Err(InitiativeError::NotTheirs(_))));
    assert!(matches!(go(db, "minh", &item.id, "approve", None, NOW).await, Err(InitiativeError::NotTheirs(_))));
    go(db, "thu", &item.id, "approve", None, NOW).await.unwrap();
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_named_and_a_text_that_was_handed_over_is_not_changed() {
    let test = sqlite().await;
    let db = &test.db;
    office(db).await;
    let lan = actor(db, "lan").await;
    let new =
        begin::New {
            title: "Đề xuất còn trống".to_owned(), code: Some(CODE.to_owned()), ..begin::New::default()
        };
    let empty = begin::begin(db, &lan, &new, NOW).await.unwrap();
    let missing = fields(go(db, "lan", &empty.id, "submit", None, NOW).await.unwrap_err());
    assert_eq!(missing, ["summary", "reasons", "objectives", "measures[1].changes", "measures[1].cost"]);
    let misfit = measure("99 ngày làm việc", "5 ngày làm việc");
    let error = write::measure(db, &lan, &empty.id, None, (Some(1), misfit), NOW).await.unwrap_err();
    assert_eq!(fields(error), ["changes[0]"]);
    let mut negative = measure("10 ngày làm việc", "5 ngày làm việc");
    negative.cost.as_mut().unwrap().after.tasks[0].fees = -1;
    let error = write::measure(db, &lan, &empty.id, None, (Some(1), negative), NOW).await.unwrap_err();
    assert_eq!(fields(error), ["cost.after.tasks[0].fees"]);
    // More time is more burden: it needs an impact statement.
    let longer = measure("10 ngày làm việc", "20 ngày làm việc");
    write::measure(db, &lan, &empty.id, None, (Some(1), longer), NOW).await.unwrap();
    write::record(db, &lan, &empty.id, None, (&empty.title, record()), NOW).await.unwrap();
    assert_eq!(fields(go(db, "lan", &empty.id, "submit", None, NOW).await.unwrap_err()), ["impact"]);
    let item = draft(db).await;
    go(db, "lan", &item.id, "submit", None, NOW).await.unwrap();
    let error = write::record(db, &lan, &item.id, None, (&item.title, record()), NOW).await.unwrap_err();
    assert!(matches!(error, InitiativeError::Frozen));
    let stored = initiative::find(&mut db.read().await.unwrap(), &item.number).await.unwrap().unwrap();
    let due = jiff::Timestamp::from_millisecond(stored.measures[0].due_at.unwrap()).unwrap();
    let day = due.to_zoned_datetime(toantrinh::platform::clock::VIETNAM).date();
    assert_eq!(day.to_string(), "2026-11-26", "two working days after 24 November without a calendar that is loaded");
}

#[tokio::test]
async fn of_two_writers_the_second_is_told_and_loses_nothing() {
    let test = sqlite().await;
    let db = &test.db;
    office(db).await;
    let item = draft(db).await;
    let (lan, nam) = (actor(db, "lan").await, actor(db, "nam").await);
    write::autosave(db, &nam, &item.id, (write::RECORD, item.version), "summary=Nam+viết", NOW).await.unwrap();
    write::record(db, &lan, &item.id, Some(item.version), (&item.title, record()), NOW).await.unwrap();
    let error = write::record(db, &nam, &item.id, Some(item.version), (&item.title, record()), NOW).await.unwrap_err();
    assert!(matches!(error, InitiativeError::Conflict));
    let desk = |place| part::Desk { initiative_id: &item.id, user_id: nam.id.as_str(), place };
    let kept = part::draft(&mut db.read().await.unwrap(), desk(write::RECORD)).await.unwrap().unwrap();
    assert_eq!((kept.form.as_str(), kept.base_version), ("summary=Nam+viết", item.version));
}
