//! Who is told of alerts and incidents: in the program, by webhook, by e-mail.
//!
//! `tell` writes a notification for each subscription in the transaction that changed something, once for each event.
//! `deliver` sends what leaves the program: claimed by lease, tried again with growing pauses, given up in the end.

pub mod actions;
pub mod deliver;
pub mod delivery_store;
pub mod inbox_store;
pub mod mail;
pub mod model;
pub mod store;
pub mod tell;
pub mod webhook;
