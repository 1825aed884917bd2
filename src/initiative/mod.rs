//! Reform initiatives: proposals that change procedures, how they are decided, and what became of them.

pub mod burden;
pub mod cost;
pub mod vote;
