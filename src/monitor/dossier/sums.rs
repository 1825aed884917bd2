//! SQL that reads the counts of dossiers: sums over days, due days, durations, months.

use super::counts::{COLUMNS, Counts};
use super::store::below;
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Counts by channel of the days from one to another; a procedure, a unit or a channel that is empty or 0 is all.
    pub const SUMS: &str = "
        SELECT g.channel, CAST(SUM(s.received) AS BIGINT), CAST(SUM(s.finished) AS BIGINT),
               CAST(SUM(s.on_time) AS BIGINT), CAST(SUM(s.late) AS BIGINT), CAST(SUM(s.pending) AS BIGINT),
               CAST(SUM(s.not_judged) AS BIGINT), CAST(SUM(s.provisional) AS BIGINT),
               CAST(SUM(s.supplement_asked) AS BIGINT), CAST(SUM(s.supplement_more_than_once) AS BIGINT),
               CAST(SUM(s.refused) AS BIGINT), CAST(SUM(s.withdrawn) AS BIGINT), CAST(SUM(s.stopped) AS BIGINT),
               CAST(SUM(s.fee_due) AS BIGINT), CAST(SUM(s.paid_online) AS BIGINT), CAST(SUM(s.digitised) AS BIGINT),
               CAST(SUM(s.result_electronic) AS BIGINT), CAST(SUM(s.mismatch) AS BIGINT),
               CAST(SUM(s.unproven) AS BIGINT), CAST(SUM(s.illegal) AS BIGINT),
               CAST(SUM(s.working_days) AS BIGINT), CAST(SUM(s.minutes) AS BIGINT)
        FROM dossier_groups g JOIN dossier_statistics s ON s.group_id = g.id
        WHERE ($1 = '' OR g.code = $1) AND ($2 = '' OR g.unit_id = $2 OR g.unit_id LIKE $3)
          AND s.day >= $4 AND s.day <= $5
        GROUP BY g.channel ORDER BY g.channel LIMIT 10";
    /// Dossiers that were not ended, by the day they are due.
    pub const PENDING: &str = "
        SELECT CAST(COALESCE(SUM(s.pending), 0) AS BIGINT)
        FROM dossier_groups g JOIN dossier_statistics s ON s.group_id = g.id
        WHERE ($1 = '' OR g.code = $1) AND ($2 = '' OR g.unit_id = $2 OR g.unit_id LIKE $3)
          AND s.day >= $4 AND s.day <= $5";
    /// How many dossiers took how many working days.
    pub const DURATIONS: &str = "
        SELECT t.working_days, CAST(SUM(t.dossiers) AS BIGINT)
        FROM dossier_groups g JOIN dossier_durations t ON t.group_id = g.id
        WHERE ($1 = '' OR g.code = $1) AND ($2 = '' OR g.unit_id = $2 OR g.unit_id LIKE $3)
          AND t.day >= $4 AND t.day <= $5
        GROUP BY t.working_days ORDER BY t.working_days LIMIT 10000";
    /// Dossiers of a procedure by source, ministry or province (three characters), and day.
    pub const RECEIVED: &str = "
        SELECT o.name AS source, g.source_id, SUBSTR(g.unit_id, 1, 3) AS agency, s.day,
               CAST(SUM(s.received) AS BIGINT) AS received,
               CAST(SUM(CASE WHEN g.channel = 2 THEN s.received ELSE 0 END) AS BIGINT) AS online
        FROM dossier_groups g JOIN dossier_sources o ON o.id = g.source_id
        JOIN dossier_statistics s ON s.group_id = g.id
        WHERE g.code = $1 AND s.received <> 0
        GROUP BY o.name, g.source_id, SUBSTR(g.unit_id, 1, 3), s.day
        ORDER BY o.name, g.source_id, agency, s.day LIMIT 10000000";
}

/// Dossiers of one day.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ReceivedRow {
    /// Name of the source.
    pub source: String,
    /// Number of the source.
    pub source_id: i64,
    /// The ministry or province at the head of the agency code.
    pub agency: String,
    /// Counted from 1 January 1970.
    pub day: i64,
    /// Dossiers taken in.
    pub received: i64,
    /// Those of them that came online.
    pub online: i64,
}

/// Which counts are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope<'a> {
    /// A procedure, or all when empty.
    pub code: &'a str,
    /// An agency code with all below it, or all when empty.
    pub unit: &'a str,
    /// First day, counted from 1 January 1970.
    pub from: i32,
    /// Last day.
    pub to: i32,
}

/// Counts by channel (1, 2, 3).
///
/// # Errors
/// When the database fails.
pub async fn sums(tx: &mut Tx, scope: &Scope<'_>) -> Result<Vec<(i64, Counts)>, sqlx::Error> {
    on_db!(tx, |conn| {
        let query = sqlx::query(sql::SUMS).bind(scope.code).bind(scope.unit).bind(below(scope.unit));
        let rows = query.bind(i64::from(scope.from)).bind(i64::from(scope.to)).fetch_all(conn).await?;
        rows.iter().map(read_sums).collect()
    })
}

fn read_sums<'r, R: sqlx::Row>(row: &'r R) -> Result<(i64, Counts), sqlx::Error>
where
    usize: sqlx::ColumnIndex<R>,
    i64: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
{
    let mut counts = Counts::default();
    for at in 0..COLUMNS.len() {
        counts.0[at] = row.try_get(at + 1)?;
    }
    Ok((row.try_get(0)?, counts))
}

/// Dossiers that have not ended and are due on the days of the scope.
///
/// # Errors
/// When the database fails.
pub async fn pending(tx: &mut Tx, scope: &Scope<'_>) -> Result<i64, sqlx::Error> {
    let (n,): (i64,) = on_db!(tx, |conn| sqlx::query_as(sql::PENDING)
        .bind(scope.code)
        .bind(scope.unit)
        .bind(below(scope.unit))
        .bind(i64::from(scope.from))
        .bind(i64::from(scope.to))
        .fetch_one(conn)
        .await?);
    Ok(n)
}

/// How many of the dossiers that were finished on the days of the scope took how many working days, fewest days first.
///
/// # Errors
/// When the database fails.
pub async fn durations(tx: &mut Tx, scope: &Scope<'_>) -> Result<Vec<(i64, i64)>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::DURATIONS)
        .bind(scope.code)
        .bind(scope.unit)
        .bind(below(scope.unit))
        .bind(i64::from(scope.from))
        .bind(i64::from(scope.to))
        .fetch_all(conn)
        .await?))
}

/// Dossiers of a procedure by source, ministry or province, and day.
///
/// # Errors
/// When the database fails.
pub async fn received(tx: &mut Tx, code: &str) -> Result<Vec<ReceivedRow>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::RECEIVED).bind(code).fetch_all(conn).await?))
}
