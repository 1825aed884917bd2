//! Sources of figures: one definition for API, screen and file, kept with its history.
//!
//! `model` has the words, `read` takes a definition from JSON, `check` says what cannot be used, `store` is the SQL,
//! `kept` reads sources, `actions` is what people do: put, switch on and off, load a file, issue a token.

pub mod actions;
pub mod check;
pub mod examine;
pub mod file;
pub mod kept;
pub mod model;
pub mod overview;
pub mod read;
pub mod store;
pub mod trial;
