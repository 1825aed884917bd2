//! A stand-in for the national portal: its real wire formats, captured answers, a one-stop system's dossiers, faults.
//!
//! `captures` holds what is replayed, `portal`, `reporting` and `old_portal` answer as the portal does, `targets` are
//! plain addresses for probes and load tests, `dossiers` makes records of a one-stop system, `faults` breaks answers by
//! setting, `log` counts, `server` puts it together; `year` makes
//! up what a year of work leaves in the database. docs/SIMULATOR.md says what is captured and what is constructed.

pub mod answer;
pub mod captures;
pub mod chance;
pub mod control;
pub mod dossiers;
pub mod faults;
pub mod log;
pub mod old_portal;
pub mod portal;
pub mod reporting;
pub mod server;
pub mod state;
pub mod targets;
pub mod year;

pub use server::{Running, Settings, StartError, start, start_with};
