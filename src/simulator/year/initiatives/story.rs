//! The stories of initiatives, as `stories.toml` tells them.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::initiative::model::{MeasureType, Objective, Place, Track};
use crate::initiative::record::Change;
use crate::simulator::year::YearError;

const STORIES: &str = include_str!("stories.toml");

/// Everything that is told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Book {
    /// What many of them say.
    pub texts: Texts,
    /// Reasons that are given with a step, by its word.
    pub reasons: BTreeMap<String, String>,
    /// The initiatives.
    pub initiative: Vec<Story>,
}

/// What many initiatives say.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// Duration and resources of an innovation proposal.
    pub resources: String,
    /// Where an initiative can be applied that asks for recognition.
    pub applicability: String,
    /// Position of those who propose.
    pub position: String,
    /// What somebody does for a case.
    pub activity: String,
    /// Field of application.
    pub field: String,
    /// Names of the stages of a measure.
    pub stages: Vec<String>,
    /// What an appraisal says of each criterion.
    pub necessity: String,
    /// The second.
    pub reasonableness: String,
    /// The third.
    pub legality: String,
    /// The fourth.
    pub cost: String,
    /// Where wage and counts come from.
    pub source: String,
    /// Encouragement that a conclusion gives.
    pub liability: String,
    /// Why somebody takes no part in a vote.
    pub recusal: String,
}

/// One initiative.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// The law it follows.
    pub track: Track,
    /// Agency code of its organisation.
    pub agency: String,
    /// Steps that it takes as a whole.
    pub walk: String,
    /// Working days before the end on which it came to stand where it stands.
    pub since: usize,
    /// One line.
    pub title: String,
    /// For everybody.
    pub summary: String,
    /// Why; for an innovation proposal also its bottleneck.
    pub reasons: String,
    /// What is said of burden that a change may add.
    #[serde(default)]
    pub impact: String,
    /// What it serves.
    pub objectives: Vec<Objective>,
    /// Which text is silent.
    #[serde(default)]
    pub gap: String,
    /// What is done, on the tracks other than simplification.
    #[serde(default)]
    pub content: String,
    /// What comes of it.
    #[serde(default)]
    pub benefit: String,
    /// Measures; on the other tracks the one that it begins with.
    #[serde(default)]
    pub measures: Vec<Told>,
}

/// One measure.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// What it does.
    pub kind: MeasureType,
    /// Who can put it into force.
    #[serde(default)]
    pub place: Place,
    /// One line.
    pub title: String,
    /// What is simplified.
    pub content: String,
    /// Articles that have to change.
    #[serde(default)]
    pub recommendation: String,
    /// Hundredths of an hour a case, before and after.
    pub hours: [i64; 2],
    /// Đồng a case, before and after.
    #[serde(default)]
    pub fees: [i64; 2],
    /// Cases a year that are promised.
    pub subjects: i64,
    /// Steps that it takes for itself.
    #[serde(default)]
    pub of: String,
    /// Procedures, where it changes no field.
    #[serde(default)]
    pub codes: Vec<String>,
    /// Exact changes.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// An act that has to be signed.
    pub act: Option<String>,
    /// It has stages.
    #[serde(default)]
    pub stages: bool,
    /// In how many communes it is rolled out.
    #[serde(default)]
    pub units: usize,
}

/// A step of a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Its word.
    pub step: String,
    /// Working days after what comes before, where the story says so.
    pub after: Option<usize>,
}

/// The steps of a walk.
///
/// # Errors
/// [`YearError::Data`]
pub fn moves(walk: &str) -> Result<Vec<Move>, YearError> {
    let one = |word: &str| match word.split_once('+') {
        None => Ok(Move { step: word.to_owned(), after: None }),
        Some((step, days)) => {
            let days = days.parse().map_err(|_| YearError::Data("stories.toml", word.to_owned()))?;
            Ok(Move { step: step.to_owned(), after: Some(days) })
        }
    };
    walk.split_whitespace().map(one).collect()
}

/// All of it.
///
/// # Errors
/// [`YearError::Data`]
pub fn read() -> Result<Book, YearError> {
    toml::from_str(STORIES).map_err(|error| YearError::Data("stories.toml", error.to_string()))
}
