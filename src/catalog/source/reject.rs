//! Why a record is refused: the field at fault and what to do.

use crate::catalog::code::CodeError;

/// Why no record can be made of a piece of input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reject {
    /// The bytes are not UTF-8.
    #[error("not UTF-8 after byte {at}: save the file as UTF-8")]
    Utf8 {
        /// Bytes before the fault.
        at: usize,
    },
    /// The text is not JSON.
    #[error("not JSON ({0}): one JSON object is expected on each line")]
    Json(String),
    /// The portal's firewall, or a page, instead of data.
    #[error("HTML instead of JSON: the portal refused the request, fetch it again later")]
    Html,
    /// JSON, but no object.
    #[error("a JSON object is expected, this is {0}")]
    NotAnObject(&'static str),
    /// The portal answered with an error.
    #[error("the portal answered `{code}`: {message}")]
    Envelope {
        /// Its code.
        code: String,
        /// Its message.
        message: String,
    },
    /// A field that must be there is missing or empty.
    #[error("{0} is missing or empty")]
    MissingField(&'static str),
    /// A field that must be text is something else.
    #[error("{field} must be text, this is {found}")]
    WrongType {
        /// Which.
        field: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// A field is too large.
    #[error("{field} has {bytes} bytes, at most {limit} are taken")]
    TooLarge {
        /// Which.
        field: String,
        /// Its size.
        bytes: usize,
        /// The most that is taken.
        limit: usize,
    },
    /// The code is none.
    #[error(transparent)]
    Code(CodeError),
}

impl Reject {
    /// The field at fault.
    #[must_use]
    pub fn field(&self) -> &str {
        match self {
            Self::Utf8 { .. } | Self::Json(_) | Self::Html | Self::NotAnObject(_) => "line",
            Self::Envelope { .. } => "data",
            Self::MissingField(field) | Self::WrongType { field, .. } => field,
            Self::TooLarge { field, .. } => field,
            Self::Code(_) => "code",
        }
    }

    /// A stable word.
    #[must_use]
    pub fn reason_code(&self) -> &'static str {
        match self {
            Self::Utf8 { .. } => "invalid_utf8",
            Self::Json(_) => "invalid_json",
            Self::Html => "html",
            Self::NotAnObject(_) => "not_an_object",
            Self::Envelope { .. } => "source_error",
            Self::MissingField(_) => "missing_field",
            Self::WrongType { .. } => "wrong_type",
            Self::TooLarge { .. } => "too_large",
            Self::Code(_) => "invalid_code",
        }
    }
}
