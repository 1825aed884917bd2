//! Probes against servers that answer well, badly and not at all; figures out of documents.

mod definition;
mod pull;
mod run;
mod wall;

use std::io::ErrorKind;

use toantrinh::monitor::model::FailureKind;
use toantrinh::monitor::probe::{HttpProbe, Outcome, Validators, http_probe};

use crate::support::NOW;
use crate::support::wire::{Names, Reply, Server, client};

/// A probe of a server with conditions.
fn probe(server: &Server, conditions: &[&str]) -> HttpProbe {
    let url = server.url("127.0.0.1", "/api");
    let definition = serde_json::json!({"url": url, "conditions": conditions, "timeout_ms": 400});
    serde_json::from_value(definition).unwrap()
}

/// What a probe of a server that answers so yields.
async fn outcome(reply: Reply, conditions: &[&str]) -> Outcome {
    let server = Server::start(move |_| reply.clone()).await;
    http_probe(&client(), &probe(&server, conditions), &Validators::default(), NOW).await
}

#[tokio::test]
async fn failures_without_an_answer_have_their_kinds() {
    let server = Server::start(|_| Reply::Drop).await;
    for (url, answer, kind) in [
        (server.url("127.0.0.1", "/"), Ok(vec![]), FailureKind::Connect),
        (server.url("10.0.0.1", "/"), Ok(vec![]), FailureKind::AddressRefused),
        (server.url("a.test", "/"), Ok(vec!["10.0.0.1".parse().unwrap()]), FailureKind::AddressRefused),
        ("ftp://a.test/".parse().unwrap(), Ok(vec![]), FailureKind::AddressRefused),
        (server.url("a.test", "/"), Err(ErrorKind::NotFound), FailureKind::Dns),
        (server.url("a.test", "/"), Err(ErrorKind::NetworkUnreachable), FailureKind::OwnNetworkDown),
    ] {
        let definition = HttpProbe { url: url.clone(), ..probe(&server, &[]) };
        let client = client().with_resolver(Names::new([answer]));
        let outcome = http_probe(&client, &definition, &Validators::default(), NOW).await;
        assert_eq!(outcome.failure, Some(kind), "{url}: {}", outcome.message);
        assert!(outcome.status.is_none() && !outcome.message.is_empty());
    }
}
