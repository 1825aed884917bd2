//! Captures in a folder: the list, details, provinces, reports, the former portal.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::load::each_line;
use super::model::{Captures, Department, Detail, Item};
use crate::simulator::old_portal;

/// Loads a folder; what it lacks is named in [`Captures::missing`].
#[must_use]
pub fn load(folder: &Path) -> Captures {
    let mut captures = Captures::default();
    load_list(folder, &mut captures);
    load_details(folder, &mut captures);
    captures.provinces = text(&folder.join("new_provinces_response.json"), &mut captures.missing);
    load_reports(folder, &mut captures);
    load_fragments(folder, &mut captures);
    old_portal::captured::load(folder, &mut captures);
    captures
}

/// The file with this name, packed or not.
fn lines_file(folder: &Path, name: &str) -> PathBuf {
    let packed = folder.join(format!("{name}.gz"));
    if packed.exists() { packed } else { folder.join(name) }
}

fn load_list(folder: &Path, captures: &mut Captures) {
    let path = lines_file(folder, "catalog.jsonl");
    let mut items = Vec::new();
    let read = each_line(&path, |line| {
        items.push(Item::read(line).map_err(|e| e.to_string())?);
        Ok(())
    });
    match read {
        Ok(odd) => captures.missing.extend(odd),
        Err(error) => captures.missing.push(format!("the list: {error}")),
    }
    for item in items {
        captures.add_item(item);
    }
}

fn load_details(folder: &Path, captures: &mut Captures) {
    let path = lines_file(folder, "details.jsonl");
    let details = &mut captures.details;
    let read = each_line(&path, |line| {
        details.insert(detail_id(line)?, Detail::Answer(line.into()));
        Ok(())
    });
    match read {
        Ok(odd) => captures.missing.extend(odd),
        Err(error) => captures.missing.push(format!("details: {error}")),
    }
    for path in files(folder, "new_detail_") {
        // The request sample stands beside the answers and has no identifier of its own.
        let Some(answer) = text(&path, &mut captures.missing) else { continue };
        if let Ok(id) = detail_id(&answer) {
            captures.details.entry(id).or_insert(Detail::Answer(answer));
        }
    }
}

/// Files of a folder by the beginning of their names, in the order of their names.
fn files(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|e| e.path()).filter(|p| named(p, prefix)).collect();
    paths.sort();
    paths
}

fn named(path: &Path, prefix: &str) -> bool {
    let json = path.extension().is_some_and(|e| e == "json");
    json && path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(prefix))
}

/// The identifier that a detail answer is about.
fn detail_id(answer: &str) -> Result<String, String> {
    #[derive(Deserialize)]
    struct Data {
        id: String,
    }
    #[derive(Deserialize)]
    struct Answer {
        data: Data,
    }
    // Every answer of the capture begins so: ten megabytes need not be parsed to start.
    if let Some(rest) = answer.strip_prefix("{\"code\":\"OK\",\"data\":{\"id\":\"")
        && let Some(end) = rest.find(['"', '\\'])
        && rest[end..].starts_with('"')
    {
        return Ok(rest[..end].to_owned());
    }
    serde_json::from_str::<Answer>(answer).map(|a| a.data.id).map_err(|e| e.to_string())
}

/// A file's text, or a word about what is missing.
fn text(path: &Path, missing: &mut Vec<String>) -> Option<Box<str>> {
    match fs::read_to_string(path) {
        Ok(text) => Some(text.into()),
        Err(error) => {
            missing.push(format!("{}: {error}", path.display()));
            None
        }
    }
}

/// The answer inside a capture that says where it comes from.
fn response(path: &Path, missing: &mut Vec<String>) -> Option<Box<str>> {
    #[derive(Deserialize)]
    struct Wrapped<'a> {
        #[serde(borrow)]
        response: &'a RawValue,
    }
    let whole = text(path, missing)?;
    match serde_json::from_str::<Wrapped>(&whole) {
        Ok(wrapped) => Some(wrapped.response.get().into()),
        Err(error) => {
            missing.push(format!("{}: {error}", path.display()));
            None
        }
    }
}

fn load_reports(folder: &Path, captures: &mut Captures) {
    let missing = &mut captures.missing;
    let beside = folder.join("../metrics/service-results_national_2026-09-17.json");
    let path = folder.join("new_reporting_service-results.json");
    let reporting = &mut captures.reporting;
    reporting.service_results = text(if path.exists() { &path } else { &beside }, missing);
    reporting.transparency = response(&folder.join("new_reporting_transparency.json"), missing);
    reporting.provide_online = response(&folder.join("new_reporting_provide-online-tree.json"), missing);
    if let Some(answer) = &reporting.service_results {
        reporting.departments = departments(answer);
    }
    if let Some(answer) = response(&folder.join("new_reporting_formalities.json"), missing) {
        reporting.formalities = formalities(&answer);
    }
}

/// The departments of an answer of `service-results`; none where it is not of that shape.
#[must_use]
pub fn departments(answer: &str) -> Vec<Department> {
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    let rows = answer["data"]["evaluation"].as_array().cloned().unwrap_or_default();
    let word = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let points = |row: &Value| Department::GROUPS.map(|(key, _)| row["groupScores"][key].as_f64().unwrap_or(0.0));
    rows.iter()
        .map(|row| Department {
            id: word(row, "departmentId"),
            code: word(row, "departmentCode"),
            name: word(row, "departmentName"),
            points: points(row),
        })
        .collect()
}

fn formalities(answer: &str) -> Vec<(String, Box<str>)> {
    #[derive(Deserialize)]
    struct Data<'a> {
        #[serde(borrow)]
        items: Vec<&'a RawValue>,
    }
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        data: Data<'a>,
    }
    #[derive(Deserialize)]
    struct Row {
        code: String,
    }
    let Ok(answer) = serde_json::from_str::<Answer>(answer) else { return Vec::new() };
    let rows = answer.data.items.iter();
    rows.filter_map(|raw| Some((serde_json::from_str::<Row>(raw.get()).ok()?.code, raw.get().into()))).collect()
}

fn load_fragments(folder: &Path, captures: &mut Captures) {
    #[derive(Deserialize)]
    struct Children {
        #[serde(rename = "dvc-progress-tree.children[]")]
        progress: Vec<Value>,
        #[serde(rename = "formality-online-payment-tree.children[]")]
        payment: Vec<Value>,
    }
    let path = folder.join("new_reporting_progress_and_payment_children.json");
    if let Some(whole) = text(&path, &mut captures.missing) {
        match serde_json::from_str::<Children>(&whole) {
            Ok(children) => {
                captures.reporting.progress_children = children.progress;
                captures.reporting.payment_children = children.payment;
            }
            Err(error) => captures.missing.push(format!("{}: {error}", path.display())),
        }
    }
    let path = folder.join("new_reporting_province_components_sample.json");
    if let Some(whole) = text(&path, &mut captures.missing) {
        let sample: Value = serde_json::from_str(&whole).unwrap_or_default();
        captures.reporting.components = sample.get("province").cloned();
    }
}
