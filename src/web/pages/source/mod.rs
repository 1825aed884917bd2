//! Sources of figures for people: the list, one source, the form with its trial, figures typed in and uploaded.

pub mod definition;
pub mod entry;
pub mod faults;
pub mod fields;
pub mod form;
pub mod list;
pub mod paste;
pub mod received;
pub mod report;
pub mod sample;
pub mod show;
pub mod words;
