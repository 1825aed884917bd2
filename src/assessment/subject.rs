//! One procedure with all that is known of it, and the verdict over it for all units or one.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::derive;
use super::model::Claim;
use super::parameters::Parameters;
use super::store::{self, AssessmentError, VolumeRow};
use super::usage::{self, day};
use super::verdict::{Circumstances, Coverage, Facts, Use, Verdict, is_claimed, is_shown, judge, weigh_all};
use crate::catalog::model::{Level, Procedure, ProcedureKind};
use crate::catalog::store::Stored;
use crate::catalog::units;
use crate::monitor::service_level::store as service_levels;
use crate::platform::db::Tx;

/// What an evaluation needs besides the procedure.
#[derive(Debug, Clone)]
pub struct Context {
    /// The instant it is made at.
    pub now: Timestamp,
    /// Parameters in force.
    pub parameters: Parameters,
    /// Provinces of this installation.
    pub provinces: i64,
    /// Communes of this installation.
    pub communes: i64,
    /// Procedures whose availability objective was missed in the last full month (C4); `*` is every procedure.
    pub broken: BTreeSet<String>,
}

impl Context {
    /// Reads it.
    ///
    /// # Errors
    /// [`AssessmentError`]
    pub async fn at(tx: &mut Tx, now: Timestamp) -> Result<Self, AssessmentError> {
        let parameters = Parameters::at(tx, now).await?;
        let provinces = units::count(tx, "province").await?;
        let communes = units::count(tx, "commune").await?;
        let broken = service_levels::broken_codes(tx).await?.into_iter().collect();
        Ok(Self { now, parameters, provinces, communes, broken })
    }
}

/// All that is known of one procedure: claims of its text and of people, in all units and by unit.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Facts of the catalog.
    pub facts: Facts,
    /// Claims for all units.
    pub everywhere: Vec<Claim>,
    /// Claims by unit, in the order of units.
    pub by_unit: Vec<(String, Vec<Claim>)>,
    /// Dossiers.
    pub volumes: Vec<VolumeRow>,
    /// Units in charge, where known.
    pub units: Option<u32>,
    /// Its availability objective was missed in the last full month.
    pub broken: bool,
}

impl Subject {
    /// Reads it.
    ///
    /// # Errors
    /// [`AssessmentError`]
    pub async fn read(tx: &mut Tx, stored: &Stored, context: &Context) -> Result<Self, AssessmentError> {
        let code = stored.procedure.code.as_str();
        let claims = store::claims(tx, code, code).await?.into_iter().map(|(_, unit, claim)| (unit, claim));
        let volumes = store::volumes(tx, code, code, &day(context.now, 365)).await?;
        Ok(Self::of(stored, claims, volumes, context))
    }

    /// Puts together what was read. Claims come in the order of units.
    #[must_use]
    pub fn of(
        stored: &Stored,
        claims: impl IntoIterator<Item = (String, Claim)>,
        volumes: Vec<VolumeRow>,
        context: &Context,
    ) -> Self {
        let mut everywhere = derive::claims(&stored.procedure, stored.read_at, &context.parameters);
        let mut by_unit: Vec<(String, Vec<Claim>)> = Vec::new();
        for (unit, claim) in claims {
            match by_unit.last_mut() {
                _ if unit.is_empty() => everywhere.push(claim),
                Some((last, claims)) if *last == unit => claims.push(claim),
                _ => by_unit.push((unit, vec![claim])),
            }
        }
        let units = units_in_charge(&stored.procedure, context);
        let broken = context.broken.contains(stored.procedure.code.as_str()) || context.broken.contains("*");
        Self { facts: derive::facts(&stored.procedure), everywhere, by_unit, volumes, units, broken }
    }

    /// The claims that count in a unit: its own on a point, and those for all units on points it has none of.
    #[must_use]
    pub fn claims_of(&self, own: &[Claim]) -> Vec<Claim> {
        let general = self.everywhere.iter().filter(|c| !own.iter().any(|o| o.point == c.point));
        own.iter().chain(general).cloned().collect()
    }

    /// The verdict for all units.
    #[must_use]
    pub fn judge(&self, context: &Context) -> Verdict {
        let now = context.now.as_millisecond();
        let holds = |claims: &[Claim]| {
            let points = weigh_all(claims, now);
            is_claimed(&points) && is_shown(&points)
        };
        let own = u32::try_from(self.by_unit.len()).unwrap_or(u32::MAX);
        let mut covered = self.by_unit.iter().filter(|(_, own)| holds(&self.claims_of(own))).count();
        let others = self.units.unwrap_or(0).saturating_sub(own);
        if others > 0 && holds(&self.everywhere) {
            covered += others as usize;
        }
        let covered = u32::try_from(covered).unwrap_or(u32::MAX).min(self.units.unwrap_or(u32::MAX));
        let coverage = Coverage { units: self.units, covered };
        self.with_use(judge(&self.everywhere, &self.circumstances(context, coverage, None), now), context)
    }

    /// The verdict for one unit: it is covered when its own points hold.
    #[must_use]
    pub fn judge_unit(&self, unit: &str, own: &[Claim], context: &Context) -> Verdict {
        let now = context.now.as_millisecond();
        let claims = self.claims_of(own);
        let points = weigh_all(&claims, now);
        let covered = u32::from(is_claimed(&points) && is_shown(&points));
        let coverage = Coverage { units: Some(1), covered };
        self.with_use(judge(&claims, &self.circumstances(context, coverage, Some(unit)), now), context)
    }

    /// A verdict also ends when a period of dossiers leaves the days that count.
    fn with_use(&self, mut verdict: Verdict, context: &Context) -> Verdict {
        let change = usage::next_change(&self.volumes, context.now);
        verdict.next_expiry = change.into_iter().chain(verdict.next_expiry).min();
        verdict
    }

    /// What dossier sources report for a unit, or for all.
    #[must_use]
    pub fn dossiers(&self, now: Timestamp, unit: Option<&str>) -> Use {
        usage::of(&self.volumes, now, unit, self.units)
    }

    fn circumstances(&self, context: &Context, coverage: Coverage, unit: Option<&str>) -> Circumstances {
        Circumstances {
            facts: self.facts,
            coverage,
            coverage_needed: context.parameters.coverage,
            excludes: false,
            dossiers: self.dossiers(context.now, unit),
            service_level_broken: self.broken,
        }
    }
}

/// Units in charge by the levels that handle a procedure; `None` when the levels or the installation's units are unknown.
fn units_in_charge(p: &Procedure, context: &Context) -> Option<u32> {
    if p.levels.is_empty() {
        return None;
    }
    let mut count = 0;
    for level in &p.levels {
        let (own, all) = match level {
            Level::Ministry | Level::Other => (1, 1),
            Level::Province => (1, context.provinces),
            // How many communes a province's own procedure has is not known here.
            Level::Commune => (0, context.communes),
        };
        let n = if p.kind == ProcedureKind::Specific { own } else { all };
        if n == 0 {
            return None;
        }
        count += n;
    }
    u32::try_from(count).ok()
}
