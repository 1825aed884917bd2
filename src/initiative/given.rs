//! What is given with a step, and what a step asks for (DOMAIN.md 3.2, 4.1).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::workflow::model::Need;
use crate::monitor::field::{FieldError, Wrong};

/// Fewest characters of reasons: a word is none.
const MIN_REASON: usize = 10;
/// Most characters of a text.
const MAX_TEXT: usize = 20_000;

/// What is given with a step; which of it is needed, the step says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Given {
    /// Reasons.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Number of the document or decision.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub number: String,
    /// Its day, ISO.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub date: String,
    /// The appraisal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appraisal: Option<Appraisal>,
    /// Logins of those who vote, without the head.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// Day of completion, ISO.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub completed_on: String,
    /// How far it was completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Completion>,
    /// What follows for liability.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liability: Option<Liability>,
    /// Commendation or reward that was given (NĐ 73/2023 Đ10).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub encouragement: String,
}

/// The legal criteria of a procedure (NĐ 63/2010 Đ28), each with reasons.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Appraisal {
    /// Sự cần thiết.
    pub necessity: Criterion,
    /// Tính hợp lý.
    pub reasonableness: Criterion,
    /// Tính hợp pháp.
    pub legality: Criterion,
    /// Chi phí tuân thủ.
    pub cost: Criterion,
}

/// What the appraisal says of one criterion.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Criterion {
    /// Whether it is met.
    pub met: Option<bool>,
    /// Why.
    pub reason: String,
}

impl Appraisal {
    /// The criteria by the names of their fields, with their names for readers.
    #[must_use]
    pub fn criteria(&self) -> [(&'static str, &'static str, &Criterion); 4] {
        [
            ("necessity", "Sự cần thiết", &self.necessity),
            ("reasonableness", "Tính hợp lý", &self.reasonableness),
            ("legality", "Tính hợp pháp", &self.legality),
            ("cost", "Chi phí tuân thủ", &self.cost),
        ]
    }
}

/// How far an innovation proposal was completed (NĐ 73/2023 Đ18).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Completion {
    /// Complete.
    Complete,
    /// In part.
    Partial,
    /// Not.
    NotComplete,
}

/// What follows for liability (NĐ 73/2023 Đ11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Liability {
    /// None arises.
    None,
    /// Excluded.
    Excluded,
    /// Considered for exclusion, exemption or mitigation.
    Considered,
}

impl Given {
    /// Checks what is given against what a step asks for. What only the database knows is checked by the action.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn check(&self, needs: &[Need], today: Date) -> Result<(), Vec<FieldError>> {
        let mut wrong = Wrong::default();
        for (name, text) in [("reason", &self.reason), ("number", &self.number), ("encouragement", &self.encouragement)]
        {
            if text.chars().count() > MAX_TEXT {
                wrong.add(name, "is longer than 20,000 characters", "dài quá 20.000 ký tự", None);
            }
        }
        for need in needs {
            match need {
                Need::Reason => reason(&mut wrong, "reason", &self.reason),
                Need::Document | Need::Decision => self.document(&mut wrong, today),
                Need::Appraisal => self.appraised(&mut wrong),
                Need::Completion => {
                    past_day(&mut wrong, "completed_on", &self.completed_on, today);
                }
                Need::Result if self.result.is_none() => {
                    let message = "takes complete, partial or not_complete";
                    wrong.add("result", message, "chọn mức độ hoàn thành", None);
                }
                Need::Liability if self.liability.is_none() => {
                    let message = "takes none, excluded or considered";
                    wrong.add("liability", message, "chọn kết luận về trách nhiệm", None);
                }
                Need::Members if self.members.is_empty() => {
                    let message = "takes the logins of those who vote beside you";
                    wrong.add("members", message, "ghi tên đăng nhập của những người biểu quyết", None);
                }
                _ => {}
            }
        }
        wrong.ended()
    }

    fn document(&self, wrong: &mut Wrong, today: Date) {
        if self.number.trim().is_empty() {
            wrong.add("number", "is missing", "chưa ghi số văn bản", Some("123/QĐ-UBND".to_owned()));
        }
        past_day(wrong, "date", &self.date, today);
    }

    fn appraised(&self, wrong: &mut Wrong) {
        let none = Appraisal::default();
        for (name, _, criterion) in self.appraisal.as_ref().unwrap_or(&none).criteria() {
            if criterion.met.is_none() {
                let field = format!("appraisal.{name}.met");
                wrong.add(&field, "takes true or false", "chọn đạt hoặc không đạt", None);
            }
            reason(wrong, &format!("appraisal.{name}.reason"), &criterion.reason);
        }
    }

    /// The day of the document, when one is given.
    #[must_use]
    pub fn day(&self) -> Option<Date> {
        self.date.trim().parse().ok()
    }
}

fn reason(wrong: &mut Wrong, field: &str, text: &str) {
    if text.trim().chars().count() < MIN_REASON {
        wrong.add(field, "needs at least 10 characters", "cần nêu lý do, ít nhất 10 ký tự", None);
    }
}

/// A day that has come.
fn past_day(wrong: &mut Wrong, field: &str, text: &str, today: Date) {
    match text.trim().parse::<Date>() {
        Err(_) => wrong.add(field, "takes a day such as 2026-11-24", "cần một ngày", Some(today.to_string())),
        Ok(day) if day > today => {
            wrong.add(field, "lies in the future", "ngày ở tương lai", Some(today.to_string()));
        }
        Ok(_) => {}
    }
}
