//! Reform initiatives: proposals that change procedures, how they are decided, and what became of them.
//!
//! `workflow` is how each track moves, as data; `record` what an initiative says; `cost` the compliance cost, `vote` the
//! vote, `burden`, `measured`, `total` and `file` the rules of their names; `import` reads workbooks. `actions` is what people do, each one transaction.

pub mod actions;
pub mod burden;
pub mod cost;
pub mod file;
pub mod given;
pub mod import;
pub mod measured;
pub mod model;
pub mod record;
pub mod store;
pub mod total;
pub mod vote;
pub mod workflow;
