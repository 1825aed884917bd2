//! A definition as texts that a form shows, and texts of a form as a definition.

use serde_json::{Map, Value, json};

use super::words::{length, read_length, read_size, size};
use crate::monitor::model::SourceKind;
use crate::monitor::probe::model::Rule;
use crate::monitor::source::model::{Covers, Definition, Metric, What};
use crate::platform::word;

/// Texts of a form by name, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed(Vec<(String, String)>);

/// What stands between the parts of a line.
const BETWEEN: &str = " | ";

impl Typed {
    /// What a form sent.
    #[must_use]
    pub fn sent(form: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(form).into_owned().collect())
    }

    /// What was typed under a name, without spaces around it; empty for nothing.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value.trim())
    }

    /// Sets a text.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(given, _)| given != name);
        self.0.push((name.to_owned(), value.into()));
    }

    /// The beginning of a new source of a kind.
    #[must_use]
    pub fn new(kind: SourceKind) -> Self {
        let mut typed = Self::default();
        typed.set("kind", word::of(&kind));
        typed.set("covers", "none");
        for (name, value) in defaults(kind) {
            typed.set(name, *value);
        }
        typed
    }

    /// The texts of a definition.
    #[must_use]
    pub fn of(definition: &Definition) -> Self {
        let mut typed = Self::default();
        for (name, text) in [
            ("kind", word::of(&definition.what.kind())),
            ("id", definition.id.clone()),
            ("name", definition.name.clone()),
            ("owner", definition.owner.clone()),
            ("licence", definition.licence.clone()),
            ("unit_id", definition.unit_id.clone()),
            ("every", definition.every_seconds.map(seconds).unwrap_or_default()),
            ("max_age", definition.max_age_seconds.map(seconds).unwrap_or_default()),
            ("host_limit", definition.host_limit.to_string()),
            ("daily_budget", definition.daily_budget.map(|n| n.to_string()).unwrap_or_default()),
            ("pause", length(u64::from(definition.pause_ms))),
        ] {
            typed.set(name, text);
        }
        let (covers, codes) = match &definition.procedures {
            Covers::None => ("none", String::new()),
            Covers::All => ("all", String::new()),
            Covers::Codes(codes) => ("codes", codes.join("\n")),
        };
        typed.set("covers", covers);
        typed.set("codes", codes);
        typed.set_what(&definition.what);
        typed
    }

    fn set_what(&mut self, what: &What) {
        if let Some(url) = what.url() {
            self.set("url", url.as_str());
        }
        match what {
            What::HttpProbe(probe) => {
                self.set("method", probe.method.as_str());
                self.set("body", probe.body.clone().unwrap_or_default());
                self.set("conditions", joined(probe.conditions.iter().map(|one| one.text().to_owned())));
                self.set("timeout", length(u64::from(probe.timeout_ms)));
                self.set("max_bytes", size(probe.max_bytes));
                self.set("redirects", probe.redirects.to_string());
            }
            What::JsonPull(pull) => {
                self.set("readings", joined(pull.readings.iter().map(reading)));
                self.set("timeout", length(u64::from(pull.timeout_ms)));
                self.set("max_bytes", size(pull.max_bytes));
            }
            What::PortalIndex766(portal) => {
                self.set("departments", portal.departments.join(", "));
                self.set("year", portal.year.map(|year| year.to_string()).unwrap_or_default());
            }
            What::Push(figures) | What::Upload(figures) | What::Manual(figures) => {
                self.set("metrics", joined(figures.metrics.iter().map(metric)));
            }
            What::PortalCatalog(_) | What::DossierFeed(_) => {}
        }
    }

    /// The kind that the form is for.
    #[must_use]
    pub fn kind(&self) -> Option<SourceKind> {
        word::read(self.get("kind"))
    }

    /// The definition that was typed, as JSON; what is no number stays a text, so that it is found to be none.
    #[must_use]
    pub fn json(&self, kind: SourceKind) -> Value {
        let mut out = Map::new();
        for name in ["id", "name", "owner", "licence", "unit_id"] {
            out.insert(name.to_owned(), json!(self.get(name)));
        }
        out.insert("kind".to_owned(), json!(word::of(&kind)));
        self.number(&mut out, "every", "every_seconds", &|text| whole_seconds(text));
        self.number(&mut out, "max_age", "max_age_seconds", &|text| whole_seconds(text));
        for name in ["host_limit", "daily_budget"] {
            self.number(&mut out, name, name, &|text| text.parse().ok());
        }
        self.number(&mut out, "pause", "pause_ms", &milliseconds);
        let procedures = match self.get("covers") {
            "all" => json!("all"),
            "codes" => json!({ "codes": self.words("codes") }),
            _ => json!("none"),
        };
        out.insert("procedures".to_owned(), procedures);
        self.put_what(&mut out, kind);
        Value::Object(out)
    }

    fn put_what(&self, out: &mut Map<String, Value>, kind: SourceKind) {
        if kind.is_polled() {
            out.insert("url".to_owned(), json!(self.get("url")));
        } else {
            out.remove("every_seconds");
            out.remove("daily_budget");
        }
        if !kind.is_portal() {
            out.remove("pause_ms");
        }
        if matches!(kind, SourceKind::HttpProbe | SourceKind::JsonPull) {
            self.number(out, "timeout", "timeout_ms", &milliseconds);
            self.number(out, "max_bytes", "max_bytes", &read_size);
        }
        match kind {
            SourceKind::HttpProbe => {
                out.insert("method".to_owned(), json!(self.get("method")));
                if !self.get("body").is_empty() {
                    out.insert("body".to_owned(), json!(self.get("body")));
                }
                out.insert("conditions".to_owned(), json!(self.lines("conditions")));
                self.number(out, "redirects", "redirects", &|text| text.parse().ok());
            }
            SourceKind::JsonPull => {
                let all: Vec<Value> = self.lines("readings").into_iter().map(read_reading).collect();
                out.insert("readings".to_owned(), json!(all));
            }
            SourceKind::PortalIndex766 => {
                out.insert("departments".to_owned(), json!(self.words("departments")));
                self.number(out, "year", "year", &|text| text.parse().ok());
            }
            SourceKind::Push | SourceKind::Upload | SourceKind::Manual => {
                let all: Vec<Value> = self.lines("metrics").into_iter().map(read_metric).collect();
                out.insert("metrics".to_owned(), json!(all));
            }
            SourceKind::PortalCatalog | SourceKind::DossierFeed => {}
        }
    }

    fn number(&self, out: &mut Map<String, Value>, name: &str, field: &str, read: &dyn Fn(&str) -> Option<u32>) {
        let text = self.get(name);
        if !text.is_empty() {
            let value = read(text).map_or_else(|| json!(text), |number| json!(number));
            out.insert(field.to_owned(), value);
        }
    }

    fn lines(&self, name: &str) -> Vec<&str> {
        self.get(name).lines().map(str::trim).filter(|line| !line.is_empty()).collect()
    }

    fn words(&self, name: &str) -> Vec<&str> {
        let between = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
        self.get(name).split(between).filter(|word| !word.is_empty()).collect()
    }
}

/// What a new source of a kind begins with.
fn defaults(kind: SourceKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        SourceKind::HttpProbe => &[
            ("url", "https://"),
            ("method", "GET"),
            ("conditions", "status == 200"),
            ("every", "1 phút"),
            ("max_age", "5 phút"),
            ("timeout", "10 giây"),
            ("max_bytes", "1 MB"),
            ("redirects", "3"),
            ("host_limit", "1"),
        ],
        SourceKind::JsonPull => &[
            ("url", "https://"),
            ("every", "1 giờ"),
            ("max_age", "1 ngày"),
            ("timeout", "10 giây"),
            ("max_bytes", "1 MB"),
            ("host_limit", "1"),
        ],
        SourceKind::PortalCatalog | SourceKind::PortalIndex766 => &[
            ("url", "https://dichvucong.gov.vn/"),
            ("every", "1 ngày"),
            ("max_age", "3 ngày"),
            ("pause", "500 ms"),
            ("host_limit", "1"),
            ("licence", "Dữ liệu công khai của Cổng Dịch vụ công quốc gia"),
        ],
        SourceKind::DossierFeed | SourceKind::Push | SourceKind::Upload | SourceKind::Manual => &[("host_limit", "1")],
    }
}

fn seconds(seconds: u32) -> String {
    length(u64::from(seconds) * 1000)
}

fn whole_seconds(text: &str) -> Option<u32> {
    let ms = read_length(text)?;
    ms.is_multiple_of(1000).then(|| u32::try_from(ms / 1000).ok())?
}

fn milliseconds(text: &str) -> Option<u32> {
    read_length(text).and_then(|ms| u32::try_from(ms).ok())
}

fn joined(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

/// Parts of a line, without the empty ones at its end.
fn line(parts: &[&str]) -> String {
    let used = parts.iter().rposition(|part| !part.is_empty()).map_or(0, |last| last + 1);
    parts[..used].join(BETWEEN)
}

/// `name | $.path | unit | $.period | subject | decimal sign`
fn reading(rule: &Rule) -> String {
    let decimal = rule.decimal.map(String::from).unwrap_or_default();
    line(&[&rule.metric, &rule.value, &rule.unit, rule.period.as_deref().unwrap_or_default(), &rule.subject, &decimal])
}

/// Parts of a line; a bar inside a path has no spaces on both sides, or stands twice.
fn parts(text: &str) -> Vec<&str> {
    // A line that ends with an empty part has lost the space behind its bar.
    let text = text.strip_suffix(" |").unwrap_or(text);
    text.split(BETWEEN).map(str::trim).collect()
}

fn read_reading(text: &str) -> Value {
    let parts = parts(text);
    let part = |at: usize| parts.get(at).copied().unwrap_or_default();
    let mut out = json!({ "metric": part(0), "value": part(1), "unit": part(2), "subject": part(4) });
    if !part(3).is_empty() {
        out["period"] = json!(part(3));
    }
    if !part(5).is_empty() {
        out["decimal"] = json!(part(5));
    }
    if parts.len() > 6 {
        out["value"] = json!(text);
    }
    out
}

/// `name | unit | rhythm`
fn metric(one: &Metric) -> String {
    line(&[&one.metric, &one.unit, &one.every_seconds.map(seconds).unwrap_or_default()])
}

fn read_metric(text: &str) -> Value {
    let parts = parts(text);
    let part = |at: usize| parts.get(at).copied().unwrap_or_default();
    let mut out = json!({ "metric": part(0), "unit": part(1) });
    if !part(2).is_empty() {
        // What is no length is refused as one of no seconds.
        out["every_seconds"] = json!(whole_seconds(part(2)).unwrap_or(0));
    }
    if parts.len() > 3 {
        out["metric"] = json!(text);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::source::examine::examine;

    fn round(value: Value) {
        let definition = examine(value).unwrap();
        let typed = Typed::of(&definition);
        assert_eq!(examine(typed.json(definition.what.kind())).unwrap(), definition);
    }

    #[test]
    fn what_is_shown_reads_as_what_it_was() {
        round(json!({"id": "a", "name": "A", "owner": "B", "kind": "http_probe", "every_seconds": 90,
            "url": "https://a.vn/x?y=1", "method": "POST", "body": "{}", "conditions": ["status == 200", "body contains \"a | b\""],
            "timeout_ms": 800, "max_bytes": 1000, "redirects": 0, "procedures": {"codes": ["1.001193"]},
            "daily_budget": 100, "unit_id": "H44", "max_age_seconds": 86_400}));
        round(json!({"id": "a", "name": "A", "owner": "B", "licence": "L", "kind": "json_pull", "every_seconds": 60,
            "url": "https://a.vn/", "procedures": "all", "readings": [
                {"metric": "n", "value": "$.a[?@.x == 1 || @.y == 2].n", "subject": "H44", "decimal": ","},
                {"metric": "m", "value": "$.m", "unit": "hồ sơ", "period": "$.p"}]}));
        round(json!({"id": "a", "name": "A", "owner": "B", "kind": "manual",
            "metrics": [{"metric": "n", "unit": "hồ sơ"}, {"metric": "m", "every_seconds": 86_400}, {"metric": "o"}]}));
        round(
            json!({"id": "a", "name": "A", "owner": "B", "licence": "L", "kind": "portal_index766", "every_seconds": 60,
            "url": "https://a.vn/", "departments": ["H44", "H26.16"], "year": 2026}),
        );
        round(json!({"id": "a", "name": "A", "owner": "B", "kind": "dossier_feed"}));
    }

    #[test]
    fn what_is_no_number_is_found_to_be_none() {
        let mut typed = Typed::new(SourceKind::HttpProbe);
        for (name, text) in [("id", "a"), ("name", "A"), ("owner", "B"), ("url", "https://a.vn/"), ("every", "hay hay")]
        {
            typed.set(name, text);
        }
        let wrong = examine(typed.json(SourceKind::HttpProbe)).unwrap_err();
        assert_eq!(wrong.iter().map(|one| one.field.as_str()).collect::<Vec<_>>(), ["every_seconds"]);
    }
}
