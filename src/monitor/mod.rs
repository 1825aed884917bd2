//! Sources, polling, observations, dossier statistics, service levels, incidents.

pub mod intake;
pub mod dossier;
pub mod model;
pub mod observation;
pub mod probe;
