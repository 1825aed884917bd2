//! Finding procedures the way people speak: the only room that names tantivy.
//!
//! `analysis` reads text, `knowledge` is the data in `index/`, `query` understands what was typed (with `spelling` and
//! `telex`), `names` and `rank` find and order, `index` keeps documents on disk, `engine` follows the change log,
//! `find` puts it together, `judge` measures it.

pub mod analysis;
pub mod document;
pub mod engine;
pub mod find;
pub mod index;
pub mod judge;
pub mod knowledge;
pub mod names;
pub mod query;
pub mod rank;
pub mod spelling;
pub mod telex;
pub mod vocabulary;
