//! `GET /api/v1/index-766`: the published scores of index 766 beside those that follow from the stored numerators.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::monitor::index766::decimal::Decimal;
use crate::monitor::index766::gain;
use crate::monitor::index766::period::Period;
use crate::monitor::index766::score::{Agreement, IndicatorScore, Points};
use crate::monitor::index766::scores::{self, GroupLine, Scores};
use crate::monitor::index766::store;
use crate::platform::problem::{Code, Problem};
use crate::web::listing::Listing;
use crate::web::parameters::{invalid, shorten};
use crate::web::state::AppState;

/// What stands for the whole country in an address.
pub const COUNTRY: &str = "VN";

/// A page of departments with their scores in a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct Index766List {
    /// The period: `2026`, `2026-Q3`, `2026-08`, or `2026-08-03/2026-08-09`.
    pub period: String,
    /// By code.
    pub items: Vec<Index766Scores>,
    /// Give it as `cursor` for the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

/// The scores of a department in a period. Points have two decimals; the published ones are the official ones.
#[derive(Debug, Serialize, ToSchema)]
pub struct Index766Scores {
    /// The portal's id; empty for the whole country.
    pub department_id: String,
    /// Such as `H44`; empty where the portal names none.
    pub department_code: String,
    /// Its newest name, where one is known.
    pub name: Option<String>,
    /// The published total, out of 100.
    pub total: Option<f64>,
    /// The band of the published total.
    pub band: Option<String>,
    /// The sum of the published groups, when all came.
    pub group_sum: Option<f64>,
    /// Whether that sum and the total lie more than 0.015 apart.
    pub sum_differs: bool,
    /// The groups in the order of the annex to decision 766/QĐ-TTg.
    pub groups: Vec<Index766Group>,
}

/// One group of a department.
#[derive(Debug, Serialize, ToSchema)]
pub struct Index766Group {
    /// Such as `CLGQ`.
    pub code: String,
    /// Official name.
    pub name: String,
    /// The most points there are.
    pub max: f64,
    /// What was published.
    pub published: Option<f64>,
    /// The sum of the rounded points of its indicators; `null` where a numerator did not come or there was nothing to count.
    pub own: Option<f64>,
    /// Own minus published.
    pub difference: Option<f64>,
    /// `same` within 0.015, `different`, `published_only` where numerators did not come, `own_only`, `not_applicable`.
    #[schema(value_type = String)]
    pub agreement: Agreement,
    /// The same in Vietnamese.
    pub agreement_text: String,
    /// Its indicators, on the page of one department.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub indicators: Vec<Index766Indicator>,
}

/// One indicator with what it is counted from.
#[derive(Debug, Serialize, ToSchema)]
pub struct Index766Indicator {
    /// The portal's code.
    pub code: String,
    /// Its number in the annex.
    pub number: String,
    /// Official name.
    pub name: String,
    /// Counted.
    pub numerator: Option<f64>,
    /// Of how many.
    pub denominator: Option<f64>,
    /// The share in percent.
    pub percent: Option<f64>,
    /// Percent from which all points are given; `null` where 100.
    pub target: Option<f64>,
    /// The most points there are.
    pub max: f64,
    /// Points by the formula, rounded half up to two decimals; `null` where they cannot be computed.
    pub own: Option<f64>,
    /// `number`, `not_applicable` with a denominator of 0, or `not_delivered`.
    pub own_state: String,
    /// What was published.
    pub published: Option<f64>,
    /// Points that reaching the target would add; `null` where that cannot be computed.
    pub gain: Option<f64>,
}

fn indicator(score: IndicatorScore) -> Index766Indicator {
    let state = match score.own {
        Points::Number(_) => "number",
        Points::NotApplicable => "not_applicable",
        Points::NotDelivered => "not_delivered",
    };
    let gain = gain::gain(&score);
    Index766Indicator {
        code: score.code,
        number: score.number,
        name: score.name,
        numerator: score.numerator.map(Decimal::to_f64),
        denominator: score.denominator.map(Decimal::to_f64),
        percent: score.percent.map(Decimal::to_f64),
        target: score.target.map(Decimal::to_f64),
        max: score.max.to_f64(),
        own: score.own.number().map(Decimal::to_f64),
        own_state: state.to_owned(),
        published: score.published.map(Decimal::to_f64),
        gain: gain.map(Decimal::to_f64),
    }
}

fn group(line: GroupLine, indicators: bool) -> Index766Group {
    let score = line.score;
    Index766Group {
        code: line.group.code,
        name: line.group.name,
        max: line.group.max.to_f64(),
        published: score.published.map(Decimal::to_f64),
        own: score.own.number().map(Decimal::to_f64),
        difference: score.difference.map(Decimal::to_f64),
        agreement: score.agreement,
        agreement_text: score.agreement.words().to_owned(),
        indicators: if indicators { score.indicators.into_iter().map(indicator).collect() } else { Vec::new() },
    }
}

fn shown(scores: Scores, department: (String, String), indicators: bool) -> Index766Scores {
    let (department_code, department_id) = department;
    Index766Scores {
        department_id,
        department_code,
        name: scores.department.map(|department| department.unit_name.unwrap_or(department.name)),
        total: scores.total.and_then(|total| total.published_score),
        band: scores.band.map(|band| band.name),
        group_sum: scores.group_sum.map(Decimal::to_f64),
        sum_differs: scores.sum_differs,
        groups: scores.groups.into_iter().map(|line| group(line, indicators)).collect(),
    }
}

fn period(listing: &Listing) -> Result<Period, Problem> {
    let wrong =
        || invalid("period", "takes a year (2026), a quarter (2026-Q3), a month (2026-08) or two days with / between");
    Period::parse(listing.value("period")).ok_or_else(wrong)
}

/// Published and own scores of every department that has figures in a period.
///
/// # Errors
/// 422 naming the parameter.
#[utoipa::path(get, path = "/api/v1/index-766", tag = "monitor",
    params(
        ("period" = String, Query, description = "2026, 2026-Q3, 2026-08, or 2026-08-03/2026-08-09"),
        ("limit" = Option<u16>, Query, description = "Items a page, 1 to 200", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses(
        (status = 200, description = "a page of departments", body = Index766List),
        (status = 422, description = "a parameter is wrong", body = Problem),
    ))]
pub async fn list(State(state): State<AppState>, RawQuery(raw): RawQuery) -> Result<Json<Index766List>, Problem> {
    let listing = Listing::read(raw.as_deref(), &["period"], false)?;
    let period = period(&listing)?;
    let mut tx = state.db.read().await?;
    let all = store::departments_with_figures(&mut tx, period).await?;
    let mut departments: Vec<_> = all.into_iter().skip(listing.offset).take(listing.limit + 1).collect();
    let next_cursor = listing.cut(&mut departments);
    let mut items = Vec::with_capacity(departments.len());
    for department in departments {
        if let Some(scores) = scores::scores(&mut tx, period, &department.1).await? {
            items.push(shown(scores, department, false));
        }
    }
    Ok(Json(Index766List { period: period.word(), items, next_cursor }))
}

/// One department with its indicators, numerators and denominators.
///
/// # Errors
/// 404 when nothing came of it in that period; 422 naming the parameter.
#[utoipa::path(get, path = "/api/v1/index-766/{department}", tag = "monitor",
    params(
        ("department" = String, Path, description = "Code or the portal's id of a department; VN is the whole country"),
        ("period" = String, Query, description = "2026, 2026-Q3, 2026-08, or 2026-08-03/2026-08-09"),
    ),
    responses(
        (status = 200, description = "the scores", body = Index766Scores),
        (status = 404, description = "no figures of this department in this period", body = Problem),
        (status = 422, description = "a parameter is wrong", body = Problem),
    ))]
pub async fn one(
    State(state): State<AppState>,
    Path(department): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Index766Scores>, Problem> {
    let period = period(&Listing::read(raw.as_deref(), &["period"], false)?)?;
    let asked = if department == COUNTRY { "" } else { department.as_str() };
    let mut tx = state.db.read().await?;
    let missing = || {
        let said = format!("no figures of {} in {}", shorten(&department), period.word());
        Problem::new(Code::NoFigures, said).at("department")
    };
    let scores = scores::scores(&mut tx, period, asked).await?.ok_or_else(missing)?;
    let known = scores.department.as_ref().map(|known| (known.code.clone(), known.id.clone()));
    Ok(Json(shown(scores, known.unwrap_or_default(), true)))
}
