//! Collects the portal's reports of index 766 for a period: all provinces, then the groups of each department.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::answer::Failure;
use super::client::{Look, Portal, Question, Refusal, Tally};
use super::model::Settings;
use super::report::{Ended, write_tally};
use super::request::{has_view, request};
use crate::monitor::index766::actions::{TakeError, Taken, take};
use crate::monitor::index766::directory;
use crate::monitor::index766::model::{Context, Endpoint};
use crate::monitor::index766::period::Period;
use crate::platform::db::Db;
use crate::platform::http::Client;

/// A report has fewer pages than this.
const MAX_PAGES: u32 = 200;
/// How many warnings a report lists.
const MAX_WARNINGS: usize = 500;

/// What is to be collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The time.
    pub period: Period,
    /// Departments by the portal's id or by code; empty for all that the totals name.
    pub departments: Vec<String>,
    /// Procedures by the portal's id or by code, for each department besides all procedures together.
    pub formalities: Vec<String>,
    /// The portal's list of procedures with their states too.
    pub with_formalities: bool,
}

/// The outcome of collecting reports.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportsReport {
    /// Under which name what came is kept.
    pub source: String,
    /// `2026`, `2026-Q3`, `2026-08`.
    pub period: String,
    /// How it ended: partial when a report could not be had.
    pub ended: Ended,
    /// Why, unless it is complete.
    pub reason: Option<String>,
    /// What stopped it: a kind of failure, `http_403`, `http_429` or `budget`.
    pub stopped_by: Option<String>,
    /// How long the portal wants to be left alone.
    pub retry_after_seconds: Option<u64>,
    /// Answers taken in.
    pub answers: u64,
    /// Departments asked about.
    pub departments: u64,
    /// Figures added.
    pub new: u64,
    /// Of these, how many took over from an earlier value, which is kept.
    pub corrected: u64,
    /// Figures that are in force already.
    pub unchanged: u64,
    /// Procedures named.
    pub formalities: u64,
    /// Reports that could not be had, each with why.
    pub failed: Vec<String>,
    /// Reports that the portal does not have; that is no failure.
    pub missing: Vec<String>,
    /// What is odd: sums, differences to own points, changed names.
    pub warnings: Vec<String>,
    /// Requests, retries, failures, bytes, waiting.
    pub traffic: Tally,
    /// Milliseconds.
    pub duration_ms: u64,
}

impl fmt::Display for ReportsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = self.reason.as_ref().map_or_else(String::new, |why| format!(": {why}"));
        writeln!(f, "index 766 of {} from {}: {}{reason}", self.period, self.source, self.ended.word())?;
        writeln!(
            f,
            "{} answers about {} departments: {} figures new ({} took over), {} unchanged, {} procedures named",
            self.answers, self.departments, self.new, self.corrected, self.unchanged, self.formalities
        )?;
        write_tally(f, &self.traffic, self.duration_ms)?;
        for (what, list) in [("failed", &self.failed), ("missing", &self.missing), ("note", &self.warnings)] {
            for line in list.iter().take(20) {
                writeln!(f, "  {what} {line}")?;
            }
            if list.len() > 20 {
                writeln!(f, "  … and {} more (--json lists all)", list.len() - 20)?;
            }
        }
        Ok(())
    }
}

/// Collects reports. What the portal does ends in the report; every answer that came is kept.
///
/// `each` is told what an answer brought, as for observations.
///
/// # Errors
/// [`TakeError::Store`] when the database fails.
pub async fn collect(
    db: &Db,
    client: &Client,
    settings: &Settings,
    wanted: &Wanted,
    now: Timestamp,
    each: &mut (dyn FnMut(Endpoint, &Context, &Taken) + Send),
) -> Result<ReportsReport, TakeError> {
    let report =
        ReportsReport { source: settings.source.clone(), period: wanted.period.word(), ..ReportsReport::default() };
    let portal = Portal::new(client, settings, now);
    let mut visit = Visit { db, settings, now, portal, report, stopped: None };
    visit.run(wanted, each).await?;
    let Visit { portal, mut report, stopped, .. } = visit;
    report.ended = match &stopped {
        Some(_) => Ended::Stopped,
        None if report.failed.is_empty() => Ended::Complete,
        None => Ended::Partial,
    };
    if let Some(failure) = &stopped {
        report.stopped_by = Some(failure.kind.clone());
        report.retry_after_seconds = failure.wait.map(|wait| wait.as_secs());
    }
    report.reason = stopped
        .map(|failure| failure.message)
        .or_else(|| (!report.failed.is_empty()).then(|| format!("{} reports could not be had", report.failed.len())));
    report.traffic = portal.tally();
    report.duration_ms = u64::try_from(portal.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(report)
}

struct Visit<'a> {
    db: &'a Db,
    settings: &'a Settings,
    now: Timestamp,
    portal: Portal<'a>,
    report: ReportsReport,
    stopped: Option<Failure>,
}

type Each<'a> = &'a mut (dyn FnMut(Endpoint, &Context, &Taken) + Send);

impl Visit<'_> {
    async fn run(&mut self, wanted: &Wanted, each: Each<'_>) -> Result<(), TakeError> {
        if wanted.with_formalities {
            self.pages(Endpoint::Formalities, &Context::of(wanted.period), each).await?;
        }
        let mut named = Vec::new();
        if !matches!(wanted.period, Period::Range(..)) {
            let totals = self.pages(Endpoint::ServiceResults, &Context::of(wanted.period), each).await?;
            named.extend(totals.into_iter().flat_map(|taken| taken.departments).map(|d| d.id));
        }
        let departments = if wanted.departments.is_empty() { named } else { self.ids(&wanted.departments).await? };
        let formalities = self.formalities(&wanted.formalities).await?;
        for department_id in departments {
            if self.stopped.is_some() {
                break;
            }
            self.report.departments += 1;
            for (formality_id, formality_code) in &formalities {
                let context = Context {
                    period: wanted.period,
                    department_id: department_id.clone(),
                    formality_id: formality_id.clone(),
                    formality_code: formality_code.clone(),
                };
                for endpoint in Endpoint::GROUPS.into_iter().filter(|e| has_view(*e, &context)) {
                    self.pages(endpoint, &context, each).await?;
                }
            }
        }
        Ok(())
    }

    /// The portal's ids of departments given by id or code; an unknown one is asked for as it is.
    async fn ids(&self, departments: &[String]) -> Result<Vec<String>, TakeError> {
        let mut tx = self.db.read().await?;
        let mut ids = Vec::new();
        for given in departments {
            ids.push(directory::department(&mut tx, given).await?.map_or_else(|| given.clone(), |d| d.id));
        }
        Ok(ids)
    }

    /// Id and code of the procedures asked for, all together first.
    async fn formalities(&self, given: &[String]) -> Result<Vec<(String, String)>, TakeError> {
        let mut tx = self.db.read().await?;
        let mut all = vec![(String::new(), String::new())];
        for word in given {
            let by_code = directory::formality_id(&mut tx, word).await?;
            all.push(match by_code {
                Some(id) => (id, word.clone()),
                None => (word.clone(), directory::formality_code(&mut tx, word).await?.unwrap_or_default()),
            });
        }
        Ok(all)
    }

    /// All pages of one report.
    async fn pages(&mut self, endpoint: Endpoint, context: &Context, each: Each<'_>) -> Result<Vec<Taken>, TakeError> {
        let mut all = Vec::new();
        let mut page = 1;
        while self.stopped.is_none() {
            let Some(taken) = self.page(endpoint, context, page).await? else { break };
            each(endpoint, context, &taken);
            let last = taken.pages.unwrap_or(1).min(MAX_PAGES);
            all.push(taken);
            if page >= last {
                break;
            }
            page += 1;
        }
        Ok(all)
    }

    async fn page(&mut self, endpoint: Endpoint, context: &Context, page: u32) -> Result<Option<Taken>, TakeError> {
        let what = || format!("{} {} {}", endpoint.word(), context.department_id, context.formality_id);
        let body = request(endpoint, context, page);
        let attempts = self.portal.attempts();
        let question = Question { path: endpoint.path(), body: &body, attempts, may_be_missing: true, look: &look };
        let reply = match self.portal.ask(question).await {
            Ok(reply) => reply,
            Err(Refusal::Stop(failure)) => {
                self.stopped = Some(failure);
                return Ok(None);
            }
            Err(Refusal::GaveUp(failure)) => {
                self.report.failed.push(format!("{}: {}", what().trim_end(), failure.message));
                return Ok(None);
            }
            Err(Refusal::Missing(message)) => {
                self.report.missing.push(format!("{}: {message}", what().trim_end()));
                return Ok(None);
            }
        };
        let taken = match take(self.db, &self.settings.source, endpoint, context, &reply.bytes, self.now).await {
            Ok(taken) => taken,
            Err(TakeError::Read(error)) => {
                self.report.failed.push(format!("{}: {error}", what().trim_end()));
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        self.report.answers += 1;
        self.report.new += taken.new;
        self.report.corrected += taken.corrected;
        self.report.unchanged += taken.unchanged;
        self.report.formalities += taken.formalities;
        for warning in &taken.warnings {
            if self.report.warnings.len() < MAX_WARNINGS && !self.report.warnings.contains(warning) {
                self.report.warnings.push(warning.clone());
            }
        }
        Ok(Some(taken))
    }
}

fn look(value: &Value) -> Look {
    match value.get("data") {
        Some(Value::Object(data)) => {
            let lists = ["evaluation", "children", "items", "monthlyChart"];
            let odd = lists.iter().find(|f| data.get(**f).is_some_and(|v| !v.is_array() && !v.is_null()));
            odd.map_or(Look::Good, |field| Look::Odd(format!("{field} is no list")))
        }
        _ => Look::Wrong("the report is no object".to_owned()),
    }
}
