//! The life of one dossier, as the few facts by which it is counted. Nobody applied: there is no text in it.

use jiff::civil::{Date, time};

use super::dossiers_story::Filed;
use crate::monitor::dossier::counts::{History, Part, parts};
use crate::monitor::dossier::facts::{Facts, flag};
use crate::monitor::dossier::judge::judge;
use crate::monitor::dossier::model::{Channel, State};
use crate::monitor::dossier::moment::instant;
use crate::platform::calendar::model::{Calendar, number};
use crate::simulator::chance::Chance;

/// Shares of dossiers that end otherwise, one after another: refused, withdrawn, stopped, without a due date.
const REFUSED: f64 = 0.012;
const WITHDRAWN: f64 = 0.02;
const STOPPED: f64 = 0.022;
const UNDATED: f64 = 0.026;
/// Papers are asked for, and asked for again.
const ASKED: (f64, f64) = (0.035, 0.05);
/// The portal shows another state, a step was taken that no decree knows, "processed" is not borne out.
const ODD: (f64, f64, f64) = (0.003, 0.001, 0.002);
/// Days after its due date that a late dossier takes at most.
const LATEST: u32 = 8;

/// Working days of the year and some beyond, in order.
#[derive(Debug)]
pub struct Days {
    days: Vec<Date>,
}

impl Days {
    /// Those from one day to another.
    #[must_use]
    pub fn between(calendar: &Calendar, first: Date, last: Date) -> Self {
        let days = first.series(jiff::Span::new().days(1)).take_while(|day| *day <= last);
        Self { days: days.filter(|day| calendar.is_working(*day)).collect() }
    }

    /// The places of those of a month.
    #[must_use]
    pub fn within(&self, first: Date, last: Date) -> std::ops::Range<usize> {
        self.days.partition_point(|day| *day < first)..self.days.partition_point(|day| *day <= last)
    }

    /// The day at a place; the last there is for all beyond.
    #[must_use]
    pub fn at(&self, place: usize) -> Date {
        self.days.get(place).or(self.days.last()).copied().unwrap_or(Date::MIN)
    }
}

/// What a dossier is filed with.
#[derive(Debug, Clone, Copy)]
pub struct Filing<'a> {
    /// The procedure.
    pub filed: &'a Filed,
    /// The place of its day among the working days.
    pub place: usize,
    /// How it came.
    pub channel: Channel,
    /// The chance that it is late.
    pub late: f64,
    /// The fee cannot be paid online.
    pub fails: bool,
    /// How far the year has come, 0 to 1: habits grow.
    pub grown: f64,
}

/// Lives dossiers.
#[derive(Debug)]
pub struct Lives<'a> {
    /// Days off and hours of work.
    pub calendar: &'a Calendar,
    /// Working days.
    pub days: &'a Days,
    /// The end of the year, epoch milliseconds: nothing is later.
    pub end: i64,
}

impl Lives<'_> {
    /// What one dossier adds to the counts; nothing when it would come after the end.
    pub fn live(&self, filing: &Filing<'_>, chance: &mut Chance) -> [Option<Part>; 3] {
        let received = self.moment(filing.place, 7 * 60 + 35, 16 * 60 + 30, chance);
        if received > self.end {
            return [None; 3];
        }
        let facts = self.facts(filing, received, chance);
        let history = History { mismatch: chance.holds(ODD.0), illegal: u8::from(chance.holds(ODD.1)) };
        parts(&facts, &judge(&facts, self.calendar, None), history)
    }

    fn facts(&self, filing: &Filing<'_>, received: i64, chance: &mut Chance) -> Facts {
        let days = usize::from(filing.filed.days);
        let due = instant(self.days.at(filing.place + days).to_datetime(time(17, 0, 0, 0)));
        let opened_day = number(self.days.at(filing.place));
        let mut facts = Facts {
            state: State::Processing,
            opened_day,
            flags: Self::money_and_files(filing, chance),
            received_at: Some(received),
            due_at: Some(due),
            ended_at: None,
            asked_at: None,
            back_at: None,
        };
        let luck = chance.share();
        let (state, taken) = match luck {
            _ if luck < REFUSED => (State::NotAccepted, 0),
            _ if luck < WITHDRAWN => (State::WithdrawnByCitizen, Self::some(days, chance)),
            _ if luck < STOPPED => (State::Stopped, Self::some(days, chance)),
            _ => (State::ResultReturned, Self::taken(filing, days, chance)),
        };
        if (STOPPED..UNDATED).contains(&luck) {
            facts.due_at = None;
        }
        let mut taken = taken;
        if state == State::ResultReturned && days > 1 && chance.holds(ASKED.0) {
            taken += self.ask(&mut facts, filing, chance);
        }
        let from = if taken == 0 { minutes_of_day(received) + 20 } else { 8 * 60 };
        let ended = self.moment(filing.place + taken, from.min(16 * 60 + 50), 16 * 60 + 58, chance);
        if ended <= self.end {
            if state == State::NotAccepted {
                facts.received_at = None;
            }
            facts.state = if state == State::ResultReturned && chance.holds(0.1) { State::Processed } else { state };
            facts.ended_at = Some(ended);
            if chance.holds(ODD.2) && facts.state == State::Processed {
                facts.flags |= flag::UNPROVEN;
            }
        } else {
            self.without_future(&mut facts);
        }
        facts
    }

    /// What has not happened yet is not known.
    fn without_future(&self, facts: &mut Facts) {
        if facts.asked_at.is_some_and(|asked| asked > self.end) {
            facts.asked_at = None;
            facts.back_at = None;
            facts.flags &= !(flag::ASKED | flag::ASKED_AGAIN);
        } else if facts.back_at.is_some_and(|back| back > self.end) {
            facts.back_at = None;
            facts.state = State::SupplementRequested;
            facts.flags |= flag::WAITS;
        }
    }

    /// Fee, payment, and what is there as a file.
    fn money_and_files(filing: &Filing<'_>, chance: &mut Chance) -> u32 {
        let online = filing.channel == Channel::Online;
        let mut flags = 0;
        let mut set = |bit: u32, holds: bool| flags |= if holds { bit } else { 0 };
        let paid = if filing.fails {
            0.04
        } else if online {
            0.8 + 0.14 * filing.grown
        } else {
            0.12
        };
        let fee = chance.holds(f64::from(filing.filed.fee) / 100.0);
        set(flag::FEE_DUE, fee);
        set(flag::PAID_ONLINE, chance.holds(paid) && fee);
        set(
            flag::RESULT_ELECTRONIC,
            chance.holds(if online { 0.72 + 0.2 * filing.grown } else { 0.35 + 0.25 * filing.grown }),
        );
        set(flag::COMPONENT_ELECTRONIC, online || chance.holds(0.45 + 0.3 * filing.grown));
        flags
    }

    /// Working days until the end.
    fn taken(filing: &Filing<'_>, days: usize, chance: &mut Chance) -> usize {
        if chance.holds(filing.late) {
            return days + 1 + chance.below(LATEST) as usize;
        }
        // Most are handled well before the due date; what comes online somewhat sooner.
        let share = chance.share().max(chance.share());
        let share = if filing.channel == Channel::Online { share * 0.8 } else { share };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the days")]
        let taken = (share * f64::from(filing.filed.days)).round() as usize;
        taken.min(days)
    }

    fn some(days: usize, chance: &mut Chance) -> usize {
        chance.below(u32::try_from(days).unwrap_or(1) + 1) as usize
    }

    /// Papers are asked for and come back. Gives the working days that this adds.
    fn ask(&self, facts: &mut Facts, filing: &Filing<'_>, chance: &mut Chance) -> usize {
        let asked = filing.place + 1;
        let waited = 1 + chance.below(4) as usize;
        facts.asked_at = Some(self.moment(asked, 8 * 60, 11 * 60, chance));
        facts.back_at = Some(self.moment(asked + waited, 8 * 60, 11 * 60, chance));
        facts.flags |= flag::ASKED;
        if chance.holds(ASKED.1) {
            facts.flags |= flag::ASKED_AGAIN;
        }
        1 + waited
    }

    /// A minute of the working day at a place.
    fn moment(&self, place: usize, from: u32, to: u32, chance: &mut Chance) -> i64 {
        let minute = from + chance.below(to.saturating_sub(from) + 1);
        let midnight = instant(self.days.at(place).to_datetime(time(0, 0, 0, 0)));
        midnight + i64::from(minute) * 60_000
    }
}

fn minutes_of_day(at: i64) -> u32 {
    u32::try_from((at + 7 * 3_600_000).rem_euclid(86_400_000) / 60_000).unwrap_or_default()
}
