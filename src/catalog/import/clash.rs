//! Two records under one code, or two procedures: the exact spelling wins.

use std::collections::{HashMap, HashSet};

use crate::catalog::source::{Shape, SourceRecord};
use crate::catalog::store::Stored;

/// What a run has met, by code and kind of record.
#[derive(Debug, Default)]
pub struct Met(HashMap<(String, Shape), Seen>);

#[derive(Debug)]
struct Seen {
    line: u64,
    portal_id: Option<String>,
    exact: bool,
}

/// Two claim one code.
#[derive(Debug)]
pub struct Clash {
    /// Who and whose.
    pub message: String,
    /// The record at hand takes the other's place.
    pub this_wins: bool,
}

impl Met {
    /// Notes a record that is taken.
    pub fn remember(&mut self, line: u64, record: &SourceRecord) {
        let seen = Seen { line, portal_id: record.portal_id().map(str::to_owned), exact: is_exact(record) };
        self.0.insert((record.code.code.as_str().to_owned(), record.shape), seen);
    }

    /// The codes met so far.
    pub fn codes(&self) -> HashSet<&str> {
        self.0.keys().map(|(code, _)| code.as_str()).collect()
    }

    /// Whether a record meets another of this run, or another procedure that is stored, under its code.
    pub fn clash(&self, record: &SourceRecord, stored: Option<&Stored>) -> Option<Clash> {
        let id = record.portal_id().unwrap_or("no id");
        let exact = is_exact(record);
        if let Some(seen) = self.0.get(&(record.code.code.as_str().to_owned(), record.shape)) {
            let ids = format!("{} and {id}", seen.portal_id.as_deref().unwrap_or("no id"));
            let this_wins = exact && !seen.exact;
            let message = if this_wins {
                format!("takes the place of line {}, whose code is this one only after trimming; ids {ids}", seen.line)
            } else {
                format!("line {} has this code already; ids {ids}: keep one of the two", seen.line)
            };
            return Some(Clash { message, this_wins });
        }
        let stored = stored.filter(|s| !same_procedure(s, record))?;
        let ids = format!("{} and {id}", stored.procedure.portal_id.as_deref().unwrap_or("no id"));
        let this_wins = exact || stored.code_raw != stored.procedure.code.as_str();
        let message = if this_wins {
            format!("takes the place of another procedure with this code; ids {ids}")
        } else {
            format!("another procedure has this code exactly, this one only after trimming; ids {ids}")
        };
        Some(Clash { message, this_wins })
    }
}

/// The code is spelled as the identity is: nothing was trimmed.
fn is_exact(record: &SourceRecord) -> bool {
    record.code_raw == record.code.code.as_str()
}

/// Same portal id, or one of them has none.
pub fn same_procedure(stored: &Stored, record: &SourceRecord) -> bool {
    match (&stored.procedure.portal_id, record.portal_id()) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}
