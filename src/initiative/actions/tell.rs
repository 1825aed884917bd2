//! Tells those who have a part in an initiative, and those who can take it further, that it moved.

use jiff::Timestamp;

use crate::account::model::{Actor, Role};
use crate::account::store as account_store;
use crate::initiative::store::initiative::Initiative;
use crate::initiative::workflow::model::{Office, Workflow};
use crate::initiative::workflow::rule::may_take;
use crate::monitor::notify::model::{Event, EventKind};
use crate::monitor::notify::{store, tell};
use crate::platform::db::Tx;

/// Tells everybody whom a step concerns but whoever took it.
///
/// # Errors
/// When the database fails.
pub async fn moved(
    tx: &mut Tx,
    workflow: &Workflow,
    item: &Initiative,
    by: &Actor,
    words: (&str, &str),
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let (step, to) = words;
    let state = workflow.state(to).map_or(to, |state| state.name.as_str());
    let event = Event {
        key: format!("initiative:{}:{}", item.id, item.version),
        kind: EventKind::InitiativeMoved,
        title: format!("{}: {step}", item.number),
        body: format!("{} ({state}). Người thực hiện: {}.", item.title, by.name),
        service_level: String::new(),
        sources: Vec::new(),
        procedures: item.measures.iter().flat_map(|stored| stored.measure.procedures()).collect(),
        at: now.as_millisecond(),
    };
    for login in concerned(tx, workflow, item, by, to).await? {
        store::tell_person(tx, &login, &event, now).await?;
    }
    if item.is_public {
        tell::tell(tx, &event, now).await?;
    }
    Ok(())
}

/// Logins of those who have a part in it and of those who can take the next step.
async fn concerned(
    tx: &mut Tx,
    workflow: &Workflow,
    item: &Initiative,
    by: &Actor,
    to: &str,
) -> Result<Vec<String>, sqlx::Error> {
    let mut logins = std::collections::BTreeSet::new();
    for held in &item.held {
        if let Some(person) = account_store::actor(tx, &held.user_id).await? {
            logins.insert(person.login);
        }
    }
    let tree = account_store::tree(tx).await?;
    let next = workflow.steps.iter().filter(|step| step.from.iter().any(|from| from == to));
    for step in next {
        // Officers are many: those of them who have a part in it are told above.
        for role in step.roles.iter().filter(|role| role.0 != Role::Officer) {
            for person in account_store::with_role(tx, role.0).await? {
                let acts = match (&item.organisation_id, step.organisation) {
                    (_, Office::Any | Office::Other) => true,
                    (Some(id), Office::Own) => person.acts_for(id, &tree),
                    (None, Office::Own) => person.organisation_id.is_none(),
                };
                if may_take(workflow, step, &person, acts, &item.held).is_ok() {
                    logins.insert(person.login);
                }
            }
        }
    }
    logins.remove(&by.login);
    Ok(logins.into_iter().collect())
}
