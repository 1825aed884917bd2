//! Incidents: services that do not answer, found by themselves, merged by cause, with the procedures that stand still.
//!
//! `model` is the state machine of one source, `actions` follows what was measured and opens and closes, `live` says how
//! a source or a procedure is now and was on each of the last days.

pub mod actions;
pub mod board;
pub mod board_store;
pub mod follow_store;
pub mod live;
pub mod model;
pub mod store;
