//! Chooses for each report between what was captured and what is constructed.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::response::Response;
use axum::{Router, routing};
use serde_json::Value;

use super::metrics::{DIGITIZED, SATISFACTION, TRANSPARENCY};
use super::places::Place;
use super::request::{Period, Request};
use super::trees::{self, Asked};
use super::{formalities, results};
use crate::simulator::answer::{self, Refusal};
use crate::simulator::state::State;

/// Where the reports stand.
pub const EVALUATION: &str = "/api/v1/reporting/evaluation";
/// Where the reports find procedures.
pub const FORMALITIES: &str = "/api/v1/reporting/formalities";

/// The routes of the reports.
pub fn routes() -> Router<Arc<State>> {
    Router::new()
        .route("/api/v1/reporting/evaluation/{report}", routing::post(report))
        .route(FORMALITIES, routing::post(formalities::formalities))
}

/// A report of index 766.
///
/// # Errors
/// 400 for a request that cannot be understood, 404 for an unknown report or department.
pub async fn report(
    Shared(state): Shared<Arc<State>>,
    Path(report): Path<String>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let request: Request = answer::read(&body)?;
    match report.as_str() {
        "service-results" => results::service_results(&state, &request),
        "transparency" => {
            let (place, period) = asked(&state, &request, Request::period)?;
            if let Some(text) = captured(state.captures.reporting.transparency.as_deref(), "overview", &place, period) {
                return Ok(answer::captured(text));
            }
            Ok(answer::constructed(&TRANSPARENCY.data(&place, period, request.procedure(), state.seed, &request)))
        }
        "handling-satisfaction" => {
            // It has no view of one procedure: an identifier narrows nothing.
            let (place, period) = asked(&state, &request, Request::days)?;
            Ok(answer::constructed(&SATISFACTION.data(&place, period, None, state.seed, &request)))
        }
        "dossier-digitized" => {
            let (place, period) = asked(&state, &request, Request::period)?;
            let procedure = request.procedure_capital();
            Ok(answer::constructed(&DIGITIZED.data(&place, period, procedure, state.seed, &request)))
        }
        "dvc-progress-tree" | "provide-online-tree" | "formality-online-payment-tree" => {
            tree(&state, &report, &request)
        }
        _ => Err(Refusal::not_found("Không có báo cáo này")),
    }
}

fn tree(state: &State, report: &str, request: &Request) -> Result<Response, Refusal> {
    let (place, period) = asked(state, request, Request::period)?;
    let captures = &state.captures.reporting;
    let asked = Asked { place: &place, period, procedure: request.procedure(), seed: state.seed };
    Ok(match report {
        "dvc-progress-tree" => answer::constructed(&trees::progress(&asked, captures)),
        "formality-online-payment-tree" => answer::constructed(&trees::payment(&asked, captures)),
        _ => {
            // The capture is of one procedure in one month.
            let same = asked.procedure.is_some() || period.first == period.last;
            let text = captured(captures.provide_online.as_deref(), "parent", &place, period).filter(|_| same);
            text.map_or_else(|| answer::constructed(&trees::provide_online(&asked)), answer::captured)
        }
    })
}

fn asked(
    state: &State,
    request: &Request,
    period: impl Fn(&Request) -> Result<Period, Refusal>,
) -> Result<(Place, Period), Refusal> {
    let id = request.root_department_id.as_deref().filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| Refusal::bad_request("thiếu rootDepartmentId"))?;
    let place = Place::find(&state.captures, id).ok_or_else(|| Refusal::not_found("Không có đơn vị này"))?;
    let period = Period { known: state.captures.reporting.known, ..period(request)? };
    Ok((place.grown(period), period))
}

/// A captured answer, where it is this department's and its year.
fn captured<'a>(text: Option<&'a str>, head: &str, place: &Place, period: Period) -> Option<&'a str> {
    let text = text.filter(|_| period.has_data())?;
    let answer: Value = serde_json::from_str(text).ok()?;
    (answer["data"][head]["departmentId"] == place.department.id.as_str()).then_some(text)
}
