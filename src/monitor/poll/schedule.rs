//! Claims what is due, runs it, hands results over to be kept; stops without losing any.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{Sender, channel};
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::ask::Ask;
use super::claim::{self, Claim, Due};
use super::execute::Execute;
use super::figures::Figures;
use super::store as plans;
use super::write::{Finished, Writer};
use crate::monitor::observation::retention;
use crate::monitor::source::kept::stored;
use crate::monitor::source::model::Definition;
use crate::monitor::source::store as sources;
use crate::platform::clock::SharedClock;
use crate::platform::db::Db;

/// The shortest time between two claims: what comes due meanwhile is claimed together.
const TICK: Duration = Duration::from_millis(50);
/// The longest time between two looks at the schedule.
const LOOK: Duration = Duration::from_secs(1);
/// How often somebody claims even when nothing is due, so that others see that somebody runs.
const BEAT: Duration = Duration::from_secs(4);
/// How often what is too old is dropped.
const SWEEP: Duration = Duration::from_hours(1);
/// Results that wait to be kept at most; polls wait then.
const WAITING: usize = 4096;

/// How much is done at once, and for how long it is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Polls that run in this process at once.
    pub concurrent: usize,
    /// The shortest time after which somebody else may ask for a slot that this process claimed.
    pub lease: Duration,
    /// How long running polls get to end after a stop.
    pub patience: Duration,
}

/// Asks sources until told to stop.
pub struct Poller {
    /// Where plans and values are.
    pub db: Db,
    /// The time of day; it says which slots have begun.
    pub clock: SharedClock,
    /// Asks a source.
    pub execute: Arc<dyn Execute>,
    /// Counts.
    pub figures: Figures,
    /// Limits.
    pub limits: Limits,
}

/// A poller that runs.
struct Round {
    poller: Poller,
    owner: String,
    running: JoinSet<()>,
    /// What runs: source, and since when its lease was last prolonged.
    leases: HashMap<Id, (String, Instant)>,
    definitions: HashMap<String, (i64, Arc<Definition>)>,
    results: Sender<Finished>,
    beat: Option<Instant>,
}

impl Poller {
    /// Asks sources until told to stop; then running polls end, and what they brought is kept.
    pub async fn run(self, stop: CancellationToken) {
        let months = retention::make_months(&self.db, self.clock.now()).await;
        if let Err(error) = months {
            tracing::error!(error = %error, "months of values could not be made ahead");
        }
        let sweeping = tokio::spawn(sweep(self.db.clone(), Arc::clone(&self.clock), stop.clone()));
        let owner = Uuid::now_v7().to_string();
        let (results, queue) = channel(WAITING);
        let writer = Writer {
            db: self.db.clone(),
            owner: owner.clone(),
            clock: Arc::clone(&self.clock),
            figures: self.figures.clone(),
            known: HashMap::new(),
        };
        let writing = tokio::spawn(writer.run(queue));
        let mut round = Round {
            poller: self,
            owner,
            running: JoinSet::new(),
            leases: HashMap::new(),
            definitions: HashMap::new(),
            results,
            beat: None,
        };
        round.go(&stop).await;
        round.end().await;
        for task in [writing, sweeping] {
            if let Err(error) = task.await {
                tracing::error!(error = %error, "a part of polling ended badly");
            }
        }
    }
}

impl Round {
    async fn go(&mut self, stop: &CancellationToken) {
        let mut wait = Duration::ZERO;
        loop {
            let full = self.free() < self.least();
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                Some(ended) = self.running.join_next_with_id(), if full => {
                    self.forget(&ended.map(|(id, ())| id));
                    continue;
                }
                () = sleep(if full { LOOK } else { wait }) => {}
            }
            while let Some(ended) = self.running.try_join_next_with_id() {
                self.forget(&ended.map(|(id, ())| id));
            }
            wait = match self.turn().await {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::error!(error = %error, "polls could not be claimed");
                    LOOK
                }
            };
        }
    }

    fn free(&self) -> usize {
        self.poller.limits.concurrent.saturating_sub(self.running.len())
    }

    /// Fewer free places than this are not worth a claim.
    fn least(&self) -> usize {
        (self.poller.limits.concurrent / 4).max(1)
    }

    fn forget(&mut self, ended: &Result<Id, tokio::task::JoinError>) {
        let id = match ended {
            Ok(id) => *id,
            Err(error) => {
                tracing::error!(error = %error, "a poll ended badly");
                error.id()
            }
        };
        self.leases.remove(&id);
    }

    /// Claims what is due and runs it; says how long to wait before the next time.
    async fn turn(&mut self) -> Result<Duration, sqlx::Error> {
        let now = self.poller.clock.now().as_millisecond();
        self.renew(now).await?;
        // Without places enough it only shows that it runs.
        let most = Some(self.free()).filter(|free| *free >= self.least()).unwrap_or(0);
        if self.beat.is_some_and(|beat| beat.elapsed() < BEAT) {
            if most == 0 {
                return Ok(LOOK);
            }
            let next = claim::next_time(&mut self.poller.db.read().await?).await?;
            match next {
                Some(next) if next <= now => {}
                Some(next) => return Ok(until(next, now)),
                None => return Ok(LOOK),
            }
        } else {
            let open = plans::open_circuits(&mut self.poller.db.read().await?, now).await?;
            self.poller.figures.circuits.set(open);
        }
        let least_lease_ms = millis(self.poller.limits.lease);
        let what = Claim { owner: &self.owner, now, most, least_lease_ms };
        let claimed = claim::claim(&self.poller.db, what).await?;
        self.beat = Some(Instant::now());
        self.poller.figures.skipped.inc_by(claimed.skipped);
        let count = claimed.due.len();
        self.begin(claimed.due).await?;
        Ok(if count == most { Duration::ZERO } else { TICK })
    }

    async fn begin(&mut self, all: Vec<Due>) -> Result<(), sqlx::Error> {
        self.learn(&all).await?;
        for due in all {
            // A definition that cannot be read was reported; its lease runs out and it is tried again.
            let Some((_, definition)) = self.definitions.get(&due.source_id) else { continue };
            if due.is_again() {
                self.poller.figures.again.inc();
            }
            let source_id = due.source_id.clone();
            let ask = Ask {
                definition: Arc::clone(definition),
                due,
                clock: Arc::clone(&self.poller.clock),
                figures: self.poller.figures.clone(),
            };

            let handle = self.running.spawn(ask.run(Arc::clone(&self.poller.execute), self.results.clone()));
            self.leases.insert(handle.id(), (source_id, Instant::now()));
        }
        Ok(())
    }

    /// Reads definitions that are new or have changed.
    async fn learn(&mut self, all: &[Due]) -> Result<(), sqlx::Error> {
        let known =
            |due: &&Due| self.definitions.get(&due.source_id).is_none_or(|(version, _)| *version != due.version);
        let new: Vec<&str> = all.iter().filter(known).map(|due| due.source_id.as_str()).collect();
        if new.is_empty() {
            return Ok(());
        }
        for (id, version, json) in sources::definitions(&mut self.poller.db.read().await?, &new).await? {
            match stored(&id, &json) {
                Ok(definition) => {
                    self.definitions.insert(id, (version, Arc::new(definition)));
                }
                Err(error) => {
                    tracing::error!(error = %error, "a source cannot be polled");
                    self.definitions.remove(&id);
                }
            }
        }
        Ok(())
    }

    /// Prolongs the leases of polls that take long.
    async fn renew(&mut self, now: i64) -> Result<(), sqlx::Error> {
        let lease = self.poller.limits.lease;
        let (mut long, at) = (Vec::new(), Instant::now());
        for (source_id, since) in self.leases.values_mut() {
            if at.duration_since(*since) > lease / 3 {
                *since = at;
                long.push(source_id.clone());
            }
        }
        if long.is_empty() {
            return Ok(());
        }
        claim::renew(&self.poller.db, &self.owner, &long, now + millis(lease)).await
    }

    /// Lets running polls end, for as long as patience lasts.
    async fn end(mut self) {
        let running = &mut self.running;
        if timeout(self.poller.limits.patience, async { while running.join_next().await.is_some() {} }).await.is_err() {
            tracing::warn!(polls = running.len(), "polls were still running when the time to stop was over");
        }
        self.running.shutdown().await;
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn until(next: i64, now: i64) -> Duration {
    Duration::from_millis(u64::try_from(next - now).unwrap_or(0)).clamp(TICK, LOOK)
}

/// Drops what is too old, now and every hour.
async fn sweep(db: Db, clock: SharedClock, stop: CancellationToken) {
    loop {
        match retention::apply(&db, clock.now()).await {
            Ok(done) if done == retention::Dropped::default() => {}
            Ok(done) => tracing::info!(?done, "values that were kept long enough were dropped"),
            Err(error) => tracing::error!(error = %error, "old values could not be dropped"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(SWEEP) => {}
        }
    }
}
