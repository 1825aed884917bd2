//! SQL of what may wait for somebody: whole initiatives, read in three statements however many they are.

use std::collections::HashMap;

use super::initiative::{HeldRow, Initiative, MeasureRow, Row, assemble};
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Initiatives that somebody has yet to do something with, and those that were measured and wait for a verdict.
    pub const INITIATIVES: &str = "
        SELECT i.id, i.number, i.track, i.workflow_version, i.title, i.organisation_id, i.proposer_id, i.proposer_name,
               i.state, i.is_public, i.document, i.flag_id, i.adopted_from, i.created_at, i.submitted_at, i.changed_at,
               i.version, NULL AS adopted_number
        FROM initiatives i
        WHERE i.is_open = 1
           OR EXISTS (SELECT 1 FROM measures v JOIN measurements t ON t.measure_id = v.id
                      WHERE v.initiative_id = i.id AND v.state = 'implemented' AND t.taken_at IS NOT NULL)
        ORDER BY i.number LIMIT 5000";
    /// Their measures.
    pub const MEASURES: &str = "
        SELECT m.initiative_id, m.id, m.position, m.state, m.since, m.due_at, m.provisional, m.document
        FROM measures m JOIN initiatives i ON i.id = m.initiative_id
        WHERE i.is_open = 1
           OR EXISTS (SELECT 1 FROM measures v JOIN measurements t ON t.measure_id = v.id
                      WHERE v.initiative_id = i.id AND v.state = 'implemented' AND t.taken_at IS NOT NULL)
        ORDER BY m.initiative_id, m.position LIMIT 250000";
    /// Who has which part in them.
    pub const DUTIES: &str = "
        SELECT d.initiative_id, d.duty, d.user_id, u.organisation_id
        FROM initiative_duties d JOIN users u ON u.id = d.user_id JOIN initiatives i ON i.id = d.initiative_id
        WHERE i.is_open = 1
           OR EXISTS (SELECT 1 FROM measures v JOIN measurements t ON t.measure_id = v.id
                      WHERE v.initiative_id = i.id AND v.state = 'implemented' AND t.taken_at IS NOT NULL)
        ORDER BY d.initiative_id, d.duty, d.user_id LIMIT 250000";
}

#[derive(sqlx::FromRow)]
struct Of<T> {
    initiative_id: String,
    #[sqlx(flatten)]
    row: T,
}

/// Initiatives that may wait for somebody, in the order of their numbers; at most 5,000.
///
/// # Errors
/// When the database fails or a document was changed by hand and cannot be read.
pub async fn waiting(tx: &mut Tx) -> Result<Vec<Initiative>, sqlx::Error> {
    let rows: Vec<Row> = on_db!(&mut *tx, |conn| sqlx::query_as(sql::INITIATIVES).fetch_all(conn).await?);
    let measures: Vec<Of<MeasureRow>> = on_db!(&mut *tx, |conn| sqlx::query_as(sql::MEASURES).fetch_all(conn).await?);
    let held: Vec<Of<HeldRow>> = on_db!(tx, |conn| sqlx::query_as(sql::DUTIES).fetch_all(conn).await?);
    let (mut measures, mut held) = (grouped(measures), grouped(held));
    let whole = |row: Row| {
        let measures = measures.remove(&row.id).unwrap_or_default();
        let held = held.remove(&row.id).unwrap_or_default();
        assemble(row, measures, held)
    };
    rows.into_iter().map(whole).collect()
}

fn grouped<T>(rows: Vec<Of<T>>) -> HashMap<String, Vec<T>> {
    let mut all: HashMap<String, Vec<T>> = HashMap::new();
    for of in rows {
        all.entry(of.initiative_id).or_default().push(of.row);
    }
    all
}
