//! `[board]`: what leadership is shown.

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// `[board]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Board {
    /// Code of the own province or ministry, such as `H31`: whose index 766 is shown. Empty shows none.
    pub agency: String,
}

impl Board {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let short = self.agency.len() <= 35;
        if short && self.agency.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'.') {
            return Ok(());
        }
        let expected = "an agency code such as H31, or nothing";
        Err(ConfigError::OutOfRange { setting: "board.agency", value: self.agency.clone(), expected })
    }
}
