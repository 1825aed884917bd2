//! Makes the parts of the year one after another, once for a database.

use std::time::Instant;

use super::plan::Plan;
use super::store::{self, Held};
use super::{YearError, dossiers, index766, initiatives, people, services, units, verdicts};
use crate::platform::db::Db;

/// What a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Year {
    /// The year was made just now.
    Made,
    /// One was made before.
    Held(Plan),
    /// Something else: nothing is made up beside it.
    Other,
}

/// Makes the year in an empty database; what is there stays as it is.
///
/// # Errors
/// [`YearError`]
pub async fn ensure(db: &Db, plan: &Plan) -> Result<Year, YearError> {
    let mut tx = db.write().await?;
    match store::held(&mut tx).await? {
        Some(Held { plan, whole: true }) => return Ok(Year::Held(plan)),
        Some(_) => return Err(YearError::Unfinished),
        None if store::is_used(&mut tx).await? => return Ok(Year::Other),
        None => {}
    }
    store::begin(&mut tx, plan).await?;
    store::parameters_hold_from(&mut tx, plan).await?;
    tx.commit().await?;
    build(db, plan).await?;
    let mut tx = db.write().await?;
    store::finish(&mut tx, plan).await?;
    tx.commit().await?;
    Ok(Year::Made)
}

/// Makes the year.
async fn build(db: &Db, plan: &Plan) -> Result<(), YearError> {
    let mut begun = Instant::now();
    let mut done = |part: &str| {
        tracing::info!(part, milliseconds = begun.elapsed().as_millis(), "made up");
        begun = Instant::now();
    };
    verdicts::read_catalog(db, plan.begin()).await?;
    let people = people::build(db, plan).await?;
    done("catalog and people");
    let offices = units::build(db, plan).await?;
    done("units");
    let counted = dossiers::build(db, plan, &offices).await?;
    done("dossiers");
    verdicts::build(db, plan, &people).await?;
    done("verdicts");
    let figures = index766::build(db, plan).await?;
    done("index 766");
    tracing::info!(dossiers = counted, figures, units = offices.len(), "counts and figures of the made-up year");
    services::build(db, plan, &people).await?;
    done("services");
    initiatives::build(db, plan, &people).await?;
    done("initiatives");
    Ok(())
}
