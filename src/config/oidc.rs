//! `[oidc]`: signing in by an account that people have elsewhere.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::ConfigError;

/// `[oidc]`. Off while `issuer` is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Oidc {
    /// The provider, as it names itself in its tokens; its description is at `/.well-known/openid-configuration` below.
    pub issuer: String,
    /// What this installation is called there.
    pub client_id: String,
    /// The environment variable that has the client's secret.
    pub client_secret_env: String,
    /// Or the file that has it; neither for a client without one.
    pub client_secret_file: String,
    /// Where browsers reach this installation, without a path; the provider sends them back to
    /// `/dang-nhap/oidc/tra-loi` there.
    pub base_url: String,
    /// What is asked for besides `openid`.
    pub scopes: Vec<String>,
    /// How sure the provider shall be (`acr_values`), best first; empty leaves it to the provider.
    pub acr_values: Vec<String>,
    /// What people know the provider as; shown on the button.
    pub name: String,
    /// The claim that must equal somebody's login when they come this way for the first time. With `email`, the provider
    /// must say that it verified it.
    pub login_claim: String,
}

impl Default for Oidc {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            client_id: String::new(),
            client_secret_env: String::new(),
            client_secret_file: String::new(),
            base_url: String::new(),
            scopes: vec!["profile".to_owned(), "email".to_owned()],
            acr_values: Vec::new(),
            name: "tài khoản cơ quan".to_owned(),
            login_claim: "preferred_username".to_owned(),
        }
    }
}

/// Why the client's secret cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The variable.
    #[error("oidc.client_secret_env names {0}, which is not set")]
    NoVariable(String),
    /// The file.
    #[error("the file of oidc.client_secret_file, {0}, cannot be read")]
    File(String, #[source] std::io::Error),
    /// Nothing in it.
    #[error("the secret that [oidc] refers to is empty")]
    Empty,
}

impl Oidc {
    /// Is there a provider?
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.issuer.is_empty()
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if !self.is_on() {
            return Ok(());
        }
        let wrong = |setting, value: &str, expected| {
            Err(ConfigError::OutOfRange { setting, value: value.to_owned(), expected })
        };
        let secure = "https://HOST…, or http://… on this machine, without user, query and fragment";
        if !is_secure(&self.issuer) {
            return wrong("oidc.issuer", &self.issuer, secure);
        }
        if !is_secure(&self.base_url) || Url::parse(&self.base_url).is_ok_and(|url| url.path() != "/") {
            return wrong("oidc.base_url", &self.base_url, "https://HOST, or http://… on this machine, without a path");
        }
        if self.client_id.is_empty() {
            return wrong("oidc.client_id", "", "the name of this installation at the provider");
        }
        if !self.client_secret_env.is_empty() && !self.client_secret_file.is_empty() {
            return wrong("oidc.client_secret_file", &self.client_secret_file, "only one of variable and file");
        }
        // Every variable with this prefix is read as a setting.
        if self.client_secret_env.starts_with("TOANTRINH_") {
            return wrong("oidc.client_secret_env", &self.client_secret_env, "a name without TOANTRINH_ before it");
        }
        if self.name.trim().is_empty() || self.name.chars().count() > 60 {
            return wrong("oidc.name", &self.name, "1 to 60 characters");
        }
        if self.login_claim.is_empty() {
            return wrong("oidc.login_claim", "", "the name of a claim, such as preferred_username");
        }
        match self.scopes.iter().chain(&self.acr_values).find(|word| !is_word(word)) {
            Some(word) => wrong("oidc.scopes", word, "words of visible ASCII characters, in scopes and acr_values"),
            None => Ok(()),
        }
    }

    /// The client's secret, read anew each time, so that it can be changed without a stop; `None` for a client without.
    ///
    /// # Errors
    /// [`SecretError`] naming what cannot be read.
    pub fn secret(&self) -> Result<Option<String>, SecretError> {
        let secret = if !self.client_secret_env.is_empty() {
            let name = &self.client_secret_env;
            std::env::var(name).map_err(|_| SecretError::NoVariable(name.clone()))?
        } else if !self.client_secret_file.is_empty() {
            let file = &self.client_secret_file;
            std::fs::read_to_string(file).map_err(|error| SecretError::File(file.clone(), error))?
        } else {
            return Ok(None);
        };
        match secret.trim() {
            "" => Err(SecretError::Empty),
            secret => Ok(Some(secret.to_owned())),
        }
    }
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\\'))
}

/// An address over HTTPS, or of this machine.
fn is_secure(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    let plain =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    plain && (url.scheme() == "https" || (url.scheme() == "http" && here))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on() -> Oidc {
        Oidc {
            issuer: "https://xacthuc.example.vn".to_owned(),
            client_id: "toantrinh".to_owned(),
            base_url: "https://toantrinh.example.vn".to_owned(),
            ..Oidc::default()
        }
    }

    #[test]
    fn a_provider_is_asked_over_https_only_and_settings_name_what_is_wrong() {
        assert!(Oidc::default().check().is_ok() && on().check().is_ok());
        assert!(Oidc { issuer: "http://127.0.0.1:9/oidc".to_owned(), ..on() }.check().is_ok());
        let text = |text: &str| text.to_owned();
        for (wrong, setting) in [
            (Oidc { issuer: text("http://xacthuc.example.vn"), ..on() }, "oidc.issuer"),
            (Oidc { issuer: text("https://a:b@xacthuc.example.vn"), ..on() }, "oidc.issuer"),
            (Oidc { base_url: text("https://toantrinh.example.vn/a"), ..on() }, "oidc.base_url"),
            (Oidc { client_id: String::new(), ..on() }, "oidc.client_id"),
            (Oidc { client_secret_env: text("TOANTRINH_X"), ..on() }, "oidc.client_secret_env"),
            (Oidc { client_secret_env: text("A"), client_secret_file: text("b"), ..on() }, "oidc.client_secret_file"),
            (Oidc { scopes: vec![text("a b")], ..on() }, "oidc.scopes"),
            (Oidc { login_claim: String::new(), ..on() }, "oidc.login_claim"),
        ] {
            assert!(wrong.check().unwrap_err().to_string().starts_with(setting), "{setting}");
        }
    }

    #[test]
    fn a_secret_is_read_from_where_it_lies() {
        assert_eq!(on().secret().unwrap(), None);
        assert!(Oidc { client_secret_env: "NO_SUCH_VARIABLE".to_owned(), ..on() }.secret().is_err());
        assert!(Oidc { client_secret_file: "/nowhere".to_owned(), ..on() }.secret().is_err());
    }
}
