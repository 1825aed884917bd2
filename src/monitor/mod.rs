//! Sources, polling, observations, dossier statistics, service levels, incidents.

pub mod dossier;
pub mod field;
pub mod incident;
pub mod intake;
pub mod maintenance;
pub mod model;
pub mod notify;
pub mod observation;
pub mod parameters;
pub mod probe;
pub mod service_level;
