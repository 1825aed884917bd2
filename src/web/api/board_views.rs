//! What the API says of the rows behind a figure.

use serde::Serialize;
use utoipa::ToSchema;

use super::board::Opened;
use crate::board::breakdown::{Breakdown, Row};
use crate::board::model::{Counted, Unit};
use crate::monitor::dossier::performance::LEAST;

fn value(unit: Unit, counted: Option<Counted>) -> Option<f64> {
    Some(unit.natural(unit.value(counted?)?))
}

/// The rows behind a figure.
#[derive(Debug, Serialize, ToSchema)]
pub struct BreakdownView {
    /// Which figure.
    pub figure: String,
    /// The period.
    pub period: String,
    /// `unit`, `procedure` or `day`.
    pub by: String,
    /// What is narrowed to; empty for all.
    pub unit: String,
    /// See there.
    pub procedure: String,
    /// All rows together: what counts.
    pub part: i64,
    /// Of how many.
    pub whole: i64,
    /// The value of all rows together.
    pub value: Option<f64>,
    /// The same in the period before.
    pub before: Option<f64>,
    /// The rows. They sum to the whole.
    pub rows: Vec<RowView>,
}

/// A row.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowView {
    /// Agency code, code of a procedure, or ISO day.
    pub key: String,
    /// Its name.
    pub name: String,
    /// What counts.
    pub part: i64,
    /// Of how many.
    pub whole: i64,
    /// The value; `null` where there are fewer than 30, which tells nothing, or none.
    pub value: Option<f64>,
    /// What counted in the period before.
    pub before_part: Option<i64>,
    /// Of how many.
    pub before_whole: Option<i64>,
    /// By how many percentage points the row moved the value of all since the period before.
    pub effect: Option<f64>,
}

impl BreakdownView {
    /// Headings of the CSV.
    pub const HEADINGS: [&'static str; 8] =
        ["key", "name", "part", "whole", "value", "before_part", "before_whole", "effect"];

    /// Of an opened figure.
    #[must_use]
    pub fn of(asked: &Opened, opened: &Breakdown, name: impl Fn(&str) -> String) -> Self {
        let unit = asked.figure.unit();
        let shared = |row: &Row| if row.counted.whole < LEAST { None } else { value(unit, Some(row.counted)) };
        let row = |row: &Row| RowView {
            key: row.key.clone(),
            name: name(&row.key),
            part: row.counted.part,
            whole: row.counted.whole,
            value: shared(row),
            before_part: row.before.map(|c| c.part),
            before_whole: row.before.map(|c| c.whole),
            effect: row.effect.map(|effect| Unit::Share.natural(effect)),
        };
        Self {
            figure: asked.figure.code().to_owned(),
            period: asked.period.word(),
            by: asked.by.code().to_owned(),
            unit: asked.unit.clone(),
            procedure: asked.procedure.clone(),
            part: opened.total.part,
            whole: opened.total.whole,
            value: value(unit, Some(opened.total)),
            before: value(unit, opened.before),
            rows: opened.rows.iter().map(row).collect(),
        }
    }
}

impl RowView {
    /// The line of the CSV.
    #[must_use]
    pub fn cells(&self) -> [String; 8] {
        let number = |n: Option<f64>| n.map(|n| n.to_string()).unwrap_or_default();
        let count = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
        [
            self.key.clone(),
            self.name.clone(),
            self.part.to_string(),
            self.whole.to_string(),
            number(self.value),
            count(self.before_part),
            count(self.before_whole),
            number(self.effect),
        ]
    }
}
