//! Does what the schedule says, in the order of time, as the people would.

use jiff::Timestamp;
use jiff::civil::Date;

use super::document::{self, day};
use super::schedule::{Deed, Event, Year};
use super::staff::Staff;
use super::story::{Book, Story, Told};
use crate::initiative::actions::begin::{New, begin};
use crate::initiative::actions::error::InitiativeError;
use crate::initiative::actions::part::{NewAct, Signature, add_act, sign_act};
use crate::initiative::actions::step::{Request, take};
use crate::initiative::actions::{follow, plan as rolling_out, vote, write};
use crate::initiative::plan::{NewStage, NewUnit};
use crate::initiative::store::initiative::Initiative;
use crate::initiative::vote::Ballot;
use crate::initiative::workflow::model::Workflow;
use crate::initiative::workflow::store as workflows;
use crate::monitor::parameters::Parameters;
use crate::platform::calendar::store as calendar_store;
use crate::platform::db::Db;
use crate::simulator::year::plan::Plan;
use crate::simulator::year::units::Unit;
use crate::simulator::year::{YearError, units};

/// An initiative that has begun.
struct Begun {
    id: String,
    /// Identifier of its legal act, once noted.
    act: Option<String>,
}

/// Everything that is needed on the way.
struct Walk<'a> {
    db: &'a Db,
    plan: &'a Plan,
    book: &'a Book,
    staff: &'a Staff,
    year: Year<'a>,
    communes: Vec<Unit>,
    begun: Vec<Option<Begun>>,
}

/// Does everything that is scheduled.
///
/// # Errors
/// [`YearError`]
pub async fn walk(db: &Db, plan: &Plan, (book, staff): (&Book, &Staff), events: &[Event]) -> Result<(), YearError> {
    let calendar = calendar_store::load(&mut db.read().await?).await?;
    let communes = units::all()?.into_iter().filter(Unit::is_commune).collect();
    let begun = book.initiative.iter().map(|_| None).collect();
    let mut walk = Walk { db, plan, book, staff, year: Year::new(plan, &calendar), communes, begun };
    for (place, event) in events.iter().enumerate() {
        walk.happen(event, place).await?;
    }
    Ok(())
}

impl Walk<'_> {
    async fn happen(&mut self, event: &Event, place: usize) -> Result<(), YearError> {
        let (story, now) = (&self.book.initiative[event.story], event.at);
        match &event.deed {
            Deed::Measure => {
                follow::measure(self.db, now).await?;
            }
            Deed::Begin => self.begin(event.story, story, now).await?,
            Deed::Step(step, measure) => {
                self.step(event, story, (step, *measure), place).await?;
            }
            Deed::Act(position) => {
                let told = told(story, *position);
                let new = NewAct {
                    act: told.and_then(|told| told.act.clone()).unwrap_or_default(),
                    provision: "Điều 3".to_owned(),
                    change: told.map(|told| told.title.clone()).unwrap_or_default(),
                };
                let head = self.staff.head(&story.agency)?;
                let act = add_act(self.db, head, self.id(event.story)?, *position, &new, now).await?;
                if let Some(begun) = &mut self.begun[event.story] {
                    begun.act = Some(act.id);
                }
            }
            Deed::Sign(_) => self.sign(event.story, story, now).await?,
            Deed::Vote(carried) => self.vote(event.story, story, *carried, now).await?,
            Deed::RollOut(position, first, days) => {
                self.stages(event.story, story, (*position, *first, *days), now).await?;
                self.units(event.story, story, (*position, *first, *days), now).await?;
            }
        }
        Ok(())
    }

    fn id(&self, number: usize) -> Result<&str, YearError> {
        let begun = self.begun[number].as_ref().map(|begun| begun.id.as_str());
        begun.ok_or_else(|| YearError::Data("stories.toml", format!("initiative {number} has not begun")))
    }

    async fn begin(&mut self, number: usize, story: &Story, now: Timestamp) -> Result<(), YearError> {
        let actor = self.staff.proposer(&story.agency, story.track)?;
        let new = New { track: Some(story.track), title: story.title.clone(), ..New::default() };
        let item = begin(self.db, actor, &new, now).await?;
        let authors = [actor.name.as_str(), self.staff.members(&story.agency)?[1].name.as_str()];
        let record = document::record(self.book, story, authors, now);
        write::record(self.db, actor, &item.id, None, (&story.title, record), now).await?;
        let parameters = Parameters::at(&mut self.db.read().await?, now).await.map_err(InitiativeError::from)?;
        let wage = i64::from(parameters.count("wage_per_hour").map_err(InitiativeError::from)?);
        for (position, told) in (1..).zip(&story.measures) {
            let mut chance = self.plan.chance(&format!("initiatives/{number}/{position}/promised"));
            let measure = document::measure(self.book, told, wage, &mut chance);
            // The first measure is there from the beginning.
            let known = (position == 1).then_some(position);
            write::measure(self.db, actor, &item.id, None, (known, measure), now).await?;
        }
        self.begun[number] = Some(Begun { id: item.id, act: None });
        Ok(())
    }

    async fn step(
        &self,
        event: &Event,
        story: &Story,
        (step, measure): (&str, Option<i64>),
        place: usize,
    ) -> Result<Initiative, YearError> {
        let id = self.id(event.story)?;
        let workflow = workflows::in_force(&mut self.db.read().await?, story.track, event.at).await?;
        match self.take(id, &workflow, event, story, (step, measure), place).await {
            // Whether it became worse follows from what was counted; where it did not, that is the verdict.
            Err(YearError::Initiative(InitiativeError::Invalid(_))) if step == "reopen" => {
                self.take(id, &workflow, event, story, ("verify", measure), place).await
            }
            taken => taken,
        }
    }

    async fn take(
        &self,
        id: &str,
        workflow: &Workflow,
        event: &Event,
        story: &Story,
        (step, measure): (&str, Option<i64>),
        place: usize,
    ) -> Result<Initiative, YearError> {
        let unknown = || YearError::Data("stories.toml", format!("{step} is no step of {:?}", story.track));
        let step = workflow.step(step).ok_or_else(unknown)?;
        let actor = self.staff.taking(step, &story.agency, story.track, event.story)?;
        let members = self.staff.members(&story.agency)?.map(|member| member.login.as_str());
        let mut chance = self.plan.chance(&format!("initiatives/{}/{place}/given", event.story));
        let request = Request {
            step: step.code.clone(),
            measure,
            version: None,
            key: format!("{}-{place}", step.code),
            given: document::given(self.book, step, &members, event.at, &mut chance),
        };
        Ok(take(self.db, actor, id, &request, event.at).await?)
    }

    async fn sign(&self, number: usize, story: &Story, now: Timestamp) -> Result<(), YearError> {
        let act = self.begun[number].as_ref().and_then(|begun| begun.act.as_deref()).unwrap_or_default();
        let signature = Signature {
            number: format!("{}/QĐ-UBND", 20 + number),
            signed_on: day(now).to_string(),
            effective_on: day(now).to_string(),
        };
        let head = self.staff.head(&story.agency)?;
        sign_act(self.db, head, self.id(number)?, (act, 1), &signature, now).await?;
        Ok(())
    }

    /// Two of three decide: the head and one other are for it or against it. Where it is open, one has not voted.
    async fn vote(&self, number: usize, story: &Story, carried: Option<bool>, now: Timestamp) -> Result<(), YearError> {
        let id = self.id(number)?;
        let head = self.staff.head(&story.agency)?;
        let [second, third] = self.staff.members(&story.agency)?;
        let side = if carried == Some(false) { Ballot::Against } else { Ballot::For };
        vote::cast(self.db, head, id, side, "", now).await?;
        vote::cast(self.db, second, id, side, "", now).await?;
        if carried.is_some() {
            let rest = [Ballot::For, Ballot::Against, Ballot::Abstain, Ballot::Recused];
            let mut chance = self.plan.chance(&format!("initiatives/{number}/vote"));
            let ballot = rest[chance.below(4) as usize];
            vote::cast(self.db, third, id, ballot, &self.book.texts.recusal, now).await?;
        }
        Ok(())
    }

    /// Stages one after another, begun and ended somewhat later than planned, as far as their days have come.
    async fn stages(
        &self,
        number: usize,
        story: &Story,
        (position, first, days): (i64, usize, usize),
        now: Timestamp,
    ) -> Result<(), YearError> {
        if !told(story, position).is_some_and(|told| told.stages) {
            return Ok(());
        }
        let head = self.staff.head(&story.agency)?;
        let mut chance = self.plan.chance(&format!("initiatives/{number}/{position}/stages"));
        let mut begun = first;
        for (at, name) in self.book.texts.stages.iter().enumerate() {
            let (from, to) = (first + at * days, first + (at + 1) * days - 1);
            let ended = to.max(begun) + chance.below(6) as usize;
            let come = |place: usize| self.come(place, now);
            let stage = NewStage {
                name: name.clone(),
                planned_from: self.year.days.at(from).to_string(),
                planned_to: self.year.days.at(to).to_string(),
                actual_from: come(begun),
                actual_to: come(ended),
            };
            rolling_out::stage(self.db, head, self.id(number)?, (position, None), &stage, now).await?;
            begun = ended + 1;
        }
        Ok(())
    }

    /// Communes that follow one another, each on its day or somewhat later.
    async fn units(
        &self,
        number: usize,
        story: &Story,
        (position, first, days): (i64, usize, usize),
        now: Timestamp,
    ) -> Result<(), YearError> {
        let wanted = told(story, position).map_or(0, |told| told.units);
        let head = self.staff.head(&story.agency)?;
        let mut chance = self.plan.chance(&format!("initiatives/{number}/{position}/units"));
        let mut left: Vec<&Unit> = self.communes.iter().collect();
        for at in 0..wanted.min(left.len()) {
            let unit = left.swap_remove(chance.below(u32::try_from(left.len()).unwrap_or(1)) as usize);
            let planned = first + at * 3 * days / wanted;
            let unit = NewUnit {
                name: unit.name.clone(),
                planned_on: self.year.days.at(planned).to_string(),
                done_on: self.come(planned + chance.below(8) as usize, now),
            };
            rolling_out::unit(self.db, head, self.id(number)?, position, &unit, now).await?;
        }
        Ok(())
    }

    /// The day at a place, when it has come.
    fn come(&self, place: usize, now: Timestamp) -> String {
        let day: Date = self.year.days.at(place);
        if day <= document::day(now) { day.to_string() } else { String::new() }
    }
}

fn told(story: &Story, position: i64) -> Option<&Told> {
    story.measures.get(usize::try_from(position - 1).ok()?)
}
