//! `service-results`: the whole country as captured; months, quarters and the departments of a province constructed.

use axum::response::Response;
use serde_json::{Value, json};

use super::places::Place;
use super::request::{Period, Request};
use crate::simulator::answer::{self, Refusal};
use crate::simulator::captures::made_up::two_decimals;
use crate::simulator::captures::model::{Captures, Department};
use crate::simulator::state::State;

/// Averages of months that stand for those which nothing was captured of.
const TYPICAL: f64 = 50.0;

/// The answer of `service-results`.
///
/// # Errors
/// 400 for a period that makes no sense, 404 for an unknown department.
pub fn service_results(state: &State, request: &Request) -> Result<Response, Refusal> {
    let captures = &state.captures;
    let period = Period { known: captures.reporting.known, ..request.period()? };
    if let Some(id) = request.root_department_id.as_deref().filter(|id| !id.is_empty()) {
        let place = Place::find(captures, id).ok_or_else(|| Refusal::not_found("Không có đơn vị này"))?;
        let place = place.grown(period);
        let below: Vec<Department> = place.below().into_iter().map(|p| p.department).collect();
        let rows = if period.has_data() { below.as_slice() } else { &[] };
        return Ok(answer::constructed(&data(Some(&place.department), rows, period)));
    }
    if let Some(text) = &captures.reporting.service_results
        && period.is_year()
        && period.has_data()
    {
        return Ok(answer::captured(text));
    }
    let rows: Vec<Department> = match scale(captures, period) {
        Some(scale) => captures.reporting.departments.iter().map(|d| scaled(d, scale)).collect(),
        None => Vec::new(),
    };
    Ok(answer::constructed(&data(None, &rows, period)))
}

/// How the average of a period relates to the year's; `None` where there are no figures.
fn scale(captures: &Captures, period: Period) -> Option<f64> {
    if !period.has_data() {
        return None;
    }
    if period.is_year() {
        return Some(period.grown());
    }
    let text = captures.reporting.service_results.as_deref();
    let answer: Value = text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let year = answer["data"]["overview"]["totalScore"].as_f64().unwrap_or(TYPICAL);
    let (first, last) = period.within();
    let months: Vec<f64> = (first..=last)
        .map(|month| {
            let chart = answer["data"]["monthlyChart"].as_array();
            let row = chart.and_then(|rows| rows.get(usize::from(month) - 1));
            row.and_then(|r| r["averageScore"].as_f64()).unwrap_or(TYPICAL)
        })
        .collect();
    let sum: f64 = months.iter().sum();
    Some(sum / f64::from(period.months()) / year * period.grown())
}

/// A department with its points scaled, each within the most that it can be.
#[must_use]
pub fn scaled(department: &Department, scale: f64) -> Department {
    let mut scaled = department.clone();
    for (points, (_, most)) in scaled.points.iter_mut().zip(Department::GROUPS) {
        *points = two_decimals((*points * scale).min(most));
    }
    scaled
}

fn data(of: Option<&Department>, rows: &[Department], period: Period) -> Value {
    let total = |d: &Department| two_decimals(d.points.iter().sum());
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    let average = || two_decimals(rows.iter().map(total).sum::<f64>() / f64::from(count));
    let shown = match of {
        _ if count == 0 => None,
        Some(department) => Some(total(department)),
        None => Some(average()),
    };
    let mut evaluation: Vec<Value> = rows
        .iter()
        .map(|d| {
            let groups: serde_json::Map<String, Value> =
                Department::GROUPS.iter().zip(d.points).map(|((key, _), p)| ((*key).to_owned(), json!(p))).collect();
            json!({ "departmentId": d.id, "departmentName": d.name, "departmentCode": d.code,
                "totalScore": total(d), "ratio": total(d), "scoreDelta": null, "groupScores": groups })
        })
        .collect();
    evaluation
        .sort_by(|a, b| b["totalScore"].as_f64().unwrap_or(0.0).total_cmp(&a["totalScore"].as_f64().unwrap_or(0.0)));
    // Only a year has a chart of its months: a month would contradict what was told of the others.
    let chart: Vec<Value> = (1..=12_u8)
        .filter(|_| period.is_year())
        .map(|month| {
            let of_month = Period { first: month, last: month, ..period };
            let score = shown.filter(|_| of_month.has_data());
            let score = score.map(|score| two_decimals(score * of_month.grown() / period.grown()));
            json!({ "month": format!("{month:02}"), "averageScore": score })
        })
        .collect();
    json!({
        "overview": { "departmentName": of.map_or("Cả nước", |d| &d.name), "departmentCode": of.map(|d| &d.code),
            "totalScore": shown, "totalMaxScore": 100, "ratio": shown },
        "growthPercent": null, "radar": [], "donuts": { "onlineDossier": [], "onlineProvision": [] },
        "evaluation": evaluation, "monthlyChart": chart, "dossierChart": [],
    })
}
