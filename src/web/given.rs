//! What was given in an address, for links that change one thing and for the next page of the same list.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Names and values in the order they were given, without the cursor.
pub type Given = [(String, String)];

/// What was given under a name.
#[must_use]
pub fn value<'a>(given: &'a Given, name: &str) -> Option<&'a str> {
    given.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
}

/// An address with one parameter set, or left out.
#[must_use]
pub fn address(path: &str, given: &Given, name: &str, value: Option<&str>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (n, v) in given.iter().filter(|(n, _)| n != name) {
        query.append_pair(n, v);
    }
    if let Some(value) = value {
        query.append_pair(name, value);
    }
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The cursor of the page that begins at `next`; `None` when the list ends before it.
#[must_use]
pub fn next_cursor(given: &Given, next: usize, total: usize) -> Option<String> {
    (next < total).then(|| format!("{next:x}-{:x}", fingerprint(given)))
}

/// Where the page of a cursor begins; `None` when it was made by another list.
#[must_use]
pub fn read_cursor(given: &Given, cursor: &str) -> Option<usize> {
    let (at, of) = cursor.split_once('-')?;
    let at = usize::from_str_radix(at, 16).ok()?;
    (u64::from_str_radix(of, 16).ok()? == fingerprint(given) && at <= 10_000_000).then_some(at)
}

/// The cursor of the page that begins at an instant, epoch milliseconds.
#[must_use]
pub fn cursor_at(given: &Given, at: i64) -> String {
    format!("{at:x}-{:x}", fingerprint(given))
}

/// The instant of a cursor; `None` when it was made by another list.
#[must_use]
pub fn read_cursor_at(given: &Given, cursor: &str) -> Option<i64> {
    let (at, of) = cursor.split_once('-')?;
    (u64::from_str_radix(of, 16).ok()? == fingerprint(given)).then(|| i64::from_str_radix(at, 16).ok())?
}

/// What a cursor belongs to: everything but the size of a page.
fn fingerprint(given: &Given) -> u64 {
    let mut hasher = DefaultHasher::new();
    for pair in given.iter().filter(|(name, _)| name != "limit" && name != "facets") {
        pair.hash(&mut hasher);
    }
    hasher.finish()
}
