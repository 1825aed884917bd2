//! Probes: one address asked, the answer judged, the failure named; and figures read from JSON documents.

pub mod condition;
pub mod model;
mod number;
mod period;
mod pull;
mod run;
pub mod trial;
mod wall;

pub use model::{HttpProbe, JsonPull, Outcome, Reading, Validators};
pub use pull::json_pull;
pub use run::http_probe;
