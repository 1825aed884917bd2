//! Sources as they are kept: one, all, as they were, by token; and why something about them may fail.

use super::file::FileError;
use super::model::Definition;
use super::store::{self, SourceRow, VersionRow};
use crate::account::secret::{NoRandomness, Secret};
use crate::monitor::probe::model::FieldError;
use crate::platform::db::Tx;

/// Why something about sources failed; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Fields are wrong.
    #[error("{}", said(.0))]
    Invalid(Vec<FieldError>),
    /// It has changed since it was read, or is there already.
    #[error("the source is at version {0}, read it again")]
    Conflict(i64),
    /// No source has the id.
    #[error("there is no source `{0}`")]
    Unknown(String),
    /// Only what is sent to us has a token.
    #[error("the source takes no token: only push sources and dossier feeds do")]
    NoToken,
    /// The caller may not change sources.
    #[error("only a metric owner or an administrator may change sources")]
    Forbidden,
    /// A definition was stored by a newer program, or changed by hand.
    #[error("the definition of `{0}` cannot be read: {1}")]
    Stored(String, String),
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The system.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The database failed.
    #[error("the database failed")]
    Sql(#[from] sqlx::Error),
}

fn said(wrong: &[FieldError]) -> String {
    wrong.iter().map(|one| format!("{} {}", one.field, one.message)).collect::<Vec<_>>().join("; ")
}

/// A source as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What it is.
    pub definition: Definition,
    /// Whether it is on.
    pub enabled: bool,
    /// Counts changes, so that nobody overwrites what they have not seen.
    pub version: i64,
    /// Whether a token has been issued.
    pub has_token: bool,
    /// Epoch milliseconds.
    pub created_at: i64,
    /// Epoch milliseconds.
    pub changed_at: i64,
}

impl TryFrom<SourceRow> for Source {
    type Error = SourceError;

    fn try_from(row: SourceRow) -> Result<Self, SourceError> {
        Ok(Self {
            definition: stored(&row.id, &row.definition)?,
            enabled: row.enabled == 1,
            version: row.version,
            has_token: row.token_sha256.is_some(),
            created_at: row.created_at,
            changed_at: row.changed_at,
        })
    }
}

/// Reads a definition as it is stored.
///
/// # Errors
/// [`SourceError::Stored`]
pub fn stored(id: &str, json: &str) -> Result<Definition, SourceError> {
    serde_json::from_str(json).map_err(|error| SourceError::Stored(id.to_owned(), error.to_string()))
}

/// A source as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Number, from 1.
    pub version: i64,
    /// What it was.
    pub definition: Definition,
    /// Whether it was on.
    pub enabled: bool,
    /// Since when, epoch milliseconds.
    pub changed_at: i64,
    /// Who changed it to this, as they were called then.
    pub changed_by: String,
}

/// The source that is on and that a token belongs to.
///
/// # Errors
/// [`SourceError`]
pub async fn of_token(tx: &mut Tx, secret: &Secret) -> Result<Option<Source>, SourceError> {
    store::find_by_token(tx, &secret.sha256()).await?.map(Source::try_from).transpose()
}

/// One source; `None` when there is none.
///
/// # Errors
/// [`SourceError`]
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Source>, SourceError> {
    store::find(tx, id).await?.map(Source::try_from).transpose()
}

/// At most `limit` sources whose id follows `after`, in order; begin with an empty one.
///
/// # Errors
/// [`SourceError`]
pub async fn list(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<Source>, SourceError> {
    store::list(tx, after, limit).await?.into_iter().map(Source::try_from).collect()
}

/// At most `limit` versions of a source before one, newest first; begin with [`i64::MAX`].
///
/// # Errors
/// [`SourceError`]
pub async fn history(tx: &mut Tx, id: &str, before: i64, limit: i64) -> Result<Vec<Version>, SourceError> {
    let rows = store::versions(tx, id, before, limit).await?;
    let read = |row: VersionRow| {
        Ok(Version {
            version: row.version,
            definition: stored(id, &row.definition)?,
            enabled: row.enabled == 1,
            changed_at: row.changed_at,
            changed_by: row.changed_by,
        })
    };
    rows.into_iter().map(read).collect()
}
