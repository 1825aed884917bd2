//! SQL of editions and their errata.

use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Freezes a period unless somebody did.
    pub const INSERT: &str = "
        INSERT INTO editions (period, frozen_at, sha256, document) VALUES ($1, $2, $3, $4)
        ON CONFLICT (period) DO NOTHING";
    /// An edition.
    pub const FIND: &str = "SELECT period, frozen_at, sha256, document FROM editions WHERE period = $1";
    /// Every edition without its document, the newest first.
    pub const LIST: &str = "
        SELECT period, frozen_at, sha256, '' AS document FROM editions ORDER BY period DESC LIMIT 1000";
    /// Notes an erratum.
    pub const INSERT_ERRATUM: &str = "
        INSERT INTO edition_errata (period, figure, found_at, before_part, before_whole, after_part, after_whole)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (period, figure, found_at) DO NOTHING";
    /// Errata of an edition in the order in which they were found.
    pub const ERRATA: &str = "
        SELECT figure, found_at, before_part, before_whole, after_part, after_whole
        FROM edition_errata WHERE period = $1 ORDER BY found_at, figure LIMIT 100000";
    /// Whether there is any dossier or verdict before an instant: a day for the months, milliseconds for verdicts.
    pub const ANY: &str = "
        SELECT CAST((SELECT COUNT(*) FROM (SELECT 1 FROM dossier_unit_months WHERE month <= $1 LIMIT 1) d)
             + (SELECT COUNT(*) FROM (SELECT 1 FROM assessments WHERE valid_from < $2 LIMIT 1) a) AS BIGINT)";
}

/// A frozen period.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Edition {
    /// Word of the period.
    pub period: String,
    /// Epoch milliseconds.
    pub frozen_at: i64,
    /// Of the document's bytes.
    pub sha256: String,
    /// JSON.
    pub document: String,
}

/// A figure that is counted otherwise since.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Erratum {
    /// Word of the figure.
    pub figure: String,
    /// Epoch milliseconds.
    pub found_at: i64,
    /// As it was known before; `None` without data.
    pub before_part: Option<i64>,
    /// Of how many.
    pub before_whole: Option<i64>,
    /// As it is counted since.
    pub after_part: Option<i64>,
    /// Of how many.
    pub after_whole: Option<i64>,
}

/// Freezes a period; says whether it was not frozen yet.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, edition: &Edition) -> Result<bool, sqlx::Error> {
    let done = on_db!(tx, |conn| sqlx::query(sql::INSERT)
        .bind(&edition.period)
        .bind(edition.frozen_at)
        .bind(&edition.sha256)
        .bind(&edition.document)
        .execute(conn)
        .await?
        .rows_affected());
    Ok(done == 1)
}

/// An edition.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, period: &str) -> Result<Option<Edition>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::FIND).bind(period).fetch_optional(conn).await)
}

/// Every edition without its document, the newest period first.
///
/// # Errors
/// When the database fails.
pub async fn list(tx: &mut Tx) -> Result<Vec<Edition>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::LIST).fetch_all(conn).await)
}

/// Notes an erratum.
///
/// # Errors
/// When the database fails.
pub async fn insert_erratum(tx: &mut Tx, period: &str, erratum: &Erratum) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT_ERRATUM)
        .bind(period)
        .bind(&erratum.figure)
        .bind(erratum.found_at)
        .bind(erratum.before_part)
        .bind(erratum.before_whole)
        .bind(erratum.after_part)
        .bind(erratum.after_whole)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Errata of an edition in the order in which they were found.
///
/// # Errors
/// When the database fails.
pub async fn errata(tx: &mut Tx, period: &str) -> Result<Vec<Erratum>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::ERRATA).bind(period).fetch_all(conn).await)
}

/// Whether anything was counted or assessed by the end of a month (its first day) and an instant.
///
/// # Errors
/// When the database fails.
pub async fn any(tx: &mut Tx, month: i64, until: i64) -> Result<bool, sqlx::Error> {
    let (n,): (i64,) = on_db!(tx, |conn| sqlx::query_as(sql::ANY).bind(month).bind(until).fetch_one(conn).await?);
    Ok(n > 0)
}
