//! What dossiers are made: how many, from when, about which procedures.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::simulator::captures::model::{Captures, Item};
use crate::simulator::captures::{LoadError, load};
use crate::simulator::chance::{Chance, fingerprint};

/// What dossiers are made.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The seed: the same gives the same records.
    pub seed: u64,
    /// How many dossiers there are.
    pub count: u64,
    /// The first day of submission, Vietnam time.
    pub from: Date,
    /// Days over which dossiers are submitted, at least 1.
    pub days: u16,
    /// The day, counted from `from`, at whose beginning the system is read: what happens later is not yet known, and a
    /// dossier submitted later is left out. `None` is the end of the plan. A later reading sends the same dossiers again,
    /// in later states.
    pub at: Option<u16>,
    /// The share of lines that are broken: cut, without code, with an impossible date, with an unknown state.
    pub broken: f64,
}

impl Default for Plan {
    fn default() -> Self {
        Self { seed: 0, count: 1_000, from: jiff::civil::date(2026, 1, 1), days: 90, at: None, broken: 0.0 }
    }
}

impl Plan {
    /// The instant at which the system is read, seconds from the beginning of the first day.
    #[must_use]
    pub fn read_at(&self) -> i64 {
        i64::from(self.at.unwrap_or(self.days)) * super::time::DAY
    }
}

/// A procedure that dossiers are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The procedure code.
    pub code: String,
    /// The name as JSON text without quotes.
    pub name: String,
    /// Code of the field; made up.
    pub field_code: String,
    /// Name of the field as JSON text without quotes.
    pub field: String,
    /// Communes handle it, not a department of the province.
    pub commune: bool,
    /// The number of the department that handles it, 1 to 20.
    pub department: u32,
    /// The time limit, working days.
    pub limit: u32,
    /// The fee, đồng; 0 for none.
    pub fee: u32,
    /// The result is a document.
    pub gives_document: bool,
}

/// The procedures that dossiers are about, most used first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Procedures(pub Vec<Entry>);

impl Procedures {
    /// The public procedures of some captures; those of the starter catalog where there are none.
    #[must_use]
    pub fn of(captures: &Captures) -> Self {
        let mut fields: HashMap<String, usize> = HashMap::new();
        let public = captures.items.iter().filter(|item| item.kind != "STANDARD_INTERNAL");
        let mut entries: Vec<Entry> = public.map(|item| entry(item, &mut fields)).collect();
        // Which procedures are much used is made up; it only must not follow the order of the list.
        entries.sort_by_key(|e| fingerprint(&e.code));
        if entries.is_empty() { Self::starter().unwrap_or(Self(entries)) } else { Self(entries) }
    }

    /// The procedures of the starter catalog.
    ///
    /// # Errors
    /// [`LoadError`] when the starter catalog cannot be read.
    pub fn starter() -> Result<Self, LoadError> {
        let captures = load(None)?;
        // Without an item, `of` would come back here.
        if captures.items.is_empty() { Ok(Self(Vec::new())) } else { Ok(Self::of(&captures)) }
    }

    /// One of them; the first are drawn far more often, as in life.
    #[must_use]
    pub fn draw(&self, chance: &mut Chance) -> usize {
        let cube = chance.share().powi(3);
        #[expect(clippy::cast_precision_loss, reason = "some thousand procedures")]
        let exact = cube * self.0.len() as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the number of entries")]
        let place = exact as usize;
        place.min(self.0.len().saturating_sub(1))
    }
}

fn entry(item: &Item, fields: &mut HashMap<String, usize>) -> Entry {
    let field = item.fields.first().cloned().unwrap_or_default();
    let known = fields.len();
    let field_number = *fields.entry(field.clone()).or_insert(known);
    let mut chance = Chance::named(53, &item.code);
    let fees = [0, 0, 0, 8_000, 20_000, 50_000, 100_000, 500_000];
    let communes = item.departments.iter().any(|d| {
        let lower = crate::catalog::text::line(d).to_lowercase();
        lower.contains("xã") || lower.contains("phường")
    });
    Entry {
        code: escaped(item.code.trim()),
        name: escaped(&crate::catalog::text::line(&item.name)),
        field_code: format!("LV{field_number:03}"),
        field: escaped(&field),
        commune: communes,
        department: 1 + chance.below(20),
        limit: [1, 2, 3, 5, 7, 10, 15, 20, 30][chance.below(9) as usize],
        fee: fees[chance.below(8) as usize],
        gives_document: chance.holds(0.85),
    }
}

/// A text as it stands inside the quotes of JSON.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}
