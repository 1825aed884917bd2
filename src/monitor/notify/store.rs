//! SQL of subscriptions and notifications.

use jiff::Timestamp;
use serde::Serialize;

use super::model::{AboutKind, Channel, Event, NewSubscription, Subscription};
use crate::on_db;
use crate::platform::db::Tx;
use crate::platform::word;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Every subscription.
    pub const SUBSCRIPTIONS: &str = "
        SELECT id, channel, target, secret, events, about_kind, about, enabled, created_at, created_by, version
        FROM subscriptions WHERE id NOT LIKE 'person:%' ORDER BY id LIMIT 10000";
    /// What somebody is told about their own work hangs on this row; it is off, so that nothing else does.
    pub const PERSON: &str = "
        INSERT INTO subscriptions (id, channel, target, secret, events, about_kind, about, enabled, created_at,
                                   created_by, version)
        VALUES ($1, 'in_app', $2, '', '', 'all', '', 0, $3, $2, 1) ON CONFLICT (id) DO NOTHING";
    /// Where somebody is sent what they are told about their own work.
    pub const PERSON_MAIL: &str = "
        INSERT INTO subscriptions (id, channel, target, secret, events, about_kind, about, enabled, created_at,
                                   created_by, version)
        VALUES ($1, 'email', $2, '', '', 'all', '', $3, $4, $5, 1)
        ON CONFLICT (id) DO UPDATE SET target = excluded.target, enabled = excluded.enabled,
                                       version = subscriptions.version + 1";
    /// One.
    pub const FIND: &str = "
        SELECT id, channel, target, secret, events, about_kind, about, enabled, created_at, created_by, version
        FROM subscriptions WHERE id = $1";
    /// Adds one.
    pub const INSERT: &str = "
        INSERT INTO subscriptions (id, channel, target, secret, events, about_kind, about, enabled, created_at,
                                   created_by, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)";
    /// Switches one on or off, if nobody was faster.
    pub const SWITCH: &str = "
        UPDATE subscriptions SET enabled = $3, version = version + 1 WHERE id = $1 AND version = $2";
    /// Writes a notification unless this event has been told to this subscription.
    pub const TELL: &str = "
        INSERT INTO notifications (id, subscription_id, event_key, event, target, title, body, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (subscription_id, event_key) DO NOTHING";
    /// Lets a notification leave the program.
    pub const SEND: &str = "
        INSERT INTO deliveries (notification_id, state, attempts, run_at) VALUES ($1, 'ready', 0, $2)";
    /// What somebody is told in the program, newest first.
    pub const INBOX: &str = "
        SELECT n.id, n.event, n.title, n.body, n.at, n.read_at
        FROM notifications n JOIN subscriptions s ON s.id = n.subscription_id
        WHERE s.channel = 'in_app' AND n.target IN ('', $1) AND n.at < $2 ORDER BY n.at DESC, n.id DESC LIMIT $3";
    /// How much of it is unread.
    pub const UNREAD: &str = "
        SELECT COUNT(*) FROM notifications n JOIN subscriptions s ON s.id = n.subscription_id
        WHERE s.channel = 'in_app' AND n.target = $1 AND n.read_at IS NULL";
    /// Somebody read what they were told.
    pub const READ: &str = "UPDATE notifications SET read_at = $3 WHERE id = $1 AND target = $2 AND read_at IS NULL";
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    channel: String,
    target: String,
    secret: String,
    events: String,
    about_kind: String,
    about: String,
    enabled: i64,
    created_at: i64,
    created_by: String,
    version: i64,
}

impl Row {
    /// `None` for a channel that a newer program wrote.
    fn read(self) -> Option<Subscription> {
        Some(Subscription {
            wanted: NewSubscription {
                channel: word::read::<Channel>(&self.channel)?,
                target: self.target,
                secret: self.secret,
                events: self.events.split(',').filter_map(word::read).collect(),
                about_kind: word::read::<AboutKind>(&self.about_kind)?,
                about: self.about,
            },
            id: self.id,
            enabled: self.enabled != 0,
            created_at: self.created_at,
            created_by: self.created_by,
            version: self.version,
        })
    }
}

/// Every subscription, in the order they were made.
///
/// # Errors
/// When the database fails.
pub async fn subscriptions(tx: &mut Tx) -> Result<Vec<Subscription>, sqlx::Error> {
    let rows: Vec<Row> = on_db!(tx, |conn| sqlx::query_as(sql::SUBSCRIPTIONS).fetch_all(conn).await?);
    Ok(rows.into_iter().filter_map(Row::read).collect())
}

/// One subscription.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Subscription>, sqlx::Error> {
    let row: Option<Row> = on_db!(tx, |conn| sqlx::query_as(sql::FIND).bind(id).fetch_optional(conn).await?);
    Ok(row.and_then(Row::read))
}

/// Adds a subscription.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, new: &Subscription) -> Result<(), sqlx::Error> {
    let wanted = &new.wanted;
    let events: Vec<String> = wanted.events.iter().map(word::of).collect();
    on_db!(tx, |conn| sqlx::query(sql::INSERT)
        .bind(&new.id)
        .bind(word::of(&wanted.channel))
        .bind(&wanted.target)
        .bind(&wanted.secret)
        .bind(events.join(","))
        .bind(word::of(&wanted.about_kind))
        .bind(&wanted.about)
        .bind(i64::from(new.enabled))
        .bind(new.created_at)
        .bind(&new.created_by)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Switches a subscription whose version is `version` on or off; says whether it still was.
///
/// # Errors
/// When the database fails.
pub async fn switch(tx: &mut Tx, id: &str, version: i64, enabled: bool) -> Result<bool, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::SWITCH)
        .bind(id)
        .bind(version)
        .bind(i64::from(enabled))
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Writes what a subscription is told; says whether it had not been told before.
///
/// # Errors
/// When the database fails.
pub async fn tell(tx: &mut Tx, to: &Subscription, event: &Event, now: Timestamp) -> Result<bool, sqlx::Error> {
    let id = uuid::Uuid::now_v7().to_string();
    let new = on_db!(tx, |conn| sqlx::query(sql::TELL)
        .bind(&id)
        .bind(&to.id)
        .bind(&event.key)
        .bind(word::of(&event.kind))
        .bind(&to.wanted.target)
        .bind(&event.title)
        .bind(&event.body)
        .bind(event.at)
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1)?);
    if new && to.wanted.channel != Channel::InApp {
        on_db!(tx, |conn| sqlx::query(sql::SEND)
            .bind(&id)
            .bind(now.as_millisecond())
            .execute(conn)
            .await
            .map(|_| ())?);
    }
    Ok(new)
}

fn mail_of(login: &str) -> String {
    format!("person:{login}:email")
}

/// Where somebody is sent what they are told about their own work, if they want that.
///
/// # Errors
/// When the database fails.
pub async fn address(tx: &mut Tx, login: &str) -> Result<Option<Subscription>, sqlx::Error> {
    Ok(find(tx, &mail_of(login)).await?.filter(|mail| mail.enabled))
}

/// Sets where somebody is sent what they are told about their own work; nothing is sent to an empty address.
///
/// # Errors
/// When the database fails.
pub async fn set_address(tx: &mut Tx, login: &str, address: &str, now: Timestamp) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::PERSON_MAIL)
        .bind(mail_of(login))
        .bind(address)
        .bind(i64::from(!address.is_empty()))
        .bind(now.as_millisecond())
        .bind(login)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Writes what one person is told about their own work, in the program and by e-mail where they want that; says whether
/// they had not been told.
///
/// # Errors
/// When the database fails.
pub async fn tell_person(tx: &mut Tx, login: &str, event: &Event, now: Timestamp) -> Result<bool, sqlx::Error> {
    let id = format!("person:{login}");
    on_db!(&mut *tx, |conn| sqlx::query(sql::PERSON)
        .bind(&id)
        .bind(login)
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|_| ())?);
    if let Some(mail) = address(tx, login).await? {
        tell(tx, &mail, event, now).await?;
    }
    on_db!(tx, |conn| sqlx::query(sql::TELL)
        .bind(uuid::Uuid::now_v7().to_string())
        .bind(&id)
        .bind(&event.key)
        .bind(word::of(&event.kind))
        .bind(login)
        .bind(&event.title)
        .bind(&event.body)
        .bind(event.at)
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Something that somebody is told in the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Told {
    /// Identifier.
    pub id: String,
    /// Word of the event.
    pub event: String,
    /// One line.
    pub title: String,
    /// More.
    pub body: String,
    /// When it happened, epoch milliseconds.
    pub at: i64,
    /// When it was read; what everybody is told is never marked.
    pub read_at: Option<i64>,
}

/// At most `limit` notifications of somebody and of everybody that lie before an instant, newest first.
///
/// # Errors
/// When the database fails.
pub async fn inbox(tx: &mut Tx, login: &str, before: i64, limit: i64) -> Result<Vec<Told>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::INBOX).bind(login).bind(before).bind(limit).fetch_all(conn).await)
}

/// How many notifications somebody has not read.
///
/// # Errors
/// When the database fails.
pub async fn unread(tx: &mut Tx, login: &str) -> Result<i64, sqlx::Error> {
    let (count,): (i64,) = on_db!(tx, |conn| sqlx::query_as(sql::UNREAD).bind(login).fetch_one(conn).await?);
    Ok(count)
}

/// Somebody read a notification of theirs; says whether it was one that was unread.
///
/// # Errors
/// When the database fails.
pub async fn read(tx: &mut Tx, id: &str, login: &str, now: Timestamp) -> Result<bool, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::READ)
        .bind(id)
        .bind(login)
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}
