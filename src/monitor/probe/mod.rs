//! Probes: one address asked, the answer judged, the failure named.

pub mod condition;
