//! Keeps verdicts current: after an import, a claim, new dossiers, and when evidence expires.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::flag_store::{self, FlagRow};
use super::known::{self, Known};
use super::model::PointValue;
use super::store::{self, AssessmentError, VerdictRow};
use super::subject::{Context, Subject};
use super::take_over::take_over;
use super::usage::day;
use super::verdict::{Facts, Verdict};
use crate::catalog::store::{self as catalog_store, Facets, Stored};
use crate::monitor::dossier;
use crate::platform::changes::{self, Change};
use crate::platform::db::{Db, Tx};
use crate::platform::word;

/// The kind of change-log entry that a new verdict writes.
pub const CHANGE_KIND: &str = "assessment";
/// Entries of the change log that are taken in at once.
const ROUND: i64 = 1_000;
/// Procedures of one transaction when all are evaluated.
const PAGE: i64 = 200;
/// Procedures whose rows are read at once: few enough that those of every commune fit a query and the memory.
const PART: usize = 20;

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
        take_over_counts(&mut tx, &round, now).await?;
        total.add(evaluate(&mut tx, &codes, now).await?);
        if let Some(last) = round.last() {
            store::set_position(&mut tx, last.seq).await?;
        }
        tx.commit().await?;
    }
}

/// Takes over the dossiers of procedures that the monitor has counted anew.
async fn take_over_counts(tx: &mut Tx, round: &[Change], now: Timestamp) -> Result<(), AssessmentError> {
    let counted = round.iter().filter(|change| change.kind == dossier::actions::CHANGE_KIND);
    let codes: BTreeSet<&str> = counted.map(|change| change.subject.as_str()).collect();
    let mut covered = dossier::volumes::Covered::default();
    for code in codes {
        take_over(tx, &mut covered, code, now).await?;
    }
    Ok(())
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
    let facets = facets(&whole, subject.facts);
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
fn facets(verdict: &Verdict, facts: Facts) -> Facets {
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
        declared_level: facts.declared.as_ref().map(word::of),
        gap: verdict.gap.map(|gap| gap.code().to_owned()),
    }
}
