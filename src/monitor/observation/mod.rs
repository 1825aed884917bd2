//! Values of series: kept as they came, summed up by five minutes, hour and day, dropped when their time is over.
//!
//! `model` has the words, `rollup` the sums; `series`, `store`, `window_store`, `horizon` and `partition` the SQL;
//! `record` takes values in, `question` answers, `retention` drops.

pub mod horizon;
pub mod model;
pub mod page_store;
pub mod partition;
pub mod question;
pub mod record;
pub mod retention;
pub mod rollup;
pub mod series;
pub mod store;
pub mod window_store;
