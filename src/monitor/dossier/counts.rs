//! What a dossier adds to the counts, day by day: every count is a bit, so that what was added can be taken off again.

use super::facts::{Facts, flag};
use super::judge::Judged;
use super::model::{Outcome, State};
use super::moment::day_of;

/// The counts that a dossier adds one to, in the order of [`COLUMNS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Count {
    /// Taken in.
    Received,
    /// Handled: state 9 or 10 with a time.
    Finished,
    /// Ended by the due date.
    OnTime,
    /// Not ended by the due date.
    Late,
    /// Not yet ended; late once the day has passed.
    Pending,
    /// Neither can be said.
    NotJudged,
    /// Judged with days of a year that is not loaded.
    Provisional,
    /// Papers were asked for.
    SupplementAsked,
    /// Papers were asked for more than once.
    SupplementMoreThanOnce,
    /// Not taken in: state 3.
    Refused,
    /// Withdrawn: state 7.
    Withdrawn,
    /// Stopped: state 8.
    Stopped,
    /// A fee is due.
    FeeDue,
    /// A fee is due and was paid online.
    PaidOnline,
    /// Handled, with a component and the result as files.
    Digitised,
    /// Handled, with the result as a file.
    ResultElectronic,
    /// The portal has another state than the system that handles it.
    Mismatch,
    /// It says "processed" against what else it says.
    Unproven,
}

/// Columns of the table, by [`Count`]; three sums follow: illegal steps, working days, minutes.
pub const COLUMNS: [&str; 21] = [
    "received",
    "finished",
    "on_time",
    "late",
    "pending",
    "not_judged",
    "provisional",
    "supplement_asked",
    "supplement_more_than_once",
    "refused",
    "withdrawn",
    "stopped",
    "fee_due",
    "paid_online",
    "digitised",
    "result_electronic",
    "mismatch",
    "unproven",
    "illegal",
    "working_days",
    "minutes",
];

/// How many of [`COLUMNS`] count by ones.
const BITS: usize = 18;

/// Sums by [`COLUMNS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts(pub [i64; COLUMNS.len()]);

impl Counts {
    /// One of the counts.
    #[must_use]
    pub const fn of(&self, count: Count) -> i64 {
        self.0[count as usize]
    }

    /// Working days that finished dossiers took together.
    #[must_use]
    pub const fn working_days(&self) -> i64 {
        self.0[BITS + 1]
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.iter().all(|n| *n == 0)
    }

    /// Adds other counts.
    pub fn join(&mut self, other: &Self) {
        for (sum, n) in self.0.iter_mut().zip(other.0) {
            *sum += n;
        }
    }

    /// Adds what a dossier adds, or takes it off with -1.
    pub fn add(&mut self, part: &Part, sign: i64) {
        for (bit, sum) in self.0.iter_mut().take(BITS).enumerate() {
            *sum += sign * i64::from(part.bits >> bit & 1);
        }
        self.0[BITS] += sign * i64::from(part.illegal);
        self.0[BITS + 1] += sign * i64::from(part.working_days);
        self.0[BITS + 2] += sign * part.minutes;
    }
}

/// What one dossier adds to one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Counted from 1 January 1970.
    pub day: i32,
    /// Bits by [`Count`].
    pub bits: u32,
    /// Steps between states that no decree knows.
    pub illegal: u8,
    /// Working days of handling.
    pub working_days: i32,
    /// Minutes of handling.
    pub minutes: i64,
    /// Whether working days count for the median.
    pub measured: bool,
}

impl Part {
    const fn on(day: i32) -> Self {
        Self { day, bits: 0, illegal: 0, working_days: 0, minutes: 0, measured: false }
    }

    const fn with(mut self, count: Count, holds: bool) -> Self {
        if holds {
            self.bits |= 1 << count as u8;
        }
        self
    }

    const fn is_nothing(&self) -> bool {
        self.bits == 0 && self.illegal == 0
    }
}

/// What is compared and counted besides the record itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct History {
    /// The other side has another state.
    pub mismatch: bool,
    /// Illegal steps so far.
    pub illegal: u8,
}

/// What a dossier adds: on the day it counts to, on the day of its outcome, on the day of its end.
#[must_use]
pub fn parts(facts: &Facts, judged: &Judged, history: History) -> [Option<Part>; 3] {
    let state = facts.state;
    let mut opened = Part::on(facts.opened_day)
        .with(Count::Received, state.is_received())
        .with(Count::NotJudged, judged.outcome == Outcome::NotJudged)
        .with(Count::Provisional, judged.provisional)
        .with(Count::SupplementAsked, facts.has(flag::ASKED))
        .with(Count::SupplementMoreThanOnce, facts.has(flag::ASKED_AGAIN))
        .with(Count::Refused, state == State::NotAccepted)
        .with(Count::Withdrawn, state == State::WithdrawnByCitizen)
        .with(Count::Stopped, state == State::Stopped)
        .with(Count::FeeDue, facts.has(flag::FEE_DUE))
        .with(Count::PaidOnline, facts.has(flag::FEE_DUE | flag::PAID_ONLINE))
        .with(Count::Mismatch, history.mismatch)
        .with(Count::Unproven, facts.has(flag::UNPROVEN));
    opened.illegal = history.illegal;
    let outcome = Part::on(judged.day)
        .with(Count::OnTime, judged.outcome == Outcome::OnTime)
        .with(Count::Late, judged.outcome == Outcome::Late)
        .with(Count::Pending, judged.outcome == Outcome::Pending);
    let end = facts.ended_at.filter(|_| state.is_done()).map(day_of);
    let mut ended = Part::on(end.unwrap_or_default())
        .with(Count::Finished, end.is_some())
        .with(Count::ResultElectronic, end.is_some() && facts.has(flag::RESULT_ELECTRONIC))
        .with(Count::Digitised, end.is_some() && facts.has(flag::RESULT_ELECTRONIC | flag::COMPONENT_ELECTRONIC));
    if let Some(days) = judged.working_days {
        ended.working_days = days;
        ended.minutes = judged.minutes.unwrap_or_default();
        ended.measured = true;
    }
    [opened, outcome, ended].map(|part| (!part.is_nothing()).then_some(part))
}
