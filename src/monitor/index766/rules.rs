//! The dated rules of index 766: formulas, groups, bands, breaks of series.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::decimal::Decimal;

/// How an indicator comes to points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// By numerator, denominator, target and maximum.
    Ratio,
    /// No formula is known: the portal's points stand.
    Published,
    /// Shown without points.
    Watched,
    /// Announced, not delivered.
    Declared,
}

/// One indicator's formula in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formula {
    /// The portal's code, or ours where it has none.
    pub code: String,
    /// Which edition of the formulas.
    pub version: String,
    /// Its group.
    pub group: String,
    /// Its number in the decision's annex.
    pub number: String,
    /// Official name.
    pub name: String,
    /// How it comes to points.
    pub rule: Rule,
    /// Fields of the answer that are added up.
    pub numerator: Vec<String>,
    /// Fields of the answer that are added up.
    pub denominator: Vec<String>,
    /// Percent from which all points are given.
    pub target: Option<Decimal>,
    /// Points.
    pub max: Decimal,
    /// First day.
    pub valid_from: Date,
    /// First day on which it no longer holds.
    pub valid_to: Option<Date>,
    /// Where it is known from.
    pub source: String,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// `CKMB` and so on.
    pub code: String,
    /// Its number; the third official group is two groups of the portal.
    pub number: String,
    /// Official name.
    pub name: String,
    /// Points.
    pub max: Decimal,
    /// The name under which the portal's radar shows it together with another.
    pub shown_with: Option<String>,
}

/// One band of total scores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    /// Stable word.
    pub code: String,
    /// What users read.
    pub name: String,
    /// The least points out of 100.
    pub least: Decimal,
}

/// A day at which a series began to be measured in another way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Break {
    /// The first day of the new way, `YYYY-MM-DD`.
    pub day: String,
    /// What users read.
    pub reason: String,
}

/// The rules in force on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// In the order of their numbers.
    pub formulas: Vec<Formula>,
    /// In the order of their numbers.
    pub groups: Vec<Group>,
    /// From the highest down.
    pub bands: Vec<Band>,
}

impl Rules {
    /// The formula of an indicator.
    #[must_use]
    pub fn formula(&self, code: &str) -> Option<&Formula> {
        self.formulas.iter().find(|f| f.code == code)
    }

    /// The formulas of a group.
    pub fn of_group<'a>(&'a self, group: &'a str) -> impl Iterator<Item = &'a Formula> {
        self.formulas.iter().filter(move |f| f.group == group)
    }

    /// Points of a group; a name that stands for several gives their sum.
    #[must_use]
    pub fn group_max(&self, code: &str) -> Option<Decimal> {
        let named = |g: &&Group| g.code == code || g.shown_with.as_deref() == Some(code);
        let found: Vec<Decimal> = self.groups.iter().filter(named).map(|g| g.max).collect();
        (!found.is_empty()).then(|| found.into_iter().sum())
    }

    /// The band of a total score.
    #[must_use]
    pub fn band(&self, score: Decimal) -> Option<&Band> {
        self.bands.iter().find(|band| score >= band.least)
    }
}
