//! Captured answers, kept as the bytes they were captured in.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

/// Everything that can be replayed.
#[derive(Debug, Default)]
pub struct Captures {
    /// Items of the list, in the order of the capture.
    pub items: Vec<Item>,
    /// Where an identifier stands among the items.
    pub places: HashMap<String, usize>,
    /// Answers of the detail endpoint by identifier.
    pub details: HashMap<String, Detail>,
    /// The answer of the provinces endpoint.
    pub provinces: Option<Box<str>>,
    /// Answers of the reporting endpoints.
    pub reporting: Reporting,
    /// Rows of the former portal by service.
    pub old_portal: HashMap<String, Vec<Box<str>>>,
    /// What was expected and is not there, in words.
    pub missing: Vec<String>,
    /// Nothing of it was captured: it was made of the starter catalog.
    pub made_up: bool,
}

/// An item of the list.
#[derive(Debug)]
pub struct Item {
    /// The item as captured.
    pub raw: Box<str>,
    /// The portal's identifier.
    pub id: String,
    /// The procedure code, as the item spells it.
    pub code: String,
    /// The name, as the item spells it.
    pub name: String,
    /// Where the JSON text of the name stands in `raw`, with its quotes.
    pub name_at: Range<usize>,
    /// Fields (lĩnh vực).
    pub fields: Vec<String>,
    /// Their identifiers.
    pub field_ids: Vec<String>,
    /// Implementing departments.
    pub departments: Vec<String>,
    /// The promulgating agency.
    pub issuer: String,
    /// Its identifier.
    pub issuer_id: String,
    /// `STANDARD`, `SPECIFIC` or `STANDARD_INTERNAL`.
    pub kind: String,
    /// `UPDATED`, `ACTIVE` …
    pub state: String,
}

/// An answer of the detail endpoint.
#[derive(Debug)]
pub enum Detail {
    /// The whole answer with its envelope.
    Answer(Box<str>),
    /// The `data` of an answer; the envelope is put round it.
    Data(Box<str>),
}

/// Answers of the reporting endpoints.
#[derive(Debug, Default)]
pub struct Reporting {
    /// `service-results` of the whole country.
    pub service_results: Option<Box<str>>,
    /// `transparency` of one department.
    pub transparency: Option<Box<str>>,
    /// `provide-online-tree` of one department.
    pub provide_online: Option<Box<str>>,
    /// Children of a `dvc-progress-tree`.
    pub progress_children: Vec<serde_json::Value>,
    /// Children of a `formality-online-payment-tree`.
    pub payment_children: Vec<serde_json::Value>,
    /// Items of `formalities` by code.
    pub formalities: Vec<(String, Box<str>)>,
    /// Components of one province's scores.
    pub components: Option<serde_json::Value>,
    /// Departments with scores, in the order of the capture.
    pub departments: Vec<Department>,
    /// The months of which there are figures.
    pub known: Known,
    /// Names of departments below a province by code; the others get made-up ones.
    pub names: Arc<BTreeMap<String, String>>,
}

/// The months of which there are figures, as year and month, and how scores grew on the way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    /// The first.
    pub from: (i16, u8),
    /// The last.
    pub to: (i16, u8),
    /// What a month's scores lack of those of the last month, as a share, for each month between them.
    pub growth: f64,
}

impl Default for Known {
    /// The captures are of 2026 and end with September.
    fn default() -> Self {
        Self { from: (2026, 1), to: (2026, 9), growth: 0.0 }
    }
}

/// A department of `service-results`.
#[derive(Debug, Clone, PartialEq)]
pub struct Department {
    /// The portal's identifier.
    pub id: String,
    /// Agency code, such as `H31`.
    pub code: String,
    /// Name as published.
    pub name: String,
    /// Points by group in the order of [`Department::GROUPS`].
    pub points: [f64; 6],
}

impl Department {
    /// Groups of index 766 by the API's keys, with the most points each can have.
    pub const GROUPS: [(&'static str, f64); 6] =
        [("CKMB", 18.0), ("TDGQ", 20.0), ("CLGQ", 12.0), ("TTTT", 10.0), ("MDSH", 22.0), ("MDHL", 18.0)];

    /// The points of a group as a share of the most that it can have; 0 for an unknown key.
    #[must_use]
    pub fn share(&self, group: &str) -> f64 {
        let place = Self::GROUPS.iter().position(|(key, _)| *key == group);
        place.map_or(0.0, |at| (self.points[at] / Self::GROUPS[at].1).clamp(0.0, 1.0))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    code: Cow<'a, str>,
    #[serde(borrow)]
    name: &'a RawValue,
    #[serde(default)]
    categories: Vec<String>,
    #[serde(default)]
    category_ids: Vec<String>,
    #[serde(default)]
    departments: Vec<String>,
    #[serde(default)]
    department_promulgate: Option<String>,
    #[serde(default)]
    department_promulgate_id: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    state: Option<String>,
}

impl Item {
    /// Reads an item, keeping its text.
    ///
    /// # Errors
    /// What is wrong with the JSON or missing in it.
    pub fn read(raw: &str) -> Result<Self, serde_json::Error> {
        let wire: Wire = serde_json::from_str(raw)?;
        let name_at = range_in(raw, wire.name.get());
        Ok(Self {
            name: serde_json::from_str(wire.name.get())?,
            name_at,
            id: wire.id.into_owned(),
            code: wire.code.into_owned(),
            fields: wire.categories,
            field_ids: wire.category_ids,
            departments: wire.departments,
            issuer: wire.department_promulgate.unwrap_or_default(),
            issuer_id: wire.department_promulgate_id.unwrap_or_default(),
            kind: wire.kind.unwrap_or_default(),
            state: wire.state.unwrap_or_default(),
            raw: raw.into(),
        })
    }
}

/// Where a part that was borrowed from a text stands in it.
#[must_use]
pub fn range_in(text: &str, part: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    start..start + part.len()
}

impl Captures {
    /// Adds an item of the list; a second with the same identifier is passed over.
    pub fn add_item(&mut self, item: Item) {
        let place = self.items.len();
        if let std::collections::hash_map::Entry::Vacant(entry) = self.places.entry(item.id.clone()) {
            entry.insert(place);
            self.items.push(item);
        }
    }

    /// The item with this identifier.
    #[must_use]
    pub fn item(&self, id: &str) -> Option<&Item> {
        self.places.get(id).and_then(|&at| self.items.get(at))
    }

    /// The department with this identifier.
    #[must_use]
    pub fn department(&self, id: &str) -> Option<&Department> {
        self.reporting.departments.iter().find(|d| d.id == id)
    }
}
