//! Everything that is tested from outside, in one binary.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod account;
mod architecture;
mod assessment;
mod board;
mod catalog;
mod dashboards;
mod initiative;
mod monitor;
mod platform;
mod search;
mod simulator;
mod support;
mod web;
