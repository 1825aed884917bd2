//! The client: resolves, checks, asks, follows redirects, and stops in time.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use bytes::Bytes;
use http_body_util::Full;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, RootCertStore};
use url::{Host, Position, Url};

use super::answer::{Answer, Failed, Why};
use super::exchange::{self, Hop};
use super::guard;
use super::request::Request;
use super::resolve::{Resolve, SystemResolver};
use super::stopwatch::{Phase, Stopwatch};
use super::{body, tls};
use crate::config;

/// Asks addresses that people typed in. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    resolver: Arc<dyn Resolve>,
    tls: Result<TlsConnector, rustls::Error>,
    allow_loopback: bool,
    user_agent: HeaderValue,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("allow_loopback", &self.allow_loopback).finish_non_exhaustive()
    }
}

impl Client {
    /// A client with the system's resolver and the authorities that browsers trust.
    #[must_use]
    pub fn new(http: &config::Http) -> Self {
        Self {
            resolver: Arc::new(SystemResolver),
            tls: tls::connector(tls::public_roots()),
            allow_loopback: http.allow_loopback,
            user_agent: user_agent(&http.contact),
        }
    }

    /// Whether addresses of this machine may be asked.
    #[must_use]
    pub const fn allows_loopback(&self) -> bool {
        self.allow_loopback
    }

    /// The same client with another resolver; for tests.
    #[must_use]
    pub fn with_resolver(mut self, resolver: Arc<dyn Resolve>) -> Self {
        self.resolver = resolver;
        self
    }

    /// The same client with other authorities; for tests. Certificates are verified all the same.
    #[must_use]
    pub fn with_roots(mut self, roots: RootCertStore) -> Self {
        self.tls = tls::connector(roots);
        self
    }

    /// Sends a request and reads the answer, whatever its status.
    ///
    /// # Errors
    /// [`Failed`]
    pub async fn send(&self, request: Request) -> Result<Answer, Failed> {
        let total = request.limits.total;
        let mut watch = Stopwatch::start(total);
        let ended = match timeout(total, self.follow(request, &mut watch)).await {
            Ok(ended) => ended,
            Err(_) => Err((Why::Timeout, format!("no answer within {total:?} {}", watch.phase().words()))),
        };
        let phases = watch.read();
        match ended {
            Ok((hop, url)) => Ok(Answer {
                status: hop.status,
                headers: hop.headers,
                body: hop.body,
                url,
                phases,
                certificate_expires: hop.certificate_expires,
            }),
            Err((why, message)) => Err(Failed { why, message, phases }),
        }
    }

    async fn follow(&self, mut request: Request, watch: &mut Stopwatch) -> Result<(Hop, Url), (Why, String)> {
        let mut followed = 0;
        loop {
            watch.enter(Phase::Dns);
            let hop = self.hop(&request, watch).await?;
            if request.limits.max_redirects == 0 {
                return Ok((hop, request.url));
            }
            let Some(target) = target(&hop, &request.url)? else { return Ok((hop, request.url)) };
            if followed == request.limits.max_redirects {
                return Err((Why::RedirectLoop, format!("more than {followed} redirects, the last to {target}")));
            }
            followed += 1;
            redirect(&mut request, hop.status, target)?;
        }
    }

    async fn hop(&self, request: &Request, watch: &mut Stopwatch) -> Result<Hop, (Why, String)> {
        let (host, port) = place(&request.url)?;
        let sent = self.prepare(request)?;
        let addresses = self.addresses(&host).await?;
        watch.enter(Phase::Connect);
        let stream = exchange::connect(&addresses, port, watch).await?;
        let limits = request.limits;
        let mut hop = if request.url.scheme() == "https" {
            watch.enter(Phase::Tls);
            let connector = self.tls.as_ref().map_err(|error| (Why::TlsUntrusted, format!("TLS: {error}")))?;
            let stream = tls::handshake(connector, server_name(&host)?, stream).await?;
            let certificate_expires = tls::expires(&stream);
            watch.enter(Phase::FirstByte);
            Hop { certificate_expires, ..exchange::exchange(stream, sent, limits, watch).await? }
        } else {
            watch.enter(Phase::FirstByte);
            exchange::exchange(stream, sent, limits, watch).await?
        };
        hop.body = body::unpack(&mut hop.headers, hop.body, limits.max_bytes)?;
        Ok(hop)
    }

    /// The addresses of a host; none of them when one is refused, since a name that mixes them is up to no good.
    async fn addresses(&self, host: &Host<&str>) -> Result<Vec<IpAddr>, (Why, String)> {
        let found = match host {
            Host::Ipv4(address) => vec![IpAddr::V4(*address)],
            Host::Ipv6(address) => vec![IpAddr::V6(*address)],
            Host::Domain(name) => self.resolver.resolve(name).await.map_err(|error| {
                if super::resolve::unreachable_kind(error.kind()) {
                    (Why::OwnNetworkDown, format!("{name} cannot be looked up: this machine has no network"))
                } else {
                    (Why::Dns, format!("{name} cannot be looked up: {error}"))
                }
            })?,
        };
        for address in &found {
            if let Some(why) = guard::refused(*address, self.allow_loopback) {
                return Err((Why::AddressRefused, format!("{host} is {address}, which may not be asked: {why}")));
            }
        }
        Ok(found)
    }

    fn prepare(&self, request: &Request) -> Result<hyper::Request<Full<Bytes>>, (Why, String)> {
        let bad = |error: &dyn std::error::Error| (Why::BadUrl, format!("the address cannot be sent: {error}"));
        let path = PathAndQuery::try_from(&request.url[Position::BeforePath..Position::AfterQuery]);
        let authority = &request.url[Position::BeforeHost..Position::AfterPort];
        let host = HeaderValue::from_str(authority).map_err(|error| bad(&error))?;
        let mut sent = hyper::Request::new(Full::new(request.body.clone()));
        *sent.method_mut() = request.method.clone();
        *sent.uri_mut() = Uri::from(path.map_err(|error| bad(&error))?);
        let mut headers = request.headers.clone();
        headers.insert(header::HOST, host);
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        headers.insert(header::USER_AGENT, self.user_agent.clone());
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        *sent.headers_mut() = headers;
        Ok(sent)
    }
}

/// The honest name of this program, with how to reach who runs it.
fn user_agent(contact: &str) -> HeaderValue {
    let name = concat!("toantrinh/", env!("CARGO_PKG_VERSION"));
    let plain = HeaderValue::from_static(name);
    if contact.is_empty() { plain } else { HeaderValue::from_str(&format!("{name} (+{contact})")).unwrap_or(plain) }
}

/// Host and port of an address that may be asked at all.
fn place(url: &Url) -> Result<(Host<&str>, u16), (Why, String)> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err((Why::BadUrl, format!("{}: addresses are asked over http and https only", url.scheme())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err((Why::BadUrl, "an address with a user or a password in it is not asked".to_owned()));
    }
    match (url.host(), url.port_or_known_default()) {
        (Some(host), Some(port)) => Ok((host, port)),
        _ => Err((Why::BadUrl, "the address has no host".to_owned())),
    }
}

fn server_name(host: &Host<&str>) -> Result<ServerName<'static>, (Why, String)> {
    match host {
        Host::Ipv4(address) => Ok(IpAddr::V4(*address).into()),
        Host::Ipv6(address) => Ok(IpAddr::V6(*address).into()),
        // A final dot makes a name absolute and is no part of what a certificate says.
        Host::Domain(name) => ServerName::try_from(name.trim_end_matches('.').to_owned())
            .map_err(|_| (Why::BadUrl, format!("{name} is no name that a certificate can be for"))),
    }
}

/// Where an answer sends us; `None` when it is the answer itself.
fn target(hop: &Hop, from: &Url) -> Result<Option<Url>, (Why, String)> {
    if !exchange::is_redirect(hop.status, &hop.headers) {
        return Ok(None);
    }
    let Some(location) = hop.headers.get(header::LOCATION) else { return Ok(None) };
    let joined = location.to_str().ok().and_then(|text| from.join(text).ok());
    joined.map(Some).ok_or_else(|| (Why::BadUrl, format!("the redirect to {location:?} leads nowhere")))
}

/// Turns a request into the one that follows a redirect (RFC 9110, 15.4).
fn redirect(request: &mut Request, status: StatusCode, target: Url) -> Result<(), (Why, String)> {
    if request.url.scheme() == "https" && target.scheme() == "http" {
        return Err((Why::AddressRefused, "the redirect leads from https to http".to_owned()));
    }
    let becomes_get = match status.as_u16() {
        301 | 302 => request.method == Method::POST,
        303 => request.method != Method::HEAD,
        _ => false,
    };
    if becomes_get {
        request.method = Method::GET;
        request.body = Bytes::new();
        for name in [header::CONTENT_TYPE, header::CONTENT_ENCODING, header::CONTENT_LANGUAGE] {
            request.headers.remove(name);
        }
    }
    if request.url.origin() != target.origin() {
        without_secrets(&mut request.headers);
    }
    request.url = target;
    Ok(())
}

/// What was meant for one place is not told to another.
fn without_secrets(headers: &mut HeaderMap) {
    for name in [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION] {
        headers.remove(name);
    }
    let marked: Vec<_> = headers.iter().filter(|(_, v)| v.is_sensitive()).map(|(n, _)| n.clone()).collect();
    for name in marked {
        headers.remove(name);
    }
}
