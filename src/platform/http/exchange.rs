//! One hop: connect to an address that was checked, shake hands, send, read.

use std::future::{Future, poll_fn};
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::task::Poll;

use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::answer::Why;
use super::body::{self, causes};
use super::request::Limits;
use super::resolve::{no_route, unreachable_kind};
use super::stopwatch::{Phase, Stopwatch};

/// Room for the headers of an answer, bytes.
const HEADER_BYTES: usize = 64 * 1024;

/// What came back in one hop.
pub(super) struct Hop {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) certificate_expires: Option<Timestamp>,
}

/// Connects to the first address that takes the connection; each gets an equal share of the time that is left.
pub(super) async fn connect(addresses: &[IpAddr], port: u16, watch: &Stopwatch) -> Result<TcpStream, (Why, String)> {
    let mut failure = (Why::Dns, "the name has no address".to_owned());
    for (tried, address) in addresses.iter().enumerate() {
        let left = u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        let target = SocketAddr::new(*address, port);
        let attempt = match timeout(watch.left() / left, TcpStream::connect(target)).await {
            Err(_) => (Why::Timeout, format!("{target} did not answer in time {}", watch.phase().words())),
            Ok(Err(error)) if unreachable_kind(error.kind()) && no_route(*address) => {
                (Why::OwnNetworkDown, format!("this machine has no way to {target}: {error}"))
            }
            Ok(Err(error)) => (Why::Connect, format!("{target} took no connection: {error}")),
            Ok(Ok(stream)) => match stream.peer_addr() {
                Ok(peer) if peer == target => {
                    // A request is one small write; waiting for more would only delay it.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                other => (Why::AddressRefused, format!("the connection to {target} ended at {other:?}")),
            },
        };
        // Were one address only out of our reach and another refused us, the service is what failed.
        if tried == 0 || failure.0 == Why::OwnNetworkDown {
            failure = attempt;
        }
    }
    Err(failure)
}

/// Sends a request over a connection and reads the answer.
pub(super) async fn exchange<S>(
    stream: S,
    request: hyper::Request<Full<Bytes>>,
    limits: Limits,
    watch: &mut Stopwatch,
) -> Result<Hop, (Why, String)>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut builder = http1::Builder::new();
    builder.max_buf_size(HEADER_BYTES);
    let shaken = builder.handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = shaken.map_err(|error| before_headers(&error))?;
    let work = async {
        let answer = sender.send_request(request).await.map_err(|error| before_headers(&error))?;
        watch.enter(Phase::Transfer);
        let (parts, incoming) = answer.into_parts();
        if parts.status.is_informational() {
            return Err((Why::BadBody, format!("status {} is no answer to this request", parts.status)));
        }
        let followed = limits.max_redirects > 0 && is_redirect(parts.status, &parts.headers);
        // What a redirect says beside its target is for people.
        let body = if followed { Bytes::new() } else { body::read(incoming, limits.max_bytes).await? };
        Ok(Hop { status: parts.status, headers: parts.headers, body, certificate_expires: None })
    };
    driven(connection, work).await
}

/// Whether an answer sends us elsewhere.
pub(super) fn is_redirect(status: StatusCode, headers: &HeaderMap) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) && headers.contains_key(header::LOCATION)
}

/// Runs `work` while `connection` moves its bytes, both in this task.
async fn driven<T>(connection: impl Future, work: impl Future<Output = T>) -> T {
    let mut connection = pin!(connection);
    let mut work = pin!(work);
    let mut open = true;
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(done);
        }
        // How the connection ended reaches the work through its channel.
        open = open && connection.as_mut().poll(context).is_pending();
        work.as_mut().poll(context)
    })
    .await
}

fn before_headers(error: &hyper::Error) -> (Why, String) {
    let text = causes(error);
    if error.is_parse_too_large() {
        (Why::TooLarge, format!("the headers are larger than {HEADER_BYTES} bytes: {text}"))
    } else if error.is_parse() {
        (Why::BadBody, format!("the answer is not HTTP/1: {text}"))
    } else {
        (Why::Connect, format!("the connection was dropped before the answer's headers: {text}"))
    }
}
