//! SQL of plans: which source is to be asked when, and how it is doing.

use super::model::Plan;
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// A source is planned, or planned anew: its place in the rhythm stays when the rhythm does.
    pub const PLAN: &str = "
        INSERT INTO polls (source_id, version, host, host_limit, every_ms, lease_ms, daily_budget, slot, next_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
        ON CONFLICT (source_id) DO UPDATE SET
            version = excluded.version, host = excluded.host, host_limit = excluded.host_limit,
            lease_ms = excluded.lease_ms, daily_budget = excluded.daily_budget, etag = NULL, last_modified = NULL,
            failures = 0, circuit_until = NULL,
            slot = CASE WHEN polls.every_ms = excluded.every_ms AND polls.next_at IS NOT NULL
                        THEN polls.slot ELSE excluded.slot END,
            next_at = CASE WHEN polls.every_ms = excluded.every_ms AND polls.next_at IS NOT NULL
                           THEN polls.slot ELSE excluded.slot END,
            lease_owner = CASE WHEN polls.every_ms = excluded.every_ms THEN polls.lease_owner ELSE NULL END,
            lease_until = CASE WHEN polls.every_ms = excluded.every_ms THEN polls.lease_until ELSE NULL END,
            every_ms = excluded.every_ms";
    /// A source is asked no longer; a poll that runs is still kept.
    pub const SUSPEND: &str = "UPDATE polls SET next_at = NULL WHERE source_id = $1";
    /// How polls stand, by source.
    pub const STATUS: &str = "
        SELECT source_id, slot, next_at, lease_until, failures, circuit_until, requests_today, day, asked_again,
               last_attempt_at, last_good_at, last_failure
        FROM polls WHERE source_id = $1";
    /// Rhythms of the sources that are asked, and when each last answered well.
    pub const RHYTHMS: &str = "
        SELECT source_id, every_ms, last_good_at FROM polls WHERE next_at IS NOT NULL
        ORDER BY source_id LIMIT 1000000";
    /// Circuits that are open.
    pub const OPEN_CIRCUITS: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM polls WHERE circuit_until > $1";
}

/// How a source is doing, as far as its polls tell; times are epoch milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow, serde::Serialize)]
pub struct Status {
    /// The source.
    pub source_id: String,
    /// The slot that is asked for next, or now.
    pub slot: i64,
    /// When; `None` while the source is switched off.
    pub next_at: Option<i64>,
    /// Until when a running poll is waited for.
    pub lease_until: Option<i64>,
    /// Failures in a row.
    pub failures: i64,
    /// Until when the source is left alone because of them.
    pub circuit_until: Option<i64>,
    /// Requests on `day`.
    pub requests_today: i64,
    /// Day in Vietnam, counted from 1 January 1970.
    pub day: i64,
    /// Slots that were asked for a second time because whoever claimed them did not end them.
    pub asked_again: i64,
    /// When the last poll ended.
    pub last_attempt_at: Option<i64>,
    /// When the last good poll ended.
    pub last_good_at: Option<i64>,
    /// Word of the last poll's failure; `None` when it was good.
    pub last_failure: Option<String>,
}

/// How often a source is asked.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Rhythm {
    /// The source.
    pub source_id: String,
    /// Milliseconds from one poll to the next.
    pub every_ms: i64,
    /// When the last good poll ended, epoch milliseconds.
    pub last_good_at: Option<i64>,
}

/// Rhythms of all sources that are switched on, by source.
///
/// # Errors
/// When the database fails.
pub async fn rhythms(tx: &mut Tx) -> Result<Vec<Rhythm>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::RHYTHMS).fetch_all(conn).await)
}

/// Plans a source, from now on or anew.
///
/// # Errors
/// When the database fails.
pub async fn plan(tx: &mut Tx, plan: &Plan, now: i64) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::PLAN)
        .bind(&plan.source_id)
        .bind(plan.version)
        .bind(&plan.host)
        .bind(plan.host_limit)
        .bind(plan.every_ms)
        .bind(plan.lease_ms)
        .bind(plan.daily_budget)
        .bind(plan.first_slot(now))
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Asks a source no longer.
///
/// # Errors
/// When the database fails.
pub async fn suspend(tx: &mut Tx, source_id: &str) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::SUSPEND).bind(source_id).execute(conn).await.map(|_| ()))
}

/// How a source is doing; `None` when it is not polled.
///
/// # Errors
/// When the database fails.
pub async fn status(tx: &mut Tx, source_id: &str) -> Result<Option<Status>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::STATUS).bind(source_id).fetch_optional(conn).await)
}

/// How many circuits are open at an instant.
///
/// # Errors
/// When the database fails.
pub async fn open_circuits(tx: &mut Tx, now: i64) -> Result<i64, sqlx::Error> {
    let (count,): (i64,) = on_db!(tx, |conn| sqlx::query_as(sql::OPEN_CIRCUITS).bind(now).fetch_one(conn).await?);
    Ok(count)
}
