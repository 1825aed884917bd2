//! Sources, polling, observations, dossier statistics, service levels, incidents.

pub mod dossier;
pub mod field;
pub mod incident;
pub mod index766;
pub mod intake;
pub mod maintenance;
pub mod metrics;
pub mod model;
pub mod notify;
pub mod observation;
pub mod parameters;
pub mod poll;
pub mod portal;
pub mod probe;
pub mod service_level;
pub mod source;
