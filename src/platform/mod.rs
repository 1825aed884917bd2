//! What every room stands on: databases, clock, problems, change log, jobs, metrics, requests to others.

pub mod calendar;
pub mod changes;
pub mod clock;
pub mod db;
pub mod files;
pub mod hash;
pub mod http;
pub mod jobs;
pub mod metrics;
pub mod problem;
pub mod rows;
pub mod telemetry;
pub mod word;
