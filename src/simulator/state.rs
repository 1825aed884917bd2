//! What all answers share: captures, the faults in force, counts, figures set by tests.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::Instant;

use super::captures::Captures;
use super::captures::model::Detail;
use super::dossiers::Procedures;
use super::faults::{Faults, Stroke};
use super::log::Log;

/// What all answers share.
#[derive(Debug)]
pub struct State {
    /// What is replayed.
    pub captures: Captures,
    /// The seed of faults and of what is constructed.
    pub seed: u64,
    /// Counts.
    pub log: Log,
    faults: RwLock<Arc<InForce>>,
    figures: Mutex<HashMap<String, String>>,
    procedures: OnceLock<Arc<Procedures>>,
    agencies: OnceLock<HashMap<String, String>>,
}

/// Faults in force, and how many requests came since they are.
#[derive(Debug)]
pub struct InForce {
    /// The faults.
    pub faults: Faults,
    number: AtomicU64,
}

impl InForce {
    fn new(faults: Faults) -> Arc<Self> {
        Arc::new(Self { faults, number: AtomicU64::new(0) })
    }

    /// Takes the next number and says what strikes the request.
    pub fn next(&self, seed: u64, path: &str) -> (u64, Stroke) {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        (number, self.faults.stroke(seed, number, path))
    }
}

impl State {
    /// The state at the start.
    #[must_use]
    pub fn new(captures: Captures, faults: Faults, seed: u64, started: Instant) -> Self {
        Self {
            captures,
            seed,
            log: Log::new(started),
            faults: RwLock::new(InForce::new(faults)),
            figures: Mutex::default(),
            procedures: OnceLock::new(),
            agencies: OnceLock::new(),
        }
    }

    /// The faults in force.
    #[must_use]
    pub fn faults(&self) -> Arc<InForce> {
        Arc::clone(&self.faults.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts other faults in force; requests are numbered from 0 again.
    pub fn set_faults(&self, faults: Faults) {
        *self.faults.write().unwrap_or_else(PoisonError::into_inner) = InForce::new(faults);
    }

    /// The figure that a test has set.
    #[must_use]
    pub fn figure(&self, name: &str) -> Option<String> {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Sets a figure's answer.
    pub fn set_figure(&self, name: &str, text: String) {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), text);
    }

    /// The procedures that dossiers are about.
    #[must_use]
    pub fn procedures(&self) -> Arc<Procedures> {
        Arc::clone(self.procedures.get_or_init(|| Arc::new(Procedures::of(&self.captures))))
    }

    /// The code of a promulgating agency by its identifier, as far as details and reports tell.
    #[must_use]
    pub fn agency_code(&self, id: &str) -> Option<&str> {
        self.agencies.get_or_init(|| agencies(&self.captures)).get(id).map(String::as_str)
    }
}

/// List items give agencies without their codes; details and reports know both.
fn agencies(captures: &Captures) -> HashMap<String, String> {
    #[derive(serde::Deserialize)]
    struct Data {
        #[serde(rename = "departmentPromulgateId")]
        id: Option<String>,
        #[serde(rename = "departmentPromulgateCode")]
        code: Option<String>,
    }
    #[derive(serde::Deserialize)]
    struct Answer {
        data: Data,
    }
    let departments = captures.reporting.departments.iter().map(|d| (d.id.clone(), d.code.clone()));
    let mut known: HashMap<String, String> = departments.collect();
    for detail in captures.details.values() {
        let data = match detail {
            Detail::Answer(text) => serde_json::from_str::<Answer>(text).map(|a| a.data),
            Detail::Data(text) => serde_json::from_str::<Data>(text),
        };
        if let Ok(Data { id: Some(id), code: Some(code) }) = data {
            known.insert(id, code);
        }
    }
    known
}
