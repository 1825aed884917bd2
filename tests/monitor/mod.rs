//! The monitor: sources, values and their roll-ups, polling.

mod observation;
mod poll;
mod replicas;
mod running;
mod source;
