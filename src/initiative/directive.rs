//! Tasks of a directive: who does what by when, with which product, on whose authority ("6 rõ").

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::Objective;
use crate::catalog::text;
use crate::monitor::field::{FieldError, Wrong};

/// Most characters of a text.
const MAX_TEXT: usize = 1_000;

/// A task as somebody writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewTask {
    /// Number of the directive.
    pub directive: String,
    /// Which item of it.
    pub item: String,
    /// What is to be done.
    pub title: String,
    /// Identity of the organisation that is responsible.
    pub organisation: String,
    /// Who does it.
    pub owner: String,
    /// Who decides on it.
    pub authority: String,
    /// What comes of it.
    pub product: String,
    /// By when, ISO.
    pub due_date: String,
    /// Which objective of the directive it serves: initiatives with the same one are shown with it.
    pub objective: Option<Objective>,
}

impl NewTask {
    /// With its texts cleaned.
    #[must_use]
    pub fn cleaned(mut self) -> Self {
        let fields = [
            &mut self.directive,
            &mut self.item,
            &mut self.title,
            &mut self.organisation,
            &mut self.owner,
            &mut self.authority,
            &mut self.product,
            &mut self.due_date,
        ];
        for field in fields {
            *field = text::line(field);
        }
        self
    }

    /// Checks that all six are clear, and reads the day. `known` says that the organisation is there.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn check(&self, known: bool, today: Date) -> Result<Date, Vec<FieldError>> {
        let mut wrong = Wrong::default();
        let texts = [
            ("directive", &self.directive),
            ("item", &self.item),
            ("title", &self.title),
            ("owner", &self.owner),
            ("authority", &self.authority),
            ("product", &self.product),
        ];
        for (name, value) in texts {
            if value.is_empty() {
                wrong.add(name, "is missing", "chưa ghi", None);
            } else if value.chars().count() > MAX_TEXT {
                wrong.add(name, "is longer than 1,000 characters", "dài quá 1.000 ký tự", None);
            }
        }
        if !known {
            wrong.add("organisation", "is no organisation that is known", "không có cơ quan này", None);
        }
        let due = super::plan::needed(&mut wrong, "due_date", &self.due_date, today);
        wrong.ended().map(|()| due)
    }
}

/// How far a task is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Report {
    /// Day on which it was begun, ISO; empty until then.
    pub begun_on: String,
    /// Day on which it was done, ISO; empty until then.
    pub done_on: String,
    /// What came of it.
    pub result: String,
}

impl Report {
    /// Checks and reads the days.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn read(&self, today: Date) -> Result<(Option<Date>, Option<Date>), Vec<FieldError>> {
        let mut wrong = Wrong::default();
        let begun = super::plan::optional(&mut wrong, "begun_on", &self.begun_on, today);
        let done = super::plan::optional(&mut wrong, "done_on", &self.done_on, today);
        match (begun, done) {
            (None, Some(_)) => wrong.add("begun_on", "is missing: the task is done", "chưa ghi ngày bắt đầu", None),
            (Some(begun), Some(done)) if done < begun => {
                wrong.add(
                    "done_on",
                    "lies before the first day",
                    "ngày xong trước ngày bắt đầu",
                    Some(begun.to_string()),
                );
            }
            _ => {}
        }
        if done.is_some() && self.result.trim().is_empty() {
            wrong.add("result", "is missing: say what came of it", "chưa ghi kết quả", None);
        }
        if self.result.chars().count() > MAX_TEXT {
            wrong.add("result", "is longer than 1,000 characters", "dài quá 1.000 ký tự", None);
        }
        wrong.ended()?;
        Ok((begun, done))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = jiff::civil::date(2026, 11, 24);

    #[test]
    fn a_task_without_one_of_the_six_is_refused_by_name() {
        let fields = |task: &NewTask, known| {
            let errors = task.check(known, TODAY).err().unwrap_or_default();
            errors.into_iter().map(|error| error.field).collect::<Vec<_>>()
        };
        let all = ["directive", "item", "title", "owner", "authority", "product", "organisation", "due_date"];
        assert_eq!(fields(&NewTask::default(), false), all);
        let text = |text: &str| text.to_owned();
        let task = NewTask {
            directive: text("01/CT-UBND"),
            item: text("5.1"),
            title: text("Rà soát thủ tục"),
            organisation: text("so"),
            owner: text("Nguyễn Văn An"),
            authority: text("Chủ tịch UBND tỉnh"),
            product: text("Báo cáo"),
            due_date: text("31/12/2026"),
            objective: None,
        };
        assert_eq!(fields(&task, true), ["due_date"]);
        assert_eq!(fields(&NewTask { due_date: text("2026-12-31"), ..task }, true), Vec::<String>::new());
    }

    #[test]
    fn a_report_has_its_days_in_order_and_says_what_came_of_it() {
        let report = |begun: &str, done: &str, result: &str| {
            let report = Report { begun_on: begun.to_owned(), done_on: done.to_owned(), result: result.to_owned() };
            report.read(TODAY).map_err(|errors| errors.into_iter().map(|error| error.field).collect::<Vec<_>>())
        };
        assert!(report("2026-11-01", "", "").is_ok());
        assert!(report("2026-11-01", "2026-11-20", "Đã ban hành").is_ok());
        assert_eq!(report("2026-11-01", "2026-11-20", ""), Err(vec!["result".to_owned()]));
        assert_eq!(report("", "2026-11-20", "x"), Err(vec!["begun_on".to_owned()]));
        assert_eq!(report("2026-11-21", "2026-11-20", "x"), Err(vec!["done_on".to_owned()]));
        assert_eq!(report("2027-01-01", "", ""), Err(vec!["begun_on".to_owned()]));
    }
}
