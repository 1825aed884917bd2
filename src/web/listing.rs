//! What lists of the API and of pages take: filters of their own, `limit` and `cursor`, read strictly.

use super::given;
use super::parameters::{DEFAULT_LIMIT, MAX_LIMIT, invalid, number, unknown};
use crate::platform::problem::{Code, Problem};

/// Longest value of a filter, characters.
const MAX_VALUE: usize = 300;

/// What is asked of a list.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// Items a page.
    pub limit: usize,
    /// How many to pass over.
    pub offset: usize,
    /// Everything given but the cursor, in order.
    pub given: Vec<(String, String)>,
}

impl Listing {
    /// Reads the part of an address after the question mark. `filters` are the names a list knows besides `limit` and
    /// `cursor`. Pages pass over empty values, which forms send, and over `lang`.
    ///
    /// # Errors
    /// A 422 that names the parameter.
    pub fn read(raw: Option<&str>, filters: &[&str], page: bool) -> Result<Self, Problem> {
        let mut out = Self { limit: DEFAULT_LIMIT, ..Self::default() };
        let mut cursor = None;
        for (name, value) in url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
            let value = value.trim().to_owned();
            let twice = out.given.iter().any(|(given, _)| *given == name) || (name == "cursor" && cursor.is_some());
            if twice {
                return Err(invalid(&name, "is given twice: give it once"));
            }
            match &*name {
                "lang" if page && (value == "vi" || value == "en") => continue,
                "lang" if page => return Err(invalid("lang", "takes vi or en")),
                "cursor" => {
                    cursor = Some(value);
                    continue;
                }
                "limit" => out.limit = number("limit", &value, 1, MAX_LIMIT)?,
                known if filters.contains(&known) => {
                    if page && value.is_empty() {
                        continue;
                    }
                    if value.is_empty() || value.chars().count() > MAX_VALUE {
                        return Err(invalid(known, "takes a text of 1 to 300 characters"));
                    }
                }
                other => return Err(unknown(other)),
            }
            out.given.push((name.into_owned(), value));
        }
        if let Some(cursor) = cursor {
            let wrong = || Problem::new(Code::InvalidCursor, "the cursor belongs to another list: begin without it");
            out.offset = given::read_cursor(&out.given, &cursor).ok_or_else(|| wrong().at("cursor"))?;
        }
        Ok(out)
    }

    /// What was given under a name; empty when it was not.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        given::value(&self.given, name).unwrap_or_default()
    }

    /// How many rows to ask a store for: one more than the page shows, to know whether there is another.
    #[must_use]
    pub fn wanted(&self) -> i64 {
        i64::try_from(self.limit + 1).unwrap_or(i64::MAX)
    }

    /// How many rows a store passes over.
    #[must_use]
    pub fn passed(&self) -> i64 {
        i64::try_from(self.offset).unwrap_or(i64::MAX)
    }

    /// Cuts what a store gave for [`Listing::wanted`] to the page, and says the cursor of the next.
    pub fn cut<T>(&self, rows: &mut Vec<T>) -> Option<String> {
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next = self.offset + self.limit;
        given::next_cursor(&self.given, next, if more { usize::MAX } else { next })
    }

    /// The address of the next page of a list.
    #[must_use]
    pub fn address(&self, path: &str, cursor: &str) -> String {
        given::address(path, &self.given, "cursor", Some(cursor))
    }

    /// The address of something with the same filters that has no pages.
    #[must_use]
    pub fn everything(&self, path: &str) -> String {
        given::address(path, &self.given, "limit", None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_knows_its_parameters_and_names_what_is_wrong() {
        let read = |raw: &str| Listing::read(Some(raw), &["source"], false);
        let field = |raw: &str| read(raw).unwrap_err().field.unwrap();
        assert_eq!(field("colour=red"), "colour");
        assert_eq!(field("limit=0"), "limit");
        assert_eq!(field("source=a&source=b"), "source");
        assert_eq!(field("source="), "source");
        assert_eq!(field("cursor=zzz"), "cursor");
        assert_eq!(field("lang=en"), "lang");
        assert_eq!(Listing::read(Some("source=&lang=en"), &["source"], true).unwrap().value("source"), "");
    }

    #[test]
    fn a_cursor_leads_to_the_rows_after_the_page() {
        let first = Listing::read(Some("source=a&limit=2"), &["source"], false).unwrap();
        let mut rows = vec![1, 2, 3];
        let cursor = first.cut(&mut rows).unwrap();
        assert_eq!(rows, [1, 2]);
        let second = Listing::read(Some(&format!("source=a&limit=2&cursor={cursor}")), &["source"], false).unwrap();
        assert_eq!(second.passed(), 2);
        assert!(second.cut(&mut vec![3]).is_none());
        let other = Listing::read(Some(&format!("source=b&limit=2&cursor={cursor}")), &["source"], false);
        assert_eq!(other.unwrap_err().field.as_deref(), Some("cursor"));
    }
}
