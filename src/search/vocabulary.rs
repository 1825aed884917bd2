//! The syllables that the catalog's names use: numbers for them, what follows what, and what a typo may have meant.

use std::collections::HashMap;

/// Number of a folded syllable.
pub type Term = u32;

/// All known syllables.
#[derive(Debug, Default)]
pub struct Vocabulary {
    terms: HashMap<String, Term>,
    words: Vec<String>,
    /// In how many names a syllable stands.
    counts: Vec<u32>,
    /// In how many names a pair of neighbours stands.
    pairs: HashMap<(Term, Term), u32>,
    /// Deletions of one letter to the syllables they may come from.
    deletions: HashMap<String, Vec<Term>>,
    /// Term numbers in the order of their words.
    sorted: Vec<Term>,
}

impl Vocabulary {
    /// The number of a syllable, made when new.
    pub fn intern(&mut self, word: &str) -> Term {
        if let Some(term) = self.terms.get(word) {
            return *term;
        }
        let term = Term::try_from(self.words.len()).unwrap_or(Term::MAX);
        self.terms.insert(word.to_owned(), term);
        self.words.push(word.to_owned());
        self.counts.push(0);
        term
    }

    /// Counts one name.
    pub fn count_name(&mut self, name: &[Term]) {
        let mut once: Vec<Term> = name.to_vec();
        once.sort_unstable();
        once.dedup();
        for term in once {
            self.counts[term as usize] += 1;
        }
        for pair in name.windows(2) {
            *self.pairs.entry((pair[0], pair[1])).or_default() += 1;
        }
    }

    /// Makes the tables for typos and prefixes; call once, after the last name.
    pub fn finish(&mut self) {
        for (term, word) in (0..).zip(&self.words) {
            if word.bytes().all(|b| b.is_ascii_digit()) {
                continue;
            }
            for shorter in without_one(word) {
                self.deletions.entry(shorter).or_default().push(term);
            }
            self.deletions.entry(word.clone()).or_default().push(term);
        }
        self.sorted = (0..).take(self.words.len()).collect();
        self.sorted.sort_by(|a, b| self.words[*a as usize].cmp(&self.words[*b as usize]));
    }

    /// How many syllables there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The number of a known syllable.
    #[must_use]
    pub fn get(&self, word: &str) -> Option<Term> {
        self.terms.get(word).copied()
    }

    /// The syllable with a number.
    #[must_use]
    pub fn word(&self, term: Term) -> &str {
        &self.words[term as usize]
    }

    /// In how many names it stands.
    #[must_use]
    pub fn count(&self, term: Term) -> u32 {
        self.counts[term as usize]
    }

    /// In how many names the two stand side by side.
    #[must_use]
    pub fn pair(&self, first: Term, second: Term) -> u32 {
        self.pairs.get(&(first, second)).copied().unwrap_or(0)
    }

    /// Known syllables one edit (insert, delete, replace, swap of neighbours) away.
    #[must_use]
    pub fn near(&self, word: &str) -> Vec<Term> {
        let mut found: Vec<Term> = Vec::new();
        let mut take = |key: &str| {
            for term in self.deletions.get(key).into_iter().flatten() {
                if !found.contains(term) && within_one_edit(word, self.word(*term)) {
                    found.push(*term);
                }
            }
        };
        take(word);
        for shorter in without_one(word) {
            take(&shorter);
        }
        found
    }

    /// Known syllables that begin so, most frequent first, at most `limit`.
    #[must_use]
    pub fn with_prefix(&self, prefix: &str, limit: usize) -> Vec<Term> {
        let from = self.sorted.partition_point(|t| self.word(*t) < prefix);
        let mut found: Vec<Term> =
            self.sorted[from..].iter().copied().take_while(|t| self.word(*t).starts_with(prefix)).collect();
        found.sort_by_key(|t| std::cmp::Reverse(self.count(*t)));
        found.truncate(limit);
        found
    }

    /// Two known neighbours that were typed as one word ("dangky"), the most frequent pair.
    #[must_use]
    pub fn split(&self, word: &str) -> Option<(Term, Term)> {
        (1..word.len())
            .filter(|at| word.is_char_boundary(*at))
            .filter_map(|at| Some((self.get(&word[..at])?, self.get(&word[at..])?)))
            .filter(|(a, b)| self.pair(*a, *b) > 0)
            .max_by_key(|(a, b)| self.pair(*a, *b))
    }
}

/// Every way to leave out one letter.
fn without_one(word: &str) -> impl Iterator<Item = String> + '_ {
    word.char_indices().map(move |(at, c)| {
        let mut shorter = String::with_capacity(word.len());
        shorter.push_str(&word[..at]);
        shorter.push_str(&word[at + c.len_utf8()..]);
        shorter
    })
}

/// One insertion, deletion, replacement or swap of neighbours, and not none.
fn within_one_edit(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    if long.len() - short.len() > 1 || short == long {
        return false;
    }
    let head = short.iter().zip(long.iter()).take_while(|(x, y)| x == y).count();
    if short.len() < long.len() {
        return short[head..] == long[head + 1..];
    }
    if short[head + 1..] == long[head + 1..] {
        return true;
    }
    head + 1 < short.len()
        && short[head] == long[head + 1]
        && short[head + 1] == long[head]
        && short[head + 2..] == long[head + 2..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        let mut v = Vocabulary::default();
        let name: Vec<Term> = ["dang", "ki", "khai", "sinh", "khai", "tu"].iter().map(|w| v.intern(w)).collect();
        v.count_name(&name);
        v.finish();
        v
    }

    #[test]
    fn a_typo_is_one_edit_or_one_swap_away() {
        let v = vocabulary();
        for typo in ["dnag", "dan", "dangg", "dxng"] {
            assert_eq!(v.near(typo), [v.get("dang").unwrap()], "{typo}");
        }
        assert!(v.near("dnga").is_empty());
    }

    #[test]
    fn joined_words_are_split_where_the_pair_is_known() {
        let v = vocabulary();
        assert_eq!(v.split("dangki"), Some((v.get("dang").unwrap(), v.get("ki").unwrap())));
        assert_eq!(v.split("kidang"), None);
    }

    #[test]
    fn prefixes_come_most_frequent_first() {
        let v = vocabulary();
        assert_eq!(v.with_prefix("k", 9).len(), 2);
        assert_eq!(v.with_prefix("x", 9).len(), 0);
    }
}
