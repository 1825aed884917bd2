//! What a leader can find in the counts: who is late, who is small, who was silent, where fees could not be paid.

use jiff::civil::Date;
use serde::Deserialize;

use super::YearError;
use super::plan::{Month, Outage, Plan};
use super::units::{Unit, rows};
use crate::simulator::chance::Chance;

/// How much is filed of which procedure: made up. `at` is `commune` or the agency code of a department; `fee` says of
/// how many dossiers in a hundred one is due; `online` is `only`, `none`, or how many points more come online than usual.
const PROCEDURES: &str = include_str!("procedures.csv");
/// The share of online dossiers of all in the first month, and in the last before fees could not be paid.
const ONLINE: (f64, f64) = (0.55, 0.785);
/// Communes in which fees could not be paid, of all.
const FAILING: f64 = 0.55;
/// What still came online there.
const ONLINE_IN_OUTAGE: f64 = 0.06;
/// Units that are persistently late, tiny ones, and the share of a usual commune's dossiers that those have.
const LATE_UNITS: usize = 3;
const TINY_UNITS: usize = 4;
const TINY: f64 = 0.006;
/// Months in which one unit told of nothing.
const SILENT: std::ops::Range<usize> = 6..8;

/// A procedure of which there are dossiers.
#[derive(Debug, Clone, Deserialize)]
pub struct Filed {
    /// Its code.
    pub code: String,
    /// Who handles it.
    pub at: String,
    /// Dossiers a year in the whole province.
    pub dossiers: u32,
    /// A fee is due in so many of a hundred.
    pub fee: u32,
    /// Working days until the result is due.
    pub days: u16,
    /// How much of it comes online.
    pub online: String,
}

impl Filed {
    fn fixed_online(&self) -> Option<f64> {
        match self.online.as_str() {
            "only" => Some(1.0),
            "none" => Some(0.0),
            _ => None,
        }
    }

    /// Whether a unit handles it.
    #[must_use]
    pub fn is_handled_by(&self, unit: &Unit) -> bool {
        if self.at == "commune" { unit.is_commune() } else { self.at == unit.agency }
    }
}

/// The table of procedures.
///
/// # Errors
/// [`YearError::Data`]
pub fn filed() -> Result<Vec<Filed>, YearError> {
    rows("procedures.csv", PROCEDURES)
}

/// What is particular about a unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trait {
    /// Dossiers compared with a usual unit of its kind.
    pub size: f64,
    /// The share of dossiers that come late.
    pub late: f64,
    /// How much more comes online, added to the share.
    pub online: f64,
    /// It tells of nothing in the silent months.
    pub silent: bool,
    /// Fees could not be paid there.
    pub failing: bool,
}

/// The story of a year.
#[derive(Debug, Clone)]
pub struct Story {
    traits: Vec<Trait>,
    outage: Outage,
    last_full: Date,
    /// Online and counter-only procedures, of all dossiers.
    fixed: (f64, f64),
}

impl Story {
    /// The story that follows from the plan, for units in their order.
    #[must_use]
    pub fn of(plan: &Plan, units: &[Unit], filed: &[Filed]) -> Self {
        let mut chosen = Vec::new();
        let mut chance = plan.chance("story");
        let communes: Vec<usize> = (0..units.len()).filter(|at| units[*at].is_commune()).collect();
        while chosen.len() < LATE_UNITS + TINY_UNITS + 1 && chosen.len() < communes.len() {
            let at = communes[chance.below(u32::try_from(communes.len()).unwrap_or(1)) as usize];
            if !chosen.contains(&at) {
                chosen.push(at);
            }
        }
        let (late, rest) = chosen.split_at(LATE_UNITS.min(chosen.len()));
        let (tiny, silent) = rest.split_at(TINY_UNITS.min(rest.len()));
        let place = |at: usize, unit: &Unit| {
            let mut chance = plan.chance(&format!("unit/{}", unit.agency));
            let usual = if unit.is_commune() { commune_size(unit, &mut chance) } else { 1.0 };
            Trait {
                size: if tiny.contains(&at) { TINY } else { usual },
                late: if late.contains(&at) { 0.22 + 0.12 * chance.share() } else { 0.01 + 0.035 * chance.share() },
                online: 0.12 * (chance.share() - 0.5),
                silent: silent.contains(&at),
                failing: unit.is_commune() && chance.holds(FAILING),
            }
        };
        let traits = units.iter().enumerate().map(|(at, unit)| place(at, unit)).collect();
        Self { traits, outage: plan.outage(), last_full: plan.last_full_month(), fixed: fixed(filed) }
    }

    /// What is particular about the unit at a place.
    #[must_use]
    pub fn of_unit(&self, at: usize) -> Trait {
        self.traits[at]
    }

    /// The agency codes of some units, for what is told about them elsewhere.
    #[must_use]
    pub fn agencies<'a>(&self, units: &'a [Unit], which: impl Fn(&Trait) -> bool) -> Vec<&'a str> {
        self.traits.iter().zip(units).filter(|(one, _)| which(one)).map(|(_, unit)| unit.agency.as_str()).collect()
    }

    /// Whether a unit tells of a month.
    #[must_use]
    pub fn tells(&self, at: usize, month: &Month) -> bool {
        !(self.traits[at].silent && SILENT.contains(&month.number))
    }

    /// Whether a fee could not be paid online on a day.
    #[must_use]
    pub fn fails(&self, at: usize, code: &str, day: Date) -> bool {
        self.traits[at].failing && self.outage.is_on(day) && self.outage.procedures.contains(&code)
    }

    /// The share of dossiers that come online.
    #[must_use]
    pub fn online(&self, at: usize, filed: &Filed, month: &Month, day: Date) -> f64 {
        if let Some(fixed) = filed.fixed_online() {
            return fixed;
        }
        if self.fails(at, &filed.code, day) {
            return ONLINE_IN_OUTAGE;
        }
        let (only, never) = self.fixed;
        let usual = (self.aim(month) - only) / (1.0 - only - never);
        let points = filed.online.parse::<f64>().unwrap_or_default() / 100.0;
        (usual + points + self.traits[at].online).clamp(0.03, 0.985)
    }

    /// What the share of all dossiers would be without trouble.
    fn aim(&self, month: &Month) -> f64 {
        let last = self.last_full;
        let back = f64::from((last.year() - month.first.year()) * 12 + i16::from(last.month() - month.first.month()));
        // It rises month by month until the one before the last full month, and stays.
        let risen = (1.0 - (back - 1.0).max(0.0) / 10.0).clamp(0.0, 1.0);
        ONLINE.0 + (ONLINE.1 - ONLINE.0) * risen
    }
}

/// Wards have more people than other communes, and no two are alike.
fn commune_size(unit: &Unit, chance: &mut Chance) -> f64 {
    let kind = if unit.name.starts_with("Phường") { 1.5 } else { 0.9 };
    kind * (0.5 + chance.share())
}

/// The shares of dossiers that can only come online, and that never can.
fn fixed(filed: &[Filed]) -> (f64, f64) {
    let sum = |which: &dyn Fn(&Filed) -> bool| -> f64 {
        filed.iter().filter(|one| which(one)).map(|one| f64::from(one.dossiers)).sum()
    };
    let all = sum(&|_| true).max(1.0);
    (sum(&|one| one.fixed_online() == Some(1.0)) / all, sum(&|one| one.fixed_online() == Some(0.0)) / all)
}

/// Procedures of which there are dossiers, with the units that handle them.
#[must_use]
pub fn handlers(filed: &Filed, units: &[Unit]) -> Vec<usize> {
    (0..units.len()).filter(|at| filed.is_handled_by(&units[*at])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::starter;
    use crate::simulator::year::units;

    #[test]
    fn dossiers_are_of_procedures_that_the_starter_catalog_has_and_units_that_there_are() {
        let (filed, units) = (filed().unwrap(), units::all().unwrap());
        for one in &filed {
            assert!(starter::PROCEDURES.contains(&format!("\"code\":\"{}\"", one.code)), "{}", one.code);
            assert!(!handlers(one, &units).is_empty(), "{}", one.code);
            assert!(one.fixed_online().is_some() || one.online.parse::<f64>().is_ok(), "{}", one.code);
        }
        let plan = Plan::new(1, "2026-11-24T09:00:00+07:00".parse().unwrap());
        assert!(plan.outage().procedures.iter().all(|code| filed.iter().any(|one| one.code == *code)));
    }

    #[test]
    fn another_seed_tells_another_story() {
        let (filed, units) = (filed().unwrap(), units::all().unwrap());
        let late = |seed| {
            let plan = Plan::new(seed, "2026-11-24T09:00:00+07:00".parse().unwrap());
            let story = Story::of(&plan, &units, &filed);
            story.agencies(&units, |one| one.late > 0.2).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!((late(1).len(), late(1)), (LATE_UNITS, late(1)));
        assert_ne!(late(1), late(2));
    }
}
