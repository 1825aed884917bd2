//! Requests this program makes to others: one at a time, every address checked, nothing unlimited.
//!
//! A request goes: resolve the name; check **every** address against the guard; connect to exactly an address that was
//! checked, so that a name which changes its mind in between changes nothing; TLS, which cannot be switched off; send; read
//! with a limit. Redirects begin again at the first step. One limit of time stands over all of it.

pub mod answer;
mod body;
pub mod client;
mod exchange;
pub mod guard;
pub mod request;
pub mod resolve;
mod stopwatch;
mod tls;

pub use answer::{Answer, Failed, Phases, Why};
pub use client::Client;
pub use request::{Limits, Request};
pub use resolve::{Resolve, SystemResolver};
