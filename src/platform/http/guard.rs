//! The guard against requests into places nobody outside may reach (SSRF): private, local and special addresses.
//!
//! Sources are typed in by people, so their addresses are not trusted. The lists follow the IANA registries of
//! special-purpose addresses (RFC 6890 and its updates); of IPv6 only the global unicast block `2000::/3` and the well-known
//! NAT64 prefix are let through at all.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Blocks of IPv4 that are refused: first address, bits, what it is.
const REFUSED_V4: [(Ipv4Addr, u32, &str); 16] = [
    (Ipv4Addr::UNSPECIFIED, 8, "this network"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "private"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "shared by a provider's customers"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, LOOPBACK),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "private"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "for protocols"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "for documentation"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "6to4 relays"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "private"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "for benchmarks"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "for documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "for documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::BROADCAST, 32, "broadcast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved"),
];

/// Blocks of IPv6 inside `2000::/3` that are refused all the same.
const REFUSED_V6: [(Ipv6Addr, u32, &str); 3] = [
    // Teredo, ORCHID, benchmarks and other protocols; Teredo hides an IPv4 address, too.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, "for protocols"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "for documentation"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "for documentation"),
];

const LOOPBACK: &str = "this machine itself";

/// Why an address may not be asked; `None` when it may. `allow_loopback` lets `127.0.0.0/8` and `::1` through and nothing else.
#[must_use]
pub fn refused(address: IpAddr, allow_loopback: bool) -> Option<&'static str> {
    let why = match address {
        IpAddr::V4(v4) => refused_v4(v4),
        IpAddr::V6(v6) => refused_v6(v6),
    };
    why.filter(|_| !(allow_loopback && address.is_loopback()))
}

fn refused_v4(address: Ipv4Addr) -> Option<&'static str> {
    let within = |(block, bits, _): &&(Ipv4Addr, u32, &str)| {
        let mask = u32::MAX << (32 - bits);
        address.to_bits() & mask == block.to_bits()
    };
    REFUSED_V4.iter().find(within).map(|(_, _, why)| *why)
}

fn refused_v6(address: Ipv6Addr) -> Option<&'static str> {
    let s = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low));
    match s {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some("no address"),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some(LOOPBACK),
        // A packet to these goes on to the IPv4 address inside: at the end for a translator (RFC 6052), behind the prefix
        // for 6to4 (RFC 3056).
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => refused_v4(v4(high, low)),
        [0, 0, 0, 0, 0, 0xffff, ..] => Some("IPv4 written as IPv6"),
        [0xff00..=0xffff, ..] => Some("multicast"),
        [0xfc00..=0xfdff, ..] => Some("private"),
        [0xfe80..=0xfebf, ..] => Some("link-local"),
        [0x2000..=0x3fff, ..] => within_v6(address),
        _ => Some("not a public address"),
    }
}

fn within_v6(address: Ipv6Addr) -> Option<&'static str> {
    let within = |(block, bits, _): &&(Ipv6Addr, u32, &str)| {
        let mask = u128::MAX << (128 - bits);
        address.to_bits() & mask == block.to_bits()
    };
    REFUSED_V6.iter().find(within).map(|(_, _, why)| *why)
}
