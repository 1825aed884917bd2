//! Why a service is not verified: every word of the rule is reached, in the rule's order.

use toantrinh::assessment::derive::{declared, facts};
use toantrinh::assessment::model::{Claim, Declared, EvidenceKind, Gap, Point, PointValue, Reason};
use toantrinh::assessment::verdict::{Circumstances, Facts, Use};
use toantrinh::catalog::model::{Channel, Procedure};

use super::given::{claim, judged, now, used_everywhere, yes_and, yes_but};

fn no(point: Point) -> Claim {
    claim(point, PointValue::No, EvidenceKind::Document)
}

fn reasoned(point: Point, reason: Reason, law: bool) -> Claim {
    Claim { reason: Some(reason), legal_basis: law.then(|| "Luật Thử, Điều 1".to_owned()), ..no(point) }
}

fn gap(claims: &[Claim], declared: Option<Declared>) -> Option<Gap> {
    let base = used_everywhere();
    judged(claims, &Circumstances { facts: Facts { declared, ..base.facts }, ..base }).gap
}

#[test]
fn without_an_online_way_it_is_not_online_whatever_else_holds() {
    let facts = Facts { offers_online: false, declared: Some(Declared::Full), ..used_everywhere().facts };
    let offline = Circumstances { facts, ..used_everywhere() };
    assert_eq!(judged(&[no(Point::P6)], &offline).gap, Some(Gap::NotOnline));
    assert_eq!(gap(&[no(Point::P4)], Some(Declared::InformationOnly)), Some(Gap::NotOnline));
    // Where no channel is published nothing is known.
    let silent = Facts { channels_known: false, offers_online: false, ..used_everywhere().facts };
    let nothing = judged(&[], &Circumstances { facts: silent, ..used_everywhere() });
    assert_eq!(nothing.gap, Some(Gap::UnknownEvidence));
}

#[test]
fn a_declared_full_service_fails_at_the_fee_then_the_result_then_another_step_then_its_use() {
    let full = Some(Declared::Full);
    let mut failing = vec![no(Point::P4)];
    assert_eq!(gap(&failing, full), Some(Gap::FullStepGap));
    failing.push(no(Point::P10));
    assert_eq!(gap(&failing, full), Some(Gap::FullResultGap));
    failing.push(no(Point::P6));
    assert_eq!(gap(&failing, full), Some(Gap::FullPayGap));
    let facts = Facts { declared: full, ..used_everywhere().facts };
    let with_use = |online_365| {
        let dossiers = Use { online_90: online_365, all_90: None, online_365 };
        judged(&yes_but(&[Point::P2]), &Circumstances { facts, dossiers, ..used_everywhere() }).gap
    };
    assert_eq!(with_use(Some(0)), Some(Gap::FullNoUse));
    assert_eq!(with_use(None), Some(Gap::UnknownEvidence), "absent data counted as no use");
    assert_eq!(with_use(Some(1)), Some(Gap::UnknownEvidence));
}

#[test]
fn a_reason_of_law_does_not_excuse_a_service_declared_full() {
    let excused = [reasoned(Point::P4, Reason::PresenceRequired, true)];
    assert_eq!(gap(&excused, Some(Declared::Full)), Some(Gap::FullStepGap));
    assert_eq!(gap(&excused, None), Some(Gap::PartialLegal));
}

#[test]
fn a_partly_online_service_needs_a_published_reason_for_every_no() {
    assert_eq!(gap(&[], Some(Declared::Partial)), Some(Gap::PartialNoReason));
    assert_eq!(gap(&[no(Point::P4)], None), Some(Gap::PartialNoReason));
    let legal = reasoned(Point::P4, Reason::FieldVerification, true);
    assert_eq!(gap(std::slice::from_ref(&legal), Some(Declared::Partial)), Some(Gap::PartialLegal));
    assert_eq!(gap(&[legal.clone(), no(Point::P9)], None), Some(Gap::PartialNoReason));
    let without_law = reasoned(Point::P4, Reason::PresenceRequired, false);
    assert_eq!(gap(&[without_law], None), Some(Gap::PartialNoReason), "a reason of law names the provision");
    let temporary = reasoned(Point::P9, Reason::TechnicalIncident, false);
    assert_eq!(gap(&[legal, temporary.clone()], None), Some(Gap::PartialTemporary));
    let over = Claim { valid_until: now(), ..temporary };
    assert_eq!(gap(&[over, no(Point::P4)], None), Some(Gap::PartialNoReason), "a reason that expired explains nothing");
}

#[test]
fn what_nothing_contradicts_and_nothing_proves_is_unknown_evidence() {
    assert_eq!(gap(&[], None), Some(Gap::UnknownEvidence));
    assert_eq!(gap(&[], Some(Declared::Full)), Some(Gap::UnknownEvidence));
    assert_eq!(gap(&yes_and(Point::P1, PointValue::Unknown), None), Some(Gap::UnknownEvidence));
    // A quality that is missing is no gap.
    let mut all = yes_but(&[Point::P2]);
    all.push(no(Point::Q1));
    assert_eq!(gap(&all, None), Some(Gap::UnknownEvidence));
}

#[test]
fn a_verified_service_has_no_gap() {
    assert_eq!(gap(&yes_but(&[]), None), None);
    assert_eq!(gap(&yes_but(&[]), Some(Declared::Partial)), None);
}

#[test]
fn the_declared_level_is_read_from_the_mark_and_the_name_and_gives_no_point() {
    let named =
        |name: &str, mark| declared(&Procedure { name: name.to_owned(), declared_full: mark, ..Procedure::default() });
    assert_eq!(named("Cấp giấy thử TRỰC TUYẾN TOÀN TRÌNH", None), Some(Declared::Full));
    assert_eq!(named("Cấp giấy thử", Some(true)), Some(Declared::Full));
    assert_eq!(named("Cấp giấy thử trực tuyến một phần", None), Some(Declared::Partial));
    // The portal's `false` is set on services that are plainly online: it declares nothing.
    assert_eq!(named("Cấp giấy thử", Some(false)), None);
    let marked = Procedure { declared_full: Some(true), ..Procedure::default() };
    let all = toantrinh::assessment::derive::claims(&marked, now(), &super::given::parameters());
    assert!(all.iter().all(|c| c.value != PointValue::Yes), "{all:?}");
    let form = Procedure { submit_form: Some(true), ..Procedure::default() };
    assert!(facts(&form).offers_online);
    let direct = Procedure { channels: vec![Channel::Direct], ..Procedure::default() };
    assert!(facts(&direct).channels_known && !facts(&direct).offers_online);
}
