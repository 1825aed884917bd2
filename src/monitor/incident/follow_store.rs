//! SQL of how far polls have been read, and of the state of each source.

use super::model::{Machine, Phase};
use crate::on_db;
use crate::platform::db::Tx;
use crate::platform::word;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Whoever holds this row is the one that follows.
    pub const HOLD: &str = "UPDATE counters SET n = n WHERE name = 'incidents' RETURNING n";
    /// Probes that nobody follows yet are followed from an instant on.
    pub const ADOPT: &str = "
        INSERT INTO incident_followers (series_id, source_id, slot, phase, planned, since, polls)
        SELECT s.id, s.source_id, $1, 'up', 0, $1, 0 FROM series s
        WHERE s.metric = 'probe' AND s.subject = ''
          AND NOT EXISTS (SELECT 1 FROM incident_followers f WHERE f.series_id = s.id)";
    /// Values in force that have not been read, in the order of their times.
    pub const NEW: &str = "
        SELECT o.series_id, o.slot, o.state, o.failure
        FROM incident_followers f JOIN observations o ON o.series_id = f.series_id
        WHERE o.slot > f.slot AND o.slot <= $1 AND NOT EXISTS (
            SELECT 1 FROM observations n
            WHERE n.series_id = o.series_id AND n.slot = o.slot AND n.revision > o.revision)
        ORDER BY o.slot, o.series_id LIMIT $2";
    /// Every state.
    pub const ALL: &str = "
        SELECT series_id, source_id, slot, phase, planned, since, polls, clear_since, failure, judged_at, good_at,
               incident_id
        FROM incident_followers ORDER BY source_id, series_id LIMIT 1000000";
    /// States of one source.
    pub const OF_SOURCE: &str = "
        SELECT series_id, source_id, slot, phase, planned, since, polls, clear_since, failure, judged_at, good_at,
               incident_id
        FROM incident_followers WHERE source_id = $1 ORDER BY series_id LIMIT 100";
    /// States within an incident whose source has been switched off: no poll will end it.
    pub const SWITCHED_OFF: &str = "
        SELECT f.series_id, f.source_id, f.slot, f.phase, f.planned, f.since, f.polls, f.clear_since, f.failure,
               f.judged_at, f.good_at, f.incident_id
        FROM incident_followers f JOIN sources s ON s.id = f.source_id
        WHERE f.incident_id IS NOT NULL AND s.enabled = 0 ORDER BY f.source_id, f.series_id LIMIT 10000";
    /// Writes a state.
    pub const PUT: &str = "
        UPDATE incident_followers SET slot = $2, phase = $3, planned = $4, since = $5, polls = $6, clear_since = $7,
            failure = $8, judged_at = $9, good_at = $10, incident_id = $11
        WHERE series_id = $1";
}

/// A value that has not been read.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct New {
    /// Series.
    pub series_id: i64,
    /// Planned time of the poll, epoch milliseconds.
    pub slot: i64,
    /// Word of its state.
    pub state: String,
    /// Word of its failure.
    pub failure: Option<String>,
}

/// The state of a source as it is stored. Times are epoch milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Follower {
    /// Series of its polls.
    pub series_id: i64,
    /// The source.
    pub source_id: String,
    /// The last poll that was read.
    pub slot: i64,
    phase: String,
    planned: i64,
    since: i64,
    polls: i64,
    clear_since: Option<i64>,
    failure: Option<String>,
    /// The last poll that showed anything, good or bad.
    pub judged_at: Option<i64>,
    /// The last good poll.
    pub good_at: Option<i64>,
    /// The incident it is part of.
    pub incident_id: Option<String>,
}

impl Follower {
    /// Its state.
    #[must_use]
    pub fn machine(&self) -> Machine {
        Machine {
            phase: word::read(&self.phase).unwrap_or(Phase::Up),
            planned: self.planned != 0,
            since: self.since,
            polls: u32::try_from(self.polls).unwrap_or(u32::MAX),
            clear_since: self.clear_since,
            failure: self.failure.as_deref().and_then(word::read),
        }
    }

    /// Gives it another state.
    pub fn set(&mut self, machine: Machine) {
        self.phase = word::of(&machine.phase);
        self.planned = i64::from(machine.planned);
        self.since = machine.since;
        self.polls = i64::from(machine.polls);
        self.clear_since = machine.clear_since;
        self.failure = machine.failure.map(|failure| word::of(&failure));
    }
}

/// Makes other processes wait that want to follow too, until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn hold(tx: &mut Tx) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::HOLD).fetch_all(conn).await.map(|_| ()))
}

/// Follows probes that are new from an instant on.
///
/// # Errors
/// When the database fails.
pub async fn adopt(tx: &mut Tx, from: i64) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::ADOPT).bind(from).execute(conn).await.map(|_| ()))
}

/// At most `limit` values up to an instant that have not been read, in the order of their times.
///
/// # Errors
/// When the database fails.
pub async fn new(tx: &mut Tx, until: i64, limit: i64) -> Result<Vec<New>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::NEW).bind(until).bind(limit).fetch_all(conn).await)
}

/// Every state, by source.
///
/// # Errors
/// When the database fails.
pub async fn all(tx: &mut Tx) -> Result<Vec<Follower>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::ALL).fetch_all(conn).await)
}

/// The state of a source; `None` while it has no polls.
///
/// # Errors
/// When the database fails.
pub async fn of_source(tx: &mut Tx, source: &str) -> Result<Option<Follower>, sqlx::Error> {
    let all: Vec<Follower> = on_db!(tx, |conn| sqlx::query_as(sql::OF_SOURCE).bind(source).fetch_all(conn).await?);
    Ok(all.into_iter().next())
}

/// States within an incident whose source has been switched off.
///
/// # Errors
/// When the database fails.
pub async fn switched_off(tx: &mut Tx) -> Result<Vec<Follower>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::SWITCHED_OFF).fetch_all(conn).await)
}

/// Writes a state.
///
/// # Errors
/// When the database fails.
pub async fn put(tx: &mut Tx, follower: &Follower) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::PUT)
        .bind(follower.series_id)
        .bind(follower.slot)
        .bind(&follower.phase)
        .bind(follower.planned)
        .bind(follower.since)
        .bind(follower.polls)
        .bind(follower.clear_since)
        .bind(&follower.failure)
        .bind(follower.judged_at)
        .bind(follower.good_at)
        .bind(&follower.incident_id)
        .execute(conn)
        .await
        .map(|_| ()))
}
