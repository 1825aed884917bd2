//! What people do about planned stops: announce, end sooner, call off. Each in one transaction with its audit entry.

use jiff::Timestamp;
use serde_json::json;

use super::model::{Maintenance, NewMaintenance, Notice, check, days_on, notice};
use super::store;
use crate::account::audit;
use crate::account::model::Actor;
use crate::monitor::field::{self, FieldError, Wrong};
use crate::monitor::observation::model::Step;
use crate::platform::calendar::store as calendar_store;
use crate::platform::clock::VIETNAM;
use crate::platform::db::{Db, Tx};

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum MaintenanceError {
    /// Fields are wrong.
    #[error("{}", field::line(.0))]
    Invalid(Vec<FieldError>),
    /// There is none of this id.
    #[error("there is no such planned stop")]
    Missing,
    /// Somebody was faster.
    #[error("somebody else has changed it: look at it again")]
    Conflict,
    /// The database failed.
    #[error("the database failed")]
    Sql(#[from] sqlx::Error),
}

/// Records a planned stop and says whether its notice came in time.
///
/// # Errors
/// [`MaintenanceError`]; nothing is kept then.
pub async fn announce(
    db: &Db,
    actor: &Actor,
    new: &NewMaintenance,
    now: Timestamp,
) -> Result<(Maintenance, Notice), MaintenanceError> {
    let mut tx = db.write().await?;
    let known = store::has_source(&mut tx, &new.source).await?;
    check(new, known, now).map_err(MaintenanceError::Invalid)?;
    let milliseconds = |at: Option<Timestamp>| at.unwrap_or(now).as_millisecond();
    let row = Maintenance {
        id: uuid::Uuid::now_v7().to_string(),
        source_id: new.source.clone(),
        starts_at: milliseconds(new.starts_at),
        restores_at: milliseconds(new.restores_at),
        ends_at: milliseconds(new.restores_at),
        announced_at: milliseconds(new.announced_at),
        link: new.link.trim().to_owned(),
        reason: new.reason.trim().to_owned(),
        created_by: actor.login.clone(),
        created_at: now.as_millisecond(),
        cancelled_at: None,
        version: 1,
    };
    store::insert(&mut tx, &row).await?;
    let judged = judge(&mut tx, &row).await?;
    let detail = json!({ "id": row.id, "starts_at": row.starts_at, "restores_at": row.restores_at,
                         "announced_at": row.announced_at, "link": row.link, "in_time": judged.in_time });
    audit::record(&mut tx, actor, "maintenance_announced", &row.source_id, &detail, now).await?;
    tx.commit().await?;
    Ok((row, judged))
}

/// Whether the notice of a planned stop came in time, by the rule in force on the day it starts.
///
/// # Errors
/// When the database fails.
pub async fn judge(tx: &mut Tx, row: &Maintenance) -> Result<Notice, sqlx::Error> {
    let calendar = calendar_store::load(tx).await?;
    let rows = store::notice_rows(tx).await?;
    let start = Timestamp::from_millisecond(row.starts_at).unwrap_or(Timestamp::UNIX_EPOCH);
    // Without a rule in the data nothing is left out of a count.
    let days = days_on(&rows, &start.to_zoned_datetime(VIETNAM).date().to_string());
    Ok(match days {
        Some(days) => notice(row.announced_at, row.starts_at, &calendar, days),
        None => Notice { in_time: false, earliest: i64::MAX, provisional: true },
    })
}

/// The service was back before it was announced to be: what follows counts again. `ended` is moved to the next step of
/// five minutes.
///
/// # Errors
/// [`MaintenanceError`]; nothing is changed then.
pub async fn end(
    db: &Db,
    actor: &Actor,
    id: &str,
    version: i64,
    ended: Timestamp,
    now: Timestamp,
) -> Result<Maintenance, MaintenanceError> {
    change(db, actor, id, version, "maintenance_ended", now, |row| {
        let ended = ended.as_millisecond();
        row.ends_at = Step::FiveMinutes.start_from(ended);
        if ended <= row.starts_at || row.ends_at > row.restores_at || ended > now.as_millisecond() {
            let message = "lies after the start, not after now and not after the announced return";
            return Some(("ended_at", message, "sau lúc bắt đầu, không sau hiện tại và lúc đã hẹn"));
        }
        None
    })
    .await
}

/// Calls a planned stop off before it begins; one that has begun stays in the count as it was.
///
/// # Errors
/// [`MaintenanceError`]; nothing is changed then.
pub async fn cancel(
    db: &Db,
    actor: &Actor,
    id: &str,
    version: i64,
    now: Timestamp,
) -> Result<Maintenance, MaintenanceError> {
    change(db, actor, id, version, "maintenance_cancelled", now, |row| {
        if row.starts_at <= now.as_millisecond() {
            return Some(("id", "has begun: end it instead", "đã bắt đầu: hãy kết thúc thay vì hủy"));
        }
        row.cancelled_at = Some(now.as_millisecond());
        None
    })
    .await
}

type Refusal = Option<(&'static str, &'static str, &'static str)>;

async fn change(
    db: &Db,
    actor: &Actor,
    id: &str,
    version: i64,
    action: &str,
    now: Timestamp,
    apply: impl FnOnce(&mut Maintenance) -> Refusal,
) -> Result<Maintenance, MaintenanceError> {
    let mut tx = db.write().await?;
    let mut row = store::find(&mut tx, id).await?.ok_or(MaintenanceError::Missing)?;
    if row.version != version || row.cancelled_at.is_some() {
        return Err(MaintenanceError::Conflict);
    }
    if let Some((field, message, vietnamese)) = apply(&mut row) {
        let mut wrong = Wrong::default();
        wrong.add(field, message, vietnamese, None);
        wrong.ended().map_err(MaintenanceError::Invalid)?;
    }
    if !store::change(&mut tx, &row).await? {
        return Err(MaintenanceError::Conflict);
    }
    let detail = json!({ "id": row.id, "ends_at": row.ends_at, "cancelled_at": row.cancelled_at });
    audit::record(&mut tx, actor, action, &row.source_id, &detail, now).await?;
    tx.commit().await?;
    row.version += 1;
    Ok(row)
}
