//! Dossiers as one-stop systems send them, counted by procedure, unit, channel and day without keeping who applied.
//!
//! `record` reads the few fields that are needed and drops the rest, `reader` hashes the dossier's code and sets aside
//! what cannot be counted, `judge` says on time or late, `merge` what changes in the counts, `bulk` and `store` keep
//! them, `actions` takes files and chunks in. docs/DOSSIERS.md has the rules.

pub mod actions;
pub mod agency;
pub mod bulk;
pub mod counts;
pub mod facts;
pub mod groups;
pub mod intake;
pub mod judge;
pub mod limits;
pub mod lists;
pub mod merge;
pub mod model;
pub mod moment;
pub mod months;
pub mod months_store;
pub mod performance;
pub mod reader;
pub mod record;
pub mod store;
pub mod sums;
pub mod volumes;
pub mod wire;
