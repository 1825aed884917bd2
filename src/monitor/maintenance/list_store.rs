//! SQL of lists of planned stops and of the sources they are of.

use super::model::Maintenance;
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// A page, latest start first; a source that is empty is all.
    pub const LIST: &str = "
        SELECT m.id, m.source_id, m.starts_at, m.restores_at, m.ends_at, m.announced_at, m.link, m.reason,
               m.created_by, m.created_at, m.cancelled_at, m.version, s.name AS source_name
        FROM maintenances m JOIN sources s ON s.id = m.source_id
        WHERE (m.source_id = $1 OR CAST($1 AS TEXT) = '') AND m.ends_at > $2
        ORDER BY m.starts_at DESC, m.id LIMIT $3 OFFSET $4";
    /// Sources by name.
    pub const SOURCE_NAMES: &str = "SELECT id, name FROM sources ORDER BY name, id LIMIT 10000";
    /// A source's name.
    pub const SOURCE_NAME: &str = "SELECT name FROM sources WHERE id = $1";
}

/// A planned stop with the name of its source.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Listed {
    /// The stop.
    #[sqlx(flatten)]
    pub maintenance: Maintenance,
    /// Name of its source.
    pub source_name: String,
}

/// A page of planned stops that end after an instant, latest start first; all sources when `source` is empty.
///
/// # Errors
/// When the database fails.
pub async fn list(
    tx: &mut Tx,
    source: &str,
    ends_after: i64,
    limit: i64,
    offset: i64,
) -> Result<Vec<Listed>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::LIST)
        .bind(source)
        .bind(ends_after)
        .bind(limit)
        .bind(offset)
        .fetch_all(conn)
        .await)
}

/// Identifiers and names of all sources, by name.
///
/// # Errors
/// When the database fails.
pub async fn source_names(tx: &mut Tx) -> Result<Vec<(String, String)>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::SOURCE_NAMES).fetch_all(conn).await)
}

/// The name of a source.
///
/// # Errors
/// When the database fails.
pub async fn source_name(tx: &mut Tx, id: &str) -> Result<Option<String>, sqlx::Error> {
    let row: Option<(String,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::SOURCE_NAME).bind(id).fetch_optional(conn).await?);
    Ok(row.map(|(name,)| name))
}
