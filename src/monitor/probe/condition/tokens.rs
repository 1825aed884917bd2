//! Cuts a condition into its words, numbers, texts and paths.

use super::tree::ConditionError;

/// One piece of a condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Word(String),
    Number(f64),
    Text(String),
    Path(String),
    Sign(&'static str),
    End,
}

/// A piece and the number of its first character, from 1.
pub(super) type Placed = (usize, Token);

const SIGNS: [&str; 7] = ["==", "!=", "<=", ">=", "..", "<", ">"];

/// Cuts the whole text; the last piece is [`Token::End`].
pub(super) fn cut(text: &str) -> Result<Vec<Placed>, ConditionError> {
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    let mut out = Vec::new();
    while let Some(&c) = chars.get(at) {
        if c.is_whitespace() {
            at += 1;
            continue;
        }
        let (token, length) = piece(&chars[at..], at + 1)?;
        out.push((at + 1, token));
        at += length;
    }
    out.push((at + 1, Token::End));
    Ok(out)
}

fn piece(rest: &[char], place: usize) -> Result<(Token, usize), ConditionError> {
    let starts = |sign: &&&str| sign.chars().zip(rest).filter(|(a, b)| a == *b).count() == sign.len();
    match rest[0] {
        '"' => quoted(rest, place),
        '$' => Ok(path(rest)),
        c if c.is_ascii_digit() || c == '-' => number(rest, place),
        c if c.is_alphabetic() || c == '_' => {
            let word: String = rest.iter().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-')).collect();
            let length = word.chars().count();
            Ok((Token::Word(word), length))
        }
        c => match SIGNS.iter().find(starts) {
            Some(sign) => Ok((Token::Sign(sign), sign.len())),
            None => Err(ConditionError {
                at: place,
                expected: "a word, a number, a \"text\", a $.path or a comparison".to_owned(),
                found: format!("`{c}`"),
            }),
        },
    }
}

fn quoted(rest: &[char], place: usize) -> Result<(Token, usize), ConditionError> {
    let mut text = String::new();
    let mut at = 1;
    while let Some(&c) = rest.get(at) {
        match (c, rest.get(at + 1)) {
            ('"', _) => return Ok((Token::Text(text), at + 1)),
            ('\\', Some(&escaped @ ('"' | '\\'))) => {
                text.push(escaped);
                at += 2;
            }
            _ => {
                text.push(c);
                at += 1;
            }
        }
    }
    let expected = "a closing quote for the one here".to_owned();
    Err(ConditionError { at: place, expected, found: "the end".to_owned() })
}

fn number(rest: &[char], place: usize) -> Result<(Token, usize), ConditionError> {
    let digits = |from: usize| rest[from..].iter().take_while(|c| c.is_ascii_digit()).count();
    let mut end = usize::from(rest[0] == '-');
    end += digits(end);
    // `200..299` is two numbers, not a broken decimal.
    if rest.get(end) == Some(&'.') && rest.get(end + 1).is_some_and(char::is_ascii_digit) {
        end += 1 + digits(end + 1);
    }
    let text: String = rest[..end].iter().collect();
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok((Token::Number(number), end)),
        _ => Err(ConditionError { at: place, expected: "a number".to_owned(), found: format!("`{text}`") }),
    }
}

/// A path ends at a space or a comparison that stands neither in brackets nor in quotes.
fn path(rest: &[char]) -> (Token, usize) {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut skip = false;
    let mut end = rest.len();
    for (at, &c) in rest.iter().enumerate() {
        if std::mem::take(&mut skip) {
            continue;
        }
        match (quote, c) {
            (Some(_), '\\') => skip = true,
            (Some(open), _) if open == c => quote = None,
            (None, '"' | '\'') if depth > 0 => quote = Some(c),
            (None, '[' | '(') => depth += 1,
            (None, ']' | ')') => depth = depth.saturating_sub(1),
            (None, '=' | '!' | '<' | '>') if depth == 0 => end = at,
            (None, _) if depth == 0 && c.is_whitespace() => end = at,
            _ => {}
        }
        if end == at {
            break;
        }
    }
    (Token::Path(rest[..end].iter().collect()), end)
}
