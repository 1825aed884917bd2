//! What a step asks for that only the database knows.

use jiff::Timestamp;
use jiff::civil::Date;

use super::error::InitiativeError;
use super::write::fits;
use crate::initiative::given::Given;
use crate::initiative::measured::{Measurement, Verdict};
use crate::initiative::model::MeasureType;
use crate::initiative::record::Measure;
use crate::initiative::store::history;
use crate::initiative::store::initiative::{Initiative, Stored};
use crate::initiative::store::part::{self, Act};
use crate::initiative::vote::{Outcome, Tally};
use crate::initiative::workflow::model::Need;
use crate::monitor::field::{FieldError, Wrong};
use crate::monitor::service_level::window::day_of;
use crate::platform::clock::VIETNAM;
use crate::platform::db::Tx;

/// Checks everything that a step asks for.
///
/// # Errors
/// [`InitiativeError::Invalid`] naming all that is missing.
pub async fn check(
    tx: &mut Tx,
    item: &Initiative,
    moving: &[Stored],
    needs: &[Need],
    given: &Given,
    now: Timestamp,
) -> Result<(), InitiativeError> {
    let today = now.to_zoned_datetime(VIETNAM).date();
    let mut errors = given.check(needs, today).err().unwrap_or_default();
    for need in needs {
        errors.extend(one(tx, item, moving, *need, today).await?);
    }
    if needs.contains(&Need::Decision)
        && let (Some(day), Some(submitted)) = (given.day(), item.submitted_at.map(day_of))
        && day < submitted
    {
        let message = format!("lies before the day of submission, {submitted}");
        errors.push(FieldError::new("date", &message, "ngày quyết định trước ngày trình"));
    }
    if errors.is_empty() { Ok(()) } else { Err(InitiativeError::Invalid(errors)) }
}

async fn one(
    tx: &mut Tx,
    item: &Initiative,
    moving: &[Stored],
    need: Need,
    today: Date,
) -> Result<Vec<FieldError>, InitiativeError> {
    let mut errors = Vec::new();
    match need {
        Need::Record => errors.extend(item.record.complete(item.track, today).err().into_iter().flatten()),
        Need::Changes => {
            for stored in moving {
                errors.extend(changes(stored));
                match fits(tx, &stored.measure).await {
                    Err(InitiativeError::Invalid(wrong)) => errors.extend(prefixed(stored.position, wrong)),
                    other => other?,
                }
            }
        }
        Need::Cost => errors.extend(moving.iter().filter_map(cost)),
        Need::Impact if moving.iter().any(|stored| stored.measure.adds_burden()) && item.record.impact.is_empty() => {
            let message = "is missing: a change adds burden";
            errors.push(FieldError::new("impact", message, "có thay đổi làm tăng gánh nặng, cần đánh giá tác động"));
        }
        Need::VotePassed | Need::VoteFailed => {
            let rows = history::votes(tx, &item.id).await?;
            let members: Vec<_> = rows.iter().map(history::VoteRow::member).collect();
            errors.extend(outcome(Tally::of(&members).outcome(), need == Need::VotePassed));
        }
        Need::ActsSigned | Need::ActsSome | Need::ActsInForce => {
            let acts = part::acts(tx, &item.id).await?;
            let of = |act: &&Act| moving.iter().any(|stored| stored.id == act.measure_id);
            errors.extend(signed(&acts.iter().filter(of).collect::<Vec<_>>(), need, today));
        }
        Need::Measured | Need::Regression => {
            let taken = part::measurements(tx, &item.id).await?;
            let of = taken.iter().filter(|row| moving.iter().any(|stored| stored.id == row.measure_id));
            let results: Vec<Measurement> =
                of.filter_map(|row| serde_json::from_str(row.result.as_deref()?).ok()).collect();
            let last = results.last().map(|result| result.verdict);
            if last.is_none() || (need == Need::Regression && last != Some(Verdict::Regression)) {
                let message = "is missing: the first measurement is taken 90 days after it was applied";
                let vietnamese = "chưa có kết quả đo phù hợp (đo sau 90 ngày áp dụng)";
                errors.push(FieldError::new("measurement", message, vietnamese));
            }
        }
        _ => {}
    }
    Ok(errors)
}

fn prefixed(position: i64, errors: Vec<FieldError>) -> impl Iterator<Item = FieldError> {
    errors.into_iter().map(move |error| FieldError { field: format!("measures[{position}].{}", error.field), ..error })
}

/// What a measure changes: exact fields, or for types that change none, what is done.
fn changes(stored: &Stored) -> Option<FieldError> {
    let Measure { kind, changes, content, .. } = &stored.measure;
    let field = format!("measures[{}].changes", stored.position);
    let in_words = matches!(
        kind,
        MeasureType::Merge
            | MeasureType::ExtendValidity
            | MeasureType::Decentralise
            | MeasureType::OnceOnly
            | MeasureType::StandardiseForm
            | MeasureType::Interconnect
            | MeasureType::BoundaryFree
            | MeasureType::Proactive
    );
    match (changes.is_empty(), in_words && !content.is_empty()) {
        (true, false) => Some(FieldError::new(
            &field,
            "are missing: say which field of which procedure changes, from what to what",
            "chưa ghi thay đổi nào: chọn thủ tục, nội dung cũ và nội dung mới",
        )),
        _ => None,
    }
}

fn cost(stored: &Stored) -> Option<FieldError> {
    let none = stored.measure.cost.as_ref().is_none_or(|case| case.before.tasks.is_empty());
    let field = format!("measures[{}].cost", stored.position);
    none.then(|| FieldError::new(&field, "is missing: compute the cost before and after", "chưa tính chi phí tuân thủ"))
}

fn outcome(outcome: Outcome, wants_passed: bool) -> Option<FieldError> {
    match outcome {
        Outcome::Open => {
            Some(FieldError::new("vote", "is not complete: somebody has not voted", "chưa đủ phiếu biểu quyết"))
        }
        other if other.passes() != wants_passed => {
            let (message, vietnamese) = if wants_passed {
                ("did not carry it", "kết quả biểu quyết không thông qua")
            } else {
                ("carried it", "kết quả biểu quyết đã thông qua")
            };
            Some(FieldError::new("vote", message, vietnamese))
        }
        _ => None,
    }
}

fn signed(acts: &[&Act], need: Need, today: Date) -> Vec<FieldError> {
    let mut found = Wrong::default();
    if need == Need::ActsSome && acts.is_empty() {
        found.add("acts", "are missing: add the act that is to change", "chưa có văn bản nào cần sửa", None);
    }
    for act in acts.iter().filter(|_| need != Need::ActsSome) {
        let day = act.effective_on.as_deref().and_then(|day| day.parse::<Date>().ok());
        match (need, &act.signed_number) {
            (Need::ActsSigned, None) => {
                let message = format!("has not been signed: {}", act.act);
                found.add("acts", &message, &format!("văn bản sửa {} chưa được ký", act.act), None);
            }
            (Need::ActsInForce, Some(_)) if day.is_none_or(|day| day > today) => {
                let message = format!("is not in force yet: {}", act.act);
                found.add("acts", &message, &format!("văn bản sửa {} chưa có hiệu lực", act.act), None);
            }
            _ => {}
        }
    }
    found.ended().err().unwrap_or_default()
}
