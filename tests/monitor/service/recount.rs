//! Calendar and working-hours windows against a recount that goes over the raw polls one by one and shares no code with
//! the program: dates from day numbers, hours and days off written out here.

use std::collections::BTreeMap;

use toantrinh::monitor::maintenance::actions::announce;
use toantrinh::monitor::maintenance::model::NewMaintenance;
use toantrinh::monitor::model::FailureKind;
use toantrinh::monitor::observation::model::NewObservation;
use toantrinh::monitor::service_level::budget::Counts;
use toantrinh::monitor::service_level::model::{Definition, Hours, Period, Window};
use toantrinh::platform::db::Db;

use super::given::{admin, at, availability, bad, good, instant, measured, probe, take};
use crate::support::databases;

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;
const EVERY: i64 = 5 * MINUTE;

/// Numbers without order, the same in each run.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn pick(&mut self, sides: u64) -> usize {
        usize::try_from(self.throw(sides)).unwrap()
    }
}

/// Year, month, day of a day number from 1 January 1970 (after Howard Hinnant's `civil_from_days`).
fn civil(day: i64) -> (i64, i64, i64) {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    (year, month, doy - (153 * mp + 2) / 5 + 1)
}

/// Day number and minute of the day in Vietnam.
fn local(at: i64) -> (i64, i64) {
    let minute = at.div_euclid(MINUTE) + 7 * 60;
    (minute.div_euclid(1_440), minute.rem_euclid(1_440))
}

const OFF: [(i64, i64); 14] = [
    (1, 1),
    (2, 16),
    (2, 17),
    (2, 18),
    (2, 19),
    (2, 20),
    (4, 27),
    (4, 30),
    (5, 1),
    (8, 31),
    (9, 1),
    (9, 2),
    (11, 24),
    (0, 0),
];

fn is_worked(at: i64) -> bool {
    let (day, minute) = local(at);
    let (year, month, date) = civil(day);
    assert_eq!(year, 2026);
    let weekday = (day + 3).rem_euclid(7);
    let working = (month, date) == (8, 22) || (weekday < 5 && !OFF.contains(&(month, date)));
    working && ((420..690).contains(&minute) || (810..1_020).contains(&minute))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Came {
    Good,
    Bad,
    NotTheirs,
}

/// Whether two instants lie in one month, quarter or year.
fn same(period: Period, a: i64, b: i64) -> bool {
    let key = |at: i64| {
        let (year, month, _) = civil(local(at).0);
        match period {
            Period::Month => (year, month),
            Period::Quarter => (year, (month - 1) / 3),
            Period::Year => (year, 0),
        }
    };
    key(a) == key(b)
}

/// The recount.
fn recount(polls: &BTreeMap<i64, Came>, d: &Definition, end: i64, stops: &[(i64, i64)], first: i64) -> Counts {
    let inside = |at: i64| match d.window {
        Window::Rolling { days } => at >= end - i64::from(days) * DAY && at < end,
        Window::Calendar { period } => at < end && same(period, at, end - 1),
    };
    let counts = |at: i64| {
        inside(at)
            && (d.counting.hours == Hours::Always || is_worked(at))
            && !(d.counting.exclude_maintenance && stops.iter().any(|(from, to)| (*from..*to).contains(&at)))
    };
    let mut sum = Counts::default();
    for (at, came) in polls {
        if counts(*at) {
            match came {
                Came::Good => sum.good += 1,
                Came::Bad => sum.bad += 1,
                Came::NotTheirs => sum.excluded += 1,
            }
            sum.received += 1;
        }
    }
    // Every edge lies on a step of five minutes, which is the rhythm: one value is owed in each step that counts.
    let owed = (first / EVERY..end / EVERY).filter(|step| counts(step * EVERY)).count();
    let expected = i64::try_from(owed).unwrap();
    sum.expected = Some(expected);
    sum.absent = Some((expected - sum.received).max(0));
    sum
}

/// Polls each five minutes from July on, some of which fail, in spells.
fn polls(dice: &mut Dice) -> BTreeMap<i64, Came> {
    let mut all = BTreeMap::new();
    let mut slot = at("2026-08-10T00:00");
    let mut spell = (Came::Good, 0);
    while slot < at("2026-11-27T00:00") {
        if spell.1 == 0 {
            let came = [Came::Good, Came::Good, Came::Good, Came::Bad, Came::NotTheirs][dice.pick(5)];
            spell = (came, 1 + dice.throw(if came == Came::Good { 300 } else { 20 }));
        }
        spell.1 -= 1;
        if dice.throw(50) > 0 {
            all.insert(slot, spell.0);
        }
        slot += EVERY;
    }
    all
}

fn rows(series: i64, polls: &BTreeMap<i64, Came>) -> Vec<NewObservation> {
    let row = |(slot, came): (&i64, &Came)| match came {
        Came::Good => good(series, *slot, 42.0),
        Came::Bad => bad(series, *slot, FailureKind::Connect),
        Came::NotTheirs => bad(series, *slot, FailureKind::WafChallenge),
    };
    polls.iter().map(row).collect()
}

async fn stop(db: &Db, starts: &str, restores: &str, announced: &str) -> (i64, i64) {
    let new = NewMaintenance {
        source: "cong".to_owned(),
        starts_at: Some(instant(at(starts))),
        restores_at: Some(instant(at(restores))),
        reason: "Nâng cấp".to_owned(),
        ..NewMaintenance::default()
    };
    announce(db, &admin(), &new, instant(at(announced))).await.unwrap();
    (at(starts), at(restores))
}

#[tokio::test]
async fn every_window_equals_the_recount() {
    let mut known: BTreeMap<(i64, String), Counts> = BTreeMap::new();
    for test in databases().await {
        let mut dice = Dice(0x5EED_2026);
        let id = probe(&test.db, "cong", "cong.example.vn", EVERY, &["*"]).await;
        let polls = polls(&mut dice);
        take(&test.db, &rows(id, &polls)).await;
        let first = *polls.keys().next().unwrap();
        // Two stops were announced in time, the third was not: 21 working days lie between, then none.
        let left_out = [
            stop(&test.db, "2026-09-10T07:25", "2026-09-10T10:05", "2026-08-20T08:00").await,
            stop(&test.db, "2026-10-31T22:00", "2026-11-01T02:00", "2026-10-05T08:00").await,
        ];
        stop(&test.db, "2026-11-05T09:00", "2026-11-05T12:00", "2026-11-03T08:00").await;
        let mut level = availability("a", "cong", "");
        let periods = [Period::Month, Period::Quarter, Period::Year];
        let mut windows: Vec<Window> = periods.into_iter().map(|period| Window::Calendar { period }).collect();
        windows.extend([1, 7, 30, 90].map(|days| Window::Rolling { days }));
        let mut ends = vec![
            "2026-11-01T00:00",
            "2026-10-01T00:00",
            "2026-11-01T00:05",
            "2026-10-31T23:55",
            "2026-08-22T17:00",
            "2026-08-24T07:00",
            "2026-09-03T11:30",
            "2026-11-24T13:30",
            "2026-11-25T13:35",
        ];
        let random: Vec<i64> =
            (0..6).map(|_| at("2026-08-12T00:00") + i64::try_from(dice.throw(30_000)).unwrap() * EVERY).collect();
        let ends: Vec<i64> = ends.drain(..).map(at).chain(random).collect();
        let mut compared = 0;
        for end in &ends {
            for window in &windows {
                for (hours, exclude) in
                    [(Hours::Always, true), (Hours::WorkingHours, true), (Hours::WorkingHours, false)]
                {
                    level.window = *window;
                    level.counting.hours = hours;
                    level.counting.exclude_maintenance = exclude;
                    let key = (*end, format!("{window:?} {hours:?} {exclude}"));
                    let again = || recount(&polls, &level, *end, &left_out, first);
                    let counted = *known.entry(key).or_insert_with(again);
                    let report = measured(&test.db, &level, *end).await;
                    let place = format!("{window:?} {hours:?} {exclude} until {} on {}", instant(*end), test.db.kind());
                    assert_eq!(report.counts, counted, "{place}");
                    compared += 1;
                }
            }
        }
        eprintln!("{compared} windows equal the recount on {}", test.db.kind());
    }
}
