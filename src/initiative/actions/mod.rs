//! What people do to initiatives. Each action is one transaction with its audit entry.

pub mod begin;
pub mod directive;
pub mod error;
pub mod file;
pub mod follow;
pub mod need;
pub mod part;
pub mod plan;
pub mod step;
pub mod tell;
pub mod vote;
pub mod write;
