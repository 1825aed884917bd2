//! Every way a request can fail has its own kind; each is met on a real connection where it can be.

use std::io::ErrorKind;
use std::net::Ipv4Addr;
use std::time::Duration;

use toantrinh::platform::http::{Failed, Limits, Request, Why};
use tokio::net::TcpListener;

use crate::support::wire::{Names, Reply, Server, answer, client, redirect};

async fn failure(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Failed {
    let server = Server::start(reply).await;
    let limits = Limits { total: Duration::from_millis(400), ..Limits::default() };
    client().send(Request::get(server.url("127.0.0.1", "/")).within(limits)).await.unwrap_err()
}

#[tokio::test]
async fn a_name_without_address_is_dns_and_a_machine_without_network_is_its_own_fault() {
    for (answer, why) in [
        (Err(ErrorKind::NotFound), Why::Dns),
        (Ok(Vec::new()), Why::Dns),
        (Err(ErrorKind::NetworkUnreachable), Why::OwnNetworkDown),
        (Err(ErrorKind::NetworkDown), Why::OwnNetworkDown),
    ] {
        let request = Request::get("http://nowhere.test/".parse().unwrap());
        let failed = client().with_resolver(Names::new([answer.clone()])).send(request).await.unwrap_err();
        assert_eq!(failed.why, why, "{answer:?}: {failed}");
    }
}

#[tokio::test]
async fn a_closed_port_and_a_dropped_connection_are_connect() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let failed = client().send(Request::get(url)).await.unwrap_err();
    assert_eq!(failed.why, Why::Connect, "{failed}");
    for reply in [Reply::Drop, Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec())] {
        let failed = failure(move |_| reply.clone()).await;
        assert_eq!(failed.why, Why::Connect, "{failed}");
    }
}

#[tokio::test]
async fn the_next_address_of_a_name_is_tried_when_the_first_takes_no_connection() {
    let server = Server::start(|_| answer("200 OK", "", "second")).await;
    let names = Names::new([Ok(vec!["127.0.0.9".parse().unwrap(), Ipv4Addr::LOCALHOST.into()])]);
    let got = client().with_resolver(names).send(Request::get(server.url("two.test", "/"))).await.unwrap();
    assert_eq!(&got.body[..], b"second");
}

#[tokio::test]
async fn silence_is_a_timeout_and_says_in_which_phase() {
    let failed = failure(|_| Reply::ThenSilence(Vec::new())).await;
    assert_eq!(failed.why, Why::Timeout);
    assert!(failed.message.contains("first byte"), "{failed}");
    assert!(failed.phases.first_byte >= Duration::from_millis(300), "{failed:?}");
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_vec();
    let failed = failure(move |_| Reply::ThenSilence(half.clone())).await;
    assert_eq!(failed.why, Why::Timeout);
    assert!(failed.message.contains("body") && failed.phases.transfer >= Duration::from_millis(300), "{failed:?}");
}

#[tokio::test]
async fn what_is_not_http_or_breaks_off_is_a_bad_body() {
    let cases: [(&str, &[u8]); 7] = [
        ("no HTTP", b"220 smtp.example.vn ESMTP\r\n"),
        ("bad header", b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n"),
        ("two lengths", b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 5\r\n\r\nabcde"),
        (
            "an upgrade nobody asked for",
            b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        ),
        ("short body", b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort"),
        ("short chunk", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nshort"),
        ("bad chunk", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nshort\r\n0\r\n\r\n"),
    ];
    for (name, bytes) in cases {
        let failed = failure(move |_| Reply::Bytes(bytes.to_vec())).await;
        assert_eq!(failed.why, Why::BadBody, "{name}: {failed}");
    }
}

#[tokio::test]
async fn an_informational_status_before_the_answer_is_passed_over() {
    let bytes =
        b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_vec();
    let server = Server::start(move |_| Reply::Bytes(bytes.clone())).await;
    let got = client().send(Request::get(server.url("127.0.0.1", "/"))).await.unwrap();
    assert_eq!((got.status.as_u16(), &got.body[..]), (200, &b"ok"[..]));
}

#[tokio::test]
async fn redirects_without_end_are_a_loop() {
    let server = Server::start(|_| redirect("/round")).await;
    let failed = client().send(Request::get(server.url("127.0.0.1", "/"))).await.unwrap_err();
    assert_eq!(failed.why, Why::RedirectLoop, "{failed}");
    assert_eq!(server.asked().len(), 4, "the first request and the three redirects allowed");
}

#[tokio::test]
async fn every_status_is_an_answer_and_so_is_a_redirect_where_none_is_followed() {
    for status in ["201 Created", "204 No Content", "304 Not Modified", "403 Forbidden", "429 Slow", "503 Down"] {
        let server = Server::start(move |_| answer(status, "", "")).await;
        let got = client().send(Request::get(server.url("127.0.0.1", "/"))).await.unwrap();
        assert!(status.starts_with(got.status.as_str()));
    }
    let server = Server::start(|_| redirect("http://10.0.0.1/")).await;
    let limits = Limits { max_redirects: 0, ..Limits::default() };
    let got = client().send(Request::get(server.url("127.0.0.1", "/")).within(limits)).await.unwrap();
    assert_eq!((got.status.as_u16(), &got.headers["location"]), (302, &"http://10.0.0.1/".parse().unwrap()));
}
