//! Names into addresses, behind a trait so that tests can lie.

use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::pin::Pin;

/// The addresses of a name, or why there are none.
pub type Resolving<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Finds the addresses of a name.
pub trait Resolve: Debug + Send + Sync {
    /// All addresses of `host`, best first. An error of kind `NetworkUnreachable` or `NetworkDown` says that this machine has
    /// no network, every other that the name is not known.
    fn resolve<'a>(&'a self, host: &'a str) -> Resolving<'a>;
}

/// The operating system's resolver, with its hosts file and its name servers.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> Resolving<'a> {
        Box::pin(async move {
            match tokio::net::lookup_host((host, 0)).await {
                Ok(found) => Ok(found.map(|address| address.ip()).collect()),
                Err(_) if cut_off() => Err(io::ErrorKind::NetworkUnreachable.into()),
                Err(error) => Err(error),
            }
        })
    }
}

/// Whether this machine's routing table has no way to `address`. Nothing is sent: connecting a datagram socket only asks the
/// table. It tells "the service is dead" from "we have no network", which the error of a connection alone does not: a router
/// far away may answer "unreachable" too.
pub(super) fn no_route(address: IpAddr) -> bool {
    let any: IpAddr = if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let asked = UdpSocket::bind(SocketAddr::new(any, 0)).and_then(|s| s.connect(SocketAddr::new(address, 9)));
    asked.is_err_and(|error| unreachable_kind(error.kind()))
}

/// Whether an error says that there is no way to the other side.
pub(super) fn unreachable_kind(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown | io::ErrorKind::HostUnreachable)
}

/// Whether there is no way out at all, asked with addresses that are set aside for documentation (RFC 5737, RFC 3849).
fn cut_off() -> bool {
    no_route(Ipv4Addr::new(192, 0, 2, 1).into()) && no_route(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_always_has_a_way_to_itself() {
        assert!(!no_route(Ipv4Addr::LOCALHOST.into()));
        assert!(!cut_off() || no_route(Ipv4Addr::new(192, 0, 2, 7).into()));
    }

    #[test]
    fn only_errors_about_the_way_speak_of_our_own_network() {
        assert!(
            unreachable_kind(io::ErrorKind::NetworkUnreachable) && unreachable_kind(io::ErrorKind::HostUnreachable)
        );
        assert!(!unreachable_kind(io::ErrorKind::ConnectionRefused) && !unreachable_kind(io::ErrorKind::TimedOut));
    }
}
