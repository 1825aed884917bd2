//! What hangs on an initiative: legal acts that have to change, and comments.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use super::error::{InitiativeError, load};
use crate::account::audit;
use crate::account::model::Actor;
use crate::catalog::text;
use crate::initiative::store::initiative::{Initiative, Stored};
use crate::initiative::store::part::{self, Act};
use crate::initiative::workflow::model::Stage;
use crate::initiative::workflow::rule::NotTheirs;
use crate::initiative::workflow::store as workflows;
use crate::monitor::field::Wrong;
use crate::platform::clock::VIETNAM;
use crate::platform::db::{Db, Tx};

/// Most characters of a comment.
const MAX_COMMENT: usize = 5_000;
/// Most characters of a line about an act.
const MAX_LINE: usize = 1_000;

/// A legal act that has to change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewAct {
    /// The act.
    pub act: String,
    /// Articles, clauses, points.
    pub provision: String,
    /// What changes in it.
    pub change: String,
}

/// How an act was changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signature {
    /// Number of the act that changes it.
    pub number: String,
    /// Day of signature, ISO.
    pub signed_on: String,
    /// First day in force, ISO.
    pub effective_on: String,
}

/// A measure in one of some stages, of an initiative that somebody acts for.
pub(super) async fn in_stage(
    tx: &mut Tx,
    actor: &Actor,
    id: &str,
    position: i64,
    stages: &[Stage],
) -> Result<(Initiative, Stored), InitiativeError> {
    let (item, acts) = load(tx, actor, id).await?;
    if !acts {
        return Err(NotTheirs::Organisation.into());
    }
    let stored = item.measures.iter().find(|stored| stored.position == position).cloned();
    let stored = stored.ok_or(InitiativeError::Missing)?;
    let workflow = workflows::find(tx, item.track, item.workflow_version).await?;
    if workflow.state(&stored.state).is_none_or(|state| !stages.contains(&state.stage)) {
        return Err(InitiativeError::Frozen);
    }
    Ok((item, stored))
}

/// A measure that is not over, of an initiative that somebody acts for.
async fn running(tx: &mut Tx, actor: &Actor, id: &str, position: i64) -> Result<(Initiative, Stored), InitiativeError> {
    in_stage(tx, actor, id, position, &[Stage::Drafting, Stage::Deciding, Stage::Doing]).await
}

/// Adds a legal act that has to be signed before a measure can be applied.
///
/// # Errors
/// [`InitiativeError`]
pub async fn add_act(
    db: &Db,
    actor: &Actor,
    id: &str,
    position: i64,
    new: &NewAct,
    now: Timestamp,
) -> Result<Act, InitiativeError> {
    let lines = [
        ("act", text::line(&new.act)),
        ("provision", text::line(&new.provision)),
        ("change", text::lines(&new.change)),
    ];
    let mut wrong = Wrong::default();
    for (name, line) in &lines {
        if line.is_empty() && *name != "provision" {
            wrong.add(name, "is missing", "chưa ghi", None);
        } else if line.chars().count() > MAX_LINE {
            wrong.add(name, "is longer than 1,000 characters", "dài quá 1.000 ký tự", None);
        }
    }
    wrong.ended().map_err(InitiativeError::Invalid)?;
    let mut tx = db.write().await?;
    let (item, stored) = running(&mut tx, actor, id, position).await?;
    let [(_, name), (_, provision), (_, change)] = lines;
    let act = Act {
        id: uuid::Uuid::now_v7().to_string(),
        measure_id: stored.id,
        act: name,
        provision,
        change,
        signed_number: None,
        signed_on: None,
        effective_on: None,
        version: 1,
    };
    part::insert_act(&mut tx, &act).await?;
    let detail = json!({ "act": act.id, "measure": position, "name": act.act, "provision": act.provision });
    audit::record(&mut tx, actor, "act_added", &item.number, &detail, now).await?;
    tx.commit().await?;
    Ok(act)
}

/// Notes that the act which changes a legal act was signed.
///
/// # Errors
/// [`InitiativeError`]
pub async fn sign_act(
    db: &Db,
    actor: &Actor,
    id: &str,
    (act_id, version): (&str, i64),
    signature: &Signature,
    now: Timestamp,
) -> Result<(), InitiativeError> {
    let today = now.to_zoned_datetime(VIETNAM).date();
    let (number, signed_on, effective_on) = checked(signature, today)?;
    let mut tx = db.write().await?;
    let (item, _) = load(&mut tx, actor, id).await?;
    let mut act = part::acts(&mut tx, &item.id).await?.into_iter().find(|act| act.id == act_id);
    let act = act.as_mut().ok_or(InitiativeError::Missing)?;
    let position = item.measures.iter().find(|stored| stored.id == act.measure_id).map_or(0, |stored| stored.position);
    running(&mut tx, actor, id, position).await?;
    act.version = version;
    act.signed_number = Some(number);
    act.signed_on = Some(signed_on.to_string());
    act.effective_on = Some(effective_on.to_string());
    if !part::sign_act(&mut tx, act).await? {
        return Err(InitiativeError::Conflict);
    }
    let detail = json!({ "act": act.id, "number": act.signed_number, "signed_on": act.signed_on,
                         "effective_on": act.effective_on });
    audit::record(&mut tx, actor, "act_signed", &item.number, &detail, now).await?;
    Ok(tx.commit().await?)
}

fn checked(signature: &Signature, today: Date) -> Result<(String, Date, Date), InitiativeError> {
    let mut wrong = Wrong::default();
    let number = text::line(&signature.number);
    if number.is_empty() || number.chars().count() > MAX_LINE {
        wrong.add("number", "is missing", "chưa ghi số văn bản", Some("15/2026/QĐ-UBND".to_owned()));
    }
    let day = |text: &str| text.trim().parse::<Date>().ok();
    let (signed, effective) = (day(&signature.signed_on), day(&signature.effective_on));
    match signed {
        None => wrong.add("signed_on", "takes a day", "cần một ngày", Some(today.to_string())),
        Some(day) if day > today => wrong.add("signed_on", "lies in the future", "ngày ký ở tương lai", None),
        Some(_) => {}
    }
    match (signed, effective) {
        (_, None) => wrong.add("effective_on", "takes a day", "cần một ngày", Some(today.to_string())),
        (Some(signed), Some(effective)) if effective < signed => {
            let vietnamese = "ngày có hiệu lực trước ngày ký";
            wrong.add("effective_on", "lies before the day of signature", vietnamese, Some(signed.to_string()));
        }
        _ => {}
    }
    wrong.ended().map_err(InitiativeError::Invalid)?;
    Ok((number, signed.unwrap_or(today), effective.unwrap_or(today)))
}

/// Adds a comment; everybody who may see the initiative signed in may comment on it.
///
/// # Errors
/// [`InitiativeError`]
pub async fn comment(db: &Db, actor: &Actor, id: &str, body: &str, now: Timestamp) -> Result<(), InitiativeError> {
    let body = text::lines(body);
    if body.is_empty() || body.chars().count() > MAX_COMMENT {
        return Err(InitiativeError::field("body", "takes 1 to 5,000 characters", "cần từ 1 đến 5.000 ký tự"));
    }
    let mut tx = db.write().await?;
    let (item, _) = load(&mut tx, actor, id).await?;
    part::comment(&mut tx, &item.id, (actor.id.as_str(), &actor.name), &body, now).await?;
    audit::record(&mut tx, actor, "initiative_commented", &item.number, &json!({}), now).await?;
    Ok(tx.commit().await?)
}
