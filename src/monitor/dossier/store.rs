//! SQL about dossiers besides counting them: sources, groups, coverage, refused lines.

use jiff::Timestamp;
use sqlx::QueryBuilder;

use super::model::Side;
use super::reader::Rejected;
use crate::on_db;
use crate::platform::db::Tx;
use crate::platform::word;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// A source by name.
    pub const SOURCE: &str = "SELECT id, name, side FROM dossier_sources WHERE name = $1";
    /// Takes the next number of a source.
    pub const NEXT_SOURCE: &str = "UPDATE counters SET n = n + 1 WHERE name = $1 RETURNING n";
    /// Adds a source.
    pub const INSERT_SOURCE: &str = "
        INSERT INTO dossier_sources (id, name, side, created_at) VALUES ($1, $2, $3, $4)";
    /// Groups of a source.
    pub const GROUPS: &str = "
        SELECT id, code, unit_id, channel FROM dossier_groups WHERE source_id = $1 ORDER BY id LIMIT 10000000";
    /// One group of a source.
    pub const GROUP: &str = "
        SELECT id, code, unit_id, channel FROM dossier_groups
        WHERE code = $1 AND source_id = $2 AND unit_id = $3 AND channel = $4";
    /// A group of any source.
    pub const GROUP_BY_ID: &str = "SELECT id, code, unit_id, channel FROM dossier_groups WHERE id = $1";
    /// Adds a group unless it is there.
    pub const INSERT_GROUP: &str = "
        INSERT INTO dossier_groups (id, source_id, code, unit_id, channel) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (code, source_id, unit_id, channel) DO NOTHING";
    /// Procedures that a source has told of in a ministry or province.
    pub const CODES_OF_UNIT: &str = "
        SELECT DISTINCT code FROM dossier_groups
        WHERE source_id = $1 AND (unit_id = $2 OR unit_id LIKE $3) ORDER BY code LIMIT 1000000";
    /// The days that a source covers of a ministry or province, month by month.
    pub const COVERAGE: &str = "
        SELECT month, first_day, last_day FROM dossier_coverage
        WHERE source_id = $1 AND unit_id = $2 ORDER BY month LIMIT 10000";
    /// Widens the days of a month.
    pub const PUT_COVERAGE: &str = "
        INSERT INTO dossier_coverage (source_id, unit_id, month, first_day, last_day) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (source_id, unit_id, month) DO UPDATE SET
            first_day = excluded.first_day, last_day = excluded.last_day";
    /// Notes a refused line; the same line is noted once.
    pub const REJECT: &str = "
        INSERT INTO dossier_rejections (source_id, line_hash, line, field, reason, at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (source_id, line_hash) DO UPDATE SET line = excluded.line, at = excluded.at";
    /// Refused lines of a source, newest first.
    pub const REJECTIONS: &str = "
        SELECT r.line, r.field, r.reason, r.line_hash, r.at FROM dossier_rejections r
        JOIN dossier_sources s ON s.id = r.source_id
        WHERE s.name = $1 ORDER BY r.at DESC, r.line, r.line_hash LIMIT $2";
}

/// A source of dossiers.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SourceRow {
    /// Number.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Word of [`Side`].
    pub side: String,
}

/// What dossiers of one source are counted with.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct GroupRow {
    /// Number.
    pub id: i64,
    /// Procedure.
    pub code: String,
    /// Agency code.
    pub unit_id: String,
    /// 1, 2 or 3.
    pub channel: i64,
}

/// A refused line as it is noted.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RejectionRow {
    /// Line in the input.
    pub line: i64,
    /// Field at fault, empty for the whole line.
    pub field: String,
    /// What is wrong.
    pub reason: String,
    /// Keyed hash of the line.
    pub line_hash: String,
    /// Epoch milliseconds.
    pub at: i64,
}

/// The days of a month that a source covers, counted from 1 January 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct CoverageRow {
    /// First day of the month.
    pub month: i64,
    /// The first day on which the source told of a dossier.
    pub first_day: i64,
    /// The last.
    pub last_day: i64,
}

impl CoverageRow {
    /// Takes days in.
    pub fn widen(&mut self, first: i64, last: i64) {
        self.first_day = self.first_day.min(first);
        self.last_day = self.last_day.max(last);
    }
}

/// The source with a name, added when there is none. `None` when it is known with the other side.
///
/// # Errors
/// When the database fails.
pub async fn source(tx: &mut Tx, name: &str, side: Side, now: Timestamp) -> Result<Option<i64>, sqlx::Error> {
    let side = word::of(&side);
    let known: Option<SourceRow> =
        on_db!(&mut *tx, |conn| sqlx::query_as(sql::SOURCE).bind(name).fetch_optional(conn).await?);
    if let Some(known) = known {
        return Ok((known.side == side).then_some(known.id));
    }
    let (id,): (i64,) =
        on_db!(&mut *tx, |conn| sqlx::query_as(sql::NEXT_SOURCE).bind("dossier_sources").fetch_one(conn).await?);
    on_db!(tx, |conn| sqlx::query(sql::INSERT_SOURCE)
        .bind(id)
        .bind(name)
        .bind(&side)
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|_| ())?);
    Ok(Some(id))
}

/// Groups of a source.
///
/// # Errors
/// When the database fails.
pub async fn groups(tx: &mut Tx, source: i64) -> Result<Vec<GroupRow>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::GROUPS).bind(source).fetch_all(conn).await?))
}

/// One group of a source.
///
/// # Errors
/// When the database fails.
pub async fn group(
    tx: &mut Tx,
    source: i64,
    (code, unit, channel): &(String, String, u8),
) -> Result<Option<GroupRow>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::GROUP)
        .bind(code)
        .bind(source)
        .bind(unit)
        .bind(i64::from(*channel))
        .fetch_optional(conn)
        .await?))
}

/// A group of any source.
///
/// # Errors
/// When the database fails or has no such group.
pub async fn group_by_id(tx: &mut Tx, id: i64) -> Result<GroupRow, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::GROUP_BY_ID).bind(id).fetch_one(conn).await?))
}

/// Adds groups; says how many were not there.
///
/// # Errors
/// When the database fails.
pub async fn insert_groups(tx: &mut Tx, source: i64, rows: &[GroupRow]) -> Result<u64, sqlx::Error> {
    let (head, tail) = super::bulk::halves(sql::INSERT_GROUP);
    let mut added = 0;
    for part in rows.chunks(1_000) {
        added += on_db!(&mut *tx, |conn| {
            let mut query = QueryBuilder::new(head);
            query.push_values(part, |mut values, row| {
                values.push_bind(row.id).push_bind(source).push_bind(&row.code).push_bind(&row.unit_id);
                values.push_bind(row.channel);
            });
            query.push(tail).build().persistent(false).execute(conn).await?.rows_affected()
        });
    }
    Ok(added)
}

/// Procedures that a source has told of in a ministry or province.
///
/// # Errors
/// When the database fails.
pub async fn codes_of_unit(tx: &mut Tx, source: i64, top: &str) -> Result<Vec<String>, sqlx::Error> {
    let rows: Vec<(String,)> = on_db!(tx, |conn| sqlx::query_as(sql::CODES_OF_UNIT)
        .bind(source)
        .bind(top)
        .bind(below(top))
        .fetch_all(conn)
        .await?);
    Ok(rows.into_iter().map(|(code,)| code).collect())
}

/// The days that a source covers of a ministry or province, month by month.
///
/// # Errors
/// When the database fails.
pub async fn coverage(tx: &mut Tx, source: i64, top: &str) -> Result<Vec<CoverageRow>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::COVERAGE).bind(source).bind(top).fetch_all(conn).await?))
}

/// Sets those of a month.
///
/// # Errors
/// When the database fails.
pub async fn put_coverage(tx: &mut Tx, source: i64, top: &str, row: &CoverageRow) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::PUT_COVERAGE)
        .bind(source)
        .bind(top)
        .bind(row.month)
        .bind(row.first_day)
        .bind(row.last_day)
        .execute(conn)
        .await
        .map(|_| ())?);
    Ok(())
}

/// Notes refused lines.
///
/// # Errors
/// When the database fails.
pub async fn reject(tx: &mut Tx, source: i64, rejected: &[Rejected], now: Timestamp) -> Result<(), sqlx::Error> {
    for one in rejected {
        on_db!(&mut *tx, |conn| sqlx::query(sql::REJECT)
            .bind(source)
            .bind(&one.hash)
            .bind(i64::try_from(one.line).unwrap_or(i64::MAX))
            .bind(one.refused.field)
            .bind(one.refused.reason)
            .bind(now.as_millisecond())
            .execute(conn)
            .await
            .map(|_| ())?);
    }
    Ok(())
}

/// At most `limit` refused lines of a source, newest first.
///
/// # Errors
/// When the database fails.
pub async fn rejections(tx: &mut Tx, source: &str, limit: i64) -> Result<Vec<RejectionRow>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::REJECTIONS).bind(source).bind(limit).fetch_all(conn).await?))
}

/// The pattern of agency codes below one; such codes hold no sign that a pattern gives a meaning.
#[must_use]
pub fn below(unit: &str) -> String {
    format!("{unit}.%")
}
