//! SQL of the made-up year: what lies in this database already.

use jiff::Timestamp;

use super::plan::Plan;
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// The year that was made.
    pub const HELD: &str = "SELECT ends_at, seed, finished_at FROM demo_years ORDER BY ends_at LIMIT 1";
    /// Whether anything else was put in: every way begins with procedures.
    pub const USED: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT code FROM procedures ORDER BY code LIMIT 1) p";
    /// Making a year begins.
    pub const BEGIN: &str = "INSERT INTO demo_years (ends_at, seed, finished_at) VALUES ($1, $2, NULL)";
    /// The first row of each parameter also holds from an earlier day on.
    pub const PARAMETERS: &str = "
        INSERT INTO parameters (name, valid_from, value, source)
        SELECT p.name, $1, p.value, p.source FROM parameters p
        WHERE p.valid_from > $1 AND p.valid_from = (SELECT MIN(q.valid_from) FROM parameters q WHERE q.name = p.name)";
    /// The year is whole.
    pub const FINISH: &str = "UPDATE demo_years SET finished_at = $2 WHERE ends_at = $1";
}

/// The year that a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Of what it was made.
    pub plan: Plan,
    /// Whether all of it is there.
    pub whole: bool,
}

/// The year that is there.
///
/// # Errors
/// When the database fails.
pub async fn held(tx: &mut Tx) -> Result<Option<Held>, sqlx::Error> {
    let row: Option<(i64, i64, Option<i64>)> =
        on_db!(tx, |conn| sqlx::query_as(sql::HELD).fetch_optional(conn).await?);
    Ok(row.map(|(end, seed, finished)| {
        let end = Timestamp::from_millisecond(end).unwrap_or(Timestamp::UNIX_EPOCH);
        Held { plan: Plan::new(u64::try_from(seed).unwrap_or_default(), end), whole: finished.is_some() }
    }))
}

/// Whether there are procedures.
///
/// # Errors
/// When the database fails.
pub async fn is_used(tx: &mut Tx) -> Result<bool, sqlx::Error> {
    let (n,): (i64,) = on_db!(tx, |conn| sqlx::query_as(sql::USED).fetch_one(conn).await?);
    Ok(n > 0)
}

/// Notes that making a year begins.
///
/// # Errors
/// When the database fails.
pub async fn begin(tx: &mut Tx, plan: &Plan) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::BEGIN)
        .bind(plan.end().as_millisecond())
        .bind(i64::try_from(plan.seed()).unwrap_or(i64::MAX))
        .execute(conn)
        .await
        .map(|_| ())?);
    Ok(())
}

/// Lets the parameters of this product hold from the first day of the year, when that is before their own.
///
/// # Errors
/// When the database fails.
pub async fn parameters_hold_from(tx: &mut Tx, plan: &Plan) -> Result<(), sqlx::Error> {
    let first = plan.first_day().to_string();
    on_db!(tx, |conn| sqlx::query(sql::PARAMETERS).bind(first).execute(conn).await.map(|_| ())?);
    Ok(())
}

/// Notes that it is whole.
///
/// # Errors
/// When the database fails.
pub async fn finish(tx: &mut Tx, plan: &Plan) -> Result<(), sqlx::Error> {
    let end = plan.end().as_millisecond();
    on_db!(tx, |conn| sqlx::query(sql::FINISH).bind(end).bind(end).execute(conn).await.map(|_| ())?);
    Ok(())
}
