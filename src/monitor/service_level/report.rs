//! What a service level came to in a window: the figures and all that is needed to say how they were counted.

use serde::{Deserialize, Serialize};

use super::budget::{Budget, Counts, Sli};
use super::burn::Burn;
use super::model::Standing;
use super::window::Span;

/// What a service level came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Version of the definition.
    pub version: i64,
    /// The time that was looked at.
    pub span: Span,
    /// The whole window; a calendar window has more to come.
    pub whole: Span,
    /// What was counted.
    pub counts: Counts,
    /// The share.
    pub sli: Sli,
    /// Where it stands.
    pub standing: Standing,
    /// What is left to go wrong; `None` when nothing was counted.
    pub budget: Option<Budget>,
    /// Fewer events than this are told as counts.
    pub few: u32,
    /// Days of the window that have been watched, and that it has: "12/30 ngày" of a young series.
    pub days: Days,
    /// The source whose figures these are: of several the one that did worst. Empty for dossiers.
    pub source: String,
    /// How many sources were looked at.
    pub sources: usize,
    /// Planned stops in the window.
    pub stops: Stops,
    /// "Tạm tính": hours or notices were counted with days of a year whose days off are not loaded.
    pub provisional: bool,
    /// How fast the budget burns, rule by rule.
    pub burn: Vec<Burn>,
    /// Whether values fail to come; `None` where none can be expected now.
    pub silence: Option<Silence>,
    /// Every source is switched off: nothing is owed, and no alert stands.
    #[serde(default)]
    pub off: bool,
}

/// How much of a window has been watched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    /// Whole days since the first value, within the window.
    pub watched: i64,
    /// Days of the window so far.
    pub of: i64,
}

impl Days {
    /// Whether the series is younger than the window.
    #[must_use]
    pub fn is_young(self) -> bool {
        self.watched < self.of
    }
}

/// Planned stops in a window, minutes that would have counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stops {
    /// Left out: announced in time.
    pub left_out: i64,
    /// Counted and marked: announced too late, or left out by no policy.
    pub counted: i64,
}

/// Whether values fail to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// They do: nothing that counts came in a time in which enough should have.
    pub holds: bool,
    /// The source that is silent.
    pub source: String,
    /// Values that should have come in that time; 0 where only an age is known.
    pub expected: i64,
    /// Failures that are not the service's which came instead: own network, protection wall.
    pub excluded: i64,
    /// Beginning of the last five minutes in which anything came; `None` when nothing ever did.
    pub last_at: Option<i64>,
}
