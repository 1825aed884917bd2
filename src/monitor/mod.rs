//! Sources, polling, observations, dossier statistics, service levels, incidents.

pub mod model;
pub mod dossier;
