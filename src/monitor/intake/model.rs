//! Figures that a program sends or a person types in, and why one is not taken.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::{Map, Value};

use super::period::Period;
use super::refusal::{Reason, Refused};
use crate::monitor::model::State;
use crate::monitor::source::model::Metric;
use crate::platform::word;

/// Most figures taken at once.
pub const MAX_ITEMS: usize = 20_000;
/// Longest name of a metric, characters.
pub const MAX_METRIC: usize = 80;
/// Longest subject, characters.
pub const MAX_SUBJECT: usize = 200;
/// Longest note, characters.
pub const MAX_NOTE: usize = 500;
/// How far ahead of ours the sender's clock may be, milliseconds.
const CLOCKS: i64 = 5 * 60_000;
/// Beginning of 2000 in UTC, epoch milliseconds: an earlier figure is a slip of the pen.
const EARLIEST: i64 = 946_684_800_000;

/// A line of figures that a source has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What is measured.
    pub metric: String,
    /// Its unit.
    pub unit: String,
    /// Rhythm of its values, milliseconds; `None` when they come when they come.
    pub every_ms: Option<i64>,
}

impl From<&Metric> for Line {
    fn from(metric: &Metric) -> Self {
        let every_ms = metric.every_seconds.map(|seconds| i64::from(seconds) * 1000);
        Self { metric: metric.metric.clone(), unit: metric.unit.clone(), every_ms }
    }
}

/// A figure that can be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Where it stood in what was sent.
    pub place: Place,
    /// What is measured.
    pub metric: String,
    /// Of whom or what; empty when the source is about one thing.
    pub subject: String,
    /// Its unit.
    pub unit: String,
    /// Rhythm of its values, milliseconds.
    pub every_ms: Option<i64>,
    /// Beginning of the time it is for, epoch milliseconds.
    pub slot: i64,
    /// Whether there is a number.
    pub state: State,
    /// The number.
    pub value: Option<f64>,
    /// What its writer says about it.
    pub note: Option<String>,
}

/// Where something stands in what was sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, utoipa::ToSchema)]
pub struct Place {
    /// Position in the array, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    /// Line of the file or row of the sheet, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Heading of the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

impl Place {
    /// A position in an array.
    #[must_use]
    pub fn index(index: usize) -> Self {
        Self { index: Some(index), ..Self::default() }
    }
}

/// Reads one item of a JSON array.
///
/// # Errors
/// The field at fault and why.
pub fn read_item(index: usize, item: &Value, lines: &[Line], now: i64) -> Result<Item, Refused> {
    let place = Place::index(index);
    let refuse = |field, code| Refused::new(place.clone(), field, code);
    let fields = item.as_object().ok_or_else(|| refuse("item", Reason::NotAnObject))?;
    let known = ["metric", "subject", "slot", "period", "state", "value", "unit"];
    if fields.keys().any(|name| !known.contains(&name.as_str())) {
        return Err(refuse("item", Reason::UnknownField));
    }
    let text = |field: &'static str| text_of(fields, field).map_err(|code| refuse(field, code));
    let slot = slot_of(fields).map_err(|(field, code)| refuse(field, code))?;
    let value = match fields.get("value") {
        None | Some(Value::Null) => None,
        Some(value) => Some(value.as_f64().ok_or_else(|| refuse("value", Reason::WrongType))?),
    };
    let state = match text("state")? {
        None if value.is_some() => State::Number,
        None => return Err(refuse("state", Reason::Missing)),
        Some(state) => word::read(state).ok_or_else(|| refuse("state", Reason::UnknownState))?,
    };
    let draft = Draft {
        place: place.clone(),
        metric: text("metric")?,
        subject: text("subject")?.unwrap_or_default(),
        unit: text("unit")?,
        slot,
        state,
        value,
        // Programs send figures and nothing that could name a person.
        note: None,
    };
    draft.check(lines, now)
}

fn text_of<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Reason> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim())),
        Some(_) => Err(Reason::WrongType),
    }
}

fn slot_of(fields: &Map<String, Value>) -> Result<i64, (&'static str, Reason)> {
    let given = |name: &str| fields.get(name).filter(|value| !value.is_null());
    match (given("slot"), given("period")) {
        (Some(_), Some(_)) => Err(("slot", Reason::SlotAndPeriod)),
        (None, None) => Err(("period", Reason::Missing)),
        (Some(Value::String(text)), None) => {
            text.parse().map(jiff::Timestamp::as_millisecond).map_err(|_| ("slot", Reason::NotAPeriod))
        }
        (Some(number), None) => number.as_i64().ok_or(("slot", Reason::WrongType)),
        (None, Some(Value::String(text))) => {
            Period::read(text).map(|period| period.slot).map_err(|_| ("period", Reason::NotAPeriod))
        }
        (None, Some(_)) => Err(("period", Reason::WrongType)),
    }
}

/// A figure whose parts are read and not yet checked against the source.
#[derive(Debug)]
pub struct Draft<'a> {
    /// Where it stood.
    pub place: Place,
    /// What is measured; `None` when the source has one metric only.
    pub metric: Option<&'a str>,
    /// Of whom or what.
    pub subject: &'a str,
    /// Its unit; `None` for the one of the definition.
    pub unit: Option<&'a str>,
    /// Beginning of its time, epoch milliseconds.
    pub slot: i64,
    /// Whether there is a number.
    pub state: State,
    /// The number.
    pub value: Option<f64>,
    /// What its writer says about it.
    pub note: Option<&'a str>,
}

impl Draft<'_> {
    /// Checks it against the lines of the source and the time of day (`now`, epoch milliseconds).
    ///
    /// # Errors
    /// The field at fault and why.
    pub fn check(self, lines: &[Line], now: i64) -> Result<Item, Refused> {
        let refuse = |field, code| Refused::new(self.place.clone(), field, code);
        let line = match (self.metric.filter(|metric| !metric.is_empty()), lines) {
            (None, [only]) => only,
            (None, _) => return Err(refuse("metric", Reason::Missing)),
            (Some(metric), _) => {
                let found = lines.iter().find(|line| line.metric == metric);
                found.ok_or_else(|| refuse("metric", Reason::UnknownMetric))?
            }
        };
        if self.unit.is_some_and(|unit| !unit.is_empty() && unit != line.unit) {
            return Err(refuse("unit", Reason::WrongUnit));
        }
        if !fits(self.subject, MAX_SUBJECT) {
            return Err(refuse("subject", Reason::TooLong));
        }
        if self.note.is_some_and(|note| !fits(note, MAX_NOTE)) {
            return Err(refuse("note", Reason::TooLong));
        }
        if !(EARLIEST..=now.saturating_add(CLOCKS)).contains(&self.slot) {
            return Err(refuse("period", Reason::OutOfTime));
        }
        match (self.state, self.value) {
            (_, Some(value)) if !value.is_finite() => return Err(refuse("value", Reason::NotANumber)),
            (State::Number, None) => return Err(refuse("value", Reason::NoNumber)),
            (State::Number, Some(_)) | (_, None) => {}
            (_, Some(_)) => return Err(refuse("value", Reason::NumberWithout)),
        }
        Ok(Item {
            place: self.place,
            metric: line.metric.clone(),
            subject: self.subject.to_owned(),
            unit: line.unit.clone(),
            every_ms: line.every_ms,
            slot: self.slot,
            state: self.state,
            value: self.value,
            note: self.note.filter(|note| !note.is_empty()).map(str::to_owned),
        })
    }
}

fn fits(text: &str, most: usize) -> bool {
    text.chars().count() <= most && !text.chars().any(char::is_control)
}

/// Takes out what stands twice: the same value again says nothing new, another value at the same place is refused, both
/// times, since nobody can say which is meant.
#[must_use]
pub fn once(items: Vec<Item>) -> (Vec<Item>, Vec<Refused>) {
    let key = |item: &Item| (item.metric.clone(), item.subject.clone(), item.slot);
    let said = |item: &Item| (item.state, item.value.map(f64::to_bits));
    let mut first = std::collections::HashMap::new();
    let mut twice = HashSet::new();
    for item in &items {
        if *first.entry(key(item)).or_insert_with(|| said(item)) != said(item) {
            twice.insert(key(item));
        }
    }
    let mut seen = HashSet::new();
    let mut refused = Vec::new();
    let mut kept = Vec::with_capacity(items.len());
    for item in items {
        if twice.contains(&key(&item)) {
            refused.push(Refused::new(item.place, "period", Reason::Twice));
        } else if seen.insert(key(&item)) {
            kept.push(item);
        }
    }
    (kept, refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_485_600_000;

    fn lines() -> Vec<Line> {
        [("received", "dossiers"), ("share", "%")]
            .map(|(metric, unit)| Line { metric: metric.to_owned(), unit: unit.to_owned(), every_ms: None })
            .into()
    }

    fn read(item: &Value) -> Result<Item, (&'static str, Reason)> {
        read_item(0, item, &lines(), NOW).map_err(|refused| (refused.field, refused.code))
    }

    #[test]
    fn an_item_is_read_with_its_state() {
        let item = read(&serde_json::json!({"metric": "received", "subject": "H44", "period": "2026-10", "value": 12}))
            .unwrap();
        assert_eq!((item.state, item.value, item.unit.as_str()), (State::Number, Some(12.0), "dossiers"));
        let item =
            read(&serde_json::json!({"metric": "share", "slot": NOW, "state": "suppressed", "value": null})).unwrap();
        assert_eq!((item.state, item.value, item.slot), (State::Suppressed, None, NOW));
    }

    #[test]
    fn a_bad_item_is_refused_by_its_field() {
        for (item, field, code) in [
            (serde_json::json!(7), "item", Reason::NotAnObject),
            (serde_json::json!({"metric": "received", "colour": 1}), "item", Reason::UnknownField),
            (serde_json::json!({"metric": "received", "value": 1}), "period", Reason::Missing),
            (
                serde_json::json!({"metric": "received", "period": "2026", "slot": 1, "value": 1}),
                "slot",
                Reason::SlotAndPeriod,
            ),
            (serde_json::json!({"metric": "received", "period": "soon", "value": 1}), "period", Reason::NotAPeriod),
            (serde_json::json!({"metric": "received", "period": "2027", "value": 1}), "period", Reason::OutOfTime),
            (serde_json::json!({"metric": "received", "slot": 1, "value": 1}), "period", Reason::OutOfTime),
            (serde_json::json!({"metric": "received", "period": "2026"}), "state", Reason::Missing),
            (serde_json::json!({"metric": "received", "period": "2026", "state": "number"}), "value", Reason::NoNumber),
            (
                serde_json::json!({"metric": "received", "period": "2026", "state": "blank"}),
                "state",
                Reason::UnknownState,
            ),
            (
                serde_json::json!({"metric": "received", "period": "2026", "state": "suppressed", "value": 3}),
                "value",
                Reason::NumberWithout,
            ),
            (serde_json::json!({"metric": "received", "period": "2026", "value": "3"}), "value", Reason::WrongType),
            (serde_json::json!({"metric": "late", "period": "2026", "value": 3}), "metric", Reason::UnknownMetric),
            (serde_json::json!({"period": "2026", "value": 3}), "metric", Reason::Missing),
            (
                serde_json::json!({"metric": "share", "unit": "dossiers", "period": "2026", "value": 3}),
                "unit",
                Reason::WrongUnit,
            ),
            (
                serde_json::json!({"metric": "share", "subject": "a\u{0}", "period": "2026", "value": 3}),
                "subject",
                Reason::TooLong,
            ),
        ] {
            assert_eq!(read(&item), Err((field, code)), "{item}");
        }
    }

    #[test]
    fn the_same_twice_is_kept_once_and_a_contradiction_not_at_all() {
        let item = |index, period: &str, value| {
            let item = serde_json::json!({"metric": "received", "period": period, "value": value});
            read_item(index, &item, &lines(), NOW).unwrap()
        };
        let (kept, refused) =
            once(vec![item(0, "2026-01", 1), item(1, "2026-01", 1), item(2, "2026-02", 1), item(3, "2026-02", 2)]);
        assert_eq!(kept.len(), 1);
        assert_eq!(refused.iter().map(|r| r.place.index.unwrap()).collect::<Vec<_>>(), [2, 3]);
    }
}
