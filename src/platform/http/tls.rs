//! TLS: always verified, and told apart where it fails.

use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, CertificateError, ClientConfig, RootCertStore};
use x509_parser::parse_x509_certificate;

use super::answer::Why;

/// The authorities that browsers trust.
pub(super) fn public_roots() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

/// A connector that trusts `roots` and always verifies.
pub(super) fn connector(roots: RootCertStore) -> Result<TlsConnector, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let mut config = builder.with_safe_default_protocol_versions()?.with_root_certificates(roots).with_no_client_auth();
    // A resumed session shows no certificate anew: one that has expired since would go unseen.
    config.resumption = Resumption::disabled();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Shakes hands with the host that `name` names.
pub(super) async fn handshake(
    connector: &TlsConnector,
    name: ServerName<'static>,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, (Why, String)> {
    connector.connect(name, stream).await.map_err(|error| (why(&error), format!("TLS: {error}")))
}

fn why(error: &io::Error) -> Why {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        // The transport broke, not the handshake.
        None => Why::Connect,
        Some(rustls::Error::InvalidCertificate(certificate)) => match certificate {
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => Why::TlsExpired,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Why::TlsName,
            _ => Why::TlsUntrusted,
        },
        Some(_) => Why::TlsUntrusted,
    }
}

/// When the certificate that the other side showed ends.
pub(super) fn expires(stream: &TlsStream<TcpStream>) -> Option<Timestamp> {
    let leaf = stream.get_ref().1.peer_certificates()?.first()?;
    let (_, certificate) = parse_x509_certificate(leaf).ok()?;
    Timestamp::from_second(certificate.validity().not_after.timestamp()).ok()
}
