//! Asks sources by their rhythm: each slot once, however many processes run on one database.
//!
//! `model` has slots, `standing` what follows from a good or a failed poll; `store`, `claim` and `finish` the SQL of plans,
//! claims and results; `execute` says what a poll is, `network` tells our own network's failures apart; `schedule` runs
//! polls, `ask` is one of them, `result` and `write` keep what they brought, `figures` counts for Prometheus.

pub mod ask;
pub mod claim;
pub mod execute;
pub mod figures;
pub mod finish;
pub mod model;
pub mod network;
pub mod result;
pub mod schedule;
pub mod standing;
pub mod store;
pub mod write;
