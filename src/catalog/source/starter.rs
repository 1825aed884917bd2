//! A line of the starter catalog: facts with our own short texts, already typed.

use serde::Deserialize;
use serde_json::Value;

use super::reject::Reject;
use super::{Shape, SourceRecord, begin, list, value};
use crate::catalog::legal;
use crate::catalog::model::{Channel, Duration, Fee, FeeKind, Level, Paper, Procedure, Step, TimeLimit, TimeUnit};
use crate::catalog::text;

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    fields: Vec<String>,
    issuer: Option<String>,
    agencies: Vec<String>,
    levels: Vec<Level>,
    audiences: Vec<String>,
    channels: Vec<Channel>,
    time_limits: Vec<Time>,
    fees: Vec<Money>,
    decision: Option<String>,
    acts: Vec<Act>,
    papers: Vec<Sheet>,
    steps: Vec<String>,
    results: Vec<String>,
    description: Option<String>,
    full: Option<bool>,
}

#[derive(Deserialize)]
struct Time {
    channel: Option<Channel>,
    raw: String,
    amount: Option<f64>,
    unit: Option<TimeUnit>,
}

#[derive(Deserialize)]
struct Money {
    channel: Option<Channel>,
    kind: FeeKind,
    amount: Option<i64>,
    raw: String,
}

#[derive(Deserialize)]
struct Act {
    number: String,
    name: String,
}

#[derive(Deserialize)]
struct Sheet {
    name: String,
    originals: Option<u32>,
    copies: Option<u32>,
}

/// Reads a line.
pub fn read(value: &Value) -> Result<SourceRecord, Reject> {
    let mut record = begin(value, Shape::Starter)?;
    let name = text::line(&value::required_text(value, "name")?);
    let line: Line = serde_json::from_value(value.clone()).map_err(|e| Reject::Json(e.to_string()))?;
    let portal_id = value::text(value, "id", &mut record.warnings);
    record.retired = Some(false);
    record.detail = Some(procedure(name, portal_id, line));
    Ok(record)
}

fn procedure(name: String, portal_id: Option<String>, line: Line) -> Procedure {
    let portal_url = portal_id.as_ref().map(|id| format!("https://dichvucong.gov.vn/thu-tuc-hanh-chinh/{id}"));
    let time = |t: Time| TimeLimit {
        channel: t.channel,
        case: None,
        value: t.amount.zip(t.unit).map(|(amount, unit)| Duration { amount, unit }),
        raw: t.raw,
    };
    let paper = |s: Sheet| Paper {
        group: None,
        name: s.name,
        originals: s.originals,
        copies: s.copies,
        note: false,
        form: false,
    };
    Procedure {
        name,
        kind: list::kind(&line.kind).unwrap_or_default(),
        portal_id,
        portal_url,
        fields: line.fields,
        issuer: line.issuer,
        handling_agencies: line.agencies,
        levels: line.levels,
        audiences: line.audiences,
        channels: line.channels,
        time_limits: line.time_limits.into_iter().map(time).collect(),
        fees: line
            .fees
            .into_iter()
            .map(|m| Fee { channel: m.channel, kind: m.kind, amount: m.amount, raw: m.raw })
            .collect(),
        steps: (1..).zip(line.steps).map(|(order, text)| Step { order, title: None, text }).collect(),
        papers: line.papers.into_iter().map(paper).collect(),
        legal_basis: line.acts.iter().filter_map(|a| legal::act(&a.number, &a.name, "")).collect(),
        results: line.results,
        description: line.description,
        decision: line.decision,
        declared_full: line.full,
        ..Procedure::default()
    }
}
