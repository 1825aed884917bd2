//! The words of the monitor: kinds of sources, states of values, ways to fail.

use serde::{Deserialize, Serialize};

/// Where figures come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// An address is asked and the answer judged.
    HttpProbe,
    /// Figures are read from a JSON document.
    JsonPull,
    /// The portal's list and details of procedures.
    PortalCatalog,
    /// The portal's reports of index 766.
    PortalIndex766,
    /// Dossiers as a one-stop system sends them (`HoSoDongBoDVC`).
    DossierFeed,
    /// A program sends figures with a token.
    Push,
    /// A person uploads a table.
    Upload,
    /// A person types figures in.
    Manual,
}

/// Whether there is a number, and if not, why. A blank is never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A number.
    Number,
    /// There is nothing to count, as when a denominator is 0.
    NotApplicable,
    /// The source should have said and did not.
    NotDelivered,
    /// The number is too small to be told.
    Suppressed,
}

/// Why a request has no good answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The name has no address.
    Dns,
    /// Nobody took the connection, or it was dropped.
    Connect,
    /// The certificate has expired or is not yet valid.
    TlsExpired,
    /// The certificate is for another name.
    TlsName,
    /// The certificate is from nobody we trust, or the handshake failed.
    TlsUntrusted,
    /// It took longer than the source allows.
    Timeout,
    /// A status from 400 to 499.
    #[serde(rename = "http_4xx")]
    Http4xx,
    /// A status from 500 to 599.
    #[serde(rename = "http_5xx")]
    Http5xx,
    /// Redirects without end.
    RedirectLoop,
    /// More bytes than the source allows.
    TooLarge,
    /// The body broke off, or is not what its type says.
    BadBody,
    /// The answer came, and a condition does not hold.
    ContentMismatch,
    /// A protection wall answered in the service's place.
    WafChallenge,
    /// This machine has no network.
    OwnNetworkDown,
    /// The address is private, or may not be asked for another reason of safety.
    AddressRefused,
}

impl FailureKind {
    /// Whether the failure counts as downtime of the service.
    #[must_use]
    pub fn counts(self) -> bool {
        !matches!(self, Self::WafChallenge | Self::OwnNetworkDown | Self::AddressRefused)
    }
}
