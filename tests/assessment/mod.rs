//! The assessment: the rule, the lint on real text, verdicts kept current, the API and the board.

mod api;
mod board;
mod canada;
mod current;
mod flags;
mod gap;
pub mod given;
mod history;
mod lint;
mod list;
mod national;
mod properties;
mod rule;
mod samples;
mod volumes;
mod weighing;
mod work;
