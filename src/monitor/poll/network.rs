//! Tells whether it is our own network that is down: none of some well-known hosts can be reached.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use crate::monitor::model::FailureKind;

/// What was seen holds for so long, so that many failures at once ask once.
const HOLDS: Duration = Duration::from_secs(5);
/// How long a control host may take to accept a connection.
const PATIENCE: Duration = Duration::from_secs(2);

/// Hosts that are reachable whenever our network is.
#[derive(Debug, Default)]
pub struct Network {
    hosts: Vec<String>,
    seen: Mutex<Option<(Instant, bool)>>,
}

impl Network {
    /// Control hosts as `name:port`; without any the network is never said to be down.
    #[must_use]
    pub fn new(hosts: Vec<String>) -> Self {
        Self { hosts, seen: Mutex::new(None) }
    }

    /// Whether a failure may be our own network's, and no control host accepts a connection.
    pub async fn is_to_blame(&self, failure: Option<FailureKind>) -> bool {
        let possible = matches!(failure, Some(FailureKind::Dns | FailureKind::Connect | FailureKind::Timeout));
        possible && !self.hosts.is_empty() && self.is_down().await
    }

    async fn is_down(&self) -> bool {
        // Those who ask meanwhile wait here for the answer.
        let mut seen = self.seen.lock().await;
        if let Some((at, down)) = *seen
            && at.elapsed() < HOLDS
        {
            return down;
        }
        let mut tries: JoinSet<bool> = self
            .hosts
            .iter()
            .cloned()
            .map(|host| async move { matches!(timeout(PATIENCE, TcpStream::connect(host)).await, Ok(Ok(_))) })
            .collect();
        let mut down = true;
        while let Some(reached) = tries.join_next().await {
            if matches!(reached, Ok(true)) {
                down = false;
                break;
            }
        }
        if down {
            tracing::warn!("no control host accepts a connection: our own network is down");
        }
        *seen = Some((Instant::now(), down));
        down
    }
}
