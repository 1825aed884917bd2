//! The starter catalog: the most used procedures as facts with our own short texts, so that the program means something
//! without a file to import or a network.

use jiff::Timestamp;

use super::import::actions::{Options, import};
use super::import::lines::Lines;
use super::import::report::Report;
use super::store::StoreError;
use crate::platform::db::Db;

/// One procedure a line, in the `starter` format of [`super::source`].
pub const PROCEDURES: &str = include_str!("starter.jsonl");

/// The name of the source.
pub const SOURCE: &str = "starter";

/// The day the facts were gathered, as an instant: 18 July 2026, Vietnam time.
const AS_OF_MILLISECOND: i64 = 1_784_307_600_000;

/// Imports the starter catalog; a second time changes nothing.
///
/// # Errors
/// [`StoreError`]
pub async fn load(db: &Db, now: Timestamp) -> Result<Report, StoreError> {
    let options = Options {
        source: SOURCE.to_owned(),
        dry_run: false,
        complete: false,
        as_of: Timestamp::from_millisecond(AS_OF_MILLISECOND).unwrap_or(now),
    };
    import(db, Lines::of_text(PROCEDURES.as_bytes()), &options, now, &mut |_, _| {}).await
}
