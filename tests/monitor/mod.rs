//! The monitor.

mod index766;
//! The monitor: sources, values and their roll-ups, polling.

mod observation;
