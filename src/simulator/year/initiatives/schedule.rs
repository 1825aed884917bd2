//! When everything happens to initiatives: walks are laid backward from the day on which they came to their end.

use jiff::{Timestamp, ToSpan};

use super::story::{Book, Move, Story, moves};
use crate::initiative::actions::step::MEASURED_AFTER;
use crate::platform::calendar::model::Calendar;
use crate::simulator::chance::Chance;
use crate::simulator::year::YearError;
use crate::simulator::year::dossiers_life::Days;
use crate::simulator::year::plan::Plan;

/// Working days after which steps usually follow what comes before: fewest, most. Others follow after 2 to 4.
const USUAL: &[(&str, usize, usize)] = &[
    ("plan", 3, 8),
    ("submit", 5, 15),
    ("receive", 1, 2),
    ("accepted", 20, 35),
    ("declined", 20, 35),
    ("publish", 6, 12),
    ("verify", 67, 70),
    ("consult_party", 1, 2),
    ("council_report", 8, 15),
    ("conclude", 1, 2),
    ("screened", 3, 6),
];
const OTHERS: (usize, usize) = (2, 4);
/// Working days that a stage takes while a measure is still carried out.
const STAGE: usize = 18;

/// What happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// It is begun and written.
    Begin,
    /// A step is taken, for the measure of a position or for all.
    Step(String, Option<i64>),
    /// An act that a measure needs is noted.
    Act(i64),
    /// That act is signed.
    Sign(i64),
    /// Those who vote cast their ballots; whether it is carried, or not all have voted yet.
    Vote(Option<bool>),
    /// Stages and roll-out of a measure are written: their first working day, and working days of each.
    RollOut(i64, usize, usize),
    /// What is due is measured; no initiative is named.
    Measure,
}

/// Something that happens to one initiative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Place of the initiative.
    pub story: usize,
    /// What.
    pub deed: Deed,
}

/// The working days of the year and how a story lies among them.
pub struct Year<'a> {
    plan: &'a Plan,
    /// Working days, to some beyond the end.
    pub days: Days,
    /// Place of the last one.
    last: usize,
}

impl<'a> Year<'a> {
    /// The working days of a plan.
    #[must_use]
    pub fn new(plan: &'a Plan, calendar: &Calendar) -> Self {
        let beyond = plan.last_day().saturating_add(120.days());
        let days = Days::between(calendar, plan.first_day(), beyond);
        let last = days.within(plan.first_day(), plan.last_day()).end.saturating_sub(1);
        Self { plan, days, last }
    }

    fn at(&self, place: usize, hour: i8) -> Timestamp {
        self.plan.at(self.days.at(place), hour)
    }
}

/// Everything that happens, in the order of time.
///
/// # Errors
/// [`YearError::Data`]
pub fn events(plan: &Plan, calendar: &Calendar, book: &Book) -> Result<Vec<Event>, YearError> {
    let year = Year::new(plan, calendar);
    let mut all = Vec::new();
    for (number, story) in book.initiative.iter().enumerate() {
        let mut told = Told { year: &year, number, events: Vec::new() };
        told.tell(story, &mut plan.chance(&format!("initiatives/{number}/days")))?;
        all.append(&mut told.events);
    }
    // Later events of one initiative keep their order, also within an hour.
    all.sort_by_key(|event| (event.at, event.story));
    Ok(all)
}

/// The events of one story.
struct Told<'a> {
    year: &'a Year<'a>,
    number: usize,
    events: Vec<Event>,
}

impl Told<'_> {
    fn tell(&mut self, story: &Story, chance: &mut Chance) -> Result<(), YearError> {
        let walk = spaced(moves(&story.walk)?, chance);
        let mut own = Vec::with_capacity(story.measures.len());
        for measure in &story.measures {
            own.push(spaced(moves(&measure.of)?, chance));
        }
        let length = |walk: &[(String, usize)]| walk.iter().map(|(_, days)| days).sum::<usize>();
        let longest = own.iter().map(|walk| length(walk)).max().unwrap_or_default();
        let mut place = self.year.last.saturating_sub(story.since + length(&walk) + longest);
        self.add(place, 8, Deed::Begin);
        let mut walk = walk.into_iter().peekable();
        while let Some((step, days)) = walk.next() {
            place += days;
            let hour = hour(chance);
            let votes = step == "open_vote";
            self.add(place, hour, Deed::Step(step, None));
            if votes {
                let carried = walk.peek().map(|(next, _)| next == "approve");
                self.add(place + 1, 9, Deed::Vote(carried));
            }
        }
        for (position, (measure, walk)) in (1..).zip(story.measures.iter().zip(own)) {
            self.own(place, position, (measure.act.is_some(), measure.stages || measure.units > 0), &walk, chance);
        }
        Ok(())
    }

    /// What happens to one measure after the decision.
    fn own(
        &mut self,
        mut place: usize,
        position: i64,
        (act, rolled_out): (bool, bool),
        walk: &[(String, usize)],
        chance: &mut Chance,
    ) {
        for (at, (step, days)) in walk.iter().enumerate() {
            place += days;
            let hour = hour(chance);
            if step == "issue" && act {
                self.add(place - 1, 14, Deed::Act(position));
                self.add(place, 9, Deed::Sign(position));
            }
            self.add(place, hour, Deed::Step(step.clone(), Some(position)));
            if step == "implement_locally" && rolled_out {
                // Noted when it is through, or as it stands at the end.
                match walk.get(at + 1) {
                    Some((_, next)) => {
                        self.add(place + next, 8, Deed::RollOut(position, place, (next / 3).max(1)));
                    }
                    None => self.add(self.year.last.saturating_sub(1), 16, Deed::RollOut(position, place, STAGE)),
                }
            }
            if step == "implement" {
                self.measured(place);
            }
        }
    }

    /// The mornings after the days on which it is measured.
    fn measured(&mut self, place: usize) {
        let applied = self.year.days.at(place);
        for days in MEASURED_AFTER {
            let day = applied.saturating_add((days + 1).days());
            if day <= self.year.plan.last_day() {
                let at = self.year.plan.at(day, 5);
                self.events.push(Event { at, story: self.number, deed: Deed::Measure });
            }
        }
    }

    fn add(&mut self, place: usize, hour: i8, deed: Deed) {
        self.events.push(Event { at: self.year.at(place, hour), story: self.number, deed });
    }
}

fn spaced(walk: Vec<Move>, chance: &mut Chance) -> Vec<(String, usize)> {
    let usual = |step: &str, chance: &mut Chance| {
        let found = USUAL.iter().find(|(name, ..)| *name == step);
        let (least, most) = found.map_or(OTHERS, |(_, least, most)| (*least, *most));
        least + chance.below(u32::try_from(most - least + 1).unwrap_or(1)) as usize
    };
    walk.into_iter().map(|one| (one.after.unwrap_or_else(|| usual(&one.step, chance)), one.step)).map(swap).collect()
}

fn swap((days, step): (usize, String)) -> (String, usize) {
    (step, days)
}

/// An hour of the late morning or the afternoon.
fn hour(chance: &mut Chance) -> i8 {
    10 + i8::try_from(chance.below(6)).unwrap_or_default()
}
