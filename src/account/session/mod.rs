//! Being signed in: sessions of browsers, tokens of programs.

pub mod actions;
mod lock;
pub mod lock_store;
pub mod own;
mod sign_in;
pub mod store;
