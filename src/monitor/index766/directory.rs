//! SQL of the portal's own ids: departments with the names they have had, procedures with their states.

use jiff::Timestamp;

use super::model::{Department, Formality};
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// A department with the catalog's unit that bears its code.
    pub const DEPARTMENT: &str = "
        SELECT d.id, d.code, d.name, d.level, d.parent_id, u.id AS unit_id, u.full_name AS unit_name
        FROM portal_departments d
        LEFT JOIN unit_aliases a ON a.scheme = 'agency' AND a.value = d.code AND a.valid_to IS NULL
        LEFT JOIN units u ON u.id = a.unit_id
        WHERE d.id = $1 ORDER BY u.id LIMIT 1";
    /// The id of the department with a code: the portal's own before one that is only the code again, then the one seen last.
    pub const ID_BY_CODE: &str = "
        SELECT id FROM portal_departments WHERE code = $1
        ORDER BY CASE WHEN id = code THEN 1 ELSE 0 END, last_seen_at DESC, id LIMIT 1";
    /// Adds a department, or brings its name up to date. What an answer leaves out stays as it was.
    pub const PUT_DEPARTMENT: &str = "
        INSERT INTO portal_departments (id, code, name, level, parent_id, first_seen_at, last_seen_at)
        VALUES ($1, $2, $3, $4, $5, $6, $6)
        ON CONFLICT (id) DO UPDATE SET
            code = CASE WHEN excluded.code = '' THEN portal_departments.code ELSE excluded.code END,
            name = CASE WHEN excluded.name = '' THEN portal_departments.name ELSE excluded.name END,
            level = CASE WHEN excluded.level = '' THEN portal_departments.level ELSE excluded.level END,
            parent_id = CASE WHEN excluded.parent_id = '' THEN portal_departments.parent_id
                             ELSE excluded.parent_id END,
            last_seen_at = excluded.last_seen_at";
    /// Notes a name.
    pub const PUT_NAME: &str = "
        INSERT INTO portal_department_names (department_id, name, first_seen_at) VALUES ($1, $2, $3)
        ON CONFLICT (department_id, name) DO NOTHING";
    /// The names a department has had.
    pub const NAMES: &str = "
        SELECT name, first_seen_at FROM portal_department_names
        WHERE department_id = $1 ORDER BY first_seen_at, name LIMIT 100";
    /// Adds a procedure, or brings it up to date.
    pub const PUT_FORMALITY: &str = "
        INSERT INTO portal_formalities (id, code, name, state, department_id, first_seen_at, last_seen_at)
        VALUES ($1, $2, $3, $4, $5, $6, $6)
        ON CONFLICT (id) DO UPDATE SET code = excluded.code, name = excluded.name, state = excluded.state,
            department_id = excluded.department_id, last_seen_at = excluded.last_seen_at";
    /// The code of a procedure by the portal's id.
    pub const FORMALITY_CODE: &str = "SELECT code FROM portal_formalities WHERE id = $1";
    /// The portal's id of a procedure by its code.
    pub const FORMALITY_ID: &str = "
        SELECT id FROM portal_formalities WHERE code = $1 ORDER BY last_seen_at DESC, id LIMIT 1";
}

/// A department with the catalog's unit, where its code is known there.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DepartmentRow {
    /// The portal's id.
    pub id: String,
    /// `H44`; empty where unknown.
    pub code: String,
    /// Its newest name.
    pub name: String,
    /// The portal's word.
    pub level: String,
    /// The department it belongs to; empty where unknown.
    pub parent_id: String,
    /// The catalog's unit.
    pub unit_id: Option<String>,
    /// The unit's full name.
    pub unit_name: Option<String>,
}

/// A department by its code, or by the portal's id.
///
/// # Errors
/// When the database fails.
pub async fn department(tx: &mut Tx, id_or_code: &str) -> Result<Option<DepartmentRow>, sqlx::Error> {
    let id = id_by_code(tx, id_or_code).await?.unwrap_or_else(|| id_or_code.to_owned());
    on_db!(tx, |conn| sqlx::query_as(sql::DEPARTMENT).bind(id).fetch_optional(conn).await)
}

/// The portal's id of the department with a code; none has an empty one, though of some the code is not known.
///
/// # Errors
/// When the database fails.
pub async fn id_by_code(tx: &mut Tx, code: &str) -> Result<Option<String>, sqlx::Error> {
    if code.is_empty() {
        return Ok(None);
    }
    let row: Option<(String,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::ID_BY_CODE).bind(code).fetch_optional(conn).await?);
    Ok(row.map(|(id,)| id))
}

/// Keeps a department and its name.
///
/// # Errors
/// When the database fails.
pub async fn put_department(tx: &mut Tx, department: &Department, now: Timestamp) -> Result<(), sqlx::Error> {
    let at = now.as_millisecond();
    on_db!(&mut *tx, |conn| sqlx::query(sql::PUT_DEPARTMENT)
        .bind(&department.id)
        .bind(&department.code)
        .bind(&department.name)
        .bind(&department.level)
        .bind(&department.parent_id)
        .bind(at)
        .execute(conn)
        .await
        .map(|_| ())?);
    if department.name.is_empty() {
        return Ok(());
    }
    on_db!(tx, |conn| sqlx::query(sql::PUT_NAME)
        .bind(&department.id)
        .bind(&department.name)
        .bind(at)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// The names a department has had, with epoch milliseconds of their first sight, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn names(tx: &mut Tx, department_id: &str) -> Result<Vec<(String, i64)>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::NAMES).bind(department_id).fetch_all(conn).await)
}

/// Keeps a procedure of the reports.
///
/// # Errors
/// When the database fails.
pub async fn put_formality(tx: &mut Tx, formality: &Formality, now: Timestamp) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::PUT_FORMALITY)
        .bind(&formality.id)
        .bind(&formality.code)
        .bind(&formality.name)
        .bind(&formality.state)
        .bind(&formality.department_id)
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|_| ()))
}

/// The code of a procedure by the portal's id.
///
/// # Errors
/// When the database fails.
pub async fn formality_code(tx: &mut Tx, id: &str) -> Result<Option<String>, sqlx::Error> {
    let row: Option<(String,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::FORMALITY_CODE).bind(id).fetch_optional(conn).await?);
    Ok(row.map(|(code,)| code))
}

/// The portal's id of a procedure by its code.
///
/// # Errors
/// When the database fails.
pub async fn formality_id(tx: &mut Tx, code: &str) -> Result<Option<String>, sqlx::Error> {
    let row: Option<(String,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::FORMALITY_ID).bind(code).fetch_optional(conn).await?);
    Ok(row.map(|(id,)| id))
}
