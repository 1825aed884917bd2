//! A field that somebody filled in and that cannot be used: what is wrong, and what would be right.

use serde::Serialize;

/// A field that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field, such as `window.days`.
    pub field: String,
    /// What is wrong and what it takes.
    pub message: String,
    /// The same in Vietnamese, for screens.
    pub vietnamese: String,
    /// A value that would be taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<String>,
}

impl FieldError {
    /// A field for which no value is proposed.
    #[must_use]
    pub fn new(field: &str, message: &str, vietnamese: &str) -> Self {
        let (field, message, vietnamese) = (field.to_owned(), message.to_owned(), vietnamese.to_owned());
        Self { field, message, vietnamese, proposal: None }
    }
}

/// Wrong fields as they are found.
#[derive(Debug, Default)]
pub struct Wrong(Vec<FieldError>);

impl Wrong {
    /// Notes a field.
    pub fn add(&mut self, field: &str, message: &str, vietnamese: &str, proposal: Option<String>) {
        self.0.push(FieldError { proposal, ..FieldError::new(field, message, vietnamese) });
    }

    /// Whether all was right.
    ///
    /// # Errors
    /// Every field that was not.
    pub fn ended(self) -> Result<(), Vec<FieldError>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

/// Wrong fields as one line, for logs and the command line.
#[must_use]
pub fn line(errors: &[FieldError]) -> String {
    let one = |error: &FieldError| match &error.proposal {
        Some(proposal) => format!("{}: {} (for example {proposal})", error.field, error.message),
        None => format!("{}: {}", error.field, error.message),
    };
    errors.iter().map(one).collect::<Vec<_>>().join("; ")
}
