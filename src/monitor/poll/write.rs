//! Keeps what polls brought: many at a time, each only while its lease is held, values and schedule in one transaction.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, sleep, timeout_at};

use super::claim::Due;
use super::execute::Polled;
use super::figures::Figures;
use super::finish::{Done, finish};
use super::result::{self, Found};
use super::standing::{Ended, Manner, next};
use crate::monitor::observation::model::NewObservation;
use crate::monitor::observation::{record, series, store};
use crate::monitor::source::model::Definition;
use crate::platform::clock::SharedClock;
use crate::platform::db::{Db, Tx};
use crate::platform::word;

/// Results that are kept in one transaction at most.
const BATCH: usize = 256;
/// How long the first result of a batch waits for others.
const GATHER: Duration = Duration::from_millis(200);
/// How often a batch is tried; afterwards its slots are asked for again when their leases are over.
const TRIES: u32 = 4;

/// A poll that has ended.
#[derive(Debug, Clone)]
pub struct Finished {
    /// What was claimed.
    pub due: Due,
    /// What was asked.
    pub definition: Arc<Definition>,
    /// What came of it.
    pub polled: Polled,
    /// When it ended, epoch milliseconds.
    pub at: i64,
    /// From 0 up to 1: keeps sources that failed together apart.
    pub jitter: f64,
}

/// Keeps results.
pub struct Writer {
    /// Where.
    pub db: Db,
    /// Whose leases they are.
    pub owner: String,
    /// The time of day.
    pub clock: SharedClock,
    /// Counts.
    pub figures: Figures,
    /// Numbers of series by [`Found::key`]; series are never deleted.
    pub known: HashMap<String, i64>,
}

impl Writer {
    /// Keeps what comes until nothing more can come.
    pub async fn run(mut self, mut results: Receiver<Finished>) {
        let mut batch = Vec::with_capacity(BATCH);
        while let Some(first) = results.recv().await {
            batch.push(first);
            let until = Instant::now() + GATHER;
            while batch.len() < BATCH {
                let room = BATCH - batch.len();
                match timeout_at(until, results.recv_many(&mut batch, room)).await {
                    Ok(0) | Err(_) => break,
                    Ok(_) => {}
                }
            }
            self.figures.waiting.set(i64::try_from(batch.len() + results.len()).unwrap_or(i64::MAX));
            self.keep(&batch).await;
            batch.clear();
        }
        self.figures.waiting.set(0);
    }

    /// Keeps a batch; what cannot be stored after some tries is reported and left out.
    pub async fn keep(&mut self, batch: &[Finished]) {
        for attempt in 1..=TRIES {
            match self.store(batch).await {
                Ok(()) => return,
                Err(error) if attempt == TRIES => {
                    tracing::error!(error = %error, results = batch.len(), "results of polls could not be stored");
                }
                Err(error) => {
                    tracing::warn!(error = %error, "results of polls could not be stored, trying again");
                    sleep(GATHER * 4u32.pow(attempt - 1)).await;
                }
            }
        }
    }

    async fn store(&mut self, batch: &[Finished]) -> Result<(), sqlx::Error> {
        let done: Vec<Done> = batch.iter().map(what_follows).collect();
        let mut tx = self.db.write().await?;
        let held: HashSet<String> = finish(&mut tx, &self.owner, &done).await?.into_iter().collect();
        let mut found = Vec::with_capacity(batch.len());
        for one in batch.iter().filter(|one| held.contains(&one.due.source_id)) {
            found.extend(result::values(one));
        }
        let new = self.numbers(&mut tx, &found).await?;
        let number = |key: &str| self.known.get(key).or_else(|| new.get(key)).copied();
        let mut rows = Vec::with_capacity(found.len());
        for one in found {
            let Some(series_id) = number(&one.key) else { continue };
            let row = match one.value {
                Some(value) => NewObservation { series_id, ..value },
                // The source says that nothing has changed.
                None => match store::latest(&mut tx, series_id).await? {
                    Some(last) => repeat(series_id, &last, &one),
                    None => continue,
                },
            };
            match row.check() {
                Ok(()) => rows.push(row),
                Err(error) => tracing::warn!(series = %one.key, error = %error, "a value cannot be kept"),
            }
        }
        record::take_in(&mut tx, &rows).await?;
        tx.commit().await?;
        self.known.extend(new);
        self.count(batch, held.len());
        Ok(())
    }

    /// Numbers of series that this process has not met yet. They are remembered when the transaction has ended well.
    async fn numbers(&self, tx: &mut Tx, found: &[Found<'_>]) -> Result<HashMap<String, i64>, sqlx::Error> {
        let mut wanted: HashMap<&str, _> = HashMap::new();
        for one in found.iter().filter(|one| !self.known.contains_key(&one.key)) {
            wanted.entry(&one.key).or_insert_with(|| one.series());
        }
        let (keys, new): (Vec<&str>, Vec<_>) = wanted.into_iter().unzip();
        if new.is_empty() {
            return Ok(HashMap::new());
        }
        let ids = series::ensure(tx, &new).await?;
        Ok(keys.into_iter().map(str::to_owned).zip(ids).collect())
    }

    fn count(&self, batch: &[Finished], held: usize) {
        self.figures.lost.inc_by((batch.len() - held) as u64);
        let oldest = batch.iter().map(|one| one.at).min().unwrap_or(0);
        let lag = Duration::from_millis(u64::try_from(self.clock.now().as_millisecond() - oldest).unwrap_or(0));
        self.figures.rollup_lag.set(lag.as_secs_f64());
    }
}

/// The value before, for another slot.
fn repeat(series_id: i64, last: &store::Stored, one: &Found) -> NewObservation {
    let observed = last.observed();
    NewObservation {
        series_id,
        slot: one.slot,
        state: observed.state,
        value: observed.value,
        failure: observed.failure,
        detail: Some("not modified".to_owned()),
        observed_at: one.at,
    }
}

/// The end of a poll, and what comes after it.
fn what_follows(one: &Finished) -> Done {
    let outcome = &one.polled.outcome;
    let ended = Ended {
        at: one.at,
        failure: outcome.failure,
        status: outcome.status,
        retry_after: outcome.retry_after,
        requests: one.polled.requests,
    };
    let manner = Manner::from(one.definition.what.kind());
    let rhythm = (one.due.slot, one.due.every_ms);
    // What is not modified is still what the last answer said it was.
    let kept = |new: &Option<String>, old: &Option<String>| {
        if new.is_none() && outcome.not_modified { old.clone() } else { new.clone() }
    };
    Done {
        source_id: one.due.source_id.clone(),
        claimed: one.due.slot,
        version: one.due.version,
        next: next(manner, rhythm, one.due.standing(), one.due.daily_budget, ended, one.jitter),
        etag: kept(&outcome.etag, &one.due.etag),
        last_modified: kept(&outcome.last_modified, &one.due.last_modified),
        at: one.at,
        failure: outcome.failure.map(|failure| word::of(&failure)),
    }
}
