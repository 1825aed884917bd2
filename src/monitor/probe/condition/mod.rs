//! Conditions: a small language that says what a good answer is, read once and judged on each answer.
//!
//! ```text
//! condition = subject test
//! subject   = status | body | json PATH | header "name" | certificate_days
//!           | dns_ms | connect_ms | tls_ms | first_byte_ms | transfer_ms | total_ms
//! test      = ("==" | "!=" | "<" | "<=" | ">" | ">=") value
//!           | ["not"] "in" NUMBER ".." NUMBER        both ends included
//!           | ["not"] "contains" "text"              body, json, header
//!           | ["not"] "matches" "regular expression" body, json, header
//! value     = NUMBER | "text" | true | false | null  the last three for json
//! ```
//!
//! Inside quotes `\"` is a quote and `\\` a backslash; any other backslash stays, so that regular expressions read as usual.

mod evaluate;
mod parse;
#[cfg(test)]
mod tests;
mod tokens;
mod tree;

pub use evaluate::Seen;
pub use tree::{Condition, ConditionError};
