//! Sources, polling, observations, dossier statistics, service levels, incidents.

pub mod model;
pub mod observation;
pub mod poll;
pub mod probe;
pub mod source;
