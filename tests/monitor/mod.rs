//! The monitor: sources, values and their roll-ups, polling, and the simulator that tests poll.

mod index766;
mod observation;
mod simulator;
mod sync;
