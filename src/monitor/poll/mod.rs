//! Asks sources by their rhythm: each slot once, however many processes run on one database.
//!
//! `model` has slots and what follows from a good or a failed poll, `store` and `claim` the SQL of plans, claims and results, `execute` what
//! a poll is, `write` keeps results, `schedule` runs it all, `network` tells our own network's failures apart, `figures`
//! counts for Prometheus.

pub mod claim;
pub mod model;
pub mod store;
