//! SQL of the versions of service levels: every one that ever held stays.

use serde::Serialize;

use super::model::Definition;
use super::store::ServiceLevelError;
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Keeps a version.
    pub const INSERT_VERSION: &str = "
        INSERT INTO service_level_versions (service_level_id, version, valid_from, enabled, definition, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6)";
    /// Versions, oldest first.
    pub const VERSIONS: &str = "
        SELECT version, valid_from, enabled, definition, changed_by
        FROM service_level_versions WHERE service_level_id = $1 ORDER BY version LIMIT 10000";
}

/// A version of a service level.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Version {
    /// Its number.
    pub version: i64,
    /// From when on, epoch milliseconds.
    pub valid_from: i64,
    /// Whether it was evaluated.
    pub enabled: bool,
    /// What it was.
    pub definition: Definition,
    /// Login of who wrote it.
    pub changed_by: String,
}

/// Keeps a version.
///
/// # Errors
/// When the database fails.
pub async fn insert_version(tx: &mut Tx, version: &Version) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT_VERSION)
        .bind(&version.definition.id)
        .bind(version.version)
        .bind(version.valid_from)
        .bind(i64::from(version.enabled))
        .bind(version.definition.json())
        .bind(&version.changed_by)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Every version of a service level, oldest first.
///
/// # Errors
/// [`ServiceLevelError`]
pub async fn versions(tx: &mut Tx, id: &str) -> Result<Vec<Version>, ServiceLevelError> {
    let rows: Vec<(i64, i64, i64, String, String)> =
        on_db!(tx, |conn| sqlx::query_as(sql::VERSIONS).bind(id).fetch_all(conn).await?);
    let read = |(version, valid_from, enabled, text, changed_by): (i64, i64, i64, String, String)| {
        let definition =
            Definition::from_json(&text).map_err(|error| ServiceLevelError::Stored(id.to_owned(), error.0))?;
        Ok(Version { version, valid_from, enabled: enabled != 0, definition, changed_by })
    };
    rows.into_iter().map(read).collect()
}
