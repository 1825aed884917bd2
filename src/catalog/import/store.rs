//! SQL of import runs: their record and what they refused.

use jiff::Timestamp;

use crate::catalog::store::{StoreError, sql};
use crate::on_db;
use crate::platform::db::Tx;

/// A record that was refused.
#[derive(Debug, Clone)]
pub struct RejectedRow<'a> {
    /// Line in the input, from 1.
    pub line: i64,
    /// The code, where one could be read.
    pub code_raw: Option<&'a str>,
    /// The field at fault.
    pub field: &'a str,
    /// Stable word.
    pub reason: &'a str,
    /// What is wrong and what to do.
    pub message: &'a str,
    /// The untouched bytes, gzip-packed.
    pub raw: &'a [u8],
}

/// Opens the record of a run.
///
/// # Errors
/// [`StoreError`]
pub async fn begin(tx: &mut Tx, id: &str, source: &str, complete: bool, now: Timestamp) -> Result<(), StoreError> {
    on_db!(tx, |conn| sqlx::query(sql::IMPORT_BEGIN)
        .bind(id)
        .bind(source)
        .bind(now.as_millisecond())
        .bind(i64::from(complete))
        .execute(conn)
        .await
        .map(|_| ())?);
    Ok(())
}

/// Closes the record of a run with its report, and with whether what it lacked was removed.
///
/// # Errors
/// [`StoreError`]
pub async fn end(tx: &mut Tx, id: &str, report: &str, complete: bool, now: Timestamp) -> Result<(), StoreError> {
    on_db!(tx, |conn| sqlx::query(sql::IMPORT_END)
        .bind(id)
        .bind(now.as_millisecond())
        .bind(report)
        .bind(i64::from(complete))
        .execute(conn)
        .await
        .map(|_| ())?);
    Ok(())
}

/// Keeps a refused record.
///
/// # Errors
/// [`StoreError`]
pub async fn reject(tx: &mut Tx, id: &str, row: &RejectedRow<'_>) -> Result<(), StoreError> {
    on_db!(tx, |conn| sqlx::query(sql::REJECT)
        .bind(id)
        .bind(row.line)
        .bind(row.code_raw)
        .bind(row.field)
        .bind(row.reason)
        .bind(row.message)
        .bind(row.raw)
        .execute(conn)
        .await
        .map(|_| ())?);
    Ok(())
}
