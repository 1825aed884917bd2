//! Secrets that the program makes: of sessions, tokens and cookies.

use std::fmt;

use subtle::ConstantTimeEq;

use crate::platform::hash::{hex, sha256};

/// The system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random bytes: {0}")]
pub struct NoRandomness(getrandom::Error);

/// A random text that only its holder knows; the database keeps its SHA-256.
#[derive(Clone)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// 32 random bytes, in hexadecimal after `prefix`.
    ///
    /// # Errors
    /// [`NoRandomness`]
    pub fn generate(prefix: &str) -> Result<Self, NoRandomness> {
        Ok(Self(format!("{prefix}{}", random_hex::<32>()?)))
    }

    /// One that its holder showed.
    #[must_use]
    pub fn shown(text: String) -> Self {
        Self(text)
    }

    /// The text, for its holder only.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What the database keeps.
    #[must_use]
    pub fn sha256(&self) -> String {
        sha256(self.0.as_bytes())
    }

    /// What a form of this session carries: another site cannot know it, and it does not give the secret away.
    #[must_use]
    pub fn csrf(&self) -> String {
        sha256(format!("toantrinh csrf {}", self.0).as_bytes())
    }
}

/// Are two texts the same? The time it takes does not tell where they differ.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// `N` random bytes in hexadecimal.
///
/// # Errors
/// [`NoRandomness`]
pub fn random_hex<const N: usize>() -> Result<String, NoRandomness> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(NoRandomness)?;
    Ok(hex(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_new_each_time_and_does_not_print_itself() {
        let (a, b) = (Secret::generate("tt_").unwrap(), Secret::generate("tt_").unwrap());
        assert_ne!(a.reveal(), b.reveal());
        assert_eq!(a.reveal().len(), 3 + 64);
        assert!(!format!("{a:?}").contains(a.reveal()));
        assert_ne!(a.csrf(), a.sha256());
        assert!(same(&a.csrf(), &a.csrf()) && !same(&a.csrf(), &b.csrf()) && !same("a", "ab"));
    }
}
