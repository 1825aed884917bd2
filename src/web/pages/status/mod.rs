//! The state of services for everybody: all of them, one incident, the part of a procedure's page.

pub mod incident;
pub mod lines;
pub mod overview;
pub mod section;
