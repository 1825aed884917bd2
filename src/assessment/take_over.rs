//! SQL that puts what the monitor counts in the place of what its sources said before.

use jiff::Timestamp;
use sqlx::QueryBuilder;

use super::store::AssessmentError;
use crate::monitor::dossier::volumes::{Covered, Volume};
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases. The insert is widened to many rows.
pub mod sql {
    /// Forgets the dossiers of a procedure that a source counted.
    pub const DELETE: &str = "DELETE FROM volumes WHERE code = $1 AND source = $2 AND kind = 'dossiers'";
    /// Adds the dossiers of a period.
    pub const INSERT: &str = "
        INSERT INTO volumes (code, unit_id, period_from, period_to, kind, total, online, source, imported_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
}

/// Rows that one statement writes at most.
const MOST_ROWS: usize = 500;

/// Takes over what the monitor counts of a procedure.
///
/// # Errors
/// [`AssessmentError`]
pub async fn take_over(tx: &mut Tx, covered: &mut Covered, code: &str, now: Timestamp) -> Result<(), AssessmentError> {
    let counted = covered.volumes(tx, code).await?;
    for of_source in counted.chunk_by(|a, b| a.source == b.source) {
        let source = &of_source[0].source;
        on_db!(&mut *tx, |conn| sqlx::query(sql::DELETE).bind(code).bind(source).execute(conn).await.map(|_| ())?);
        for part in of_source.chunks(MOST_ROWS) {
            insert(tx, code, part, now).await?;
        }
    }
    Ok(())
}

async fn insert(tx: &mut Tx, code: &str, part: &[Volume], now: Timestamp) -> Result<(), AssessmentError> {
    let (head, _) = sql::INSERT.split_once("VALUES").unwrap_or((sql::INSERT, ""));
    on_db!(tx, |conn| {
        let mut query = QueryBuilder::new(head);
        query.push_values(part, |mut values, volume| {
            values.push_bind(code).push_bind(&volume.unit_id).push_bind(volume.from.to_string());
            values.push_bind(volume.to.to_string()).push_bind("dossiers").push_bind(volume.total);
            values.push_bind(Some(volume.online)).push_bind(&volume.source).push_bind(now.as_millisecond());
        });
        query.build().persistent(false).execute(conn).await.map(|_| ())?;
    });
    Ok(())
}
