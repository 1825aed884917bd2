//! SQL of index 766: which answers were read, and every figure with its revisions.

use jiff::Timestamp;

use super::decimal::Decimal;
use super::model::{Context, Endpoint, Figure, Kind};
use super::period::Period;
use crate::monitor::model::State;
use crate::on_db;
use crate::platform::db::Tx;
use crate::platform::word;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Notes that an answer was read, or read again.
    pub const NOTE_READ: &str = "
        INSERT INTO index766_reads (source, endpoint, period_type, period, department_id, formality_id, payload_sha256,
                                    first_read_at, last_read_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
        ON CONFLICT (source, endpoint, period_type, period, department_id, formality_id, payload_sha256)
        DO UPDATE SET last_read_at = excluded.last_read_at";
    /// When a department's figures of a period were last read, by source and endpoint.
    pub const LAST_READS: &str = "
        SELECT source, endpoint, CAST(MAX(last_read_at) AS BIGINT) FROM index766_reads
        WHERE period_type = $1 AND period = $2 AND department_id = $3 AND formality_id = $4
        GROUP BY source, endpoint ORDER BY source, endpoint LIMIT 1000";
    /// The figures in force of one department in one report.
    pub const IN_FORCE: &str = "
        SELECT source, endpoint, period_type, period, department_id, formality_id, code, revision, kind,
               department_code, formality_code, level, parent_id, state, numerator, denominator, value,
               published_score, max_score, data_quality, raw_sha256, formula_version, fetched_at, superseded_at
        FROM index766_figures
        WHERE source = $1 AND endpoint = $2 AND period_type = $3 AND period = $4 AND department_id = $5
          AND formality_id = $6 AND superseded_at IS NULL
        ORDER BY code LIMIT 10000";
    /// The figures in force of one department in all reports of a period, the newest first.
    pub const OF_DEPARTMENT: &str = "
        SELECT source, endpoint, period_type, period, department_id, formality_id, code, revision, kind,
               department_code, formality_code, level, parent_id, state, numerator, denominator, value,
               published_score, max_score, data_quality, raw_sha256, formula_version, fetched_at, superseded_at
        FROM index766_figures
        WHERE period_type = $1 AND period = $2 AND department_id = $3 AND formality_id = $4 AND superseded_at IS NULL
        ORDER BY fetched_at DESC, source, endpoint, code LIMIT 10000";
    /// All revisions of one figure, the newest first.
    pub const REVISIONS: &str = "
        SELECT source, endpoint, period_type, period, department_id, formality_id, code, revision, kind,
               department_code, formality_code, level, parent_id, state, numerator, denominator, value,
               published_score, max_score, data_quality, raw_sha256, formula_version, fetched_at, superseded_at
        FROM index766_figures
        WHERE period_type = $1 AND period = $2 AND department_id = $3 AND formality_id = $4 AND code = $5
        ORDER BY fetched_at DESC, source, endpoint, revision DESC LIMIT 1000";
    /// A figure's values in force over periods of one kind, of the department with an id, or with the same code under
    /// another id: the former portal had others.
    pub const OVER_TIME: &str = "
        SELECT source, endpoint, period_type, period, department_id, formality_id, code, revision, kind,
               department_code, formality_code, level, parent_id, state, numerator, denominator, value,
               published_score, max_score, data_quality, raw_sha256, formula_version, fetched_at, superseded_at
        FROM index766_figures
        WHERE (department_id = $1 OR ($4 <> '' AND department_code = $4))
          AND formality_id = '' AND code = $2 AND period_type = $3 AND superseded_at IS NULL
        ORDER BY period, fetched_at DESC, source, endpoint LIMIT 10000";
    /// Departments with figures in force in a period, in the order of codes; the whole country is not among them.
    pub const DEPARTMENTS_WITH_FIGURES: &str = "
        SELECT DISTINCT f.department_code, f.department_id FROM index766_figures f
        WHERE f.period_type = $1 AND f.period = $2 AND f.formality_id = '' AND f.department_id <> ''
          AND f.superseded_at IS NULL
        ORDER BY f.department_code, f.department_id LIMIT 10000";
    /// Adds a figure.
    pub const INSERT: &str = "
        INSERT INTO index766_figures (source, endpoint, period_type, period, department_id, formality_id, code, revision,
            kind, department_code, formality_code, level, parent_id, state, numerator, denominator, value,
            published_score, max_score, data_quality, raw_sha256, formula_version, fetched_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)";
    /// A later revision took over.
    pub const SUPERSEDE: &str = "
        UPDATE index766_figures SET superseded_at = $8
        WHERE source = $1 AND endpoint = $2 AND period_type = $3 AND period = $4 AND department_id = $5
          AND formality_id = $6 AND code = $7 AND superseded_at IS NULL";
}

/// A figure as it is stored.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct FigureRow {
    /// Which source delivered it.
    pub source: String,
    /// In which report.
    pub endpoint: String,
    /// `year`, `quarter`, `month`, `range`.
    pub period_type: String,
    /// `2026`, `2026-Q3`, `2026-08`, or days.
    pub period: String,
    /// The portal's id; empty for the whole country.
    pub department_id: String,
    /// The portal's id of a procedure; empty for all.
    pub formality_id: String,
    /// `TOTAL`, a group, an indicator, a field, or a place in a chart.
    pub code: String,
    /// From 1.
    pub revision: i64,
    /// What it is.
    pub kind: String,
    /// `H44`; empty where unknown.
    pub department_code: String,
    /// The procedure's code; empty for all, or where unknown.
    pub formality_code: String,
    /// The portal's word.
    pub level: String,
    /// The department it was listed under.
    pub parent_id: String,
    /// Whether there is a number.
    pub state: String,
    /// Counted.
    pub numerator: Option<f64>,
    /// Of how many.
    pub denominator: Option<f64>,
    /// The published ratio in percent; for counts the count itself.
    pub value: Option<f64>,
    /// The published points.
    pub published_score: Option<f64>,
    /// The most points there are.
    pub max_score: Option<f64>,
    /// The portal's own word on the data.
    pub data_quality: String,
    /// SHA-256 of the answer it was read from.
    pub raw_sha256: String,
    /// Which formula said what is numerator and denominator.
    pub formula_version: String,
    /// Epoch milliseconds.
    pub fetched_at: i64,
    /// Epoch milliseconds; `None` while in force.
    pub superseded_at: Option<i64>,
}

impl FigureRow {
    /// What it is.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        word::read(&self.kind)
    }

    /// Whether there is a number.
    #[must_use]
    pub fn state(&self) -> Option<State> {
        word::read(&self.state)
    }

    /// Counted, of how many.
    #[must_use]
    pub fn fraction(&self) -> (Option<Decimal>, Option<Decimal>) {
        (self.numerator.and_then(Decimal::of_f64), self.denominator.and_then(Decimal::of_f64))
    }

    /// The published points.
    #[must_use]
    pub fn published(&self) -> Option<Decimal> {
        self.published_score.and_then(Decimal::of_f64)
    }

    /// Whether a figure says the same as this row.
    #[must_use]
    pub fn says(&self, figure: &Figure) -> bool {
        let decimal = |n: Option<f64>| n.and_then(Decimal::of_f64);
        self.state == word::of(&figure.state)
            && self.fraction() == (figure.numerator, figure.denominator)
            && decimal(self.value) == figure.value
            && self.published() == figure.published
            && decimal(self.max_score) == figure.max
            && self.data_quality == figure.data_quality
    }
}

/// Where figures of one answer belong.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Which source delivered them.
    pub source: &'a str,
    /// In which report.
    pub endpoint: Endpoint,
    /// What was asked.
    pub context: &'a Context,
    /// SHA-256 of the answer.
    pub raw_sha256: &'a str,
    /// When it came.
    pub now: Timestamp,
}

/// Notes that an answer was read.
///
/// # Errors
/// When the database fails.
pub async fn note_read(tx: &mut Tx, place: Place<'_>) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::NOTE_READ)
        .bind(place.source)
        .bind(place.endpoint.word())
        .bind(place.context.period.kind())
        .bind(place.context.period.word())
        .bind(&place.context.department_id)
        .bind(&place.context.formality_id)
        .bind(place.raw_sha256)
        .bind(place.now.as_millisecond())
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Source, endpoint and epoch milliseconds of the last answers about a department and period.
///
/// # Errors
/// When the database fails.
pub async fn last_reads(
    tx: &mut Tx,
    period: Period,
    department_id: &str,
    formality_id: &str,
) -> Result<Vec<(String, String, i64)>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::LAST_READS)
        .bind(period.kind())
        .bind(period.word())
        .bind(department_id)
        .bind(formality_id)
        .fetch_all(conn)
        .await)
}

/// The figures in force of a department in one report and period.
///
/// # Errors
/// When the database fails.
pub async fn in_force(
    tx: &mut Tx,
    place: Place<'_>,
    period: Period,
    department_id: &str,
) -> Result<Vec<FigureRow>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::IN_FORCE)
        .bind(place.source)
        .bind(place.endpoint.word())
        .bind(period.kind())
        .bind(period.word())
        .bind(department_id)
        .bind(&place.context.formality_id)
        .fetch_all(conn)
        .await)
}

/// The figures in force of a department in all reports of a period, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn of_department(
    tx: &mut Tx,
    period: Period,
    department_id: &str,
    formality_id: &str,
) -> Result<Vec<FigureRow>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::OF_DEPARTMENT)
        .bind(period.kind())
        .bind(period.word())
        .bind(department_id)
        .bind(formality_id)
        .fetch_all(conn)
        .await)
}

/// All revisions of one figure, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn revisions(
    tx: &mut Tx,
    period: Period,
    department_id: &str,
    formality_id: &str,
    code: &str,
) -> Result<Vec<FigureRow>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::REVISIONS)
        .bind(period.kind())
        .bind(period.word())
        .bind(department_id)
        .bind(formality_id)
        .bind(code)
        .fetch_all(conn)
        .await)
}

/// A figure in force over all periods of a kind (`year`, `quarter`, `month`), in their order; the department by the
/// portal's id and by its code, empty where it has none.
///
/// # Errors
/// When the database fails.
pub async fn over_time(
    tx: &mut Tx,
    department_id: &str,
    department_code: &str,
    code: &str,
    period_type: &str,
) -> Result<Vec<FigureRow>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::OVER_TIME)
        .bind(department_id)
        .bind(code)
        .bind(period_type)
        .bind(department_code)
        .fetch_all(conn)
        .await)
}

/// Code and id of the departments with figures in a period.
///
/// # Errors
/// When the database fails.
pub async fn departments_with_figures(tx: &mut Tx, period: Period) -> Result<Vec<(String, String)>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::DEPARTMENTS_WITH_FIGURES)
        .bind(period.kind())
        .bind(period.word())
        .fetch_all(conn)
        .await)
}

/// Adds a figure as the revision after `before`, which it takes over from.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, place: Place<'_>, figure: &Figure, before: Option<i64>) -> Result<(), sqlx::Error> {
    let at = place.now.as_millisecond();
    let (endpoint, period_type, period) = (place.endpoint.word(), figure.period.kind(), figure.period.word());
    if before.is_some() {
        on_db!(tx, |conn| sqlx::query(sql::SUPERSEDE)
            .bind(place.source)
            .bind(endpoint)
            .bind(period_type)
            .bind(&period)
            .bind(&figure.department_id)
            .bind(&place.context.formality_id)
            .bind(&figure.code)
            .bind(at)
            .execute(conn)
            .await
            .map(|_| ())?);
    }
    let number = |n: Option<Decimal>| n.map(Decimal::to_f64);
    on_db!(tx, |conn| sqlx::query(sql::INSERT)
        .bind(place.source)
        .bind(endpoint)
        .bind(period_type)
        .bind(&period)
        .bind(&figure.department_id)
        .bind(&place.context.formality_id)
        .bind(&figure.code)
        .bind(before.unwrap_or(0) + 1)
        .bind(word::of(&figure.kind))
        .bind(&figure.department_code)
        .bind(&place.context.formality_code)
        .bind(&figure.level)
        .bind(&figure.parent_id)
        .bind(word::of(&figure.state))
        .bind(number(figure.numerator))
        .bind(number(figure.denominator))
        .bind(number(figure.value))
        .bind(number(figure.published))
        .bind(number(figure.max))
        .bind(&figure.data_quality)
        .bind(place.raw_sha256)
        .bind(&figure.formula_version)
        .bind(at)
        .execute(conn)
        .await
        .map(|_| ()))
}
