//! Being signed in: sessions of browsers, tokens of programs.

pub mod actions;
pub mod store;
