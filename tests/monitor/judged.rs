//! On time or late, by every branch of the rule.

use jiff::civil::date;
use serde_json::{Value, json};
use toantrinh::catalog::model::{Duration, TimeUnit};
use toantrinh::monitor::dossier::judge::{Judged, Limits, judge};
use toantrinh::monitor::dossier::model::Outcome;
use toantrinh::platform::calendar::hours::Profile;
use toantrinh::platform::calendar::model::{Calendar, DayKind, number};

use super::given::{lines, read, record};

fn calendar() -> Calendar {
    let time = |text: &str| text.parse().unwrap();
    let hours = Profile {
        valid_from: date(2004, 1, 1),
        spans: vec![(time("07:00"), time("11:30")), (time("13:30"), time("17:00"))],
        received_until: None,
        source: String::new(),
    };
    Calendar::new(&[2026].into(), &[(date(2026, 11, 24), DayKind::Holiday)], vec![hours])
}

fn limits(days: &[f64], complete: bool) -> Limits {
    let known = days.iter().map(|amount| Duration { amount: *amount, unit: TimeUnit::WorkingDay }).collect();
    Limits { known, complete }
}

fn judged_by(members: &Value, limits: Option<&Limits>) -> Judged {
    let batch = read(&lines(&[record(members)]));
    assert!(batch.rejected.is_empty(), "{:?}", batch.rejected);
    judge(&batch.entries[0].facts, &calendar(), limits)
}

/// Received 2/11 (a Monday) 08:30, due 5/11 08:30.
fn judged(members: &Value) -> (Outcome, i32) {
    let judged = judged_by(members, None);
    (judged.outcome, judged.day - number(date(2026, 10, 31)))
}

#[test]
fn the_end_is_the_time_of_state_9_then_10_then_8_3_or_7() {
    use Outcome::{Late, NotJudged, OnTime, Pending};
    let (early, late) = ("20261104100000", "20261106100000");
    for (state, processed, returned, refused, expected) in [
        ("9", early, late, "", (OnTime, 4)),
        ("10", early, late, "", (OnTime, 4)),
        ("10", "", late, "", (Late, 5)),
        ("10", "", early, "", (OnTime, 4)),
        ("9", late, early, "", (Late, 5)),
        ("8", "", "", late, (Late, 5)),
        ("7", early, "", late, (OnTime, 4)),
        ("3", "", "", early, (OnTime, 4)),
        ("9", "", "", "", (NotJudged, 2)),
        ("8", "", "", "", (NotJudged, 2)),
        ("4", "", "", "", (Pending, 5)),
        // A time of an end in a dossier that is handled is no end.
        ("6", early, "", "", (Pending, 5)),
        ("2", "", "", "", (Pending, 5)),
    ] {
        let members =
            json!({"TrangThaiHoSo": state, "NgayKetThucXuLy": processed, "NgayTra": returned, "NgayTuChoi": refused});
        assert_eq!(judged(&members), expected, "{members}");
    }
    let exactly = json!({"NgayKetThucXuLy": "20261105083000"});
    assert_eq!(judged(&exactly), (OnTime, 5));
    assert_eq!(judged(&json!({"NgayKetThucXuLy": "20261105083001"})), (Late, 5));
}

#[test]
fn what_was_never_taken_in_is_neither() {
    assert_eq!(judged(&json!({"TrangThaiHoSo": "1"})).0, Outcome::None);
    assert_eq!(judged(&json!({"TrangThaiHoSo": "3", "NgayTiepNhan": ""})).0, Outcome::None);
}

#[test]
fn a_request_for_papers_that_the_citizen_has_not_answered_is_the_end() {
    let asked = |state: &str, at: &str| json!({"TrangThaiHoSo": state, "NgayKetThucXuLy": "", "DanhSachHoSoBoSung": [{"NgayBoSung": at}]});
    assert_eq!(judged(&asked("5", "20261103090000")), (Outcome::OnTime, 3));
    assert_eq!(judged(&asked("5", "20261106090000")), (Outcome::Late, 5));
    // The portal is told 9 where the state is 5: the request is the end all the same.
    assert_eq!(judged(&asked("9", "20261103090000")), (Outcome::OnTime, 3));
    assert_eq!(judged(&asked("7", "20261103090000")), (Outcome::OnTime, 3));
    assert_eq!(judged(&asked("4", "20261103090000")), (Outcome::Pending, 5));
    assert_eq!(judged(&json!({"TrangThaiHoSo": "5", "NgayKetThucXuLy": ""})).0, Outcome::NotJudged);
}

#[test]
fn more_than_one_request_for_papers_is_late() {
    let twice = json!([
        {"NgayBoSung": "20261102100000", "NgayTiepNhanBoSung": "20261102110000"},
        {"NgayBoSung": "20261103100000", "NgayTiepNhanBoSung": "20261103110000"},
    ]);
    assert_eq!(judged(&json!({"DanhSachHoSoBoSung": twice})), (Outcome::Late, 3));
    assert_eq!(judged(&json!({"DanhSachHoSoBoSung": twice, "TrangThaiHoSo": "4"})), (Outcome::Late, 3));
}

#[test]
fn waiting_for_papers_extends_the_due_date_once() {
    // Asked on Tuesday, back on Friday: three working days later than Thursday 5/11 is Tuesday 10/11.
    let waited = json!({"NgayBoSung": "20261103090000", "NgayTiepNhanBoSung": "20261106090000"});
    let ended =
        |supplement: &Value, end: &str| judged(&json!({"DanhSachHoSoBoSung": [supplement], "NgayKetThucXuLy": end}));
    assert_eq!(ended(&waited, "20261110083000"), (Outcome::OnTime, 10));
    assert_eq!(ended(&waited, "20261110083001"), (Outcome::Late, 10));
    let mut moved = waited.clone();
    moved["NgayHenTraMoi"] = json!("20261109083000");
    assert_eq!(ended(&moved, "20261109083000"), (Outcome::OnTime, 9));
    assert_eq!(ended(&moved, "20261110083000"), (Outcome::Late, 9));
    let mut known = waited;
    known["NgayHenTraTruoc"] = json!("20261103083000");
    assert_eq!(ended(&known, "20261106083000"), (Outcome::Late, 5), "the due date had been moved before");
}

#[test]
fn without_a_due_date_the_longest_time_limit_of_the_law_counts() {
    let ended = |end: &str, limits: Option<&Limits>| {
        judged_by(&json!({"NgayHenTra": "", "NgayKetThucXuLy": end}), limits).outcome
    };
    let three = limits(&[2.0, 3.0], true);
    // Received on Monday 2/11: three working days end with Thursday.
    assert_eq!(ended("20261105235959", Some(&three)), Outcome::OnTime);
    assert_eq!(ended("20261106000000", Some(&three)), Outcome::Late);
    // One limit could not be read: nobody is late by the others, but who kept them is on time.
    let partly = limits(&[3.0], false);
    assert_eq!(ended("20261105160000", Some(&partly)), Outcome::OnTime);
    assert_eq!(ended("20261106160000", Some(&partly)), Outcome::NotJudged);
    assert_eq!(ended("20261105160000", Some(&limits(&[], true))), Outcome::NotJudged);
    assert_eq!(ended("20261105160000", None), Outcome::NotJudged);
    let running = |limits: &Limits| {
        let judged = judged_by(&json!({"NgayHenTra": "", "NgayKetThucXuLy": "", "TrangThaiHoSo": "4"}), Some(limits));
        (judged.outcome, judged.day)
    };
    assert_eq!(running(&three), (Outcome::Pending, number(date(2026, 11, 5))));
    assert_eq!(running(&partly).0, Outcome::NotJudged);
    // Without a start nothing can be counted.
    let no_start = json!({"NgayHenTra": "", "NgayTiepNhan": ""});
    assert_eq!(judged_by(&no_start, Some(&three)).outcome, Outcome::NotJudged);
    // Waiting for papers is taken off: two working days more.
    let waited = json!({"NgayHenTra": "", "NgayKetThucXuLy": "20261109160000",
        "DanhSachHoSoBoSung": [{"NgayBoSung": "20261103090000", "NgayTiepNhanBoSung": "20261105090000"}]});
    assert_eq!(judged_by(&waited, Some(&three)).outcome, Outcome::OnTime);
}

#[test]
fn limits_of_every_unit_and_late_receipt_are_counted_as_the_law_has_them() {
    use Outcome::{Late, OnTime};
    let of = |amount: f64, unit: TimeUnit, received: &str, end: &str| {
        let limits = Limits { known: vec![Duration { amount, unit }], complete: true };
        let members = json!({"NgayHenTra": "", "NgayTiepNhan": received, "NgayKetThucXuLy": end});
        judged_by(&members, Some(&limits)).outcome
    };
    // Five days from Monday end on Saturday, so on Monday.
    assert_eq!(of(5.0, TimeUnit::Day, "20261102083000", "20261109235959"), OnTime);
    assert_eq!(of(5.0, TimeUnit::Day, "20261102083000", "20261110000000"), Late);
    assert_eq!(of(1.0, TimeUnit::Month, "20261010083000", "20261110160000"), OnTime);
    // Two hours of work after 16:00.
    assert_eq!(of(2.0, TimeUnit::Hour, "20261102160000", "20261103080000"), OnTime);
    assert_eq!(of(2.0, TimeUnit::Hour, "20261102160000", "20261103080100"), Late);
    // Received after hours on Friday: it counts from Monday, one working day ends on Wednesday, for Tuesday is off.
    assert_eq!(of(1.0, TimeUnit::WorkingDay, "20261120180000", "20261125100000"), OnTime);
    assert_eq!(of(1.0, TimeUnit::WorkingDay, "20261120160000", "20261125100000"), Late);
    // Half a working day is four hours of work.
    assert_eq!(of(1.5, TimeUnit::WorkingDay, "20261102160000", "20261104160000"), OnTime);
    assert_eq!(of(1.5, TimeUnit::WorkingDay, "20261102080000", "20261104080000"), Late);
}

#[test]
fn working_days_and_minutes_leave_out_waiting_and_days_off() {
    let plain = judged_by(&json!({}), None);
    assert_eq!((plain.working_days, plain.minutes), (Some(2), Some(180 + 210 + 480 + 180)));
    let waited = judged_by(
        &json!({"DanhSachHoSoBoSung": [{"NgayBoSung": "20261103083000", "NgayTiepNhanBoSung": "20261104083000"}]}),
        None,
    );
    assert_eq!((waited.working_days, waited.minutes), (Some(1), Some(180 + 210 + 180)));
    let running = judged_by(&json!({"TrangThaiHoSo": "4"}), None);
    assert_eq!((running.working_days, running.minutes), (None, None));
    assert!(!plain.provisional);
}

#[test]
fn what_was_counted_beyond_the_loaded_years_is_provisional() {
    let next_year = json!({"NgayTiepNhan": "20261230083000", "NgayHenTra": "", "NgayKetThucXuLy": "20270104083000"});
    let judged = judged_by(&next_year, Some(&limits(&[3.0], true)));
    assert_eq!((judged.outcome, judged.provisional), (Outcome::OnTime, true));
    let given = json!({"TrangThaiHoSo": "4", "NgayHenTra": "20270105083000"});
    assert!(!judged_by(&given, None).provisional, "a due date that was given needs no calendar");
}
