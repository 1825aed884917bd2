//! The record of who did what: entries are added in the transaction of the deed, never changed, never deleted.
//!
//! A chain of hashes stands beside the entries: who can write to the database can still change one, but then the chain no
//! longer fits, or no longer holds a head that was exported before.

pub mod chain;

use jiff::Timestamp;
use serde::Serialize;
use sqlx::QueryBuilder;

use self::chain::{Broken, Head, Link, Walk, hash};
use super::model::Actor;
use crate::on_db;
use crate::platform::changes;
use crate::platform::db::{Db, Tx};

/// Entries that are read at once along the chain.
const PAGE: i64 = 1_000;

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
    /// Entries after a position.
    pub const AFTER: &str = "
        SELECT seq, at, actor_id, actor_name, action, subject, detail
        FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2";
    /// Entries after a position, with their links.
    pub const LINKS_AFTER: &str = "
        SELECT a.seq, a.at, a.actor_id, a.actor_name, a.action, a.subject, a.detail, c.previous_hash, c.hash
        FROM audit a LEFT JOIN audit_chain c ON c.seq = a.seq
        WHERE a.seq > $1 ORDER BY a.seq LIMIT $2";
    /// Adds a link.
    pub const INSERT_LINK: &str = "INSERT INTO audit_chain (seq, previous_hash, hash) VALUES ($1, $2, $3)";
    /// Where the chain ends.
    pub const HEAD: &str = "SELECT seq, hash FROM audit_chain ORDER BY seq DESC LIMIT 1";
    /// The first link after a position.
    pub const LINK_AFTER: &str = "SELECT seq FROM audit_chain WHERE seq > $1 ORDER BY seq LIMIT 1";
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
        on_db!(&mut *tx, |conn| sqlx::query_as(changes::sql::NEXT).bind("audit").bind(1i64).fetch_one(conn).await?);
    let entry = Entry {
        seq,
        at: now.as_millisecond(),
        actor_id: by.id.map(str::to_owned),
        actor_name: by.name.to_owned(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        detail: detail.to_string(),
    };
    // Nobody else writes: the row of the counter is ours until the transaction ends.
    let mut previous = head(tx).await?;
    if previous.seq != seq - 1 {
        previous = seal(tx).await?;
    }
    on_db!(&mut *tx, |conn| sqlx::query(sql::INSERT)
        .bind(seq)
        .bind(entry.at)
        .bind(&entry.actor_id)
        .bind(&entry.actor_name)
        .bind(&entry.action)
        .bind(&entry.subject)
        .bind(&entry.detail)
        .execute(conn)
        .await
        .map(|_| ())?);
    on_db!(tx, |conn| sqlx::query(sql::INSERT_LINK)
        .bind(seq)
        .bind(&previous.hash)
        .bind(hash(&previous.hash, &entry))
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Where the chain ends.
///
/// # Errors
/// When the database fails.
pub async fn head(tx: &mut Tx) -> Result<Head, sqlx::Error> {
    let row: Option<(i64, String)> = on_db!(tx, |conn| sqlx::query_as(sql::HEAD).fetch_optional(conn).await?);
    Ok(row.map(|(seq, hash)| Head { seq, hash }).unwrap_or_default())
}

/// Seals the entries after the end of the chain: those from before there was one. Says where it ends then.
///
/// A chain that was cut is sealed again, too. That gives nothing away: who can cut it can seal it himself, and only an
/// exported head tells.
async fn seal(tx: &mut Tx) -> Result<Head, sqlx::Error> {
    let (into, _) = sql::INSERT_LINK.split_once("VALUES").unwrap_or((sql::INSERT_LINK, ""));
    let mut at = head(tx).await?;
    loop {
        let entries: Vec<Entry> =
            on_db!(&mut *tx, |conn| sqlx::query_as(sql::AFTER).bind(at.seq).bind(PAGE).fetch_all(conn).await?);
        if entries.is_empty() {
            return Ok(at);
        }
        on_db!(&mut *tx, |conn| {
            let mut query = QueryBuilder::new(into);
            query.push_values(&entries, |mut values, entry| {
                let own = hash(&at.hash, entry);
                values.push_bind(entry.seq).push_bind(at.hash.clone()).push_bind(own.clone());
                at = Head { seq: entry.seq, hash: own };
            });
            query.build().persistent(false).execute(conn).await.map(|_| ())?;
        });
    }
}

/// Seals what is from before the chain, when there is any. Says where the chain ends.
///
/// # Errors
/// When the database fails.
pub async fn seal_old(db: &Db) -> Result<Head, sqlx::Error> {
    let mut tx = db.read().await?;
    let at = head(&mut tx).await?;
    if newest(&mut tx).await? == at.seq {
        return Ok(at);
    }
    drop(tx);
    let mut tx = db.write().await?;
    // Whoever writes an entry waits until this is done.
    on_db!(&mut tx, |conn| sqlx::query(changes::sql::NEXT).bind("audit").bind(0i64).execute(conn).await.map(|_| ())?);
    let at = seal(&mut tx).await?;
    tx.commit().await?;
    Ok(at)
}

/// The number that was given out last.
async fn newest(tx: &mut Tx) -> Result<i64, sqlx::Error> {
    let (seq,): (i64,) = on_db!(tx, |conn| sqlx::query_as(changes::sql::NEWEST).bind("audit").fetch_one(conn).await?);
    Ok(seq)
}

/// Walks the whole chain, as it stands at this moment, and tells `progress` after each page how far it is and how far it
/// has to go.
///
/// # Errors
/// When the database fails. What is wrong with the chain is the answer.
pub async fn walk(
    db: &Db,
    exported: Vec<Head>,
    progress: &mut (dyn FnMut(i64, i64) + Send),
) -> Result<Result<Head, Broken>, sqlx::Error> {
    let mut tx = db.read().await?;
    let counter = newest(&mut tx).await?;
    let mut walk = Walk::meeting(exported);
    // Before the first number nothing may stand.
    let mut after = i64::MIN;
    loop {
        let links: Vec<Link> =
            on_db!(&mut tx, |conn| sqlx::query_as(sql::LINKS_AFTER).bind(after).bind(PAGE).fetch_all(conn).await?);
        let Some(last) = links.last() else { break };
        after = last.entry.seq;
        for link in &links {
            if let Err(broken) = walk.follow(link) {
                return Ok(Err(broken));
            }
        }
        progress(after, counter);
    }
    let end = walk.at().seq;
    let further: Option<(i64,)> =
        on_db!(&mut tx, |conn| sqlx::query_as(sql::LINK_AFTER).bind(end).fetch_optional(conn).await?);
    Ok(walk.end(counter, further.map(|(seq,)| seq)))
}

/// At most `limit` entries before position `before`, newest first; begin with [`i64::MAX`].
///
/// # Errors
/// When the database fails.
pub async fn page(tx: &mut Tx, before: i64, limit: i64) -> Result<Vec<Entry>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::BEFORE).bind(before).bind(limit).fetch_all(conn).await?))
}
