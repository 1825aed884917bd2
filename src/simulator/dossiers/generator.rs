//! One record after another, as lines.

use std::sync::Arc;

use super::applicant::Applicant;
use super::life::Dossier;
use super::plan::{Plan, Procedures};
use super::record::Writer;
use super::time::Days;
use crate::simulator::captures::LoadError;
use crate::simulator::chance::Chance;

/// Makes the records of a plan in the order of their submission. As an iterator it gives lines without their ends.
#[derive(Debug, Clone)]
pub struct Generator {
    plan: Plan,
    procedures: Arc<Procedures>,
    days: Days,
    next: u64,
}

impl Generator {
    /// The records of a plan about some procedures; none when there is no procedure.
    #[must_use]
    pub fn new(plan: Plan, procedures: Arc<Procedures>) -> Self {
        let days = Days::new(plan.from, plan.days);
        Self { plan, procedures, days, next: 0 }
    }

    /// The records of a plan about the procedures of the starter catalog.
    ///
    /// # Errors
    /// [`LoadError`] when the starter catalog cannot be read.
    pub fn starter(plan: Plan) -> Result<Self, LoadError> {
        Ok(Self::new(plan, Arc::new(Procedures::starter()?)))
    }

    /// What is true of the dossier with this number, from 0; `None` when it is not yet submitted as the system is read.
    #[must_use]
    pub fn dossier(&self, number: u64) -> Option<Dossier> {
        Dossier::live(&self.plan, &self.procedures, &self.days, number)
    }

    /// The code of the procedure that a dossier is about.
    #[must_use]
    pub fn procedure_code(&self, dossier: &Dossier) -> &str {
        self.procedures.0.get(dossier.procedure).map_or("", |entry| &entry.code)
    }

    /// The applicant of a dossier, for tests of what is not kept.
    #[must_use]
    pub fn applicant(&self, number: u64) -> Applicant {
        Applicant::of(self.plan.seed, number)
    }

    /// Writes the next record without a line end; `false` when there is none.
    pub fn write_next(&mut self, out: &mut String) -> bool {
        while self.next < self.plan.count {
            let number = self.next;
            self.next += 1;
            let Some(dossier) = self.dossier(number) else { continue };
            let Some(entry) = self.procedures.0.get(dossier.procedure) else { continue };
            let start = out.len();
            Writer { out, days: &self.days }.record(&dossier, entry, &self.applicant(number));
            if self.is_broken(number) {
                self.damage(number, start, out);
            }
            return true;
        }
        false
    }

    /// Whether the line of a dossier is broken by the plan.
    #[must_use]
    pub fn is_broken(&self, number: u64) -> bool {
        self.plan.broken > 0.0 && self.damage_chance(number).holds(self.plan.broken)
    }

    fn damage_chance(&self, number: u64) -> Chance {
        Chance::at(self.plan.seed ^ 0xb4d, number)
    }

    fn damage(&self, number: u64, start: usize, out: &mut String) {
        let mut chance = self.damage_chance(number);
        chance.bits();
        let line = out.split_off(start);
        let replaced = |field: &str, value: &str| {
            let (before, after) = line.split_once(&format!("\"{field}\":\"")).unwrap_or((&line, ""));
            let rest = after.split_once('"').map_or("", |(_, rest)| rest);
            format!("{before}\"{field}\":\"{value}\"{rest}")
        };
        out.push_str(&match chance.below(4) {
            0 => line.chars().take(line.len() / 3).collect(),
            1 => replaced("MaHoSo", ""),
            2 => replaced("NgayNopHoSo", "20261399250000"),
            _ => replaced("TrangThaiHoSo", "99"),
        });
    }
}

impl Iterator for Generator {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let mut line = String::with_capacity(2_500);
        self.write_next(&mut line).then_some(line)
    }
}
