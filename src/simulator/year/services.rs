//! Probes, incidents and service levels of the year: what happened to the services, counted as the poller counts it, and
//! judged by the code that judges real services.

mod history;
mod incidents;
mod levels;
mod service;
mod windows;

use super::YearError;
use super::people::People;
use super::plan::Plan;
use crate::monitor::incident::actions::follow;
use crate::platform::db::Db;

/// Makes them.
///
/// # Errors
/// [`YearError`]
pub async fn build(db: &Db, plan: &Plan, people: &People) -> Result<(), YearError> {
    let services = service::build(db, plan).await?;
    let outages = history::outages(plan, &services);
    history::announce(db, plan, people).await?;
    let singles_from = windows::build(db, plan, &services, &outages).await?;
    incidents::build(db, (&services, &outages), singles_from).await?;
    // Of the time of which there are single values, incidents are found as always.
    follow(db, plan.end()).await?;
    levels::build(db, plan, people).await
}
