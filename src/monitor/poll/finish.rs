//! SQL of polls that have ended: what comes next, for those whose lease is still held.

use super::standing::Next;
use crate::on_db;
use crate::platform::db::Tx;
use crate::platform::rows;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Ends polls that are still held, and says which. What is remembered of an answer belongs to its definition.
    pub const FINISH: &str = "
        WITH w (source_id, lease_owner, claimed, version, slot, next_at, failures, circuit_until, etag, last_modified,
                day, requests_today, at, good_at, failure) AS (VALUES (
            CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS BIGINT),
            CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS TEXT), CAST($10 AS TEXT),
            CAST($11 AS BIGINT), CAST($12 AS BIGINT), CAST($13 AS BIGINT), CAST($14 AS BIGINT), CAST($15 AS TEXT)))
        UPDATE polls SET
            slot = w.slot, next_at = CASE WHEN polls.next_at IS NULL THEN NULL ELSE w.next_at END,
            lease_owner = NULL, lease_until = NULL, failures = w.failures, circuit_until = w.circuit_until,
            etag = CASE WHEN polls.version = w.version THEN w.etag END,
            last_modified = CASE WHEN polls.version = w.version THEN w.last_modified END,
            day = w.day, requests_today = w.requests_today, last_attempt_at = w.at,
            last_good_at = COALESCE(w.good_at, polls.last_good_at), last_failure = w.failure
        FROM w
        WHERE polls.source_id = w.source_id AND polls.lease_owner = w.lease_owner AND polls.slot = w.claimed
        RETURNING polls.source_id";
}

/// A poll that has ended, and what comes after it.
#[derive(Debug, Clone)]
pub struct Done {
    /// The source.
    pub source_id: String,
    /// The slot that was claimed.
    pub claimed: i64,
    /// Version of the definition that was used.
    pub version: i64,
    /// What comes next.
    pub next: Next,
    /// What the answer said for the next poll.
    pub etag: Option<String>,
    /// The same, by time.
    pub last_modified: Option<String>,
    /// When it ended, epoch milliseconds.
    pub at: i64,
    /// Word of the failure.
    pub failure: Option<String>,
}

/// Ends polls, and says of which sources: those that `owner` still holds for the slot that was claimed.
///
/// Whatever a poll brought may be kept in the same transaction for these sources only: another process has asked, or
/// will ask, for the others.
///
/// # Errors
/// When the database fails.
pub async fn finish(tx: &mut Tx, owner: &str, done: &[Done]) -> Result<Vec<String>, sqlx::Error> {
    let mut held = Vec::with_capacity(done.len());
    for part in rows::parts(done) {
        let many = rows::many(tx, sql::FINISH, part.len());
        let found: Vec<(String,)> = on_db!(tx, |conn| {
            let mut query = sqlx::query_as(many.text).persistent(many.keep);
            for one in part {
                query = query
                    .bind(&one.source_id)
                    .bind(owner)
                    .bind(one.claimed)
                    .bind(one.version)
                    .bind(one.next.slot)
                    .bind(one.next.at)
                    .bind(one.next.standing.failures)
                    .bind(one.next.standing.circuit_until)
                    .bind(&one.etag)
                    .bind(&one.last_modified)
                    .bind(one.next.standing.day)
                    .bind(one.next.standing.requests_today)
                    .bind(one.at)
                    .bind(one.failure.is_none().then_some(one.at))
                    .bind(&one.failure);
            }
            query.fetch_all(conn).await?
        });
        held.extend(found.into_iter().map(|(source_id,)| source_id));
    }
    Ok(held)
}
