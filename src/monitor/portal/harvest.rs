//! One visit: the list page by page, each page's details, both into the catalog as one import run.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::answer::Failure;
use super::client::{Look, Portal, Question, Refusal};
use super::detail::{self, DetailState, Known};
use super::list::{Item, Walk};
use super::model::Settings;
use super::report::{DetailFailure, Ended, HarvestReport, ListReport, MAX_LISTED};
use super::store::{self, Province};
use crate::catalog::import::actions::Options;
use crate::catalog::import::run::Run;
use crate::catalog::store::StoreError;
use crate::catalog::text;
use crate::platform::db::Db;
use crate::platform::hash::sha256;
use crate::platform::http::Client;

/// The address of the list of provinces.
const PROVINCES: &str = "/api/v1/configuring/province-vn/list-by-citizen";

/// Where a visit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Items of the list so far.
    pub items: u64,
    /// How many the portal says there are.
    pub total: Option<u64>,
    /// Details asked for so far.
    pub details: u64,
    /// Requests so far.
    pub requests: u64,
    /// Failed ones among them.
    pub failures: u64,
}

/// Is told where a visit stands.
pub type Progress<'a> = &'a mut (dyn FnMut(Step) + Send);

/// Why a visit broke off on our side; what the portal does is in the report.
#[derive(Debug, thiserror::Error)]
pub enum HarvestError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for HarvestError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Visits a portal: brings its list and the details that are due into the catalog.
///
/// Whatever the portal does ends in the report. A list that was not walked whole removes nothing. A visit that is killed
/// has kept whole pages; the next one finds them unchanged.
///
/// # Errors
/// [`HarvestError`] when the database fails.
pub async fn harvest(
    db: &Db,
    client: &Client,
    settings: &Settings,
    now: Timestamp,
    progress: Progress<'_>,
) -> Result<HarvestReport, HarvestError> {
    let options =
        Options { source: settings.source.clone(), dry_run: false, complete: settings.may_remove, as_of: now };
    let run = Run::begin(db, options, now).await?;
    let mut tx = db.write().await?;
    store::begin(&mut tx, run.id(), &settings.source, now).await?;
    tx.commit().await?;
    let known = store::details(&mut db.read().await?, &settings.source).await?;
    let report = HarvestReport {
        id: run.id().to_owned(),
        source: settings.source.clone(),
        url: settings.url.to_string(),
        ..HarvestReport::default()
    };
    let portal = Portal::new(client, settings, now);
    let mut visit = Visit { db, settings, now, portal, known, run, report, walk: Walk::default(), stopped: None };
    visit.walk_list(progress).await?;
    visit.ask_provinces().await?;
    visit.finish().await
}

struct Visit<'a> {
    db: &'a Db,
    settings: &'a Settings,
    now: Timestamp,
    portal: Portal<'a>,
    known: HashMap<String, Known>,
    run: Run,
    report: HarvestReport,
    walk: Walk,
    stopped: Option<Failure>,
}

/// What became of the details of one page, by the portal's id and the item's hash.
type Outcomes = Vec<(String, String, DetailState)>;

impl Visit<'_> {
    async fn walk_list(&mut self, progress: Progress<'_>) -> Result<(), HarvestError> {
        while self.stopped.is_none() {
            let first = self.walk.items;
            let items = match self.walk.next_page(&mut self.portal).await {
                Ok(Some(items)) => items,
                Ok(None) => break,
                Err(refusal) => {
                    self.refused(refusal, "a page of the list");
                    break;
                }
            };
            let mut batch = Vec::with_capacity(items.len());
            let mut outcomes = Vec::new();
            for (line, item) in (first + 1..).zip(items) {
                let detail = self.ask_detail(&item, &mut outcomes).await;
                batch.push((line, item.raw.into_bytes(), detail));
                self.tell(progress);
            }
            self.run.take_items(batch).await?;
            self.keep(outcomes).await?;
            self.tell(progress);
        }
        Ok(())
    }

    /// The detail of an item, where it is due and can be had.
    async fn ask_detail(&mut self, item: &Item, outcomes: &mut Outcomes) -> Option<Vec<u8>> {
        if self.stopped.is_some() || item.id.is_empty() {
            return None;
        }
        if !detail::is_due(item, &self.known, self.settings, self.now) {
            self.report.details.not_due += 1;
            return None;
        }
        self.report.details.due += 1;
        let (state, bytes) = match detail::ask(&mut self.portal, item).await {
            Ok(reply) => {
                self.report.details.fetched += 1;
                self.report.details.odd += u64::from(reply.odd.is_some());
                let state = if reply.odd.is_some() { DetailState::Odd } else { DetailState::Taken };
                (state, Some(reply.bytes.to_vec()))
            }
            Err(Refusal::Missing(_)) => {
                self.report.details.missing += 1;
                (DetailState::Missing, None)
            }
            Err(Refusal::GaveUp(failure)) => {
                self.detail_failed(item, failure);
                (DetailState::Failed, None)
            }
            Err(Refusal::Stop(failure)) => {
                self.detail_failed(item, failure.clone());
                self.stopped = Some(failure);
                (DetailState::Failed, None)
            }
        };
        outcomes.push((item.id.clone(), sha256(item.raw.as_bytes()), state));
        bytes
    }

    fn detail_failed(&mut self, item: &Item, failure: Failure) {
        self.report.details.failed += 1;
        if self.report.details.failures.len() < MAX_LISTED {
            let Failure { kind, message, .. } = failure;
            self.report.details.failures.push(DetailFailure { code: item.code.clone(), kind, message });
        }
    }

    async fn keep(&mut self, outcomes: Outcomes) -> Result<(), HarvestError> {
        if outcomes.is_empty() {
            return Ok(());
        }
        let mut tx = self.db.write().await?;
        for (id, item_sha256, state) in outcomes {
            store::put_detail(&mut tx, &self.settings.source, &id, state, &item_sha256, self.now).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn ask_provinces(&mut self) -> Result<(), HarvestError> {
        if self.stopped.is_some() {
            return Ok(());
        }
        let body = json!({ "limit": 100, "lastId": "" });
        let attempts = self.portal.attempts();
        let look = &look_at_provinces;
        let question = Question { path: PROVINCES, body: &body, attempts, may_be_missing: true, look };
        let rows = match self.portal.ask(question).await {
            Ok(reply) => reply.value["data"]["rows"].as_array().cloned().unwrap_or_default(),
            Err(Refusal::Stop(failure)) => {
                self.stopped = Some(failure);
                return Ok(());
            }
            // The catalog does without.
            Err(_) => return Ok(()),
        };
        let mut tx = self.db.write().await?;
        for row in &rows {
            let word = |field: &str| row.get(field).and_then(Value::as_str).map(text::line).unwrap_or_default();
            let province = Province { id: word("id"), code: word("code"), name: word("name"), state: word("state") };
            if !province.id.is_empty() {
                store::put_province(&mut tx, &province, self.now).await?;
                self.report.provinces += 1;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    fn refused(&mut self, refusal: Refusal, what: &str) {
        match refusal {
            Refusal::Stop(failure) => self.stopped = Some(failure),
            Refusal::GaveUp(failure) => self.report.reason = Some(format!("{what}: {}", failure.message)),
            Refusal::Missing(message) => self.report.reason = Some(format!("{what}: {message}")),
        }
    }

    fn tell(&self, progress: Progress<'_>) {
        let tally = self.portal.tally();
        progress(Step {
            items: self.walk.items,
            total: self.walk.total,
            details: self.report.details.due,
            requests: tally.requests,
            failures: tally.failures.values().sum(),
        });
    }

    async fn finish(mut self) -> Result<HarvestReport, HarvestError> {
        let whole = self.walk.is_whole();
        self.report.ended = match (&self.stopped, whole) {
            (Some(_), _) => Ended::Stopped,
            (None, true) => Ended::Complete,
            (None, false) => Ended::Partial,
        };
        if let Some(failure) = &self.stopped {
            self.report.stopped_by = Some(failure.kind.clone());
            self.report.retry_after_seconds = failure.wait.map(|wait| wait.as_secs());
            self.report.reason = Some(failure.message.clone());
        } else if !whole && self.report.reason.is_none() {
            self.report.reason = Some(why_partial(&self.walk));
        }
        let distinct = self.run.take_put_off().await?;
        self.report.list = ListReport {
            pages: self.walk.pages,
            items: self.walk.items,
            distinct,
            total: self.walk.total,
            repeated: self.walk.repeated,
            unreadable: self.walk.unreadable,
        };
        self.report.traffic = self.portal.tally();
        self.report.catalog = self.run.finish(whole).await?;
        self.report.duration_ms = u64::try_from(self.portal.elapsed().as_millis()).unwrap_or(u64::MAX);
        let ended_at = self.now.checked_add(self.portal.elapsed()).unwrap_or(self.now);
        let text = serde_json::to_string(&self.report).unwrap_or_default();
        let mut tx = self.db.write().await?;
        store::end(&mut tx, &self.report.id, self.report.ended.word(), &text, ended_at).await?;
        tx.commit().await?;
        Ok(self.report)
    }
}

fn why_partial(walk: &Walk) -> String {
    match walk.total {
        _ if walk.unreadable > 0 => format!("{} items could not be read", walk.unreadable),
        Some(total) if walk.items < total => format!("the list ended after {} of {total} items", walk.items),
        _ => "the list is empty".to_owned(),
    }
}

fn look_at_provinces(value: &Value) -> Look {
    match value["data"].get("rows") {
        Some(Value::Array(_)) => Look::Good,
        _ => Look::Wrong("the provinces are no list".to_owned()),
    }
}
