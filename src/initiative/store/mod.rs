//! SQL of initiatives: what they say and where they stand, what was done to them, and what hangs on them.

pub mod directive;
pub mod file;
pub mod history;
pub mod initiative;
pub mod list;
pub mod part;
pub mod plan;
pub mod waiting;
