//! `[files]`: files that people put on initiatives.

use serde::{Deserialize, Serialize};

use super::{ConfigError, in_range};

/// `[files]`. They lie in `files` in the data folder; for replicas on one database that has to be one folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Files {
    /// Largest file, MiB.
    pub max_mib: u32,
}

impl Default for Files {
    fn default() -> Self {
        Self { max_mib: 20 }
    }
}

impl Files {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        in_range("files.max_mib", u64::from(self.max_mib), 1, 200, "1 to 200 MiB")
    }

    /// Largest file, bytes.
    #[must_use]
    pub fn max_bytes(&self) -> usize {
        self.max_mib as usize * 1024 * 1024
    }
}
