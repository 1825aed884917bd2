//! `GET /api/v1/dossier-statistics`: dossiers of a procedure, of an agency, or of both, by the way they were handed in.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{RawQuery, State};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use crate::monitor::dossier::counts::{COLUMNS, Counts};
use crate::monitor::dossier::performance::on_time;
use crate::monitor::dossier::sums::{self, Scope};
use crate::platform::calendar::model::number;
use crate::platform::clock::VIETNAM;
use crate::platform::problem::Problem;
use crate::web::listing::Listing;
use crate::web::parameters::invalid;
use crate::web::state::AppState;

/// Counts of dossiers in a scope.
#[derive(Debug, Serialize, ToSchema)]
pub struct DossierStatistics {
    /// The procedure; empty for all.
    pub procedure: String,
    /// The agency with all below it; empty for all.
    pub unit: String,
    /// First day.
    #[schema(value_type = String)]
    pub from: Date,
    /// Last day.
    #[schema(value_type = String)]
    pub to: Date,
    /// By the way in which dossiers were handed in: `in_person`, `online`, `post`. Counts are of the day on which the
    /// thing counted happened: `received` of the day of receipt, `on_time` of the day it ended, `late` and `pending` of
    /// the day it was due. `mismatch` counts dossiers of which portal and handling system tell other states,
    /// `working_days` and `minutes` are sums of handling.
    pub channels: BTreeMap<&'static str, BTreeMap<&'static str, i64>>,
    /// Ended by the due date.
    pub on_time: i64,
    /// Did not, ended or not.
    pub late: i64,
    /// On time of all that were judged; `null` when none was.
    pub on_time_share: Option<f64>,
}

fn day(listing: &Listing, name: &str, otherwise: Date) -> Result<Date, Problem> {
    let text = listing.value(name);
    if text.is_empty() {
        return Ok(otherwise);
    }
    text.parse().map_err(|_| invalid(name, "takes a day such as 2026-11-25"))
}

const fn channel(number: i64) -> &'static str {
    match number {
        1 => "in_person",
        2 => "online",
        3 => "post",
        _ => "unknown",
    }
}

fn named(counts: &Counts) -> BTreeMap<&'static str, i64> {
    COLUMNS.into_iter().zip(counts.0).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Counts of dossiers, for people who signed in: small counts are not hidden.
///
/// # Errors
/// 422 naming the parameter.
#[utoipa::path(get, path = "/api/v1/dossier-statistics", tag = "monitor",
    params(
        ("procedure" = Option<String>, Query, description = "Code of a procedure"),
        ("unit" = Option<String>, Query, description = "Code of an agency, with all below it"),
        ("from" = Option<String>, Query, description = "First day, 90 days before the last unless given"),
        ("to" = Option<String>, Query, description = "Last day, today unless given"),
    ),
    responses(
        (status = 200, description = "the counts", body = DossierStatistics),
        (status = 401, description = "not signed in", body = Problem),
        (status = 422, description = "a parameter is wrong", body = Problem),
    ))]
pub async fn statistics(
    State(state): State<AppState>,
    RawQuery(raw): RawQuery,
) -> Result<Json<DossierStatistics>, Problem> {
    let listing = Listing::read(raw.as_deref(), &["procedure", "unit", "from", "to"], false)?;
    let today = VIETNAM.to_datetime(state.clock.now()).date();
    let to = day(&listing, "to", today)?;
    let from = day(&listing, "from", to.saturating_sub(90.days()))?;
    if from > to {
        return Err(invalid("from", "lies after to"));
    }
    let scope =
        Scope { code: listing.value("procedure"), unit: listing.value("unit"), from: number(from), to: number(to) };
    let mut tx = state.db.read().await?;
    let sums = sums::sums(&mut tx, &scope).await?;
    let judged = on_time(&mut tx, &scope, today).await?;
    Ok(Json(DossierStatistics {
        procedure: scope.code.to_owned(),
        unit: scope.unit.to_owned(),
        from,
        to,
        channels: sums.iter().map(|(number, counts)| (channel(*number), named(counts))).collect(),
        on_time: judged.on_time,
        late: judged.late,
        on_time_share: share(judged.on_time, judged.on_time + judged.late),
    }))
}
