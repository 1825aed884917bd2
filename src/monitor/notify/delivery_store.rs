//! SQL of deliveries: claimed by lease, so that no two processes send one at once.

use jiff::{SignedDuration, Timestamp};

use crate::on_db;
use crate::platform::db::{Db, Tx};

/// The statements of this file; the two that claim differ by database.
pub mod sql {
    /// Claims the delivery that has waited longest; one whose lease ended counts as waiting.
    pub const CLAIM_SQLITE: &str = "
        UPDATE deliveries SET state = 'running', attempts = attempts + 1, lease_until = $2
        WHERE notification_id = (
            SELECT notification_id FROM deliveries
            WHERE (state = 'ready' AND run_at <= $1) OR (state = 'running' AND lease_until <= $1)
            ORDER BY run_at, notification_id LIMIT 1)
        RETURNING notification_id, attempts";
    /// The same with rows that other replicas hold passed over.
    pub const CLAIM_POSTGRES: &str = "
        UPDATE deliveries SET state = 'running', attempts = attempts + 1, lease_until = $2
        WHERE notification_id = (
            SELECT notification_id FROM deliveries
            WHERE (state = 'ready' AND run_at <= $1) OR (state = 'running' AND lease_until <= $1)
            ORDER BY run_at, notification_id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING notification_id, attempts";
    /// What is to be sent.
    pub const LETTER: &str = "
        SELECT n.id, n.event_key, n.event, n.title, n.body, n.at, s.channel, s.target, s.secret
        FROM notifications n JOIN subscriptions s ON s.id = n.subscription_id WHERE n.id = $1";
    /// Ends an attempt that this process still holds.
    pub const END: &str = "
        UPDATE deliveries SET state = $3, run_at = $4, last_error = $5, ended_at = $6, lease_until = NULL
        WHERE notification_id = $1 AND attempts = $2 AND state = 'running'";
    /// How many deliveries are in each state.
    pub const STATES: &str = "SELECT state, COUNT(*) FROM deliveries GROUP BY state ORDER BY state LIMIT 10";
}

/// A delivery that was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// How often it was begun, this time included.
    pub attempts: i64,
    /// What is to be sent.
    pub letter: Letter,
}

/// What is to be sent.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Letter {
    /// Identifier of the notification: the same each time it is tried.
    pub id: String,
    /// Names the change of state.
    pub event_key: String,
    /// Word of the event.
    pub event: String,
    /// One line.
    pub title: String,
    /// More.
    pub body: String,
    /// When it happened, epoch milliseconds.
    pub at: i64,
    /// `webhook` or `email`.
    pub channel: String,
    /// Where to.
    pub target: String,
    /// Where the secret lies.
    pub secret: String,
}

/// Claims one delivery that is due, or none.
///
/// # Errors
/// When the database fails.
pub async fn claim(db: &Db, lease: SignedDuration, now: Timestamp) -> Result<Option<Claimed>, sqlx::Error> {
    let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX).as_millisecond();
    let now = now.as_millisecond();
    let mut tx = db.write().await?;
    let row: Option<(String, i64)> = match &mut tx {
        Tx::Sqlite(tx) => sqlx::query_as(sql::CLAIM_SQLITE).bind(now).bind(until).fetch_optional(&mut **tx).await?,
        Tx::Postgres(tx) => sqlx::query_as(sql::CLAIM_POSTGRES).bind(now).bind(until).fetch_optional(&mut **tx).await?,
    };
    let Some((id, attempts)) = row else { return Ok(None) };
    let letter: Letter = on_db!(&mut tx, |conn| sqlx::query_as(sql::LETTER).bind(&id).fetch_one(conn).await?);
    tx.commit().await?;
    Ok(Some(Claimed { attempts, letter }))
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// It was taken.
    Done,
    /// It is tried again at an instant.
    Again(Timestamp, String),
    /// It is given up.
    Dead(String),
}

/// Ends an attempt, unless another process has taken it over.
///
/// # Errors
/// When the database fails.
pub async fn end(db: &Db, claimed: &Claimed, ended: &Ended, now: Timestamp) -> Result<(), sqlx::Error> {
    let (state, run_at, error) = match ended {
        Ended::Done => ("done", now, None),
        Ended::Again(at, why) => ("ready", *at, Some(why)),
        Ended::Dead(why) => ("dead", now, Some(why)),
    };
    let ended_at = (state != "ready").then(|| now.as_millisecond());
    let mut tx = db.write().await?;
    on_db!(&mut tx, |conn| sqlx::query(sql::END)
        .bind(&claimed.letter.id)
        .bind(claimed.attempts)
        .bind(state)
        .bind(run_at.as_millisecond())
        .bind(error)
        .bind(ended_at)
        .execute(conn)
        .await
        .map(|_| ())?);
    tx.commit().await
}

/// How many deliveries are in each state: `ready`, `running`, `done`, `dead`.
///
/// # Errors
/// When the database fails.
pub async fn states(tx: &mut Tx) -> Result<Vec<(String, i64)>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::STATES).fetch_all(conn).await)
}
