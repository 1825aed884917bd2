//! The national portal as a source: its list and details of procedures, its reports of index 766.
//!
//! `answer` judges one answer, `client` asks politely and again, `list` walks the list by its cursor, `detail` says whose
//! detail is due, `harvest` brings both into the catalog, `reports` collects index 766, `report` says what happened.
//! docs/SYNC.md describes the manners.

pub mod answer;
pub mod client;
mod detail;
mod harvest;
mod list;
pub mod model;
mod pace;
pub mod poll;
pub mod report;
pub mod reports;
mod request;
pub mod store;

pub(crate) use list::PATH as LIST;
pub(crate) use request::request;

pub use harvest::{HarvestError, Progress, Step, harvest};
pub use model::Settings;
pub use report::HarvestReport;
