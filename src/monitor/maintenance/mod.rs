//! Planned stops of services: announced, ended, called off, and whether the notice came in time.
//!
//! NĐ 224/2026 Đ13 asks for a notice of at least 7 working days, with the time at which the service is back. Only such a
//! stop is left out of service levels, and only up to that time; the others count, and are marked.

pub mod actions;
pub mod list_store;
pub mod model;
pub mod rule;
pub mod store;
