//! What search knows besides the catalog: synonyms, phrases, popularity. It is data, in `index/`.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::analysis::{Syllable, syllables};
use crate::platform::hash::sha256;

const SYNONYMS: &str = include_str!("../../index/synonyms.toml");
const PHRASES: &str = include_str!("../../index/phrases.toml");
const POPULAR: &str = include_str!("../../index/popular.toml");

/// The parsed contents of `index/`.
#[derive(Debug)]
pub struct Knowledge {
    /// Synonyms by the first folded syllable of what people type, longest first.
    pub synonyms: HashMap<String, Vec<Synonym>>,
    /// Words that mean something only together, in any order and however far apart, by the first syllable of the first.
    pub together: HashMap<String, Vec<Together>>,
    /// Phrases of questions, by first folded syllable, longest first.
    pub question: HashMap<String, Vec<Phrase>>,
    /// Words of the story around a question, in their exact form.
    pub story: std::collections::HashSet<String>,
    /// The same without marks, for a question typed without any.
    pub story_folds: std::collections::HashSet<String>,
    /// Function words, in their exact form.
    pub function: std::collections::HashSet<String>,
    /// Words that mark a special variant of a procedure.
    pub qualifiers: Vec<Phrase>,
    /// Online dossiers of the old portal's listing, by code; a prior for ranking, never evidence.
    pub popularity: HashMap<String, f64>,
    /// Changes when any of the files changes.
    pub fingerprint: String,
}

/// A run of syllables.
#[derive(Debug, Clone)]
pub struct Phrase {
    /// Its syllables.
    pub syllables: Vec<Syllable>,
}

/// What people say and what the law calls it.
#[derive(Debug, Clone)]
pub struct Synonym {
    /// What is typed.
    pub from: Phrase,
    /// What it may mean, as names have it.
    pub to: Vec<Phrase>,
    /// The same in words, to be shown.
    pub meaning: Vec<String>,
    /// Longer compounds in which it means something else.
    pub not_in: Vec<Phrase>,
}

/// Several things said in one query, and what the law calls the whole: "công ty" and "đóng cửa hẳn" is a dissolution.
#[derive(Debug, Clone)]
pub struct Together {
    /// What must be said; each with other ways to say it.
    pub parts: Vec<Vec<Phrase>>,
    /// What it means, as names have it.
    pub to: Phrase,
    /// The same in words, to be shown.
    pub meaning: String,
}

/// Why the data cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("index/{file} cannot be read: {source}")]
pub struct KnowledgeError {
    file: &'static str,
    source: toml::de::Error,
}

/// Ways to say it, and meanings, stand between bars.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SynonymFile {
    synonyms: BTreeMap<String, String>,
    together: BTreeMap<String, String>,
    not_in: HashMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PhraseFile {
    question: Vec<String>,
    story: Vec<String>,
    function: Vec<String>,
    qualifier: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PopularFile {
    popular: HashMap<String, f64>,
    #[serde(default)]
    assumed: HashMap<String, f64>,
}

impl Knowledge {
    /// Reads the data this program was built with.
    ///
    /// # Errors
    /// [`KnowledgeError`] naming the file; a test keeps that from being shipped.
    pub fn built_in() -> Result<Self, KnowledgeError> {
        let synonyms: SynonymFile = read("synonyms.toml", SYNONYMS)?;
        let phrases: PhraseFile = read("phrases.toml", PHRASES)?;
        let popular: PopularFile = read("popular.toml", POPULAR)?;
        let mut popularity = popular.popular;
        popularity.extend(popular.assumed);
        Ok(Self {
            synonyms: by_first(synonyms.entries(), |s| &s.from),
            together: synonyms.together(),
            question: by_first(phrases.question.iter().map(|p| Phrase::of(p)), |p| p),
            story: phrases.story.iter().flat_map(|w| syllables(w)).map(|s| s.exact).collect(),
            story_folds: phrases.story.iter().flat_map(|w| syllables(w)).map(|s| s.fold).collect(),
            function: phrases.function.iter().flat_map(|w| syllables(w)).map(|s| s.exact).collect(),
            qualifiers: phrases.qualifier.iter().map(|p| Phrase::of(p)).collect(),
            popularity,
            fingerprint: sha256([SYNONYMS, PHRASES, POPULAR].concat().as_bytes())[..12].to_owned(),
        })
    }
}

impl SynonymFile {
    fn entries(&self) -> impl Iterator<Item = Synonym> + '_ {
        self.synonyms.iter().flat_map(move |(ways, meanings)| {
            ways.split('|').map(str::trim).map(move |from| Synonym {
                from: Phrase::of(from),
                to: meanings.split('|').map(Phrase::of).collect(),
                meaning: meanings.split('|').map(|m| m.trim().to_owned()).collect(),
                not_in: self.not_in.get(from).into_iter().flat_map(|n| n.split('|')).map(Phrase::of).collect(),
            })
        })
    }
}

impl SynonymFile {
    /// A rule stands under the first syllable of each way to say its first part.
    fn together(&self) -> HashMap<String, Vec<Together>> {
        let mut map: HashMap<String, Vec<Together>> = HashMap::new();
        for (said, meaning) in &self.together {
            let parts: Vec<Vec<Phrase>> =
                said.split('+').map(|part| part.split('|').map(Phrase::of).collect()).collect();
            let rule = Together { parts, to: Phrase::of(meaning), meaning: meaning.clone() };
            let first = rule.parts.first().into_iter().flatten().filter_map(|p| p.syllables.first());
            let mut heads: Vec<String> = first.map(|s| s.fold.clone()).collect();
            heads.sort_unstable();
            heads.dedup();
            for head in heads {
                map.entry(head).or_default().push(rule.clone());
            }
        }
        map
    }
}

impl Phrase {
    fn of(text: &str) -> Self {
        Self { syllables: syllables(text) }
    }

    /// Whether the phrase stands at the head of `at`.
    ///
    /// Marks that were typed must agree; `loose` also takes a phrase typed without any.
    #[must_use]
    pub fn matches(&self, at: &[Syllable], loose: bool) -> bool {
        at.len() >= self.syllables.len()
            && self.syllables.iter().zip(at).all(|(mine, typed)| {
                mine.exact == typed.exact || (loose && !typed.is_marked() && mine.fold == typed.fold)
            })
    }
}

fn read<T: serde::de::DeserializeOwned>(file: &'static str, text: &str) -> Result<T, KnowledgeError> {
    toml::from_str(text).map_err(|source| KnowledgeError { file, source })
}

fn by_first<T>(all: impl Iterator<Item = T>, phrase: impl Fn(&T) -> &Phrase) -> HashMap<String, Vec<T>> {
    let mut map: HashMap<String, Vec<T>> = HashMap::new();
    for entry in all {
        if let Some(first) = phrase(&entry).syllables.first() {
            map.entry(first.fold.clone()).or_default().push(entry);
        }
    }
    for entries in map.values_mut() {
        entries.sort_by_key(|e| std::cmp::Reverse(phrase(e).syllables.len()));
    }
    map
}
