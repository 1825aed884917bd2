//! Initiatives and directives of the year: each walks its workflow at its own times through the actions that people use.

mod document;
mod schedule;
mod staff;
pub mod store;
mod story;
mod task;
mod walk;

use super::YearError;
use super::people::People;
use super::plan::Plan;
use crate::initiative::workflow::store as workflows;
use crate::platform::calendar::store as calendar_store;
use crate::platform::db::Db;

/// Makes them.
///
/// # Errors
/// [`YearError`]
pub async fn build(db: &Db, plan: &Plan, people: &People) -> Result<(), YearError> {
    workflows::seed(db).await?;
    let mut tx = db.write().await?;
    store::workflows_hold_from(&mut tx, plan).await?;
    let calendar = calendar_store::load(&mut tx).await?;
    tx.commit().await?;
    let book = story::read()?;
    let staff = staff::build(db, plan, people, &book).await?;
    let events = schedule::events(plan, &calendar, &book)?;
    walk::walk(db, plan, (&book, &staff), &events).await?;
    task::build(db, plan, people, &staff).await
}
