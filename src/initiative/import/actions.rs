//! Makes drafts of what a workbook holds, all or none. Looking at it first does the same and keeps nothing, so that both
//! find the same faults.

use jiff::Timestamp;
use serde_json::json;

use super::model::{Column, Fault, Group, ReadMeasure};
use super::store;
use crate::account::audit;
use crate::account::model::Actor;
use crate::initiative::actions::begin::{New, begin_within};
use crate::initiative::actions::error::InitiativeError;
use crate::initiative::actions::write;
use crate::monitor::field::FieldError;
use crate::platform::db::{Db, Tx};

/// What is or would be made.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Drafts that are made, or would be.
    pub made: Vec<Made>,
    /// Initiatives that were made of the same content before.
    pub known: Vec<Made>,
    /// What is wrong; with something wrong nothing is made.
    pub faults: Vec<Fault>,
    /// It was made.
    pub kept: bool,
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// What holds its rows together.
    pub key: String,
    /// One line.
    pub title: String,
    /// How many measures it has.
    pub measures: usize,
    /// How many changes they have.
    pub changes: usize,
    /// Its number, once it is made.
    pub number: Option<String>,
}

/// Makes the drafts of somebody, or only looks whether that can be done.
///
/// # Errors
/// When the database fails.
pub async fn import(
    db: &Db,
    actor: &Actor,
    groups: &[Group],
    keep: bool,
    now: Timestamp,
) -> Result<Outcome, InitiativeError> {
    let mut outcome = Outcome::default();
    let mut tx = db.write().await?;
    for group in groups {
        one(&mut tx, actor, group, &mut outcome, now).await?;
    }
    if !keep || !outcome.faults.is_empty() || outcome.made.is_empty() {
        // What was tried is taken back: numbers that nobody keeps are not shown.
        for made in &mut outcome.made {
            made.number = None;
        }
        return Ok(outcome);
    }
    let numbers: Vec<_> = outcome.made.iter().filter_map(|made| made.number.as_deref()).collect();
    audit::record(&mut tx, actor, "initiatives_imported", "workbook", &json!({ "numbers": numbers }), now).await?;
    tx.commit().await?;
    outcome.kept = true;
    Ok(outcome)
}

async fn one(
    tx: &mut Tx,
    actor: &Actor,
    group: &Group,
    outcome: &mut Outcome,
    now: Timestamp,
) -> Result<(), InitiativeError> {
    let organisation = actor.organisation_id.as_deref().unwrap_or_default();
    let digest = group.digest();
    let mut made = Made {
        key: group.key.clone(),
        title: group.title.clone(),
        measures: group.measures.len(),
        changes: group.measures.iter().map(|read| read.measure.changes.len()).sum(),
        number: None,
    };
    if !store::claim(tx, organisation, &digest, now).await? {
        made.number = store::number(tx, organisation, &digest).await?;
        outcome.known.push(made);
        return Ok(());
    }
    let new = New { track: Some(group.track), title: group.title.clone(), ..New::default() };
    let item = match begin_within(tx, actor, &new, now).await {
        Ok(item) => item,
        Err(error) => return note(outcome, error, |error| record_fault(group, error)),
    };
    store::made(tx, organisation, &digest, &item.id).await?;
    let written = (group.title.as_str(), group.record.clone());
    if let Err(error) = write::record_within(tx, actor, &item.id, None, written, now).await {
        note(outcome, error, |error| record_fault(group, error))?;
    }
    for (place, read) in group.measures.iter().enumerate() {
        let new = ((place == 0).then_some(1), read.measure.clone());
        if let Err(error) = write::measure_within(tx, actor, &item.id, None, new, now).await {
            note(outcome, error, |error| measure_fault(read, error))?;
        }
    }
    made.number = Some(item.number);
    outcome.made.push(made);
    Ok(())
}

/// Wrong fields become faults; anything else ends the import.
fn note(
    outcome: &mut Outcome,
    error: InitiativeError,
    fault: impl Fn(&FieldError) -> Fault,
) -> Result<(), InitiativeError> {
    match error {
        InitiativeError::Invalid(errors) => {
            outcome.faults.extend(errors.iter().map(fault));
            Ok(())
        }
        other => Err(other),
    }
}

fn record_fault(group: &Group, error: &FieldError) -> Fault {
    let column = match error.field.as_str() {
        "summary" => Column::Summary,
        "reasons" => Column::Reasons,
        "impact" => Column::Impact,
        "objectives" => Column::Objectives,
        "measures" => Column::Measure,
        _ => Column::Title,
    };
    Fault::new(group.line, column, &error.vietnamese)
}

/// The row and column that a wrong field of a measure was read from.
fn measure_fault(read: &ReadMeasure, error: &FieldError) -> Fault {
    let field = error.field.as_str();
    if let Some(place) = field.strip_prefix("changes[").and_then(|rest| rest.strip_suffix(']')) {
        let line = place.parse().ok().and_then(|at: usize| read.change_lines.get(at)).copied();
        return Fault::new(line.unwrap_or(read.line), Column::Before, &error.vietnamese);
    }
    if field == "codes" {
        let of = read.code_lines.iter().find(|(code, _)| error.vietnamese.contains(code.as_str()));
        return Fault::new(of.map_or(read.line, |(_, line)| *line), Column::Code, &error.vietnamese);
    }
    let after = field.starts_with("cost.after");
    let column = match field.rsplit('.').next().unwrap_or(field) {
        "hours" if after => Column::HoursAfter,
        "hours" => Column::HoursBefore,
        "wage_per_hour" => Column::Wage,
        "fees" | "service" if after => Column::OtherAfter,
        "fees" | "service" => Column::OtherBefore,
        "times_per_year" => Column::Times,
        "subjects" => Column::Subjects,
        "content" => Column::Content,
        "recommendation" => Column::Recommendation,
        _ => Column::Measure,
    };
    Fault::new(read.line, column, &error.vietnamese)
}
