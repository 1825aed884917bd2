//! The life of one dossier, from submission to result, as far as it is known when the system is read.

use super::plan::{Entry, Plan, Procedures};
use super::time::{DAY, Days, HOUR};
use crate::simulator::chance::Chance;

/// The most supplement requests of one dossier.
pub const MOST_REQUESTS: usize = 3;

/// One request for a supplement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// When it was made.
    pub asked: i64,
    /// When the applicant came back.
    pub answered: Option<i64>,
    /// The due date before it.
    pub due_before: Option<i64>,
    /// The due date after the answer.
    pub due_after: Option<i64>,
}

/// What is true of one dossier. Instants are seconds from the beginning of the plan's first day, Vietnam time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a 0/1 field of the record")]
pub struct Dossier {
    /// Its number, from 0; the serial of its code is one more.
    pub number: u64,
    /// Its procedure's place in [`Procedures`].
    pub procedure: usize,
    /// The number of the unit below the province: 1 to 20 departments, 100 to 203 communes.
    pub unit: u32,
    /// 1 in person, 2 online, 3 by post; 0 is not said, which counts as in person.
    pub channel: u8,
    /// When it was submitted.
    pub submitted: i64,
    /// When it was received.
    pub received: Option<i64>,
    /// When its result is due, requests for supplements counted in; `None` also for some that were received.
    pub due: Option<i64>,
    /// Requests for supplements that were made.
    pub requests: Vec<Request>,
    /// When it was refused.
    pub refused: Option<i64>,
    /// When handling ended.
    pub ended: Option<i64>,
    /// When the result was given.
    pub returned: Option<i64>,
    /// The state in the one-stop system, 1 to 10 (DOMAIN.md 5.1).
    pub state: u8,
    /// The state that is sent. It is 9 for some dossiers in 5, 6 or 8 (DOMAIN.md 5.4).
    pub state_sent: u8,
    /// The end of handling that is sent; for a dossier with an altered state the moment that makes it look ended.
    pub ended_sent: Option<i64>,
    /// The fee, đồng; `None` for a procedure without one.
    pub fee: Option<u32>,
    /// 1 paid on the portal, 2 on the local one, 3 not online.
    pub payment: u8,
    /// Some component was digitised.
    pub digitised: bool,
    /// There is a result file.
    pub result_file: bool,
    /// The account was confirmed with `VNeID`.
    pub confirmed_account: bool,
    /// Submitted on the national portal, not the local one.
    pub national: bool,
}

/// What is drawn before anything is cut off by the reading.
struct Drawn<'a> {
    entry: &'a Entry,
    days: &'a Days,
    chance: Chance,
    read_at: i64,
}

impl Dossier {
    /// The dossier with this number; `None` when it is not yet submitted as the system is read.
    #[must_use]
    pub fn live(plan: &Plan, procedures: &Procedures, days: &Days, number: u64) -> Option<Self> {
        let mut chance = Chance::at(plan.seed, number);
        let procedure = procedures.draw(&mut chance);
        let entry = procedures.0.get(procedure)?;
        let mut drawn = Drawn { entry, days, chance, read_at: plan.read_at() };
        let day = u128::from(number) * u128::from(plan.days) / u128::from(plan.count.max(1));
        let mut dossier = drawn.begin(number, procedure, i64::try_from(day).unwrap_or(0));
        if dossier.submitted > drawn.read_at {
            return None;
        }
        drawn.handle(&mut dossier);
        drawn.finish(&mut dossier);
        Some(dossier)
    }

    /// Whether a state was sent that is not the dossier's.
    #[must_use]
    pub const fn is_altered(&self) -> bool {
        self.state != self.state_sent
    }
}

impl Drawn<'_> {
    fn begin(&mut self, number: u64, procedure: usize, day: i64) -> Dossier {
        let c = &mut self.chance;
        let channel = match c.below(100) {
            0..72 => 2,
            72..95 => 1,
            95..99 => 3,
            _ => 0,
        };
        let submitted = if channel == 2 {
            day * DAY + 6 * HOUR + i64::from(c.below(17 * 3_600))
        } else {
            self.days.working_day(day) * DAY + 7 * HOUR + 1_800 + i64::from(c.below(8 * 3_600))
        };
        let unit = if self.entry.commune { 100 + c.below(104) } else { self.entry.department };
        Dossier {
            number,
            procedure,
            unit,
            channel,
            submitted,
            received: None,
            due: None,
            requests: Vec::new(),
            refused: None,
            ended: None,
            returned: None,
            state: 1,
            state_sent: 1,
            ended_sent: None,
            fee: None,
            payment: 3,
            digitised: c.holds(0.78),
            result_file: false,
            confirmed_account: channel == 2 && c.holds(0.9),
            national: channel == 2 && c.holds(0.7),
        }
    }

    /// Receives or refuses it, asks for supplements, ends it: what lies after the reading is left out.
    fn handle(&mut self, d: &mut Dossier) {
        let received = self.reception(d);
        if received > self.read_at {
            return;
        }
        if self.chance.holds(0.02) {
            d.refused = Some(received);
            d.state = 3;
            return;
        }
        let limit =
            self.days.add_working_days(received / DAY, i64::from(self.entry.limit)) * DAY - received / DAY * DAY;
        d.received = Some(received);
        d.due = (!self.chance.holds(0.005)).then_some(received + limit);
        d.state = 4;
        self.charge(d);
        let Some(waited) = self.ask(d, received, limit) else {
            d.state = 5;
            return;
        };
        let part = if self.chance.holds(0.93) { 0.2 + 0.79 * self.chance.share() } else { 1.02 + self.chance.share() };
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "at most some months of seconds"
        )]
        let worked = (limit as f64 * part) as i64;
        let ended = received + worked + waited;
        if ended <= self.read_at {
            self.end(d, ended);
        }
    }

    /// When it is received: what comes online at night or on a weekend waits for the next working morning.
    fn reception(&mut self, d: &Dossier) -> i64 {
        if d.channel != 2 {
            return d.submitted + i64::from(self.chance.below(900));
        }
        let day = d.submitted / DAY;
        let working = self.days.working_day(day);
        let second = d.submitted % DAY;
        let morning = 8 * HOUR + i64::from(self.chance.below(3_600));
        if working != day || second < 8 * HOUR {
            working * DAY + morning
        } else if second > 16 * HOUR {
            self.days.add_working_days(day, 1) * DAY + morning
        } else {
            d.submitted + i64::from(self.chance.below(3_600))
        }
    }

    fn charge(&mut self, d: &mut Dossier) {
        if self.entry.fee == 0 {
            return;
        }
        d.fee = Some(if self.chance.holds(0.05) { 0 } else { self.entry.fee });
        let online = if d.channel == 2 { 0.8 } else { 0.1 };
        if self.chance.holds(online) {
            d.payment = if self.chance.holds(0.75) { 1 } else { 2 };
        }
    }

    /// Asks for supplements; the seconds that were waited for them, or `None` when it waits still.
    fn ask(&mut self, d: &mut Dossier, received: i64, limit: i64) -> Option<i64> {
        let count = match self.chance.below(1_000) {
            0..915 => 0,
            915..985 => 1,
            985..997 => 2,
            _ => MOST_REQUESTS,
        };
        let (mut at, mut waited) = (received, 0);
        for _ in 0..count {
            at += limit / 8 + i64::from(self.chance.below(6 * 3_600));
            if at > self.read_at {
                return Some(waited);
            }
            let answer = at + DAY / 2 + i64::from(self.chance.below(8 * 86_400));
            let answered = (self.chance.holds(0.85) && answer <= self.read_at).then_some(answer);
            let due_after = d.due.zip(answered).map(|(due, answered)| due + (answered - at));
            d.requests.push(Request { asked: at, answered, due_before: d.due, due_after });
            let answered = answered?;
            d.due = due_after.or(d.due);
            waited += answered - at;
            at = answered;
        }
        Some(waited)
    }

    fn end(&mut self, d: &mut Dossier, ended: i64) {
        let state = match self.chance.below(1_000) {
            0..10 => 7,
            10..15 => 8,
            15..23 => 6,
            _ => 9,
        };
        d.state = state;
        if state == 6 {
            return;
        }
        d.ended = Some(ended);
        if state != 9 {
            return;
        }
        d.result_file = self.entry.gives_document && self.chance.holds(0.8);
        let returned = ended + HOUR / 2 + i64::from(self.chance.below(3 * 86_400));
        if self.chance.holds(0.92) && returned <= self.read_at {
            d.returned = Some(returned);
            d.state = 10;
        }
    }

    /// Decides what is sent: a quarter of the dossiers that wait or were stopped are called done.
    fn finish(&mut self, d: &mut Dossier) {
        d.state_sent = d.state;
        d.ended_sent = d.ended;
        if matches!(d.state, 5 | 6 | 8) && self.chance.holds(0.25) {
            d.state_sent = 9;
            d.ended_sent = d.ended.or(d.requests.last().map(|r| r.asked)).or(d.received);
        }
    }
}
