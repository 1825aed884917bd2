//! The text lint: what a procedure's own words still ask for on paper or in person.
//!
//! Eight rules read Vietnamese text sentence by sentence. A trigger must stand in the sentence, and nothing that takes
//! it back: a negation, a condition, an electronic way. docs/LINT.md has the method and the measured precision.

mod rules;

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::model::{Point, Span};
use rules::RULES;

/// A piece of a procedure's text with its name.
#[derive(Debug, Clone)]
pub struct Passage<'a> {
    /// Such as `steps.0`.
    pub name: String,
    /// The text as the catalog holds it: composed (NFC).
    pub text: Cow<'a, str>,
}

/// A rule of the lint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// An original that somebody else issued has to be handed in.
    OriginalSubmitted,
    /// A certified copy is asked for.
    CertifiedCopy,
    /// Originals have to be shown or compared.
    OriginalShown,
    /// Filing is described by hand or by post only.
    PaperFiling,
    /// The agency checks on site.
    FieldCheck,
    /// The person has to be there.
    Presence,
    /// A rubbing of engine or frame numbers.
    Rubbing,
    /// The result comes on paper only.
    PaperResult,
}

impl Rule {
    /// All rules.
    pub const ALL: [Self; 8] = [
        Self::OriginalSubmitted,
        Self::CertifiedCopy,
        Self::OriginalShown,
        Self::PaperFiling,
        Self::FieldCheck,
        Self::Presence,
        Self::Rubbing,
        Self::PaperResult,
    ];

    /// Its name in claims.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::OriginalSubmitted => "text.original_submitted",
            Self::CertifiedCopy => "text.certified_copy",
            Self::OriginalShown => "text.original_shown",
            Self::PaperFiling => "text.paper_filing",
            Self::FieldCheck => "text.field_check",
            Self::Presence => "text.presence",
            Self::Rubbing => "text.rubbing",
            Self::PaperResult => "text.paper_result",
        }
    }

    /// What it asks for, in Vietnamese, as the answer block says it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OriginalSubmitted => "nộp bản chính",
            Self::CertifiedCopy => "nộp bản sao chứng thực",
            Self::OriginalShown => "xuất trình, đối chiếu bản chính",
            Self::PaperFiling => "nộp hồ sơ trực tiếp hoặc qua bưu chính",
            Self::FieldCheck => "kiểm tra thực tế",
            Self::Presence => "phải có mặt",
            Self::Rubbing => "nộp bản chà số máy, số khung",
            Self::PaperResult => "nhận kết quả trên giấy",
        }
    }

    /// The point it speaks about.
    #[must_use]
    pub fn point(self) -> Point {
        match self {
            Self::FieldCheck => Point::P9,
            Self::PaperResult => Point::P10,
            _ => Point::P4,
        }
    }

    /// The rule with this name.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.id() == id)
    }
}

/// What a rule found, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// The words.
    pub span: Span,
}

/// Why a passage cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Bytes were lost on the way: more than one character in fifty is a replacement character.
    #[error("văn bản bị hỏng, có {0} ký tự không đọc được")]
    Damaged(usize),
    /// It is longer than any procedure's text.
    #[error("văn bản quá dài ({0} ký tự)")]
    TooLong(usize),
}

/// Longest passage that is read, bytes.
const LONGEST: usize = 1_000_000;

/// Reads one passage: every rule at most once.
///
/// # Errors
/// [`Unreadable`]: the caller says so, nothing is passed over in silence.
pub fn read(passage: &Passage<'_>) -> Result<Vec<Finding>, Unreadable> {
    if passage.text.len() > LONGEST {
        return Err(Unreadable::TooLong(passage.text.chars().count()));
    }
    let damaged = passage.text.matches('\u{fffd}').count();
    if damaged * 50 > passage.text.chars().count() {
        return Err(Unreadable::Damaged(damaged));
    }
    let text = Lowered::of(&passage.text);
    let mut found = Vec::new();
    for definition in RULES.iter() {
        if let Some((start, end)) = definition.find(&text.lower, &passage.name) {
            let span = text.span(passage, start, end);
            found.push(Finding { rule: definition.rule, span });
        }
    }
    Ok(found)
}

/// A text in lower case with the way back to the characters it was made from.
struct Lowered {
    lower: String,
    /// Composed text of which `lower` is the lower case, character by character.
    composed: Vec<char>,
}

impl Lowered {
    fn of(text: &str) -> Self {
        let composed: Vec<char> = text.nfc().collect();
        // One character stays one character, so that places can be counted back.
        let lower: String = composed
            .iter()
            .enumerate()
            .map(|(at, c)| if breaks_a_sentence(&composed, at) { ' ' } else { lower_case(*c) })
            .collect();
        // "Bộ phận tiếp nhận và trả kết quả" is an office, not a way: one letter of as many bytes keeps it apart.
        let lower = lower.replace("và trả kết quả", "và trạ kết quả");
        Self { lower, composed }
    }

    fn span(&self, passage: &Passage<'_>, start: usize, end: usize) -> Span {
        let first = self.lower[..start].chars().count();
        let last = first + self.lower[start..end].chars().count();
        Span {
            passage: passage.name.clone(),
            start: first,
            end: last,
            text: self.composed[first..last].iter().collect(),
        }
    }
}

fn lower_case(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// A line that goes on in lower case is the same sentence: texts copied from page images break anywhere.
fn breaks_a_sentence(text: &[char], at: usize) -> bool {
    text[at] == '\n' && text[at + 1..].iter().find(|c| !c.is_whitespace()).is_some_and(|c| c.is_lowercase())
}

#[cfg(test)]
mod tests;
