//! What an indicator would add to the total at its target, or at any other percentage. Its denominator stays as it is.

use super::decimal::Decimal;
use super::rules::Rule;
use super::score::{IndicatorScore, Points, points};

/// All there is, in percent.
const ALL: Decimal = Decimal::hundredths(10_000);

/// The points that an indicator has and may move: those that follow from its own numerator and denominator.
///
/// `None` where nothing was delivered, there is nothing to count, or no formula is known.
fn movable(indicator: &IndicatorScore) -> Option<Decimal> {
    match (indicator.rule, indicator.own) {
        (Rule::Ratio, Points::Number(own)) => Some(own),
        _ => None,
    }
}

/// The percentage from which an indicator gives all its points.
#[must_use]
pub fn target(indicator: &IndicatorScore) -> Decimal {
    indicator.target.filter(|target| *target > Decimal::ZERO).unwrap_or(ALL)
}

/// The points that reaching its target would add: the most there are, less those it has.
#[must_use]
pub fn gain(indicator: &IndicatorScore) -> Option<Decimal> {
    Some(indicator.max - movable(indicator)?)
}

/// How a total moves with one indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Points of the indicator before.
    pub before: Decimal,
    /// Its points at the percentage, rounded half up to two decimals.
    pub after: Decimal,
    /// The total with them; `None` where there was no total, or it would be beyond all points there are.
    pub total: Option<Decimal>,
}

/// A total in which one indicator comes to a percentage and everything else stays. `most` are all points there are.
#[must_use]
pub fn at(indicator: &IndicatorScore, percent: Decimal, total: Option<Decimal>, most: Decimal) -> Option<Moved> {
    let before = movable(indicator)?;
    let after = points(Some(percent), Some(ALL), indicator.target, indicator.max).number()?;
    let total = total.map(|total| total + (after - before)).filter(|total| *total <= most);
    Some(Moved { before, after, total })
}

/// The largest gains first; those that are not known last, in the order of the annex.
pub fn sort(indicators: &mut [&IndicatorScore]) {
    indicators.sort_by_key(|indicator| std::cmp::Reverse(gain(indicator)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::index766::rules::{Formula, Group, Rules};
    use crate::monitor::index766::score::{Delivered, GroupScore, group};

    fn d(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    fn formula(code: &str, rule: Rule, target: Option<&str>, max: &str) -> Formula {
        Formula {
            code: code.to_owned(),
            version: "1".to_owned(),
            group: "CLGQ".to_owned(),
            number: code.to_owned(),
            name: code.to_owned(),
            rule,
            numerator: Vec::new(),
            denominator: Vec::new(),
            target: target.map(d),
            max: d(max),
            valid_from: jiff::civil::date(2026, 1, 1),
            valid_to: None,
            source: String::new(),
        }
    }

    /// The published example: 52 of 89, 518 of 1,881, 591,643 of 600,057.
    fn example() -> GroupScore {
        let rules = Rules {
            formulas: vec![
                formula("a", Rule::Ratio, Some("80"), "2"),
                formula("b", Rule::Ratio, Some("100"), "4"),
                formula("c", Rule::Ratio, Some("50"), "6"),
                formula("d", Rule::Ratio, None, "6"),
                formula("e", Rule::Ratio, None, "6"),
                formula("f", Rule::Published, None, "2"),
                formula("g", Rule::Watched, None, "0"),
            ],
            groups: Vec::<Group>::new(),
            bands: Vec::new(),
        };
        let delivered = |code: &str, numerator: Option<&str>, denominator: &str| Delivered {
            code: code.to_owned(),
            numerator: numerator.map(d),
            denominator: Some(d(denominator)),
            published: Some(d("1.5")),
        };
        let all = [
            delivered("a", Some("52"), "89"),
            delivered("b", Some("518"), "1881"),
            delivered("c", Some("591643"), "600057"),
            delivered("d", Some("0"), "0"),
            delivered("e", None, "7"),
            delivered("f", Some("1"), "2"),
        ];
        group("CLGQ", &rules, &all, None)
    }

    #[test]
    fn a_gain_is_what_is_missing_to_all_points_and_is_never_made_up() {
        let gains: Vec<_> = example().indicators.iter().map(gain).collect();
        let known = ["0.54", "2.90", "0"].map(|points| Some(d(points)));
        assert_eq!(gains[..3], known);
        // Nothing to count, nothing delivered, no formula, no points.
        assert_eq!(gains[3..], [None; 4]);
    }

    #[test]
    fn the_largest_gain_stands_first_and_the_unknown_last() {
        let example = example();
        let mut order: Vec<_> = example.indicators.iter().collect();
        sort(&mut order);
        let codes: Vec<_> = order.iter().map(|indicator| indicator.code.as_str()).collect();
        assert_eq!(codes, ["b", "a", "c", "d", "e", "f", "g"]);
    }

    #[test]
    fn a_percentage_gives_the_total_that_follows() {
        let example = example();
        let moved = |at_: usize, percent: &str, total: Option<&str>| {
            at(&example.indicators[at_], d(percent), total.map(d), d("100"))
        };
        let half = Moved { before: d("1.46"), after: d("1.25"), total: Some(d("56.91")) };
        assert_eq!(moved(0, "50", Some("57.12")), Some(half), "less is less");
        let reached = Moved { before: d("1.46"), after: d("2"), total: Some(d("57.66")) };
        assert_eq!(moved(0, "80", Some("57.12")), Some(reached));
        assert_eq!(moved(0, "100", Some("57.12")), Some(reached), "beyond the target there is no more");
        // A third of four points is 1.33, rounded before it is added.
        assert_eq!(moved(1, "33.33", Some("50")).unwrap().total, Some(d("50.23")));
        assert_eq!(moved(1, "100", None).unwrap().total, None);
        assert_eq!(moved(1, "100", Some("99")).unwrap().total, None, "no total is above all points");
        for unknown in 3..7 {
            assert_eq!(moved(unknown, "100", Some("50")), None);
        }
    }
}
