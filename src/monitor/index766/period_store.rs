//! SQL of index 766 by period: which periods have figures, and every department of one.

use super::decimal::Decimal;
use super::model::{Endpoint, TOTAL};
use super::period::Period;
use super::standing::Entry;
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Periods of which totals, groups or indicators came, of any department. Months of charts are none: they are
    /// named before they have begun.
    pub const PERIODS: &str = "
        SELECT DISTINCT period_type, period FROM index766_figures
        WHERE department_id <> '' AND formality_id = '' AND superseded_at IS NULL AND state <> 'not_delivered'
          AND kind IN ('total', 'group', 'indicator')
        ORDER BY period_type, period LIMIT 1000";
    /// The same of one department, by its id or by its code under another id; an empty id is the whole country.
    pub const PERIODS_OF: &str = "
        SELECT DISTINCT period_type, period FROM index766_figures
        WHERE (department_id = $1 OR ($2 <> '' AND department_code = $2))
          AND formality_id = '' AND superseded_at IS NULL AND state <> 'not_delivered'
          AND kind IN ('total', 'group', 'indicator')
        ORDER BY period_type, period LIMIT 1000";
    /// Departments with such figures in a period, and when the newest was read.
    pub const DEPARTMENTS: &str = "
        SELECT department_id, MAX(department_code), CAST(MAX(fetched_at) AS BIGINT) FROM index766_figures
        WHERE period_type = $1 AND period = $2 AND department_id <> '' AND formality_id = '' AND superseded_at IS NULL
          AND state <> 'not_delivered' AND kind IN ('total', 'group', 'indicator')
        GROUP BY department_id ORDER BY department_id LIMIT 20000";
    /// The published totals of a period, the newest of a department first.
    pub const TOTALS: &str = "
        SELECT department_id, published_score FROM index766_figures
        WHERE period_type = $1 AND period = $2 AND department_id <> '' AND formality_id = '' AND superseded_at IS NULL
          AND endpoint = $3 AND code = $4
        ORDER BY department_id, fetched_at DESC, source LIMIT 40000";
}

/// Periods of which figures of any department came, the one that ends last first, the longer before the shorter.
///
/// # Errors
/// When the database fails.
pub async fn periods(tx: &mut Tx) -> Result<Vec<Period>, sqlx::Error> {
    let rows: Vec<(String, String)> = on_db!(tx, |conn| sqlx::query_as(sql::PERIODS).fetch_all(conn).await?);
    Ok(newest_first(&rows))
}

/// The same of one department by the portal's id and by its code, empty where it has none.
///
/// # Errors
/// When the database fails.
pub async fn periods_of(tx: &mut Tx, id: &str, code: &str) -> Result<Vec<Period>, sqlx::Error> {
    let rows: Vec<(String, String)> =
        on_db!(tx, |conn| sqlx::query_as(sql::PERIODS_OF).bind(id).bind(code).fetch_all(conn).await?);
    Ok(newest_first(&rows))
}

fn newest_first(rows: &[(String, String)]) -> Vec<Period> {
    let mut all: Vec<Period> = rows.iter().filter_map(|(_, period)| Period::parse(period)).collect();
    all.sort_by_key(|period| (std::cmp::Reverse(period.last()), period.first()));
    all
}

/// Departments with figures in a period, with their published totals.
///
/// # Errors
/// When the database fails.
pub async fn entries(tx: &mut Tx, period: Period) -> Result<Vec<Entry>, sqlx::Error> {
    let rows: Vec<(String, String, i64)> = on_db!(&mut *tx, |conn| sqlx::query_as(sql::DEPARTMENTS)
        .bind(period.kind())
        .bind(period.word())
        .fetch_all(conn)
        .await?);
    let mut totals: Vec<(String, Option<f64>)> = on_db!(tx, |conn| sqlx::query_as(sql::TOTALS)
        .bind(period.kind())
        .bind(period.word())
        .bind(Endpoint::ServiceResults.word())
        .bind(TOTAL)
        .fetch_all(conn)
        .await?);
    // Of several sources the newest stands.
    totals.dedup_by(|later, first| later.0 == first.0);
    let totals: std::collections::HashMap<String, Option<f64>> = totals.into_iter().collect();
    let entry = |(id, code, read_at): (String, String, i64)| {
        let total = totals.get(&id).copied().flatten().and_then(Decimal::of_f64);
        Entry { id, code, total, read_at }
    };
    Ok(rows.into_iter().map(entry).collect())
}
