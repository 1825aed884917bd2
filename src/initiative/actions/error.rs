//! Why something is not done to an initiative, and who may see one.

use crate::account::model::{Actor, Tree};
use crate::account::store as account_store;
use crate::assessment::store::AssessmentError;
use crate::catalog::amend::actions::AmendError;
use crate::catalog::store::StoreError;
use crate::initiative::store::initiative::{self, Initiative};
use crate::initiative::workflow::rule::NotTheirs;
use crate::initiative::workflow::store::WorkflowStoreError;
use crate::monitor::field::FieldError;
use crate::monitor::parameters::ParameterError;
use crate::platform::db::Tx;

/// Why something is not done.
#[derive(Debug, thiserror::Error)]
pub enum InitiativeError {
    /// There is none with this number, or none that they may see.
    #[error("there is no such initiative")]
    Missing,
    /// Somebody was faster.
    #[error("somebody else has changed the initiative since it was read")]
    Conflict,
    /// The step does not lead out of this state.
    #[error("`{step}` is not possible now: {state} allows {}", list(allowed))]
    Illegal {
        /// What was wanted.
        step: String,
        /// Where it stands.
        state: String,
        /// What is possible instead.
        allowed: Vec<String>,
    },
    /// It is decided or being decided: its text is no longer changed.
    #[error("the initiative has been handed over: its text is changed when it comes back for revision")]
    Frozen,
    /// It is not for them.
    #[error(transparent)]
    NotTheirs(#[from] NotTheirs),
    /// Fields are wrong.
    #[error("{}", crate::monitor::field::line(.0))]
    Invalid(Vec<FieldError>),
    /// The catalog could not be changed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The workflow cannot be had.
    #[error(transparent)]
    Workflow(#[from] WorkflowStoreError),
    /// A number that law or policy sets is missing.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The flag could not be read.
    #[error(transparent)]
    Assessment(#[from] AssessmentError),
    /// Bytes of a file could not be kept or read.
    #[error("a file could not be kept or read")]
    File(#[from] std::io::Error),
    /// The database failed.
    #[error("the database failed")]
    Sql(#[from] sqlx::Error),
}

fn list(words: &[String]) -> String {
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

impl InitiativeError {
    /// One wrong field.
    #[must_use]
    pub fn field(field: &str, message: &str, vietnamese: &str) -> Self {
        Self::Invalid(vec![FieldError::new(field, message, vietnamese)])
    }
}

impl From<AmendError> for InitiativeError {
    fn from(error: AmendError) -> Self {
        match error {
            AmendError::Store(error) => Self::Store(error),
            AmendError::Sql(error) => Self::Sql(error),
            AmendError::NoProcedure(code) => {
                let message = format!("the catalog has no procedure {code}");
                Self::field("changes", &message, &format!("không còn thủ tục {code} trong danh mục"))
            }
            AmendError::Misfit { ref code, part, ref before } => {
                let vietnamese = format!("thủ tục {code} không còn “{before}” ở mục {}", part.name());
                Self::field("changes", &error.to_string(), &vietnamese)
            }
        }
    }
}

/// Whether somebody acts for the organisation of an initiative.
///
/// # Errors
/// When the database fails.
pub async fn acts(tx: &mut Tx, actor: &Actor, organisation_id: Option<&str>) -> Result<bool, sqlx::Error> {
    match organisation_id {
        Some(_) => Ok(acts_in(&account_store::tree(tx).await?, actor, organisation_id)),
        None => Ok(acts_in(&Tree::default(), actor, None)),
    }
}

/// The same in a tree that was read.
#[must_use]
pub fn acts_in(tree: &Tree, actor: &Actor, organisation_id: Option<&str>) -> bool {
    organisation_id.map_or(actor.organisation_id.is_none(), |id| actor.acts_for(id, tree))
}

/// Whether somebody may see an initiative that is not public: those it belongs to, those who had a part in it, and those
/// who appraise or decide once it has been submitted.
#[must_use]
pub fn may_see(item: &Initiative, actor: &Actor, acts: bool) -> bool {
    item.is_public || inside(item, actor, acts)
}

/// Whether somebody may see an initiative also while it is not public.
#[must_use]
pub fn inside(item: &Initiative, actor: &Actor, acts: bool) -> bool {
    use crate::account::model::Role::{Admin, Appraiser, Approver, Auditor};
    acts || item.held.iter().any(|held| held.user_id == actor.id.as_str())
        || (item.submitted_at.is_some() && actor.has_any(&[Appraiser, Approver, Auditor, Admin]))
}

/// An initiative that somebody may see, and whether they act for it.
///
/// # Errors
/// [`InitiativeError::Missing`]
pub async fn load(tx: &mut Tx, actor: &Actor, id: &str) -> Result<(Initiative, bool), InitiativeError> {
    if id.contains('\0') {
        return Err(InitiativeError::Missing);
    }
    let item = initiative::find(tx, id).await?.ok_or(InitiativeError::Missing)?;
    let acts = acts(tx, actor, item.organisation_id.as_deref()).await?;
    if may_see(&item, actor, acts) { Ok((item, acts)) } else { Err(InitiativeError::Missing) }
}
