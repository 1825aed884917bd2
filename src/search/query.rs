//! The query front end: from what people type to what the names say (SEARCH.md "Query front end").

use std::collections::HashSet;

use super::analysis::{Syllable, syllables};
use super::knowledge::{Knowledge, Phrase, Synonym, Together};
use super::names::{Names, says_procedure};
use super::spelling::{Reading, Resolved, resolve};
use super::vocabulary::Term;
use crate::catalog::code::ProcedureCode;

/// How much a question phrase counts beside a content word.
const QUESTION: f32 = 0.05;
/// How much a function word counts.
const FUNCTION: f32 = 0.25;
/// How much a word of the story around a question counts.
const STORY: f32 = 0.25;
/// From how many words on a query with a question phrase is a story.
const STORY_WORDS: usize = 7;
/// How much a word beside a synonym counts: the synonym names the subject, the rest tells a story around it.
const BESIDE: f32 = 0.6;
/// How much a word counts beside things that were understood together.
const BESIDE_TOGETHER: f32 = 0.2;
/// At most this many readings of a query.
const MAX_VARIANTS: usize = 6;

/// A query, understood.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// A code that was typed, in its bare national form.
    pub code: Option<String>,
    /// Ways to read the words; the first is as typed.
    pub variants: Vec<Variant>,
    /// What was read out of the words: "sổ đỏ → giấy chứng nhận quyền sử dụng đất".
    pub understood: Vec<String>,
    /// The query with its typing errors mended, where there were any.
    pub corrected: Option<String>,
    /// Qualifiers that the query itself names.
    pub qualifiers: Vec<usize>,
    /// It begins with "thủ tục".
    pub says_procedure: bool,
    /// The folded words to mark in what is found: those typed, and short meanings put in for them.
    pub words: HashSet<String>,
}

/// One way to read a query.
#[derive(Debug, Clone, Default)]
pub struct Variant {
    /// Its words.
    pub slots: Vec<Slot>,
    /// A synonym was put in.
    pub expanded: bool,
}

/// One word of a query.
#[derive(Debug, Clone)]
pub struct Slot {
    /// What it may stand for, each with how sure that is.
    pub terms: Vec<(Term, f32)>,
    /// Its marked form, where marks were typed.
    pub exact: Option<Term>,
    /// How much it counts.
    pub weight: f32,
}

/// Reads a query. `typing` says that the last word may not be finished.
#[must_use]
pub fn understand(text: &str, typing: bool, names: &Names, knowledge: &Knowledge) -> Query {
    let (code, rest) = find_code(text);
    let typed = syllables(&rest);
    let reading = resolve(&typed, typing, names);
    let words: Vec<Syllable> = reading.words.iter().map(|r| r.syllable.clone()).collect();
    let marked = words.iter().any(Syllable::is_marked);
    let base = slots_of(&reading, &words, marked, names, knowledge);
    let matches = find_synonyms(&words, knowledge);
    let mut query = Query {
        code,
        corrected: reading.corrected(),
        says_procedure: says_procedure(&words),
        qualifiers: named_qualifiers(&words, marked, knowledge),
        ..Query::default()
    };
    for (m, synonym) in &matches {
        query.understood.push(format!("{} → {}", as_typed(&rest, &reading, m), synonym.meaning.join(" / ")));
    }
    query.words = words_to_mark(&base, &matches, names);
    query.variants = variants(&base, &matches, names);
    if let Some((said, rule)) = find_together(&words, knowledge) {
        query.understood.push(rule.meaning.clone());
        query.variants.push(read_together(&base, &said, rule, names));
    }
    query
}

type Said<'a> = (Vec<std::ops::Range<usize>>, &'a Together);

/// The rule all of whose parts are said and that explains most words. Short queries say what they mean by themselves.
fn find_together<'a>(words: &[Syllable], knowledge: &'a Knowledge) -> Option<Said<'a>> {
    let mut found: Vec<Said<'a>> = Vec::new();
    if words.len() < STORY_WORDS {
        return None;
    }
    for word in words {
        for rule in knowledge.together.get(&word.fold).into_iter().flatten() {
            if found.iter().any(|(_, known)| std::ptr::eq(*known, rule)) {
                continue;
            }
            let said: Option<Vec<_>> = rule.parts.iter().map(|ways| said_at(ways, words)).collect();
            found.extend(said.map(|spans| (spans, rule)));
        }
    }
    found.into_iter().max_by_key(|(spans, _)| spans.iter().map(ExactSizeIterator::len).sum::<usize>())
}

/// Where one of several ways to say a thing stands, the longest first.
fn said_at(ways: &[Phrase], words: &[Syllable]) -> Option<std::ops::Range<usize>> {
    let spans = ways.iter().filter_map(|way| {
        let at = (0..words.len()).find(|at| way.matches(&words[*at..], true))?;
        Some(at..at + way.syllables.len())
    });
    spans.max_by_key(ExactSizeIterator::len)
}

/// The meaning, and what else was said at little weight.
fn read_together(base: &[Slot], said: &[std::ops::Range<usize>], rule: &Together, names: &Names) -> Variant {
    let mut slots = expansion(&rule.to, rule.to.syllables.len(), names);
    let rest = base.iter().enumerate().filter(|(at, _)| !said.iter().any(|span| span.contains(at)));
    slots.extend(rest.map(|(_, slot)| Slot { weight: slot.weight * BESIDE_TOGETHER, ..slot.clone() }));
    Variant { slots, expanded: true }
}

/// A long meaning would mark nearly the whole name; what it stands for is said above the results instead.
fn words_to_mark(base: &[Slot], matches: &[Match<'_>], names: &Names) -> HashSet<String> {
    let typed = base.iter().filter(|s| s.weight > FUNCTION).filter_map(|s| s.terms.first());
    let typed = typed.map(|(term, _)| names.folds.word(*term).to_owned());
    let short = matches.iter().flat_map(|(span, s)| s.to.iter().filter(|m| m.syllables.len() <= span.len().max(2) * 2));
    typed.chain(short.flat_map(|m| &m.syllables).map(|s| s.fold.clone())).collect()
}

/// The words of a query with what each counts.
fn slots_of(reading: &Reading, words: &[Syllable], marked: bool, names: &Names, knowledge: &Knowledge) -> Vec<Slot> {
    let mut slots: Vec<Slot> = reading.words.iter().map(|r| slot(r, marked, names, knowledge)).collect();
    let mut at = 0;
    while at < words.len() {
        let phrase = knowledge.question.get(&words[at].fold).into_iter().flatten().find(|p| {
            // Without marks a phrase may be content words ("thi", "lam"): only what no name has is sure.
            p.matches(&words[at..], !marked && p.syllables.len() >= 2 && !names.have(p))
        });
        let length = phrase.map_or(0, |p| p.syllables.len());
        // A query that is nothing but the phrase still means it.
        if length > 0 && length < words.len() {
            slots[at..at + length].iter_mut().for_each(|s| s.weight = QUESTION);
        }
        at += length.max(1);
    }
    if words.len() >= STORY_WORDS && slots.iter().any(|s| s.weight <= QUESTION) {
        for (slot, word) in slots.iter_mut().zip(words) {
            if knowledge.story.contains(&word.exact) || (!marked && knowledge.story_folds.contains(&word.fold)) {
                slot.weight = slot.weight.min(STORY);
            }
        }
    }
    slots
}

fn slot(word: &Resolved, marked: bool, names: &Names, knowledge: &Knowledge) -> Slot {
    let syllable = &word.syllable;
    let is_function = marked && knowledge.function.contains(&syllable.exact);
    Slot {
        terms: word.terms.clone(),
        exact: if marked { Some(names.exacts.get(&syllable.exact).copied().unwrap_or(Term::MAX)) } else { None },
        weight: if is_function { FUNCTION } else { 1.0 },
    }
}

/// The words of a synonym's meaning: together they count as much as the words they stand for.
fn expansion(phrase: &Phrase, typed: usize, names: &Names) -> Vec<Slot> {
    #[expect(clippy::cast_precision_loss, reason = "a handful of words")]
    let weight = (typed as f32 / phrase.syllables.len().max(1) as f32).sqrt().min(1.0);
    phrase
        .syllables
        .iter()
        .map(|s| Slot {
            terms: names.folds.get(&s.fold).map(|t| (t, 1.0)).into_iter().collect(),
            exact: names.exacts.get(&s.exact).copied(),
            weight,
        })
        .collect()
}

type Match<'a> = (std::ops::Range<usize>, &'a Synonym);

/// The longest synonyms, left to right, none over another.
fn find_synonyms<'a>(words: &[Syllable], knowledge: &'a Knowledge) -> Vec<Match<'a>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let candidates = knowledge.synonyms.get(&words[at].fold).into_iter().flatten();
        let hit = candidates
            .filter(|s| s.from.matches(&words[at..], true))
            .find(|s| !s.not_in.iter().any(|longer| covers(longer, words, at)));
        match hit {
            Some(synonym) => {
                let end = at + synonym.from.syllables.len();
                found.push((at..end, synonym));
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

/// Whether the longer compound stands somewhere over the word at `at`.
fn covers(longer: &Phrase, words: &[Syllable], at: usize) -> bool {
    let length = longer.syllables.len();
    let first = (at + 1).saturating_sub(length);
    (first..=at).any(|start| longer.matches(&words[start..], true))
}

/// As typed, then with every synonym put in, then with each one alone.
fn variants(base: &[Slot], matches: &[Match<'_>], names: &Names) -> Vec<Variant> {
    let mut all = vec![Variant { slots: base.to_vec(), expanded: false }];
    let most = matches.iter().map(|(_, s)| s.to.len()).max().unwrap_or(0);
    for choice in 0..most {
        all.push(put_in(base, matches, choice, names));
    }
    if matches.len() > 1 {
        for only in matches {
            for choice in 0..only.1.to.len().min(2) {
                all.push(put_in(base, std::slice::from_ref(only), choice, names));
            }
        }
    }
    all.truncate(MAX_VARIANTS);
    all
}

fn put_in(base: &[Slot], matches: &[Match<'_>], choice: usize, names: &Names) -> Variant {
    let mut slots = Vec::with_capacity(base.len() + 8);
    let beside = |slot: &Slot| Slot { weight: slot.weight * BESIDE, ..slot.clone() };
    let mut at = 0;
    for (span, synonym) in matches {
        slots.extend(base[at..span.start].iter().map(beside));
        if let Some(meaning) = synonym.to.get(choice.min(synonym.to.len().saturating_sub(1))) {
            slots.extend(expansion(meaning, span.len(), names));
        }
        at = span.end;
    }
    slots.extend(base[at..].iter().map(beside));
    Variant { slots, expanded: true }
}

fn named_qualifiers(words: &[Syllable], marked: bool, knowledge: &Knowledge) -> Vec<usize> {
    (0..knowledge.qualifiers.len())
        .filter(|q| {
            let phrase = &knowledge.qualifiers[*q];
            (0..words.len()).any(|at| phrase.matches(&words[at..], !marked))
        })
        .collect()
}

/// A code anywhere in the text, in any spelling, and the text without it.
fn find_code(text: &str) -> (Option<String>, String) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let free = at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'.');
        if free
            && bytes[at].is_ascii_digit()
            && let Some((code, end)) = code_at(text, at)
        {
            let rest = format!("{} {}", &text[..at], &text[end..]);
            return (Some(code), rest);
        }
        at += 1;
    }
    (None, text.to_owned())
}

/// Seven digits with a dot, a comma, blanks or nothing after the first, then perhaps an agency tail.
fn code_at(text: &str, start: usize) -> Option<(String, usize)> {
    let mut digits = String::new();
    let mut end = start;
    for (offset, c) in text[start..].char_indices() {
        match c {
            '0'..='9' if digits.len() < 7 => digits.push(c),
            '.' | ',' | ' ' if !digits.is_empty() && digits.len() < 7 => {}
            _ => break,
        }
        end = start + offset + c.len_utf8();
        if digits.len() == 7 {
            break;
        }
    }
    if digits.len() != 7 {
        return None;
    }
    let tail: usize = text[end..]
        .char_indices()
        .take_while(|(_, c)| c.is_ascii_digit() || *c == '.' || c.is_ascii_uppercase())
        .map(|(_, c)| c.len_utf8())
        .sum();
    let bare = format!("{}.{}", &digits[..1], &digits[1..]);
    let whole = format!("{bare}{}", text[end..end + tail].trim_end_matches('.'));
    let parsed = ProcedureCode::parse(&whole).ok()?;
    Some((parsed.code.to_string(), end + tail))
}

/// The words of a match as they were typed, or as they were read when they were mended.
fn as_typed(text: &str, reading: &Reading, span: &std::ops::Range<usize>) -> String {
    let words = &reading.words[span.clone()];
    if let (Some(first), Some(last)) = (words.first(), words.last())
        && words.iter().all(|w| !w.mended)
        && let Some(typed) = text.get(first.syllable.span.start..last.syllable.span.end)
    {
        return typed.to_owned();
    }
    words.iter().map(|w| w.syllable.fold.as_str()).collect::<Vec<_>>().join(" ")
}
