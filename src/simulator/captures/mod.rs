//! What the simulator answers with: captures of the portal from a folder or a corpus file, or the starter catalog.

pub mod corpus;
pub mod folder;
pub mod load;
pub mod made_up;
pub mod model;

pub use load::{LoadError, load};
pub use model::Captures;
