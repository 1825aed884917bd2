//! A search from request to answer: understand, rank, filter, fold copies, count facets.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::analysis::fold;
use super::document::{OnlineState, SearchDoc};
use super::engine::{Engine, Snapshot};
use super::names::{DocId, NameDoc};
use super::query::{Query, understand};
use super::rank::{Features, Hit, rank};
use crate::catalog::model::{Level, ProcedureKind};
use crate::platform::word;

/// Below this coverage by names the full text is asked too.
const WEAK: f32 = 0.5;

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The words; empty lists everything.
    pub text: String,
    /// The last word may not be finished.
    pub typing: bool,
    /// What must hold.
    pub filters: Filters,
    /// Fold provincial copies into one.
    pub group: bool,
    /// How many to pass over.
    pub offset: usize,
    /// How many to give.
    pub limit: usize,
    /// Count facets.
    pub facets: bool,
}

/// What must hold for a procedure to be listed. Texts are compared without marks and case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// Field.
    pub field: Option<String>,
    /// Promulgating or handling agency.
    pub agency: Option<String>,
    /// Level.
    pub level: Option<Level>,
    /// Who may apply.
    pub audience: Option<String>,
    /// Online state.
    pub online: Option<OnlineState>,
    /// Why it is not end to end.
    pub gap: Option<String>,
    /// Nothing is to be paid.
    pub free: bool,
    /// Kind.
    pub kind: Option<ProcedureKind>,
    /// Only copies of the procedure with this code.
    pub variants_of: Option<String>,
    /// Only these codes.
    pub codes: Option<Vec<String>>,
    /// Retired ones too, even without words.
    pub retired: bool,
}

/// A listed procedure.
#[derive(Debug, Clone)]
pub struct Found {
    /// What is shown.
    pub shown: Arc<SearchDoc>,
    /// How many provincial copies it stands for, itself included; 1 when alone.
    pub variants: usize,
    /// Its score.
    pub score: f32,
    /// How the score came about.
    pub features: Features,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The page asked for.
    pub found: Vec<Found>,
    /// All matches.
    pub total: usize,
    /// What was read out of the words.
    pub understood: Vec<String>,
    /// The words with typing errors mended.
    pub corrected: Option<String>,
    /// The folded words that were looked for, synonyms put in.
    pub words: HashSet<String>,
    /// Counts by facet and value, over all matches.
    pub facets: BTreeMap<&'static str, Vec<(String, usize)>>,
    /// The snapshot that answered.
    pub generation: u64,
}

impl Engine {
    /// Answers a request from the current snapshot.
    #[must_use]
    pub fn search(&self, request: &Request) -> Answer {
        let snapshot = self.snapshot();
        let filters = Prepared::of(&request.filters, &snapshot);
        let query = understand(&request.text, request.typing, &snapshot.names, self.knowledge());
        let listing = query.code.is_none() && query.variants.iter().all(|v| v.slots.is_empty());
        let hits = if listing {
            let allowed = |doc: &NameDoc| (filters.retired || doc.shown.is_public()) && filters.allow(doc);
            all(&snapshot, &allowed)
        } else {
            ranked(&query, &request.text, &snapshot, &filters)
        };
        let folded = if request.group { group(&hits, &snapshot) } else { hits.iter().map(|h| (*h, 1)).collect() };
        let found = folded
            .iter()
            .skip(request.offset)
            .take(request.limit)
            .map(|(hit, variants)| Found {
                shown: Arc::clone(&snapshot.names.doc(hit.doc).shown),
                variants: *variants,
                score: hit.score,
                features: hit.features,
            })
            .collect();
        Answer {
            found,
            total: folded.len(),
            words: query.words,
            understood: query.understood,
            corrected: query.corrected,
            facets: if request.facets { count_facets(&folded, &snapshot) } else { BTreeMap::new() },
            generation: snapshot.generation,
        }
    }
}

fn ranked(query: &Query, text: &str, snapshot: &Snapshot, filters: &Prepared) -> Vec<Hit> {
    let allowed = |doc: &NameDoc| filters.allow(doc);
    let mut hits = rank(query, &snapshot.names, &allowed);
    let weak = hits.first().is_none_or(|h| h.score < f32::MAX && h.features.coverage < WEAK);
    if weak && query.code.is_none() {
        match snapshot.full_text.find(text, 50) {
            Ok(codes) => append(&mut hits, &codes, snapshot, &allowed),
            Err(error) => tracing::warn!(error = %error, "the full text could not be searched"),
        }
    }
    hits
}

/// Adds what only the full text has, below everything that the names have.
fn append(hits: &mut Vec<Hit>, codes: &[String], snapshot: &Snapshot, allowed: &dyn Fn(&NameDoc) -> bool) {
    for code in codes {
        let Some(doc) = snapshot.names.by_code.get(code).copied() else { continue };
        if allowed(snapshot.names.doc(doc)) && !hits.iter().any(|h| h.doc == doc) {
            hits.push(Hit { doc, score: 0.0, features: Features::default() });
        }
    }
}

/// Everything, most used first, then by code.
fn all(snapshot: &Snapshot, allowed: &dyn Fn(&NameDoc) -> bool) -> Vec<Hit> {
    let mut hits: Vec<Hit> = (0..)
        .zip(&snapshot.names.docs)
        .filter(|(_, doc)| allowed(doc))
        .map(|(id, doc)| Hit { doc: id, score: doc.prior, features: Features::default() })
        .collect();
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.doc.cmp(&b.doc)));
    hits
}

/// One hit per group at the place of its best member, shown by the national procedure where that is among the hits.
fn group(hits: &[Hit], snapshot: &Snapshot) -> Vec<(Hit, usize)> {
    let mut places: HashMap<DocId, usize> = HashMap::new();
    let mut folded: Vec<(Hit, usize)> = Vec::new();
    for hit in hits {
        let group = snapshot.names.doc(hit.doc).group;
        if let Some(place) = places.get(&group) {
            let (shown, count) = &mut folded[*place];
            *count += 1;
            if hit.doc == group {
                shown.doc = hit.doc;
            }
        } else {
            places.insert(group, folded.len());
            folded.push((*hit, 1));
        }
    }
    folded
}

fn count_facets(folded: &[(Hit, usize)], snapshot: &Snapshot) -> BTreeMap<&'static str, Vec<(String, usize)>> {
    let mut counts: BTreeMap<&'static str, HashMap<String, usize>> = BTreeMap::new();
    let mut add = |facet, value: String| *counts.entry(facet).or_default().entry(value).or_default() += 1;
    for (hit, _) in folded {
        let shown = &snapshot.names.doc(hit.doc).shown;
        shown.fields.iter().for_each(|f| add("field", f.clone()));
        shown.issuer.iter().for_each(|a| add("agency", a.clone()));
        shown.levels.iter().for_each(|l| add("level", word::of(l)));
        shown.audiences.iter().for_each(|a| add("audience", a.clone()));
        shown.online.iter().for_each(|o| add("online", word::of(o)));
        if shown.is_free() {
            add("free", "true".to_owned());
        }
    }
    counts
        .into_iter()
        .map(|(facet, values)| {
            let mut values: Vec<(String, usize)> = values.into_iter().collect();
            values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            (facet, values)
        })
        .collect()
}

/// Filters with their texts folded once.
struct Prepared {
    field: Option<String>,
    agency: Option<String>,
    audience: Option<String>,
    group: Option<DocId>,
    codes: Option<HashSet<String>>,
    plain: Filters,
    retired: bool,
}

impl Prepared {
    fn of(filters: &Filters, snapshot: &Snapshot) -> Self {
        let group = filters
            .variants_of
            .as_ref()
            .map(|code| snapshot.names.by_code.get(code).map_or(DocId::MAX, |id| snapshot.names.doc(*id).group));
        Self {
            field: filters.field.as_deref().map(fold),
            agency: filters.agency.as_deref().map(fold),
            audience: filters.audience.as_deref().map(fold),
            group,
            codes: filters.codes.as_ref().map(|c| c.iter().cloned().collect()),
            plain: filters.clone(),
            retired: filters.retired,
        }
    }

    fn allow(&self, doc: &NameDoc) -> bool {
        let shown = &doc.shown;
        self.plain.level.is_none_or(|l| shown.levels.contains(&l))
            && self.plain.online.is_none_or(|o| shown.online == Some(o))
            && self.plain.gap.as_ref().is_none_or(|g| shown.gap.as_ref() == Some(g))
            && self.plain.kind.is_none_or(|k| shown.kind == k)
            && (!self.plain.free || shown.is_free())
            && self.group.is_none_or(|g| doc.group == g)
            && self.codes.as_ref().is_none_or(|c| c.contains(&shown.code))
            && one_of(self.field.as_ref(), shown.fields.iter())
            && one_of(self.agency.as_ref(), shown.issuer.iter().chain(&shown.agencies))
            && one_of(self.audience.as_ref(), shown.audiences.iter())
    }
}

fn one_of<'a>(wanted: Option<&String>, mut values: impl Iterator<Item = &'a String>) -> bool {
    wanted.is_none_or(|w| values.any(|v| fold(v) == *w))
}
