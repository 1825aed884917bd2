//! SQL of what service levels came to: reports, months; and the alert rules in force.

use serde::Serialize;

use super::model::{BurnRule, Definition, Severity};
use super::report::Report;
use super::store::ServiceLevelError;
use crate::on_db;
use crate::platform::db::Tx;
use crate::platform::word;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Keeps what a window came to in place of what it came to before.
    pub const PUT: &str = "
        INSERT INTO service_level_reports (service_level_id, version, until, standing, report)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (service_level_id) DO UPDATE SET
            version = excluded.version, until = excluded.until, standing = excluded.standing, report = excluded.report";
    /// What a window last came to.
    pub const FIND: &str = "SELECT report FROM service_level_reports WHERE service_level_id = $1";
    /// What the windows of service levels that are switched on last came to, by identifier.
    pub const ALL: &str = "
        SELECT s.id, s.definition, r.report FROM service_levels s
        LEFT JOIN service_level_reports r ON r.service_level_id = s.id
        WHERE s.enabled = 1 ORDER BY s.id LIMIT $1";
    /// How many service levels are switched on.
    pub const COUNT: &str = "SELECT COUNT(*) FROM service_levels WHERE enabled = 1";
    /// Keeps what a month came to.
    pub const PUT_MONTH: &str = "
        INSERT INTO service_level_months (service_level_id, month, version, objective, good, bad, excluded, absent,
                                          standing, judged_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (service_level_id, month) DO UPDATE SET
            version = excluded.version, objective = excluded.objective, good = excluded.good, bad = excluded.bad,
            excluded = excluded.excluded, absent = excluded.absent, standing = excluded.standing,
            judged_at = excluded.judged_at";
    /// Months, newest first.
    pub const MONTHS: &str = "
        SELECT month, version, objective, good, bad, excluded, absent, standing, judged_at
        FROM service_level_months WHERE service_level_id = $1 ORDER BY month DESC LIMIT $2";
    /// Alert rules in force on a day.
    pub const RULES: &str = "
        SELECT name, factor, long_minutes, short_minutes, severity, opens_minutes, resolves_minutes FROM burn_rules
        WHERE valid_from = (SELECT MAX(b.valid_from) FROM burn_rules b WHERE b.valid_from <= $1)
        ORDER BY long_minutes, name LIMIT 100";
}

/// A full month as it was judged.
#[derive(Debug, Clone, PartialEq, Serialize, sqlx::FromRow)]
pub struct Month {
    /// Such as `2026-10`.
    pub month: String,
    /// Version of the definition that it was judged by.
    pub version: i64,
    /// Objective of that version.
    pub objective: f64,
    /// Good events.
    pub good: i64,
    /// Bad events.
    pub bad: i64,
    /// Failures outside the share.
    pub excluded: i64,
    /// Values that did not come.
    pub absent: i64,
    /// Word of the standing.
    pub standing: String,
    /// When it was judged, epoch milliseconds.
    pub judged_at: i64,
}

/// Keeps what a window came to.
///
/// # Errors
/// When the database fails.
pub async fn put(tx: &mut Tx, id: &str, report: &Report) -> Result<(), sqlx::Error> {
    let text = serde_json::to_string(report).unwrap_or_default();
    on_db!(tx, |conn| sqlx::query(sql::PUT)
        .bind(id)
        .bind(report.version)
        .bind(report.span.to)
        .bind(word::of(&report.standing))
        .bind(&text)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// What a window last came to; `None` before the first time, or when a newer program wrote it.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Report>, sqlx::Error> {
    let row: Option<(String,)> = on_db!(tx, |conn| sqlx::query_as(sql::FIND).bind(id).fetch_optional(conn).await?);
    Ok(row.and_then(|(text,)| serde_json::from_str(&text).ok()))
}

/// At most `limit` service levels that are switched on, with what their window last came to, and how many there are.
/// One that cannot be read is left out.
///
/// # Errors
/// When the database fails.
pub async fn all(tx: &mut Tx, limit: i64) -> Result<(Vec<(Definition, Option<Report>)>, i64), sqlx::Error> {
    let rows: Vec<(String, String, Option<String>)> =
        on_db!(&mut *tx, |conn| sqlx::query_as(sql::ALL).bind(limit).fetch_all(conn).await?);
    let (count,): (i64,) = on_db!(tx, |conn| sqlx::query_as(sql::COUNT).fetch_one(conn).await?);
    let read = |(_, definition, report): (String, String, Option<String>)| {
        let report = report.and_then(|text| serde_json::from_str(&text).ok());
        Some((Definition::from_json(&definition).ok()?, report))
    };
    Ok((rows.into_iter().filter_map(read).collect(), count))
}

/// Keeps what a month came to.
///
/// # Errors
/// When the database fails.
pub async fn put_month(tx: &mut Tx, id: &str, month: &Month) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::PUT_MONTH)
        .bind(id)
        .bind(&month.month)
        .bind(month.version)
        .bind(month.objective)
        .bind(month.good)
        .bind(month.bad)
        .bind(month.excluded)
        .bind(month.absent)
        .bind(&month.standing)
        .bind(month.judged_at)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// At most `limit` months, newest first.
///
/// # Errors
/// When the database fails.
pub async fn months(tx: &mut Tx, id: &str, limit: i64) -> Result<Vec<Month>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::MONTHS).bind(id).bind(limit).fetch_all(conn).await)
}

/// A row of an alert rule: name, factor, minutes of both windows, severity, minutes of patience.
type RuleRow = (String, f64, i64, i64, String, i64, i64);

/// Alert rules in force on an ISO day. A row with a number out of range is left out.
///
/// # Errors
/// When the database fails.
pub async fn rules(tx: &mut Tx, day: &str) -> Result<Vec<BurnRule>, ServiceLevelError> {
    let rows: Vec<RuleRow> = on_db!(tx, |conn| sqlx::query_as(sql::RULES).bind(day).fetch_all(conn).await?);
    let read = |(name, factor, long, short, severity, opens, resolves): RuleRow| {
        let minutes = |n: i64| u32::try_from(n).ok();
        Some(BurnRule {
            name,
            factor,
            long_minutes: minutes(long)?,
            short_minutes: minutes(short)?,
            severity: word::read(&severity).unwrap_or(Severity::Urgent),
            opens_minutes: minutes(opens)?,
            resolves_minutes: minutes(resolves)?,
        })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}
