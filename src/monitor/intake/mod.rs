//! Figures that come in from outside the polls: pushed by a program, uploaded as a table, typed in by a person.
//!
//! `actions` takes them in; `model` has what a figure is, `refusal` why one is not taken, `report` what became of them, `number` and `period` read what people write, `table` opens files,
//! `upload` reads their rows.

pub mod actions;
pub mod model;
pub mod number;
pub mod period;
pub mod refusal;
pub mod report;
pub mod table;
pub mod upload;
