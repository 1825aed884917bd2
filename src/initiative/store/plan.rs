//! SQL of stages and of the units in which measures are rolled out.

use crate::initiative::plan::Days;
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// The stages of an initiative's measures in order.
    pub const STAGES: &str = "
        SELECT s.id, s.measure_id, s.position, s.name, s.planned_from, s.planned_to, s.actual_from, s.actual_to, s.version
        FROM measure_stages s JOIN measures m ON m.id = s.measure_id
        WHERE m.initiative_id = $1 ORDER BY m.position, s.position LIMIT 10000";
    /// Adds a stage behind the others.
    pub const INSERT_STAGE: &str = "
        INSERT INTO measure_stages (id, measure_id, position, name, planned_from, planned_to, actual_from, actual_to, version)
        VALUES ($1, $2, (SELECT COALESCE(MAX(s.position), 0) + 1 FROM measure_stages s WHERE s.measure_id = $2),
                $3, $4, $5, $6, $7, 1)";
    /// Changes a stage, if nobody was faster.
    pub const UPDATE_STAGE: &str = "
        UPDATE measure_stages SET name = $3, planned_from = $4, planned_to = $5, actual_from = $6, actual_to = $7,
               version = version + 1
        WHERE id = $1 AND version = $2";
    /// The units of an initiative's measures, with the dossiers that were counted there.
    pub const UNITS: &str = "
        SELECT u.measure_id, u.name, u.unit_id, u.planned_on, u.done_on,
               (SELECT CAST(SUM(v.total) AS BIGINT) FROM volumes v JOIN measure_procedures p ON p.code = v.code
                WHERE p.measure_id = u.measure_id AND v.unit_id = u.unit_id AND v.kind = 'dossiers')
                   AS dossiers
        FROM measure_units u JOIN measures m ON m.id = u.measure_id
        WHERE m.initiative_id = $1 ORDER BY m.position, u.planned_on, u.name LIMIT 10000";
    /// Writes a unit of a measure.
    pub const PUT_UNIT: &str = "
        INSERT INTO measure_units (measure_id, name, unit_id, planned_on, done_on) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (measure_id, name) DO UPDATE SET planned_on = excluded.planned_on, done_on = excluded.done_on";
    /// The unit in force with a name, if there is one of that name only.
    pub const BY_NAME: &str = "
        SELECT MIN(id) FROM units WHERE (full_name = $1 OR name = $1) AND valid_to IS NULL HAVING COUNT(*) = 1";
}

/// A stage of a measure.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Stage {
    /// Identifier (UUIDv7).
    pub id: String,
    /// The measure.
    pub measure_id: String,
    /// From 1.
    pub position: i64,
    /// What is done.
    pub name: String,
    /// First day as planned, ISO.
    pub planned_from: String,
    /// Last day as planned, ISO.
    pub planned_to: String,
    /// First day as it was.
    pub actual_from: Option<String>,
    /// Last day as it was.
    pub actual_to: Option<String>,
    /// Counts changes.
    pub version: i64,
}

/// A unit in which a measure is rolled out.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct UnitRow {
    /// The measure.
    pub measure_id: String,
    /// Its name.
    pub name: String,
    /// The unit, where the tables of units have it.
    pub unit_id: Option<String>,
    /// Day as planned, ISO.
    pub planned_on: String,
    /// Day as it was.
    pub done_on: Option<String>,
    /// Dossiers of the measure's procedures that were counted there; `None` where nobody counted.
    pub dossiers: Option<i64>,
}

/// The stages of an initiative's measures in order.
///
/// # Errors
/// When the database fails.
pub async fn stages(tx: &mut Tx, initiative_id: &str) -> Result<Vec<Stage>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::STAGES).bind(initiative_id).fetch_all(conn).await?))
}

/// Adds a stage behind the others of its measure.
///
/// # Errors
/// When the database fails.
pub async fn insert_stage(tx: &mut Tx, id: &str, measure_id: &str, days: &Days) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT_STAGE)
        .bind(id)
        .bind(measure_id)
        .bind(&days.name)
        .bind(days.planned.0.to_string())
        .bind(days.planned.1.to_string())
        .bind(days.actual.0.map(|day| day.to_string()))
        .bind(days.actual.1.map(|day| day.to_string()))
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Changes a stage whose version is `version`; says whether it still was.
///
/// # Errors
/// When the database fails.
pub async fn update_stage(tx: &mut Tx, id: &str, version: i64, days: &Days) -> Result<bool, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::UPDATE_STAGE)
        .bind(id)
        .bind(version)
        .bind(&days.name)
        .bind(days.planned.0.to_string())
        .bind(days.planned.1.to_string())
        .bind(days.actual.0.map(|day| day.to_string()))
        .bind(days.actual.1.map(|day| day.to_string()))
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// The units of an initiative's measures, with their dossiers.
///
/// # Errors
/// When the database fails.
pub async fn units(tx: &mut Tx, initiative_id: &str) -> Result<Vec<UnitRow>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::UNITS).bind(initiative_id).fetch_all(conn).await?))
}

/// Writes a unit of a measure: its name, its identifier where it is known, the days as planned and as it was.
///
/// # Errors
/// When the database fails.
pub async fn put_unit(
    tx: &mut Tx,
    measure_id: &str,
    (name, unit_id): (&str, Option<&str>),
    (planned_on, done_on): (&str, Option<&str>),
) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::PUT_UNIT)
        .bind(measure_id)
        .bind(name)
        .bind(unit_id)
        .bind(planned_on)
        .bind(done_on)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// The unit in force with a name; `None` where there is none or more than one.
///
/// # Errors
/// When the database fails.
pub async fn by_name(tx: &mut Tx, name: &str) -> Result<Option<String>, sqlx::Error> {
    let row: Option<(Option<String>,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::BY_NAME).bind(name).fetch_optional(conn).await?);
    Ok(row.and_then(|(id,)| id))
}
