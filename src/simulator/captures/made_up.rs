//! Answers without captures: the starter catalog put into the portal's formats, and departments with made-up scores.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::model::{Captures, Department, Detail, Item};
use crate::catalog::model::{Channel, Fee, FeeKind, Level, Procedure, ProcedureKind, TimeLimit, TimeUnit};
use crate::catalog::{source, starter};
use crate::simulator::chance::{Chance, fingerprint};

/// Provinces by agency code, the portal's identifier where it is known, and their code as a unit.
const PROVINCES: [(&str, &str, &str, &str); 5] = [
    ("H31", "019d2be3-6a88-732b-8b0b-a4fad4f39fbc", "Tỉnh Hưng Yên", "33"),
    ("H44", "019d2be3-6a88-732b-8b17-b68020c8553a", "Tỉnh Phú Thọ", "25"),
    ("H20", "019d2be3-6a85-74ec-a344-751a7a0bbdb5", "Tỉnh Đồng Tháp", "82"),
    ("H24", "019d2be3-6a85-74ec-a349-88e0abf6a032", "Thành phố Hải Phòng", "31"),
    ("H42", "019d2be3-6a88-732b-8b15-828ae2e74c00", "Tỉnh Ninh Bình", "37"),
];

/// The starter catalog in the portal's formats.
///
/// # Errors
/// When a line of the starter catalog cannot be put into the format.
pub fn captures() -> Result<Captures, serde_json::Error> {
    let mut captures = Captures { made_up: true, ..Captures::default() };
    let mut procedures: Vec<Procedure> = starter::PROCEDURES.lines().filter_map(procedure).collect();
    procedures.sort_by(|a, b| b.portal_id.cmp(&a.portal_id));
    for procedure in &procedures {
        captures.add_item(Item::read(&serde_json::to_string(&list_item(procedure))?)?);
        // A procedure of which the starter catalog knows no more than the list does has no detail: that occurs, too.
        if !procedure.channels.is_empty() {
            let data = serde_json::to_string(&detail(procedure))?;
            captures.details.insert(id_of(procedure), Detail::Data(data.into()));
        }
    }
    let rows: Vec<Value> = PROVINCES
        .iter()
        .map(|(code, _, name, unit)| json!({ "id": made_id(code), "name": name, "code": unit, "state": "ACTIVE" }))
        .collect();
    let provinces = json!({ "code": "OK", "message": "OK",
        "data": { "rows": rows, "count": rows.len(), "lastId": PROVINCES[PROVINCES.len() - 1].3 } });
    captures.provinces = Some(provinces.to_string().into());
    captures.reporting.departments = departments();
    Ok(captures)
}

/// Departments with made-up scores.
#[must_use]
pub fn departments() -> Vec<Department> {
    let of = |(code, id, name, _): (&str, &str, &str, &str)| {
        let mut chance = Chance::named(766, code);
        let points = Department::GROUPS.map(|(_, most)| two_decimals(most * (0.45 + 0.5 * chance.share())));
        let mut letters = name.chars();
        let first = letters.next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
        let name = format!("UBND {first}{}", letters.as_str());
        Department { id: id.to_owned(), code: code.to_owned(), name, points }
    };
    PROVINCES.into_iter().map(of).collect()
}

/// Rounded to two decimals, as the portal prints scores.
#[must_use]
pub fn two_decimals(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// An identifier that cannot be taken for one of the portal's: it begins with zeros.
#[must_use]
pub fn made_id(name: &str) -> String {
    format!("00000000-0000-7000-8000-{:012x}", fingerprint(name) & 0xffff_ffff_ffff)
}

fn procedure(line: &str) -> Option<Procedure> {
    let record = source::read(line.as_bytes()).ok()?.into_iter().next()?;
    let mut procedure = Procedure::default();
    source::apply(&record, &mut procedure);
    Some(procedure)
}

fn id_of(p: &Procedure) -> String {
    p.portal_id.clone().unwrap_or_else(|| made_id(p.code.as_str()))
}

const fn kind_word(kind: ProcedureKind) -> &'static str {
    match kind {
        ProcedureKind::Standard => "STANDARD",
        ProcedureKind::Specific => "SPECIFIC",
        ProcedureKind::Internal => "STANDARD_INTERNAL",
    }
}

fn list_item(p: &Procedure) -> Value {
    json!({
        "id": id_of(p), "name": p.name, "code": p.code, "codeNotation": p.code,
        "categories": p.fields, "categoryIds": p.fields.iter().map(|f| made_id(f)).collect::<Vec<_>>(),
        "departments": p.handling_agencies,
        "departmentPromulgate": p.issuer, "departmentPromulgateId": p.issuer.as_deref().map(made_id),
        "formalityTargetType": p.audiences, "state": "UPDATED", "type": kind_word(p.kind),
    })
}

fn named(names: &[String]) -> Vec<Value> {
    names.iter().map(|name| json!({ "id": made_id(name), "name": name })).collect()
}

fn detail(p: &Procedure) -> Value {
    let mut data = json!({
        "id": id_of(p), "code": p.code, "codeNotation": p.code, "name": p.name,
        "description": p.description.clone().unwrap_or_default(),
        "state": "UPDATED", "type": kind_word(p.kind),
        "isWard": p.levels.contains(&Level::Commune), "isProvince": p.levels.contains(&Level::Province),
        "isMinistry": p.levels.contains(&Level::Ministry), "isOtherAgency": p.levels.contains(&Level::Other),
        "isOfflineOnly": false,
        "executionSteps": p.steps.iter().map(|s| json!({ "name": s.title.clone().unwrap_or_default(), "description": s.text })).collect::<Vec<_>>(),
        "executionMethods": methods(p),
        "executionCases": [{ "name": "", "profileComponents": papers(p) }],
        "categoriesDetails": named(&p.fields),
        "unitGroupsExecuting": named(&p.handling_agencies),
        "subjectTypesDetails": named(&p.audiences),
        "resultsDetails": named(&p.results),
        "legalBasisesDetails": p.legal_basis.iter().map(|a| json!({ "name": a.name, "code": a.number })).collect::<Vec<_>>(),
        "departmentPromulgateName": p.issuer, "departmentPromulgateId": p.issuer.as_deref().map(made_id),
        "procedureProposal": { "proposalNumber": p.decision },
        "cases": [], "fees": [], "profileComponents": [], "targetObjects": [], "procedureRelatedGroup": [],
    });
    if let Some(full) = p.declared_full {
        data["isFullProcess"] = json!(full);
    }
    data
}

fn papers(p: &Procedure) -> Vec<Value> {
    let paper = |paper: &crate::catalog::model::Paper| json!({ "name": paper.name, "originalQty": paper.originals, "copyQty": paper.copies, "required": false });
    p.papers.iter().map(paper).collect()
}

const fn channel_word(channel: Channel) -> &'static str {
    match channel {
        Channel::Online => "ONLINE",
        Channel::Direct => "DIRECT",
        Channel::Postal => "POSTAL",
    }
}

/// One method for each channel and each of its times; fees stand with the first.
fn methods(p: &Procedure) -> Vec<Value> {
    let mut fees: BTreeMap<Option<Channel>, Vec<Value>> = BTreeMap::new();
    for fee in &p.fees {
        fees.entry(fee.channel).or_default().push(fee_item(fee));
    }
    let mut methods = Vec::new();
    let mut method = |channel: Channel, time: Option<&TimeLimit>| {
        let (amount, unit) = time.map_or((Value::Null, "OTHER"), time_words);
        let fees = fees.remove(&Some(channel)).unwrap_or_default();
        methods.push(json!({ "submissionMethod": channel_word(channel), "processingTime": amount,
            "processingTimeUnit": unit, "description": "", "fees": fees }));
    };
    for time in &p.time_limits {
        if let Some(channel) = time.channel {
            method(channel, Some(time));
        }
    }
    for channel in &p.channels {
        if !p.time_limits.iter().any(|t| t.channel == Some(*channel)) {
            method(*channel, None);
        }
    }
    methods
}

fn time_words(time: &TimeLimit) -> (Value, &'static str) {
    let Some(value) = time.value else { return (json!(time.raw), "OTHER") };
    let unit = match value.unit {
        TimeUnit::WorkingDay => "WORKING_DAY",
        TimeUnit::Day => "DAY",
        TimeUnit::Hour => "HOUR",
        TimeUnit::Month => "MONTH",
    };
    // Whole numbers are written without a point, as the portal does.
    #[expect(clippy::cast_possible_truncation, reason = "a count of days of at most four digits")]
    let amount = if value.amount.fract() == 0.0 { json!(value.amount as i64) } else { json!(value.amount) };
    (amount, unit)
}

fn fee_item(fee: &Fee) -> Value {
    let kind = match fee.kind {
        FeeKind::Fee => "FEE",
        FeeKind::Charge => "SERVICE_FEE",
        FeeKind::Price => "PRICE_LEVEL",
        FeeKind::Unknown => "OTHER",
    };
    json!({ "type": kind, "value": fee.amount, "currencyId": "", "description": fee.raw })
}
