//! Initiatives and directives of the year.

use super::YearError;
use super::people::People;
use super::plan::Plan;
use crate::platform::db::Db;

/// Makes them.
///
/// # Errors
/// [`YearError`]
pub async fn build(_db: &Db, _plan: &Plan, _people: &People) -> Result<(), YearError> {
    Ok(())
}
