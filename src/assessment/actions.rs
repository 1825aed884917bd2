//! Keeps verdicts current: after an import, a claim, new dossiers, and when evidence expires.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::derive;
use super::flag_store::{self, FlagRow};
use super::known::{self, Known};
use super::model::{Claim, PointValue};
use super::parameters::{DAY, Parameters};
use super::store::{self, AssessmentError, VerdictRow, VolumeRow};
use super::verdict::{Circumstances, Coverage, Facts, Use, Verdict, is_claimed, is_shown, judge, weigh_all};
use crate::catalog::model::{Level, Procedure, ProcedureKind};
use crate::catalog::store::{self as catalog_store, Facets, Stored};
use crate::catalog::units;
use crate::platform::changes;
use crate::platform::clock::VIETNAM;
use crate::platform::db::{Db, Tx};

/// The kind of change-log entry that a new verdict writes.
pub const CHANGE_KIND: &str = "assessment";
/// Entries of the change log that are taken in at once.
const ROUND: i64 = 1_000;
/// Procedures of one transaction when all are evaluated.
const PAGE: i64 = 200;
/// Procedures whose rows are read at once: few enough that those of every commune fit a query and the memory.
const PART: usize = 20;

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
}

/// What an evaluation did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Evaluated {
    /// Procedures looked at.
    pub procedures: u64,
    /// Procedures and units looked at.
    pub subjects: u64,
    /// Verdicts that came out otherwise than before.
    pub changed: u64,
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
        Ok(Self { now, parameters, provinces, communes })
    }
}

/// Takes in every change since the last time, and every claim that has expired. Returns once nothing is left.
///
/// # Errors
/// [`AssessmentError`]; rounds that were done stay done.
pub async fn catch_up(db: &Db, now: Timestamp) -> Result<Evaluated, AssessmentError> {
    let mut total = Evaluated::default();
    loop {
        let mut tx = db.write().await?;
        let position = store::position(&mut tx).await?;
        let round = changes::after(&mut tx, position, ROUND).await?;
        let mut codes: Vec<String> = match round.last() {
            Some(_) => round.iter().filter(|c| c.kind != CHANGE_KIND).map(|c| c.subject.clone()).collect(),
            None => store::expired(&mut tx, now).await?,
        };
        if round.is_empty() && codes.is_empty() {
            return Ok(total);
        }
        codes.sort_unstable();
        codes.dedup();
        total.add(evaluate(&mut tx, &codes, now).await?);
        if let Some(last) = round.last() {
            store::set_position(&mut tx, last.seq).await?;
        }
        tx.commit().await?;
    }
}

/// Looks at every procedure again, whether anything changed or not.
///
/// # Errors
/// [`AssessmentError`]; procedures that were done stay done.
pub async fn evaluate_all(db: &Db, now: Timestamp) -> Result<Evaluated, AssessmentError> {
    let mut total = Evaluated::default();
    let mut after = String::new();
    loop {
        let mut tx = db.write().await?;
        let page = catalog_store::page(&mut tx, &after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(total) };
        after = last.procedure.code.to_string();
        let context = Context::at(&mut tx, now).await?;
        let mut changed = Vec::new();
        for part in page.chunks(PART) {
            total.add(evaluate_part(&mut tx, part, &context, &mut changed).await?);
        }
        changes::record(&mut tx, CHANGE_KIND, &changed, now).await?;
        tx.commit().await?;
    }
}

/// Evaluates some procedures within a transaction.
///
/// # Errors
/// [`AssessmentError`]
pub async fn evaluate(tx: &mut Tx, codes: &[String], now: Timestamp) -> Result<Evaluated, AssessmentError> {
    let mut total = Evaluated::default();
    if codes.is_empty() {
        return Ok(total);
    }
    let context = Context::at(tx, now).await?;
    let mut changed = Vec::new();
    for code in codes {
        if let Some(stored) = catalog_store::find(tx, code).await? {
            total.add(evaluate_part(tx, &[stored], &context, &mut changed).await?);
        }
    }
    changes::record(tx, CHANGE_KIND, &changed, now).await?;
    Ok(total)
}

impl Evaluated {
    fn add(&mut self, other: Self) {
        self.procedures += other.procedures;
        self.subjects += other.subjects;
        self.changed += other.changed;
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
        Self { facts: derive::facts(&stored.procedure), everywhere, by_unit, volumes, units }
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
        self.until_use_changes(judge(&self.everywhere, &self.circumstances(context, coverage, None), now), now)
    }

    /// The verdict for one unit: it is covered when its own points hold.
    #[must_use]
    pub fn judge_unit(&self, unit: &str, own: &[Claim], context: &Context) -> Verdict {
        let now = context.now.as_millisecond();
        let claims = self.claims_of(own);
        let points = weigh_all(&claims, now);
        let covered = u32::from(is_claimed(&points) && is_shown(&points));
        let coverage = Coverage { units: Some(1), covered };
        self.until_use_changes(judge(&claims, &self.circumstances(context, coverage, Some(unit)), now), now)
    }

    /// A verdict also ends when a period of dossiers leaves the days that count.
    fn until_use_changes(&self, mut verdict: Verdict, now: i64) -> Verdict {
        let leaves = |row: &VolumeRow, days: i32| {
            let last: Date = row.period_to.parse().ok()?;
            let first_without = last.checked_add((days + 1).days()).ok()?.to_zoned_datetime(VIETNAM).ok()?;
            Some(first_without.timestamp().as_millisecond()).filter(|at| *at > now)
        };
        let counted = self.volumes.iter().filter(|row| row.kind == "dossiers");
        let changes = counted.flat_map(|row| [leaves(row, 90), leaves(row, 365)]).flatten();
        verdict.next_expiry = changes.chain(verdict.next_expiry).min();
        verdict
    }

    fn circumstances(&self, context: &Context, coverage: Coverage, unit: Option<&str>) -> Circumstances {
        Circumstances {
            facts: self.facts,
            coverage,
            coverage_needed: context.parameters.coverage,
            excludes: false,
            dossiers: self.dossiers(context.now, unit),
            service_level_broken: false,
        }
    }

    /// What dossier sources say; a prior says nothing here.
    #[must_use]
    pub fn dossiers(&self, now: Timestamp, unit: Option<&str>) -> Use {
        let counted = |days: i64, of: &dyn Fn(&VolumeRow) -> Option<i64>| {
            let since = day(now, days);
            let rows = self.volumes.iter().filter(|row| {
                row.kind == "dossiers" && row.period_to >= since && unit.is_none_or(|unit| unit == row.unit_id)
            });
            rows.filter_map(of).reduce(|a, b| a + b)
        };
        Use {
            online_90: counted(90, &|row| row.online),
            all_90: counted(90, &|row| Some(row.total)),
            online_365: counted(365, &|row| row.online),
        }
    }
}

/// Evaluates procedures between whose codes no other stands.
async fn evaluate_part(
    tx: &mut Tx,
    part: &[Stored],
    context: &Context,
    changed: &mut Vec<String>,
) -> Result<Evaluated, AssessmentError> {
    let mut total = Evaluated::default();
    let (Some(first), Some(last)) = (part.first(), part.last()) else { return Ok(total) };
    let since = day(context.now, 365);
    let (first, last) = (first.procedure.code.as_str(), last.procedure.code.as_str());
    let mut all = known::read(tx, first, last, &since).await?;
    for stored in part {
        let known = all.remove(stored.procedure.code.as_str()).unwrap_or_default();
        total.add(evaluate_one(tx, stored, known, context, changed).await?);
    }
    Ok(total)
}

async fn evaluate_one(
    tx: &mut Tx,
    stored: &Stored,
    known: Known,
    context: &Context,
    changed: &mut Vec<String>,
) -> Result<Evaluated, AssessmentError> {
    let code = stored.procedure.code.as_str();
    let subject = Subject::of(stored, known.claims, known.volumes, context);
    let whole = subject.judge(context);
    let mut rows = vec![row(code, "", &whole, context.now)];
    for (unit, own) in &subject.by_unit {
        rows.push(row(code, unit, &subject.judge_unit(unit, own, context), context.now));
    }
    let subjects = rows.len() as u64;
    let done = Evaluated { procedures: 1, subjects, changed: write(tx, rows, &known.current).await? };
    let retired = stored.retired_at.is_some();
    sync_flags(tx, code, &whole, retired, &known.flags, context.now).await?;
    let facets = facets(&whole, &subject.facts);
    if stored.facets.as_ref() != Some(&facets) {
        catalog_store::put_facets(tx, code, &facets, context.now).await?;
        changed.push(code.to_owned());
    } else if done.changed > 0 {
        changed.push(code.to_owned());
    }
    Ok(done)
}

/// Writes the verdicts of a procedure that differ from those in force. Says how many do.
async fn write(tx: &mut Tx, rows: Vec<VerdictRow>, current: &[VerdictRow]) -> Result<u64, AssessmentError> {
    let current: HashMap<&str, &VerdictRow> = current.iter().map(|held| (held.unit_id.as_str(), held)).collect();
    let mut new = Vec::new();
    for row in rows {
        let Some(held) = current.get(row.unit_id.as_str()) else {
            new.push(row);
            continue;
        };
        if !row.says_the_same(held) {
            store::close(tx, &row.code, &row.unit_id, row.valid_from).await?;
            new.push(row);
        } else if held.next_expiry != row.next_expiry {
            store::move_expiry(tx, &row.code, &row.unit_id, row.next_expiry).await?;
        }
    }
    store::insert(tx, &new).await?;
    Ok(new.len() as u64)
}

fn row(code: &str, unit: &str, verdict: &Verdict, now: Timestamp) -> VerdictRow {
    let flags: Vec<&str> = verdict.flags.iter().map(super::flag::FlagCode::code).collect();
    VerdictRow {
        code: code.to_owned(),
        unit_id: unit.to_owned(),
        valid_from: now.as_millisecond(),
        level: verdict.level.code().to_owned(),
        points: verdict.points.iter().map(|p| p.value.letter()).collect(),
        claimed: i64::from(verdict.claimed),
        verified: i64::from(verdict.verified),
        dormant: i64::from(verdict.dormant),
        gap: verdict.gap.map(|gap| gap.code().to_owned()),
        flags: flags.join(","),
        next_expiry: verdict.next_expiry,
    }
}

/// Opens, reopens and resolves the flags of a procedure; a retired one has none.
async fn sync_flags(
    tx: &mut Tx,
    code: &str,
    verdict: &Verdict,
    retired: bool,
    known: &[FlagRow],
    now: Timestamp,
) -> Result<(), AssessmentError> {
    for flag in super::flag::FlagCode::ALL {
        let raised = verdict.flags.has(flag) && !retired;
        let row = known.iter().find(|row| row.unit_id.is_empty() && row.flag() == Some(flag));
        match (raised, row) {
            (true, None) => flag_store::insert(tx, code, flag, now).await?,
            (true, Some(row)) if row.resolved_at.is_some() => flag_store::reopen(tx, &row.id, now).await?,
            (false, Some(row)) if row.resolved_at.is_none() => flag_store::resolve(tx, &row.id, now).await?,
            _ => {}
        }
    }
    Ok(())
}

/// What lists and facets say.
fn facets(verdict: &Verdict, facts: &Facts) -> Facets {
    let any_no = verdict.points[..super::model::Point::DECIDING].iter().any(|p| p.value == PointValue::No);
    let online = if verdict.verified {
        Some("verified")
    } else if verdict.claimed {
        Some("claimed")
    } else if verdict.level == super::model::OnlineLevel::L3 {
        Some(if any_no { "partial" } else { "unknown" })
    } else if facts.offers_online {
        Some("unknown")
    } else {
        facts.channels_known.then_some("none")
    };
    Facets {
        online_level: verdict.level.code().to_owned(),
        online: online.map(str::to_owned),
        declared_level: facts.declared.as_ref().map(store::word),
        gap: verdict.gap.map(|gap| gap.code().to_owned()),
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

/// The day in Vietnam that lies `days` before an instant, ISO.
fn day(now: Timestamp, days: i64) -> String {
    let earlier = Timestamp::from_millisecond(now.as_millisecond() - days * DAY).unwrap_or(now);
    earlier.to_zoned_datetime(VIETNAM).date().to_string()
}
