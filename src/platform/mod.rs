//! What every room stands on: databases, clock, problems, change log, jobs, metrics.

pub mod changes;
pub mod clock;
pub mod db;
pub mod hash;
pub mod jobs;
pub mod metrics;
pub mod problem;
pub mod rows;
pub mod telemetry;
pub mod word;
