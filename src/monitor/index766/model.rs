//! The words of index 766: endpoints, what is asked of them, figures.

use serde::{Deserialize, Serialize};

use super::decimal::Decimal;
use super::period::Period;
use crate::monitor::model::State;

/// A reporting endpoint of the portal, by the last part of its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Endpoint {
    /// Totals and groups of many departments.
    ServiceResults,
    /// Group `CKMB`.
    Transparency,
    /// Group `MDHL`.
    HandlingSatisfaction,
    /// Group `MDSH`.
    DossierDigitized,
    /// Group `TDGQ`.
    DvcProgressTree,
    /// Group `CLGQ`.
    ProvideOnlineTree,
    /// Group `TTTT`.
    FormalityOnlinePaymentTree,
    /// The portal's procedures with their states; no figures.
    Formalities,
}

impl Endpoint {
    /// Those that report one group of a department, in the order of groups.
    pub const GROUPS: [Self; 6] = [
        Self::Transparency,
        Self::DvcProgressTree,
        Self::ProvideOnlineTree,
        Self::FormalityOnlinePaymentTree,
        Self::DossierDigitized,
        Self::HandlingSatisfaction,
    ];

    /// The last part of the address.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ServiceResults => "service-results",
            Self::Transparency => "transparency",
            Self::HandlingSatisfaction => "handling-satisfaction",
            Self::DossierDigitized => "dossier-digitized",
            Self::DvcProgressTree => "dvc-progress-tree",
            Self::ProvideOnlineTree => "provide-online-tree",
            Self::FormalityOnlinePaymentTree => "formality-online-payment-tree",
            Self::Formalities => "formalities",
        }
    }

    /// The path below the portal's host.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::ServiceResults => "/api/v1/reporting/evaluation/service-results",
            Self::Transparency => "/api/v1/reporting/evaluation/transparency",
            Self::HandlingSatisfaction => "/api/v1/reporting/evaluation/handling-satisfaction",
            Self::DossierDigitized => "/api/v1/reporting/evaluation/dossier-digitized",
            Self::DvcProgressTree => "/api/v1/reporting/evaluation/dvc-progress-tree",
            Self::ProvideOnlineTree => "/api/v1/reporting/evaluation/provide-online-tree",
            Self::FormalityOnlinePaymentTree => "/api/v1/reporting/evaluation/formality-online-payment-tree",
            Self::Formalities => "/api/v1/reporting/formalities",
        }
    }

    /// The group it reports, where it is one.
    #[must_use]
    pub const fn group(self) -> Option<&'static str> {
        match self {
            Self::Transparency => Some("CKMB"),
            Self::DvcProgressTree => Some("TDGQ"),
            Self::ProvideOnlineTree => Some("CLGQ"),
            Self::FormalityOnlinePaymentTree => Some("TTTT"),
            Self::DossierDigitized => Some("MDSH"),
            Self::HandlingSatisfaction => Some("MDHL"),
            Self::ServiceResults | Self::Formalities => None,
        }
    }
}

/// What was asked; answers do not say it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The time asked for.
    pub period: Period,
    /// The portal's id of the department asked for; empty for the whole country.
    pub department_id: String,
    /// The portal's id of the procedure asked for; empty for all.
    pub formality_id: String,
    /// Its code, where known.
    pub formality_code: String,
}

impl Context {
    /// All procedures of all provinces in a period.
    #[must_use]
    pub const fn of(period: Period) -> Self {
        Self { period, department_id: String::new(), formality_id: String::new(), formality_code: String::new() }
    }
}

/// What a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The sum of all groups; code `TOTAL`.
    Total,
    /// A group's score.
    Group,
    /// An indicator with numerator and denominator.
    Indicator,
    /// A plain count or average that came along.
    Count,
    /// A point of a chart.
    Share,
}

/// The name under which breaks of these figures are kept.
pub const SERIES: &str = "index766";

/// The code of the sum of all groups.
pub const TOTAL: &str = "TOTAL";

/// One figure of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The portal's id; empty for the whole country.
    pub department_id: String,
    /// `H44`, `H44.236`; empty where the answer has none.
    pub department_code: String,
    /// The portal's word, such as `PROVINCE`; empty where the answer has none.
    pub level: String,
    /// The department it was listed under.
    pub parent_id: String,
    /// The time it is for: the one asked for, or a month of a chart.
    pub period: Period,
    /// What it is.
    pub kind: Kind,
    /// `TOTAL`, a group, an indicator, a field of the answer, or a place in a chart.
    pub code: String,
    /// Whether there is a number.
    pub state: State,
    /// Counted.
    pub numerator: Option<Decimal>,
    /// Of how many.
    pub denominator: Option<Decimal>,
    /// The published ratio in percent; for counts the count itself.
    pub value: Option<Decimal>,
    /// The published points.
    pub published: Option<Decimal>,
    /// The most points there are.
    pub max: Option<Decimal>,
    /// The portal's own word on the data's quality; empty for none.
    pub data_quality: String,
    /// Which formula said what is numerator and denominator; empty for none.
    pub formula_version: String,
}

/// A department as an answer names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    /// The portal's id.
    pub id: String,
    /// Its code, empty where the answer has none.
    pub code: String,
    /// Its name today.
    pub name: String,
    /// The portal's word.
    pub level: String,
    /// The department it was listed under.
    pub parent_id: String,
}

/// A procedure as the reports know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formality {
    /// The portal's id.
    pub id: String,
    /// Its code, trimmed.
    pub code: String,
    /// Its name.
    pub name: String,
    /// `ACTIVE`, `UPDATED`, `INACTIVE`.
    pub state: String,
    /// Who answers for it.
    pub department_id: String,
}
