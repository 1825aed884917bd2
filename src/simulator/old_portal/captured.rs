//! Reads captured rows of the former portal.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::simulator::captures::Captures;

/// Services of the former portal's rows.
pub const ONLINE_SERVICES: &str = "get_ds_tthc_da_cong_bo_dvc_service";
/// The ministries and provinces.
pub const AGENCIES: &str = "procedure_get_list_agency_by_type_service_v2";
/// The fields.
pub const FIELDS: &str = "procedure_get_list_field_service_v2";
/// Decisions that published procedures.
pub const DECISIONS: &str = "decision_publishment_advanced_search_service_v2";
/// Procedures of a decision.
pub const DECISION_PROCEDURES: &str = "get_procedures_by_dp_id_service_v2";
/// Index 766 of provinces over a year.
pub const INDEX: &str = "report_tinh_766_service";
/// Index 766 of provinces in a month; no service of its own, the period decides.
pub const INDEX_MONTH: &str = "report_tinh_766_service/month";
/// Index 766 of one province's departments.
pub const INDEX_BELOW: &str = "report_tinh_766_service/below";

#[derive(Deserialize)]
struct Rows<'a> {
    #[serde(borrow, default)]
    rows: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Samples<'a> {
    #[serde(borrow)]
    online_services: Rows<'a>,
    #[serde(borrow)]
    agencies: Rows<'a>,
    #[serde(borrow)]
    fields: Rows<'a>,
    #[serde(borrow)]
    decisions: Rows<'a>,
    #[serde(borrow)]
    decision_procedures: Rows<'a>,
    #[serde(borrow)]
    index_766: Rows<'a>,
}

#[derive(Deserialize)]
struct Scores<'a> {
    #[serde(borrow)]
    sheets: HashMap<String, Vec<&'a RawValue>>,
}

fn kept(rows: &[&RawValue]) -> Vec<Box<str>> {
    rows.iter().map(|row| row.get().into()).collect()
}

/// Loads the rows of a folder and of the scores beside it; what is missing is named.
pub fn load(folder: &Path, captures: &mut Captures) {
    if let Err(reason) = samples(&folder.join("old_rest_jsp.json"), captures) {
        captures.missing.push(format!("the former portal: {reason}"));
    }
    if let Err(reason) = scores(&folder.join("../metrics/old_portal_766_2025-10.json"), captures) {
        captures.missing.push(format!("scores of the former portal: {reason}"));
    }
}

fn samples(path: &Path, captures: &mut Captures) -> Result<(), String> {
    let text = fs::read_to_string(path).map_err(|e| e.to_string())?;
    let samples: Samples = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    for (service, rows) in [
        (ONLINE_SERVICES, samples.online_services),
        (AGENCIES, samples.agencies),
        (FIELDS, samples.fields),
        (DECISIONS, samples.decisions),
        (DECISION_PROCEDURES, samples.decision_procedures),
        (INDEX, samples.index_766),
    ] {
        captures.old_portal.insert(service.to_owned(), kept(&rows.rows));
    }
    Ok(())
}

fn scores(path: &Path, captures: &mut Captures) -> Result<(), String> {
    let text = fs::read_to_string(path).map_err(|e| e.to_string())?;
    let scores: Scores = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    let sheet = |name: &str| scores.sheets.get(name).map(|rows| kept(rows)).unwrap_or_default();
    let mut below = sheet("Sở Ban");
    below.extend(sheet("Xã Phường"));
    captures.old_portal.insert(INDEX.to_owned(), sheet("Điểm năm"));
    captures.old_portal.insert(INDEX_MONTH.to_owned(), sheet("Điểm tháng"));
    captures.old_portal.insert(INDEX_BELOW.to_owned(), below);
    Ok(())
}
