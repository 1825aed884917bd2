//! What happened to the services: stops of several causes, planned ones, slow days.

use jiff::ToSpan;

use super::service::{COUNTER_ID, PAYMENT_ID, PORTAL_ID, Service};
use super::windows;
use crate::monitor::maintenance::actions::announce as record;
use crate::monitor::maintenance::model::NewMaintenance;
use crate::monitor::model::FailureKind;
use crate::monitor::observation::model::{DAY, MINUTE, Step, vietnam_day};
use crate::platform::calendar::store as calendar_store;
use crate::platform::clock::VIETNAM;
use crate::platform::db::Db;
use crate::simulator::year::YearError;
use crate::simulator::year::people::People;
use crate::simulator::year::plan::Plan;

/// Milliseconds between two stops at least.
const APART: i64 = 10 * MINUTE;
/// Minutes for which the service that fails at the end has failed by then.
const FAILS_AT_END: i64 = 25;
/// Planned stops: months before the last full one, day of the month, working days of notice, why.
const PLANNED: [(i32, i32, u32, &str); 2] =
    [(2, 15, 10, "Nâng cấp máy chủ cơ sở dữ liệu"), (1, 18, 2, "Vá lỗi bảo mật của phần mềm một cửa")];
/// Hours of a planned stop: first and last of an evening.
const PLANNED_HOURS: (i8, i64) = (20, 4);
/// Working hours in which stops usually begin.
const HOURS: (i8, u32) = (8, 11);
/// Days of a year on which answers are slow.
const SLOW: f64 = 0.02;

/// A time in which a service did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    /// Place of the service.
    pub service: usize,
    /// The first failed poll, epoch milliseconds; a full minute.
    pub from: i64,
    /// The first good one after it; after the end where it still fails.
    pub to: i64,
    /// Why.
    pub failure: FailureKind,
    /// Within a planned stop.
    pub planned: bool,
}

/// Every stop, in the order of time; no two at once.
pub fn outages(plan: &Plan, services: &[Service]) -> Vec<Outage> {
    let place = |id: &str| services.iter().position(|service| service.source == id).unwrap_or_default();
    let (portal, counter, payment) = (place(PORTAL_ID), place(COUNTER_ID), place(PAYMENT_ID));
    let end = plan.end().as_millisecond();
    let begun = (end - FAILS_AT_END * MINUTE).div_euclid(MINUTE) * MINUTE;
    let mut told =
        vec![Outage { service: counter, from: begun, to: end + DAY, failure: FailureKind::Timeout, planned: false }];
    told.extend(planned(plan).map(|(from, to, ..)| {
        let failure = FailureKind::Http5xx;
        Outage { service: counter, from, to, failure, planned: true }
    }));
    told.extend(of_payment(plan, payment));
    told.extend(short(plan, (portal, counter, payment)));
    let mut kept: Vec<Outage> = Vec::with_capacity(told.len());
    let singles = windows::singles_from(plan);
    for one in told {
        // One at a time is enough to look at, and none where single values begin.
        let apart = |other: &Outage| one.to + APART < other.from || other.to + APART < one.from;
        if kept.iter().all(apart) && (one.to + APART < singles || singles + APART < one.from) {
            kept.push(one);
        }
    }
    kept.sort_by_key(|outage| outage.from);
    kept
}

/// A few short ones a month, of three causes; every fourth month the portal's certificate runs out over night.
fn short(plan: &Plan, (portal, counter, payment): (usize, usize, usize)) -> Vec<Outage> {
    let mut all = Vec::new();
    for month in plan.months().into_iter().filter(|month| month.is_full) {
        let mut chance = plan.chance(&format!("services/outages/{}", month.number));
        let kinds = [(counter, FailureKind::Timeout), (portal, FailureKind::Http5xx), (payment, FailureKind::Connect)];
        for (service, failure) in kinds {
            if chance.holds(0.6) {
                let day = month.first.saturating_add(i64::from(chance.below(26)).days());
                let hour = HOURS.0 + i8::try_from(chance.below(HOURS.1)).unwrap_or_default();
                let from = plan.at(day, hour).as_millisecond() + i64::from(chance.below(30)) * MINUTE;
                all.push(outage(service, from, i64::from(6 + chance.below(40)), failure));
            }
        }
        if month.number % 4 == 2 {
            let from = plan.at(month.last, 1).as_millisecond();
            all.push(outage(portal, from, i64::from(60 + chance.below(150)), FailureKind::TlsExpired));
        }
    }
    all
}

fn outage(service: usize, from: i64, minutes: i64, failure: FailureKind) -> Outage {
    Outage { service, from, to: from + minutes * MINUTE, failure, planned: false }
}

/// The two weeks in which paying failed again and again.
fn of_payment(plan: &Plan, payment: usize) -> Vec<Outage> {
    let weeks = plan.outage();
    let mut all = Vec::new();
    for day in weeks.from.series(1.day()).take_while(|day| *day <= weeks.to) {
        let mut chance = plan.chance(&format!("services/payment/{day}"));
        for hour in [8, 11, 14, 18] {
            if chance.holds(0.7) {
                let from = plan.at(day, hour).as_millisecond() + i64::from(chance.below(20)) * MINUTE;
                all.push(outage(payment, from, i64::from(35 + chance.below(110)), FailureKind::Http5xx));
            }
        }
    }
    all
}

/// Beginning and end of the planned stops.
fn planned(plan: &Plan) -> impl Iterator<Item = (i64, i64, u32, &'static str)> {
    let last = plan.last_full_month();
    PLANNED.into_iter().map(move |(months, day, notice, why)| {
        let month = last.saturating_sub(months.months()).saturating_add((day - 1).days());
        let from = plan.at(month, PLANNED_HOURS.0).as_millisecond();
        (from, from + PLANNED_HOURS.1 * 60 * MINUTE, notice, why)
    })
}

/// Announces the planned stops, one early enough and one too late.
///
/// # Errors
/// [`YearError`]
pub async fn announce(db: &Db, plan: &Plan, people: &People) -> Result<(), YearError> {
    let calendar = calendar_store::load(&mut db.read().await?).await?;
    for (from, to, notice, why) in planned(plan) {
        let starts = instant(from);
        let start = starts.to_zoned_datetime(VIETNAM).date();
        let day = start.series(-1.day()).filter(|day| calendar.is_working(*day)).nth(notice as usize);
        let announced = plan.at(day.unwrap_or(start), 9);
        let new = NewMaintenance {
            source: COUNTER_ID.to_owned(),
            starts_at: Some(starts),
            restores_at: Some(instant(to)),
            announced_at: Some(announced),
            link: "https://minh-hoa.example/thong-bao-bao-tri".to_owned(),
            reason: why.to_owned(),
        };
        record(db, &people.metric_owner, &new, announced).await?;
    }
    Ok(())
}

fn instant(at: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

/// How slow a service answers at an instant compared with usual: people are at work by day, and some days are slow.
pub fn pace(plan: &Plan, service: &Service, at: i64) -> f64 {
    let hour = (at - Step::Day.start(at)) / (60 * MINUTE);
    let busy = match hour {
        8..=10 => 1.5,
        13..=15 => 1.4,
        7 | 11 | 12 | 16..=20 => 1.15,
        _ => 0.8,
    };
    let slow = plan.chance(&format!("services/slow/{}/{}", service.source, vietnam_day(at))).holds(SLOW);
    if slow && (8..17).contains(&hour) { busy * 2.6 } else { busy }
}
