//! The monitor.

mod index766;
