//! Counts of the dossiers of a year: each dossier is lived, judged and counted as the intake does it, and forgotten.

use std::collections::BTreeMap;

use super::YearError;
use super::dossiers_life::{Days, Filing, Lives};
use super::dossiers_story::{Filed, Story, filed, handlers};
use super::plan::{Month, PROVINCE, Plan};
use super::units::Unit;
use crate::monitor::dossier::actions::CHANGE_KIND;
use crate::monitor::dossier::bulk;
use crate::monitor::dossier::counts::Count;
use crate::monitor::dossier::groups::Groups;
use crate::monitor::dossier::intake::count;
use crate::monitor::dossier::merge::Delta;
use crate::monitor::dossier::model::{Channel, Side};
use crate::monitor::dossier::store::{self, CoverageRow, GroupRow};
use crate::platform::calendar::model::{Calendar, number};
use crate::platform::calendar::store as calendar_store;
use crate::platform::changes;
use crate::platform::db::{Db, Tx};
use crate::simulator::chance::Chance;

/// The system that the dossiers are handled in.
pub const SOURCE: &str = "Hệ thống một cửa tỉnh (minh họa)";
/// Working days of a year, by which a year's dossiers are spread over its months.
const WORKING_DAYS: f64 = 250.0;
/// Of those that do not come online, the share that the post brings.
const POSTAL: f64 = 0.05;
/// Days after the last by which a dossier may be due.
const BEYOND: i64 = 90;

/// What is counted together: places of the procedure and of the unit, code of the channel.
type Group = (usize, usize, u8);

/// Everything that was counted, before groups have numbers.
struct Counted {
    groups: Vec<Group>,
    deltas: Vec<Delta>,
}

/// Makes the counts.
///
/// # Errors
/// [`YearError`]
pub async fn build(db: &Db, plan: &Plan, units: &[Unit]) -> Result<u64, YearError> {
    let filed = filed()?;
    let mut tx = db.read().await?;
    let calendar = calendar_store::load(&mut tx).await?;
    drop(tx);
    let given = (*plan, units.to_vec(), filed.clone());
    let living = tokio::task::spawn_blocking(move || live(&given.0, &given.1, &given.2, &calendar));
    let counted = living.await.map_err(|error| YearError::Data("the year", error.to_string()))?;
    let mut tx = db.write().await?;
    let dossiers = write(&mut tx, plan, units, &filed, counted).await?;
    tx.commit().await?;
    Ok(dossiers)
}

/// Lives every dossier.
fn live(plan: &Plan, units: &[Unit], filed: &[Filed], calendar: &Calendar) -> Counted {
    let last = plan.last_day().checked_add(jiff::Span::new().days(BEYOND)).unwrap_or_else(|_| plan.last_day());
    let days = Days::between(calendar, plan.first_day(), last);
    let lives = Lives { calendar, days: &days, end: plan.end().as_millisecond() };
    let story = Story::of(plan, units, filed);
    let mut living = Living { plan, story: &story, lives, known: BTreeMap::new(), deltas: Vec::new() };
    for (of, one) in filed.iter().enumerate() {
        let places = handlers(one, units);
        let all: f64 = places.iter().map(|at| story.of_unit(*at).size).sum();
        for at in places {
            let yearly = f64::from(one.dossiers) * story.of_unit(at).size / all;
            for month in plan.months().iter().filter(|month| story.tells(at, month)) {
                living.month((of, one), (at, &units[at]), month, yearly);
            }
        }
    }
    let mut groups: Vec<(i64, Group)> = living.known.into_iter().map(|(group, number)| (number, group)).collect();
    groups.sort_unstable();
    Counted { groups: groups.into_iter().map(|(_, group)| group).collect(), deltas: living.deltas }
}

/// Dossiers being lived.
struct Living<'a> {
    plan: &'a Plan,
    story: &'a Story,
    lives: Lives<'a>,
    known: BTreeMap<Group, i64>,
    deltas: Vec<Delta>,
}

impl Living<'_> {
    /// The dossiers of a procedure in a unit and month.
    fn month(&mut self, (of, filed): (usize, &Filed), (at, unit): (usize, &Unit), month: &Month, yearly: f64) {
        let mut chance = self.plan.chance(&format!("dossiers/{}/{}/{}", filed.code, unit.agency, month.number));
        let within = self.lives.days.within(month.first, month.last);
        let open = u32::try_from(within.len()).unwrap_or_default();
        let expected = yearly * f64::from(open) / WORKING_DAYS + chance.share();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "far below 2^31")]
        let dossiers = expected as u32;
        for _ in 0..dossiers {
            let place = within.start + chance.below(open) as usize;
            let filing = self.filing(filed, at, month, place, &mut chance);
            let parts = self.lives.live(&filing, &mut chance).into_iter().flatten();
            let next = i64::try_from(self.known.len()).unwrap_or_default();
            for part in parts {
                let group = *self.known.entry((of, at, filing.channel as u8)).or_insert(next);
                self.deltas.push(Delta { group, part, sign: 1 });
            }
        }
    }

    fn filing<'b>(&self, filed: &'b Filed, at: usize, month: &Month, place: usize, chance: &mut Chance) -> Filing<'b> {
        let day = self.lives.days.at(place);
        let channel = if chance.holds(self.story.online(at, filed, month, day)) {
            Channel::Online
        } else if chance.holds(POSTAL) {
            Channel::Postal
        } else {
            Channel::Direct
        };
        let late = self.story.of_unit(at).late;
        let fails = self.story.fails(at, &filed.code, day);
        Filing { filed, place, channel, late, fails, grown: month.grown() }
    }
}

/// Writes groups, counts and coverage, and tells the change log as the intake does. Gives how many dossiers came in.
async fn write(tx: &mut Tx, plan: &Plan, units: &[Unit], filed: &[Filed], counted: Counted) -> Result<u64, YearError> {
    let more = i64::try_from(counted.groups.len()).unwrap_or_default();
    let first = bulk::lock(tx, more).await? - more + 1;
    let source = store::source(tx, SOURCE, Side::Local, plan.begin()).await?;
    let source = source.ok_or_else(|| YearError::Data("the source", SOURCE.to_owned()))?;
    let rows = counted.groups.iter().zip(first..).map(|((of, at, channel), id)| GroupRow {
        id,
        code: filed[*of].code.clone(),
        unit_id: units[*at].agency.clone(),
        channel: i64::from(*channel),
    });
    store::insert_groups(tx, source, &rows.collect::<Vec<_>>()).await?;
    let received = |delta: &&Delta| delta.part.bits >> Count::Received as u8 & 1 == 1;
    let dossiers = counted.deltas.iter().filter(received).count() as u64;
    let deltas = counted.deltas.into_iter().map(|delta| Delta { group: delta.group + first, ..delta });
    // The sums of months are written with them.
    let counted = count(tx, deltas.collect(), &mut Groups::of_source(source)).await?;
    for month in plan.months() {
        let row = CoverageRow {
            month: i64::from(number(month.first)),
            first_day: i64::from(number(month.first)),
            last_day: i64::from(number(month.last)),
        };
        store::put_coverage(tx, source, PROVINCE, &row).await?;
    }
    let codes: Vec<String> = counted.into_iter().collect();
    changes::record(tx, CHANGE_KIND, &codes, plan.begin()).await?;
    Ok(dossiers)
}
