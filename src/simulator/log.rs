//! What the simulator was asked and which faults it made, so that a test can count.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use serde::Serialize;

use super::faults::Fault;

/// More different addresses are counted together.
const MOST_PATHS: usize = 2_000;
/// More different targets are counted together.
const MOST_TARGETS: usize = 100_000;
/// More arrivals are not kept.
const MOST_ARRIVALS: usize = 1_000_000;

/// Counts since the start.
#[derive(Debug)]
pub struct Log {
    started: Instant,
    requests: AtomicU64,
    faults: [AtomicU64; Fault::ALL.len()],
    paths: Mutex<BTreeMap<String, u64>>,
    targets: Mutex<Targets>,
}

#[derive(Debug, Default)]
struct Targets {
    counts: BTreeMap<String, u64>,
    arrivals: Vec<Arrival>,
}

/// A request of a load-test target with a number as its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Milliseconds since the simulator started.
    pub at_ms: u32,
    /// The target's number.
    pub target: u32,
}

/// The counts at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Requests in all, without those of `/simulator/` and `/healthz`.
    pub requests: u64,
    /// Requests by address; targets together as `/t/{n}`.
    pub paths: BTreeMap<String, u64>,
    /// Requests by target.
    pub targets: BTreeMap<String, u64>,
    /// Faults made, by their word; for `nfd`, `renamed` and `vanish` the items touched.
    pub faults: BTreeMap<&'static str, u64>,
}

impl Log {
    /// An empty log; arrivals are told from `started`.
    #[must_use]
    pub fn new(started: Instant) -> Self {
        Self {
            started,
            requests: AtomicU64::new(0),
            faults: std::array::from_fn(|_| AtomicU64::new(0)),
            paths: Mutex::default(),
            targets: Mutex::default(),
        }
    }

    /// Counts a request of an address.
    pub fn request(&self, path: &str) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        if let Some(target) = path.strip_prefix("/t/") {
            return self.target(target);
        }
        let mut paths = self.paths.lock().unwrap_or_else(PoisonError::into_inner);
        add(&mut paths, path, MOST_PATHS);
    }

    fn target(&self, target: &str) {
        let elapsed = self.started.elapsed().as_millis();
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        add(&mut targets.counts, target, MOST_TARGETS);
        if targets.arrivals.len() < MOST_ARRIVALS
            && let Ok(target) = target.parse()
        {
            targets.arrivals.push(Arrival { at_ms: u32::try_from(elapsed).unwrap_or(u32::MAX), target });
        }
    }

    /// Counts a fault that was made.
    pub fn fault(&self, fault: Fault) {
        self.faults(fault, 1);
    }

    /// Counts several.
    pub fn faults(&self, fault: Fault, count: u64) {
        self.faults[fault as usize].fetch_add(count, Ordering::Relaxed);
    }

    /// The counts now.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner).counts.clone();
        let mut paths = self.paths.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if !targets.is_empty() {
            paths.insert("/t/{n}".to_owned(), targets.values().sum());
        }
        let count = |fault: Fault| self.faults[fault as usize].load(Ordering::Relaxed);
        let faults = Fault::ALL.into_iter().filter(|f| count(*f) > 0).map(|f| (f.word(), count(f))).collect();
        Counts { requests: self.requests.load(Ordering::Relaxed), paths, targets, faults }
    }

    /// Requests of numbered targets in the order in which they came, the first million.
    #[must_use]
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner).arrivals.clone()
    }
}

fn add(counts: &mut BTreeMap<String, u64>, key: &str, most: usize) {
    if let Some(count) = counts.get_mut(key) {
        *count += 1;
        return;
    }
    let key = if counts.len() < most { key } else { "(others)" };
    *counts.entry(key.to_owned()).or_default() += 1;
}
