//! Importing procedures: a file in, a report out, nothing lost on the way.
//!
//! `lines` cuts the input into records, `actions` compares each with what is stored and writes new versions,
//! `report` says what happened.

pub mod actions;
pub mod lines;
pub mod report;
mod store;
