//! Private places are refused: as literals, by name, by a name that changes its mind, by a redirect.

use std::net::{IpAddr, Ipv4Addr};

use proptest::prelude::*;
use toantrinh::platform::http::guard::refused;
use toantrinh::platform::http::{Request, Why};

use crate::support::wire::{Names, Server, answer, client, redirect, strict_client};

const REFUSED: &[&str] = &[
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.0",
    "10.1.2.3",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.255",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.168.255.255",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.254",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:10.1.2.3",
    "::ffff:169.254.169.254",
    "::ffff:8.8.8.8",
    "64:ff9b::127.0.0.1",
    "64:ff9b::10.1.2.3",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::8.8.8.8",
    "100::1",
    "2001::1",
    "2001:2::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a01:203::1",
    "2002:a9fe:a9fe::",
    "2002:c0a8:1::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fdff:ffff::1",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
];

const ALLOWED: &[&str] = &[
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "126.1.1.1",
    "128.0.0.1",
    "169.253.255.255",
    "169.255.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.0.1.1",
    "192.167.1.1",
    "192.169.1.1",
    "198.17.255.255",
    "198.20.0.1",
    "203.162.0.1",
    "223.255.255.255",
    "2001:4860:4860::8888",
    "2400:cb00::1",
    "2002:808:808::1",
    "64:ff9b::8.8.8.8",
    "2606:4700::1111",
];

#[test]
fn every_special_address_is_refused_and_public_ones_are_not() {
    for text in REFUSED {
        assert!(refused(text.parse().unwrap(), false).is_some(), "{text} was let through");
    }
    for text in ALLOWED {
        assert_eq!(refused(text.parse().unwrap(), false), None, "{text}");
    }
}

#[test]
fn allowing_loopback_allows_loopback_and_nothing_else() {
    for text in REFUSED {
        let address: IpAddr = text.parse().unwrap();
        assert_eq!(refused(address, true).is_none(), address.is_loopback(), "{text}");
    }
}

proptest! {
    #[test]
    fn the_guard_agrees_with_the_standard_library(bits: u32) {
        let address = Ipv4Addr::from_bits(bits);
        let special = address.is_loopback() || address.is_private() || address.is_link_local() || address.is_broadcast()
            || address.is_documentation() || address.is_multicast() || address.is_unspecified();
        prop_assert!(!special || refused(address.into(), false).is_some());
        let mapped = refused(address.to_ipv6_mapped().into(), true);
        prop_assert!(mapped.is_some(), "IPv4 in the clothes of IPv6 is never asked");
    }
}

#[tokio::test]
async fn private_literals_are_refused_however_they_are_spelt() {
    let literals = [
        "169.254.169.254",
        "10.1.2.3",
        "[::1]",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "[::ffff:127.0.0.1]",
        "[::ffff:a01:203]",
        "[0:0:0:0:0:0:0:1]",
        "[fe80::1]",
        "[fd00::1]",
        "0",
        "127.0.0.1.",
        "１２７.０.０.１",
        "[64:ff9b::7f00:1]",
    ];
    for literal in literals {
        let url = format!("http://{literal}/latest/meta-data").parse().unwrap();
        let failed = strict_client().send(Request::get(url)).await.unwrap_err();
        assert_eq!(failed.why, Why::AddressRefused, "{literal}: {failed}");
    }
}

#[tokio::test]
async fn this_machines_own_name_is_refused_by_its_address() {
    let server = Server::start(|_| answer("200 OK", "", "secret")).await;
    let failed = strict_client().send(Request::get(server.url("localhost", "/"))).await.unwrap_err();
    assert_eq!(failed.why, Why::AddressRefused, "{failed}");
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_name_with_one_private_address_among_good_ones_is_refused() {
    for private in ["10.1.2.3", "127.0.0.1", "fd00::1"] {
        let names = Names::new([Ok(vec!["8.8.8.8".parse().unwrap(), private.parse().unwrap()])]);
        let request = Request::get("http://mixed.test/".parse().unwrap());
        let failed = strict_client().with_resolver(names).send(request).await.unwrap_err();
        assert_eq!(failed.why, Why::AddressRefused, "{private}: {failed}");
    }
}

#[tokio::test]
async fn what_is_connected_is_what_was_checked_however_a_name_changes_its_mind() {
    let server = Server::start(|_| answer("200 OK", "", "here")).await;
    // Checked once, good; every later look-up would be private. Were there a second look-up, it would be used and counted.
    let names = Names::new([Ok(vec!["127.0.0.1".parse().unwrap()]), Ok(vec!["10.0.0.1".parse().unwrap()])]);
    let request = Request::get(server.url("rebind.test", "/"));
    let got = client().with_resolver(names.clone()).send(request).await.unwrap();
    assert_eq!((&got.body[..], names.asked.lock().unwrap().len()), (&b"here"[..], 1));
}

#[tokio::test]
async fn a_name_that_turns_private_is_refused_at_the_redirect() {
    let server = Server::start(|_| redirect("/again")).await;
    let names = Names::new([Ok(vec!["127.0.0.1".parse().unwrap()]), Ok(vec!["10.0.0.1".parse().unwrap()])]);
    let request = Request::get(server.url("rebind.test", "/"));
    let failed = client().with_resolver(names.clone()).send(request).await.unwrap_err();
    assert_eq!(failed.why, Why::AddressRefused, "{failed}");
    assert_eq!((server.asked().len(), names.asked.lock().unwrap().len()), (1, 2), "each hop is looked up once");
}

#[tokio::test]
async fn a_redirect_to_a_private_address_is_refused_even_where_loopback_is_allowed() {
    for target in ["http://10.1.2.3/", "http://169.254.169.254/latest", "//192.168.1.1/", "http://[fd00::1]:8080/"] {
        let server = Server::start(move |_| redirect(target)).await;
        let failed = client().send(Request::get(server.url("127.0.0.1", "/"))).await.unwrap_err();
        assert_eq!(failed.why, Why::AddressRefused, "{target}: {failed}");
    }
}

#[tokio::test]
async fn schemes_passwords_and_empty_hosts_are_refused_before_anything_is_sent() {
    for url in ["ftp://example.vn/", "file:///etc/passwd", "data:text/plain,x", "http://an:secret@example.vn/"] {
        let failed = client().send(Request::get(url.parse().unwrap())).await.unwrap_err();
        assert_eq!(failed.why, Why::BadUrl, "{url}");
        assert!(!failed.message.contains("secret"), "{failed}");
    }
    for target in ["file:///etc/passwd", "http://an:secret@127.0.0.1/", "http://[bad/"] {
        let server = Server::start(move |_| redirect(target)).await;
        let failed = client().send(Request::get(server.url("127.0.0.1", "/"))).await.unwrap_err();
        assert_eq!(failed.why, Why::BadUrl, "{target}: {failed}");
    }
}
