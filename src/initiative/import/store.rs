//! SQL of what was imported from workbooks.

use jiff::Timestamp;

use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Takes a content, unless it was taken. Somebody who is faster is waited for.
    pub const CLAIM: &str = "
        INSERT INTO initiative_imports (organisation_id, sha256, initiative_id, imported_at) VALUES ($1, $2, NULL, $3)
        ON CONFLICT (organisation_id, sha256) DO NOTHING";
    /// Says what became of it.
    pub const MADE: &str = "
        UPDATE initiative_imports SET initiative_id = $3 WHERE organisation_id = $1 AND sha256 = $2";
    /// What became of a content that was taken.
    pub const FIND: &str = "
        SELECT n.number FROM initiative_imports i JOIN initiatives n ON n.id = i.initiative_id
        WHERE i.organisation_id = $1 AND i.sha256 = $2";
}

/// Takes a content for an organisation; says whether it is new there.
///
/// # Errors
/// When the database fails.
pub async fn claim(tx: &mut Tx, organisation: &str, sha256: &str, now: Timestamp) -> Result<bool, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::CLAIM)
        .bind(organisation)
        .bind(sha256)
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Notes the initiative that was made of a content.
///
/// # Errors
/// When the database fails.
pub async fn made(tx: &mut Tx, organisation: &str, sha256: &str, initiative_id: &str) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::MADE)
        .bind(organisation)
        .bind(sha256)
        .bind(initiative_id)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// The number of the initiative that was made of a content.
///
/// # Errors
/// When the database fails.
pub async fn number(tx: &mut Tx, organisation: &str, sha256: &str) -> Result<Option<String>, sqlx::Error> {
    let row: Option<(String,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::FIND).bind(organisation).bind(sha256).fetch_optional(conn).await?);
    Ok(row.map(|(number,)| number))
}
