//! Reform initiatives: proposals that change procedures, how they are decided, and what became of them.
//!
//! `workflow` is how each track moves, as data; `record` what an initiative says; `cost` the compliance cost, `vote` the
//! vote, `similar` what is alike, `burden`, `measured`, `total` and `file` the rules of their names, `plan` how a measure is
//! put into force, `directive` the tasks of directives; `import` reads workbooks. `actions` is what people do, each one
//! transaction.

pub mod actions;
pub mod burden;
pub mod burden_list;
pub mod cost;
pub mod directive;
pub mod file;
pub mod given;
pub mod import;
pub mod measured;
pub mod model;
pub mod plan;
pub mod record;
pub mod similar;
pub mod store;
pub mod total;
pub mod unapplied;
pub mod vote;
pub mod workflow;
