//! Counts of the dossiers of a year: each dossier is lived, judged and counted as the intake does it, and forgotten.

use std::collections::BTreeMap;

use super::YearError;
use super::dossiers_life::{Days, Filing, Lives};
use super::dossiers_story::{Filed, Story, filed, handlers};
use super::plan::{Month, PROVINCE, Plan};
use super::units::Unit;
use crate::monitor::dossier::actions::CHANGE_KIND;
use crate::monitor::dossier::bulk;
use crate::monitor::dossier::groups::Groups;
use crate::monitor::dossier::intake::count;
use crate::monitor::dossier::merge::Delta;
use crate::monitor::dossier::model::{Channel, Side};
use crate::monitor::dossier::store::{self, CoverageRow, GroupRow};
use crate::platform::calendar::model::{Calendar, number};
use crate::platform::calendar::store as calendar_store;
use crate::platform::changes;
use crate::platform::db::{Db, Tx};

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
    let story = Story::of(plan, units, filed);
    let last = plan.last_day().checked_add(jiff::Span::new().days(BEYOND)).unwrap_or_else(|_| plan.last_day());
    let days = Days::between(calendar, plan.first_day(), last);
    let lives = Lives { calendar, days: &days, end: plan.end().as_millisecond() };
    let (mut known, mut counted) = (BTreeMap::new(), Counted { groups: Vec::new(), deltas: Vec::new() });
    for (of, one) in filed.iter().enumerate() {
        let places = handlers(one, units);
        let all: f64 = places.iter().map(|at| story.of_unit(*at).size).sum();
        for at in places {
            let yearly = f64::from(one.dossiers) * story.of_unit(at).size / all;
            for month in plan.months().iter().filter(|month| story.tells(at, month)) {
                let name = format!("dossiers/{}/{}/{}", one.code, units[at].agency, month.number);
                let mut chance = plan.chance(&name);
                let within = days.within(month.first, month.last);
                let open = u32::try_from(within.len()).unwrap_or_default();
                let expected = yearly * f64::from(open) / WORKING_DAYS + chance.share();
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "far below 2^31")]
                let dossiers = expected as u32;
                for _ in 0..dossiers {
                    let place = within.start + chance.below(open) as usize;
                    let filing = filing(&story, plan, (one, at), month, (place, &days), &mut chance);
                    let parts = lives.live(&filing, &mut chance).into_iter().flatten();
                    for part in parts {
                        let group: Group = (of, at, filing.channel as u8);
                        let next = known.len();
                        let number = *known.entry(group).or_insert(next);
                        counted.deltas.push(Delta { group: i64::try_from(number).unwrap_or_default(), part, sign: 1 });
                    }
                }
            }
        }
    }
    let mut groups: Vec<(usize, Group)> = known.into_iter().map(|(group, number)| (number, group)).collect();
    groups.sort_unstable();
    counted.groups = groups.into_iter().map(|(_, group)| group).collect();
    counted
}

fn filing<'a>(
    story: &Story,
    plan: &Plan,
    (filed, at): (&'a Filed, usize),
    month: &Month,
    (place, days): (usize, &Days),
    chance: &mut crate::simulator::chance::Chance,
) -> Filing<'a> {
    let day = days.at(place);
    let channel = if chance.holds(story.online(at, filed, month, day)) {
        Channel::Online
    } else if chance.holds(POSTAL) {
        Channel::Postal
    } else {
        Channel::Direct
    };
    let all = plan.months().len().saturating_sub(1).max(1);
    let share = |n: usize| f64::from(u32::try_from(n).unwrap_or_default());
    Filing {
        filed,
        place,
        channel,
        late: story.of_unit(at).late,
        fails: story.fails(at, &filed.code, day),
        grown: share(month.number) / share(all),
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
    let received = 1; // The lowest bit of a part.
    let dossiers = counted.deltas.iter().filter(|delta| delta.part.bits & received != 0).count() as u64;
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
