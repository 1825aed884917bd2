//! The working calendar: days off, working Saturdays and hours of work as data, and due dates counted with them.
//!
//! `model` counts, `hours` knows the hours of a day, `import` reads a year from a file, `store` keeps it.

pub mod hours;
pub mod import;
pub mod model;
pub mod store;
