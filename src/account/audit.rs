//! The record of who did what: entries are added in the transaction of the deed, never changed, never deleted.

use jiff::Timestamp;
use serde::Serialize;

use super::model::Actor;
use crate::on_db;
use crate::platform::changes;
use crate::platform::db::Tx;

/// Who did it.
#[derive(Debug, Clone, Copy)]
pub struct Author<'a> {
    id: Option<&'a str>,
    name: &'a str,
}

impl Author<'_> {
    /// Somebody with access to the machine.
    pub const COMMAND_LINE: Author<'static> = Author { id: None, name: "command line" };
    /// Somebody who did not say who they are.
    pub const NOBODY: Author<'static> = Author { id: None, name: "nobody" };
}

impl<'a> From<&'a Actor> for Author<'a> {
    fn from(actor: &'a Actor) -> Self {
        Self { id: Some(actor.id.as_str()), name: &actor.name }
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Entry {
    /// Position; every number below the newest exists.
    pub seq: i64,
    /// Epoch milliseconds.
    pub at: i64,
    /// The user; absent when it was not one.
    pub actor_id: Option<String>,
    /// What they were called then.
    pub actor_name: String,
    /// What was done, such as `sign_in`.
    pub action: String,
    /// To whom or to what.
    pub subject: String,
    /// More about it, as JSON.
    pub detail: String,
}

/// The statements of this file.
pub mod sql {
    /// Adds an entry.
    pub const INSERT: &str = "
        INSERT INTO audit (seq, at, actor_id, actor_name, action, subject, detail)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    /// Entries before a position, newest first.
    pub const BEFORE: &str = "
        SELECT seq, at, actor_id, actor_name, action, subject, detail
        FROM audit WHERE seq < $1 ORDER BY seq DESC LIMIT $2";
}

/// Adds an entry. Do it last: its number is taken from a row that other transactions wait for.
///
/// # Errors
/// When the database fails.
pub async fn record(
    tx: &mut Tx,
    by: impl Into<Author<'_>>,
    action: &str,
    subject: &str,
    detail: &serde_json::Value,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let by = by.into();
    let (seq,): (i64,) =
        on_db!(tx, |conn| sqlx::query_as(changes::sql::NEXT).bind("audit").bind(1i64).fetch_one(conn).await?);
    on_db!(tx, |conn| sqlx::query(sql::INSERT)
        .bind(seq)
        .bind(now.as_millisecond())
        .bind(by.id)
        .bind(by.name)
        .bind(action)
        .bind(subject)
        .bind(detail.to_string())
        .execute(conn)
        .await
        .map(|_| ()))
}

/// At most `limit` entries before position `before`, newest first; begin with [`i64::MAX`].
///
/// # Errors
/// When the database fails.
pub async fn page(tx: &mut Tx, before: i64, limit: i64) -> Result<Vec<Entry>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::BEFORE).bind(before).bind(limit).fetch_all(conn).await?))
}
