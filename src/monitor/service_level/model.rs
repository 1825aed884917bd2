//! What a service level is: what is measured, of what, how much of it must be good, in which time, counted how.

use serde::{Deserialize, Serialize};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Indicator {
    /// Polls that were answered well.
    Availability,
    /// Polls that were answered well within a time.
    Latency,
    /// Time in which the newest value was not too old.
    Freshness,
    /// Dossiers finished within their time limit.
    DossiersOnTime,
    /// Remarks answered within their time limit.
    RemarksOnTime,
    /// Answers of people who were satisfied.
    Satisfaction,
}

impl Indicator {
    /// Every indicator.
    pub const ALL: [Self; 6] = [
        Self::Availability,
        Self::Latency,
        Self::Freshness,
        Self::DossiersOnTime,
        Self::RemarksOnTime,
        Self::Satisfaction,
    ];

    /// In Vietnamese.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Availability => "Sẵn sàng",
            Self::Latency => "Thời gian đáp ứng",
            Self::Freshness => "Độ mới của số liệu",
            Self::DossiersOnTime => "Hồ sơ đúng hạn",
            Self::RemarksOnTime => "Phản ánh, kiến nghị trả lời đúng hạn",
            Self::Satisfaction => "Mức độ hài lòng",
        }
    }

    /// Whether it counts polls, which come in a rhythm; the others count what people did.
    #[must_use]
    pub fn is_polled(self) -> bool {
        matches!(self, Self::Availability | Self::Latency | Self::Freshness)
    }
}

/// Of what it is measured. Empty texts say nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scope {
    /// A source.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// A procedure: of its sources the one that did worst counts.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub procedure: String,
    /// A unit: of its sources the one that did worst counts; of dossiers those of the unit.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// A metric of the source: `probe` where polls are counted, else the one that counts what was good.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub metric: String,
    /// The metric that counts all, of which `metric` is a part.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub of: String,
    /// The subject of the metric.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subject: String,
}

/// A time of the calendar in Vietnam.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// From the first of a month.
    Month,
    /// From 1 January, April, July or October.
    Quarter,
    /// From 1 January.
    Year,
}

/// In which time it must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Window {
    /// The last days, 1 to 365 times 24 hours.
    Rolling {
        /// How many.
        days: u16,
    },
    /// The running time of the calendar.
    Calendar {
        /// Which.
        period: Period,
    },
}

/// Which hours count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hours {
    /// All of them.
    #[default]
    #[serde(rename = "24x7")]
    Always,
    /// Those of the working calendar.
    WorkingHours,
}

/// What a poll that failed is to a time limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failures {
    /// A failure: no answer is no quick answer.
    #[default]
    Counted,
    /// Nothing: only answers are looked at.
    LeftOut,
}

/// What an expected value that did not come is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absent {
    /// Neither good nor bad, shown apart, and an alert of its own.
    #[default]
    Alert,
    /// A failure, besides the alert.
    Failure,
}

/// How it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Counting {
    /// Which hours count.
    pub hours: Hours,
    /// Planned stops announced in time (NĐ 224/2026 Đ13) are left out; the others always count.
    pub exclude_maintenance: bool,
    /// Fewer events than this are shown as counts with an interval; `None` takes the parameter `service_level_few`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_samples: Option<u32>,
    /// What a failed poll is to a time limit.
    pub failures: Failures,
    /// What an absent value is.
    pub absent: Absent,
}

impl Default for Counting {
    fn default() -> Self {
        Self {
            hours: Hours::Always,
            exclude_maintenance: true,
            min_samples: None,
            failures: Failures::Counted,
            absent: Absent::Alert,
        }
    }
}

/// How urgent an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// To be looked at in working time.
    Planned,
    /// To be looked at now.
    Urgent,
}

/// A pair of windows in which the budget may not burn faster than a multiple of what is allowed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BurnRule {
    /// Its name, such as `1h`.
    pub name: String,
    /// Times the allowed pace; above 0.
    pub factor: f64,
    /// The long window, minutes, in steps of five.
    pub long_minutes: u32,
    /// The short window, minutes, in steps of five.
    pub short_minutes: u32,
    /// How urgent.
    pub severity: Severity,
    /// Minutes it must hold before the alert opens.
    #[serde(default)]
    pub opens_minutes: u32,
    /// Minutes it must not hold before the alert is resolved.
    #[serde(default)]
    pub resolves_minutes: u32,
}

/// A service level as somebody writes it: the same for API, screen and file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Identifier: `a-z 0-9 -`, at most 64.
    pub id: String,
    /// Its name for readers.
    pub name: String,
    /// Who answers for it.
    pub owner: String,
    /// What is measured.
    pub indicator: Indicator,
    /// Of what.
    pub scope: Scope,
    /// Share that must be good, above 0 and below 1.
    pub objective: f64,
    /// Latency: an answer within so many milliseconds is good; one of the bounds of the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold_ms: Option<f64>,
    /// Freshness: a value is fresh for so long, seconds, in steps of five minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_seconds: Option<u32>,
    /// In which time.
    pub window: Window,
    /// How it is counted.
    #[serde(default)]
    pub counting: Counting,
    /// Alert rules of its own; the dated rules of the program where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub burn: Vec<BurnRule>,
}

/// Where a window stands against its objective.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Enough was good.
    Met,
    /// Too little was good.
    Missed,
    /// Too few events to tell: the objective lies within the interval.
    Undecided,
    /// Nothing was measured.
    NoData,
}

impl Standing {
    /// In Vietnamese.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Met => "Đạt",
            Self::Missed => "Không đạt",
            Self::Undecided => "Chưa đủ mẫu để kết luận",
            Self::NoData => "Không có dữ liệu",
        }
    }
}

/// A text that is no service level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no service level: {0}")]
pub struct Unreadable(pub String);

impl Definition {
    /// Reads TOML.
    ///
    /// # Errors
    /// [`Unreadable`] with the place and what stands there.
    pub fn from_toml(text: &str) -> Result<Self, Unreadable> {
        toml::from_str(text).map_err(|error| Unreadable(error.to_string()))
    }

    /// Reads JSON.
    ///
    /// # Errors
    /// [`Unreadable`] with the place and what stands there.
    pub fn from_json(text: &str) -> Result<Self, Unreadable> {
        serde_json::from_str(text).map_err(|error| Unreadable(error.to_string()))
    }

    /// As it is stored.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
