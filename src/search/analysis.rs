//! One analysis for everything that is indexed and everything that is asked (SEARCH.md "Analysis").
//!
//! A text becomes syllables. Each has two forms: `fold` has no marks at all ("hoa"), `exact` keeps the letters' quality
//! marks and carries the tone as a number at its end ("hoa^2"), so that old and new tone placement, and composed and
//! decomposed input, are equal by construction.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

/// One syllable of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Syllable {
    /// Lower case, all marks off, đ as d.
    pub fold: String,
    /// Quality marks kept, the tone as `^1` to `^5` at the end; equal to `fold` when nothing was marked.
    pub exact: String,
    /// Where it stands in the text, in bytes.
    pub span: Range<usize>,
}

impl Syllable {
    /// The syllable was written with a mark.
    #[must_use]
    pub fn is_marked(&self) -> bool {
        self.exact != self.fold
    }
}

/// The syllables of a text, in order.
#[must_use]
pub fn syllables(text: &str) -> Vec<Syllable> {
    let mut out = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        let inside = c.is_alphanumeric() || (start.is_some() && is_mark(c));
        match (inside, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                out.push(syllable(&text[from..at], from));
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        out.push(syllable(&text[from..], from));
    }
    out
}

/// The syllables of a procedure's name: a leading "Thủ tục" says nothing and is dropped.
#[must_use]
pub fn name_syllables(name: &str) -> Vec<Syllable> {
    let mut all = syllables(name);
    if all.len() > 2 && all[0].exact == "thu^3" && all[1].exact == "tuc^5" {
        all.drain(..2);
    }
    all
}

/// A text's folded syllables with single blanks between them: the form that is compared.
#[must_use]
pub fn fold(text: &str) -> String {
    join(&syllables(text), |s| &s.fold)
}

/// A text's exact syllables with single blanks between them: equal for every way to write the same words.
#[must_use]
pub fn exact(text: &str) -> String {
    join(&syllables(text), |s| &s.exact)
}

fn join(all: &[Syllable], form: impl Fn(&Syllable) -> &str) -> String {
    let mut out = String::new();
    for syllable in all {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(form(syllable));
    }
    out
}

fn syllable(word: &str, start: usize) -> Syllable {
    let mut fold = String::with_capacity(word.len());
    let mut exact = String::with_capacity(word.len() + 2);
    let mut tone = None;
    for c in word.nfd().flat_map(char::to_lowercase) {
        match c {
            '\u{300}' => tone = Some('2'),
            '\u{301}' => tone = Some('1'),
            '\u{309}' => tone = Some('3'),
            '\u{303}' => tone = Some('4'),
            '\u{323}' => tone = Some('5'),
            // Breve, circumflex and horn make another letter; they stay behind it.
            '\u{306}' | '\u{302}' | '\u{31b}' => exact.push(c),
            'đ' | 'ð' => {
                fold.push('d');
                exact.push('đ');
            }
            c if is_mark(c) => {}
            c => {
                fold.push(c);
                exact.push(c);
            }
        }
    }
    let fold = one_i(fold);
    let mut exact = one_i(exact);
    if let Some(tone) = tone {
        exact.push('^');
        exact.push(tone);
    }
    Syllable { fold, exact, span: start..start + word.len() }
}

/// "kỹ" and "kĩ", "qui" and "quy" are the same syllable.
fn one_i(mut form: String) -> String {
    if form == "qui" {
        return "quy".to_owned();
    }
    if form.len() == 2 && form.ends_with('y') && form.starts_with(['h', 'k', 'l', 'm', 's', 't']) {
        form.pop();
        form.push('i');
    }
    form
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn old_and_new_tone_placement_are_one_syllable() {
        for (old, new) in
            [("hoà", "hòa"), ("uỷ", "ủy"), ("thuỷ", "thủy"), ("khoẻ", "khỏe"), ("kỹ", "kĩ"), ("qui", "quy")]
        {
            assert_eq!(exact(old), exact(new), "{old} {new}");
        }
        assert_ne!(exact("hoà"), exact("hoá"));
        assert_ne!(exact("tam"), exact("tâm"));
    }

    #[test]
    fn decomposed_text_is_not_cut_inside_words() {
        let name = "Đăng ký khai tử";
        let decomposed: String = name.nfd().collect();
        assert_eq!(exact(name), exact(&decomposed));
        assert_eq!(fold(&decomposed), "dang ki khai tu");
    }

    #[test]
    fn a_leading_thu_tuc_is_dropped_from_names_only_with_its_marks() {
        assert_eq!(name_syllables("Thủ tục đăng ký").len(), 2);
        assert_eq!(name_syllables("Thu túc đăng ký").len(), 4);
    }

    #[test]
    fn eth_and_d_with_stroke_are_one_letter() {
        assert_eq!(exact("Ðất đai"), exact("Đất đai"));
    }

    proptest! {
        #[test]
        fn every_way_to_write_a_text_gives_the_same_syllables(text in "[a-zàáảãạăâđèéẻẽẹêìíỉĩịòóỏõọôơùúủũụưỳýỷỹỵ ,.0-9]{0,60}") {
            let decomposed: String = text.nfd().collect();
            prop_assert_eq!(exact(&text), exact(&decomposed));
            prop_assert_eq!(exact(&text), exact(&text.to_uppercase()));
            prop_assert_eq!(fold(&text), fold(&fold(&text)));
        }

        #[test]
        fn spans_are_the_words(text in "\\PC{0,80}") {
            for s in syllables(&text) {
                prop_assert!(text.get(s.span.clone()).is_some());
            }
        }
    }
}
