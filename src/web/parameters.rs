//! Query parameters, strictly: an unknown name, a name given twice or a bad value is an error that names it.

use std::fmt::Write;

use serde::de::DeserializeOwned;
use unicode_normalization::UnicodeNormalization;

use super::given;
use crate::assessment::model::Gap;
use crate::catalog::model::{Level, ProcedureKind};
use crate::platform::problem::{Code, Problem};
use crate::search::document::OnlineState;
use crate::search::find::Request;

/// Longest search text, characters.
pub const MAX_QUERY: usize = 1_000;
/// Most items a page may have.
pub const MAX_LIMIT: usize = 200;
/// Items a page has when nothing is said.
pub const DEFAULT_LIMIT: usize = 20;

/// A search request as it stands in an address.
#[derive(Debug, Clone, Default)]
pub struct SearchParameters {
    /// What to search for.
    pub request: Request,
    /// Only procedures that cite this act.
    pub act: Option<String>,
    /// Only the list is wanted, for the script.
    pub fragment: bool,
    /// Everything given, without `cursor` and `fragment`, for links that change one thing.
    pub given: Vec<(String, String)>,
}

/// Where a search is read from: the two have different defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// JSON: copies one by one.
    Api,
    /// HTML: copies folded, facets counted.
    Page,
}

impl SearchParameters {
    /// Reads the part of an address after the question mark.
    ///
    /// # Errors
    /// A 422 that names the parameter and what it takes.
    pub fn read(raw: Option<&str>, surface: Surface) -> Result<Self, Problem> {
        let mut out = Self::default();
        out.request.limit = DEFAULT_LIMIT;
        out.request.group = surface == Surface::Page;
        out.request.facets = surface == Surface::Page;
        let mut cursor = None;
        let mut seen: Vec<String> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
            let value: String = value.nfc().collect::<String>().trim().to_owned();
            if seen.contains(&name.to_string()) {
                return Err(invalid(&name, "is given twice: give it once"));
            }
            seen.push(name.to_string());
            if surface == Surface::Page && value.is_empty() {
                continue;
            }
            if name == "cursor" {
                cursor = Some(value);
                continue;
            }
            out.take(&name, &value, surface)?;
            if !matches!(&*name, "fragment" | "lang") {
                out.given.push((name.into_owned(), value));
            }
        }
        if let Some(cursor) = cursor {
            out.request.offset = out.read_cursor(&cursor)?;
        }
        Ok(out)
    }

    fn take(&mut self, name: &str, value: &str, surface: Surface) -> Result<(), Problem> {
        let filters = &mut self.request.filters;
        match name {
            "q" => self.request.text = search_text(value)?,
            "limit" => self.request.limit = number(name, value, 1, MAX_LIMIT)?,
            "field" => filters.field = Some(text(name, value)?),
            "agency" => filters.agency = Some(text(name, value)?),
            "audience" => filters.audience = Some(text(name, value)?),
            "level" => filters.level = Some(word::<Level>(name, value, "ministry, province, commune or other")?),
            "online" => {
                filters.online = Some(word::<OnlineState>(name, value, "verified, claimed, partial, unknown or none")?);
            }
            "type" => filters.kind = Some(word::<ProcedureKind>(name, value, "standard, specific or internal")?),
            "free" => filters.free = flag(name, value)?,
            "retired" => filters.retired = flag(name, value)?,
            "variants_of" => filters.variants_of = Some(text(name, value)?),
            "act" => self.act = Some(text(name, value)?),
            "facets" if surface == Surface::Api => self.request.facets = flag(name, value)?,
            "group" => match value {
                "variants" => self.request.group = true,
                "none" => self.request.group = false,
                _ => return Err(invalid(name, "takes variants or none")),
            },
            "gap" => filters.gap = Some(gap(value)?.code().to_owned()),
            "fragment" if surface == Surface::Page => {
                self.fragment = flag(name, value)?;
                self.request.typing = self.fragment;
            }
            "lang" if surface == Surface::Page => {
                if value != "vi" && value != "en" {
                    return Err(invalid(name, "takes vi or en"));
                }
            }
            _ => return Err(unknown(name)),
        }
        Ok(())
    }

    /// The cursor of the page after this one.
    #[must_use]
    pub fn next_cursor(&self, total: usize) -> Option<String> {
        given::next_cursor(&self.given, self.request.offset + self.request.limit, total)
    }

    fn read_cursor(&self, cursor: &str) -> Result<usize, Problem> {
        let detail = "the cursor belongs to another search: begin without it";
        given::read_cursor(&self.given, cursor).ok_or_else(|| Problem::new(Code::InvalidCursor, detail).at("cursor"))
    }

    /// An address like this one with one parameter set, or left out.
    #[must_use]
    pub fn with(&self, path: &str, name: &str, value: Option<&str>) -> String {
        given::address(path, &self.given, name, value)
    }

    /// What was given under a name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        given::value(&self.given, name)
    }
}

fn search_text(value: &str) -> Result<String, Problem> {
    let length = value.chars().count();
    if length > MAX_QUERY {
        let detail = format!("q has {length} characters, at most {MAX_QUERY} are searched: shorten it");
        return Err(Problem::new(Code::QueryTooLong, detail).at("q"));
    }
    Ok(value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect())
}

/// Reads a gap's word.
///
/// # Errors
/// A 422 that lists the words.
pub fn gap(value: &str) -> Result<Gap, Problem> {
    Gap::parse(value).ok_or_else(|| {
        let words: Vec<&str> = Gap::ALL.iter().map(|g| g.code()).collect();
        invalid("gap", &format!("takes {}", words.join(", ")))
    })
}

fn word<T: DeserializeOwned>(name: &str, value: &str, takes: &str) -> Result<T, Problem> {
    serde_json::from_value(serde_json::Value::String(value.to_owned()))
        .map_err(|_| invalid(name, &format!("takes {takes}")))
}

/// A whole number within bounds.
///
/// # Errors
/// A 422 that names the parameter.
pub fn number(name: &str, value: &str, least: usize, most: usize) -> Result<usize, Problem> {
    let parsed = value.parse().ok().filter(|n| (least..=most).contains(n));
    parsed.ok_or_else(|| invalid(name, &format!("takes a whole number from {least} to {most}")))
}

/// A yes or no.
///
/// # Errors
/// A 422 that names the parameter.
pub fn flag(name: &str, value: &str) -> Result<bool, Problem> {
    match value {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(invalid(name, "takes true or false")),
    }
}

fn text(name: &str, value: &str) -> Result<String, Problem> {
    if value.is_empty() || value.chars().count() > 300 {
        return Err(invalid(name, "takes a text of 1 to 300 characters"));
    }
    Ok(value.to_owned())
}

/// A parameter that cannot be used.
#[must_use]
pub fn invalid(name: &str, what: &str) -> Problem {
    let name = shorten(name);
    let mut detail = String::new();
    let _ = write!(detail, "{name} {what}");
    Problem::new(Code::InvalidParameter, detail).at(&name)
}

/// A parameter that the address does not know.
#[must_use]
pub fn unknown(name: &str) -> Problem {
    let name = shorten(name);
    Problem::new(Code::UnknownParameter, format!("this address does not know the parameter `{name}`")).at(&name)
}

/// What was given, short enough to be repeated in an error.
#[must_use]
pub fn shorten(text: &str) -> String {
    text.chars().take(60).collect()
}
