//! SQL of files on initiatives; their bytes lie in the data folder.

use jiff::Timestamp;

use crate::initiative::file::Kind;
use crate::on_db;
use crate::platform::db::Tx;
use crate::platform::word;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Adds a file.
    pub const INSERT: &str = "
        INSERT INTO initiative_files (id, initiative_id, name, kind, size, sha256, is_public, added_by, added_name,
                                      added_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    /// Files of an initiative, oldest first.
    pub const OF: &str = "
        SELECT id, name, kind, size, sha256, is_public, added_by, added_name, added_at, withdrawn_name, withdrawn_at
        FROM initiative_files WHERE initiative_id = $1 ORDER BY added_at, id LIMIT 1000";
    /// Takes a file away, unless it was; the row stays.
    pub const WITHDRAW: &str = "
        UPDATE initiative_files SET withdrawn_by = $3, withdrawn_name = $4, withdrawn_at = $5
        WHERE initiative_id = $1 AND id = $2 AND withdrawn_at IS NULL";
}

/// A file on an initiative.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct FileRow {
    /// Identifier (UUIDv7).
    pub id: String,
    /// Its name, cleaned.
    pub name: String,
    /// Word of its kind.
    pub kind: String,
    /// Bytes.
    pub size: i64,
    /// What names its bytes.
    pub sha256: String,
    /// 1 when everybody may have it while everybody may see the initiative.
    pub is_public: i64,
    /// Who added it.
    pub added_by: String,
    /// What they were called then.
    pub added_name: String,
    /// Epoch milliseconds.
    pub added_at: i64,
    /// Who took it away.
    pub withdrawn_name: Option<String>,
    /// Epoch milliseconds; `None` while it is there.
    pub withdrawn_at: Option<i64>,
}

impl FileRow {
    /// What it is.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        word::read(&self.kind)
    }
}

/// Adds a file.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, initiative_id: &str, file: &FileRow) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT)
        .bind(&file.id)
        .bind(initiative_id)
        .bind(&file.name)
        .bind(&file.kind)
        .bind(file.size)
        .bind(&file.sha256)
        .bind(file.is_public)
        .bind(&file.added_by)
        .bind(&file.added_name)
        .bind(file.added_at)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Files of an initiative, oldest first, those that were withdrawn included.
///
/// # Errors
/// When the database fails.
pub async fn of(tx: &mut Tx, initiative_id: &str) -> Result<Vec<FileRow>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::OF).bind(initiative_id).fetch_all(conn).await?))
}

/// Takes a file away; says whether it was there.
///
/// # Errors
/// When the database fails.
pub async fn withdraw(
    tx: &mut Tx,
    initiative_id: &str,
    id: &str,
    by: (&str, &str),
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::WITHDRAW)
        .bind(initiative_id)
        .bind(id)
        .bind(by.0)
        .bind(by.1)
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}
