//! The monitor: sources, polling, values, dossiers, index 766, service levels, and the simulator that tests poll.

mod assessed;
mod commands;
mod dossiers;
mod faulted;
pub mod given;
pub mod index766;
mod intake;
mod judged;
mod observation;
pub mod poll;
mod privacy;
mod probe;
mod records;
mod replicas;
pub mod running;
pub mod service;
mod shown;
mod simulator;
mod source;
mod sync;
