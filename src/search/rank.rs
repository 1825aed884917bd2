//! Ranking: a dense first pass over all names, then a weighted sum over the best sixty (SEARCH.md "Ranking").

use std::cell::RefCell;

use super::names::{DocId, NameDoc, Names};
use super::query::{Query, Slot, Variant};
use super::vocabulary::Term;

/// How many of the first pass are looked at closely.
const CLOSE: usize = 60;
/// Worth of a pair of neighbours beside a single word in the first pass.
const PAIR: f32 = 0.8;
/// A document matches when it covers this share of the query's telling words…
const MATCH: f32 = 0.5;
/// …or this share of what the best one covers, where a long story leaves every name far below.
const MATCH_OF_BEST: f32 = 0.6;
/// What decides between two names that differ in "Thủ tục" alone.
const SAYS_PROCEDURE: f32 = 0.02;
/// What a word counts whose typed marks the name does not have: "mất" is not "mặt".
const OTHER_MARKS: f32 = 0.6;

/// The weights of the close look, in the order of [`Features`].
const WEIGHTS: Features = Features {
    bm25: 1.33,
    coverage: 1.2,
    pairs: 1.2,
    marks: 0.3,
    position: 0.3,
    name_coverage: 0.45,
    prior: 1.0,
    qualifiers: -0.12,
    expanded: -0.05,
};

/// Why a document ranks where it does: each part before its weight.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct Features {
    /// First-pass score as a share of the best.
    pub bm25: f32,
    /// Share of the query's words that are found, telling words first.
    pub coverage: f32,
    /// Share of the query's neighbouring words that stand side by side in the name.
    pub pairs: f32,
    /// Share of the typed marks that agree.
    pub marks: f32,
    /// 1 when the name begins with the query's words.
    pub position: f32,
    /// Share of the name that the query says.
    pub name_coverage: f32,
    /// What speaks for the procedure whatever is asked.
    pub prior: f32,
    /// Qualifiers of the name that the query lacks.
    pub qualifiers: f32,
    /// 1 when it was found through a synonym.
    pub expanded: f32,
}

impl Features {
    /// The weighted sum.
    #[must_use]
    pub fn score(&self) -> f32 {
        self.bm25 * WEIGHTS.bm25
            + self.coverage * WEIGHTS.coverage
            + self.pairs * WEIGHTS.pairs
            + self.marks * WEIGHTS.marks
            + self.position * WEIGHTS.position
            + self.name_coverage * WEIGHTS.name_coverage
            + self.prior * WEIGHTS.prior
            + self.qualifiers * WEIGHTS.qualifiers
            + self.expanded * WEIGHTS.expanded
    }
}

/// A ranked document.
#[derive(Debug, Clone, Copy)]
pub struct Hit {
    /// Which.
    pub doc: DocId,
    /// Its place in the order, higher is better.
    pub score: f32,
    /// How the score came about; zero beyond the close look.
    pub features: Features,
}

/// What the first pass adds up, kept between searches so that nothing is allocated.
#[derive(Default)]
struct Scratch {
    score: Vec<f32>,
    cover: Vec<f32>,
    best_score: Vec<f32>,
    best_cover: Vec<f32>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// All matches that pass `allowed`, best first.
#[must_use]
pub fn rank(query: &Query, names: &Names, allowed: &dyn Fn(&NameDoc) -> bool) -> Vec<Hit> {
    let mut hits = first_pass(query, names, allowed);
    let close = hits.len().min(CLOSE);
    if close < hits.len() {
        hits.select_nth_unstable_by(close, |a, b| b.score.total_cmp(&a.score));
    }
    let best = hits.iter().map(|h| h.score).fold(0.0, f32::max);
    for hit in &mut hits[..close] {
        look_closely(hit, best, query, names);
    }
    let order = |a: &Hit, b: &Hit| b.score.total_cmp(&a.score).then(a.doc.cmp(&b.doc));
    hits[..close].sort_by(order);
    hits[close..].sort_by(order);
    let code = query.code.as_ref().and_then(|code| names.by_code.get(code).copied());
    if let Some(doc) = code.filter(|doc| allowed(names.doc(*doc))) {
        hits.retain(|h| h.doc != doc);
        hits.insert(0, Hit { doc, score: f32::MAX, features: Features::default() });
    }
    hits
}

/// Adds up what every word gives every document, per reading of the query, and keeps the best reading.
fn first_pass(query: &Query, names: &Names, allowed: &dyn Fn(&NameDoc) -> bool) -> Vec<Hit> {
    SCRATCH.with_borrow_mut(|scratch| {
        scratch.begin(names.docs.len());
        for variant in &query.variants {
            scratch.add_variant(variant, names);
        }
        let most = scratch.best_cover.iter().copied().fold(0.0, f32::max);
        let threshold = MATCH.min(most * MATCH_OF_BEST);
        if most <= 0.0 {
            return Vec::new();
        }
        (0..)
            .zip(scratch.best_score.iter().zip(&scratch.best_cover))
            .filter(|(_, (_, cover))| **cover >= threshold)
            .filter(|(doc, _)| allowed(names.doc(*doc)))
            .map(|(doc, (score, _))| Hit { doc, score: *score, features: Features::default() })
            .collect()
    })
}

impl Scratch {
    fn begin(&mut self, documents: usize) {
        for sums in [&mut self.best_score, &mut self.best_cover, &mut self.score, &mut self.cover] {
            sums.clear();
            sums.resize(documents, 0.0);
        }
    }

    fn add_variant(&mut self, variant: &Variant, names: &Names) {
        let total = weight_of(variant, names);
        if total <= 0.0 {
            return;
        }
        for slot in &variant.slots {
            for (nth, (term, sure)) in slot.terms.iter().enumerate() {
                let worth = slot.weight * sure;
                // Several readings of one word count once: the first fully, the others only where it is absent.
                let cover = if nth == 0 { idf(slot, names) * slot.weight / total } else { 0.0 };
                for posting in &names.postings[*term as usize] {
                    self.score[posting.doc as usize] += posting.impact * worth;
                    self.cover[posting.doc as usize] += posting.cover * cover;
                }
            }
            if slot.terms.len() > 1 {
                self.cover_alternatives(slot, idf(slot, names) * slot.weight / total, names);
            }
        }
        for pair in variant.slots.windows(2) {
            let (Some((a, _)), Some((b, _))) = (pair[0].terms.first(), pair[1].terms.first()) else { continue };
            if let Some((idf, docs)) = names.pairs.get(&(*a, *b)) {
                let worth = PAIR * idf * pair[0].weight.min(pair[1].weight);
                for doc in docs {
                    self.score[*doc as usize] += worth;
                }
            }
        }
        for (best, score) in self.best_score.iter_mut().zip(&mut self.score) {
            *best = best.max(*score);
            *score = 0.0;
        }
        for (best, cover) in self.best_cover.iter_mut().zip(&mut self.cover) {
            *best = best.max(*cover);
            *cover = 0.0;
        }
    }

    fn cover_alternatives(&mut self, slot: &Slot, cover: f32, names: &Names) {
        for (term, sure) in &slot.terms[1..] {
            for posting in &names.postings[*term as usize] {
                self.cover[posting.doc as usize] += posting.cover * cover * sure;
            }
        }
    }
}

fn idf(slot: &Slot, names: &Names) -> f32 {
    slot.terms.first().map_or(6.0, |(term, _)| names.idf[*term as usize])
}

fn weight_of(variant: &Variant, names: &Names) -> f32 {
    variant.slots.iter().map(|s| idf(s, names) * s.weight).sum()
}

fn look_closely(hit: &mut Hit, best: f32, query: &Query, names: &Names) {
    let doc = names.doc(hit.doc);
    let bm25 = if best > 0.0 { hit.score / best } else { 0.0 };
    let lacking = doc.qualifiers.iter().filter(|q| !query.qualifiers.contains(q)).count().min(3);
    let mut top: Option<Features> = None;
    for variant in &query.variants {
        let mut features = compare(variant, doc, names);
        features.bm25 = bm25;
        features.prior = doc.prior + if query.says_procedure && doc.says_procedure { SAYS_PROCEDURE } else { 0.0 };
        features.qualifiers = [0.0, 1.0, 1.5, 2.0][lacking];
        if top.is_none_or(|t| features.score() > t.score()) {
            top = Some(features);
        }
    }
    hit.features = top.unwrap_or_default();
    hit.score = hit.features.score();
}

/// Holds one reading of the query against one name.
#[expect(clippy::cast_precision_loss, reason = "positions in a name")]
fn compare(variant: &Variant, doc: &NameDoc, names: &Names) -> Features {
    let total = weight_of(variant, names).max(f32::MIN_POSITIVE);
    let mut covered = 0.0;
    let (mut marks, mut marked) = (0.0, 0.0);
    let mut first = usize::MAX;
    let mut said: Vec<Term> = Vec::with_capacity(variant.slots.len());
    for slot in &variant.slots {
        let worth = idf(slot, names) * slot.weight;
        let found = slot.terms.iter().find_map(|(t, sure)| Some((place(*t, &doc.name)?, *t, *sure)));
        if let Some((at, term, sure)) = found {
            let agrees = marks_agree(slot, doc);
            covered += worth * sure * if agrees { 1.0 } else { OTHER_MARKS };
            if !said.contains(&term) {
                said.push(term);
            }
            if slot.weight > 0.3 {
                first = first.min(at);
            }
            if slot.exact.is_some() {
                marked += worth;
                if agrees {
                    marks += worth;
                }
            }
        } else if slot.terms.iter().any(|(t, _)| doc.meta.binary_search(t).is_ok()) {
            covered += worth * 0.5;
        }
    }
    let said_weight: f32 = said.iter().map(|t| names.idf[*t as usize]).sum();
    Features {
        coverage: covered / total,
        pairs: pair_coverage(variant, doc, names),
        marks: if marked > 0.0 { marks / marked } else { 1.0 },
        position: if first == usize::MAX { 0.0 } else { 1.0 / (1.0 + first as f32 / 4.0) },
        name_coverage: said_weight / doc.name_weight.max(f32::MIN_POSITIVE),
        expanded: if variant.expanded { 1.0 } else { 0.0 },
        ..Features::default()
    }
}

fn pair_coverage(variant: &Variant, doc: &NameDoc, names: &Names) -> f32 {
    let (mut found, mut total) = (0.0, 0.0);
    for pair in variant.slots.windows(2) {
        let worth = idf(&pair[0], names) * pair[0].weight + idf(&pair[1], names) * pair[1].weight;
        total += worth;
        let stands = pair[0]
            .terms
            .iter()
            .any(|(a, _)| pair[1].terms.iter().any(|(b, _)| doc.name.windows(2).any(|w| w[0] == *a && w[1] == *b)));
        if stands {
            let agree = marks_agree(&pair[0], doc) && marks_agree(&pair[1], doc);
            found += worth * if agree { 1.0 } else { OTHER_MARKS };
        }
    }
    if total > 0.0 { found / total } else { 1.0 }
}

/// The name has the word as it was typed, or it was typed without marks.
fn marks_agree(slot: &Slot, doc: &NameDoc) -> bool {
    slot.exact.is_none_or(|exact| doc.name_exact.contains(&exact))
}

fn place(term: Term, name: &[Term]) -> Option<usize> {
    name.iter().position(|t| *t == term)
}
