//! The monitor.

mod index766;
//! The monitor: sources, values and their roll-ups, polling.

mod observation;
//! The monitor, and the simulator that its tests poll.

mod simulator;
