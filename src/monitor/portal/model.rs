//! How a portal is to be visited.

use std::time::Duration;

use jiff::SignedDuration;
use url::{Host, Url};

/// Between two requests, unless the source says otherwise.
pub const DEFAULT_PAUSE: Duration = Duration::from_millis(500);
/// A longer pause than this is a mistake.
const LONGEST_PAUSE: Duration = Duration::from_mins(10);

/// How a portal is to be visited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Scheme, host, port, and what stands before `/api/v1`.
    pub url: Url,
    /// Under which name what comes is kept.
    pub source: String,
    /// Between two requests, give or take a fifth.
    pub pause: Duration,
    /// A list that was walked to its end removes what it lacks.
    pub may_remove: bool,
    /// A detail is asked for again after so long.
    pub detail_age: SignedDuration,
    /// One that was missing is asked for again after so long.
    pub missing_age: SignedDuration,
    /// How often one request is tried, the first time included.
    pub attempts: u32,
    /// After so many requests it is enough for this time.
    pub max_requests: Option<u64>,
}

/// Why a portal cannot be visited so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// No portal stands there.
    #[error("`{0}` is no address of a portal: use http:// or https:// and a host")]
    Url(String),
    /// Somebody else's machine is asked with pauses.
    #[error("a pause of 0 is for this machine's own addresses only: give {0} at least 1 ms, better 500")]
    NoPause(String),
    /// Too long.
    #[error("a pause is at most 600,000 ms, not {0}")]
    LongPause(u32),
}

impl Settings {
    /// The usual manners for an address. Without `pause_ms` half a second, on this machine none.
    ///
    /// # Errors
    /// [`SettingsError`]
    pub fn new(url: &str, pause_ms: Option<u32>) -> Result<Self, SettingsError> {
        let wrong = || SettingsError::Url(url.to_owned());
        let mut url = Url::parse(url.trim()).map_err(|_| wrong())?;
        let Some(host) = url.host_str().map(str::to_owned).filter(|_| matches!(url.scheme(), "http" | "https")) else {
            return Err(wrong());
        };
        let path = url.path().trim_end_matches('/').trim_end_matches("/api/v1").to_owned();
        url.set_path(&path);
        url.set_query(None);
        url.set_fragment(None);
        let local = is_loopback(&url);
        let pause = match pause_ms {
            None if local => Duration::ZERO,
            None => DEFAULT_PAUSE,
            Some(0) if !local => return Err(SettingsError::NoPause(host)),
            Some(ms) => Duration::from_millis(u64::from(ms)),
        };
        if pause > LONGEST_PAUSE {
            return Err(SettingsError::LongPause(pause_ms.unwrap_or_default()));
        }
        let source = url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        Ok(Self {
            url,
            source,
            pause,
            may_remove: true,
            detail_age: SignedDuration::from_hours(7 * 24),
            missing_age: SignedDuration::from_hours(24),
            attempts: 6,
            max_requests: None,
        })
    }

    /// The address of a path of the portal.
    #[must_use]
    pub fn address(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}{path}", self.url.path().trim_end_matches('/')));
        url
    }
}

/// Whether an address names this machine, by its text alone.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_asked_without_pauses() {
        for local in ["http://127.0.0.1:8099", "http://localhost", "http://[::1]:8099/"] {
            assert_eq!(Settings::new(local, None).unwrap().pause, Duration::ZERO);
            assert_eq!(Settings::new(local, Some(0)).unwrap().pause, Duration::ZERO);
        }
        let portal = "https://dichvucong.gov.vn";
        assert_eq!(Settings::new(portal, None).unwrap().pause, DEFAULT_PAUSE);
        assert_eq!(Settings::new(portal, Some(700)).unwrap().pause, Duration::from_millis(700));
        assert_eq!(Settings::new(portal, Some(0)), Err(SettingsError::NoPause("dichvucong.gov.vn".to_owned())));
        assert!(matches!(Settings::new(portal, Some(600_001)), Err(SettingsError::LongPause(_))));
    }

    #[test]
    fn addresses_keep_what_stands_before_the_api() {
        for (given, address) in [
            ("http://127.0.0.1:8099", "http://127.0.0.1:8099/api/v1/x"),
            ("http://127.0.0.1:8099/", "http://127.0.0.1:8099/api/v1/x"),
            ("https://dichvucong.gov.vn/api/v1/", "https://dichvucong.gov.vn/api/v1/x"),
            ("https://proxy.example/cong", "https://proxy.example/cong/api/v1/x"),
        ] {
            assert_eq!(Settings::new(given, None).unwrap().address("/api/v1/x").as_str(), address);
        }
        for wrong in ["", "dichvucong.gov.vn", "file:///etc/passwd", "ftp://x"] {
            assert!(matches!(Settings::new(wrong, None), Err(SettingsError::Url(_))), "{wrong}");
        }
    }
}
