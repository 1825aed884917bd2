//! What programs send with the token of a source: figures, and dossiers to be counted.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;
use serde_json::Value;

use crate::monitor::dossier::actions::{DossierError, DossierReport, Feed};
use crate::monitor::dossier::intake::Intake;
use crate::monitor::dossier::model::Side;
use crate::monitor::intake::actions::{Read, Target, lines, take};
use crate::monitor::intake::model::{MAX_ITEMS, read_item};
use crate::monitor::intake::report::IntakeReport;
use crate::monitor::source::kept::Source;
use crate::monitor::source::model::What;
use crate::platform::problem::{Code, Problem};
use crate::web::api::source_work::dry_run;
use crate::web::state::AppState;
use crate::web::visitor::Sender;

/// Largest array of figures, bytes.
pub const MAX_FIGURES: usize = 4 * 1024 * 1024;
/// Most dossiers sent at once, bytes.
pub const MAX_DOSSIERS: usize = 64 * 1024 * 1024;

fn too_large(most: usize) -> Problem {
    Problem::new(Code::TooLarge, format!("the body is larger than {most} bytes: send it in parts"))
}

/// A body that says itself that it is too large is refused before it is read.
fn check_length(headers: &HeaderMap, most: usize) -> Result<(), Problem> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > most) { Err(too_large(most)) } else { Ok(()) }
}

async fn next(body: &mut Body) -> Result<Option<Bytes>, Problem> {
    loop {
        match body.frame().await {
            None => return Ok(None),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
            Some(Err(_)) => return Err(Problem::new(Code::InvalidField, "the body breaks off").at("body")),
        }
    }
}

/// A whole body.
///
/// # Errors
/// 413 when it is larger than `most` bytes; 422 when it breaks off.
pub async fn whole(mut body: Body, headers: &HeaderMap, most: usize) -> Result<Vec<u8>, Problem> {
    check_length(headers, most)?;
    let mut bytes = Vec::new();
    while let Some(part) = next(&mut body).await? {
        if bytes.len() + part.len() > most {
            return Err(too_large(most));
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

fn of_other_kind(source: &Source, needed: &str) -> Problem {
    let detail = format!("the token belongs to `{}`, which is not of the kind {needed}", source.definition.id);
    Problem::new(Code::Forbidden, detail)
}

/// Send figures with the token of a push source: an array of
/// `{metric, subject, slot or period, state, value, unit}`, at most 20,000 items and 4 MiB.
///
/// Good items are kept, bad ones are reported with their position. The same figure again changes nothing; another figure
/// for the same metric, subject and time is a correction, and both stay. `slot` is an instant (ISO, or epoch milliseconds),
/// `period` a day, month, quarter or year in Vietnam; a blank is never 0: say `state`.
///
/// # Errors
/// 401 without the token of a source that is on; 403 when it is of another kind; 413; 422 when the body is no array.
#[utoipa::path(post, path = "/api/v1/observations", tag = "monitor",
    params(("dry_run" = Option<bool>, Query, description = "Only look: nothing is stored")),
    request_body(content = Vec<Object>, description = "Figures"),
    responses(
        (status = 200, description = "what became of them", body = IntakeReport),
        (status = 401, description = "no token that holds", body = Problem),
        (status = 403, description = "the source is of another kind", body = Problem),
        (status = 413, description = "too large", body = Problem),
        (status = 422, description = "no array, or too many items", body = Problem),
    ))]
pub async fn push(
    State(state): State<AppState>,
    Sender(source): Sender,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<IntakeReport>, Problem> {
    let dry_run = dry_run(raw.as_deref())?;
    if !matches!(source.definition.what, What::Push(_)) {
        return Err(of_other_kind(&source, "push"));
    }
    let bytes = whole(body, &headers, MAX_FIGURES).await?;
    // What stands in the body is not repeated in the answer.
    let wrong = |detail: &str| Problem::new(Code::InvalidField, detail).at("body");
    let items: Vec<Value> =
        serde_json::from_slice(&bytes).map_err(|error| wrong(&format!("is no JSON array: line {}", error.line())))?;
    if items.len() > MAX_ITEMS {
        return Err(wrong("more than 20,000 items: send them in parts"));
    }
    let now = state.clock.now();
    let lines = lines(&source.definition);
    let mut read = Read { count: items.len(), ..Read::default() };
    for (index, item) in items.iter().enumerate() {
        match read_item(index, item, &lines, now.as_millisecond()) {
            Ok(item) => read.items.push(item),
            Err(refused) => read.refused.push(refused),
        }
    }
    Ok(Json(take(&state.db, &Target::of(&source.definition), read, None, dry_run, now).await?))
}

/// Send dossiers with the token of a dossier feed, as NDJSON: one `HoSoDongBoDVC` record a line, at most 64 MiB.
///
/// They are counted as they come and not kept; who applied is dropped before anything is stored. Lines that cannot be
/// counted are reported by number, never by what they say. Batches that were counted stay when the rest breaks off; the
/// same lines can be sent again.
///
/// # Errors
/// 401 without the token of a source that is on; 403 when it is of another kind; 413.
#[utoipa::path(post, path = "/api/v1/dossiers", tag = "monitor",
    request_body(content = String, content_type = "application/x-ndjson", description = "One record a line"),
    responses(
        (status = 200, description = "what became of them", body = Object),
        (status = 401, description = "no token that holds", body = Problem),
        (status = 403, description = "the source is of another kind", body = Problem),
        (status = 409, description = "the source is known as the portal's side", body = Problem),
        (status = 413, description = "too large", body = Problem),
    ))]
pub async fn dossiers(
    State(state): State<AppState>,
    Sender(source): Sender,
    headers: HeaderMap,
    mut body: Body,
) -> Result<Json<DossierReport>, Problem> {
    let definition = &source.definition;
    if !matches!(definition.what, What::DossierFeed(_)) {
        return Err(of_other_kind(&source, "dossier_feed"));
    }
    check_length(&headers, MAX_DOSSIERS)?;
    let unit = (!definition.unit_id.is_empty()).then(|| definition.unit_id.clone());
    let feed = Feed { source: definition.id.clone(), side: Side::Local, unit };
    let mut intake = Intake::begin(&state.db, &feed, state.clock.now()).await.map_err(uncounted)?;
    let mut length = 0;
    while let Some(part) = next(&mut body).await? {
        length += part.len();
        if length > MAX_DOSSIERS {
            return Err(too_large(MAX_DOSSIERS));
        }
        intake.push(&part).await.map_err(uncounted)?;
    }
    Ok(Json(intake.finish().await.map_err(uncounted)?))
}

fn uncounted(error: DossierError) -> Problem {
    match error {
        DossierError::Side(_) => Problem::new(Code::Conflict, error.to_string()).at("source"),
        other => Problem::internal(&other),
    }
}
