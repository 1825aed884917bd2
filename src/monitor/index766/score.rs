//! Points from numerators: target rule, rounding, sums, and how they compare with what was published.

use serde::Serialize;

use super::decimal::Decimal;
use super::rules::{Formula, Rule, Rules};

/// More than this between own and published points is told.
const TOLERANCE: Decimal = Decimal::thousandths(15);

/// The points of one indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Points {
    /// Two decimals.
    Number(Decimal),
    /// There was nothing to count.
    NotApplicable,
    /// Numerator or denominator did not come.
    NotDelivered,
}

impl Points {
    /// The number, if it is one.
    #[must_use]
    pub const fn number(self) -> Option<Decimal> {
        match self {
            Self::Number(points) => Some(points),
            Self::NotApplicable | Self::NotDelivered => None,
        }
    }
}

/// Points of an indicator: all of them from the target on, below it in proportion; without a target in proportion to 100
/// percent. Rounded half up to two decimals. `target` is in percent.
///
/// A denominator of 0 means that there was nothing to count, whatever score was published.
#[must_use]
pub fn points(
    numerator: Option<Decimal>,
    denominator: Option<Decimal>,
    target: Option<Decimal>,
    max: Decimal,
) -> Points {
    let (Some(numerator), Some(denominator)) = (numerator, denominator) else { return Points::NotDelivered };
    if denominator == Decimal::ZERO {
        return Points::NotApplicable;
    }
    let full = target.filter(|t| *t > Decimal::ZERO).unwrap_or(Decimal::hundredths(10_000));
    if numerator.reaches(denominator, full) {
        return Points::Number(max);
    }
    numerator.scaled(denominator, full, max).map_or(Points::NotDelivered, Points::Number)
}

/// An indicator of a department with what was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// Which indicator.
    pub code: String,
    /// Counted.
    pub numerator: Option<Decimal>,
    /// Of how many.
    pub denominator: Option<Decimal>,
    /// Published points.
    pub published: Option<Decimal>,
}

/// An indicator with own and published points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndicatorScore {
    /// Which indicator.
    pub code: String,
    /// Its number in the annex.
    pub number: String,
    /// Its name.
    pub name: String,
    /// How it comes to points.
    pub rule: Rule,
    /// Which edition of the formulas.
    pub version: String,
    /// Where the formula is known from.
    pub source: String,
    /// What was delivered.
    pub numerator: Option<Decimal>,
    /// What was delivered.
    pub denominator: Option<Decimal>,
    /// The share in percent, two decimals.
    pub percent: Option<Decimal>,
    /// Percent from which all points are given.
    pub target: Option<Decimal>,
    /// Points there are.
    pub max: Decimal,
    /// Points by the formula.
    pub own: Points,
    /// Points published.
    pub published: Option<Decimal>,
}

/// Own points beside published ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// Within 0.015.
    Same,
    /// More than 0.015 apart.
    Different,
    /// Numerators did not come: "chỉ có điểm công bố".
    PublishedOnly,
    /// No published score.
    OwnOnly,
    /// There was nothing to count.
    NotApplicable,
}

impl Agreement {
    /// What users read.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Same => "khớp điểm công bố",
            Self::Different => "lệch điểm công bố",
            Self::PublishedOnly => "chỉ có điểm công bố",
            Self::OwnOnly => "chỉ có điểm tự tính",
            Self::NotApplicable => "không có đối tượng tính điểm",
        }
    }
}

/// A group with own and published points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupScore {
    /// `CKMB` and so on.
    pub code: String,
    /// Its indicators in the order of the annex.
    pub indicators: Vec<IndicatorScore>,
    /// The sum of rounded points; `None` when an indicator that counts is missing, or nothing was to count.
    pub own: Points,
    /// Published points.
    pub published: Option<Decimal>,
    /// Own minus published.
    pub difference: Option<Decimal>,
    /// How the two compare.
    pub agreement: Agreement,
}

/// Scores a group from what was delivered.
#[must_use]
pub fn group(code: &str, rules: &Rules, delivered: &[Delivered], published: Option<Decimal>) -> GroupScore {
    let indicators: Vec<IndicatorScore> = rules
        .of_group(code)
        .filter(|f| f.rule != Rule::Declared)
        .map(|formula| indicator(formula, delivered.iter().find(|d| d.code == formula.code)))
        .collect();
    let counted = || indicators.iter().filter(|i| matches!(i.rule, Rule::Ratio | Rule::Published));
    let own = if counted().any(|i| i.own == Points::NotDelivered) || counted().next().is_none() {
        Points::NotDelivered
    } else if counted().all(|i| i.own == Points::NotApplicable) {
        Points::NotApplicable
    } else {
        Points::Number(counted().filter_map(|i| i.own.number()).sum())
    };
    let (difference, agreement) = compare(own, published);
    GroupScore { code: code.to_owned(), indicators, own, published, difference, agreement }
}

fn indicator(formula: &Formula, delivered: Option<&Delivered>) -> IndicatorScore {
    let numerator = delivered.and_then(|d| d.numerator);
    let denominator = delivered.and_then(|d| d.denominator);
    let published = delivered.and_then(|d| d.published);
    let own = match formula.rule {
        Rule::Published => published.map_or(Points::NotDelivered, Points::Number),
        Rule::Ratio => points(numerator, denominator, formula.target, formula.max),
        Rule::Watched | Rule::Declared => Points::NotDelivered,
    };
    let percent = numerator.zip(denominator).and_then(|(n, d)| n.share_of(d, Decimal::hundredths(10_000)));
    IndicatorScore {
        code: formula.code.clone(),
        number: formula.number.clone(),
        name: formula.name.clone(),
        rule: formula.rule,
        version: formula.version.clone(),
        source: formula.source.clone(),
        numerator,
        denominator,
        percent,
        target: formula.target,
        max: formula.max,
        own,
        published,
    }
}

/// Own minus published points, and what it means.
#[must_use]
pub fn compare(own: Points, published: Option<Decimal>) -> (Option<Decimal>, Agreement) {
    match (own, published) {
        (Points::Number(own), Some(published)) => {
            let difference = own - published;
            (Some(difference), if differs(difference) { Agreement::Different } else { Agreement::Same })
        }
        (Points::Number(_), None) => (None, Agreement::OwnOnly),
        (Points::NotApplicable, _) => (None, Agreement::NotApplicable),
        (Points::NotDelivered, _) => (None, Agreement::PublishedOnly),
    }
}

/// Whether points lie more than 0.015 apart.
#[must_use]
pub fn differs(difference: Decimal) -> bool {
    difference.abs() > TOLERANCE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    fn scored(numerator: &str, denominator: &str, target: Option<&str>, max: &str) -> Points {
        points(Some(d(numerator)), Some(d(denominator)), target.map(d), d(max))
    }

    #[test]
    fn a_reached_target_gives_all_points_and_less_gives_its_share() {
        assert_eq!(scored("52", "56", Some("80"), "2"), Points::Number(d("2")));
        assert_eq!(scored("52", "89", Some("80"), "2"), Points::Number(d("1.46")));
        assert_eq!(scored("518", "1881", Some("100"), "4"), Points::Number(d("1.10")));
        assert_eq!(scored("591643", "600057", Some("50"), "6"), Points::Number(d("6")));
        assert_eq!(scored("761", "1026", None, "20"), Points::Number(d("14.83")));
        assert_eq!(scored("12", "10", None, "20"), Points::Number(d("20")), "more than all is all");
    }

    #[test]
    fn nothing_to_count_and_nothing_delivered_are_no_zero() {
        assert_eq!(scored("0", "0", None, "6"), Points::NotApplicable);
        assert_eq!(points(None, Some(d("5")), None, d("6")), Points::NotDelivered);
        assert_eq!(points(Some(d("5")), None, None, d("6")), Points::NotDelivered);
        assert_eq!(scored("0", "5", None, "6"), Points::Number(Decimal::ZERO));
    }

    #[test]
    fn a_difference_is_told_beyond_fifteen_thousandths() {
        let agreement = |own, published| compare(Points::Number(d(own)), Some(d(published))).1;
        assert_eq!(agreement("8.56", "8.56"), Agreement::Same);
        assert_eq!(agreement("8.56", "8.575"), Agreement::Same);
        assert_eq!(agreement("8.56", "8.5751"), Agreement::Different);
        assert_eq!(agreement("8.56", "8.54"), Agreement::Different);
        assert_eq!(compare(Points::NotDelivered, Some(d("2"))).1.words(), "chỉ có điểm công bố");
    }
}
