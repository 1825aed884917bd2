//! Index 766 of administrative service quality, as the national portal reports it.
//!
//! `read` takes an answer of a reporting endpoint apart into figures, `store` keeps each figure with where and when it was
//! read, `score` computes points from numerators by the dated formulas, `actions` takes answers in, `scores` answers
//! questions, `standing` compares departments, `gain` says what an indicator would add. What the portal published and what follows from the numerators stand side by side; the published score is the official one.
//! docs/INDEX-766.md says what can be reproduced.

pub mod actions;
mod check;
pub mod decimal;
pub mod directory;
pub mod gain;
pub mod model;
pub mod period;
pub mod period_store;
pub mod read;
pub mod readings;
mod rows;
pub mod rule_store;
pub mod rules;
pub mod score;
pub mod scores;
pub mod standing;
pub mod store;
