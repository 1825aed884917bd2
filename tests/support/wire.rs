//! Servers on loopback that say byte by byte what they are told, and a resolver that says what it is told.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use toantrinh::config;
use toantrinh::platform::http::{Client, Resolve};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use url::Url;

/// What a server does with one connection after it has read the request's head.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Sends bytes and closes.
    Bytes(Vec<u8>),
    /// Sends bytes and says nothing more, until the other side goes away.
    ThenSilence(Vec<u8>),
    /// Sends the same bytes again and again, until the other side goes away.
    Endless(Vec<u8>, Vec<u8>),
    /// Closes at once.
    Drop,
}

/// A whole answer.
pub fn answer(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Reply {
    let body = body.as_ref();
    let mut bytes = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    Reply::Bytes(bytes)
}

/// A redirect.
pub fn redirect(location: &str) -> Reply {
    answer("302 Found", &format!("location: {location}\r\n"), "")
}

/// A server on loopback.
pub struct Server {
    pub address: SocketAddr,
    /// The heads of all requests, in order.
    asked: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Starts a server that answers each request's head with a reply.
    pub async fn start(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen(None, reply).await
    }

    /// The same over TLS.
    pub async fn start_tls(tls: TlsAcceptor, reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen(Some(tls), reply).await
    }

    async fn listen(tls: Option<TlsAcceptor>, reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (heads, reply) = (Arc::clone(&asked), Arc::new(reply));
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (heads, reply, tls) = (Arc::clone(&heads), Arc::clone(&reply), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => converse(stream, &heads, &*reply).await,
                        Some(tls) => converse(tls.accept(stream).await?, &heads, &*reply).await,
                    }
                });
            }
        });
        Self { address, asked, task }
    }

    /// The heads of all requests until now.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// An address on it under the name or literal `host`.
    pub fn url(&self, host: &str, path: &str) -> Url {
        format!("http://{host}:{}{path}", self.address.port()).parse().unwrap()
    }
}

async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    heads: &Mutex<Vec<String>>,
    reply: &(dyn Fn(&str) -> Reply + Send + Sync),
) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|w| w == b"\r\n\r\n") {
        if stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let reply = reply(&head);
    heads.lock().unwrap().push(head);
    match reply {
        Reply::Drop => return Ok(()),
        Reply::Bytes(bytes) => stream.write_all(&bytes).await?,
        Reply::ThenSilence(bytes) => {
            stream.write_all(&bytes).await?;
            stream.flush().await?;
            while stream.read(&mut [0; 64]).await? > 0 {}
        }
        Reply::Endless(bytes, again) => {
            stream.write_all(&bytes).await?;
            loop {
                stream.write_all(&again).await?;
            }
        }
    }
    stream.shutdown().await
}

/// A resolver that gives its answers one after the other, the last for ever.
#[derive(Debug)]
pub struct Names {
    answers: Mutex<VecDeque<Result<Vec<IpAddr>, io::ErrorKind>>>,
    /// Every name asked for.
    pub asked: Mutex<Vec<String>>,
}

impl Names {
    pub fn new(answers: impl IntoIterator<Item = Result<Vec<IpAddr>, io::ErrorKind>>) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(answers.into_iter().collect()), asked: Mutex::default() })
    }

    /// Every name is this machine.
    pub fn loopback() -> Arc<Self> {
        Self::new([Ok(vec![Ipv4Addr::LOCALHOST.into()])])
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, host: &'a str) -> toantrinh::platform::http::resolve::Resolving<'a> {
        self.asked.lock().unwrap().push(host.to_owned());
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Box::pin(async move { answer.unwrap().map_err(io::Error::from) })
    }
}

/// A client that may ask this machine.
pub fn client() -> Client {
    Client::new(&config::Http { allow_loopback: true, contact: "ops@example.vn".to_owned() })
}

/// A client as it is in production.
pub fn strict_client() -> Client {
    Client::new(&config::Http::default())
}
