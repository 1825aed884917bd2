//! How claims on one point are weighed against each other.

use EvidenceKind::{Data, Declaration, Document, Run};
use PointValue::{No, NotApplicable, Unknown, Yes};
use toantrinh::assessment::model::{Claim, EvidenceKind, Point, PointValue};
use toantrinh::assessment::verdict::{PointVerdict, weigh};

use super::given::claim;

/// A claim of one kind, checked and expiring at some instants.
fn of(value: PointValue, kind: EvidenceKind, checked_at: i64, valid_until: i64) -> Claim {
    Claim { checked_at, valid_until, ..claim(Point::P4, value, kind) }
}

/// The outcome at an instant, whatever the order in which claims were recorded.
fn at(now: i64, claims: &[Claim]) -> PointVerdict {
    let mut one: Vec<&Claim> = claims.iter().collect();
    let there = weigh(&one, now);
    one.reverse();
    assert_eq!(weigh(&one, now), there, "the order of claims decided");
    there
}

#[test]
fn nothing_known_is_unknown_and_not_expired() {
    assert_eq!(at(5, &[]), PointVerdict { value: Unknown, kind: None, conflict: false, expired: false });
    let later = at(5, &[of(Yes, Run, 6, 99)]);
    assert_eq!((later.value, later.expired), (Unknown, false), "a check of tomorrow counted today");
    let said = at(5, &[of(Unknown, Run, 1, 3)]);
    assert!(!said.expired, "what was unknown has nothing that could expire");
}

#[test]
fn the_strongest_unexpired_claim_wins_and_the_conflict_is_shown() {
    let kinds = [Declaration, Document, Data, Run];
    for pair in kinds.windows(2) {
        let verdict = at(50, &[of(No, pair[0], 20, 90), of(Yes, pair[1], 10, 90)]);
        assert_eq!((verdict.value, verdict.kind, verdict.conflict), (Yes, Some(pair[1]), true), "{pair:?}");
    }
    assert!(!at(50, &[of(Yes, Document, 20, 90), of(Yes, Run, 10, 90)]).conflict);
    let gone = at(50, &[of(No, Document, 20, 50), of(Yes, Run, 10, 90)]);
    assert!(!gone.conflict && !gone.expired, "an expired claim disagrees with nobody");
}

#[test]
fn of_equal_strength_the_newer_wins_and_at_the_same_instant_no() {
    assert_eq!(at(50, &[of(No, Document, 10, 90), of(Yes, Document, 20, 90)]).value, Yes);
    assert_eq!(at(50, &[of(Yes, Document, 10, 90), of(No, Document, 20, 90)]).value, No);
    let tie = at(50, &[of(Yes, Document, 10, 90), of(No, Document, 10, 90)]);
    assert_eq!((tie.value, tie.conflict), (No, true));
    assert_eq!(at(50, &[of(NotApplicable, Document, 10, 90), of(No, Document, 10, 90)]).value, No);
}

#[test]
fn of_yes_and_not_applicable_at_the_same_instant_yes_wins_in_any_order() {
    assert_eq!(at(50, &[of(NotApplicable, Document, 10, 90), of(Yes, Document, 10, 90)]).value, Yes);
}

#[test]
fn an_expired_stronger_claim_keeps_weaker_ones_out_until_one_is_checked_after_it() {
    let run = of(Yes, Run, 10, 40);
    let before = of(Yes, Declaration, 39, 90);
    let verdict = at(50, &[run.clone(), before.clone()]);
    assert_eq!((verdict.value, verdict.expired), (Unknown, true));
    let after = at(50, &[run.clone(), before, of(Yes, Declaration, 40, 90)]);
    assert_eq!((after.value, after.kind, after.expired), (Yes, Some(Declaration), false));
    assert_eq!(at(39, &[run]).kind, Some(Run));
}

#[test]
fn an_expired_claim_keeps_older_ones_of_its_own_strength_out_but_not_newer_ones() {
    assert_eq!(at(50, &[of(Yes, Document, 10, 90), of(No, Document, 20, 40)]).value, Unknown);
    assert_eq!(at(50, &[of(Yes, Document, 30, 90), of(No, Document, 20, 40)]).value, Yes);
    assert_eq!(at(50, &[of(Yes, Run, 10, 90), of(No, Document, 20, 40)]).value, Yes, "a weaker one keeps nobody out");
}

#[test]
fn a_no_that_expired_does_not_turn_a_yes_of_the_same_instant_true() {
    let both = [of(Yes, Document, 10, 90), of(No, Document, 10, 40)];
    assert_eq!((at(39, &both).value, at(40, &both).value), (No, Unknown));
}

#[test]
fn what_is_checked_after_an_expiry_does_not_speak_over_a_stronger_claim_that_still_holds() {
    let run = of(No, Run, 10, 40);
    let document = of(No, Document, 20, 90);
    let declared = of(Yes, Declaration, 45, 90);
    assert_eq!(at(50, &[document.clone(), declared.clone()]).value, No);
    let verdict = at(50, &[run.clone(), document, declared]);
    assert_eq!((verdict.value, verdict.expired), (Unknown, true), "one more no made it a yes");
    // A no needs no such caution, and one that agrees is taken.
    assert_eq!(at(50, &[run.clone(), of(Yes, Document, 20, 90), of(No, Declaration, 45, 90)]).value, No);
    assert_eq!(at(50, &[run, of(Yes, Document, 20, 90), of(Yes, Declaration, 45, 90)]).value, Yes);
}

#[test]
fn a_claim_that_says_unknown_takes_nothing_back() {
    let verdict = at(50, &[of(Yes, Document, 10, 90), of(Unknown, Run, 20, 90)]);
    assert_eq!((verdict.value, verdict.conflict), (Yes, false));
    assert_eq!(at(50, &[of(Yes, Document, 10, 90), of(Unknown, Run, 20, 40)]).value, Yes);
}
