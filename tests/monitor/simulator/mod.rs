//! The simulator speaks the portal's formats, replays what was captured, and makes the faults it is told to.

mod dossiers;
mod faults;
mod portal;
mod reports;

use serde_json::Value;
use toantrinh::simulator::Running;

/// Asks the simulator as the portal is asked.
async fn post(running: &Running, path: &str, body: &Value) -> reqwest::Response {
    reqwest::Client::new().post(format!("{}{path}", running.base())).json(body).send().await.unwrap()
}

/// The text of an answer that must have the status of success.
async fn success(running: &Running, path: &str, body: &Value) -> String {
    let answer = post(running, path, body).await;
    assert_eq!(answer.status().as_u16(), 201, "{path} {body}");
    answer.text().await.unwrap()
}

/// The `data` of an answer that must have the status of success.
async fn data(running: &Running, path: &str, body: &Value) -> Value {
    let envelope: Value = serde_json::from_str(&success(running, path, body).await).unwrap();
    assert_eq!((envelope["code"].as_str(), envelope["message"].as_str()), (Some("OK"), Some("OK")));
    envelope["data"].clone()
}
