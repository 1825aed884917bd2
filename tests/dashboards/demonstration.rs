//! The demonstration as an operator would see it: every panel, variable and recorded rule shows something.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::evaluation::evaluate;
use super::folder;
use crate::support::prometheus::promtool;

/// The program, stopped when the test is over.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn every_expression_has_values_on_the_demonstration() {
    if promtool(&folder(), &["--version"]).is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let listen = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let program = Command::new(env!("CARGO_BIN_EXE_toantrinh"))
        .args(["--data-dir", folder.path().to_str().unwrap(), "--listen", &listen, "demo"])
        .env("TOANTRINH_LOG__LEVEL", "error")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let _running = Running(program);
    let base = format!("http://{listen}");
    let client = reqwest::Client::new();
    for _ in 0..240 {
        let ready = client.get(format!("{base}/readyz")).send().await;
        if ready.is_ok_and(|answer| answer.status().is_success()) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let evaluated = evaluate(&base).await;
    assert!(evaluated.failures.is_empty(), "{:#?}", evaluated.failures);
    assert!(evaluated.count >= 70, "only {} expressions", evaluated.count);
}
