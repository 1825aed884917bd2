//! What a poll is: a request to the source, or what another part does for its kind.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;

use jiff::Timestamp;

use super::network::Network;
use crate::monitor::model::{FailureKind, SourceKind};
use crate::monitor::probe::model::{Outcome, Validators};
use crate::monitor::probe::{http_probe, json_pull};
use crate::monitor::source::model::{Definition, What};
use crate::platform::http::Client;

/// A source that is to be asked for a slot.
#[derive(Debug, Clone)]
pub struct Task {
    /// What it is.
    pub definition: Arc<Definition>,
    /// The slot, epoch milliseconds.
    pub slot: i64,
    /// What the last good answer said about itself.
    pub validators: Validators,
    /// Requests that are left today; `None` without limit. A poll of many requests stops there.
    pub requests_left: Option<i64>,
    /// When it is asked.
    pub now: Timestamp,
}

/// A poll that has ended.
#[derive(Debug, Clone, Default)]
pub struct Polled {
    /// What came of it.
    pub outcome: Outcome,
    /// Requests it took.
    pub requests: i64,
}

impl From<Outcome> for Polled {
    /// A poll of one request.
    fn from(outcome: Outcome) -> Self {
        Self { outcome, requests: 1 }
    }
}

/// A poll that runs.
pub type Running = Pin<Box<dyn Future<Output = Polled> + Send>>;

/// Asks sources. What it does is bounded in time, or else goes on until it is done: its lease is prolonged meanwhile.
pub trait Execute: Send + Sync {
    /// Asks a source once.
    fn execute(&self, task: Task) -> Running;
}

/// What another part does for the sources of a kind.
pub type Hook = Arc<dyn Fn(Task) -> Running + Send + Sync>;

/// Asks over the network; kinds that other parts know how to ask are left to them.
#[derive(Clone)]
pub struct Requests {
    client: Client,
    network: Arc<Network>,
    hooks: HashMap<SourceKind, Hook>,
}

impl Requests {
    /// Probes and pulls by `client`.
    #[must_use]
    pub fn new(client: Client, network: Network) -> Self {
        Self { client, network: Arc::new(network), hooks: HashMap::new() }
    }

    /// Leaves a kind to another part.
    #[must_use]
    pub fn with(mut self, kind: SourceKind, hook: Hook) -> Self {
        self.hooks.insert(kind, hook);
        self
    }
}

impl Execute for Requests {
    fn execute(&self, task: Task) -> Running {
        let network = Arc::clone(&self.network);
        let asked = match self.hooks.get(&task.definition.what.kind()) {
            Some(hook) => hook(task),
            None => ask(self.client.clone(), task),
        };
        Box::pin(async move {
            let mut polled = asked.await;
            if network.is_to_blame(polled.outcome.failure).await {
                polled.outcome.failure = Some(FailureKind::OwnNetworkDown);
                polled.outcome.message = format!("no control host can be reached either; {}", polled.outcome.message);
            }
            polled
        })
    }
}

fn ask(client: Client, task: Task) -> Running {
    Box::pin(async move {
        let outcome = match &task.definition.what {
            What::HttpProbe(probe) => http_probe(&client, probe, &task.validators, task.now).await,
            What::JsonPull(pull) => json_pull(&client, pull, &task.validators, task.now).await,
            _ => nobody(),
        };
        outcome.into()
    })
}

/// Nothing was asked, which says nothing about the source.
fn nobody() -> Outcome {
    Outcome {
        failure: Some(FailureKind::AddressRefused),
        message: "this program does not ask sources of this kind".to_owned(),
        ..Outcome::default()
    }
}
