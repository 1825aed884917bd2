//! Walks the portal's list of procedures by its cursor.

use std::collections::HashSet;

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::client::{Look, Portal, Question, Refusal};
use crate::catalog::text;

/// The address of the list.
pub const PATH: &str = "/api/v1/submitting/formality/list-all-public-formality-by-citizen";

/// Items asked for at once; a page that fails is asked for in smaller pieces.
const LIMITS: [u32; 4] = [200, 100, 50, 25];
/// Tries at one size before the next smaller one.
const TRIES_PER_LIMIT: u32 = 2;

/// An item as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The portal's id; empty where the item has none.
    pub id: String,
    /// Its code, for the report.
    pub code: String,
    /// Its untouched JSON text.
    pub raw: String,
}

/// A walk through the list.
#[derive(Debug, Default)]
pub struct Walk {
    cursor: String,
    size: usize,
    ids: HashSet<String>,
    cursors: HashSet<String>,
    /// Pages read.
    pub pages: u64,
    /// Items met, each id once.
    pub items: u64,
    /// Items that came a second time.
    pub repeated: u64,
    /// Items that have no id, or no texts for code and name.
    pub unreadable: u64,
    /// How many the portal says there are.
    pub total: Option<u64>,
    /// The cursor came to its end.
    pub ended: bool,
}

impl Walk {
    /// The next page; `None` at the end of the list.
    ///
    /// # Errors
    /// [`Refusal`]
    pub async fn next_page(&mut self, portal: &mut Portal<'_>) -> Result<Option<Vec<Item>>, Refusal> {
        if self.ended {
            return Ok(None);
        }
        let reply = loop {
            let limit = LIMITS[self.size];
            let smaller = self.size + 1 < LIMITS.len();
            let attempts = if smaller { TRIES_PER_LIMIT } else { portal.attempts() };
            let body =
                json!({ "limit": limit, "lastId": self.cursor, "q": "", "categoryId": "", "departmentCode": "" });
            let question = Question { path: PATH, body: &body, attempts, may_be_missing: false, look: &look };
            match portal.ask(question).await {
                Ok(reply) => break reply,
                Err(Refusal::GaveUp(_)) if smaller => self.size += 1,
                Err(refusal) => return Err(refusal),
            }
        };
        self.pages += 1;
        let data = &reply.value["data"];
        self.total = data.get("total").and_then(count).or(self.total);
        let items = self.take(&reply.bytes);
        let next = data.get("lastId").and_then(Value::as_str).unwrap_or_default();
        // An empty, repeated or unchanged cursor ends the walk, and so does a page that holds nothing.
        let known = !self.cursors.insert(next.to_owned());
        self.ended = next.is_empty() || known || next == self.cursor || items.is_none();
        next.clone_into(&mut self.cursor);
        Ok(Some(items.unwrap_or_default()))
    }

    /// The whole list was seen: nothing is missing by the portal's own count, and every item could be read.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.ended && self.unreadable == 0 && self.items > 0 && self.total.is_none_or(|total| self.items >= total)
    }

    /// The items of a page that are new; `None` for a page without any item.
    fn take(&mut self, bytes: &[u8]) -> Option<Vec<Item>> {
        let page: Page<'_> = serde_json::from_slice(bytes).unwrap_or_default();
        let mut items = Vec::with_capacity(page.data.items.len());
        for raw in &page.data.items {
            let item = read(raw.get());
            self.unreadable += u64::from(item.is_none());
            let item =
                item.unwrap_or_else(|| Item { id: String::new(), code: String::new(), raw: raw.get().to_owned() });
            if !item.id.is_empty() && !self.ids.insert(item.id.clone()) {
                self.repeated += 1;
                continue;
            }
            self.items += 1;
            items.push(item);
        }
        (!page.data.items.is_empty()).then_some(items)
    }
}

#[derive(Debug, Default, serde::Deserialize)]
struct Page<'a> {
    #[serde(borrow, default)]
    data: Data<'a>,
}

#[derive(Debug, Default, serde::Deserialize)]
struct Data<'a> {
    #[serde(borrow, default)]
    items: Vec<&'a RawValue>,
}

/// An item whose identity is what it should be.
fn read(raw: &str) -> Option<Item> {
    let value: Value = serde_json::from_str(raw).ok()?;
    let word = |field: &str| value.get(field).and_then(Value::as_str).map(text::line).filter(|w| !w.is_empty());
    word("name")?;
    Some(Item { id: word("id")?, code: word("code")?, raw: raw.to_owned() })
}

fn look(value: &Value) -> Look {
    let data = &value["data"];
    let Some(items) = data.get("items").and_then(Value::as_array) else {
        return Look::Wrong("the list's page has no list of items".to_owned());
    };
    let odd = items
        .iter()
        .position(|item| !["id", "code", "name"].iter().all(|f| item.get(*f).is_some_and(Value::is_string)));
    if let Some(at) = odd {
        return Look::Odd(format!("item {} of the page has no texts for id, code and name", at + 1));
    }
    match data.get("total") {
        Some(total) if !total.is_null() && !total.is_u64() => Look::Odd("total is no whole number".to_owned()),
        _ => Look::Good,
    }
}

/// A whole number, also written as a text.
fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_looked_at_before_they_are_taken() {
        let page = |items: Value, total: Value| json!({ "code": "OK", "data": { "items": items, "total": total } });
        let item = json!({ "id": "a", "code": "1.000001", "name": "Một" });
        assert_eq!(look(&page(json!([item]), json!(1))), Look::Good);
        assert_eq!(look(&page(json!([]), Value::Null)), Look::Good);
        assert!(matches!(look(&page(json!({ "0": item }), json!(1))), Look::Wrong(_)));
        assert!(matches!(look(&page(json!([item]), json!("1"))), Look::Odd(_)));
        assert!(matches!(look(&page(json!([{ "id": "a", "code": "1.000001", "name": 17 }]), json!(1))), Look::Odd(_)));
    }

    #[test]
    fn items_keep_their_untouched_text_and_are_taken_once() {
        let mut walk = Walk::default();
        let text = r#"{"code":"OK","data":{"items":[{"id":"a", "code":" 1.0 ","name":"Một"},{"id":"a","code":"1.0","name":"x"},7]}}"#;
        let items = walk.take(text.as_bytes()).unwrap();
        assert_eq!(items[0].raw, r#"{"id":"a", "code":" 1.0 ","name":"Một"}"#);
        assert_eq!((items.len(), walk.items, walk.repeated, walk.unreadable), (2, 2, 1, 1));
        assert!(!walk.is_whole());
    }
}
