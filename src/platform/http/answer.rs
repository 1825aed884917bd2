//! What a request ends with: an answer with its phases, or why there is none.

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use jiff::Timestamp;
use url::Url;

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status of the last hop.
    pub status: StatusCode,
    /// The headers of the last hop; without `content-encoding` and `content-length` when the body was decoded.
    pub headers: HeaderMap,
    /// The body, decoded.
    pub body: Bytes,
    /// The address of the last hop, after redirects.
    pub url: Url,
    /// Where the time went, all hops together.
    pub phases: Phases,
    /// When the certificate of the last hop ends; `None` without TLS.
    pub certificate_expires: Option<Timestamp>,
}

/// Where the time went. A phase that was not reached is 0; redirects add up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Phases {
    /// Finding the name's addresses.
    pub dns: Duration,
    /// Until the connection stood.
    pub connect: Duration,
    /// Until the TLS handshake was done.
    pub tls: Duration,
    /// From sending the request to the answer's headers.
    pub first_byte: Duration,
    /// Until the body was there.
    pub transfer: Duration,
}

impl Phases {
    /// All phases together.
    #[must_use]
    pub fn total(&self) -> Duration {
        self.dns + self.connect + self.tls + self.first_byte + self.transfer
    }
}

/// No answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failed {
    /// The kind, one of a fixed list.
    pub why: Why,
    /// One sentence for people who look after the source; never with a password.
    pub message: String,
    /// Where the time went until then; the phase it broke off in is counted.
    pub phases: Phases,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// The name has no address.
    Dns,
    /// Nobody took the connection, or it was dropped before the answer's headers.
    Connect,
    /// The certificate has expired or is not yet valid.
    TlsExpired,
    /// The certificate is for another name.
    TlsName,
    /// The certificate is from nobody we trust, or the handshake failed.
    TlsUntrusted,
    /// It took longer than the request allows.
    Timeout,
    /// More redirects than the request allows.
    RedirectLoop,
    /// More bytes than the request allows, packed or unpacked.
    TooLarge,
    /// The answer is not HTTP, or its body broke off or cannot be unpacked.
    BadBody,
    /// The address is private, or a redirect leads from HTTPS to HTTP.
    AddressRefused,
    /// This machine has no way to the network.
    OwnNetworkDown,
    /// The address is not one that can be asked: no HTTP, no host, or with a password in it.
    BadUrl,
}
