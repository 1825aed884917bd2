//! The public API, version 1: JSON over what the rooms know.

pub mod account;
pub mod assessment;
pub mod detail;
pub mod dossier_statistics;
pub mod gaps;
pub mod incidents;
pub mod index766;
pub mod initiative_files;
pub mod initiative_views;
pub mod initiatives;
pub mod list;
pub mod maintenances;
pub mod observation_views;
pub mod observations;
pub mod push;
pub mod service_levels;
pub mod shapes;
pub mod source_views;
pub mod source_work;
pub mod sources;
pub mod subscriptions;
pub mod work;
