//! What a visit to the portal brought, for people and for programs.

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

use super::client::Tally;
use crate::catalog::import::report::Report;

/// How many failed details a report lists.
pub const MAX_LISTED: usize = 200;

/// How a visit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The list was walked to its end, and nothing of it is missing.
    Complete,
    /// The list could not be walked whole: nothing was removed.
    #[default]
    Partial,
    /// The portal does not want to be asked, or cannot be: nothing was removed, what came before is kept.
    Stopped,
}

impl Ended {
    /// The stable word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Stopped => "stopped",
        }
    }
}

/// The walk through the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListReport {
    /// Pages read.
    pub pages: u64,
    /// Items met, each id once.
    pub items: u64,
    /// Procedures they stand for: items whose codes are one after trimming count once.
    pub distinct: u64,
    /// How many the portal says there are.
    pub total: Option<u64>,
    /// Items that came a second time.
    pub repeated: u64,
    /// Items without texts for id, code and name.
    pub unreadable: u64,
}

/// The details.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DetailReport {
    /// Asked for: new, changed in the list, old, or failed before.
    pub due: u64,
    /// Not asked for: what is known is young enough.
    pub not_due: u64,
    /// Brought in.
    pub fetched: u64,
    /// Of these, with a value of another type than usual.
    pub odd: u64,
    /// The portal has none (`detail_missing`).
    pub missing: u64,
    /// Could not be had; they are asked for again next time.
    pub failed: u64,
    /// The first of those that failed.
    pub failures: Vec<DetailFailure>,
}

/// A detail that could not be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DetailFailure {
    /// The procedure's code.
    pub code: String,
    /// Kind of failure.
    pub kind: String,
    /// One sentence.
    pub message: String,
}

/// The outcome of one visit to a portal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct HarvestReport {
    /// The import run's id, under which rejected records are kept.
    pub id: String,
    /// Under which name what came is kept.
    pub source: String,
    /// The address asked.
    pub url: String,
    /// How it ended.
    pub ended: Ended,
    /// Why, unless it is complete.
    pub reason: Option<String>,
    /// What stopped it: a kind of failure, `http_403`, `http_429` or `budget`.
    pub stopped_by: Option<String>,
    /// How long the portal wants to be left alone.
    pub retry_after_seconds: Option<u64>,
    /// The list.
    pub list: ListReport,
    /// The details.
    pub details: DetailReport,
    /// Provinces named by the portal.
    pub provinces: u64,
    /// Requests, retries, failures, bytes, waiting.
    pub traffic: Tally,
    /// What it meant for the catalog: added, changed, unchanged, removed, rejected with reasons.
    pub catalog: Report,
    /// Milliseconds from the first request to the last row.
    pub duration_ms: u64,
}

impl fmt::Display for HarvestReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ListReport { pages, items, distinct, repeated, unreadable, .. } = &self.list;
        let total = self.list.total.map_or_else(String::new, |total| format!(" of {total}"));
        let reason = self.reason.as_ref().map_or_else(String::new, |why| format!(": {why}"));
        writeln!(f, "{} {}{reason}", self.source, self.ended.word())?;
        writeln!(f, "list: {items} items{total} on {pages} pages, {distinct} distinct procedures")?;
        if repeated + unreadable > 0 {
            writeln!(f, "      {repeated} came twice, {unreadable} without texts for id, code and name")?;
        }
        let d = &self.details;
        writeln!(
            f,
            "details: {} fetched ({} odd), {} missing, {} failed; {} not due",
            d.fetched, d.odd, d.missing, d.failed, d.not_due
        )?;
        for failure in d.failures.iter().take(10) {
            writeln!(f, "  failed {}: {} {}", failure.code, failure.kind, failure.message)?;
        }
        writeln!(f, "provinces: {}", self.provinces)?;
        write_tally(f, &self.traffic, self.duration_ms)?;
        write!(f, "{}", self.catalog)
    }
}

/// One line on requests, one on what failed.
pub(super) fn write_tally(f: &mut fmt::Formatter<'_>, tally: &Tally, duration_ms: u64) -> fmt::Result {
    writeln!(
        f,
        "{} requests, {} of them again, {} bytes; {} ms, {} of them waiting",
        tally.requests, tally.retries, tally.bytes, duration_ms, tally.waited_ms
    )?;
    if !tally.failures.is_empty() {
        let kinds: Vec<String> = tally.failures.iter().map(|(kind, n)| format!("{kind} {n}")).collect();
        writeln!(f, "failures: {}", kinds.join(", "))?;
    }
    Ok(())
}
