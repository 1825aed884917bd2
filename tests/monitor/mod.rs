//! The monitor: sources, values and their roll-ups, polling.

mod observation;
mod probe;
//! The monitor, and the simulator that its tests poll.

mod simulator;
