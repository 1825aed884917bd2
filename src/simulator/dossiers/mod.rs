//! Dossiers of a made-up one-stop system as `HoSoDongBoDVC` records (DOMAIN.md 5.3): same seed, same bytes.

pub mod applicant;
pub mod feed;
pub mod generator;
pub mod life;
pub mod plan;
pub mod record;
pub mod time;

pub use applicant::Applicant;
pub use feed::Feed;
pub use generator::Generator;
pub use life::Dossier;
pub use plan::{Plan, Procedures};
