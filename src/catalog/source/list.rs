//! An item of the portal's list.

use serde_json::Value;

use super::reject::Reject;
use super::value;
use crate::catalog::model::{Procedure, ProcedureKind};
use crate::catalog::text;

/// What a list item says.
#[derive(Debug, Clone, Default)]
pub struct ListFacts {
    /// They are the portal list's own, not a stand-in made of other parts of a record.
    listed: bool,
    pub name: String,
    pub portal_id: Option<String>,
    pub portal_url: Option<String>,
    fields: Vec<String>,
    departments: Vec<String>,
    issuer: Option<String>,
    audiences: Vec<String>,
    state: Option<String>,
    kind: Option<ProcedureKind>,
}

/// Reads a list item.
pub fn read(item: &Value, warnings: &mut Vec<String>) -> Result<ListFacts, Reject> {
    let name = text::line(&value::required_text(item, "name")?);
    let kind = value::text(item, "type", warnings).and_then(|word| {
        let kind = kind(&word);
        if kind.is_none() {
            warnings.push(format!("type: {word} is not known; taken as STANDARD"));
        }
        kind
    });
    Ok(ListFacts {
        listed: true,
        name,
        portal_id: value::text(item, "id", warnings),
        portal_url: None,
        fields: value::texts(item, "categories", warnings),
        departments: value::texts(item, "departments", warnings),
        issuer: value::text(item, "departmentPromulgate", warnings),
        audiences: value::texts(item, "formalityTargetType", warnings),
        state: value::text(item, "state", warnings),
        kind,
    })
}

/// The portal's `type`.
pub fn kind(word: &str) -> Option<ProcedureKind> {
    match word {
        "STANDARD" => Some(ProcedureKind::Standard),
        "SPECIFIC" => Some(ProcedureKind::Specific),
        "STANDARD_INTERNAL" => Some(ProcedureKind::Internal),
        _ => None,
    }
}

impl ListFacts {
    /// Lays the item's facts over a procedure; the list is the newer and names the procedure.
    pub fn lay(&self, onto: &mut Procedure) {
        onto.name.clone_from(&self.name);
        onto.listed |= self.listed;
        if let Some(kind) = self.kind {
            onto.kind = kind;
        }
        if !self.fields.is_empty() {
            onto.fields.clone_from(&self.fields);
        }
        if !self.audiences.is_empty() {
            onto.audiences.clone_from(&self.audiences);
        }
        if onto.handling_agencies.is_empty() {
            onto.handling_agencies.clone_from(&self.departments);
        }
        for (mine, theirs) in [
            (&self.portal_id, &mut onto.portal_id),
            (&self.portal_url, &mut onto.portal_url),
            (&self.issuer, &mut onto.issuer),
            (&self.state, &mut onto.source_state),
        ] {
            if mine.is_some() {
                theirs.clone_from(mine);
            }
        }
    }
}
