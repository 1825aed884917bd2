//! Stages and roll-out of measures.

use jiff::Timestamp;
use serde_json::json;

use super::error::InitiativeError;
use super::part::in_stage;
use crate::account::audit;
use crate::account::model::Actor;
use crate::catalog::units;
use crate::initiative::plan::{NewStage, NewUnit};
use crate::initiative::store::plan;
use crate::initiative::workflow::model::Stage;
use crate::platform::clock::VIETNAM;
use crate::platform::db::Db;

/// Adds a stage to a measure that is carried out, or changes the one that is named with the version that was seen.
///
/// # Errors
/// [`InitiativeError`]
pub async fn stage(
    db: &Db,
    actor: &Actor,
    id: &str,
    (position, known): (i64, Option<(&str, i64)>),
    new: &NewStage,
    now: Timestamp,
) -> Result<(), InitiativeError> {
    let days = new.read(now.to_zoned_datetime(VIETNAM).date()).map_err(InitiativeError::Invalid)?;
    let mut tx = db.write().await?;
    let (item, stored) = in_stage(&mut tx, actor, id, position, &[Stage::Doing]).await?;
    match known {
        None => {
            let id = uuid::Uuid::now_v7().to_string();
            plan::insert_stage(&mut tx, &id, &stored.id, &days).await?;
        }
        Some((stage, version)) => {
            let of = plan::stages(&mut tx, &item.id).await?;
            if !of.iter().any(|row| row.id == stage && row.measure_id == stored.id) {
                return Err(InitiativeError::Missing);
            }
            if !plan::update_stage(&mut tx, stage, version, &days).await? {
                return Err(InitiativeError::Conflict);
            }
        }
    }
    let detail = json!({ "measure": position, "stage": days.name, "planned": [days.planned.0, days.planned.1],
                         "actual": [days.actual.0, days.actual.1] });
    audit::record(&mut tx, actor, "stage_written", &item.number, &detail, now).await?;
    Ok(tx.commit().await?)
}

/// Writes a unit in which a measure that is carried out is rolled out; the same name is the same unit.
///
/// # Errors
/// [`InitiativeError`]
pub async fn unit(
    db: &Db,
    actor: &Actor,
    id: &str,
    position: i64,
    new: &NewUnit,
    now: Timestamp,
) -> Result<(), InitiativeError> {
    let today = now.to_zoned_datetime(VIETNAM).date();
    let (name, planned, done) = new.read(today).map_err(InitiativeError::Invalid)?;
    let mut tx = db.write().await?;
    let (item, stored) = in_stage(&mut tx, actor, id, position, &[Stage::Doing]).await?;
    let known = match plan::by_name(&mut tx, &name).await? {
        Some(id) => Some(id),
        None => units::of_agency(&mut tx, &name).await?,
    };
    let days = (planned.to_string(), done.map(|day| day.to_string()));
    plan::put_unit(&mut tx, &stored.id, (&name, known.as_deref()), (&days.0, days.1.as_deref())).await?;
    let detail = json!({ "measure": position, "unit": name, "planned_on": days.0, "done_on": days.1 });
    audit::record(&mut tx, actor, "roll_out_written", &item.number, &detail, now).await?;
    Ok(tx.commit().await?)
}
