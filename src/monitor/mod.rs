//! Sources, polling, observations, dossier statistics, service levels, incidents.

pub mod index766;
pub mod model;
pub mod observation;
pub mod portal;
pub mod probe;
