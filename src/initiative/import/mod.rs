//! Drafts of initiatives out of a workbook: `model` the columns and how cells are read, `read` rows to drafts,
//! `actions` what is made of them. A draft is written by the same actions as one that is typed in.

pub mod actions;
pub mod model;
pub mod read;
pub mod store;
