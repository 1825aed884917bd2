//! TLS is verified, and each way it can be wrong is told apart.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use toantrinh::platform::http::{Answer, Client, Failed, Request, Why};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use crate::support::wire::{Names, Reply, Server, answer, client, redirect};

/// An authority of its own.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.as_ref().der().clone()).unwrap();
        roots
    }

    /// A server with a certificate for `name`, valid from year to year.
    fn acceptor(&self, name: &str, from: i32, until: i32) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(until, 12, 31);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

async fn ask(client: Client, server: &Server, host: &str) -> Result<Answer, Failed> {
    let url = format!("https://{host}:{}/", server.address.port()).parse().unwrap();
    client.with_resolver(Names::loopback()).send(Request::get(url)).await
}

#[tokio::test]
async fn a_good_certificate_is_taken_and_its_end_is_read() {
    let authority = Authority::new();
    for (name, host) in [("good.test", "good.test"), ("good.test", "good.test."), ("127.0.0.1", "127.0.0.1")] {
        let server = Server::start_tls(authority.acceptor(name, 2020, 2090), |_| answer("200 OK", "", "safe")).await;
        let got = ask(client().with_roots(authority.roots()), &server, host).await.unwrap();
        assert_eq!(&got.body[..], b"safe");
        assert_eq!(got.certificate_expires, Some("2090-12-31T00:00:00Z".parse::<Timestamp>().unwrap()));
        assert!(got.phases.tls > Duration::ZERO);
    }
}

#[tokio::test]
async fn expired_early_misnamed_and_unknown_certificates_are_told_apart() {
    let (ours, other) = (Authority::new(), Authority::new());
    for (what, acceptor, why) in [
        ("expired", ours.acceptor("good.test", 2010, 2020), Why::TlsExpired),
        ("not yet valid", ours.acceptor("good.test", 2080, 2090), Why::TlsExpired),
        ("another name", ours.acceptor("other.test", 2020, 2090), Why::TlsName),
        ("unknown authority", other.acceptor("good.test", 2020, 2090), Why::TlsUntrusted),
    ] {
        let server = Server::start_tls(acceptor, |_| answer("200 OK", "", "unsafe")).await;
        let failed = ask(client().with_roots(ours.roots()), &server, "good.test").await.unwrap_err();
        assert_eq!(failed.why, why, "{what}: {failed}");
        assert!(server.asked().is_empty(), "{what}: nothing is told to a server that is not known");
    }
    let server = Server::start_tls(ours.acceptor("good.test", 2020, 2090), |_| answer("200 OK", "", "")).await;
    let failed = ask(client(), &server, "good.test").await.unwrap_err();
    assert_eq!(failed.why, Why::TlsUntrusted, "the authorities of the tests are not trusted by themselves: {failed}");
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_not_trusted() {
    let plain = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = plain.local_addr().unwrap();
    let talk = tokio::spawn(async move {
        let (mut stream, _) = plain.accept().await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    let url = format!("https://{address}/").parse().unwrap();
    let failed = client().send(Request::get(url)).await.unwrap_err();
    assert_eq!(failed.why, Why::TlsUntrusted, "{failed}");
    talk.await.unwrap();
}

#[tokio::test]
async fn a_redirect_from_https_to_http_is_refused() {
    let authority = Authority::new();
    let plain = Server::start(|_| answer("200 OK", "", "")).await;
    let target = plain.url("127.0.0.1", "/").to_string();
    let server = Server::start_tls(authority.acceptor("good.test", 2020, 2090), move |_| redirect(&target)).await;
    let failed = ask(client().with_roots(authority.roots()), &server, "good.test").await.unwrap_err();
    assert_eq!(failed.why, Why::AddressRefused, "{failed}");
    assert!(plain.asked().is_empty());
}

#[tokio::test]
async fn a_body_that_ends_without_a_word_under_tls_is_a_bad_body() {
    let authority = Authority::new();
    let short = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort".to_vec();
    let server =
        Server::start_tls(authority.acceptor("good.test", 2020, 2090), move |_| Reply::Bytes(short.clone())).await;
    let failed = ask(client().with_roots(authority.roots()), &server, "good.test").await.unwrap_err();
    assert_eq!(failed.why, Why::BadBody, "{failed}");
}
