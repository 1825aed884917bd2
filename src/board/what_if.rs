//! What if these blockers were gone: how many procedures would then have every point (D-10).

use crate::assessment::board::Entry;
use crate::assessment::model::{Point, PointValue};

use super::model::Counted;

/// What taking blockers away comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatIf {
    /// Procedures that have every applicable point now.
    pub now: Counted,
    /// Procedures that would have.
    pub then: Counted,
    /// Dossiers a year of those that come in.
    pub dossiers: i64,
    /// Codes of those that come in, the most dossiers first.
    pub codes: Vec<String>,
}

/// Takes points away from where they are `no`. A point that is unknown stays unknown, so a procedure with one comes in
/// only when somebody finds out.
#[must_use]
pub fn what_if(entries: &[Entry], gone: &[Point]) -> WhatIf {
    let public: Vec<&Entry> = entries.iter().filter(|entry| !entry.internal).collect();
    let whole = i64::try_from(public.len()).unwrap_or(i64::MAX);
    let now = public.iter().filter(|entry| has_all(entry, &[])).count();
    let mut comes_in: Vec<&&Entry> =
        public.iter().filter(|entry| !has_all(entry, &[]) && has_all(entry, gone)).collect();
    let dossiers = |entry: &Entry| entry.volume.as_ref().map_or(0, |volume| volume.dossiers);
    comes_in.sort_by_key(|entry| (std::cmp::Reverse(dossiers(entry)), entry.code.clone()));
    let count = |n: usize| Counted::new(i64::try_from(n).unwrap_or(i64::MAX), whole);
    WhatIf {
        now: count(now),
        then: count(now + comes_in.len()),
        dossiers: comes_in.iter().map(|entry| dossiers(entry)).sum(),
        codes: comes_in.iter().map(|entry| entry.code.clone()).collect(),
    }
}

/// Whether every applicable deciding point is yes, or `no` and taken away, and at least one is.
fn has_all(entry: &Entry, gone: &[Point]) -> bool {
    let mut any = false;
    for point in &Point::ALL[..Point::DECIDING] {
        match entry.points[point.index()] {
            PointValue::Yes => any = true,
            PointValue::No if gone.contains(point) => any = true,
            PointValue::NotApplicable => {}
            PointValue::No | PointValue::Unknown => return false,
        }
    }
    any
}
