//! On time or late, by the rule of index 766 (DOMAIN.md 2.4). Nothing here reads a clock or a database.

use jiff::civil::DateTime;

use super::facts::{Facts, flag};
use super::model::{Outcome, State};
use super::moment::{civil, day_of, end_of, instant};
use crate::catalog::model::{Duration, TimeUnit};
use crate::platform::calendar::hours::Profile;
use crate::platform::calendar::model::{Calendar, Due, number};

/// The time limits that the catalog gives for a procedure.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    /// Those that could be read.
    pub known: Vec<Duration>,
    /// Whether all could be read. Otherwise the longest is not known, and nobody can be called late by it.
    pub complete: bool,
}

/// What comes of a dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// In time or not.
    pub outcome: Outcome,
    /// The day the outcome counts to: of the end where it was in time, of the due date where it was or may become
    /// late, of the second request for papers, else the day the dossier counts to.
    pub day: i32,
    /// Working days from reception to the end without those of waiting for papers; only of a dossier that was handled.
    pub working_days: Option<i32>,
    /// The same in minutes of the hours of work.
    pub minutes: Option<i64>,
    /// A day that was counted lies in a year that is not loaded.
    pub provisional: bool,
}

/// How far a dossier has come.
enum End {
    At(i64),
    Open,
    Unknown,
}

/// Judges a record. `limits` are needed only where it has no due date.
#[must_use]
pub fn judge(facts: &Facts, calendar: &Calendar, limits: Option<&Limits>) -> Judged {
    let mut judged =
        Judged { outcome: Outcome::None, day: facts.opened_day, working_days: None, minutes: None, provisional: false };
    measure(facts, calendar, &mut judged);
    let never_taken_in =
        facts.state == State::NewlyRegistered || (facts.state == State::NotAccepted && facts.received_at.is_none());
    if never_taken_in {
        return judged;
    }
    if facts.has(flag::ASKED_AGAIN) {
        judged.outcome = Outcome::Late;
        judged.day = facts.asked_at.map_or(facts.opened_day, day_of);
        return judged;
    }
    let deadline = match facts.due_at {
        Some(due) => Some(Deadline { due: extended(due, facts, calendar), certain: true }),
        None => limits.and_then(|limits| by_law(facts, calendar, limits)),
    };
    let Some(Deadline { due, certain }) = deadline else {
        judged.outcome = Outcome::NotJudged;
        return judged;
    };
    judged.provisional |= due.provisional;
    let due = instant(due.at);
    (judged.outcome, judged.day) = match end(facts) {
        End::At(end) if end <= due => (Outcome::OnTime, day_of(end)),
        End::At(_) if certain => (Outcome::Late, day_of(due)),
        End::Open if certain => (Outcome::Pending, day_of(due)),
        _ => (Outcome::NotJudged, facts.opened_day),
    };
    judged
}

/// A moment by which a dossier should end, and whether being later than it proves that it is late.
struct Deadline {
    due: Due,
    certain: bool,
}

fn end(facts: &Facts) -> End {
    if facts.has(flag::WAITS) {
        return facts.asked_at.map_or(End::Unknown, End::At);
    }
    match facts.ended_at {
        Some(end) => End::At(end),
        None if facts.state.is_end() => End::Unknown,
        None => End::Open,
    }
}

/// A due date with the working days of waiting for papers added, unless they are in it already.
fn extended(due: i64, facts: &Facts, calendar: &Calendar) -> Due {
    let plain = Due { at: civil(due), provisional: false };
    if facts.has(flag::DUE_MOVED) {
        return plain;
    }
    match waited(facts, calendar) {
        (0, _) => plain,
        (days, provisional) => {
            let due = calendar.add_working_days(plain.at, days);
            Due { at: due.at, provisional: due.provisional || provisional }
        }
    }
}

/// Working days between asking for papers and getting them.
fn waited(facts: &Facts, calendar: &Calendar) -> (u32, bool) {
    let Some((asked, back)) = facts.asked_at.zip(facts.back_at) else { return (0, false) };
    let elapsed = calendar.days_between(day_of(asked), day_of(back));
    (u32::try_from(elapsed.days).unwrap_or(0), elapsed.provisional)
}

/// The end of the longest time limit: (end − start − waiting) ≤ limit. `None` without a start or a limit.
fn by_law(facts: &Facts, calendar: &Calendar, limits: &Limits) -> Option<Deadline> {
    let start = calendar.counts_from(civil(facts.received_at?));
    let (days, provisional) = waited(facts, calendar);
    let due = |limit: &Duration| {
        let end = limit_end(*limit, start.at, calendar);
        let later = calendar.add_working_days(end.at, days);
        Due { at: later.at, provisional: end.provisional || later.provisional }
    };
    let longest = limits.known.iter().map(due).max_by_key(|due| due.at)?;
    let provisional = longest.provisional || start.provisional || provisional;
    Some(Deadline { due: Due { at: longest.at, provisional }, certain: limits.complete })
}

/// When a time limit runs out. One in days or months ends with its last day, one in hours counts hours of work.
fn limit_end(limit: Duration, start: DateTime, calendar: &Calendar) -> Due {
    let whole = floor(limit.amount);
    let up = if limit.amount > f64::from(whole) { whole + 1 } else { whole };
    let due = match limit.unit {
        TimeUnit::WorkingDay => {
            let due = calendar.add_working_days(start, whole);
            let day = calendar.profile(due.at.date()).map_or(480, Profile::minutes);
            let rest = (limit.amount - f64::from(whole)) * f64::from(i32::try_from(day).unwrap_or(480));
            let end = calendar.add_working_minutes(due.at, floor(rest));
            Due { at: end.at, provisional: due.provisional || end.provisional }
        }
        TimeUnit::Day => calendar.add_days(start, up),
        TimeUnit::Month => calendar.add_months(start, up),
        TimeUnit::Hour => return calendar.add_working_minutes(start, floor(limit.amount * 60.0)),
    };
    Due { at: civil(end_of(number(due.at.date()))), provisional: due.provisional }
}

/// Working days and minutes from the moment reception counts from to the end.
fn measure(facts: &Facts, calendar: &Calendar, judged: &mut Judged) {
    let (Some(received), Some(end), true) = (facts.received_at, facts.ended_at, facts.state.is_done()) else { return };
    let start = calendar.counts_from(civil(received));
    let (waiting, unsure) = waited(facts, calendar);
    let elapsed = calendar.days_between(number(start.at.date()), day_of(end));
    let days = (elapsed.days - i64::from(waiting)).max(0);
    let mut minutes = calendar.working_minutes_between(start.at, civil(end));
    if let Some((asked, back)) = facts.asked_at.zip(facts.back_at) {
        minutes = (minutes - calendar.working_minutes_between(civil(asked), civil(back))).max(0);
    }
    judged.working_days = i32::try_from(days).ok();
    judged.minutes = Some(minutes);
    judged.provisional |= elapsed.provisional || start.provisional || unsure;
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "amounts lie between 0 and 3,650 days")]
fn floor(amount: f64) -> u32 {
    amount.max(0.0) as u32
}
