//! `GET /api/v1/procedures/{code}/assessment`

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::detail::instant;
use crate::assessment::flag_store::{self, FlagRow};
use crate::assessment::model::{Claim, Gap, OnlineLevel, Point, PointValue};
use crate::assessment::profile::{self, Canada, VietnamLaw};
use crate::assessment::store::{self as assessment_store, AssessmentError};
use crate::assessment::subject::{Context, Subject};
use crate::assessment::verdict::{Coverage, Use, Verdict};
use crate::catalog::code::ProcedureCode;
use crate::catalog::store as catalog_store;
use crate::platform::problem::{Code, Problem};
use crate::web::format::iso;
use crate::web::parameters::{shorten, unknown as unknown_parameter};
use crate::web::state::AppState;
use crate::web::visitor::Visitor;

/// What is known of one procedure end to end.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AssessmentView {
    /// National code.
    pub code: String,
    /// `all` units, or the id of one.
    pub scope: String,
    /// Minimum rule.
    pub level: OnlineLevel,
    /// Every applicable point is yes, and at least one is.
    pub claimed: bool,
    /// Claimed, better than declared, covered and used.
    pub verified: bool,
    /// All of verified but that nobody asked for it in any channel.
    pub dormant: bool,
    /// Why not verified.
    pub gap: Option<Gap>,
    /// The points in the order of the journey.
    pub points: Vec<PointView>,
    /// Share of applicable points that are yes, of those known: yes / (yes + no); `null` when none is known.
    pub point_rate: Option<f64>,
    /// Share of applicable points that nobody knows.
    pub unknown_rate: f64,
    /// C1.
    pub coverage: CoverageView,
    /// C3.
    pub dossiers: DossiersView,
    /// Flags that were open at `as_of`.
    pub flags: Vec<FlagView>,
    /// The same points as others count them.
    pub profiles: Profiles,
    /// When the verdict began to hold, UTC; `null` when it has not been kept yet.
    pub valid_from: Option<String>,
    /// The instant it is for, UTC.
    pub as_of: String,
}

/// One point.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PointView {
    /// `P1` to `Q2`.
    pub code: &'static str,
    /// In Vietnamese.
    pub name: &'static str,
    /// What it came to.
    pub value: PointValue,
    /// Unexpired claims disagree.
    pub conflict: bool,
    /// It is unknown because a claim expired.
    pub expired: bool,
    /// All claims, strongest first.
    pub evidence: Vec<EvidenceView>,
}

/// A claim, with its times as text.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EvidenceView {
    /// The claim.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub claim: Claim,
    /// UTC.
    pub checked: String,
    /// UTC.
    pub until: String,
    /// It no longer holds.
    pub expired: bool,
}

/// C1 in words.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CoverageView {
    /// Units in charge and covered.
    #[serde(flatten)]
    pub counted: Coverage,
    /// Whether the share asked for is reached.
    pub met: bool,
    /// Why not, in Vietnamese.
    pub note: Option<&'static str>,
}

/// C3 in words.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DossiersView {
    /// What sources report; `null` where none does.
    #[serde(flatten)]
    pub counted: Use,
    /// Why nothing is known.
    pub note: Option<&'static str>,
}

/// An open flag.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FlagView {
    /// Identity.
    pub id: String,
    /// `F1` to `F10`.
    pub code: String,
    /// In Vietnamese.
    pub name: &'static str,
    /// UTC.
    pub opened_at: String,
    /// UTC.
    pub acknowledged_at: Option<String>,
    /// How often it has come back.
    pub reopened: i64,
    /// Who answers for it; only shown to signed-in people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Somebody has been given it; otherwise it lies with the agency.
    pub assigned: bool,
    /// `law`, `data`, `software`, `organisation` or `equipment`.
    pub cause: Option<String>,
    /// ISO day.
    pub due_date: Option<String>,
    /// Counts changes: sent back with a decision, it keeps anybody from overwriting what they have not seen.
    pub version: i64,
}

impl FlagView {
    /// A flag as it may be shown.
    #[must_use]
    pub fn of(row: &FlagRow, signed_in: bool) -> Self {
        Self {
            id: row.id.clone(),
            code: row.flag.clone(),
            name: row.flag().map_or("", crate::assessment::flag::FlagCode::name),
            opened_at: iso(row.opened_at),
            acknowledged_at: row.acknowledged_at.map(iso),
            reopened: row.reopened,
            owner: row.owner.clone().filter(|_| signed_in),
            assigned: row.owner.is_some(),
            cause: row.cause.clone(),
            due_date: row.due_date.clone(),
            version: row.version,
        }
    }
}

/// Other ways to count the same points.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Profiles {
    /// Luật 148/2025, NĐ 224/2026.
    pub vietnam_law: VietnamLaw,
    /// Government of Canada's service inventory.
    pub canada: Canada,
}

/// Where a procedure stands end to end, and what every point rests on.
///
/// # Errors
/// 404 when no procedure has the code; 422 for a wrong parameter.
#[utoipa::path(get, path = "/api/v1/procedures/{code}/assessment", tag = "assessment",
    params(
        ("code" = String, Path, description = "National code in any spelling"),
        ("unit" = Option<String>, Query, description = "One unit instead of all"),
        ("at" = Option<String>, Query, description = "As it stood on a day (its end in Vietnam) or at an instant"),
    ),
    responses(
        (status = 200, description = "the assessment", body = AssessmentView),
        (status = 404, description = "no such procedure", body = Problem),
        (status = 422, description = "a parameter is wrong", body = Problem),
    ))]
pub async fn assessment(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(code): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Json<AssessmentView>, Problem> {
    let asked = Asked::read(raw.as_deref())?;
    Ok(Json(view(&state, &code, &asked, visitor.actor.is_some()).await?))
}

/// What is asked of the address.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// One unit.
    pub unit: Option<String>,
    /// An instant.
    pub at: Option<Timestamp>,
}

impl Asked {
    fn read(raw: Option<&str>) -> Result<Self, Problem> {
        let mut asked = Self::default();
        for (name, value) in url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
            match &*name {
                "unit" => asked.unit = Some(value.trim().to_owned()).filter(|unit| !unit.is_empty()),
                "at" => {
                    let detail = "at takes a day such as 2026-07-18, or an instant";
                    let at = instant(&value);
                    asked.at = Some(at.ok_or_else(|| Problem::new(Code::InvalidParameter, detail).at("at"))?);
                }
                _ => {
                    return Err(unknown_parameter(&name));
                }
            }
        }
        Ok(asked)
    }
}

/// Problems of the assessment as answers.
#[must_use]
pub fn problem(error: AssessmentError) -> Problem {
    match error {
        AssessmentError::NoProcedure(code) => {
            Problem::new(Code::ProcedureNotFound, format!("no procedure has the code {code}")).at("code")
        }
        AssessmentError::NoFlag => Problem::new(Code::FlagNotFound, "no flag has this id").at("id"),
        AssessmentError::Conflict => {
            Problem::new(Code::Conflict, "somebody else has changed the flag since you saw it: look at it again")
        }
        error => Problem::internal(&error),
    }
}

/// Builds the view; names of people only for `signed_in` ones.
///
/// # Errors
/// 404 when no procedure has the code.
pub async fn view(state: &AppState, code: &str, asked: &Asked, signed_in: bool) -> Result<AssessmentView, Problem> {
    let unknown = || Problem::new(Code::ProcedureNotFound, format!("no procedure has the code {}", shorten(code)));
    let parsed = ProcedureCode::parse(code).map_err(|_| unknown().at("code"))?;
    let code = parsed.code.as_str();
    let now = asked.at.unwrap_or_else(|| state.clock.now());
    let mut tx = state.db.read().await?;
    let internal = |e: catalog_store::StoreError| Problem::internal(&e);
    let mut stored = catalog_store::find(&mut tx, code).await.map_err(internal)?.ok_or_else(|| unknown().at("code"))?;
    if let Some(at) = asked.at {
        let then = catalog_store::document_at(&mut tx, code, at).await.map_err(internal)?;
        let (_, document) = then.ok_or_else(|| {
            let first = crate::web::format::date(stored.first_seen_at);
            Problem::new(Code::NotKnownAt, format!("the procedure is known from {first} on, not before")).at("at")
        })?;
        stored.procedure = document;
        stored.read_at = stored.read_at.min(at.as_millisecond());
    }
    let context = Context::at(&mut tx, now).await.map_err(problem)?;
    let subject = Subject::read(&mut tx, &stored, &context).await.map_err(problem)?;
    let unit = asked.unit.as_deref().unwrap_or_default();
    let own = subject.by_unit.iter().find(|(id, _)| id == unit).map(|(_, own)| own.as_slice());
    let (verdict, claims) = if unit.is_empty() {
        (subject.judge(&context), subject.everywhere.clone())
    } else {
        let own = own.unwrap_or_default();
        (subject.judge_unit(unit, own, &context), subject.claims_of(own))
    };
    let kept = assessment_store::at(&mut tx, code, unit, now.as_millisecond()).await.map_err(problem)?;
    let flags = flag_store::of_procedure(&mut tx, code).await.map_err(problem)?;
    let dossiers = subject.dossiers(now, asked.unit.as_deref());
    Ok(AssessmentView {
        code: code.to_owned(),
        scope: if unit.is_empty() { "all".to_owned() } else { unit.to_owned() },
        level: verdict.level,
        claimed: verdict.claimed,
        verified: verdict.verified,
        dormant: verdict.dormant,
        gap: verdict.gap,
        points: points(&verdict, &claims, now, signed_in),
        point_rate: point_rate(&verdict),
        unknown_rate: unknown_rate(&verdict),
        coverage: coverage(&subject, &verdict, &context),
        dossiers: DossiersView {
            counted: dossiers,
            note: dossiers.all_90.is_none().then_some("chưa có dữ liệu hồ sơ (no dossier data)"),
        },
        flags: flags.iter().filter(|f| f.was_open(now.as_millisecond())).map(|f| FlagView::of(f, signed_in)).collect(),
        profiles: profiles(&verdict, &subject),
        valid_from: kept.map(|row| iso(row.valid_from)),
        as_of: now.to_string(),
    })
}

fn points(verdict: &Verdict, claims: &[Claim], now: Timestamp, signed_in: bool) -> Vec<PointView> {
    let view = |point: Point| {
        let of_point = &verdict.points[point.index()];
        let mut evidence: Vec<EvidenceView> =
            claims.iter().filter(|c| c.point == point).map(|c| evidence(c, now, signed_in)).collect();
        evidence.sort_by_key(|e| (e.expired, std::cmp::Reverse((e.claim.kind, e.claim.checked_at))));
        PointView {
            code: point.code(),
            name: point.name(),
            value: of_point.value,
            conflict: of_point.conflict,
            expired: of_point.expired,
            evidence,
        }
    };
    Point::ALL.map(view).into()
}

fn evidence(claim: &Claim, now: Timestamp, signed_in: bool) -> EvidenceView {
    let mut claim = claim.clone();
    if !signed_in {
        claim.assessor = None;
    }
    EvidenceView {
        checked: iso(claim.checked_at),
        until: iso(claim.valid_until),
        expired: claim.valid_until <= now.as_millisecond(),
        claim,
    }
}

fn count(verdict: &Verdict, value: PointValue) -> f64 {
    verdict.points[..Point::DECIDING].iter().filter(|p| p.value == value).fold(0.0, |n, _| n + 1.0)
}

fn point_rate(verdict: &Verdict) -> Option<f64> {
    let (yes, no) = (count(verdict, PointValue::Yes), count(verdict, PointValue::No));
    (yes + no > 0.0).then(|| yes / (yes + no))
}

fn unknown_rate(verdict: &Verdict) -> f64 {
    let applicable = 11.0 - count(verdict, PointValue::NotApplicable);
    if applicable > 0.0 { count(verdict, PointValue::Unknown) / applicable } else { 0.0 }
}

fn coverage(subject: &Subject, verdict: &Verdict, context: &Context) -> CoverageView {
    let counted = verdict.coverage;
    let met = counted.suffices(context.parameters.coverage);
    let note = if subject.units.is_none() && counted.units.is_none() {
        Some("chưa rõ đơn vị")
    } else if met {
        None
    } else {
        Some("chưa đủ đơn vị có bằng chứng")
    };
    CoverageView { counted, met, note }
}

fn profiles(verdict: &Verdict, subject: &Subject) -> Profiles {
    let values = verdict.points.map(|p| p.value);
    Profiles { vietnam_law: profile::vietnam_law(&values, subject.facts.declared), canada: profile::canada(&values) }
}
