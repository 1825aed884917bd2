//! Whose detail is due, and asking for it.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::client::{Look, Portal, Question, Refusal, Reply};
use super::list::Item;
use super::model::Settings;
use crate::catalog::text;
use crate::platform::hash::sha256;

/// The address of details.
pub const PATH: &str = "/api/v1/configuring/formality/get-formality-by-citizen";

/// Fields of a detail that are lists, where they are there at all.
const LISTS: [&str; 9] = [
    "executionSteps",
    "executionMethods",
    "executionCases",
    "cases",
    "categoriesDetails",
    "departmentsExecuting",
    "unitGroupsExecuting",
    "legalBasisesDetails",
    "resultsDetails",
];

/// What became of a detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DetailState {
    /// It is in the catalog.
    Taken,
    /// It is in the catalog, with a value of another type than usual.
    Odd,
    /// The portal has none.
    Missing,
    /// It could not be had.
    Failed,
}

/// What is known of one detail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// What became of it.
    pub state: DetailState,
    /// SHA-256 of the list item when it was asked for.
    pub item_sha256: String,
    /// Epoch milliseconds.
    pub asked_at: i64,
}

/// Whether a detail is to be asked for: it is new, its item has changed, or it is old.
pub fn is_due(item: &Item, known: &HashMap<String, Known>, settings: &Settings, now: Timestamp) -> bool {
    if item.id.is_empty() {
        return false;
    }
    let Some(known) = known.get(&item.id) else { return true };
    let age = match known.state {
        DetailState::Taken => settings.detail_age,
        DetailState::Missing => settings.missing_age,
        DetailState::Odd | DetailState::Failed => return true,
    };
    let asked = Timestamp::from_millisecond(known.asked_at).unwrap_or(Timestamp::UNIX_EPOCH);
    known.item_sha256 != sha256(item.raw.as_bytes()) || now.duration_since(asked) >= age
}

/// Asks for one detail.
///
/// # Errors
/// [`Refusal`]
pub async fn ask(portal: &mut Portal<'_>, item: &Item) -> Result<Reply, Refusal> {
    let attempts = portal.attempts();
    let body = json!({ "id": item.id });
    let look = |value: &Value| look(value, item);
    portal.ask(Question { path: PATH, body: &body, attempts, may_be_missing: true, look: &look }).await
}

fn look(value: &Value, item: &Item) -> Look {
    let data = &value["data"];
    let word = |field: &str| data.get(field).and_then(Value::as_str);
    if let Some(id) = word("id").filter(|id| *id != item.id) {
        return Look::Wrong(format!("the detail of {id} came in place of {}", item.id));
    }
    match (word("code"), word("name")) {
        (Some(code), Some(_)) if text::line(code) == text::line(&item.code) => {}
        (Some(code), Some(_)) => return Look::Odd(format!("the detail says code {code}, the list {}", item.code)),
        _ => return Look::Wrong("the detail has no texts for code and name".to_owned()),
    }
    let odd = LISTS.iter().find(|f| data.get(**f).is_some_and(|v| !v.is_array() && !v.is_null()));
    odd.map_or(Look::Good, |field| Look::Odd(format!("{field} is no list")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> Item {
        Item { id: "a".to_owned(), code: "1.000001".to_owned(), raw: "{}".to_owned() }
    }

    #[test]
    fn a_detail_is_of_the_item_that_was_asked_for() {
        let detail = |data: Value| look(&json!({ "code": "OK", "data": data }), &item());
        let good = json!({ "id": "a", "code": "1.000001", "name": "Một", "executionMethods": [] });
        assert_eq!(detail(good), Look::Good);
        assert!(matches!(detail(json!({ "id": "b", "code": "1.000001", "name": "Một" })), Look::Wrong(_)));
        assert!(matches!(detail(json!("dữ liệu")), Look::Wrong(_)));
        assert!(matches!(detail(json!([])), Look::Wrong(_)));
        let odd = json!({ "id": "a", "code": "1.000001", "name": "Một", "executionMethods": "x" });
        assert!(matches!(detail(odd), Look::Odd(_)));
        assert!(matches!(detail(json!({ "code": "1.000002", "name": "Một" })), Look::Odd(_)));
    }

    #[test]
    fn what_is_new_changed_failed_or_old_is_due() {
        let settings = Settings::new("http://127.0.0.1:1", None).unwrap();
        let now = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(24 * 365);
        let due = |state, sha: &str, hours: i64| {
            let asked_at = (now - jiff::SignedDuration::from_hours(hours)).as_millisecond();
            let known = Known { state, item_sha256: sha.to_owned(), asked_at };
            is_due(&item(), &HashMap::from([("a".to_owned(), known)]), &settings, now)
        };
        let same = sha256(b"{}");
        assert!(is_due(&item(), &HashMap::new(), &settings, now));
        assert!(!due(DetailState::Taken, &same, 24 * 6));
        assert!(due(DetailState::Taken, &same, 24 * 7));
        assert!(due(DetailState::Taken, "another", 1));
        assert!(!due(DetailState::Missing, &same, 23));
        assert!(due(DetailState::Missing, &same, 24));
        assert!(due(DetailState::Failed, &same, 1) && due(DetailState::Odd, &same, 1));
    }
}
