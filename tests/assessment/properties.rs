//! What holds for every set of claims: no `no` and no expiry makes a service look better.

use proptest::prelude::*;
use toantrinh::assessment::model::{Claim, EvidenceKind, Point, PointValue};
use toantrinh::assessment::verdict::{Circumstances, Coverage, Facts, Use, judge};

use super::given::claim;

/// The instant at which claims are weighed; checks and expiries lie around it, close enough to meet.
const AT: i64 = 10;

fn value() -> impl Strategy<Value = PointValue> {
    prop_oneof![
        6 => Just(PointValue::Yes),
        2 => Just(PointValue::No),
        2 => Just(PointValue::NotApplicable),
        1 => Just(PointValue::Unknown),
    ]
}

fn kind() -> impl Strategy<Value = EvidenceKind> {
    use EvidenceKind::{Data, Declaration, Document, Run};
    prop::sample::select(vec![Declaration, Document, Data, Run])
}

fn a_claim(point: impl Strategy<Value = Point>) -> impl Strategy<Value = Claim> {
    (point, value(), kind(), 0..=AT, 1..=2 * AT).prop_map(|(point, value, kind, checked_at, length)| Claim {
        checked_at,
        valid_until: checked_at + length,
        ..claim(point, value, kind)
    })
}

/// Every deciding point yes, so that the upper levels are met often, and up to six claims more on few points.
fn claims() -> impl Strategy<Value = Vec<Claim>> {
    let base = proptest::bool::weighted(0.8);
    let more = prop::collection::vec(a_claim(prop::sample::select(vec![Point::P2, Point::P3, Point::Q1])), 0..6);
    (base, more, kind()).prop_map(|(base, mut all, kind)| {
        if base {
            let yes = |p: &Point| Claim { checked_at: 0, valid_until: AT + 1, ..claim(*p, PointValue::Yes, kind) };
            let others = Point::ALL.iter().filter(|p| !matches!(p, Point::P2 | Point::P3 | Point::Q1));
            all.extend(others.map(yes));
        }
        all
    })
}

fn circumstances() -> impl Strategy<Value = Circumstances> {
    let count = || prop::option::of(0..3_i64);
    let flags = (any::<bool>(), any::<bool>(), proptest::bool::weighted(0.1));
    (flags, 90..=100_u32, count(), count()).prop_map(|((has_form, informs, excludes), covered, online, all)| {
        Circumstances {
            facts: Facts { has_form, informs, ..Facts::default() },
            coverage: Coverage { units: Some(100), covered },
            coverage_needed: 0.95,
            excludes,
            dossiers: Use { online_90: online, all_90: all, online_365: online },
            service_level_broken: false,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_more_no_never_raises_a_level(
        before in claims(), around in circumstances(), no in a_claim(prop::sample::select(Point::ALL.to_vec())),
    ) {
        let mut after = before.clone();
        after.push(Claim { value: PointValue::No, ..no });
        prop_assert!(judge(&after, &around, AT).level <= judge(&before, &around, AT).level);
    }

    #[test]
    fn time_that_passes_never_raises_a_level(all in claims(), around in circumstances(), later in 1..3 * AT) {
        let mut last = judge(&all, &around, AT).level;
        for now in AT + 1..=AT + later {
            let level = judge(&all, &around, now).level;
            prop_assert!(level <= last, "{last:?} became {level:?} at {now}");
            last = level;
        }
    }

    /// A claim cut short to this instant, after every check: what is checked after an expiry is let in by the rule.
    #[test]
    fn evidence_that_ends_earlier_never_raises_a_level(
        all in claims(), around in circumstances(), which in any::<prop::sample::Index>(),
    ) {
        let all: Vec<Claim> = all.into_iter().filter(|c| c.checked_at < AT).collect();
        prop_assume!(!all.is_empty());
        let mut shorter = all.clone();
        let cut = &mut shorter[which.index(all.len())];
        prop_assume!(cut.valid_until > AT);
        cut.valid_until = AT;
        prop_assert!(judge(&shorter, &around, AT).level <= judge(&all, &around, AT).level);
    }

    #[test]
    fn verified_is_claimed_and_claimed_has_no_open_point(all in claims(), around in circumstances()) {
        let verdict = judge(&all, &around, AT);
        prop_assert!(!verdict.verified || verdict.claimed);
        prop_assert!(!verdict.dormant || (verdict.claimed && !verdict.verified));
        let deciding = &verdict.points[..Point::DECIDING];
        let open = deciding.iter().any(|p| matches!(p.value, PointValue::No | PointValue::Unknown));
        prop_assert!(!(verdict.claimed && open));
        prop_assert_eq!(verdict.gap.is_none(), verdict.verified || verdict.dormant);
    }

    #[test]
    fn the_order_in_which_claims_were_recorded_decides_nothing(all in claims(), around in circumstances()) {
        let mut turned = all.clone();
        turned.reverse();
        prop_assert_eq!(judge(&all, &around, AT), judge(&turned, &around, AT));
    }
}

/// The generators reach what the properties speak of; otherwise they would hold of nothing.
#[test]
fn the_properties_meet_every_upper_level_and_expired_points() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let strategy = (claims(), circumstances());
    let (mut levels, mut expired, mut conflicts) = (std::collections::BTreeSet::new(), 0, 0);
    for _ in 0..4_000 {
        let (all, around) = strategy.new_tree(&mut runner).unwrap().current();
        let verdict = judge(&all, &around, AT);
        levels.insert(verdict.level.code());
        expired += u32::from(verdict.points.iter().any(|p| p.expired));
        conflicts += u32::from(verdict.points.iter().any(|p| p.conflict));
    }
    assert!(levels.len() >= 7 && expired > 100 && conflicts > 100, "{levels:?} {expired} {conflicts}");
}
