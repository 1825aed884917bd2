//! A condition as it was read, and why one could not be.

use std::fmt;

use regex::Regex;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json_path::JsonPath;

use super::parse;

/// What an answer must be; written and stored as its text.
#[derive(Debug, Clone)]
pub struct Condition {
    pub(super) text: String,
    pub(super) subject: Subject,
    pub(super) negated: bool,
    pub(super) test: Test,
}

/// What is looked at.
#[derive(Debug, Clone)]
pub(super) enum Subject {
    Status,
    Body,
    Json(JsonPath),
    Header(String),
    CertificateDays,
    Milliseconds(Phase),
}

/// Which time is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Dns,
    Connect,
    Tls,
    FirstByte,
    Transfer,
    Total,
}

/// How it is judged.
#[derive(Debug, Clone)]
pub(super) enum Test {
    Compare(Comparison, Value),
    Within(f64, f64),
    Contains(String),
    Matches(Regex),
}

/// The comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// What it is compared with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Number(f64),
    Text(String),
    Flag(bool),
    Null,
}

/// Why a text is no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {at}: expected {expected}, found {found}")]
pub struct ConditionError {
    /// The first character that does not fit; 1 is the first of the text.
    pub at: usize,
    /// What could stand there.
    pub expected: String,
    /// What stands there.
    pub found: String,
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// [`ConditionError`] with the place and what could stand there.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        parse::condition(text)
    }

    /// The text it was read from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it looks at the status.
    #[must_use]
    pub fn is_about_status(&self) -> bool {
        matches!(self.subject, Subject::Status)
    }

    /// Whether it looks at the certificate or the TLS handshake, which only HTTPS has.
    #[must_use]
    pub fn needs_tls(&self) -> bool {
        matches!(self.subject, Subject::CertificateDays | Subject::Milliseconds(Phase::Tls))
    }

    /// Whether it looks into the answer's body, which HEAD does not have.
    #[must_use]
    pub fn needs_body(&self) -> bool {
        matches!(self.subject, Subject::Body | Subject::Json(_))
    }

    /// Whether it looks only at what every answer has, "not modified" too: its times and its certificate.
    #[must_use]
    pub fn is_about_connection(&self) -> bool {
        matches!(self.subject, Subject::CertificateDays | Subject::Milliseconds(_))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Condition {}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(|error| D::Error::custom(format!("the condition `{text}` cannot be read {error}")))
    }
}
