//! SQL of claims: who asks which source for which slot.

use std::collections::HashMap;

use super::model::{SHORT, current};
use super::standing::Standing;
use crate::on_db;
use crate::platform::db::{Db, Tx};
use crate::platform::rows;

/// When nobody has claimed for this long, milliseconds, nobody ran.
const QUIET: i64 = 15_000;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Makes those who claim wait for each other; says when somebody last claimed.
    pub const LOCK: &str = "UPDATE counters SET n = n WHERE name = 'claims' RETURNING n";
    /// Somebody claimed now.
    pub const CLAIMED: &str = "UPDATE counters SET n = $1 WHERE name = 'claims'";
    /// Slots of short rhythms that were missed while nobody ran are left out.
    pub const SKIP_MISSED: &str = "
        UPDATE polls SET slot = slot + every_ms * (($1 - slot) / every_ms + 1),
                         next_at = slot + every_ms * (($1 - slot) / every_ms + 1)
        WHERE next_at < $1 AND slot < $1 AND lease_owner IS NULL AND every_ms <= $2";
    /// Sources that are due, at hosts that have room.
    pub const DUE: &str = "
        SELECT source_id, version, host, host_limit, every_ms, lease_ms, daily_budget, slot, lease_owner, failures,
               circuit_until, etag, last_modified, day, requests_today
        FROM polls
        WHERE next_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)
          AND host NOT IN (SELECT b.host FROM polls b WHERE b.lease_until > $1
                           GROUP BY b.host HAVING COUNT(*) >= MAX(b.host_limit))
        ORDER BY next_at, source_id LIMIT $2";
    /// Polls that run, by host.
    pub const RUNNING: &str = "
        SELECT host, CAST(COUNT(*) AS BIGINT) FROM polls WHERE lease_until > $1
        GROUP BY host ORDER BY host LIMIT 100000";
    /// Claims slots.
    pub const LEASE: &str = "
        WITH w (source_id, slot, lease_owner, lease_until, again) AS (VALUES (
            CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS BIGINT)))
        UPDATE polls SET slot = w.slot, lease_owner = w.lease_owner, lease_until = w.lease_until,
                         asked_again = polls.asked_again + w.again
        FROM w WHERE polls.source_id = w.source_id";
    /// When the next source is due that nobody asks now.
    pub const NEXT_TIME: &str = "
        SELECT next_at FROM polls WHERE next_at IS NOT NULL AND lease_owner IS NULL
        ORDER BY next_at, source_id LIMIT 1";
    /// When the first lease of a source that is still switched on is over.
    pub const NEXT_LEASE: &str = "
        SELECT lease_until FROM polls WHERE lease_until IS NOT NULL AND next_at IS NOT NULL
        ORDER BY lease_until, host LIMIT 1";
    /// Prolongs leases that are still held.
    pub const RENEW: &str = "
        WITH w (source_id, lease_owner, lease_until) AS (VALUES (
            CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BIGINT)))
        UPDATE polls SET lease_until = w.lease_until
        FROM w WHERE polls.source_id = w.source_id AND polls.lease_owner = w.lease_owner";
}

/// A source that is due, or was claimed.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Due {
    /// The source.
    pub source_id: String,
    /// Version of its definition.
    pub version: i64,
    host: String,
    host_limit: i64,
    /// Milliseconds between slots.
    pub every_ms: i64,
    lease_ms: i64,
    /// Requests a day at most.
    pub daily_budget: Option<i64>,
    /// The slot that is asked for, epoch milliseconds.
    pub slot: i64,
    lease_owner: Option<String>,
    failures: i64,
    circuit_until: Option<i64>,
    /// What the last good answer said.
    pub etag: Option<String>,
    /// What the last good answer said.
    pub last_modified: Option<String>,
    day: i64,
    requests_today: i64,
}

impl Due {
    /// Whether somebody claimed it before and did not end it: the slot may be asked for a second time.
    #[must_use]
    pub fn is_again(&self) -> bool {
        self.lease_owner.is_some()
    }

    /// How the source stood when it was claimed.
    #[must_use]
    pub fn standing(&self) -> Standing {
        Standing {
            failures: self.failures,
            circuit_until: self.circuit_until,
            day: self.day,
            requests_today: self.requests_today,
        }
    }
}

/// A claim: by whom, when, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// Who claims; no other process has the same.
    pub owner: &'a str,
    /// Epoch milliseconds.
    pub now: i64,
    /// Sources at most.
    pub most: usize,
    /// The shortest lease, milliseconds.
    pub least_lease_ms: i64,
}

/// What was claimed.
#[derive(Debug, Clone, Default)]
pub struct Claimed {
    /// Sources, each with the slot to ask for.
    pub due: Vec<Due>,
    /// Sources whose slots were left out because nobody ran when they began.
    pub skipped: u64,
}

/// Claims sources that are due, in one transaction that others who claim wait for.
///
/// # Errors
/// When the database fails; nothing is claimed then.
pub async fn claim(db: &Db, claim: Claim<'_>) -> Result<Claimed, sqlx::Error> {
    let mut tx = db.write().await?;
    let mut claimed = Claimed::default();
    let (before,): (i64,) = on_db!(&mut tx, |conn| sqlx::query_as(sql::LOCK).fetch_one(conn).await?);
    if claim.now - before > QUIET {
        claimed.skipped = on_db!(&mut tx, |conn| sqlx::query(sql::SKIP_MISSED)
            .bind(claim.now)
            .bind(SHORT)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())?);
    }
    on_db!(&mut tx, |conn| sqlx::query(sql::CLAIMED).bind(claim.now).execute(conn).await.map(|_| ())?);
    let mut running: HashMap<String, i64> =
        on_db!(&mut tx, |conn| sqlx::query_as(sql::RUNNING).bind(claim.now).fetch_all(conn).await?)
            .into_iter()
            .collect::<HashMap<String, i64>>();
    let page = i64::try_from(claim.most.saturating_add(64)).unwrap_or(i64::MAX);
    while claimed.due.len() < claim.most {
        let found: Vec<Due> =
            on_db!(&mut tx, |conn| sqlx::query_as(sql::DUE).bind(claim.now).bind(page).fetch_all(conn).await?);
        let full = i64::try_from(found.len()).is_ok_and(|count| count == page);
        let picked = pick(found, claim, claim.most - claimed.due.len(), &mut running);
        lease(&mut tx, claim, &picked).await?;
        let none = picked.is_empty();
        claimed.due.extend(picked);
        // A host with much to do may have filled the page; the next one is without it.
        if none || !full {
            break;
        }
    }
    tx.commit().await?;
    Ok(claimed)
}

/// Those whose hosts have room, with the slot that is asked for now.
fn pick(found: Vec<Due>, claim: Claim<'_>, most: usize, running: &mut HashMap<String, i64>) -> Vec<Due> {
    let mut picked = Vec::new();
    for mut due in found {
        if picked.len() == most {
            break;
        }
        let count = running.entry(due.host.clone()).or_insert(0);
        if *count < due.host_limit {
            *count += 1;
            due.slot = current(due.slot, due.every_ms, claim.now);
            picked.push(due);
        }
    }
    picked
}

async fn lease(tx: &mut Tx, claim: Claim<'_>, picked: &[Due]) -> Result<(), sqlx::Error> {
    for part in rows::parts(picked) {
        let many = rows::many(tx, sql::LEASE, part.len());
        on_db!(tx, |conn| {
            let mut query = sqlx::query(many.text).persistent(many.keep);
            for due in part {
                query = query
                    .bind(&due.source_id)
                    .bind(due.slot)
                    .bind(claim.owner)
                    .bind(claim.now + due.lease_ms.max(claim.least_lease_ms))
                    .bind(i64::from(due.is_again()));
            }
            query.execute(conn).await.map(|_| ())?;
        });
    }
    Ok(())
}

/// When there is something to claim next, epoch milliseconds; `None` when no source is planned.
///
/// # Errors
/// When the database fails.
pub async fn next_time(tx: &mut Tx) -> Result<Option<i64>, sqlx::Error> {
    let time: Option<(i64,)> = on_db!(tx, |conn| sqlx::query_as(sql::NEXT_TIME).fetch_optional(conn).await?);
    let lease: Option<(i64,)> = on_db!(tx, |conn| sqlx::query_as(sql::NEXT_LEASE).fetch_optional(conn).await?);
    Ok([time, lease].into_iter().flatten().map(|(at,)| at).min())
}

/// Prolongs leases that `owner` still holds.
///
/// # Errors
/// When the database fails.
pub async fn renew(db: &Db, owner: &str, sources: &[String], until: i64) -> Result<(), sqlx::Error> {
    let mut tx = db.write().await?;
    for part in rows::parts(sources) {
        let many = rows::many(&tx, sql::RENEW, part.len());
        on_db!(&mut tx, |conn| {
            let mut query = sqlx::query(many.text).persistent(many.keep);
            for source in part {
                query = query.bind(source).bind(owner).bind(until);
            }
            query.execute(conn).await.map(|_| ())?;
        });
    }
    tx.commit().await
}
