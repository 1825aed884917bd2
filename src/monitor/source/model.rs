//! What a source is: where figures come from, how often, who answers for it, which procedures depend on it.

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use crate::account::model::Role;
use crate::monitor::model::SourceKind;
use crate::monitor::observation::model::NewSeries;
use crate::monitor::probe::model::{HttpProbe, JsonPull, Rule};

/// The figure of a probe: milliseconds from start to last byte.
pub const PROBE: &str = "probe";
/// The same figure of every other poll, so that it can be seen how the source of figures is doing.
pub const POLL: &str = "poll";
/// Who may change sources.
pub const KEEPERS: &[Role] = &[Role::MetricOwner, Role::Admin];

/// A source as it is written down, the same for API, screen and file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "serde_json::Value")]
pub struct Definition {
    /// Identity, never changed: 1 to 64 small letters, digits and hyphens.
    pub id: String,
    /// Name for readers.
    pub name: String,
    /// Who answers for it.
    pub owner: String,
    /// Under what terms the figures may be used; required where others publish them.
    pub licence: String,
    /// The unit it is about; empty for all.
    pub unit_id: String,
    /// Seconds between polls, 5 to 604,800; only for kinds that are polled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every_seconds: Option<u32>,
    /// Seconds after which a value is stale; never when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age_seconds: Option<u32>,
    /// Which procedures stand still when the source does.
    pub procedures: Covers,
    /// Requests that may run at the same host at once, over all sources of it; 1 to 64.
    pub host_limit: u32,
    /// Requests a day in Vietnam at most; without limit when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily_budget: Option<u32>,
    /// Milliseconds between the requests of one poll of a portal.
    pub pause_ms: u32,
    /// The kind, and what only it has.
    #[serde(flatten)]
    pub what: What,
}

/// Which procedures a source is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Covers {
    /// None.
    #[default]
    None,
    /// Every one.
    All,
    /// Those with these codes.
    Codes(Vec<String>),
}

/// The kind of a source, and what only that kind has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// An address is asked and the answer judged.
    HttpProbe(HttpProbe),
    /// Figures are read from a JSON document.
    JsonPull(JsonPull),
    /// The portal's list and details of procedures.
    PortalCatalog(PortalCatalog),
    /// The portal's reports of index 766.
    PortalIndex766(PortalIndex766),
    /// Dossiers as a one-stop system sends them.
    DossierFeed(DossierFeed),
    /// A program sends figures with a token.
    Push(Figures),
    /// A person uploads a table.
    Upload(Figures),
    /// A person types figures in.
    Manual(Figures),
}

/// See [`What::PortalCatalog`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PortalCatalog {
    /// Address of the portal, without a path of its own.
    #[schema(value_type = String)]
    pub url: Url,
}

/// See [`What::PortalIndex766`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PortalIndex766 {
    /// Address of the portal, without a path of its own.
    #[schema(value_type = String)]
    pub url: Url,
    /// Codes of the departments whose reports are read, at most 100; empty for the country and its provinces.
    #[serde(default)]
    pub departments: Vec<String>,
    /// The year that is read, 2020 to 2100; the running one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<u16>,
}

/// See [`What::DossierFeed`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DossierFeed {}

/// Figures that come by themselves: only those named here are taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// The figures, 1 to 200.
    pub metrics: Vec<Metric>,
}

/// One figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// Its name: 1 to 64 small letters, digits, `_`, `-` and `.`.
    pub metric: String,
    /// What the number counts.
    #[serde(default)]
    pub unit: String,
    /// Seconds between two values, where they have a rhythm: single values of less than a day are not kept for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_seconds: Option<u32>,
}

impl What {
    /// The kind.
    #[must_use]
    pub fn kind(&self) -> SourceKind {
        match self {
            Self::HttpProbe(_) => SourceKind::HttpProbe,
            Self::JsonPull(_) => SourceKind::JsonPull,
            Self::PortalCatalog(_) => SourceKind::PortalCatalog,
            Self::PortalIndex766(_) => SourceKind::PortalIndex766,
            Self::DossierFeed(_) => SourceKind::DossierFeed,
            Self::Push(_) => SourceKind::Push,
            Self::Upload(_) => SourceKind::Upload,
            Self::Manual(_) => SourceKind::Manual,
        }
    }

    /// The address that is polled; `None` for kinds that are not.
    #[must_use]
    pub fn url(&self) -> Option<&Url> {
        match self {
            Self::HttpProbe(probe) => Some(&probe.url),
            Self::JsonPull(pull) => Some(&pull.url),
            Self::PortalCatalog(portal) => Some(&portal.url),
            Self::PortalIndex766(portal) => Some(&portal.url),
            Self::DossierFeed(_) | Self::Push(_) | Self::Upload(_) | Self::Manual(_) => None,
        }
    }

    /// Milliseconds that one request may take; 10 seconds where the kind has no setting of its own.
    #[must_use]
    pub fn timeout_ms(&self) -> u32 {
        match self {
            Self::HttpProbe(probe) => probe.timeout_ms,
            Self::JsonPull(pull) => pull.timeout_ms,
            _ => 10_000,
        }
    }
}

impl Definition {
    /// Name and port of the host that is polled, such as `dichvucong.gov.vn:443`; `None` for kinds that are not.
    #[must_use]
    pub fn host(&self) -> Option<String> {
        let url = self.what.url()?;
        Some(format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(0)))
    }

    /// Milliseconds between polls; `None` for kinds that are not polled.
    #[must_use]
    pub fn every_ms(&self) -> Option<i64> {
        self.every_seconds.filter(|_| self.what.kind().is_polled()).map(|seconds| i64::from(seconds) * 1000)
    }

    /// The figures of the source, each with the milliseconds between two values; `None` for those without a rhythm, such
    /// as figures for a period of their own.
    #[must_use]
    pub fn rhythms(&self) -> Vec<(&str, Option<i64>)> {
        let every = self.every_ms();
        match &self.what {
            What::HttpProbe(_) => vec![(PROBE, every)],
            What::JsonPull(pull) => {
                let of_rule = |rule: &Rule| if rule.period.is_some() { None } else { every };
                let rules = pull.readings.iter().map(|rule| (rule.metric.as_str(), of_rule(rule)));
                std::iter::once((POLL, every)).chain(rules).collect()
            }
            What::PortalCatalog(_) | What::PortalIndex766(_) => vec![(POLL, every)],
            What::DossierFeed(_) => Vec::new(),
            What::Push(figures) | What::Upload(figures) | What::Manual(figures) => {
                let rhythm = |one: &Metric| one.every_seconds.map(|seconds| i64::from(seconds) * 1000);
                figures.metrics.iter().map(|one| (one.metric.as_str(), rhythm(one))).collect()
            }
        }
    }

    /// The series of one of its figures; `None` when it has no such figure.
    #[must_use]
    pub fn series(&self, metric: &str, subject: &str) -> Option<NewSeries> {
        let every_ms = self.rhythms().into_iter().find(|(name, _)| *name == metric)?.1;
        let unit = match &self.what {
            What::JsonPull(pull) if metric != POLL => {
                pull.readings.iter().find(|rule| rule.metric == metric)?.unit.clone()
            }
            What::Push(figures) | What::Upload(figures) | What::Manual(figures) => {
                figures.metrics.iter().find(|one| one.metric == metric)?.unit.clone()
            }
            _ => "ms".to_owned(),
        };
        Some(NewSeries {
            source_id: self.id.clone(),
            metric: metric.to_owned(),
            subject: subject.to_owned(),
            unit,
            every_ms,
            max_age_ms: self.max_age_ms(),
        })
    }

    /// Milliseconds after which a value is stale.
    #[must_use]
    pub fn max_age_ms(&self) -> Option<i64> {
        self.max_age_seconds.map(|seconds| i64::from(seconds) * 1000)
    }
}

impl SourceKind {
    /// Whether this program asks for the figures, instead of taking what comes.
    #[must_use]
    pub fn is_polled(self) -> bool {
        matches!(self, Self::HttpProbe | Self::JsonPull | Self::PortalCatalog | Self::PortalIndex766)
    }

    /// Whether it is a portal, which answers many requests in one poll.
    #[must_use]
    pub fn is_portal(self) -> bool {
        matches!(self, Self::PortalCatalog | Self::PortalIndex766)
    }
}
