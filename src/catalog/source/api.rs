//! The portal's detail API: `response.data`.

use serde_json::Value;

use super::{list, value};
use crate::catalog::code::ProcedureCode;
use crate::catalog::model::{Channel, Fee, Level, Paper, Procedure, Step, TimeLimit};
use crate::catalog::{fee, legal, text, time_limit};

/// Reads a detail.
pub fn read(data: &Value, warnings: &mut Vec<String>) -> Procedure {
    let w = warnings;
    let mut p = Procedure {
        code: ProcedureCode::default(),
        name: value::text(data, "name", w).unwrap_or_default(),
        kind: value::text(data, "type", w).and_then(|t| list::kind(&t)).unwrap_or_default(),
        portal_id: value::text(data, "id", w),
        source_state: value::text(data, "state", w),
        fields: fields(data, w),
        issuer: value::text(data, "departmentPromulgateName", w),
        handling_agencies: agencies(data, "departmentsExecuting", "unitGroupsExecuting", "executingAgencies", w),
        deciding_agencies: agencies(data, "departmentsAuthority", "unitGroupsAuthority", "authorizedAgencies", w),
        coordinating_agencies: agencies(
            data,
            "departmentsCoordinating",
            "unitGroupsCoordinating",
            "coordinatingAgencies",
            w,
        ),
        receiving_address: value::text(data, "dossierReceivingAddresses", w),
        levels: levels(data),
        audiences: value::names(data, "subjectTypesDetails", w),
        conditions: value::long_text(data, "requirementsAndConditions", w),
        results: value::names(data, "resultsDetails", w),
        description: value::long_text(data, "description", w),
        keywords: value::text(data, "keywords", w),
        decision: decision(data, w),
        declared_full: value::flag(data, "isFullProcess", w),
        steps: steps(data, w),
        papers: papers(data, w),
        ..Procedure::default()
    };
    for act in value::list(data, "legalBasisesDetails", w) {
        let field = |name| act.get(name).and_then(Value::as_str).unwrap_or_default();
        p.legal_basis.extend(legal::act(field("code"), field("name"), ""));
    }
    for method in value::list(data, "executionMethods", w) {
        read_method(method, &mut p, w);
    }
    for case in value::list(data, "cases", w) {
        let read = case.get("processingDay").and_then(time_limit::of_case);
        if let Some((value, raw)) = read {
            let name = value::text(case, "name", w);
            p.time_limits.push(TimeLimit { channel: None, case: name, value, raw });
        }
    }
    p
}

fn fields(data: &Value, w: &mut Vec<String>) -> Vec<String> {
    let of_list = value::names(data, "categoriesDetails", w);
    if !of_list.is_empty() {
        return of_list;
    }
    data.get("category").and_then(|c| value::text(c, "name", w)).into_iter().collect()
}

fn agencies(data: &Value, departments: &str, groups: &str, words: &str, w: &mut Vec<String>) -> Vec<String> {
    let mut all = value::names(data, departments, w);
    all.extend(value::names(data, groups, w));
    if all.is_empty() {
        all.extend(value::text(data, words, w));
    }
    all.dedup();
    all
}

fn levels(data: &Value) -> Vec<Level> {
    [
        ("isMinistry", Level::Ministry),
        ("isProvince", Level::Province),
        ("isWard", Level::Commune),
        ("isOtherAgency", Level::Other),
    ]
    .into_iter()
    .filter(|(flag, _)| data.get(*flag).and_then(Value::as_bool) == Some(true))
    .map(|(_, level)| level)
    .collect()
}

fn decision(data: &Value, w: &mut Vec<String>) -> Option<String> {
    let proposal = data.get("procedureProposal").and_then(|p| value::text(p, "proposalNumber", w));
    proposal.or_else(|| value::text(data, "decisionNo", w)).and_then(|t| value::decision(&t))
}

fn steps(data: &Value, w: &mut Vec<String>) -> Vec<Step> {
    let mut steps = Vec::new();
    for step in value::list(data, "executionSteps", w) {
        let title = value::text(step, "name", w);
        let text = value::long_text(step, "description", w).unwrap_or_default();
        if title.is_some() || !text.is_empty() {
            steps.push(Step { order: u32::try_from(steps.len()).unwrap_or(u32::MAX) + 1, title, text });
        }
    }
    steps
}

fn papers(data: &Value, w: &mut Vec<String>) -> Vec<Paper> {
    let mut papers = Vec::new();
    for case in value::list(data, "executionCases", w) {
        let group = value::text(case, "name", w).map(|g| g.trim_matches(['*', ' ', ':']).to_owned());
        let group = group.filter(|g| !g.is_empty());
        for component in value::list(case, "profileComponents", w) {
            let Some(name) = value::long_text(component, "name", w) else { continue };
            let quantity = |field| component.get(field).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
            let (originals, copies) = (quantity("originalQty"), quantity("copyQty"));
            let form = component.get("attachments").and_then(Value::as_array).is_some_and(|a| !a.is_empty());
            papers.push(Paper {
                group: group.clone(),
                name,
                originals,
                copies,
                note: originals.unwrap_or(0) == 0 && copies.unwrap_or(0) == 0 && !form,
                form,
            });
        }
    }
    papers
}

fn read_method(method: &Value, p: &mut Procedure, w: &mut Vec<String>) {
    let channel: Option<Channel> = value::text(method, "submissionMethod", w).and_then(|word| value::channel(&word));
    value::add_channel(&mut p.channels, channel);
    let unit = value::text(method, "processingTimeUnit", w).unwrap_or_default();
    let time = method.get("processingTime").unwrap_or(&Value::Null);
    let (value, mut raw) = time_limit::of_api(time, &unit);
    if let Some(description) = value::long_text(method, "description", w) {
        raw = if raw.is_empty() { description } else { format!("{raw}\n{description}") };
    }
    if !raw.is_empty() {
        p.time_limits.push(TimeLimit { channel, case: None, value, raw });
    }
    for item in value::list(method, "fees", w) {
        let words = value::long_text(item, "description", w).unwrap_or_default();
        let number = item.get("value").and_then(number);
        let raw = match (number, words.is_empty()) {
            (Some(n), true) => format!("{n} đồng"),
            (None, true) => continue,
            (_, false) => text::lines(&words),
        };
        let kind = fee::kind_of_api(item.get("type").and_then(Value::as_str).unwrap_or_default());
        p.fees.push(Fee { channel, kind, amount: fee::amount(number, &words), raw });
    }
}

/// A number, also where it is written as text.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str().and_then(|s| s.trim().parse().ok()))
}
