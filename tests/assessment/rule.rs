//! The rule on the test vectors of the product: from claims to levels. Pure, without a database.

use jiff::civil::date;
use toantrinh::assessment::derive::{claims, facts};
use toantrinh::assessment::flag::FlagCode;
use toantrinh::assessment::model::{Claim, EvidenceKind, Gap, OnlineLevel, Point, PointValue, Reason};
use toantrinh::assessment::parameters::DAY;
use toantrinh::assessment::verdict::{Circumstances, Coverage, Facts, Use, judge};
use toantrinh::platform::clock::VIETNAM;

use super::given::{claim, judged, now, parameters, raised, rubbing_by_post, used_everywhere, yes_and, yes_but};

#[test]
fn all_points_not_applicable_is_not_end_to_end() {
    let none = |p: &Point| Claim {
        reason: Some(Reason::SetAsideByLaw),
        ..claim(*p, PointValue::NotApplicable, EvidenceKind::Run)
    };
    let all: Vec<Claim> = Point::ALL[..Point::DECIDING].iter().map(none).collect();
    let verdict = judged(&all, &used_everywhere());
    assert!(!verdict.claimed && !verdict.verified && !verdict.dormant);
    assert_eq!((verdict.level, verdict.gap), (OnlineLevel::L1, Some(Gap::UnknownEvidence)));
}

#[test]
fn ten_yes_and_one_unknown_is_not_claimed() {
    for missing in &Point::ALL[..Point::DECIDING] {
        let verdict = judged(&yes_but(&[*missing]), &used_everywhere());
        assert!(!verdict.claimed && !verdict.verified, "without {}", missing.code());
        let said = judged(&yes_and(*missing, PointValue::Unknown), &used_everywhere());
        assert!(!said.claimed, "{} said to be unknown", missing.code());
    }
}

#[test]
fn ten_yes_and_no_fee_due_is_claimed() {
    let mut all = yes_but(&[Point::P6]);
    let none = claim(Point::P6, PointValue::NotApplicable, EvidenceKind::Declaration);
    all.push(Claim { reason: Some(Reason::NoFee), ..none });
    let unused = Circumstances { dossiers: Use::default(), ..used_everywhere() };
    let verdict = judged(&all, &unused);
    assert!(verdict.claimed && !verdict.verified);
    assert_eq!(verdict.level, OnlineLevel::L4);
    // What does not apply needs no better evidence: only what is yes does.
    assert!(judged(&all, &used_everywhere()).verified);
}

#[test]
fn a_service_named_end_to_end_that_wants_a_rubbing_by_post_is_partly_online_and_contradicts_itself() {
    let procedure = rubbing_by_post();
    let all = claims(&procedure, now(), &parameters());
    let verdict = judged(&all, &Circumstances { facts: facts(&procedure), ..Circumstances::default() });
    assert_eq!(verdict.points[Point::P4.index()].value, PointValue::No);
    let rubbing = all.iter().find(|c| c.rule.as_deref() == Some("text.rubbing")).unwrap();
    let span = rubbing.span.as_ref().unwrap();
    assert!(span.passage == "steps.0" && span.text.contains("chà số"), "{span:?}");
    let cut: String = procedure.steps[0].text.chars().skip(span.start).take(span.end - span.start).collect();
    assert_eq!(cut, span.text);
    assert_eq!((verdict.level, verdict.gap), (OnlineLevel::L3, Some(Gap::FullStepGap)));
    assert!(!facts(&procedure).has_form, "L3 does not presuppose a form to take away");
    assert!(verdict.flags.has(FlagCode::F1) && verdict.flags.has(FlagCode::F4), "{:?}", raised(&verdict));
}

#[test]
fn a_run_holds_until_its_midnight_in_vietnam_and_not_beyond() {
    let midnight = date(2026, 12, 1).to_zoned_datetime(VIETNAM).unwrap().timestamp();
    assert_eq!(midnight.to_string(), "2026-11-30T17:00:00Z");
    let midnight = midnight.as_millisecond();
    let mut all = yes_but(&[Point::P4]);
    let run = claim(Point::P4, PointValue::Yes, EvidenceKind::Run);
    all.push(Claim { valid_until: midnight, ..run });
    let before = judge(&all, &used_everywhere(), midnight - 1);
    assert!(before.verified && !before.flags.has(FlagCode::F3));
    assert_eq!(before.next_expiry, Some(midnight));
    let after = judge(&all, &used_everywhere(), midnight);
    let point = after.points[Point::P4.index()];
    assert_eq!((point.value, point.kind, point.expired), (PointValue::Unknown, None, true));
    assert!(!after.claimed && after.flags.has(FlagCode::F3));
    assert_eq!(after.level, OnlineLevel::L3);
}

#[test]
fn less_than_95_percent_of_the_units_is_a_coverage_gap_and_95_percent_is_enough() {
    let all = yes_but(&[]);
    let with = |units, covered| {
        let coverage = Coverage { units, covered };
        judged(&all, &Circumstances { coverage, ..used_everywhere() })
    };
    let short = with(Some(1_000), 949);
    assert!(short.flags.has(FlagCode::F6) && short.flags.has(FlagCode::F2));
    assert_eq!((short.level, short.verified, short.dormant), (OnlineLevel::L4, false, false));
    let enough = with(Some(1_000), 950);
    assert_eq!((enough.level, enough.verified, raised(&enough)), (OnlineLevel::L5, true, vec![]));
    let unknown = with(None, 0);
    assert!(!unknown.verified && unknown.flags.has(FlagCode::F6), "an unknown set of units counts as covered");
    assert!(!with(Some(0), 0).verified);
}

#[test]
fn every_level_is_the_highest_whose_conditions_hold() {
    let bare = Circumstances::default();
    let facts = |informs, has_form| Circumstances {
        facts: Facts { informs, has_form, ..Facts::default() },
        ..Circumstances::default()
    };
    let p3 = [claim(Point::P3, PointValue::Yes, EvidenceKind::Declaration)];
    let quality = |points: &[Point]| {
        let mut all = yes_but(&[]);
        all.extend(points.iter().map(|p| claim(*p, PointValue::Yes, EvidenceKind::Document)));
        all
    };
    let used = used_everywhere();
    for (claims, circumstances, level) in [
        (vec![], &bare, OnlineLevel::L0),
        (vec![], &facts(true, false), OnlineLevel::L1),
        (vec![], &facts(false, true), OnlineLevel::L2),
        (p3.to_vec(), &bare, OnlineLevel::L3),
        (quality(&[]), &bare, OnlineLevel::L4),
        // Quality is graded only where the service is verified.
        (quality(&[Point::Q1, Point::Q2]), &bare, OnlineLevel::L4),
        (quality(&[]), &used, OnlineLevel::L5),
        (quality(&[Point::Q2]), &used, OnlineLevel::L5),
        (quality(&[Point::Q1]), &used, OnlineLevel::L6),
        (quality(&[Point::Q1, Point::Q2]), &used, OnlineLevel::L7),
    ] {
        let verdict = judged(&claims, circumstances);
        assert_eq!(verdict.level, level, "{} claims", claims.len());
        assert_eq!(verdict.verified, level >= OnlineLevel::L5);
        assert_eq!(verdict.claimed, level >= OnlineLevel::L4);
    }
}

#[test]
fn verified_needs_better_than_a_declaration_nobody_excluded_and_a_dossier_handled_online() {
    assert!(judged(&yes_but(&[]), &used_everywhere()).verified);
    let mut declared = yes_but(&[Point::P2]);
    declared.push(claim(Point::P2, PointValue::Yes, EvidenceKind::Declaration));
    let only_said = judged(&declared, &used_everywhere());
    assert!(only_said.claimed && !only_said.verified);
    let excludes = judged(&yes_but(&[]), &Circumstances { excludes: true, ..used_everywhere() });
    assert!(excludes.claimed && !excludes.verified && !excludes.dormant);
    let counter = Use { online_90: Some(0), all_90: Some(4), online_365: Some(4) };
    let unused = judged(&yes_but(&[]), &Circumstances { dossiers: counter, ..used_everywhere() });
    assert!(unused.claimed && !unused.verified && !unused.dormant);
}

#[test]
fn dormant_is_only_what_a_source_reports_to_have_had_no_dossier_at_all() {
    let with = |online_90, all_90| {
        let dossiers = Use { online_90, all_90, online_365: None };
        judged(&yes_but(&[]), &Circumstances { dossiers, ..used_everywhere() })
    };
    let dormant = with(Some(0), Some(0));
    assert!(dormant.dormant && !dormant.verified);
    assert_eq!((dormant.level, dormant.gap, raised(&dormant)), (OnlineLevel::L4, None, vec![]));
    assert!(with(None, Some(0)).dormant);
    let absent = with(None, None);
    assert!(!absent.dormant && !absent.verified, "absent data counted as no dossiers");
    assert_eq!((absent.gap, raised(&absent)), (Some(Gap::UnknownEvidence), vec![FlagCode::F2]));
    assert!(!with(Some(0), Some(3)).dormant);
    let partly = yes_and(Point::P4, PointValue::No);
    let nobody = Use { online_90: Some(0), all_90: Some(0), online_365: Some(0) };
    assert!(!judged(&partly, &Circumstances { dossiers: nobody, ..used_everywhere() }).dormant);
}

#[test]
fn an_internal_procedure_has_points_and_a_level_but_no_gap_and_no_flags() {
    let facts = Facts { internal: true, online_not_faster: true, has_fee: true, ..used_everywhere().facts };
    let expired = Claim { valid_until: now() - DAY, ..claim(Point::P2, PointValue::Yes, EvidenceKind::Run) };
    let all = [expired, claim(Point::P6, PointValue::No, EvidenceKind::Run)];
    let verdict = judged(&all, &Circumstances { facts, ..used_everywhere() });
    assert_eq!((verdict.gap, raised(&verdict)), (None, vec![]));
    assert_eq!(verdict.points[Point::P6.index()].value, PointValue::No);
    let public = Circumstances { facts: Facts { internal: false, ..facts }, ..used_everywhere() };
    let open = judged(&all, &public);
    assert_eq!(raised(&open), [FlagCode::F3, FlagCode::F8, FlagCode::F9]);
    assert_eq!(open.gap, Some(Gap::PartialNoReason));
}
