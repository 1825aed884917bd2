//! What each typed word stands for: known as it is, typed in Telex, mistyped, joined, or not finished yet.

use super::analysis::{Syllable, syllables};
use super::names::Names;
use super::telex;
use super::vocabulary::{Term, Vocabulary};

/// How many words an unfinished one may stand for.
const COMPLETIONS: usize = 12;

/// A query's words, each with what it stands for.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// In order; a joined word has become two.
    pub words: Vec<Resolved>,
}

/// One word with what it stands for.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The word as it is read.
    pub syllable: Syllable,
    /// What it may stand for, each with how sure that is; empty when unknown.
    pub terms: Vec<(Term, f32)>,
    /// It is not what was typed.
    pub mended: bool,
    /// It was mended as a typing error, which the reader may want to know.
    pub corrected: bool,
}

impl Reading {
    /// The whole query with its errors mended, where there were any; folded, since the error may lie in a mark.
    #[must_use]
    pub fn corrected(&self) -> Option<String> {
        if !self.words.iter().any(|w| w.corrected) {
            return None;
        }
        Some(self.words.iter().map(|w| w.syllable.fold.as_str()).collect::<Vec<_>>().join(" "))
    }
}

/// Resolves every word.
#[must_use]
pub fn resolve(typed: &[Syllable], typing: bool, names: &Names) -> Reading {
    let vocabulary = &names.folds;
    let mut reading = Reading::default();
    for (at, syllable) in typed.iter().enumerate() {
        let is_last = at + 1 == typed.len();
        let before = reading.words.last().and_then(|w| w.terms.first()).map(|t| t.0);
        let after = typed.get(at + 1).and_then(|s| vocabulary.get(&s.fold));
        if let Some(term) = vocabulary.get(&syllable.fold) {
            let mut terms = vec![(term, 1.0)];
            if is_last && typing {
                terms.extend(completions(vocabulary, &syllable.fold, before, Some(term)));
            }
            reading.words.push(known(syllable.clone(), terms));
        } else if let Some(word) = decoded(syllable, vocabulary) {
            reading.words.push(word);
        } else if let Some((term, pairs)) = mended(&syllable.fold, before, after, vocabulary)
            && !(is_last && typing && pairs < 2)
        {
            reading.words.push(correction(syllable, term, vocabulary));
        } else if let Some((first, second)) = vocabulary.split(&syllable.fold) {
            reading.words.push(correction(syllable, first, vocabulary));
            reading.words.push(correction(syllable, second, vocabulary));
        } else {
            let terms = if is_last { completions(vocabulary, &syllable.fold, before, None) } else { Vec::new() };
            reading.words.push(known(syllable.clone(), terms));
        }
    }
    reading
}

fn known(syllable: Syllable, terms: Vec<(Term, f32)>) -> Resolved {
    Resolved { syllable, terms, mended: false, corrected: false }
}

/// A word typed in Telex or VNI whose meaning is known.
fn decoded(syllable: &Syllable, vocabulary: &Vocabulary) -> Option<Resolved> {
    let word = telex::decode(&syllable.exact)?;
    let mut read = syllables(&word);
    let mut read = if read.len() == 1 { read.remove(0) } else { return None };
    let term = vocabulary.get(&read.fold)?;
    read.span = syllable.span.clone();
    Some(Resolved { syllable: read, terms: vec![(term, 1.0)], mended: true, corrected: false })
}

/// The likeliest word one edit away that stands beside a neighbour somewhere, with how often it does.
fn mended(word: &str, before: Option<Term>, after: Option<Term>, vocabulary: &Vocabulary) -> Option<(Term, u32)> {
    if word.len() < 2 || word.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let support =
        |term: Term| before.map_or(0, |b| vocabulary.pair(b, term)) + after.map_or(0, |a| vocabulary.pair(term, a));
    vocabulary.near(word).into_iter().map(|t| (t, support(t))).filter(|(_, n)| *n > 0).max_by_key(|(_, n)| *n)
}

fn correction(typed: &Syllable, term: Term, vocabulary: &Vocabulary) -> Resolved {
    let word = vocabulary.word(term).to_owned();
    let syllable = Syllable { exact: word.clone(), fold: word, span: typed.span.clone() };
    Resolved { syllable, terms: vec![(term, 1.0)], mended: true, corrected: true }
}

/// What an unfinished word may become: those that follow the word before it first.
fn completions(vocabulary: &Vocabulary, prefix: &str, before: Option<Term>, without: Option<Term>) -> Vec<(Term, f32)> {
    let mut found = vocabulary.with_prefix(prefix, 60);
    found.retain(|t| Some(*t) != without);
    found.sort_by_key(|t| std::cmp::Reverse(before.map_or(0, |b| vocabulary.pair(b, *t))));
    found.truncate(COMPLETIONS);
    found.into_iter().map(|t| (t, 0.6)).collect()
}
