//! SQL of made-up initiatives: which workflow holds at the beginning of the year.

use crate::on_db;
use crate::platform::db::Tx;
use crate::simulator::year::plan::Plan;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// The first version of each workflow also holds from an earlier day on.
    pub const HOLD_FROM: &str = "
        UPDATE workflows SET valid_from = $1 WHERE valid_from > $1
        AND version = (SELECT MIN(w.version) FROM workflows w WHERE w.track = workflows.track)";
}

/// Lets the workflows hold from the first day of the year, when that is before their own.
///
/// # Errors
/// When the database fails.
pub async fn workflows_hold_from(tx: &mut Tx, plan: &Plan) -> Result<(), sqlx::Error> {
    let first = plan.first_day().to_string();
    on_db!(tx, |conn| sqlx::query(sql::HOLD_FROM).bind(first).execute(conn).await.map(|_| ())?);
    Ok(())
}
