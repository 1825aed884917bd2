//! Undoes Telex and VNI typing that an input method did not take up: "ddawng" is "đăng", "ky1" is "ký".

use unicode_normalization::UnicodeNormalization;

/// The Vietnamese word an ASCII word spells in Telex or VNI, or `None` when it spells none.
#[must_use]
pub fn decode(word: &str) -> Option<String> {
    if !word.is_ascii() || word.len() < 2 {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    let decoded = if lower.bytes().any(|b| b.is_ascii_digit()) { vni(&lower) } else { telex(&lower) }?;
    (decoded != lower).then_some(decoded)
}

fn telex(word: &str) -> Option<String> {
    let mut letters: Vec<char> = Vec::with_capacity(word.len());
    let mut tone = None;
    for c in word.chars() {
        let vowel_before = letters.iter().any(|l| is_vowel(*l));
        match c {
            's' | 'f' | 'r' | 'x' | 'j' if vowel_before && tone.is_none() => tone = Some(tone_mark(c)),
            'd' if letters.first() == Some(&'d') && letters.iter().filter(|l| **l == 'd').count() == 1 => {
                letters[0] = 'đ';
            }
            'a' | 'e' | 'o' if doubles(&letters, c) => {
                let at = letters.iter().rposition(|l| *l == c)?;
                letters[at] = match c {
                    'a' => 'â',
                    'e' => 'ê',
                    _ => 'ô',
                };
            }
            'w' => horn_or_breve(&mut letters),
            c => letters.push(c),
        }
    }
    compose(&letters, tone)
}

fn vni(word: &str) -> Option<String> {
    let mut letters: Vec<char> = Vec::with_capacity(word.len());
    let mut tone = None;
    for c in word.chars() {
        match c {
            '1'..='5' if letters.iter().any(|l| is_vowel(*l)) && tone.is_none() => {
                tone = Some(['\u{301}', '\u{300}', '\u{309}', '\u{303}', '\u{323}'][c as usize - '1' as usize]);
            }
            '6' => replace_last(&mut letters, &[('a', 'â'), ('e', 'ê'), ('o', 'ô')])?,
            '7' => horn_or_breve_of(&mut letters, false)?,
            '8' => replace_last(&mut letters, &[('a', 'ă')])?,
            '9' => replace_last(&mut letters, &[('d', 'đ')])?,
            c if c.is_ascii_digit() => return None,
            c => letters.push(c),
        }
    }
    compose(&letters, tone)
}

/// The same vowel stands before, with at most a final consonant or another vowel between ("beenh", "tieengs", "giaays").
fn doubles(letters: &[char], c: char) -> bool {
    letters.iter().rposition(|l| *l == c).is_some_and(|at| letters.len() - at <= 3)
}

fn horn_or_breve(letters: &mut Vec<char>) {
    if horn_or_breve_of(letters, true).is_none() {
        letters.push('ư');
    }
}

/// "uow" is "ươ", else the last of u, o (and a, for Telex) takes its mark.
fn horn_or_breve_of(letters: &mut [char], with_breve: bool) -> Option<()> {
    let pair = letters.windows(2).position(|w| w[0] == 'u' && (w[1] == 'o' || w[1] == 'ơ'));
    if let Some(at) = pair {
        letters[at] = 'ư';
        letters[at + 1] = 'ơ';
        return Some(());
    }
    let marks: &[(char, char)] =
        if with_breve { &[('a', 'ă'), ('o', 'ơ'), ('u', 'ư')] } else { &[('o', 'ơ'), ('u', 'ư')] };
    // "ua" takes the horn on u ("chuwa", "chuaw" both mean "chưa").
    if let Some(at) = letters.windows(2).position(|w| w == ['u', 'a'] && letters.first() != Some(&'q')) {
        letters[at] = 'ư';
        return Some(());
    }
    replace_last(letters, marks)
}

fn replace_last(letters: &mut [char], marks: &[(char, char)]) -> Option<()> {
    let at = letters.iter().rposition(|l| marks.iter().any(|(from, _)| from == l))?;
    letters[at] = marks.iter().find(|(from, _)| *from == letters[at])?.1;
    Some(())
}

/// The tone goes on any vowel: the analysis reads it as the syllable's.
fn compose(letters: &[char], tone: Option<char>) -> Option<String> {
    let mut at = letters.iter().rposition(|l| is_vowel(*l))?;
    while at > 0 && is_vowel(letters[at - 1]) && !is_quality(letters[at]) {
        at -= 1;
    }
    let mut out = String::new();
    for (i, letter) in letters.iter().enumerate() {
        out.push(*letter);
        if i == at {
            out.extend(tone);
        }
    }
    Some(out.nfc().collect())
}

fn tone_mark(c: char) -> char {
    match c {
        's' => '\u{301}',
        'f' => '\u{300}',
        'r' => '\u{309}',
        'x' => '\u{303}',
        _ => '\u{323}',
    }
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y') || is_quality(c)
}

fn is_quality(c: char) -> bool {
    matches!(c, 'ă' | 'â' | 'ê' | 'ô' | 'ơ' | 'ư')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::analysis::exact;

    #[test]
    fn telex_and_vni_spell_the_same_words() {
        for (typed, word) in [
            ("ddawng", "đăng"),
            ("kys", "ký"),
            ("beenhj", "bệnh"),
            ("chuwax", "chữa"),
            ("thuyr", "thủy"),
            ("dduwowngf", "đường"),
            ("dduowngf", "đường"),
            ("giaays", "giấy"),
            ("nghieepj", "nghiệp"),
            ("hooj", "hộ"),
            ("khaair", "khẩi"),
            ("ky1", "ký"),
            ("d9a8ng", "đăng"),
            ("gia6y1", "giấy"),
            ("ho65", "hộ"),
            ("d9u7o7ng2", "đường"),
        ] {
            assert_eq!(decode(typed).map(|w| exact(&w)), Some(exact(word)), "{typed}");
        }
    }

    #[test]
    fn plain_words_are_left_alone() {
        for word in ["khai", "sinh", "2024", "đăng", "a"] {
            assert_eq!(decode(word), None, "{word}");
        }
    }
}
