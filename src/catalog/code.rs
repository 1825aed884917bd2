//! Procedure codes: three spellings circulate, the bare national code is the identity.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A procedure code, trimmed, with a recognised agency tail taken off (DOMAIN.md 6.2).
///
/// Odd codes of the source (`1.0133611`, `1.014955-Xoa`) are identities of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProcedureCode(String);

/// What [`ProcedureCode::parse`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedCode {
    /// The identity.
    pub code: ProcedureCode,
    /// The agency tail that was taken off, such as `H35` or `000.00.00.H38`.
    pub tail: Option<String>,
    /// The code is not of the form `d.dddddd`; it is kept, with a warning.
    pub odd: bool,
}

/// Why a text is no procedure code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Nothing was given.
    #[error("the code is empty")]
    Empty,
    /// It does not begin with a digit and a dot, or holds characters no code has.
    #[error("`{0}` is not a procedure code: expected a form like 1.001193")]
    Malformed(String),
}

impl ProcedureCode {
    /// Reads a code in any of the three spellings.
    ///
    /// # Errors
    /// [`CodeError`] when the text is no code.
    pub fn parse(text: &str) -> Result<ParsedCode, CodeError> {
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if compact.is_empty() {
            return Err(CodeError::Empty);
        }
        let bytes = compact.as_bytes();
        let plausible = bytes.len() >= 3
            && bytes.len() <= 64
            && bytes[0].is_ascii_digit()
            && bytes[1] == b'.'
            && bytes[2].is_ascii_digit()
            && compact.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
        if !plausible {
            return Err(CodeError::Malformed(text.chars().take(80).collect()));
        }
        if is_national(&compact) {
            return Ok(ParsedCode { code: Self(compact), tail: None, odd: false });
        }
        if compact.len() > 9 && is_national(&compact[..8]) && compact.as_bytes()[8] == b'.' {
            let tail = &compact[9..];
            if is_agency_tail(tail) {
                return Ok(ParsedCode { code: Self(compact[..8].to_owned()), tail: Some(tail.to_owned()), odd: false });
            }
        }
        Ok(ParsedCode { code: Self(compact), tail: None, odd: true })
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProcedureCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `d.dddddd`
fn is_national(text: &str) -> bool {
    let b = text.as_bytes();
    b.len() == 8 && b[0].is_ascii_digit() && b[1] == b'.' && b[2..].iter().all(u8::is_ascii_digit)
}

/// `H35` or `000.00.00.H38` (QĐ 20/2020, and the order of QCVN 102:2016).
fn is_agency_tail(tail: &str) -> bool {
    let province = tail.rsplit('.').next().unwrap_or(tail);
    let b = province.as_bytes();
    let ends_in_agency =
        b.len() == 3 && (b'A'..=b'Y').contains(&b[0]) && b[1].is_ascii_digit() && b[2].is_ascii_digit();
    let head = &tail[..tail.len() - province.len()];
    ends_in_agency && (head.is_empty() || is_zero_groups(head))
}

/// `ddd.dd.dd.`
fn is_zero_groups(head: &str) -> bool {
    let groups: Vec<&str> = head.trim_end_matches('.').split('.').collect();
    groups.len() == 3
        && groups.iter().zip([3, 2, 2]).all(|(g, n)| g.len() == n && g.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_spellings_are_one_identity() {
        for text in ["1.014461", " 1.014461", "1.014461.H35", "1.014461.000.00.00.H38", "1.014461.00 0.00.00.H38"] {
            let parsed = ProcedureCode::parse(text).expect("a code");
            assert_eq!(parsed.code.as_str(), "1.014461", "{text}");
            assert!(!parsed.odd);
        }
    }

    #[test]
    fn odd_codes_stay_themselves() {
        for text in ["1.0133611", "2.009182739", "1.014955-Xoa", "1.014461.X"] {
            let parsed = ProcedureCode::parse(text).expect("kept");
            assert_eq!(parsed.code.as_str(), text);
            assert!(parsed.odd, "{text}");
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for text in ["", "  ", "abc", "1", "1.", "x.123456", "1.00119\u{301}3", "<script>"] {
            assert!(ProcedureCode::parse(text).is_err(), "{text:?}");
        }
    }
}
