//! Service levels, planned stops, incidents, notifications: every rule, on both databases.

mod alerts;
mod checks;
pub mod given;
mod incidents;
mod labels;
mod months;
mod notices;
mod pages;
mod prometheus;
mod recount;
mod stops;
mod windows;
