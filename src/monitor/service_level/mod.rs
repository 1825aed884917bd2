//! Service levels: what is promised, how it is counted, what is left of the budget, who is told.
//!
//! `model` has the words, `check` and `legal` the validator, `window`, `interval`, `budget` and `burn` the arithmetic,
//! `policy` says in words how a figure was counted. docs/SERVICE-LEVELS.md has the formulas.

pub mod budget;
pub mod burn;
pub mod check;
pub mod interval;
pub mod legal;
pub mod model;
pub mod window;
