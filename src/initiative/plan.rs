//! How a measure is put into force: stages with planned and actual days, and the units it is rolled out in.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalog::text;
use crate::monitor::field::{FieldError, Wrong};

/// Most characters of a name.
const MAX_NAME: usize = 300;

/// A stage as somebody writes it. Days are ISO; an empty text is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewStage {
    /// What is done.
    pub name: String,
    /// First day as planned.
    pub planned_from: String,
    /// Last day as planned.
    pub planned_to: String,
    /// First day as it was.
    pub actual_from: String,
    /// Last day as it was.
    pub actual_to: String,
}

/// The days of a stage that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Days {
    /// What is done.
    pub name: String,
    /// As planned.
    pub planned: (Date, Date),
    /// As it was.
    pub actual: (Option<Date>, Option<Date>),
}

impl NewStage {
    /// Checks and reads it.
    ///
    /// # Errors
    /// Every field that is wrong: days that are missing, out of order, or not yet there.
    pub fn read(&self, today: Date) -> Result<Days, Vec<FieldError>> {
        let mut wrong = Wrong::default();
        let name = name(&mut wrong, "name", &self.name);
        let from = needed(&mut wrong, "planned_from", &self.planned_from, today);
        let to = needed(&mut wrong, "planned_to", &self.planned_to, today);
        let began = optional(&mut wrong, "actual_from", &self.actual_from, today);
        let ended = optional(&mut wrong, "actual_to", &self.actual_to, today);
        if to < from {
            let vietnamese = "ngày kết thúc trước ngày bắt đầu";
            wrong.add("planned_to", "lies before the first day", vietnamese, Some(from.to_string()));
        }
        match (began, ended) {
            (None, Some(_)) => {
                wrong.add("actual_from", "is missing: the stage has ended", "chưa ghi ngày bắt đầu thực tế", None);
            }
            (Some(began), Some(ended)) if ended < began => {
                let vietnamese = "ngày kết thúc trước ngày bắt đầu";
                wrong.add("actual_to", "lies before the first day", vietnamese, Some(began.to_string()));
            }
            _ => {}
        }
        wrong.ended()?;
        Ok(Days { name, planned: (from, to), actual: (began, ended) })
    }
}

fn name(wrong: &mut Wrong, field: &str, typed: &str) -> String {
    let name = text::line(typed);
    if name.is_empty() || name.chars().count() > MAX_NAME {
        wrong.add(field, "takes 1 to 300 characters", "cần từ 1 đến 300 ký tự", None);
    }
    name
}

pub(super) fn needed(wrong: &mut Wrong, field: &str, typed: &str, today: Date) -> Date {
    typed.trim().parse().unwrap_or_else(|_| {
        wrong.add(field, "takes a day", "cần một ngày", Some(today.to_string()));
        today
    })
}

/// A day that has come, or none.
pub(super) fn optional(wrong: &mut Wrong, field: &str, typed: &str, today: Date) -> Option<Date> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    match typed.parse::<Date>() {
        Ok(day) if day <= today => return Some(day),
        Ok(_) => wrong.add(field, "lies in the future", "ngày này chưa tới", Some(today.to_string())),
        Err(_) => wrong.add(field, "takes a day", "cần một ngày", Some(today.to_string())),
    }
    None
}

/// How a stage stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its first day has not come.
    Planned,
    /// It was to have begun.
    NotBegun,
    /// Under way.
    Running,
    /// It was to have ended.
    Late,
    /// Ended.
    Done,
}

impl Standing {
    /// Of a stage or task with these days.
    #[must_use]
    pub fn of(planned_from: &str, planned_to: &str, began: Option<&str>, ended: Option<&str>, today: &str) -> Self {
        match (began, ended) {
            (_, Some(_)) => Self::Done,
            _ if planned_to < today => Self::Late,
            (Some(_), None) => Self::Running,
            (None, None) if planned_from > today => Self::Planned,
            (None, None) => Self::NotBegun,
        }
    }

    /// In Vietnamese.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Planned => "Chưa đến ngày",
            Self::NotBegun => "Chưa bắt đầu",
            Self::Running => "Đang làm",
            Self::Late => "Quá hạn",
            Self::Done => "Xong",
        }
    }
}

/// A unit in which a measure is rolled out, as somebody writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewUnit {
    /// Its name or agency code.
    pub name: String,
    /// Day as planned, ISO.
    pub planned_on: String,
    /// Day as it was, ISO; empty until then.
    pub done_on: String,
}

impl NewUnit {
    /// Checks and reads it: name, day as planned, day as it was.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn read(&self, today: Date) -> Result<(String, Date, Option<Date>), Vec<FieldError>> {
        let mut wrong = Wrong::default();
        let name = name(&mut wrong, "unit", &self.name);
        let planned = needed(&mut wrong, "planned_on", &self.planned_on, today);
        let done = optional(&mut wrong, "done_on", &self.done_on, today);
        wrong.ended()?;
        Ok((name, planned, done))
    }
}

/// How far a measure is rolled out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Progress {
    /// Units in which it is done.
    pub done: usize,
    /// All units.
    pub units: usize,
    /// Share that is done, 0 to 1: of the dossiers where they were counted in every unit, else of the units.
    pub share: f64,
    /// The share is one of dossiers.
    pub weighted: bool,
}

/// Adds up units, each with whether it is done and how many dossiers were counted there. `None` without units.
#[must_use]
pub fn progress(units: &[(bool, Option<i64>)]) -> Option<Progress> {
    if units.is_empty() {
        return None;
    }
    let done = units.iter().filter(|(done, _)| *done).count();
    let known: Option<i64> = units.iter().map(|(_, dossiers)| *dossiers).sum();
    let whole = known.filter(|sum| *sum > 0);
    let part: i64 = units.iter().filter(|(done, _)| *done).filter_map(|(_, dossiers)| *dossiers).sum();
    #[expect(clippy::cast_precision_loss, reason = "dossiers stay far below 2^52")]
    let share = match whole {
        Some(whole) => part as f64 / whole as f64,
        None => done as f64 / units.len() as f64,
    };
    Some(Progress { done, units: units.len(), share, weighted: whole.is_some() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = jiff::civil::date(2026, 11, 24);

    fn stage(planned: [&str; 2], actual: [&str; 2]) -> Result<Days, Vec<String>> {
        let of = |text: &str| text.to_owned();
        let new = NewStage {
            name: "Sửa biểu mẫu".to_owned(),
            planned_from: of(planned[0]),
            planned_to: of(planned[1]),
            actual_from: of(actual[0]),
            actual_to: of(actual[1]),
        };
        new.read(TODAY).map_err(|errors| errors.into_iter().map(|error| error.field).collect())
    }

    #[test]
    fn days_out_of_order_are_named() {
        assert!(stage(["2026-11-01", "2026-11-30"], ["2026-11-02", ""]).is_ok());
        assert_eq!(stage(["2026-11-30", "2026-11-01"], ["", ""]), Err(vec!["planned_to".to_owned()]));
        assert_eq!(stage(["2026-11-01", "2026-11-30"], ["", "2026-11-02"]), Err(vec!["actual_from".to_owned()]));
        let swapped = stage(["2026-11-01", "2026-11-30"], ["2026-11-05", "2026-11-02"]);
        assert_eq!(swapped, Err(vec!["actual_to".to_owned()]));
        assert_eq!(stage(["2026-11-01", "2026-11-30"], ["2026-12-01", ""]), Err(vec!["actual_from".to_owned()]));
        assert_eq!(stage(["1/11/2026", ""], ["", ""]), Err(vec!["planned_from".to_owned(), "planned_to".to_owned()]));
    }

    #[test]
    fn where_a_stage_stands_follows_from_its_days() {
        let of = |from, to, began, ended| Standing::of(from, to, began, ended, "2026-11-24");
        assert_eq!(of("2026-12-01", "2026-12-31", None, None), Standing::Planned);
        assert_eq!(of("2026-11-01", "2026-12-31", None, None), Standing::NotBegun);
        assert_eq!(of("2026-11-01", "2026-12-31", Some("2026-11-02"), None), Standing::Running);
        assert_eq!(of("2026-11-01", "2026-11-23", Some("2026-11-02"), None), Standing::Late);
        assert_eq!(of("2026-11-01", "2026-11-24", None, None), Standing::NotBegun, "its last day is not over");
        assert_eq!(of("2026-11-01", "2026-11-02", Some("2026-11-02"), Some("2026-11-20")), Standing::Done);
    }

    #[test]
    fn a_roll_out_is_weighted_by_dossiers_where_they_are_known_of_every_unit() {
        assert_eq!(progress(&[]), None);
        let known = progress(&[(true, Some(300)), (false, Some(100))]).unwrap();
        assert_eq!((known.share, known.weighted, known.done, known.units), (0.75, true, 1, 2));
        let partly = progress(&[(true, Some(300)), (false, None)]).unwrap();
        assert_eq!((partly.share, partly.weighted), (0.5, false));
        let none = progress(&[(true, Some(0)), (false, Some(0))]).unwrap();
        assert_eq!((none.share, none.weighted), (0.5, false));
    }
}
