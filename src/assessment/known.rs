//! The rows that an evaluation starts from, read for several procedures at once.

use std::collections::HashMap;

use super::flag_store::{self, FlagRow};
use super::model::Claim;
use super::store::{self, AssessmentError, VerdictRow, VolumeRow};
use crate::platform::db::Tx;

/// What is stored about one procedure.
#[derive(Debug, Default)]
pub struct Known {
    /// Claims with their unit, in the order of units.
    pub claims: Vec<(String, Claim)>,
    /// Dossiers.
    pub volumes: Vec<VolumeRow>,
    /// Verdicts in force.
    pub current: Vec<VerdictRow>,
    /// Flags, open or not.
    pub flags: Vec<FlagRow>,
}

/// Reads what is stored about the procedures from `first` to `last`, by code. `since` is the first day of dossiers.
///
/// # Errors
/// [`AssessmentError`]
pub async fn read(
    tx: &mut Tx,
    first: &str,
    last: &str,
    since: &str,
) -> Result<HashMap<String, Known>, AssessmentError> {
    let mut all: HashMap<String, Known> = HashMap::new();
    for (code, unit, claim) in store::claims(tx, first, last).await? {
        all.entry(code).or_default().claims.push((unit, claim));
    }
    for row in store::volumes(tx, first, last, since).await? {
        all.entry(row.code.clone()).or_default().volumes.push(row);
    }
    for row in store::current(tx, first, last).await? {
        all.entry(row.code.clone()).or_default().current.push(row);
    }
    for row in flag_store::of_procedures(tx, first, last).await? {
        all.entry(row.code.clone()).or_default().flags.push(row);
    }
    Ok(all)
}
