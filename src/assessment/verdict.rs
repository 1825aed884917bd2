//! The rule: from claims to points, from points to level, gap and the rest. Pure: time and data are parameters.

use serde::Serialize;

use super::flag::{FlagCode, FlagSet};
use super::model::{Claim, Declared, EvidenceKind, Gap, OnlineLevel, Point, PointValue};

/// What one point came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PointVerdict {
    /// Its value.
    pub value: PointValue,
    /// What the value rests on; `None` when unknown.
    pub kind: Option<EvidenceKind>,
    /// Unexpired claims disagree.
    pub conflict: bool,
    /// It is unknown because a claim expired.
    pub expired: bool,
}

/// Facts of the catalog that a verdict needs beside claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "facts that do not exclude each other")]
pub struct Facts {
    /// Steps and papers are published.
    pub informs: bool,
    /// A form is attached.
    pub has_form: bool,
    /// At least one channel is published.
    pub channels_known: bool,
    /// An online channel or a form to submit is published.
    pub offers_online: bool,
    /// What the agency declares.
    pub declared: Option<Declared>,
    /// Between agencies: outside the duty to be online.
    pub internal: bool,
    /// The online handling time that is published is not shorter than the one at the counter.
    pub online_not_faster: bool,
    /// Something is due.
    pub has_fee: bool,
}

/// Units in charge, and those of them for which the service holds end to end (C1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, utoipa::ToSchema)]
pub struct Coverage {
    /// Units in charge; `None` when the set is not known.
    pub units: Option<u32>,
    /// Units whose own points hold, each better than declared.
    pub covered: u32,
}

/// What dossier sources report (C3). Absent data is `None`, never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, utoipa::ToSchema)]
pub struct Use {
    /// Dossiers handled fully online in the last 90 days.
    pub online_90: Option<i64>,
    /// Dossiers in all channels in the last 90 days.
    pub all_90: Option<i64>,
    /// Online dossiers in the last 12 months.
    pub online_365: Option<i64>,
}

/// All that a verdict rests on besides claims.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Circumstances {
    /// Of the catalog.
    pub facts: Facts,
    /// C1.
    pub coverage: Coverage,
    /// The share of units that C1 asks for, a dated parameter (0.95).
    pub coverage_needed: f64,
    /// C2: somebody recorded that a group of people is excluded without legal reason.
    pub excludes: bool,
    /// C3.
    pub dossiers: Use,
    /// C4: the objective of the last full month was missed; shown beside, changes no class.
    pub service_level_broken: bool,
}

/// What follows for one procedure in one unit, or in all units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// In the order of [`Point::ALL`].
    pub points: [PointVerdict; 13],
    /// Minimum rule.
    pub level: OnlineLevel,
    /// Every applicable point is yes, and at least one is.
    pub claimed: bool,
    /// Claimed, better than declared, covered, used.
    pub verified: bool,
    /// All of verified but that nobody asked for it in any channel.
    pub dormant: bool,
    /// Why not verified; `None` for verified, dormant and internal ones.
    pub gap: Option<Gap>,
    /// What is raised as work.
    pub flags: FlagSet,
    /// C1 as it was counted.
    pub coverage: Coverage,
    /// The next instant at which something that it rests on ends.
    pub next_expiry: Option<i64>,
}

/// The order of claims of one strength: the newer counts, at the same instant the one that promises least.
fn rank(claim: &Claim) -> (i64, u8) {
    let caution = match claim.value {
        PointValue::No => 2,
        PointValue::Yes => 1,
        PointValue::NotApplicable | PointValue::Unknown => 0,
    };
    (claim.checked_at, caution)
}

/// Weighs the claims on one point.
///
/// The strongest unexpired claim wins; of equal ones the newer, at the same instant `no`, then `yes`. A claim that
/// expired keeps weaker ones that were checked before its expiry, and those that rank below it at its own strength,
/// from stepping in. What was checked after the expiry is not taken for better than a stronger claim that is kept out
/// but still holds and says otherwise: only a `no` is.
#[must_use]
pub fn weigh(claims: &[&Claim], now: i64) -> PointVerdict {
    let held = claims.iter().filter(|c| c.checked_at <= now && c.value != PointValue::Unknown);
    let (expired, live): (Vec<&Claim>, Vec<&Claim>) = held.partition(|c| c.valid_until <= now);
    let kept_out = |c: &Claim| {
        expired
            .iter()
            .any(|e| (e.kind > c.kind && c.checked_at < e.valid_until) || (e.kind == c.kind && rank(c) < rank(e)))
    };
    let order = |c: &Claim| (c.kind, rank(c));
    let open: Vec<&Claim> = live.iter().copied().filter(|c| !kept_out(c)).collect();
    let winner = open.iter().max_by_key(|c| order(c)).filter(|best| {
        best.value == PointValue::No || live.iter().all(|c| order(c) <= order(best) || c.value == best.value)
    });
    match winner {
        Some(winner) => PointVerdict {
            value: winner.value,
            kind: Some(winner.kind),
            conflict: open.iter().any(|c| c.value != winner.value),
            expired: false,
        },
        None => PointVerdict { value: PointValue::Unknown, kind: None, conflict: false, expired: !expired.is_empty() },
    }
}

/// Weighs every point.
#[must_use]
pub fn weigh_all(claims: &[Claim], now: i64) -> [PointVerdict; 13] {
    Point::ALL.map(|point| {
        let of_point: Vec<&Claim> = claims.iter().filter(|c| c.point == point).collect();
        weigh(&of_point, now)
    })
}

/// Every applicable point of P1 to P11 is yes, and at least one is.
#[must_use]
pub fn is_claimed(points: &[PointVerdict; 13]) -> bool {
    let deciding = &points[..Point::DECIDING];
    deciding.iter().all(|p| matches!(p.value, PointValue::Yes | PointValue::NotApplicable))
        && deciding.iter().any(|p| p.value == PointValue::Yes)
}

/// Every yes rests on better than a declaration.
#[must_use]
pub fn is_shown(points: &[PointVerdict; 13]) -> bool {
    let yes = points[..Point::DECIDING].iter().filter(|p| p.value == PointValue::Yes);
    yes.clone().all(|p| p.kind > Some(EvidenceKind::Declaration))
}

impl Coverage {
    /// Whether the covered share is at least `needed`; an unknown set of units never is.
    #[must_use]
    pub fn suffices(&self, needed: f64) -> bool {
        self.units.is_some_and(|units| units > 0 && f64::from(self.covered) >= needed * f64::from(units))
    }
}

/// The verdict over the claims of one subject.
#[must_use]
pub fn judge(claims: &[Claim], circumstances: &Circumstances, now: i64) -> Verdict {
    let points = weigh_all(claims, now);
    let c = circumstances;
    let claimed = is_claimed(&points);
    let shown = claimed && is_shown(&points) && c.coverage.suffices(c.coverage_needed) && !c.excludes;
    let verified = shown && c.dossiers.online_90.is_some_and(|n| n > 0);
    let dormant = shown && !verified && c.dossiers.all_90 == Some(0);
    let level = level(&points, c.facts, claimed, verified);
    let gap = if verified || dormant || c.facts.internal { None } else { Some(gap(&points, claims, c, now)) };
    let next_expiry = claims.iter().map(|c| c.valid_until).filter(|at| *at > now).min();
    let mut verdict = Verdict {
        points,
        level,
        claimed,
        verified,
        dormant,
        gap,
        flags: FlagSet::default(),
        coverage: c.coverage,
        next_expiry,
    };
    verdict.flags = flags(&verdict, claims, c, now);
    verdict
}

fn level(points: &[PointVerdict; 13], facts: Facts, claimed: bool, verified: bool) -> OnlineLevel {
    let yes = |p: Point| points[p.index()].value == PointValue::Yes;
    if verified && yes(Point::Q1) && yes(Point::Q2) {
        OnlineLevel::L7
    } else if verified && yes(Point::Q1) {
        OnlineLevel::L6
    } else if verified {
        OnlineLevel::L5
    } else if claimed {
        OnlineLevel::L4
    } else if yes(Point::P3) {
        OnlineLevel::L3
    } else if facts.has_form {
        OnlineLevel::L2
    } else if facts.informs {
        OnlineLevel::L1
    } else {
        OnlineLevel::L0
    }
}

/// The first that holds, in the order of the rule.
fn gap(points: &[PointVerdict; 13], claims: &[Claim], c: &Circumstances, now: i64) -> Gap {
    let no = |p: Point| points[p.index()].value == PointValue::No;
    let any_no = points[..Point::DECIDING].iter().any(|p| p.value == PointValue::No);
    let facts = &c.facts;
    if (facts.channels_known && !facts.offers_online) || facts.declared == Some(Declared::InformationOnly) {
        return Gap::NotOnline;
    }
    if facts.declared == Some(Declared::Full) {
        if no(Point::P6) {
            return Gap::FullPayGap;
        }
        if no(Point::P10) {
            return Gap::FullResultGap;
        }
        if any_no {
            return Gap::FullStepGap;
        }
        if c.dossiers.online_365 == Some(0) {
            return Gap::FullNoUse;
        }
    }
    if facts.declared == Some(Declared::Partial) || any_no {
        return partial(points, claims, now);
    }
    Gap::UnknownEvidence
}

/// Partly online: whether every `no` has a published reason, and whether one of them passes.
fn partial(points: &[PointVerdict; 13], claims: &[Claim], now: i64) -> Gap {
    let mut temporary = false;
    let mut explained = 0;
    let failing: Vec<Point> =
        Point::ALL[..Point::DECIDING].iter().copied().filter(|p| points[p.index()].value == PointValue::No).collect();
    for point in &failing {
        let reason = claims
            .iter()
            .filter(|c| c.point == *point && c.value == PointValue::No && c.checked_at <= now && now < c.valid_until)
            .filter(|c| c.legal_basis.is_some() || c.reason.is_some_and(super::model::Reason::is_temporary))
            .find_map(|c| c.reason.filter(|r| r.explains_no()));
        if let Some(reason) = reason {
            explained += 1;
            temporary |= reason.is_temporary();
        }
    }
    if failing.is_empty() || explained < failing.len() {
        Gap::PartialNoReason
    } else if temporary {
        Gap::PartialTemporary
    } else {
        Gap::PartialLegal
    }
}

/// What is raised as work. Internal procedures are outside the duty.
fn flags(verdict: &Verdict, claims: &[Claim], c: &Circumstances, now: i64) -> FlagSet {
    let mut set = FlagSet::default();
    if c.facts.internal {
        return set;
    }
    let value = |p: Point| verdict.points[p.index()].value;
    let declared = c.facts.declared == Some(Declared::Full);
    // A part that is missing (P1) contradicts nothing.
    let speaks = |claim: &Claim| claim.rule.is_some() && claim.span.is_some() && claim.point != Point::P1;
    let text_says_no = claims.iter().any(|c| speaks(c) && c.value == PointValue::No && c.valid_until > now);
    let counter = c.dossiers.all_90.zip(c.dossiers.online_90).is_some_and(|(all, online)| online == 0 && all > 0);
    set.raise(FlagCode::F1, declared && !verdict.claimed);
    set.raise(FlagCode::F2, verdict.claimed && !verdict.verified && !verdict.dormant);
    set.raise(FlagCode::F3, verdict.points.iter().any(|p| p.expired));
    set.raise(FlagCode::F4, text_says_no && (declared || c.facts.offers_online));
    set.raise(FlagCode::F5, declared && counter);
    set.raise(FlagCode::F6, verdict.claimed && !c.coverage.suffices(c.coverage_needed));
    set.raise(FlagCode::F7, verdict.verified && c.service_level_broken);
    set.raise(FlagCode::F8, c.facts.online_not_faster);
    set.raise(FlagCode::F9, c.facts.has_fee && value(Point::P6) == PointValue::No);
    set.raise(FlagCode::F10, value(Point::P10) == PointValue::No);
    set
}
