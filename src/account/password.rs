//! Passwords: how long, how they are kept, how they are compared.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use unicode_normalization::UnicodeNormalization;

/// Fewest characters of a password that stands alone (TCVN 14423:2026; 8 with a second factor).
pub const MIN_CHARACTERS: usize = 14;
/// Most characters: a longer text is work for the hash, not safety.
pub const MAX_CHARACTERS: usize = 256;
/// Passwords hashed at once: each takes 19 MiB and a core.
static AT_ONCE: Semaphore = Semaphore::const_new(4);
/// Compared with when no user has the login, so that the answer takes as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody has this password").unwrap_or_default());

/// Why a password is not taken.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error("the password has {0} characters: use at least {MIN_CHARACTERS}, four or five words do well")]
    TooShort(usize),
    /// Too long.
    #[error("the password has more than {MAX_CHARACTERS} characters")]
    TooLong,
    /// Hashing failed.
    #[error("the password cannot be hashed: {0}")]
    Hash(argon2::password_hash::Error),
    /// The program is stopping.
    #[error("the program stopped while a password was hashed")]
    Stopped,
}

/// A password as Argon2id keeps it, in the PHC form.
///
/// # Errors
/// [`PasswordError`] saying what is wrong with it.
pub async fn hash(password: &str) -> Result<String, PasswordError> {
    let password = normal(password);
    let characters = password.chars().count();
    if characters < MIN_CHARACTERS {
        return Err(PasswordError::TooShort(characters));
    }
    if characters > MAX_CHARACTERS {
        return Err(PasswordError::TooLong);
    }
    let _turn = AT_ONCE.acquire().await.map_err(|_| PasswordError::Stopped)?;
    spawn_blocking(move || hash_now(&password)).await.map_err(|_| PasswordError::Stopped)?
}

/// Is it the password that was kept? Takes as long when there is nothing to compare it with.
///
/// # Errors
/// [`PasswordError::Stopped`]
pub async fn matches(password: &str, kept: Option<String>) -> Result<bool, PasswordError> {
    let password: String = normal(password).chars().take(MAX_CHARACTERS + 1).collect();
    let _turn = AT_ONCE.acquire().await.map_err(|_| PasswordError::Stopped)?;
    spawn_blocking(move || {
        // Asked for in either case: the first call of a process makes it.
        let nobody = NOBODY.clone();
        let known = kept.is_some();
        let kept = kept.unwrap_or(nobody);
        let same = PasswordHash::new(&kept)
            .is_ok_and(|kept| Argon2::default().verify_password(password.as_bytes(), &kept).is_ok());
        known && same
    })
    .await
    .map_err(|_| PasswordError::Stopped)
}

/// Keyboards write Vietnamese marks in two ways: both are the same password.
fn normal(password: &str) -> String {
    password.nfc().collect()
}

fn hash_now(password: &str) -> Result<String, PasswordError> {
    let hash = Argon2::default().hash_password(password.as_bytes()).map_err(PasswordError::Hash)?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_itself_in_either_spelling_and_nothing_else() {
        let kept = hash("mật khẩu dài đủ mười bốn").await.unwrap();
        assert!(kept.starts_with("$argon2id$"));
        let decomposed: String = "mật khẩu dài đủ mười bốn".nfd().collect();
        assert!(matches(&decomposed, Some(kept.clone())).await.unwrap());
        assert!(!matches("mat khau dai du muoi bon", Some(kept)).await.unwrap());
        assert!(!matches("nobody has this password", None).await.unwrap());
    }

    #[tokio::test]
    async fn a_short_password_is_refused_with_what_to_do() {
        let error = hash("mười ba ký tự").await.unwrap_err().to_string();
        assert!(error.contains("at least 14"), "{error}");
        assert!(hash(&"a".repeat(257)).await.is_err());
    }
}
