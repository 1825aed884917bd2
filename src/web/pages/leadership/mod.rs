//! `/lanh-dao`: the state of the province in one minute, and every number opened into the rows behind it.

mod blocks;
pub mod edition;
pub mod figure;
pub mod report;
mod sheets;
pub mod show;
mod trend;
pub(super) mod words;
