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
mod simulator;
mod sync;
