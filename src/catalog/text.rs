//! Cleans the texts of sources: one Unicode form, plain blanks, and nothing where the source says that it has nothing.

use unicode_normalization::UnicodeNormalization;

/// What sources write where they have nothing.
const NOTHING: [&str; 6] = ["không có thông tin", "không có", "không", "n/a", "null", "-"];

/// One line: NFC, every run of white space one blank, trimmed.
#[must_use]
pub fn line(text: &str) -> String {
    let composed: String = text.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Several lines: NFC, blanks cleaned within each line, no empty lines at the ends or two in a row.
#[must_use]
pub fn lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = true;
    for each in text.lines().map(line) {
        if each.is_empty() {
            empty = true;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if empty { "\n\n" } else { "\n" });
        }
        out.push_str(&each);
        empty = false;
    }
    out
}

/// The text, unless the source only says that it has none.
#[must_use]
pub fn some(text: String) -> Option<String> {
    let lower = text.to_lowercase();
    let bare = lower.trim_end_matches(['.', ';', ':']).trim();
    (!bare.is_empty() && !NOTHING.contains(&bare)).then_some(text)
}

/// Cleans a line and gives it unless it says nothing.
#[must_use]
pub fn some_line(text: &str) -> Option<String> {
    some(line(text))
}

/// Cleans lines and gives them unless they say nothing.
#[must_use]
pub fn some_lines(text: &str) -> Option<String> {
    some(lines(text))
}

/// Letters without marks, lower case: "Khánh Hoà" and "Khánh Hòa" are "khanh hoa".
#[must_use]
pub fn bare(text: &str) -> String {
    let lower = line(text).to_lowercase().replace(['đ', 'ð'], "d");
    lower.nfd().filter(|c| !matches!(c, '\u{300}'..='\u{36f}')).collect()
}

/// Text with Markdown's marks taken off: `**bold**`, list numbers stay.
#[must_use]
pub fn plain(markdown: &str) -> String {
    lines(&markdown.replace("**", "").replace("__", ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decomposed_text_with_tabs_and_hard_blanks_becomes_one_clean_line() {
        assert_eq!(line("  Ca\u{302}\u{301}p\u{a0}\tthẻ\n mới "), "Cấp thẻ mới");
    }

    #[test]
    fn a_source_that_says_it_has_nothing_has_nothing() {
        for text in ["Không có thông tin", " không có. ", "N/A", ""] {
            assert_eq!(some_line(text), None, "{text}");
        }
        assert_eq!(some_line("Không quá 3 ngày").as_deref(), Some("Không quá 3 ngày"));
    }

    #[test]
    fn paragraphs_are_kept_apart() {
        assert_eq!(lines("\n a \n\n\n b\n c \n"), "a\n\nb\nc");
    }
}
