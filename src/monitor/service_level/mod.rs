//! Service levels: what is promised, how it is counted, what is left of the budget, who is told.
//!
//! `model` has the words, `check` and `legal` the validator; `window`, `rhythm`, `interval`, `budget` and `burn` the
//! arithmetic; `line`, `came`, `measure` and `alarm` read what was measured and make a `report` of it. docs/SERVICE-LEVELS.md has
//! the formulas.

pub mod actions;
pub mod alarm;
pub mod alert;
pub mod alert_store;
pub mod budget;
pub mod burn;
pub mod came;
pub mod check;
pub mod evaluate;
pub mod figure;
pub mod interval;
pub mod legal;
pub mod line;
pub mod list_store;
pub mod measure;
pub mod model;
pub mod policy;
pub mod report;
pub mod report_store;
pub mod rhythm;
pub mod scope_store;
pub mod store;
pub mod version_store;
pub mod window;
