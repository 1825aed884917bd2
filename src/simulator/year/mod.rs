//! A year in a province, made up from a seed: what the pages show when offices have worked with the program for a year.
//!
//! Everything follows from the seed and the instant at which the year ends. `plan` has months, chance and what befalls
//! the province, `build` makes the parts one after another (`people`, `units`, `dossiers` by `dossiers_story` and
//! `dossiers_life`, `verdicts`, `index766`, `services`, `initiatives`), `store` remembers what was made. No dossier of
//! anybody is kept: only counts are. docs/DEMO.md says what there is to find.

pub mod build;
pub mod dossiers;
mod dossiers_life;
pub mod dossiers_story;
pub mod index766;
pub mod initiatives;
pub mod people;
pub mod plan;
pub mod services;
pub mod store;
pub mod units;
pub mod verdicts;

use crate::account::actions::AccountError;
use crate::assessment::decide::DecideError;
use crate::assessment::record::RecordError;
use crate::assessment::store::AssessmentError;
use crate::catalog::store::StoreError;
use crate::catalog::units::UnitsError;
use crate::initiative::actions::error::InitiativeError;
use crate::initiative::workflow::store::WorkflowStoreError;
use crate::monitor::dossier::actions::DossierError;
use crate::monitor::index766::actions::TakeError;
use crate::monitor::maintenance::actions::MaintenanceError;
use crate::monitor::parameters::ParameterError;
use crate::monitor::service_level::store::ServiceLevelError;
use crate::monitor::source::kept::SourceError;

/// Why a year cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum YearError {
    /// The database failed.
    #[error("the database failed")]
    Sql(#[from] sqlx::Error),
    /// The catalog.
    #[error(transparent)]
    Catalog(#[from] StoreError),
    /// Units.
    #[error(transparent)]
    Units(#[from] UnitsError),
    /// People.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Counts of dossiers.
    #[error(transparent)]
    Dossiers(#[from] DossierError),
    /// Verdicts.
    #[error(transparent)]
    Assessment(#[from] AssessmentError),
    /// Claims.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Decisions about flags.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// Index 766.
    #[error(transparent)]
    Index766(#[from] TakeError),
    /// Initiatives.
    #[error(transparent)]
    Initiative(#[from] InitiativeError),
    /// Workflows of initiatives.
    #[error(transparent)]
    Workflow(#[from] WorkflowStoreError),
    /// Sources.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Planned stops.
    #[error(transparent)]
    Maintenance(#[from] MaintenanceError),
    /// Service levels.
    #[error(transparent)]
    ServiceLevel(#[from] ServiceLevelError),
    /// A number that law or policy sets is missing.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// Data inside the program that cannot be read.
    #[error("{0} inside the program cannot be read: {1}")]
    Data(&'static str, String),
    /// Making the year that is there was broken off.
    #[error("the year that is there was not finished: delete the data folder and start again")]
    Unfinished,
}
