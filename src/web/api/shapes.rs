//! The shapes of the API's answers.

use serde::Serialize;
use utoipa::ToSchema;

use crate::catalog::model::{Level, Procedure, ProcedureKind};
use crate::catalog::store::Version;
use crate::monitor::dossier::performance::Performance;
use crate::search::document::{DeclaredLevel, OnlineState, SearchDoc};
use crate::search::find::Found;
use crate::web::format::iso;
use crate::web::pages::status::section::StatusView;

/// A page of procedures.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProcedureList<'a> {
    /// The procedures, best first.
    pub items: Vec<Item<'a>>,
    /// All matches, not only this page's; with `group=variants` folded copies count once.
    pub total: usize,
    /// Give it as `cursor` for the next page; `null` on the last.
    pub next_cursor: Option<String>,
    /// What was read out of the words.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub understood: &'a [String],
    /// The words with typing errors mended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrected: Option<&'a str>,
    /// With `facets=true`: matches by facet and value, most frequent first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facets: Option<serde_json::Value>,
}

/// One procedure in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Item<'a> {
    /// National code.
    pub code: &'a str,
    /// Published name.
    pub name: &'a str,
    /// `standard`, `specific` (a province's own) or `internal` (between agencies).
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: ProcedureKind,
    /// First field.
    pub field: Option<&'a str>,
    /// All fields.
    pub fields: &'a [String],
    /// The agency that promulgates it.
    pub agency: Option<&'a str>,
    /// Levels that handle it.
    #[schema(value_type = Vec<String>)]
    pub levels: &'a [Level],
    /// L0 to L7; `null` until assessed.
    pub online_level: Option<&'a str>,
    /// What the agency declares.
    pub declared_level: Option<DeclaredLevel>,
    /// What is known of the online state; `null` when no channel is published.
    pub online: Option<OnlineState>,
    /// Why it is not end to end; `null` where it is, where it need not be, and until assessed.
    pub gap: Option<&'a str>,
    /// Shortest handling time that could be read, in Vietnamese.
    pub time: Option<&'a str>,
    /// Smallest and largest fee in đồng, where every fee could be read.
    pub fee: Option<FeeRange>,
    /// It left the public catalog.
    pub retired: bool,
    /// With `group=variants`: how many provincial copies it stands for, itself included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variants: Option<usize>,
}

/// Smallest and largest fee, đồng.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct FeeRange {
    /// Smallest.
    pub from: i64,
    /// Largest.
    pub to: i64,
}

impl<'a> Item<'a> {
    /// The list shape of a found procedure.
    #[must_use]
    pub fn of(found: &'a Found, grouped: bool) -> Self {
        let shown: &SearchDoc = &found.shown;
        Self {
            code: &shown.code,
            name: &shown.name,
            kind: shown.kind,
            field: shown.fields.first().map(String::as_str),
            fields: &shown.fields,
            agency: shown.issuer.as_deref(),
            levels: &shown.levels,
            online_level: shown.online_level.as_deref(),
            declared_level: shown.declared_level,
            online: shown.online,
            gap: shown.gap.as_deref(),
            time: shown.time.as_deref(),
            fee: shown.fee.map(|(from, to)| FeeRange { from, to }),
            retired: shown.retired,
            variants: grouped.then_some(found.variants),
        }
    }
}

/// One procedure in full.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProcedureDetail<'a> {
    /// Every typed field as the catalog holds it; see the documentation of the catalog's model.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub procedure: &'a Procedure,
    /// L0 to L7; `null` until assessed.
    pub online_level: Option<&'a str>,
    /// What the agency declares.
    pub declared_level: Option<DeclaredLevel>,
    /// What is known of the online state.
    pub online: Option<OnlineState>,
    /// Why it is not end to end; `null` where it is, where it need not be, and until assessed.
    pub gap: Option<&'a str>,
    /// It left the public catalog.
    pub retired: bool,
    /// When, UTC.
    pub retired_at: Option<String>,
    /// The version shown, from 1.
    pub version: i64,
    /// All versions, newest first.
    pub versions: Vec<VersionView>,
    /// Codes of provincial copies of the same procedure, this one left out.
    pub variants: Vec<String>,
    /// How the services that it needs are now and were in the last 90 days; `null` when none is watched.
    pub status: Option<StatusView>,
    /// How dossiers fared in the last year: period, n, shares of 1 each with the whole they are of; `null` below 30
    /// judged dossiers. A share whose part is 1 to 4 is told by its bounds only.
    #[schema(value_type = Option<Object>)]
    pub performance: Option<Performance>,
}

/// One version of a procedure.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionView {
    /// From 1.
    pub number: i64,
    /// UTC.
    pub valid_from: String,
    /// UTC; `null` while in force.
    pub valid_to: Option<String>,
    /// Number of the decision that published it.
    pub decision: Option<String>,
    /// Where it was read from.
    pub source: String,
    /// SHA-256 of the untouched payload.
    pub payload_sha256: String,
}

impl From<Version> for VersionView {
    fn from(version: Version) -> Self {
        Self {
            number: version.number,
            valid_from: iso(version.valid_from),
            valid_to: version.valid_to.map(iso),
            decision: version.decision,
            source: version.source,
            payload_sha256: version.payload_sha256,
        }
    }
}
