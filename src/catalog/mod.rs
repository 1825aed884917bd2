//! The catalog: every administrative procedure with its history, imported whole.
//!
//! `model` says what a procedure is, `source` reads the formats it arrives in, `import` brings it in, `store` keeps it,
//! `starter` is the catalog that the program carries, `units` are provinces and communes, `amend` changes what a decision
//! changes, `compare` says what differs between two versions.

pub mod amend;
pub mod code;
pub mod compare;
pub mod fee;
pub mod import;
pub mod legal;
pub mod model;
pub mod payload;
pub mod source;
pub mod starter;
pub mod store;
pub mod text;
pub mod time_limit;
pub mod units;
