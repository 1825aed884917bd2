//! Asks sources by their rhythm: each slot once, however many processes run on one database.
//!
//! `model` has slots and what follows from a good or a failed poll; `store` and `claim` the SQL of plans, claims and
//! results; `execute` says what a poll is, `network` tells our own network's failures apart; `schedule` runs polls,
//! `result` and `write` keep what they brought, `figures` counts for Prometheus.

pub mod claim;
pub mod execute;
pub mod figures;
pub mod model;
pub mod network;
pub mod result;
pub mod schedule;
pub mod store;
pub mod write;
