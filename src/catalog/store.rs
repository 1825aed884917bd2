//! SQL of the catalog.

use jiff::Timestamp;

use super::model::{LegalAct, Procedure};
use crate::on_db;
use crate::platform::db::Tx;
use crate::platform::word;

/// The statements of the catalog; every text runs on both databases.
pub mod sql {
    /// One procedure with its current document.
    pub const FIND: &str = "
        SELECT p.code, p.code_raw, p.portal_id, p.retired_at, p.version_number, p.content_sha256, p.payload_sha256,
               p.first_seen_at, p.changed_at, p.read_at, v.document,
               f.online_level, f.online, f.declared_level, f.gap
        FROM procedures p JOIN procedure_versions v ON v.code = p.code AND v.number = p.version_number
        LEFT JOIN procedure_facets f ON f.code = p.code
        WHERE p.code = $1";
    /// A page of procedures with their current documents, in the order of codes.
    pub const PAGE: &str = "
        SELECT p.code, p.code_raw, p.portal_id, p.retired_at, p.version_number, p.content_sha256, p.payload_sha256,
               p.first_seen_at, p.changed_at, p.read_at, v.document,
               f.online_level, f.online, f.declared_level, f.gap
        FROM procedures p JOIN procedure_versions v ON v.code = p.code AND v.number = p.version_number
        LEFT JOIN procedure_facets f ON f.code = p.code
        WHERE p.code > $1 ORDER BY p.code LIMIT $2";
    /// Adds a procedure, or brings it up to its new version.
    pub const UPSERT: &str = "
        INSERT INTO procedures (code, code_raw, name, kind, portal_id, retired_at, version_number,
                                content_sha256, payload_sha256, first_seen_at, changed_at, read_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $10)
        ON CONFLICT (code) DO UPDATE SET
            code_raw = excluded.code_raw, name = excluded.name, kind = excluded.kind,
            portal_id = excluded.portal_id, retired_at = excluded.retired_at,
            version_number = excluded.version_number, content_sha256 = excluded.content_sha256,
            payload_sha256 = excluded.payload_sha256, changed_at = excluded.changed_at, read_at = excluded.read_at";
    /// Marks a procedure as retired, or as public again with NULL.
    pub const RETIRE: &str = "UPDATE procedures SET retired_at = $2, changed_at = $3 WHERE code = $1";
    /// Notes that a source still shows the procedure as it stands.
    pub const SEEN: &str = "UPDATE procedures SET read_at = $2 WHERE code = $1";
    /// Keeps what the rooms to the left say of a procedure.
    pub const PUT_FACETS: &str = "
        INSERT INTO procedure_facets (code, online_level, online, declared_level, gap, assessed_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (code) DO UPDATE SET
            online_level = excluded.online_level, online = excluded.online,
            declared_level = excluded.declared_level, gap = excluded.gap, assessed_at = excluded.assessed_at";
    /// Ends the version that was in force.
    pub const CLOSE_VERSION: &str = "
        UPDATE procedure_versions SET valid_to = $3 WHERE code = $1 AND number = $2 AND valid_to IS NULL";
    /// Adds a version.
    pub const INSERT_VERSION: &str = "
        INSERT INTO procedure_versions (code, number, valid_from, decision, source, payload_sha256,
                                        content_sha256, document)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// All versions of a procedure without their documents, newest first.
    pub const VERSIONS: &str = "
        SELECT number, valid_from, valid_to, decision, source, payload_sha256, content_sha256
        FROM procedure_versions WHERE code = $1 ORDER BY number DESC LIMIT 200";
    /// The document in force at an instant.
    pub const DOCUMENT_AT: &str = "
        SELECT number, document FROM procedure_versions
        WHERE code = $1 AND valid_from <= $2 ORDER BY number DESC LIMIT 1";
    /// The document of one version.
    pub const DOCUMENT_OF: &str = "SELECT document FROM procedure_versions WHERE code = $1 AND number = $2";
    /// Keeps a payload; the same bytes are kept once.
    pub const INSERT_PAYLOAD: &str = "
        INSERT INTO payloads (sha256, bytes, size) VALUES ($1, $2, $3) ON CONFLICT (sha256) DO NOTHING";
    /// A payload as it was packed.
    pub const PAYLOAD: &str = "SELECT bytes FROM payloads WHERE sha256 = $1";
    /// Forgets which acts a procedure cites.
    pub const DELETE_ACTS: &str = "DELETE FROM procedure_acts WHERE code = $1";
    /// Notes that a procedure cites an act.
    pub const INSERT_ACT: &str = "
        INSERT INTO procedure_acts (code, number, name, kind) VALUES ($1, $2, $3, $4)
        ON CONFLICT (code, number) DO NOTHING";
    /// Codes that cite an act.
    pub const CODES_BY_ACT: &str = "SELECT code FROM procedure_acts WHERE number = $1 ORDER BY code LIMIT 10000";
    /// Codes of the public catalog.
    pub const PUBLIC_CODES: &str = "SELECT code FROM procedures WHERE retired_at IS NULL ORDER BY code LIMIT 1000000";
    /// Codes that are not of the form `d.dddddd`, retired ones too.
    pub const ODD_CODES: &str = "SELECT code FROM procedures WHERE code NOT LIKE '_.______' ORDER BY code LIMIT 100000";
    /// How many procedures are public, how many are retired, and when the newest change was.
    pub const COUNTS: &str = "
        SELECT CAST(COUNT(*) - COUNT(retired_at) AS BIGINT), CAST(COUNT(retired_at) AS BIGINT),
               CAST(COALESCE(MAX(changed_at), 0) AS BIGINT)
        FROM procedures";
    /// Opens an import's record.
    pub const IMPORT_BEGIN: &str = "
        INSERT INTO imports (id, source, started_at, complete) VALUES ($1, $2, $3, $4)";
    /// Closes an import's record.
    pub const IMPORT_END: &str = "
        UPDATE imports SET finished_at = $2, report = $3, complete = $4 WHERE id = $1";
    /// Keeps a rejected record with its raw text.
    pub const REJECT: &str = "
        INSERT INTO import_rejections (import_id, line, code_raw, field, reason, message, raw)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (import_id, line) DO NOTHING";
}

/// A stored procedure: the identity, its state, and its current document.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The code as the source spells it.
    pub code_raw: String,
    /// When it left the public catalog.
    pub retired_at: Option<i64>,
    /// Number of the current version, from 1.
    pub version_number: i64,
    /// SHA-256 of the normalised document.
    pub content_sha256: String,
    /// SHA-256 of the payload the current version was read from.
    pub payload_sha256: String,
    /// Epoch milliseconds of the first capture.
    pub first_seen_at: i64,
    /// Epoch milliseconds of the newest change.
    pub changed_at: i64,
    /// Epoch milliseconds at which a source last showed it as it stands.
    pub read_at: i64,
    /// What the assessment says of it, for lists and facets; `None` until assessed.
    pub facets: Option<Facets>,
    /// The document.
    pub procedure: Procedure,
}

/// What the assessment says of a procedure, in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facets {
    /// `L0` to `L7`.
    pub online_level: String,
    /// `verified`, `claimed`, `partial`, `unknown` or `none`.
    pub online: Option<String>,
    /// `full`, `partial` or `information_only`.
    pub declared_level: Option<String>,
    /// Why it is not end to end.
    pub gap: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    code: String,
    code_raw: String,
    portal_id: Option<String>,
    retired_at: Option<i64>,
    version_number: i64,
    content_sha256: String,
    payload_sha256: String,
    first_seen_at: i64,
    changed_at: i64,
    read_at: Option<i64>,
    document: String,
    online_level: Option<String>,
    online: Option<String>,
    declared_level: Option<String>,
    gap: Option<String>,
}

/// One version without its document.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Version {
    /// From 1.
    pub number: i64,
    /// Epoch milliseconds.
    pub valid_from: i64,
    /// Epoch milliseconds; `None` while in force.
    pub valid_to: Option<i64>,
    /// Number of the decision that published it.
    pub decision: Option<String>,
    /// Where it was read from.
    pub source: String,
    /// SHA-256 of the untouched payload.
    pub payload_sha256: String,
    /// SHA-256 of the normalised document.
    pub content_sha256: String,
}

/// Sizes of the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Procedures of the public catalog.
    pub public: i64,
    /// Tombstones.
    pub retired: i64,
    /// Epoch milliseconds of the newest change, 0 when empty.
    pub changed_at: i64,
}

/// What storing can fail of.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed.
    #[error("the database failed")]
    Sql(#[from] sqlx::Error),
    /// A stored document cannot be read.
    #[error("the stored document of {code} cannot be read")]
    Document {
        /// Whose document.
        code: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}

impl TryFrom<Row> for Stored {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let mut procedure = read_document(&row.code, &row.document)?;
        procedure.portal_id = procedure.portal_id.or(row.portal_id);
        Ok(Self {
            code_raw: row.code_raw,
            retired_at: row.retired_at,
            version_number: row.version_number,
            content_sha256: row.content_sha256,
            payload_sha256: row.payload_sha256,
            first_seen_at: row.first_seen_at,
            changed_at: row.changed_at,
            read_at: row.read_at.unwrap_or(row.changed_at),
            facets: row.online_level.map(|online_level| Facets {
                online_level,
                online: row.online,
                declared_level: row.declared_level,
                gap: row.gap,
            }),
            procedure,
        })
    }
}

fn read_document(code: &str, document: &str) -> Result<Procedure, StoreError> {
    serde_json::from_str(document).map_err(|source| StoreError::Document { code: code.to_owned(), source })
}

/// One procedure by code.
///
/// # Errors
/// [`StoreError`]
pub async fn find(tx: &mut Tx, code: &str) -> Result<Option<Stored>, StoreError> {
    let row: Option<Row> = on_db!(tx, |conn| sqlx::query_as(sql::FIND).bind(code).fetch_optional(conn).await?);
    row.map(Stored::try_from).transpose()
}

/// At most `limit` procedures whose code follows `after`, in order; begin with an empty code.
///
/// # Errors
/// [`StoreError`]
pub async fn page(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<Stored>, StoreError> {
    let rows: Vec<Row> = on_db!(tx, |conn| sqlx::query_as(sql::PAGE).bind(after).bind(limit).fetch_all(conn).await?);
    rows.into_iter().map(Stored::try_from).collect()
}

/// What a new version needs besides the procedure.
#[derive(Debug, Clone, Copy)]
pub struct NewVersion<'a> {
    /// The code as the source spells it.
    pub code_raw: &'a str,
    /// From 1.
    pub number: i64,
    /// When it holds from.
    pub valid_from: Timestamp,
    /// When the procedure left the catalog.
    pub retired_at: Option<i64>,
    /// Name of the source.
    pub source: &'a str,
    /// SHA-256 of the payload.
    pub payload_sha256: &'a str,
    /// The packed payload.
    pub payload: &'a [u8],
    /// Size of the payload before packing, bytes.
    pub payload_size: usize,
    /// SHA-256 of `document`.
    pub content_sha256: &'a str,
    /// The procedure as JSON.
    pub document: &'a str,
}

/// Writes a version and makes it the current one; the one before ends at the same instant.
///
/// # Errors
/// [`StoreError`]
pub async fn write_version(tx: &mut Tx, procedure: &Procedure, new: NewVersion<'_>) -> Result<(), StoreError> {
    let code = procedure.code.as_str();
    let at = new.valid_from.as_millisecond();
    let kind = word::of(&procedure.kind);
    keep_payload(tx, new.payload_sha256, new.payload, new.payload_size).await?;
    if new.number > 1 {
        on_db!(tx, |conn| sqlx::query(sql::CLOSE_VERSION)
            .bind(code)
            .bind(new.number - 1)
            .bind(at)
            .execute(conn)
            .await
            .map(|_| ())?);
    }
    on_db!(tx, |conn| sqlx::query(sql::UPSERT)
        .bind(code)
        .bind(new.code_raw)
        .bind(&procedure.name)
        .bind(kind)
        .bind(&procedure.portal_id)
        .bind(new.retired_at)
        .bind(new.number)
        .bind(new.content_sha256)
        .bind(new.payload_sha256)
        .bind(at)
        .execute(conn)
        .await
        .map(|_| ())?);
    on_db!(tx, |conn| sqlx::query(sql::INSERT_VERSION)
        .bind(code)
        .bind(new.number)
        .bind(at)
        .bind(&procedure.decision)
        .bind(new.source)
        .bind(new.payload_sha256)
        .bind(new.content_sha256)
        .bind(new.document)
        .execute(conn)
        .await
        .map(|_| ())?);
    write_acts(tx, code, &procedure.legal_basis).await
}

/// Keeps a packed payload under the SHA-256 of its bytes; `size` is that of the bytes before packing.
///
/// # Errors
/// [`StoreError`]
pub async fn keep_payload(tx: &mut Tx, sha256: &str, packed: &[u8], size: usize) -> Result<(), StoreError> {
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    on_db!(tx, |conn| sqlx::query(sql::INSERT_PAYLOAD)
        .bind(sha256)
        .bind(packed)
        .bind(size)
        .execute(conn)
        .await
        .map(|_| ())?);
    Ok(())
}

async fn write_acts(tx: &mut Tx, code: &str, acts: &[LegalAct]) -> Result<(), StoreError> {
    on_db!(tx, |conn| sqlx::query(sql::DELETE_ACTS).bind(code).execute(conn).await.map(|_| ())?);
    for act in acts {
        let Some(number) = &act.number else { continue };
        let kind = word::of(&act.kind);
        on_db!(tx, |conn| sqlx::query(sql::INSERT_ACT)
            .bind(code)
            .bind(number)
            .bind(&act.name)
            .bind(&kind)
            .execute(conn)
            .await
            .map(|_| ())?);
    }
    Ok(())
}

/// Marks a procedure as retired at an instant, or as public again.
///
/// # Errors
/// [`StoreError`]
pub async fn retire(tx: &mut Tx, code: &str, at: Option<Timestamp>, now: Timestamp) -> Result<(), StoreError> {
    on_db!(tx, |conn| sqlx::query(sql::RETIRE)
        .bind(code)
        .bind(at.map(Timestamp::as_millisecond))
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|_| ())?);
    Ok(())
}

/// Notes that a source still shows the procedure as it stands.
///
/// # Errors
/// [`StoreError`]
pub async fn seen(tx: &mut Tx, code: &str, at: Timestamp) -> Result<(), StoreError> {
    on_db!(tx, |conn| sqlx::query(sql::SEEN).bind(code).bind(at.as_millisecond()).execute(conn).await.map(|_| ())?);
    Ok(())
}

/// Keeps what the assessment says of a procedure.
///
/// # Errors
/// [`StoreError`]
pub async fn put_facets(tx: &mut Tx, code: &str, facets: &Facets, now: Timestamp) -> Result<(), StoreError> {
    on_db!(tx, |conn| sqlx::query(sql::PUT_FACETS)
        .bind(code)
        .bind(&facets.online_level)
        .bind(&facets.online)
        .bind(&facets.declared_level)
        .bind(&facets.gap)
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|_| ())?);
    Ok(())
}

/// All versions, newest first.
///
/// # Errors
/// [`StoreError`]
pub async fn versions(tx: &mut Tx, code: &str) -> Result<Vec<Version>, StoreError> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::VERSIONS).bind(code).fetch_all(conn).await?))
}

/// The document in force at an instant with its version number; `None` before the first capture.
///
/// # Errors
/// [`StoreError`]
pub async fn document_at(tx: &mut Tx, code: &str, at: Timestamp) -> Result<Option<(i64, Procedure)>, StoreError> {
    let row: Option<(i64, String)> = on_db!(tx, |conn| sqlx::query_as(sql::DOCUMENT_AT)
        .bind(code)
        .bind(at.as_millisecond())
        .fetch_optional(conn)
        .await?);
    row.map(|(number, document)| Ok((number, read_document(code, &document)?))).transpose()
}

/// The document of one version.
///
/// # Errors
/// [`StoreError`]
pub async fn document_of(tx: &mut Tx, code: &str, number: i64) -> Result<Option<Procedure>, StoreError> {
    let row: Option<(String,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::DOCUMENT_OF).bind(code).bind(number).fetch_optional(conn).await?);
    row.map(|(document,)| read_document(code, &document)).transpose()
}

/// A packed payload by its SHA-256.
///
/// # Errors
/// [`StoreError`]
pub async fn payload(tx: &mut Tx, sha256: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let row: Option<(Vec<u8>,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::PAYLOAD).bind(sha256).fetch_optional(conn).await?);
    Ok(row.map(|(bytes,)| bytes))
}

/// Codes of the procedures that cite an act.
///
/// # Errors
/// [`StoreError`]
pub async fn codes_by_act(tx: &mut Tx, number: &str) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::CODES_BY_ACT).bind(number).fetch_all(conn).await?);
    Ok(rows.into_iter().map(|(code,)| code).collect())
}

/// Codes of the public catalog.
///
/// # Errors
/// [`StoreError`]
pub async fn public_codes(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = on_db!(tx, |conn| sqlx::query_as(sql::PUBLIC_CODES).fetch_all(conn).await?);
    Ok(rows.into_iter().map(|(code,)| code).collect())
}

/// Codes of the catalog that are of another length than `d.dddddd`, retired ones too.
///
/// # Errors
/// [`StoreError`]
pub async fn odd_codes(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = on_db!(tx, |conn| sqlx::query_as(sql::ODD_CODES).fetch_all(conn).await?);
    Ok(rows.into_iter().map(|(code,)| code).collect())
}

/// Sizes of the catalog.
///
/// # Errors
/// [`StoreError`]
pub async fn counts(tx: &mut Tx) -> Result<Counts, StoreError> {
    let (public, retired, changed_at): (i64, i64, i64) =
        on_db!(tx, |conn| sqlx::query_as(sql::COUNTS).fetch_one(conn).await?);
    Ok(Counts { public, retired, changed_at })
}
