//! What leadership steers by: key figures with targets and trends, what stands behind each, what was gained.
//!
//! `figure` says what each figure counts, `dossiers` and `verdicts` count it, `picture` puts a period together,
//! `breakdown` opens a figure into the rows behind it. Pages, API, workbook and CSV show the same picture.
//! docs/BOARD.md has the formulas.

pub mod breakdown;
pub mod document;
pub mod dossiers;
pub mod edition;
pub mod edition_store;
pub mod figure;
pub mod gain;
pub mod model;
pub mod months;
pub mod picture;
pub mod store;
pub mod verdicts;
pub mod what_if;
