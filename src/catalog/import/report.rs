//! What an import did, for people and for programs.

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

/// The outcome of one import run. Counts are records, except `removed`, which counts procedures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Report {
    /// Where the records came from.
    pub source: String,
    /// Nothing was written.
    pub dry_run: bool,
    /// Records read.
    pub read: u64,
    /// Procedures that are new.
    pub added: u64,
    /// Procedures with a new version.
    pub changed: u64,
    /// Records that say what is stored already.
    pub unchanged: u64,
    /// Records that say their procedure is not, or no longer, in the public catalog.
    pub retired: u64,
    /// Public procedures that a complete source no longer holds.
    pub removed: u64,
    /// Records that were refused, with reasons.
    pub rejected: Vec<Rejection>,
    /// Records that were kept with something odd about them.
    pub warnings: Vec<Warning>,
    /// The input broke off before its end; what follows is unknown.
    pub broken_off: Option<String>,
    /// Public procedures after the run.
    pub public: i64,
    /// Tombstones after the run.
    pub tombstones: i64,
}

/// One refused record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Rejection {
    /// Line in the input, from 1.
    pub line: u64,
    /// The code, where one could be read.
    pub code: Option<String>,
    /// The field at fault.
    pub field: String,
    /// Stable word, such as `wrong_type`.
    pub reason: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// One odd record that was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Warning {
    /// Line in the input, from 1.
    pub line: u64,
    /// The procedure.
    pub code: String,
    /// What is odd.
    pub message: String,
}

impl Report {
    /// Whether `--strict` lets this pass: nothing refused, nothing missing.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.rejected.is_empty() && self.broken_off.is_none()
    }

    /// Nothing at all could be used.
    #[must_use]
    pub fn is_void(&self) -> bool {
        self.added + self.changed + self.unchanged == 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.dry_run {
            writeln!(f, "dry run: nothing was written")?;
        }
        writeln!(
            f,
            "read {}: added {}, changed {}, unchanged {}, rejected {}; marked retired {}, removed {}",
            self.read,
            self.added,
            self.changed,
            self.unchanged,
            self.rejected.len(),
            self.retired,
            self.removed
        )?;
        writeln!(f, "the catalog holds {} public procedures and {} tombstones", self.public, self.tombstones)?;
        if let Some(why) = &self.broken_off {
            writeln!(f, "the input broke off: {why}; what was read before is kept, run it again with the whole file")?;
        }
        for r in self.rejected.iter().take(20) {
            writeln!(
                f,
                "  rejected line {} ({}) {}: {}",
                r.line,
                r.code.as_deref().unwrap_or("no code"),
                r.field,
                r.message
            )?;
        }
        if self.rejected.len() > 20 {
            writeln!(f, "  … and {} more (--json lists all)", self.rejected.len() - 20)?;
        }
        for w in self.warnings.iter().take(10) {
            writeln!(f, "  note line {} ({}): {}", w.line, w.code, w.message)?;
        }
        if self.warnings.len() > 10 {
            writeln!(f, "  … and {} more notes (--json lists all)", self.warnings.len() - 10)?;
        }
        Ok(())
    }
}
