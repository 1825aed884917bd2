//! `/lanh-dao/bo-chi-so-766`: index 766 of every department in a period, and of one down to its numerators.

pub mod department;
pub mod list;
mod period;
mod trend;
mod what_if;
mod words;

/// Where these pages are.
const PATH: &str = "/lanh-dao/bo-chi-so-766";
