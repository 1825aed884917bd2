//! The monitor: dossiers counted without keeping who applied.

mod assessed;
mod dossiers;
mod given;
mod judged;
mod privacy;
mod records;
mod shown;
