//! The job table: work that outlives a request, claimed by lease so that nothing runs twice at once.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::db::{Db, Tx};
use crate::on_db;

/// A job that was claimed.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Job {
    /// Identifier (UUIDv7).
    pub id: String,
    /// Which worker runs it.
    pub kind: String,
    /// JSON for the worker.
    pub payload: String,
    /// How often it was begun, this time included.
    pub attempts: i64,
    /// How often it may be begun before it is buried.
    pub max_attempts: i64,
}

/// The statements of this file.
pub mod sql {
    /// Adds a job unless one with the same unique key exists.
    pub const ENQUEUE: &str = "
        INSERT INTO jobs (id, kind, unique_key, payload, state, max_attempts, run_at, created_at)
        VALUES ($1, $2, $3, $4, 'ready', $5, $6, $7)
        ON CONFLICT (unique_key) DO NOTHING";
    /// Claims the oldest job that is due; a running one whose lease ended counts as due.
    pub const CLAIM_SQLITE: &str = "
        UPDATE jobs SET state = 'running', attempts = attempts + 1, lease_until = $2
        WHERE id = (SELECT id FROM jobs
                    WHERE (state = 'ready' AND run_at <= $1) OR (state = 'running' AND lease_until <= $1)
                    ORDER BY run_at, id LIMIT 1)
        RETURNING id, kind, payload, attempts, max_attempts";
    /// The same with rows that other replicas hold passed over.
    pub const CLAIM_POSTGRES: &str = "
        UPDATE jobs SET state = 'running', attempts = attempts + 1, lease_until = $2
        WHERE id = (SELECT id FROM jobs
                    WHERE (state = 'ready' AND run_at <= $1) OR (state = 'running' AND lease_until <= $1)
                    ORDER BY run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id, kind, payload, attempts, max_attempts";
    /// Ends a job that this attempt still holds.
    pub const FINISH: &str = "
        UPDATE jobs SET state = $3, run_at = $4, last_error = $5, finished_at = $6, lease_until = NULL
        WHERE id = $1 AND attempts = $2 AND state = 'running'";
    /// How many jobs are in each state.
    pub const STATES: &str = "SELECT state, COUNT(*) FROM jobs GROUP BY state ORDER BY state LIMIT 10";
}

/// Adds a job; a second one with the same `unique_key` is not added.
///
/// # Errors
/// When the database fails.
pub async fn enqueue(
    tx: &mut Tx,
    kind: &str,
    unique_key: &str,
    payload: &serde_json::Value,
    max_attempts: u32,
    run_at: Timestamp,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::ENQUEUE)
        .bind(Uuid::now_v7().to_string())
        .bind(kind)
        .bind(unique_key)
        .bind(payload.to_string())
        .bind(i64::from(max_attempts))
        .bind(run_at.as_millisecond())
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Claims one due job for `lease`, or none.
///
/// # Errors
/// When the database fails.
pub async fn claim(db: &Db, lease: SignedDuration, now: Timestamp) -> Result<Option<Job>, sqlx::Error> {
    let until = now.checked_add(lease).unwrap_or(Timestamp::MAX).as_millisecond();
    let mut tx = db.write().await?;
    let job: Option<Job> = match &mut tx {
        Tx::Sqlite(tx) => {
            sqlx::query_as(sql::CLAIM_SQLITE).bind(now.as_millisecond()).bind(until).fetch_optional(&mut **tx).await?
        }
        Tx::Postgres(tx) => {
            sqlx::query_as(sql::CLAIM_POSTGRES).bind(now.as_millisecond()).bind(until).fetch_optional(&mut **tx).await?
        }
    };
    tx.commit().await?;
    Ok(job)
}

/// Ends an attempt: done, to be tried again after `retry_after`, or buried when no attempt is left.
///
/// # Errors
/// When the database fails.
pub async fn finish(
    db: &Db,
    job: &Job,
    outcome: Result<(), String>,
    retry_after: SignedDuration,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let (state, error) = match outcome {
        Ok(()) => ("done", None),
        Err(message) if job.attempts >= job.max_attempts => ("dead", Some(message)),
        Err(message) => ("ready", Some(message)),
    };
    let run_at = now.checked_add(retry_after).unwrap_or(Timestamp::MAX).as_millisecond();
    let finished = (state != "ready").then(|| now.as_millisecond());
    let mut tx = db.write().await?;
    on_db!(&mut tx, |conn| sqlx::query(sql::FINISH)
        .bind(&job.id)
        .bind(job.attempts)
        .bind(state)
        .bind(run_at)
        .bind(&error)
        .bind(finished)
        .execute(conn)
        .await
        .map(|_| ())?);
    tx.commit().await
}

/// How many jobs are in each state: `ready`, `running`, `done`, `dead`.
///
/// # Errors
/// When the database fails.
pub async fn states(tx: &mut Tx) -> Result<Vec<(String, i64)>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::STATES).fetch_all(conn).await)
}
