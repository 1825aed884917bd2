//! Numbers that law or policy sets, as dated rows: how long evidence holds, how much coverage is asked for.

use jiff::Timestamp;

use super::model::EvidenceKind;
use super::store::{self, AssessmentError};
use super::usage::day;
use crate::platform::db::Tx;

/// One day, milliseconds.
pub const DAY: i64 = 86_400_000;

/// The parameters in force on one day.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// Days that a declaration, a document, data and a run hold.
    pub valid_days: [i64; 4],
    /// Share of the units in charge that C1 asks for, 0 to 1.
    pub coverage: f64,
    /// The high-volume set makes this share of all dossiers, 0 to 1.
    pub high_volume: f64,
    /// Hours that one failing point costs the person behind one dossier; an estimate, and labelled so.
    pub hours_per_point: f64,
    /// Where that estimate comes from.
    pub hours_source: String,
}

impl Parameters {
    /// Reads the rows in force at an instant.
    ///
    /// # Errors
    /// [`AssessmentError::Parameter`] naming the row that is missing.
    pub async fn at(tx: &mut Tx, now: Timestamp) -> Result<Self, AssessmentError> {
        let rows = store::parameters(tx, &day(now, 0)).await?;
        let find =
            |name: &'static str| rows.iter().find(|row| row.name == name).ok_or(AssessmentError::Parameter(name));
        let days = |name: &'static str| -> Result<i64, AssessmentError> { Ok(whole(find(name)?.value)) };
        let hours = find("hours_per_failing_point")?;
        Ok(Self {
            valid_days: [
                days("valid_days_declaration")?,
                days("valid_days_document")?,
                days("valid_days_data")?,
                days("valid_days_run")?,
            ],
            coverage: find("coverage_share")?.value,
            high_volume: find("high_volume_share")?.value,
            hours_per_point: hours.value,
            hours_source: hours.source.clone(),
        })
    }

    /// The instant from which evidence checked at `checked_at` no longer holds.
    #[must_use]
    pub fn valid_until(&self, kind: EvidenceKind, checked_at: i64) -> i64 {
        checked_at.saturating_add(self.valid_days[kind as usize] * DAY)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a count of days")]
fn whole(value: f64) -> i64 {
    value.round() as i64
}
