//! Applying amendments, now and at every import.

use jiff::Timestamp;

use super::model::{Amendment, Applied, Part, lines};
use super::store::{self, Kept};
use crate::catalog::import::actions::CHANGE_KIND;
use crate::catalog::model::Procedure;
use crate::catalog::store::{self as catalog_store, NewVersion, StoreError};
use crate::platform::changes;
use crate::platform::db::Tx;
use crate::platform::hash::sha256;

/// Why amendments are not applied.
#[derive(Debug, thiserror::Error)]
pub enum AmendError {
    /// No procedure has the code.
    #[error("there is no procedure {0}")]
    NoProcedure(String),
    /// What is to be changed no longer stands there.
    #[error("procedure {code} no longer has `{before}` as its {part:?}")]
    Misfit {
        /// The procedure.
        code: String,
        /// The part.
        part: Part,
        /// What was to be changed.
        before: String,
    },
    /// Storing failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database failed.
    #[error("the database failed")]
    Sql(#[from] sqlx::Error),
}

/// What decided it.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Its name, such as `SK-2026-0001.2`; it can decide on a procedure once.
    pub name: &'a str,
    /// Number of the publishing decision.
    pub decision: Option<&'a str>,
}

/// Writes a new version of a procedure with its amendments, and the entry in the change log. Gives the version's number.
///
/// # Errors
/// [`AmendError`]; the transaction must be dropped then.
pub async fn amend(
    tx: &mut Tx,
    code: &str,
    amendments: &[Amendment],
    origin: Origin<'_>,
    now: Timestamp,
) -> Result<i64, AmendError> {
    let stored = catalog_store::find(tx, code).await?.ok_or_else(|| AmendError::NoProcedure(code.to_owned()))?;
    let mut procedure = stored.procedure.clone();
    let mut retired_at = stored.retired_at;
    for (position, amendment) in (0..).zip(amendments) {
        if amendment.apply(&mut procedure) == Applied::Misfit {
            let before = amendment.before.clone().unwrap_or_default();
            return Err(AmendError::Misfit { code: code.to_owned(), part: amendment.part, before });
        }
        if amendment.part == Part::Procedure {
            retired_at = retired_at.or(Some(now.as_millisecond()));
        }
        store::insert(tx, origin.name, code, position, amendment, now).await?;
    }
    if let Some(decision) = origin.decision {
        procedure.decision = Some(decision.to_owned());
    }
    let document =
        serde_json::to_string(&procedure).map_err(|source| StoreError::Document { code: code.to_owned(), source })?;
    let payload = catalog_store::payload(tx, &stored.payload_sha256).await?.unwrap_or_default();
    let new = NewVersion {
        code_raw: &stored.code_raw,
        number: stored.version_number + 1,
        valid_from: now,
        retired_at,
        source: origin.name,
        // It still rests on what the source last showed.
        payload_sha256: &stored.payload_sha256,
        payload: &payload,
        payload_size: payload.len(),
        content_sha256: &sha256(document.as_bytes()),
        document: &document,
    };
    catalog_store::write_version(tx, &procedure, new).await?;
    changes::record(tx, CHANGE_KIND, &[code.to_owned()], now).await?;
    Ok(stored.version_number + 1)
}

/// What a source shows of an amendment that was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// It says nothing of the part.
    Nothing,
    /// It still shows what stood before: the amendment is applied again.
    Before,
    /// It shows what was decided.
    After,
    /// It shows something else: the source wins, and the contradiction is kept.
    Else,
}

/// What a source that was read for itself shows of an amendment.
#[must_use]
pub fn shown(amendment: &Amendment, source: &Procedure) -> Shown {
    let there = lines(source, amendment.part);
    let has = |text: &Option<String>| text.as_ref().is_some_and(|text| there.contains(text));
    match amendment.part {
        // A catalog that still lists an abolished procedure has not followed yet; one that retires it says so itself.
        Part::Procedure => Shown::Before,
        Part::OnlineLevel if source.declared_full.is_none() => Shown::Nothing,
        _ if there.is_empty() => Shown::Nothing,
        _ if has(&amendment.before) => Shown::Before,
        _ if has(&amendment.after) || (amendment.after.is_none() && amendment.before.is_some()) => Shown::After,
        // Before it was decided nothing stood there, and still nothing does.
        _ if amendment.before.is_none() => Shown::Before,
        _ => Shown::Else,
    }
}

/// Applies what was decided to a procedure that a source brings, where the source has not followed yet. Gives what is
/// settled thereby, with the word of its state.
pub fn apply_again<'a>(
    standing: &'a [Kept],
    source: &Procedure,
    procedure: &mut Procedure,
) -> Vec<(&'a Kept, &'static str)> {
    let mut settled = Vec::new();
    for kept in standing {
        match shown(&kept.amendment, source) {
            Shown::Before => {
                kept.amendment.apply(procedure);
            }
            Shown::After => settled.push((kept, "fulfilled")),
            Shown::Else => settled.push((kept, "contradicted")),
            Shown::Nothing => {}
        }
    }
    settled
}
