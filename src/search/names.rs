//! The in-memory first pass: every name as numbers, with what each word is worth worked out beforehand.
//!
//! It is built from the same documents by the same analysis as the index of record and is swapped with it.

use std::collections::HashMap;
use std::sync::Arc;

use super::analysis::{Syllable, exact, name_syllables, syllables};
use super::document::SearchDoc;
use super::knowledge::{Knowledge, Phrase};
use super::vocabulary::{Term, Vocabulary};
use crate::catalog::model::{Level, ProcedureKind};

/// Number of a document in this snapshot.
pub type DocId = u32;

/// BM25 with little length penalty: long names are long because they are precise.
const K1: f32 = 0.9;
const B: f32 = 0.4;
/// Worth of a word in field, agency, audience or result beside one in the name.
const META: f32 = 0.3;
/// How much of a query word's coverage a match outside the name gives.
const META_COVER: f32 = 0.5;

/// A word's worth in one document.
#[derive(Debug, Clone, Copy)]
pub struct Posting {
    /// Which document.
    pub doc: DocId,
    /// BM25 share, idf included.
    pub impact: f32,
    /// 1 for a word of the name, less for one of the facts around it.
    pub cover: f32,
}

/// A document of the first pass.
#[derive(Debug)]
pub struct NameDoc {
    /// What is shown and counted.
    pub shown: Arc<SearchDoc>,
    /// Folded syllables of the name.
    pub name: Vec<Term>,
    /// The same syllables with their marks.
    pub name_exact: Vec<Term>,
    /// Folded syllables of the facts around the name, sorted.
    pub meta: Vec<Term>,
    /// Sum of the idf of the name's distinct syllables.
    pub name_weight: f32,
    /// The name itself begins with "Thủ tục": a tie-break for those who type it.
    pub says_procedure: bool,
    /// Qualifiers in the name, by their number in the knowledge.
    pub qualifiers: Vec<usize>,
    /// What speaks for a document whatever is asked: popularity, level, being public.
    pub prior: f32,
    /// Provincial copies of one procedure share a group: the number of the one that stands for it.
    pub group: DocId,
}

/// Everything the first pass reads.
#[derive(Debug, Default)]
pub struct Names {
    /// All documents, in the order of codes.
    pub docs: Vec<NameDoc>,
    /// Folded syllables.
    pub folds: Vocabulary,
    /// Marked syllables.
    pub exacts: HashMap<String, Term>,
    /// By folded syllable.
    pub postings: Vec<Vec<Posting>>,
    /// By neighbouring folded syllables of names: documents, and the pair's idf.
    pub pairs: HashMap<(Term, Term), (f32, Vec<DocId>)>,
    /// By folded syllable: how telling it is.
    pub idf: Vec<f32>,
    /// By code.
    pub by_code: HashMap<String, DocId>,
}

impl Names {
    /// Builds the first pass. `documents` must be in the order of codes.
    #[must_use]
    pub fn build(documents: &[Arc<SearchDoc>], knowledge: &Knowledge) -> Self {
        let mut names = Self::default();
        for shown in documents {
            let id = DocId::try_from(names.docs.len()).unwrap_or(DocId::MAX);
            names.by_code.insert(shown.code.clone(), id);
            let doc = names.read(shown, knowledge, id);
            names.folds.count_name(&doc.name);
            names.docs.push(doc);
        }
        for phrase in knowledge.synonyms.values().flatten().flat_map(|s| std::iter::once(&s.from).chain(&s.to)) {
            for syllable in &phrase.syllables {
                names.folds.intern(&syllable.fold);
            }
        }
        names.folds.finish();
        names.weigh();
        names.group();
        names
    }

    fn read(&mut self, shown: &Arc<SearchDoc>, knowledge: &Knowledge, id: DocId) -> NameDoc {
        let syllables_of_name = name_syllables(&shown.name);
        let name = syllables_of_name.iter().map(|s| self.folds.intern(&s.fold)).collect();
        let name_exact = syllables_of_name.iter().map(|s| self.exact_term(s)).collect();
        let mut meta = Vec::new();
        let around = (shown.fields.iter())
            .chain(&shown.issuer)
            .chain(&shown.agencies)
            .chain(shown.results.iter().take(3))
            .chain(&shown.audiences);
        for text in around {
            meta.extend(syllables(text).iter().take(40).map(|s| self.folds.intern(&s.fold)));
        }
        meta.sort_unstable();
        meta.dedup();
        let qualifiers = (0..knowledge.qualifiers.len())
            .filter(|q| contains(&syllables_of_name, &knowledge.qualifiers[*q].syllables))
            .collect();
        NameDoc {
            shown: Arc::clone(shown),
            name,
            name_exact,
            meta,
            name_weight: 0.0,
            says_procedure: says_procedure(&syllables(&shown.name)),
            qualifiers,
            prior: prior(shown, knowledge),
            group: id,
        }
    }

    fn exact_term(&mut self, syllable: &Syllable) -> Term {
        let next = Term::try_from(self.exacts.len()).unwrap_or(Term::MAX);
        *self.exacts.entry(syllable.exact.clone()).or_insert(next)
    }

    /// Works out idf, postings and pairs once all names are counted.
    #[expect(clippy::cast_precision_loss, reason = "counts of documents are far below 2^24")]
    fn weigh(&mut self) {
        let total = self.docs.len() as f32;
        let idf_of = |n: f32| (1.0 + (total - n + 0.5) / (n + 0.5)).ln();
        let count = self.folds.len();
        let mut in_docs = vec![0u32; count];
        let mut length = 0usize;
        for doc in &self.docs {
            length += doc.name.len();
            for term in distinct(&doc.name, &doc.meta) {
                in_docs[term as usize] += 1;
            }
        }
        // A word is as telling as it is rare in names; one that stands only around names, as rare as it is there.
        self.idf = (0..count)
            .map(|t| {
                let in_names = self.folds.count(Term::try_from(t).unwrap_or(Term::MAX));
                idf_of(if in_names > 0 { in_names as f32 } else { in_docs[t] as f32 })
            })
            .collect();
        let average = length as f32 / total.max(1.0);
        self.postings = vec![Vec::new(); count];
        let mut pairs: HashMap<(Term, Term), Vec<DocId>> = HashMap::new();
        for (id, doc) in (0..).zip(&mut self.docs) {
            let spread = K1 * (1.0 - B + B * doc.name.len() as f32 / average);
            let mut once = doc.name.clone();
            once.sort_unstable();
            once.dedup();
            doc.name_weight = once.iter().map(|t| self.idf[*t as usize]).sum();
            for term in distinct(&doc.name, &doc.meta) {
                let idf = self.idf[term as usize];
                let in_name = once.binary_search(&term).is_ok();
                let (impact, cover) =
                    if in_name { (idf * (K1 + 1.0) / (1.0 + spread), 1.0) } else { (idf * META, META_COVER) };
                self.postings[term as usize].push(Posting { doc: id, impact, cover });
            }
            for pair in doc.name.windows(2) {
                let docs = pairs.entry((pair[0], pair[1])).or_default();
                if docs.last() != Some(&id) {
                    docs.push(id);
                }
            }
        }
        self.pairs = pairs.into_iter().map(|(pair, docs)| (pair, (idf_of(docs.len() as f32), docs))).collect();
    }

    /// A province's own copy joins the national procedure of the same name, or the first copy.
    fn group(&mut self) {
        let mut leaders: HashMap<String, DocId> = HashMap::new();
        for pass in [ProcedureKind::Standard, ProcedureKind::Specific] {
            for (id, doc) in (0..).zip(&mut self.docs) {
                if doc.shown.kind != pass || doc.shown.retired {
                    continue;
                }
                let leader = *leaders.entry(exact(&doc.shown.name)).or_insert(id);
                if pass == ProcedureKind::Specific {
                    doc.group = leader;
                }
            }
        }
    }

    /// Whether any name has the first two words of a phrase side by side.
    #[must_use]
    pub fn have(&self, phrase: &Phrase) -> bool {
        let [first, second, ..] = phrase.syllables.as_slice() else { return true };
        let terms = self.folds.get(&first.fold).zip(self.folds.get(&second.fold));
        terms.is_some_and(|(a, b)| self.folds.pair(a, b) > 0)
    }

    /// A document.
    #[must_use]
    pub fn doc(&self, id: DocId) -> &NameDoc {
        &self.docs[id as usize]
    }
}

/// Whether a text begins with "thủ tục", marks typed or not.
#[must_use]
pub fn says_procedure(text: &[Syllable]) -> bool {
    matches!(text, [a, b, ..] if a.fold == "thu" && b.fold == "tuc")
}

/// The distinct syllables of name and meta together.
fn distinct(name: &[Term], meta: &[Term]) -> Vec<Term> {
    let mut all: Vec<Term> = name.iter().chain(meta).copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether the run `part` stands in `whole`, marks included.
#[must_use]
pub fn contains(whole: &[Syllable], part: &[Syllable]) -> bool {
    !part.is_empty() && whole.windows(part.len()).any(|w| w.iter().zip(part).all(|(a, b)| a.exact == b.exact))
}

/// National, for citizens, at the commune: what most people look for. Then how much it is used.
#[expect(clippy::cast_possible_truncation, reason = "a logarithm between 0 and 1")]
fn prior(shown: &SearchDoc, knowledge: &Knowledge) -> f32 {
    let mut prior = 0.0;
    if shown.kind == ProcedureKind::Standard {
        prior += 0.06;
    }
    if shown.audiences.iter().any(|a| a == "Công dân Việt Nam") {
        prior += 0.05;
    }
    if shown.levels.contains(&Level::Commune) {
        prior += 0.04;
    }
    if let Some(weight) = knowledge.popularity.get(&shown.code) {
        // 20 million dossiers a year is the most that any procedure has.
        prior += 0.15 * ((1.0 + weight).ln() / (1.0f64 + 2e7).ln()) as f32;
    }
    if shown.kind == ProcedureKind::Internal {
        prior -= 0.3;
    }
    if shown.retired {
        prior -= 0.2;
    }
    prior
}
