//! Nothing is unlimited: size, unpacked size, headers, time; and what is sent and measured.

use std::io::Write;
use std::time::{Duration, Instant};

use axum::http::{HeaderValue, Method};
use flate2::Compression;
use flate2::write::GzEncoder;
use toantrinh::config::Http;
use toantrinh::platform::http::{Client, Limits, Request, Why};

use crate::support::wire::{Names, Reply, Server, answer, client, redirect};

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn small(max_bytes: usize) -> Limits {
    Limits { max_bytes, ..Limits::default() }
}

#[tokio::test]
async fn a_body_may_have_the_allowed_bytes_and_not_one_more() {
    for (bytes, good) in [(1000, true), (1001, false)] {
        let plain = move |_: &str| answer("200 OK", "", vec![b'x'; bytes]);
        let packed = move |_: &str| answer("200 OK", "content-encoding: gzip\r\n", gzip(&vec![b'x'; bytes]));
        let unsized_body = move |_: &str| {
            let mut all = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
            all.resize(all.len() + bytes, b'x');
            Reply::Bytes(all)
        };
        for server in [Server::start(plain).await, Server::start(packed).await, Server::start(unsized_body).await] {
            let got = client().send(Request::get(server.url("127.0.0.1", "/")).within(small(1000))).await;
            match got {
                Ok(got) => assert!(good && got.body.len() == bytes),
                Err(failed) => assert!(!good && failed.why == Why::TooLarge, "{failed}"),
            }
        }
    }
}

#[tokio::test]
async fn endless_bodies_headers_and_bombs_are_too_large() {
    let endless = |head: &str, again: &str| Reply::Endless(head.as_bytes().to_vec(), again.repeat(100).into_bytes());
    let bomb = gzip(&vec![0; 20 << 20]);
    assert!(bomb.len() < 32 << 10, "the bomb must come through packed");
    let servers = [
        Server::start(move |_| endless("HTTP/1.1 200 OK\r\n\r\n", "data")).await,
        Server::start(move |_| endless("HTTP/1.1 200 OK\r\n", "x-filler: 0123456789\r\n")).await,
        Server::start(move |_| endless("HTTP/1.1 200 OK\r\nx: ", "0123456789")).await,
        Server::start(move |_| answer("200 OK", "content-encoding: gzip\r\n", &bomb)).await,
    ];
    for (at, server) in servers.iter().enumerate() {
        let failed = client().send(Request::get(server.url("127.0.0.1", "/"))).await.unwrap_err();
        assert_eq!(failed.why, Why::TooLarge, "{at}: {failed}");
    }
}

#[tokio::test]
async fn gzip_is_asked_for_and_unpacked_and_broken_gzip_is_a_bad_body() {
    let server = Server::start(|_| answer("200 OK", "content-encoding: gzip\r\n", gzip("toàn trình".as_bytes()))).await;
    let got = client().send(Request::get(server.url("127.0.0.1", "/"))).await.unwrap();
    assert_eq!(&got.body[..], "toàn trình".as_bytes());
    assert!(!got.headers.contains_key("content-encoding") && !got.headers.contains_key("content-length"));
    assert!(server.asked()[0].contains("accept-encoding: gzip\r\n"));
    let cut = gzip(b"a text that is cut short")[..20].to_vec();
    for (coding, body) in [("gzip", cut), ("gzip", b"plain".to_vec()), ("br", b"x".to_vec())] {
        let server = Server::start(move |_| answer("200 OK", &format!("content-encoding: {coding}\r\n"), &body)).await;
        let failed = client().send(Request::get(server.url("127.0.0.1", "/"))).await.unwrap_err();
        assert_eq!(failed.why, Why::BadBody, "{coding}: {failed}");
    }
}

#[tokio::test]
async fn the_limit_of_time_stands_over_all_redirects_together() {
    let server =
        Server::start(
            |head| {
                if head.starts_with("GET /slow") { Reply::ThenSilence(Vec::new()) } else { redirect("/slow") }
            },
        )
        .await;
    let limits = Limits { total: Duration::from_millis(300), ..Limits::default() };
    let began = Instant::now();
    let failed = client().send(Request::get(server.url("127.0.0.1", "/")).within(limits)).await.unwrap_err();
    assert_eq!(failed.why, Why::Timeout);
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(300) && took < Duration::from_secs(2), "{took:?}");
}

#[tokio::test]
async fn the_phases_add_up_to_the_time_it_took() {
    let server =
        Server::start(|head| if head.starts_with("GET /a") { redirect("/b") } else { answer("200 OK", "", "x") }).await;
    let began = Instant::now();
    let got = client().with_resolver(Names::loopback()).send(Request::get(server.url("a.test", "/a"))).await.unwrap();
    let took = began.elapsed();
    let phases = got.phases;
    let unmeasured = took.checked_sub(phases.total());
    assert!(unmeasured.is_some_and(|left| left < Duration::from_millis(50)), "{phases:?} are not {took:?}");
    assert!(phases.connect > Duration::ZERO && phases.first_byte > Duration::ZERO && phases.tls == Duration::ZERO);
    assert_eq!(got.url.path(), "/b");
}

#[tokio::test]
async fn a_request_says_who_asks_and_keeps_no_cookie() {
    let server = Server::start(|head| {
        let headers = if head.starts_with("GET /a") { "set-cookie: seen=1\r\nlocation: /b?q=%C4%91\r\n" } else { "" };
        answer(if headers.is_empty() { "200 OK" } else { "302 Found" }, headers, "")
    })
    .await;
    client().send(Request::get(server.url("127.0.0.1", "/a#part"))).await.unwrap();
    let asked = server.asked();
    let version = env!("CARGO_PKG_VERSION");
    let host = format!("host: 127.0.0.1:{}\r\n", server.address.port());
    for head in &asked {
        assert!(head.contains(&format!("user-agent: toantrinh/{version} (+ops@example.vn)\r\n")), "{head}");
        assert!(head.contains(&host) && head.contains("connection: close\r\n") && !head.contains("cookie"), "{head}");
    }
    assert!(asked[0].starts_with("GET /a HTTP/1.1\r\n") && asked[1].starts_with("GET /b?q=%C4%91 HTTP/1.1\r\n"));
    let nameless = Client::new(&Http { allow_loopback: true, contact: String::new() });
    nameless.send(Request::get(server.url("127.0.0.1", "/b"))).await.unwrap();
    assert!(server.asked()[2].contains(&format!("user-agent: toantrinh/{version}\r\n")));
}

#[tokio::test]
async fn a_post_becomes_a_get_where_the_redirect_says_so_and_secrets_stay_with_their_host() {
    for (status, method) in [("302 Found", "GET"), ("303 See Other", "GET"), ("307 Temporary", "POST")] {
        let second = Server::start(|_| answer("200 OK", "", "")).await;
        let location = format!("location: {}\r\n", second.url("127.0.0.1", "/b"));
        let first = Server::start(move |_| answer(status, &location, "")).await;
        let mut request = Request::post_json(first.url("127.0.0.1", "/a"), &serde_json::json!({"a": 1}));
        request.headers.insert("authorization", HeaderValue::from_static("Bearer x"));
        let mut marked = HeaderValue::from_static("y");
        marked.set_sensitive(true);
        request.headers.insert("x-key", marked);
        assert_eq!(request.method, Method::POST);
        client().send(request).await.unwrap();
        let (before, after) = (first.asked().remove(0), second.asked().remove(0));
        assert!(before.contains("authorization") && before.contains("x-key") && before.contains("application/json"));
        assert!(!after.contains("authorization") && !after.contains("x-key"), "{after}");
        assert!(after.starts_with(&format!("{method} /b ")), "{status}: {after}");
    }
}
