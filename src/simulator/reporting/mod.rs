//! Reports of index 766: captured answers for the departments they were captured of, constructed ones for the others.

pub mod answers;
pub mod formalities;
pub mod metrics;
pub mod places;
pub mod points;
pub mod request;
pub mod results;
pub mod trees;
