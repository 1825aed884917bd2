//! SQL of what was done to initiatives: steps and votes.

use jiff::Timestamp;

use crate::initiative::vote::{Ballot, Member};
use crate::on_db;
use crate::platform::db::Tx;
use crate::platform::word;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Adds a step.
    pub const INSERT: &str = "
        INSERT INTO initiative_steps (initiative_id, seq, request_key, measure_id, step, from_state, to_state, at, actor_id,
                                      actor_name, given, late)
        VALUES ($1, (SELECT COALESCE(MAX(s.seq), 0) + 1 FROM initiative_steps s WHERE s.initiative_id = $1),
                $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    /// Whether a request was carried out.
    pub const FIND_KEY: &str = "
        SELECT step FROM initiative_steps WHERE initiative_id = $1 AND request_key = $2";
    /// Every step, oldest first.
    pub const STEPS: &str = "
        SELECT seq, measure_id, step, from_state, to_state, at, actor_id, actor_name, given, late
        FROM initiative_steps WHERE initiative_id = $1 ORDER BY seq LIMIT 10000";
    /// Lets a member vote.
    pub const INSERT_MEMBER: &str = "
        INSERT INTO initiative_votes (initiative_id, meeting, member_id, member_name, is_head, ballot, reason, cast_at)
        VALUES ($1, $2, $3, $4, $5, NULL, '', NULL)";
    /// The members of the newest meeting and how they voted.
    pub const VOTES: &str = "
        SELECT v.meeting, v.member_id, v.member_name, v.is_head, v.ballot, v.reason, v.cast_at
        FROM initiative_votes v
        WHERE v.initiative_id = $1
          AND v.meeting = (SELECT MAX(m.meeting) FROM initiative_votes m WHERE m.initiative_id = $1)
        ORDER BY v.is_head DESC, v.member_name, v.member_id LIMIT 1000";
    /// Casts a vote once.
    pub const CAST: &str = "
        UPDATE initiative_votes SET ballot = $4, reason = $5, cast_at = $6
        WHERE initiative_id = $1 AND meeting = $2 AND member_id = $3 AND ballot IS NULL";
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Taken {
    /// Its place in the life of the initiative, from 1.
    pub seq: i64,
    /// The measure that moved; `None` when all did.
    pub measure_id: Option<String>,
    /// Word of the step.
    pub step: String,
    /// State before.
    pub from_state: String,
    /// State after.
    pub to_state: String,
    /// Epoch milliseconds.
    pub at: i64,
    /// Who.
    pub actor_id: String,
    /// What they were called then.
    pub actor_name: String,
    /// What was given with it, as JSON.
    pub given: String,
    /// 1 when it came after its deadline.
    pub late: i64,
}

/// A step to be noted.
#[derive(Debug, Clone, Copy)]
pub struct NewStep<'a> {
    /// Names the request: the same one is carried out once.
    pub request_key: &'a str,
    /// The measure that moves; `None` when all do.
    pub measure_id: Option<&'a str>,
    /// Word of the step.
    pub step: &'a str,
    /// State before.
    pub from: &'a str,
    /// State after.
    pub to: &'a str,
    /// Who.
    pub actor_id: &'a str,
    /// What they are called.
    pub actor_name: &'a str,
    /// What was given with it, as JSON.
    pub given: &'a str,
    /// It comes after its deadline.
    pub late: bool,
}

/// Notes a step.
///
/// # Errors
/// When the database fails, and when the request was noted already.
pub async fn insert(tx: &mut Tx, id: &str, new: NewStep<'_>, now: Timestamp) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT)
        .bind(id)
        .bind(new.request_key)
        .bind(new.measure_id)
        .bind(new.step)
        .bind(new.from)
        .bind(new.to)
        .bind(now.as_millisecond())
        .bind(new.actor_id)
        .bind(new.actor_name)
        .bind(new.given)
        .bind(i64::from(new.late))
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Which step a request has led to, if it was carried out.
///
/// # Errors
/// When the database fails.
pub async fn done(tx: &mut Tx, id: &str, request_key: &str) -> Result<Option<String>, sqlx::Error> {
    let row: Option<(String,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::FIND_KEY).bind(id).bind(request_key).fetch_optional(conn).await?);
    Ok(row.map(|(step,)| step))
}

/// Every step that was taken, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn steps(tx: &mut Tx, id: &str) -> Result<Vec<Taken>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::STEPS).bind(id).fetch_all(conn).await?))
}

/// A member's part in a meeting.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct VoteRow {
    /// Number of the meeting, from 1.
    pub meeting: i64,
    /// Who.
    pub member_id: String,
    /// What they were called then.
    pub member_name: String,
    /// 1 for the head.
    pub is_head: i64,
    /// Word of the ballot; `None` while it has not been cast.
    pub ballot: Option<String>,
    /// Why, where something was said.
    pub reason: String,
    /// Epoch milliseconds.
    pub cast_at: Option<i64>,
}

impl VoteRow {
    /// For the count.
    #[must_use]
    pub fn member(&self) -> Member {
        Member { is_head: self.is_head != 0, ballot: self.ballot.as_deref().and_then(word::read::<Ballot>) }
    }
}

/// Lets a member vote in a meeting.
///
/// # Errors
/// When the database fails.
pub async fn insert_member(
    tx: &mut Tx,
    id: &str,
    meeting: i64,
    member: (&str, &str),
    is_head: bool,
) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT_MEMBER)
        .bind(id)
        .bind(meeting)
        .bind(member.0)
        .bind(member.1)
        .bind(i64::from(is_head))
        .execute(conn)
        .await
        .map(|_| ()))
}

/// The members of the newest meeting, the head first.
///
/// # Errors
/// When the database fails.
pub async fn votes(tx: &mut Tx, id: &str) -> Result<Vec<VoteRow>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::VOTES).bind(id).fetch_all(conn).await?))
}

/// Casts a vote; says whether it was the member's first in this meeting.
///
/// # Errors
/// When the database fails.
pub async fn cast(
    tx: &mut Tx,
    id: &str,
    row: &VoteRow,
    ballot: Ballot,
    reason: &str,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::CAST)
        .bind(id)
        .bind(row.meeting)
        .bind(&row.member_id)
        .bind(word::of(&ballot))
        .bind(reason)
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}
