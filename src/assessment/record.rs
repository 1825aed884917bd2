//! Claims by people: what is checked before one is kept.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use super::actions;
use super::model::{Claim, EvidenceKind, Point, PointValue, Reason};
use super::parameters::Parameters;
use super::store::{self, AssessmentError};
use crate::catalog::store as catalog_store;
use crate::platform::clock::VIETNAM;
use crate::platform::db::{Db, Tx};
use crate::platform::word;

/// A claim as somebody sends it. Words are checked by [`check`], so that an error names the field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewClaim {
    /// Unit, empty for all.
    pub unit: String,
    /// `P1` to `P11`, `Q1`, `Q2`.
    pub point: String,
    /// `yes`, `no`, `not_applicable` or `unknown`.
    pub value: String,
    /// `declaration`, `document`, `data` or `run`.
    pub kind: String,
    /// `https://…` of the evidence.
    pub link: String,
    /// SHA-256 of an evidence file, 64 hexadecimal digits.
    pub sha256: String,
    /// Why; a must for `not_applicable`.
    pub reason: String,
    /// The provision the reason rests on.
    pub legal_basis: String,
    /// A remark.
    pub note: String,
    /// Day of the check, ISO; today when empty.
    pub checked_at: String,
    /// Last day on which it holds, ISO; by its kind when empty.
    pub valid_until: String,
}

/// A field that cannot be used, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct Invalid {
    /// The field.
    pub field: &'static str,
    /// What is wrong and what it takes.
    pub message: String,
}

/// Why a claim is not kept.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A field is wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Storing failed.
    #[error(transparent)]
    Assessment(#[from] AssessmentError),
}

fn wrong(field: &'static str, message: &str) -> Invalid {
    Invalid { field, message: message.to_owned() }
}

/// Turns what was sent into a claim.
///
/// # Errors
/// [`Invalid`] naming the first field that is wrong.
pub fn check(new: &NewClaim, assessor: &str, parameters: &Parameters, now: Timestamp) -> Result<Claim, Invalid> {
    let point = Point::parse(new.point.trim()).ok_or_else(|| wrong("point", "takes P1 to P11, Q1 or Q2"))?;
    let value: PointValue = word(&new.value, "value", "takes yes, no, not_applicable or unknown")?;
    let kind: EvidenceKind = word(&new.kind, "kind", "takes declaration, document, data or run")?;
    let reason = reason(new, value)?;
    let link = link(&new.link)?;
    let sha256 = optional(&new.sha256);
    if sha256.as_ref().is_some_and(|s| s.len() != 64 || !s.bytes().all(|b| b.is_ascii_hexdigit())) {
        return Err(wrong("sha256", "takes the 64 hexadecimal digits of a SHA-256"));
    }
    if kind != EvidenceKind::Declaration && value != PointValue::Unknown && link.is_none() && sha256.is_none() {
        return Err(wrong("link", "give a link to the evidence, or the SHA-256 of its file"));
    }
    let checked_at = match optional(&new.checked_at) {
        None => now.as_millisecond(),
        Some(text) => start_of(day(&text, "checked_at")?),
    };
    if checked_at > now.as_millisecond() {
        return Err(wrong("checked_at", "lies in the future: give the day on which it was checked"));
    }
    let most = parameters.valid_until(kind, checked_at);
    let valid_until = match optional(&new.valid_until) {
        None => most,
        // The last day holds until its midnight in Vietnam.
        Some(text) => start_of(day(&text, "valid_until")?.tomorrow().map_err(|_| wrong("valid_until", "is too late"))?),
    };
    if valid_until <= checked_at {
        return Err(wrong("valid_until", "lies before checked_at: evidence holds from its check on"));
    }
    if valid_until > most.saturating_add(super::parameters::DAY) {
        let days = parameters.valid_days[kind as usize];
        return Err(wrong("valid_until", &format!("is too late: evidence of this kind holds {days} days")));
    }
    Ok(Claim {
        point,
        value,
        kind,
        source: "person".to_owned(),
        rule: None,
        span: None,
        link,
        sha256,
        assessor: Some(assessor.to_owned()),
        reason,
        legal_basis: optional(&new.legal_basis),
        note: optional(&new.note),
        checked_at,
        valid_until,
    })
}

fn reason(new: &NewClaim, value: PointValue) -> Result<Option<Reason>, Invalid> {
    let takes = "takes presence_required, field_verification, technical_incident or technical_other for a no; no_fee, \
                 no_signature, physical_result or set_aside_by_law for not_applicable";
    let reason: Option<Reason> = match optional(&new.reason) {
        None => None,
        Some(text) => Some(word(&text, "reason", takes)?),
    };
    match (value, reason) {
        (PointValue::NotApplicable, None) => Err(wrong("reason", "not_applicable needs a reason")),
        (PointValue::NotApplicable, Some(r)) if r.explains_no() => Err(wrong("reason", takes)),
        (PointValue::No, Some(r)) if !r.explains_no() => Err(wrong("reason", takes)),
        (PointValue::Yes | PointValue::Unknown, Some(_)) => {
            Err(wrong("reason", "only a no or a not_applicable has a reason: leave it out"))
        }
        _ => Ok(reason),
    }
}

fn link(text: &str) -> Result<Option<String>, Invalid> {
    let Some(text) = optional(text) else { return Ok(None) };
    match url::Url::parse(&text) {
        Ok(url) if url.scheme() == "https" || url.scheme() == "http" => Ok(Some(url.to_string())),
        _ => Err(wrong("link", "takes an address that begins with https:// or http://")),
    }
}

fn optional(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.chars().take(2_000).collect())
}

fn word<T: serde::de::DeserializeOwned>(text: &str, field: &'static str, takes: &str) -> Result<T, Invalid> {
    word::read(text.trim()).ok_or_else(|| wrong(field, takes))
}

fn day(text: &str, field: &'static str) -> Result<Date, Invalid> {
    text.parse().map_err(|_| wrong(field, "takes a day such as 2026-11-24"))
}

/// The first instant of a day in Vietnam.
fn start_of(day: Date) -> i64 {
    day.to_zoned_datetime(VIETNAM).map_or(i64::MAX, |z| z.timestamp().as_millisecond())
}

/// Keeps a claim and evaluates its procedure, in one transaction.
///
/// # Errors
/// [`RecordError`]; nothing is kept then.
pub async fn record(
    db: &Db,
    code: &str,
    new: &NewClaim,
    assessor: &str,
    now: Timestamp,
) -> Result<String, RecordError> {
    let mut tx = db.write().await.map_err(AssessmentError::from)?;
    let id = record_in(&mut tx, code, new, assessor, now).await?;
    tx.commit().await.map_err(AssessmentError::from)?;
    Ok(id)
}

/// The same within a transaction of the caller's.
///
/// # Errors
/// [`RecordError`]
pub async fn record_in(
    tx: &mut Tx,
    code: &str,
    new: &NewClaim,
    assessor: &str,
    now: Timestamp,
) -> Result<String, RecordError> {
    let known = catalog_store::find(tx, code).await.map_err(AssessmentError::from)?;
    if known.is_none() {
        return Err(AssessmentError::NoProcedure(code.to_owned()).into());
    }
    let parameters = Parameters::at(tx, now).await?;
    let claim = check(new, assessor, &parameters, now)?;
    let id = store::insert_claim(tx, code, new.unit.trim(), &claim, now).await?;
    actions::evaluate(tx, &[code.to_owned()], now).await?;
    Ok(id)
}
