//! Faults by setting: which there are, when one strikes, and what it does to an answer.

pub mod effect;
pub mod model;
pub mod spec;

pub use model::{Fault, Faults, Stroke};
pub use spec::{FaultsError, parse};
