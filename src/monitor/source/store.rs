//! SQL of sources: as they stand, as they were, and the procedures they are about.

use super::model::{Covers, Definition};
use crate::on_db;
use crate::platform::db::Tx;
use crate::platform::{rows, word};

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// One source.
    pub const FIND: &str = "
        SELECT id, kind, definition, enabled, version, token_sha256, created_at, changed_at FROM sources WHERE id = $1";
    /// A page of sources.
    pub const LIST: &str = "
        SELECT id, kind, definition, enabled, version, token_sha256, created_at, changed_at
        FROM sources WHERE id > $1 ORDER BY id LIMIT $2";
    /// The source of a token.
    pub const FIND_BY_TOKEN: &str = "
        SELECT id, kind, definition, enabled, version, token_sha256, created_at, changed_at
        FROM sources WHERE token_sha256 = $1 AND enabled = 1";
    /// Definitions of some sources.
    pub const DEFINITIONS: &str = "
        WITH w (id) AS (VALUES (CAST($1 AS TEXT)))
        SELECT s.id, s.version, s.definition FROM w CROSS JOIN sources s WHERE s.id = w.id ORDER BY s.id LIMIT 10000";
    /// Adds a source unless there is one with its id.
    pub const INSERT: &str = "
        INSERT INTO sources (id, kind, name, owner, definition, enabled, version, created_at, changed_at)
        VALUES ($1, $2, $3, $4, $5, 1, 1, $6, $6) ON CONFLICT (id) DO NOTHING";
    /// Changes a source that is at a version.
    pub const UPDATE: &str = "
        UPDATE sources SET name = $3, owner = $4, definition = $5, enabled = $6, version = version + 1, changed_at = $7
        WHERE id = $1 AND version = $2";
    /// Keeps a version.
    pub const INSERT_VERSION: &str = "
        INSERT INTO source_versions (source_id, version, definition, enabled, changed_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6)";
    /// Versions of a source before one, newest first.
    pub const VERSIONS: &str = "
        SELECT version, definition, enabled, changed_at, changed_by
        FROM source_versions WHERE source_id = $1 AND version < $2 ORDER BY version DESC LIMIT $3";
    /// Forgets which procedures a source is about.
    pub const DELETE_PROCEDURES: &str = "DELETE FROM source_procedures WHERE source_id = $1";
    /// A source is about a procedure.
    pub const INSERT_PROCEDURE: &str = "INSERT INTO source_procedures (source_id, code) VALUES ($1, $2)";
    /// Sources that a procedure depends on.
    pub const OF_PROCEDURE: &str = "
        SELECT p.source_id FROM source_procedures p JOIN sources s ON s.id = p.source_id
        WHERE p.code IN ($1, '*') AND s.enabled = 1 ORDER BY p.source_id LIMIT 10000";
    /// Gives a source another token.
    pub const SET_TOKEN: &str = "UPDATE sources SET token_sha256 = $2 WHERE id = $1";
}

/// A source as its row says.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SourceRow {
    /// Identity.
    pub id: String,
    /// Word of the kind.
    pub kind: String,
    /// Definition, JSON.
    pub definition: String,
    /// 1 while it is on.
    pub enabled: i64,
    /// Counts changes.
    pub version: i64,
    /// SHA-256 of the token it is sent with.
    pub token_sha256: Option<String>,
    /// Epoch milliseconds.
    pub created_at: i64,
    /// Epoch milliseconds.
    pub changed_at: i64,
}

/// A version of a source as its row says.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct VersionRow {
    /// Number, from 1.
    pub version: i64,
    /// Definition, JSON.
    pub definition: String,
    /// 1 while it was on.
    pub enabled: i64,
    /// Epoch milliseconds.
    pub changed_at: i64,
    /// Who changed it, as they were called then.
    pub changed_by: String,
}

/// One source.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<SourceRow>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::FIND).bind(id).fetch_optional(conn).await)
}

/// The source that is on and has a token with this SHA-256.
///
/// # Errors
/// When the database fails.
pub async fn find_by_token(tx: &mut Tx, sha256: &str) -> Result<Option<SourceRow>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::FIND_BY_TOKEN).bind(sha256).fetch_optional(conn).await)
}

/// At most `limit` sources whose id follows `after`, in order; begin with an empty one.
///
/// # Errors
/// When the database fails.
pub async fn list(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<SourceRow>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::LIST).bind(after).bind(limit).fetch_all(conn).await)
}

/// Id, version and definition (JSON) of some sources.
///
/// # Errors
/// When the database fails.
pub async fn definitions(tx: &mut Tx, ids: &[&str]) -> Result<Vec<(String, i64, String)>, sqlx::Error> {
    let mut all = Vec::with_capacity(ids.len());
    for part in rows::parts(ids) {
        let many = rows::many(tx, sql::DEFINITIONS, part.len());
        let found: Vec<(String, i64, String)> = on_db!(tx, |conn| {
            let mut query = sqlx::query_as(many.text).persistent(many.keep);
            for id in part {
                query = query.bind(*id);
            }
            query.fetch_all(conn).await?
        });
        all.extend(found);
    }
    Ok(all)
}

/// Adds a source; says whether its id was free.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, definition: &Definition, json: &str, now: i64) -> Result<bool, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT)
        .bind(&definition.id)
        .bind(word::of(&definition.what.kind()))
        .bind(&definition.name)
        .bind(&definition.owner)
        .bind(json)
        .bind(now)
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Changes a source; says whether it still was at `version`.
///
/// # Errors
/// When the database fails.
pub async fn update(
    tx: &mut Tx,
    version: i64,
    definition: &Definition,
    json: &str,
    enabled: bool,
    now: i64,
) -> Result<bool, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::UPDATE)
        .bind(&definition.id)
        .bind(version)
        .bind(&definition.name)
        .bind(&definition.owner)
        .bind(json)
        .bind(i64::from(enabled))
        .bind(now)
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Keeps a version of a source.
///
/// # Errors
/// When the database fails.
pub async fn insert_version(tx: &mut Tx, id: &str, version: &VersionRow) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT_VERSION)
        .bind(id)
        .bind(version.version)
        .bind(&version.definition)
        .bind(version.enabled)
        .bind(version.changed_at)
        .bind(&version.changed_by)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// At most `limit` versions of a source before one, newest first; begin with [`i64::MAX`].
///
/// # Errors
/// When the database fails.
pub async fn versions(tx: &mut Tx, id: &str, before: i64, limit: i64) -> Result<Vec<VersionRow>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::VERSIONS).bind(id).bind(before).bind(limit).fetch_all(conn).await)
}

/// Says which procedures a source is about, instead of those before.
///
/// # Errors
/// When the database fails.
pub async fn set_procedures(tx: &mut Tx, id: &str, covers: &Covers) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::DELETE_PROCEDURES).bind(id).execute(conn).await.map(|_| ())?);
    let all = ["*".to_owned()];
    let codes: &[String] = match covers {
        Covers::None => &[],
        Covers::All => &all,
        Covers::Codes(codes) => codes,
    };
    for part in rows::parts(codes) {
        let many = rows::many(tx, sql::INSERT_PROCEDURE, part.len());
        on_db!(tx, |conn| {
            let mut query = sqlx::query(many.text).persistent(many.keep);
            for code in part {
                query = query.bind(id).bind(code);
            }
            query.execute(conn).await.map(|_| ())?;
        });
    }
    Ok(())
}

/// Ids of the sources that are on and that a procedure depends on.
///
/// # Errors
/// When the database fails.
pub async fn of_procedure(tx: &mut Tx, code: &str) -> Result<Vec<String>, sqlx::Error> {
    let found: Vec<(String,)> = on_db!(tx, |conn| sqlx::query_as(sql::OF_PROCEDURE).bind(code).fetch_all(conn).await?);
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// Gives a source another token, of which the database keeps the SHA-256.
///
/// # Errors
/// When the database fails.
pub async fn set_token(tx: &mut Tx, id: &str, sha256: &str) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::SET_TOKEN).bind(id).bind(sha256).execute(conn).await.map(|_| ()))
}
