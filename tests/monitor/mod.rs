//! The monitor: sources, values and their roll-ups, polling, dossiers counted without keeping who applied.

mod assessed;
mod dossiers;
mod given;
mod judged;
mod observation;
mod privacy;
mod probe;
mod records;
