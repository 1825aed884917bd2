//! Reads a condition from its pieces.

use regex::RegexBuilder;
use serde_json_path::JsonPath;
use unicode_normalization::UnicodeNormalization;

use super::tokens::{Placed, Token, cut};
use super::tree::{Comparison, Condition, ConditionError, Phase, Subject, Test, Value};

/// The longest condition, characters.
const LONGEST: usize = 500;
/// The largest compiled regular expression, bytes.
const REGEX_BYTES: usize = 1 << 20;

const SUBJECTS: &str = "status, body, json, header, certificate_days, dns_ms, connect_ms, tls_ms, first_byte_ms, \
                        transfer_ms or total_ms";

/// Reads a whole condition.
pub(super) fn condition(written: &str) -> Result<Condition, ConditionError> {
    let length = written.chars().count();
    if length > LONGEST {
        let expected = format!("at most {LONGEST} characters");
        return Err(ConditionError { at: LONGEST + 1, expected, found: format!("{length}") });
    }
    // What people type and what pages say must agree whichever way their marks are composed.
    let composed: String = written.trim().nfc().collect();
    let mut pieces = Pieces { all: cut(&composed)?, at: 0 };
    let subject = subject(&mut pieces)?;
    let (negated, test) = test(&mut pieces, &subject)?;
    match pieces.next() {
        (_, Token::End) => Ok(Condition { text: composed, subject, negated, test }),
        other => Err(wrong(&other, "the end of the condition")),
    }
}

struct Pieces {
    all: Vec<Placed>,
    at: usize,
}

impl Pieces {
    /// The next piece; the end again and again once it is reached.
    fn next(&mut self) -> Placed {
        let piece = self.all[self.at.min(self.all.len() - 1)].clone();
        self.at += 1;
        piece
    }
}

fn wrong((at, token): &Placed, expected: &str) -> ConditionError {
    let found = match token {
        Token::Word(word) => format!("`{word}`"),
        Token::Number(number) => format!("the number {number}"),
        Token::Text(text) => format!("the text {text:?}"),
        Token::Path(path) => format!("the path {path}"),
        Token::Sign(sign) => format!("`{sign}`"),
        Token::End => "the end".to_owned(),
    };
    ConditionError { at: *at, expected: expected.to_owned(), found }
}

fn subject(pieces: &mut Pieces) -> Result<Subject, ConditionError> {
    let piece = pieces.next();
    let (_, Token::Word(word)) = &piece else { return Err(wrong(&piece, SUBJECTS)) };
    Ok(match word.as_str() {
        "status" => Subject::Status,
        "body" => Subject::Body,
        "certificate_days" => Subject::CertificateDays,
        "dns_ms" => Subject::Milliseconds(Phase::Dns),
        "connect_ms" => Subject::Milliseconds(Phase::Connect),
        "tls_ms" => Subject::Milliseconds(Phase::Tls),
        "first_byte_ms" => Subject::Milliseconds(Phase::FirstByte),
        "transfer_ms" => Subject::Milliseconds(Phase::Transfer),
        "total_ms" => Subject::Milliseconds(Phase::Total),
        "json" => {
            let piece = pieces.next();
            let (at, Token::Path(path)) = &piece else { return Err(wrong(&piece, "a path such as $.data.total")) };
            let parsed = JsonPath::parse(path).map_err(|error| {
                let expected = format!("a JSON path ({})", error.message());
                ConditionError { at: at + error.position(), expected, found: path.clone() }
            })?;
            Subject::Json(parsed)
        }
        "header" => match pieces.next() {
            (_, Token::Text(name)) if is_header_name(&name) => Subject::Header(name.to_ascii_lowercase()),
            other => return Err(wrong(&other, "a header's name in quotes")),
        },
        _ => return Err(wrong(&piece, SUBJECTS)),
    })
}

fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn test(pieces: &mut Pieces, subject: &Subject) -> Result<(bool, Test), ConditionError> {
    let textual = matches!(subject, Subject::Body | Subject::Json(_) | Subject::Header(_));
    let tests = if textual { "a comparison, in, contains, matches or not" } else { "a comparison, in or not in" };
    let mut piece = pieces.next();
    let negated = piece.1 == Token::Word("not".to_owned());
    if negated {
        piece = pieces.next();
    }
    let test = match &piece.1 {
        Token::Sign(sign) if !negated => match comparison(sign) {
            Some(comparison) => Test::Compare(comparison, value(pieces, subject, comparison)?),
            None => return Err(wrong(&piece, tests)),
        },
        Token::Word(word) if word == "in" => range(pieces, subject)?,
        Token::Word(word) if textual && word == "contains" => Test::Contains(text(pieces)?.1),
        Token::Word(word) if textual && word == "matches" => {
            let (at, pattern) = text(pieces)?;
            let compiled = RegexBuilder::new(&pattern).size_limit(REGEX_BYTES).build();
            Test::Matches(compiled.map_err(|error| {
                let reason = error.to_string().lines().last().unwrap_or_default().trim().to_owned();
                let expected = format!("a regular expression ({reason})");
                ConditionError { at, expected, found: format!("{pattern:?}") }
            })?)
        }
        _ if negated && textual => return Err(wrong(&piece, "in, contains or matches")),
        _ if negated => return Err(wrong(&piece, "in")),
        _ => return Err(wrong(&piece, tests)),
    };
    Ok((negated, test))
}

fn comparison(sign: &str) -> Option<Comparison> {
    Some(match sign {
        "==" => Comparison::Equal,
        "!=" => Comparison::Unequal,
        "<" => Comparison::Less,
        "<=" => Comparison::AtMost,
        ">" => Comparison::More,
        ">=" => Comparison::AtLeast,
        _ => return None,
    })
}

fn text(pieces: &mut Pieces) -> Result<(usize, String), ConditionError> {
    match pieces.next() {
        (at, Token::Text(text)) => Ok((at, text)),
        other => Err(wrong(&other, "a text in quotes")),
    }
}

fn number(pieces: &mut Pieces, subject: &Subject) -> Result<f64, ConditionError> {
    let piece = pieces.next();
    match (&piece.1, subject) {
        (Token::Number(n), Subject::Status) if !(100.0..=599.0).contains(n) || n.fract() != 0.0 => {
            Err(wrong(&piece, "a status from 100 to 599"))
        }
        (Token::Number(n), Subject::Milliseconds(_)) if *n < 0.0 => Err(wrong(&piece, "milliseconds, 0 or more")),
        (Token::Number(number), _) => Ok(*number),
        _ => Err(wrong(&piece, "a number")),
    }
}

fn range(pieces: &mut Pieces, subject: &Subject) -> Result<Test, ConditionError> {
    let least = number(pieces, subject)?;
    let dots = pieces.next();
    if dots.1 != Token::Sign("..") {
        return Err(wrong(&dots, "`..` between the two ends"));
    }
    let (at, _) = pieces.all[pieces.at.min(pieces.all.len() - 1)];
    let most = number(pieces, subject)?;
    if most < least {
        let expected = format!("an end that is at least {least}");
        return Err(ConditionError { at, expected, found: format!("the number {most}") });
    }
    Ok(Test::Within(least, most))
}

fn value(pieces: &mut Pieces, subject: &Subject, comparison: Comparison) -> Result<Value, ConditionError> {
    let json = match subject {
        Subject::Json(_) => true,
        Subject::Body | Subject::Header(_) => false,
        _ => return number(pieces, subject).map(Value::Number),
    };
    let equality = matches!(comparison, Comparison::Equal | Comparison::Unequal);
    let piece = pieces.next();
    match (&piece.1, json) {
        (Token::Number(number), _) => Ok(Value::Number(*number)),
        (Token::Text(text), _) => Ok(Value::Text(text.clone())),
        (Token::Word(word), true) if equality && word == "true" => Ok(Value::Flag(true)),
        (Token::Word(word), true) if equality && word == "false" => Ok(Value::Flag(false)),
        (Token::Word(word), true) if equality && word == "null" => Ok(Value::Null),
        (_, true) if equality => Err(wrong(&piece, "a number, a text in quotes, true, false or null")),
        _ => Err(wrong(&piece, "a number or a text in quotes")),
    }
}
