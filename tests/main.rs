//! Everything that is tested from outside, in one binary.

mod architecture;
mod catalog;
mod platform;
mod search;
mod support;
mod web;
