//! How an initiative moves: states, steps, roles, preconditions and deadlines as versioned data.
//!
//! The definitions of this program lie in `workflows/`. They go into the database at the first start that knows them and
//! are never changed there; what runs keeps the version it began with.

pub mod model;
pub mod rule;
pub mod store;
