//! Sources, polling, observations, dossier statistics, service levels, incidents.

pub mod dossier;
pub mod index766;
pub mod field;
pub mod maintenance;
pub mod intake;
pub mod field;
pub mod maintenance;
pub mod model;
pub mod portal;
pub mod observation;
pub mod parameters;
pub mod probe;
pub mod service_level;
