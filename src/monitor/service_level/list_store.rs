//! SQL of lists of service levels, each with what its window last came to.

use super::model::Definition;
use super::report::Report;
use super::store::ServiceLevelError;
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// A page, by identifier; a filter that is empty is none.
    pub const LIST: &str = "
        SELECT l.id, l.version, l.enabled, l.definition, l.changed_at, r.report, s.name AS source_name
        FROM service_levels l
        LEFT JOIN service_level_reports r ON r.service_level_id = l.id
        LEFT JOIN sources s ON s.id = l.source_id
        WHERE (l.indicator = $1 OR CAST($1 AS TEXT) = '') AND (l.source_id = $2 OR CAST($2 AS TEXT) = '')
          AND (l.procedure_code = $3 OR CAST($3 AS TEXT) = '') AND (r.standing = $4 OR CAST($4 AS TEXT) = '')
          AND (l.id = $5 OR CAST($5 AS TEXT) = '')
        ORDER BY l.id LIMIT $6 OFFSET $7";
    /// How many are switched on, by what their windows last came to.
    pub const STANDINGS: &str = "
        SELECT COALESCE(r.standing, ''), CAST(COUNT(*) AS BIGINT)
        FROM service_levels l LEFT JOIN service_level_reports r ON r.service_level_id = l.id
        WHERE l.enabled = 1 GROUP BY COALESCE(r.standing, '') ORDER BY COALESCE(r.standing, '') LIMIT 10";
}

/// A service level with what its window last came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Version of the definition.
    pub version: i64,
    /// Whether it is evaluated.
    pub enabled: bool,
    /// What it is.
    pub definition: Definition,
    /// When it was last changed, epoch milliseconds.
    pub changed_at: i64,
    /// What its window last came to, if that was by this version; `None` before the first time.
    pub report: Option<Report>,
    /// Name of its source, where it is about one.
    pub source_name: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    version: i64,
    enabled: i64,
    definition: String,
    changed_at: i64,
    report: Option<String>,
    source_name: Option<String>,
}

impl Row {
    fn read(self) -> Result<Listed, ServiceLevelError> {
        let definition = Definition::from_json(&self.definition)
            .map_err(|error| ServiceLevelError::Stored(self.id.clone(), error.0))?;
        let report: Option<Report> = self.report.and_then(|text| serde_json::from_str(&text).ok());
        Ok(Listed {
            version: self.version,
            enabled: self.enabled != 0,
            definition,
            changed_at: self.changed_at,
            report: report.filter(|report| report.version == self.version),
            source_name: self.source_name,
        })
    }
}

/// What a list of service levels is narrowed to; an empty text is no condition.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    /// Word of an indicator.
    pub indicator: &'a str,
    /// A source.
    pub source: &'a str,
    /// A procedure.
    pub procedure: &'a str,
    /// Word of a standing.
    pub standing: &'a str,
    /// One service level.
    pub id: &'a str,
}

/// A page of service levels, by identifier.
///
/// # Errors
/// [`ServiceLevelError`]
pub async fn list(tx: &mut Tx, filter: Filter<'_>, limit: i64, offset: i64) -> Result<Vec<Listed>, ServiceLevelError> {
    let rows: Vec<Row> = on_db!(tx, |conn| sqlx::query_as(sql::LIST)
        .bind(filter.indicator)
        .bind(filter.source)
        .bind(filter.procedure)
        .bind(filter.standing)
        .bind(filter.id)
        .bind(limit)
        .bind(offset)
        .fetch_all(conn)
        .await?);
    rows.into_iter().map(Row::read).collect()
}

/// How many service levels are switched on, by the word of what their windows last came to; an empty word is "not yet".
///
/// # Errors
/// When the database fails.
pub async fn standings(tx: &mut Tx) -> Result<Vec<(String, i64)>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::STANDINGS).fetch_all(conn).await)
}
