//! The change log: what changed, in one order that followers can trust.

use jiff::Timestamp;
use sqlx::QueryBuilder;

use super::db::Tx;
use crate::on_db;

/// One entry of the change log.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Change {
    /// Position; every number below the newest exists.
    pub seq: i64,
    /// What kind of thing changed, such as `procedure`.
    pub kind: String,
    /// Which one, such as a procedure code.
    pub subject: String,
}

/// The statements of this file.
pub mod sql {
    /// Takes the next `$2` numbers.
    pub const NEXT: &str = "UPDATE counters SET n = n + $2 WHERE name = $1 RETURNING n";
    /// Writes an entry.
    pub const INSERT: &str = "INSERT INTO changes (seq, at, kind, subject) VALUES ($1, $2, $3, $4)";
    /// Entries after a position.
    pub const AFTER: &str = "SELECT seq, kind, subject FROM changes WHERE seq > $1 ORDER BY seq LIMIT $2";
    /// The newest position.
    pub const NEWEST: &str = "SELECT n FROM counters WHERE name = $1";
}

/// Entries that one statement writes at most.
const MOST_ROWS: usize = 1_000;

/// Writes one entry per subject, in the transaction that makes the changes.
///
/// # Errors
/// When the database fails.
pub async fn record(tx: &mut Tx, kind: &str, subjects: &[String], now: Timestamp) -> Result<(), sqlx::Error> {
    if subjects.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(subjects.len()).unwrap_or(i64::MAX);
    let (last,): (i64,) =
        on_db!(tx, |conn| sqlx::query_as(sql::NEXT).bind("changes").bind(count).fetch_one(conn).await?);
    let (head, _) = sql::INSERT.split_once("VALUES").unwrap_or((sql::INSERT, ""));
    let mut seq = last - count;
    for part in subjects.chunks(MOST_ROWS) {
        on_db!(&mut *tx, |conn| {
            let mut query = QueryBuilder::new(head);
            query.push_values(part, |mut values, subject| {
                seq += 1;
                values.push_bind(seq).push_bind(now.as_millisecond()).push_bind(kind).push_bind(subject);
            });
            query.build().persistent(part.len() == MOST_ROWS || part.len() == 1).execute(conn).await.map(|_| ())?;
        });
    }
    Ok(())
}

/// At most `limit` entries after position `seq`.
///
/// # Errors
/// When the database fails.
pub async fn after(tx: &mut Tx, seq: i64, limit: i64) -> Result<Vec<Change>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::AFTER).bind(seq).bind(limit).fetch_all(conn).await?))
}

/// The newest position, 0 when nothing has changed yet.
///
/// # Errors
/// When the database fails.
pub async fn newest(tx: &mut Tx) -> Result<i64, sqlx::Error> {
    let (seq,): (i64,) = on_db!(tx, |conn| sqlx::query_as(sql::NEWEST).bind("changes").fetch_one(conn).await?);
    Ok(seq)
}
