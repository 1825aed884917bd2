//! Toàn Trình: a searchable catalog of Vietnam's administrative procedures that tracks reform, polls online-service
//! metrics, and flags every procedure that is not yet fully online end to end.
//!
//! ARCHITECTURE.md has the map. Rooms use rooms further down this list, never further up.

pub mod app;
pub mod cli;
pub mod web;

pub mod simulator;

pub mod board;

pub mod initiative;

pub mod assessment;

pub mod monitor;

pub mod search;

pub mod catalog;

pub mod account;

pub mod config;
pub mod platform;
