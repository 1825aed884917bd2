//! Casting a vote on an innovation proposal.

use jiff::Timestamp;
use serde_json::json;

use super::error::{InitiativeError, load};
use crate::account::audit;
use crate::account::model::Actor;
use crate::initiative::model::{Duty, Place};
use crate::initiative::store::history;
use crate::initiative::store::initiative::{self, Initiative};
use crate::initiative::vote::Ballot;
use crate::initiative::workflow::model::Need;
use crate::initiative::workflow::rule::{NotTheirs, separated};
use crate::initiative::workflow::store as workflows;
use crate::platform::db::Db;

/// Casts the vote of somebody who may, once. Who takes no part says why.
///
/// # Errors
/// [`InitiativeError`]
pub async fn cast(
    db: &Db,
    actor: &Actor,
    id: &str,
    ballot: Ballot,
    reason: &str,
    now: Timestamp,
) -> Result<Initiative, InitiativeError> {
    let reason = crate::catalog::text::lines(reason);
    if ballot == Ballot::Recused && reason.chars().count() < 10 {
        let vietnamese = "không tham gia biểu quyết thì cần nêu lý do, ít nhất 10 ký tự";
        return Err(InitiativeError::field("reason", "needs at least 10 characters for a recusal", vietnamese));
    }
    let mut tx = db.write().await?;
    let (item, _) = load(&mut tx, actor, id).await?;
    let workflow = workflows::find(&mut tx, item.track, item.workflow_version).await?;
    let voting = workflow.steps_from(&item.state, Place::Local).any(|step| step.needs.contains(&Need::VotePassed));
    if !voting {
        let allowed = workflow.steps_from(&item.state, Place::Local).map(|step| step.code.clone()).collect();
        return Err(InitiativeError::Illegal { step: "vote".to_owned(), state: item.state.clone(), allowed });
    }
    if let Some(other) = separated(&workflow, Duty::Voter, actor.id.as_str(), &item.held) {
        return Err(NotTheirs::Separation(other, Duty::Voter).into());
    }
    let rows = history::votes(&mut tx, &item.id).await?;
    let row = rows.iter().find(|row| row.member_id == actor.id.as_str()).ok_or(NotTheirs::Only(Duty::Voter))?;
    if !history::cast(&mut tx, &item.id, row, ballot, &reason, now).await? {
        return Err(InitiativeError::Conflict);
    }
    initiative::hold(&mut tx, &item.id, Duty::Voter, actor.id.as_str()).await?;
    let detail = json!({ "meeting": row.meeting, "ballot": ballot, "reason": reason });
    audit::record(&mut tx, actor, "vote_cast", &item.number, &detail, now).await?;
    tx.commit().await?;
    Ok(item)
}
