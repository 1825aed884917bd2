//! The public API, version 1: JSON over what the rooms know.

pub mod assessment;
pub mod account;
pub mod detail;
pub mod gaps;
pub mod list;
pub mod shapes;
