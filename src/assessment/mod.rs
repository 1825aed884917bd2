//! End to end or not: dated claims about eleven points of a procedure, and what follows from them.
//!
//! `model` has the words, `verdict` the rule, `flag` what is raised as work, `derive` and `lint` what the catalog's own
//! text says, `profile` the same points as other countries count them. `actions` keeps verdicts current.

pub mod actions;
pub mod board;
pub mod decide;
pub mod derive;
pub mod flag;
pub mod flag_store;
pub mod known;
pub mod lint;
pub mod model;
pub mod parameters;
pub mod profile;
pub mod record;
pub mod store;
pub mod subject;
pub mod take_over;
pub mod usage;
pub mod verdict;
pub mod volumes;
