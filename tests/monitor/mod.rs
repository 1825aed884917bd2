//! The monitor: sources, values and their roll-ups, polling, dossiers counted without keeping who applied.
//! The monitor: sources, polling, values, dossiers, index 766, service levels, and the simulator that tests poll.

mod assessed;
mod dossiers;
mod given;
mod index766;
mod judged;
mod observation;
mod privacy;
mod probe;
mod records;
mod service;
mod simulator;
