//! Sources as the API shows them: to everybody, and to people who signed in.

use serde::Serialize;
use serde_json::Value;
use url::Url;
use utoipa::ToSchema;

use super::observation_views::{LatestView, ValueView};
use super::sources::Standing;
use crate::monitor::model::SourceKind;
use crate::monitor::poll::store::Status;
use crate::monitor::source::kept::Version;
use crate::monitor::source::model::{Covers, Metric, What};
use crate::web::format::iso;

/// A page of sources.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceList {
    /// Sources by id.
    pub items: Vec<SourceView>,
    /// Give it as `cursor` for the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

/// A source as everybody may see it; what only people who signed in see is left out for others.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceView {
    /// Identity.
    pub id: String,
    /// Name.
    pub name: String,
    /// `http_probe`, `json_pull`, `portal_catalog`, `portal_index766`, `dossier_feed`, `push`, `upload`, `manual`.
    #[schema(value_type = String)]
    pub kind: SourceKind,
    /// Terms of use.
    pub licence: String,
    /// The unit it is about; empty for all.
    pub unit_id: String,
    /// The address that is asked; its query only for people who signed in.
    pub url: Option<String>,
    /// Whether it is on.
    pub enabled: bool,
    /// Counts changes; send it back with a change.
    pub version: i64,
    /// Seconds between polls.
    pub every_seconds: Option<u32>,
    /// Seconds after which a value is stale.
    pub max_age_seconds: Option<u32>,
    /// Which procedures stand still when the source does.
    pub procedures: Covers,
    /// Figures that are sent to us.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<Metric>,
    /// How it is polled; `null` for sources that are not.
    pub polling: Option<PollingView>,
    /// The newest value: of a probe and of every other poll its time, milliseconds.
    pub latest: Option<LatestView>,
    /// Since when it is as it is, UTC.
    pub changed_at: String,
    /// Who answers for it; only for people who signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The whole definition; only for people who signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub definition: Option<Value>,
    /// Whether it has a token; only for people who signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_token: Option<bool>,
}

/// How a source is polled.
#[derive(Debug, Serialize, ToSchema)]
pub struct PollingView {
    /// When it is asked next, UTC; `null` while it is off.
    pub next_at: Option<String>,
    /// When it was asked last, UTC.
    pub last_attempt_at: Option<String>,
    /// When it last gave a good answer, UTC.
    pub last_good_at: Option<String>,
    /// Why the last poll failed; `null` when it was good.
    pub last_failure: Option<String>,
    /// Failures since the last good answer.
    pub failures: i64,
    /// After many failures it is left alone until then, UTC.
    pub circuit_until: Option<String>,
}

/// A source with its figures and its history.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceDetail {
    /// The source.
    #[serde(flatten)]
    pub source: SourceView,
    /// Its lines of figures with their newest values, at most 200.
    pub series: Vec<SeriesView>,
    /// How many it has.
    pub series_total: i64,
    /// What it was before, newest first, at most 100; only for people who signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<Vec<VersionView>>,
}

/// A line of figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct SeriesView {
    /// What is measured.
    pub metric: String,
    /// Of whom or what; empty when the source is about one thing.
    pub subject: String,
    /// Unit.
    pub unit: String,
    /// Its newest value.
    pub latest: LatestView,
}

/// A version of a source.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionView {
    /// Number, from 1.
    pub version: i64,
    /// The whole definition.
    #[schema(value_type = Object)]
    pub definition: Value,
    /// Whether it was on.
    pub enabled: bool,
    /// Since when, UTC.
    pub changed_at: String,
    /// Who changed it to this, as they were called then.
    pub changed_by: String,
}

impl From<&Status> for PollingView {
    fn from(polling: &Status) -> Self {
        Self {
            next_at: polling.next_at.map(iso),
            last_attempt_at: polling.last_attempt_at.map(iso),
            last_good_at: polling.last_good_at.map(iso),
            last_failure: polling.last_failure.clone(),
            failures: polling.failures,
            circuit_until: polling.circuit_until.map(iso),
        }
    }
}

impl SourceView {
    /// A source as it may be shown.
    #[must_use]
    pub fn of(standing: &Standing, signed_in: bool) -> Self {
        let Standing { source, polling, latest } = standing;
        let definition = &source.definition;
        let metrics = match &definition.what {
            What::Push(figures) | What::Upload(figures) | What::Manual(figures) => figures.metrics.clone(),
            _ => Vec::new(),
        };
        Self {
            id: definition.id.clone(),
            name: definition.name.clone(),
            kind: definition.what.kind(),
            licence: definition.licence.clone(),
            unit_id: definition.unit_id.clone(),
            url: definition.what.url().map(|url| address(url, signed_in)),
            enabled: source.enabled,
            version: source.version,
            every_seconds: definition.every_seconds,
            max_age_seconds: definition.max_age_seconds,
            procedures: definition.procedures.clone(),
            metrics,
            polling: polling.as_ref().map(PollingView::from),
            latest: latest
                .as_ref()
                .map(|found| LatestView { value: ValueView::of(&found.value, signed_in), stale: found.stale }),
            changed_at: iso(source.changed_at),
            owner: signed_in.then(|| definition.owner.clone()),
            definition: signed_in.then(|| serde_json::to_value(definition).unwrap_or_default()),
            has_token: signed_in.then_some(source.has_token),
        }
    }
}

/// An address; what follows the question mark may be a key.
fn address(url: &Url, whole: bool) -> String {
    let mut url = url.clone();
    if !whole {
        url.set_query(None);
        url.set_fragment(None);
    }
    url.to_string()
}

impl VersionView {
    /// A version as it is shown.
    #[must_use]
    pub fn of(version: &Version) -> Self {
        Self {
            version: version.version,
            definition: serde_json::to_value(&version.definition).unwrap_or_default(),
            enabled: version.enabled,
            changed_at: iso(version.changed_at),
            changed_by: version.changed_by.clone(),
        }
    }
}
