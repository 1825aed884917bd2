//! What people decide about a flag: who answers for it, why it stands, by when it is to be resolved.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use super::flag::Cause;
use super::flag_store::{self, FlagRow};
use super::record::{Invalid, NewClaim, RecordError};
use super::store::AssessmentError;
use crate::account::audit;
use crate::account::model::{Actor, Login};
use crate::account::store as account_store;
use crate::catalog::model::Procedure;
use crate::catalog::store as catalog_store;
use crate::platform::clock::VIETNAM;
use crate::platform::db::{Db, Tx};

/// A decision; a field that is left out stays as it is, an empty one is cleared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Decision {
    /// The version that was seen; another one in the meantime is a conflict.
    pub version: Option<i64>,
    /// Login of who answers for it.
    pub owner: Option<String>,
    /// `law`, `data`, `software`, `organisation` or `equipment`.
    pub cause: Option<String>,
    /// Day by which it is to be resolved, ISO, today or later.
    pub due_date: Option<String>,
    /// It has been taken note of.
    pub acknowledge: bool,
}

/// Why a decision is not kept.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// A field is wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The procedure belongs to another agency.
    #[error("the procedure belongs to another agency than yours")]
    Forbidden,
    /// Storing failed.
    #[error(transparent)]
    Assessment(#[from] AssessmentError),
}

impl From<sqlx::Error> for DecideError {
    fn from(error: sqlx::Error) -> Self {
        Self::Assessment(error.into())
    }
}

impl From<RecordError> for DecideError {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Invalid(invalid) => Self::Invalid(invalid),
            RecordError::Assessment(error) => Self::Assessment(error),
        }
    }
}

/// Decides about a flag, in one transaction with its audit entry.
///
/// # Errors
/// [`DecideError`]; nothing is kept then.
pub async fn decide(
    db: &Db,
    actor: &Actor,
    id: &str,
    decision: &Decision,
    now: Timestamp,
) -> Result<FlagRow, DecideError> {
    let mut tx = db.write().await?;
    let mut row = flag_store::find(&mut tx, id).await?.ok_or(AssessmentError::NoFlag)?;
    if row.resolved_at.is_some() || decision.version.is_some_and(|seen| seen != row.version) {
        return Err(AssessmentError::Conflict.into());
    }
    let stored = catalog_store::find(&mut tx, &row.code).await.map_err(AssessmentError::from)?;
    let stored = stored.ok_or_else(|| AssessmentError::NoProcedure(row.code.clone()))?;
    if !may_act(&mut tx, actor, &stored.procedure).await? {
        return Err(DecideError::Forbidden);
    }
    apply(&mut tx, &mut row, decision, now).await?;
    flag_store::decide(&mut tx, &row).await?;
    let detail = serde_json::json!({ "owner": row.owner, "cause": row.cause, "due_date": row.due_date,
                                     "acknowledged": row.acknowledged_at.is_some() });
    flag_store::event(&mut tx, id, "decided", Some(&actor.login), &detail.to_string(), now).await?;
    audit::record(&mut tx, actor, "flag_decided", &format!("{} {}", row.code, row.flag), &detail, now).await?;
    tx.commit().await?;
    row.version += 1;
    Ok(row)
}

async fn apply(tx: &mut Tx, row: &mut FlagRow, decision: &Decision, now: Timestamp) -> Result<(), DecideError> {
    if let Some(owner) = &decision.owner {
        row.owner = match owner.trim() {
            "" => None,
            typed => Some(known_login(tx, typed).await?),
        };
    }
    if let Some(cause) = &decision.cause {
        row.cause = match cause.trim() {
            "" => None,
            word => {
                let message = "takes law, data, software, organisation or equipment";
                let wrong = || Invalid { field: "cause", message: message.to_owned() };
                Some(Cause::parse(word).ok_or_else(wrong)?.code().to_owned())
            }
        };
    }
    if let Some(due) = &decision.due_date {
        row.due_date = match due.trim() {
            "" => None,
            text => Some(due_date(text, now)?),
        };
    }
    if decision.acknowledge && row.acknowledged_at.is_none() {
        row.acknowledged_at = Some(now.as_millisecond());
    }
    Ok(())
}

async fn known_login(tx: &mut Tx, typed: &str) -> Result<String, DecideError> {
    let unknown = || Invalid { field: "owner", message: format!("nobody signs in as `{typed}`") };
    let login = Login::read(typed).ok_or_else(unknown)?;
    let known = account_store::credentials(tx, &login).await?.ok_or_else(unknown)?;
    // Somebody who is disabled cannot answer for anything.
    account_store::actor(tx, &known.id).await?.ok_or_else(unknown)?;
    Ok(login.as_str().to_owned())
}

fn due_date(text: &str, now: Timestamp) -> Result<String, Invalid> {
    let wrong = |message: &str| Invalid { field: "due_date", message: message.to_owned() };
    let day: Date = text.parse().map_err(|_| wrong("takes a day such as 2026-12-31"))?;
    if day < now.to_zoned_datetime(VIETNAM).date() {
        return Err(wrong("lies in the past: give today or a later day"));
    }
    Ok(day.to_string())
}

/// People of the whole installation act everywhere; others for the procedures of their agency and of those below it.
async fn may_act(tx: &mut Tx, actor: &Actor, procedure: &Procedure) -> Result<bool, sqlx::Error> {
    if actor.organisation_id.is_none() {
        return Ok(true);
    }
    let tree = account_store::tree(tx).await?;
    let names = procedure.issuer.iter().chain(&procedure.handling_agencies).chain(&procedure.deciding_agencies);
    let names: Vec<String> = names.map(|name| name.to_lowercase()).collect();
    let organisations = account_store::organisations(tx).await?;
    let theirs = organisations.iter().filter(|(_, name)| names.contains(&name.to_lowercase()));
    Ok(theirs.into_iter().any(|(id, _)| actor.acts_for(id, &tree)))
}

/// Keeps an officer's claim, in one transaction with its audit entry.
///
/// # Errors
/// [`DecideError`]; nothing is kept then.
pub async fn claim(db: &Db, actor: &Actor, code: &str, new: &NewClaim, now: Timestamp) -> Result<String, DecideError> {
    let mut tx = db.write().await?;
    let stored = catalog_store::find(&mut tx, code).await.map_err(AssessmentError::from)?;
    let stored = stored.ok_or_else(|| AssessmentError::NoProcedure(code.to_owned()))?;
    if !may_act(&mut tx, actor, &stored.procedure).await? {
        return Err(DecideError::Forbidden);
    }
    let id = super::record::record_in(&mut tx, code, new, &actor.login, now).await?;
    let detail = serde_json::json!({ "id": id, "unit": new.unit, "point": new.point, "value": new.value,
                                     "kind": new.kind });
    audit::record(&mut tx, actor, "claim_recorded", code, &detail, now).await?;
    tx.commit().await?;
    Ok(id)
}
