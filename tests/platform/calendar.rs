//! The working calendar: the vectors of the law's own year, rules that hold for every day, files of other years.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, date};
use proptest::prelude::*;
use toantrinh::platform::calendar::hours::Profile;
use toantrinh::platform::calendar::import::{CalendarError, read};
use toantrinh::platform::calendar::model::{Calendar, DayKind, number};
use toantrinh::platform::calendar::store;

use crate::support::{NOW, TestDb, databases};

async fn loaded(test: &TestDb) -> Calendar {
    store::load(&mut test.db.read().await.unwrap()).await.unwrap()
}

/// The days off of 2026, as the migration holds them.
fn year_2026() -> Calendar {
    let holidays = [
        date(2026, 1, 1),
        date(2026, 2, 16),
        date(2026, 2, 17),
        date(2026, 2, 18),
        date(2026, 2, 19),
        date(2026, 2, 20),
        date(2026, 4, 27),
        date(2026, 4, 30),
        date(2026, 5, 1),
        date(2026, 8, 31),
        date(2026, 9, 1),
        date(2026, 9, 2),
        date(2026, 11, 24),
    ];
    let mut days: Vec<(Date, DayKind)> = holidays.iter().map(|day| (*day, DayKind::Holiday)).collect();
    days.push((date(2026, 8, 22), DayKind::ExtraWorking));
    Calendar::new(&[2026].into(), &days, vec![hours(None)])
}

fn hours(received_until: Option<&str>) -> Profile {
    let time = |text: &str| text.parse().unwrap();
    Profile {
        valid_from: date(2004, 1, 1),
        spans: vec![(time("07:00"), time("11:30")), (time("13:30"), time("17:00"))],
        received_until: received_until.map(time),
        source: String::new(),
    }
}

fn at(text: &str) -> DateTime {
    text.parse().unwrap()
}

#[tokio::test]
async fn the_due_dates_of_2026_are_those_that_were_computed_by_hand() {
    let vectors = [
        ((8, 28), 3, (9, 7)),
        ((8, 21), 1, (8, 22)),
        ((8, 21), 2, (8, 24)),
        ((11, 20), 2, (11, 25)),
        ((2, 12), 2, (2, 23)),
        ((4, 24), 3, (5, 4)),
        ((4, 29), 1, (5, 4)),
        ((8, 26), 5, (9, 7)),
    ];
    for test in databases().await {
        let calendar = loaded(&test).await;
        for ((month, day), n, (due_month, due_day)) in vectors {
            let due = calendar.add_working_days(date(2026, month, day).at(9, 15, 0, 0), n);
            assert_eq!(due.at, date(2026, due_month, due_day).at(9, 15, 0, 0), "{day}/{month} + {n}");
            assert!(!due.provisional);
        }
        assert!(calendar.is_working(date(2026, 8, 22)) && !calendar.is_working(date(2026, 11, 24)));
        assert!(!calendar.is_working(date(2026, 1, 10)), "the swap of January was only proposed");
        let own = year_2026();
        for day in date(2026, 1, 1).series(1.day()).take(365) {
            assert_eq!(calendar.is_working(day), own.is_working(day), "{day}");
        }
    }
}

#[test]
fn beyond_the_years_that_are_loaded_everything_is_provisional_until_they_are() {
    let calendar = year_2026();
    for (from, n, sure) in
        [("2026-12-30", 1, true), ("2026-12-31", 1, false), ("2025-12-31", 1, false), ("2027-03-01", 0, false)]
    {
        let due = calendar.add_working_days(at(&format!("{from}T08:00")), n);
        assert_eq!(due.provisional, !sure, "{from} + {n}");
    }
    let newyear = calendar.add_working_days(at("2026-12-31T08:00"), 1);
    assert_eq!(newyear.at, at("2027-01-01T08:00"));
    let both = Calendar::new(&[2026, 2027].into(), &[(date(2027, 1, 1), DayKind::Holiday)], Vec::new());
    let again = both.add_working_days(at("2026-12-31T08:00"), 1);
    assert_eq!((again.at, again.provisional), (at("2027-01-04T08:00"), false));
    let gap = Calendar::new(&[2025, 2027].into(), &[], Vec::new());
    assert!(gap.working_days_between(date(2025, 12, 1), date(2027, 1, 5)).provisional);
    assert!(!Calendar::default().is_loaded(date(2026, 1, 1)));
}

#[test]
fn calendar_days_end_on_a_working_day() {
    let calendar = year_2026();
    assert_eq!(calendar.add_days(at("2026-08-20T10:00"), 2).at, at("2026-08-22T10:00"));
    assert_eq!(calendar.add_days(at("2026-08-20T10:00"), 3).at, at("2026-08-24T10:00"));
    assert_eq!(calendar.add_days(at("2026-02-09T10:00"), 7).at, at("2026-02-23T10:00"));
    assert_eq!(calendar.add_months(at("2026-01-31T10:00"), 1).at, at("2026-03-02T10:00"));
    assert!(calendar.add_months(at("2026-11-30T10:00"), 2).provisional);
}

#[test]
fn what_is_received_after_hours_counts_from_the_next_working_morning() {
    let calendar = year_2026();
    for (received, counts) in [
        ("2026-11-20T06:10", "2026-11-20T07:00"),
        ("2026-11-20T12:00", "2026-11-20T12:00"),
        ("2026-11-20T17:00", "2026-11-20T17:00"),
        ("2026-11-20T17:01", "2026-11-23T07:00"),
        ("2026-11-23T20:00", "2026-11-25T07:00"),
        ("2026-11-22T09:00", "2026-11-23T07:00"),
    ] {
        assert_eq!(calendar.counts_from(at(received)).at, at(counts), "{received}");
    }
    let early = Calendar::new(&[2026].into(), &[], vec![hours(Some("15:00"))]);
    assert_eq!(early.counts_from(at("2026-11-19T15:01")).at, at("2026-11-20T07:00"));
    assert_eq!(early.counts_from(at("2026-11-19T15:00")).at, at("2026-11-19T15:00"));
}

#[test]
fn minutes_of_work_leave_out_nights_lunch_and_days_off() {
    let calendar = year_2026();
    let between = |from: &str, to: &str| calendar.working_minutes_between(at(from), at(to));
    assert_eq!(between("2026-11-20T11:00", "2026-11-20T14:00"), 60);
    assert_eq!(between("2026-11-20T16:00", "2026-11-25T08:00"), 60 + 480 + 60);
    assert_eq!(between("2026-11-25T08:00", "2026-11-20T16:00"), 0);
    assert_eq!(between("2026-11-21T00:00", "2026-11-22T23:59"), 0);
    assert_eq!(calendar.add_working_minutes(at("2026-11-20T16:00"), 120).at, at("2026-11-23T08:00"));
    assert_eq!(calendar.add_working_minutes(at("2026-11-20T11:00"), 60).at, at("2026-11-20T14:00"));
    assert!(calendar.is_open(at("2026-11-20T13:30")) && !calendar.is_open(at("2026-11-20T12:00")));
    assert!(!calendar.is_open(at("2026-11-24T09:00")) && calendar.open_spans(date(2026, 11, 24)).is_empty());
}

#[test]
fn hours_that_change_hold_from_their_own_day() {
    let mut short = hours(None);
    short.valid_from = date(2026, 6, 1);
    short.spans.truncate(1);
    let calendar = Calendar::new(&[2026].into(), &[], vec![short, hours(None)]);
    let minutes = calendar.working_minutes_between(at("2026-05-29T00:00"), at("2026-06-03T00:00"));
    assert_eq!(minutes, 480 + 2 * 270);
}

proptest! {
    #[test]
    fn a_due_date_is_a_working_day_and_later_counts_end_later(start in 0..365_i64, minute in 0..1_440_i64, n in 1..40_u32) {
        let calendar = year_2026();
        let from = date(2026, 1, 1).at(0, 0, 0, 0).saturating_add(start.days()).saturating_add(minute.minutes());
        let due = calendar.add_working_days(from, n);
        prop_assert!(calendar.is_working(due.at.date()));
        prop_assert_eq!(due.at.time(), from.time());
        prop_assert!(calendar.add_working_days(from, n + 1).at > due.at);
        prop_assert!(calendar.add_working_days(from.saturating_add(1.day()), n).at >= due.at);
        prop_assert_eq!(calendar.working_days_between(from.date(), due.at.date()).days, i64::from(n));
        prop_assert_eq!(due.provisional, due.at.date().year() != 2026);
    }

    #[test]
    fn two_counts_after_each_other_are_one_count(start in 0..365_i64, n in 0..30_u32, m in 0..30_u32) {
        let calendar = year_2026();
        let from = date(2026, 1, 1).at(8, 30, 0, 0).saturating_add(start.days());
        let one = calendar.add_working_days(from, n + m);
        let two = calendar.add_working_days(calendar.add_working_days(from, n).at, m);
        prop_assert_eq!(one.at, two.at);
    }

    #[test]
    fn days_between_are_the_days_one_would_count(start in 0..800_i32, length in 0..300_i32) {
        let calendar = year_2026();
        let first = date(2025, 6, 1);
        let (from, to) = (number(first) + start, number(first) + start + length);
        let day = toantrinh::platform::calendar::model::date;
        let counted = (from + 1..=to).filter(|n| calendar.is_working(day(*n))).count();
        prop_assert_eq!(calendar.working_days_between(day(from), day(to)).days, i64::try_from(counted).unwrap());
        prop_assert_eq!(calendar.working_days_between(day(to), day(from)).days, -i64::try_from(counted).unwrap());
    }

    #[test]
    fn minutes_added_are_the_minutes_between(start in 0..300_i64, minute in 0..1_440_i64, n in 1..5_000_u32) {
        let calendar = year_2026();
        let from = date(2026, 1, 1).at(0, 0, 0, 0).saturating_add(start.days()).saturating_add(minute.minutes());
        let due = calendar.add_working_minutes(from, n);
        prop_assert_eq!(calendar.working_minutes_between(from, due.at), i64::from(n));
    }
}

const TOML: &str = r#"
year = 2027
decision = "1/TB-BNV"
source = "Cổng thông tin"
[[days]]
day = "2027-02-08"
kind = "holiday"
name = "Tết Nguyên đán"
[[days]]
day = "2027-02-20"
kind = "extra_working"
name = "Làm bù"
decision = "2/TB-BNV"
"#;
const JSON: &str = r#"{"year": 2027, "days": [{"day": "2027-02-08", "kind": "holiday", "name": "Tết"}]}"#;
const CSV: &str = "day,kind,name,decision,source\n2027-02-08,holiday,Tết,,\n2028-01-01,holiday,Năm mới,3/TB,Báo\n";

#[tokio::test]
async fn another_year_comes_from_a_file_and_takes_the_place_of_what_was_known_of_it() {
    for test in databases().await {
        let due = |calendar: &Calendar| calendar.add_working_days(at("2027-02-05T09:00"), 1);
        assert!(due(&loaded(&test).await).provisional);
        store::replace(&test.db, &read(TOML, "2027.toml", "2027.toml").unwrap(), NOW).await.unwrap();
        let calendar = loaded(&test).await;
        assert_eq!((due(&calendar).at, due(&calendar).provisional), (at("2027-02-09T09:00"), false));
        assert!(calendar.is_working(date(2027, 2, 20)));
        store::replace(&test.db, &read(JSON, "2027.json", "2027.json").unwrap(), NOW).await.unwrap();
        assert!(!loaded(&test).await.is_working(date(2027, 2, 20)), "a day that the new file lacks stayed");
        store::replace(&test.db, &read(CSV, "lich.csv", "lich.csv").unwrap(), NOW).await.unwrap();
        assert!(loaded(&test).await.is_loaded(date(2028, 5, 5)));
        assert!(!loaded(&test).await.is_working(date(2026, 11, 24)), "another year was touched");
    }
}

#[test]
fn a_file_that_is_no_calendar_is_refused_with_what_to_do() {
    let swap = |from: &str, to: &str| read(&TOML.replace(from, to), "2027.toml", "").unwrap_err();
    assert_eq!(swap("2027-02-08", "8/2/2027").to_string(), "entry 1: `8/2/2027` is no day: write it as 2027-02-08");
    assert!(matches!(swap("\"holiday\"", "\"off\""), CalendarError::Kind { entry: 1, .. }));
    assert!(matches!(swap("2027-02-08", "2028-02-08"), CalendarError::OtherYear { year: 2027, .. }));
    assert_eq!(swap("2027-02-20", "2027-02-08"), CalendarError::Twice(date(2027, 2, 8)));
    assert_eq!(swap("2027-02-20", "2027-02-18"), CalendarError::WorkedAnyway(date(2027, 2, 18)));
    assert_eq!(swap("\"holiday\"", "\"extra_working\""), CalendarError::WorkedAnyway(date(2027, 2, 8)));
    assert!(swap("kind = \"holiday\"\n", "").to_string().contains("kind"));
    let empty = read(r#"{"year": 2027, "days": []}"#, "a.json", "").unwrap_err();
    assert_eq!(empty, CalendarError::NoHoliday(2027));
    assert!(matches!(read("day,kind,name\n", "a.csv", ""), Err(CalendarError::Format { format: "CSV", .. })));
    assert!(matches!(read("{", "a.json", ""), Err(CalendarError::Format { format: "JSON", .. })));
    assert_eq!(read(&JSON.replace("2027", "1027"), "a.json", "").unwrap_err(), CalendarError::OutOfRange(1027));
}
