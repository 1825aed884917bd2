//! Every flag is raised by what it stands for, and by nothing less.

use FlagCode::{F1, F2, F3, F4, F5, F6, F7, F8, F9, F10};
use toantrinh::assessment::derive::facts;
use toantrinh::assessment::flag::FlagCode;
use toantrinh::assessment::model::{Claim, Declared, EvidenceKind, Point, PointValue, Span};
use toantrinh::assessment::verdict::{Circumstances, Coverage, Facts, Use};
use toantrinh::catalog::model::{Channel, Duration, Fee, FeeKind, Procedure, TimeLimit, TimeUnit};

use super::given::{claim, judged, now, used_everywhere, yes_and, yes_but};

fn has(flag: FlagCode, claims: &[Claim], circumstances: &Circumstances) -> bool {
    judged(claims, circumstances).flags.has(flag)
}

fn with_facts(change: impl FnOnce(&mut Facts)) -> Circumstances {
    let mut all = used_everywhere();
    change(&mut all.facts);
    all
}

fn with_use(online_90: Option<i64>, all_90: Option<i64>) -> Circumstances {
    Circumstances {
        dossiers: Use { online_90, all_90, online_365: online_90 },
        ..with_facts(|f| f.declared = Some(Declared::Full))
    }
}

#[test]
fn f1_declared_full_but_not_claimed() {
    let full = with_facts(|f| f.declared = Some(Declared::Full));
    assert!(has(F1, &yes_but(&[Point::P2]), &full));
    assert!(!has(F1, &yes_but(&[]), &full));
    assert!(!has(F1, &yes_but(&[Point::P2]), &used_everywhere()));
    assert!(!has(F1, &[], &with_facts(|f| f.declared = Some(Declared::Partial))));
}

#[test]
fn f2_claimed_but_not_verified() {
    assert!(has(F2, &yes_but(&[]), &Circumstances { dossiers: Use::default(), ..used_everywhere() }));
    assert!(!has(F2, &yes_but(&[]), &used_everywhere()));
    assert!(!has(F2, &yes_but(&[Point::P2]), &used_everywhere()));
    assert!(!has(F2, &yes_but(&[]), &with_use(Some(0), Some(0))), "a dormant one has nothing to be verified by");
}

#[test]
fn f3_evidence_expired_and_nothing_took_its_place() {
    let over = Claim { valid_until: now(), ..claim(Point::P2, PointValue::Yes, EvidenceKind::Declaration) };
    assert!(has(F3, std::slice::from_ref(&over), &used_everywhere()));
    let anew = claim(Point::P2, PointValue::Yes, EvidenceKind::Run);
    assert!(!has(F3, &[over.clone(), anew], &used_everywhere()));
    assert!(!has(F3, &[Claim { valid_until: now() + 1, ..over }], &used_everywhere()));
    assert!(!has(F3, &[], &used_everywhere()));
}

#[test]
fn f4_its_own_text_says_no_where_it_is_offered_online() {
    let words = Span { passage: "steps.0".to_owned(), start: 0, end: 4, text: "nộp giấy".to_owned() };
    let text = |value| Claim {
        rule: Some("text.paper_filing".to_owned()),
        span: Some(words.clone()),
        ..claim(Point::P4, value, EvidenceKind::Document)
    };
    let nowhere = with_facts(|f| f.offers_online = false);
    let named = with_facts(|f| (f.offers_online, f.declared) = (false, Some(Declared::Full)));
    assert!(has(F4, &[text(PointValue::No)], &used_everywhere()));
    assert!(has(F4, &[text(PointValue::No)], &named));
    assert!(!has(F4, &[text(PointValue::No)], &nowhere), "nothing is promised that the text could contradict");
    assert!(!has(F4, &[text(PointValue::Unknown)], &used_everywhere()));
    let person = claim(Point::P4, PointValue::No, EvidenceKind::Run);
    assert!(!has(F4, &[person], &used_everywhere()), "a person's claim is not the text");
    let over = Claim { valid_until: now(), ..text(PointValue::No) };
    assert!(!has(F4, &[over], &used_everywhere()));
    let missing = Claim { point: Point::P1, rule: Some("parts.missing".to_owned()), ..text(PointValue::No) };
    assert!(!has(F4, &[missing], &used_everywhere()), "a part that is missing contradicts nothing");
    // A test journey may win; the text still says otherwise.
    let run = claim(Point::P4, PointValue::Yes, EvidenceKind::Run);
    assert!(has(F4, &[text(PointValue::No), run], &used_everywhere()));
}

#[test]
fn f5_declared_but_only_the_counter_is_used() {
    assert!(has(F5, &[], &with_use(Some(0), Some(7))));
    for (online, all) in [(Some(1), Some(7)), (Some(0), Some(0)), (None, Some(7)), (None, None)] {
        assert!(!has(F5, &[], &with_use(online, all)), "{online:?} of {all:?}");
    }
    let mut undeclared = with_use(Some(0), Some(7));
    undeclared.facts.declared = None;
    assert!(!has(F5, &[], &undeclared));
}

#[test]
fn f6_claimed_but_not_in_enough_units() {
    let few = Circumstances { coverage: Coverage { units: Some(10), covered: 9 }, ..used_everywhere() };
    assert!(has(F6, &yes_but(&[]), &few));
    assert!(!has(F6, &yes_but(&[]), &used_everywhere()));
    assert!(!has(F6, &yes_but(&[Point::P2]), &few), "coverage is asked of what is claimed");
}

#[test]
fn f7_verified_but_its_service_level_is_broken_which_changes_no_class() {
    let broken = Circumstances { service_level_broken: true, ..used_everywhere() };
    let verdict = judged(&yes_but(&[]), &broken);
    assert!(verdict.verified && verdict.flags.has(F7));
    assert!(!has(F7, &yes_but(&[]), &used_everywhere()));
    assert!(!has(F7, &yes_but(&[Point::P2]), &broken));
}

#[test]
fn f8_online_is_not_faster_than_the_counter() {
    let limit = |channel, amount, unit| TimeLimit {
        channel: Some(channel),
        case: None,
        value: Some(Duration { amount, unit }),
        raw: String::new(),
    };
    let of = |online: (f64, TimeUnit), counter: (f64, TimeUnit)| {
        let time_limits =
            vec![limit(Channel::Online, online.0, online.1), limit(Channel::Direct, counter.0, counter.1)];
        let circumstances =
            Circumstances { facts: facts(&Procedure { time_limits, ..Procedure::default() }), ..used_everywhere() };
        has(F8, &[], &circumstances)
    };
    assert!(of((5.0, TimeUnit::WorkingDay), (5.0, TimeUnit::WorkingDay)));
    assert!(of((5.0, TimeUnit::WorkingDay), (5.0, TimeUnit::Day)));
    assert!(!of((4.0, TimeUnit::WorkingDay), (5.0, TimeUnit::WorkingDay)));
    assert!(!of((8.0, TimeUnit::Hour), (1.0, TimeUnit::Day)));
    let unread = TimeLimit { value: None, ..limit(Channel::Online, 1.0, TimeUnit::Day) };
    let time_limits = vec![unread, limit(Channel::Direct, 1.0, TimeUnit::Day)];
    assert!(!facts(&Procedure { time_limits, ..Procedure::default() }).online_not_faster);
}

#[test]
fn f9_a_fee_is_due_that_cannot_be_paid_online() {
    let fee = Fee { channel: None, kind: FeeKind::Charge, amount: Some(50_000), raw: "50.000 đồng".to_owned() };
    assert!(facts(&Procedure { fees: vec![fee.clone()], ..Procedure::default() }).has_fee);
    let nothing = Fee { amount: Some(0), ..fee };
    assert!(!facts(&Procedure { fees: vec![nothing], ..Procedure::default() }).has_fee);
    let due = with_facts(|f| f.has_fee = true);
    assert!(has(F9, &yes_and(Point::P6, PointValue::No), &due));
    assert!(!has(F9, &yes_and(Point::P6, PointValue::No), &used_everywhere()));
    assert!(!has(F9, &yes_but(&[]), &due));
    assert!(!has(F9, &yes_but(&[Point::P6]), &due));
}

#[test]
fn f10_the_result_comes_on_paper_only() {
    assert!(has(F10, &yes_and(Point::P10, PointValue::No), &used_everywhere()));
    assert!(!has(F10, &yes_but(&[]), &used_everywhere()));
    assert!(!has(F10, &yes_but(&[Point::P10]), &used_everywhere()));
}
