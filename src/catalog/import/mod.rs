//! Importing procedures: a file in, a report out, nothing lost on the way.
//!
//! `lines` cuts a file into records, `run` compares each with what is stored and writes new versions, `actions` puts a
//! file through a run, `report` says what happened. Whatever else brings records, such as a visit to the portal, lets a
//! run take them batch by batch.

pub mod actions;
mod clash;
pub mod lines;
pub mod report;
pub mod run;
mod store;
