//! Compliance cost of a procedure (chi phí tuân thủ), TT 02/2017/TT-VPCP Điều 27.
//!
//! ```text
//! task   = hours × wage per hour + service + fees
//! C_case = sum of tasks
//! C_year = C_case × times a year × subjects
//! saving = C_year before − C_year after;  rate = saving / C_year before
//! ```
//! Money is whole đồng, hours are hundredths, rates are hundredths of a percent, halves are rounded up.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::monitor::field::{FieldError, Wrong};

/// Most tasks of a table.
pub const MAX_TASKS: usize = 100;
/// Largest amount of one entry, đồng.
const MAX_MONEY: i64 = 1_000_000_000_000;
/// Largest time of one task, hundredths of an hour: 100,000 hours.
const MAX_HOURS: i64 = 10_000_000;
/// Largest count a year.
const MAX_COUNT: i64 = 1_000_000_000;

/// Whose time is counted. The two are never added to one total.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The legal notion: what the person spends to obtain the result.
    #[default]
    Statutory,
    /// A common short-cut: the agency's handling time in hours times the wage.
    HandlingTimeProxy,
}

impl Method {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Statutory, Self::HandlingTimeProxy];

    /// Its name for readers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Statutory => "Theo Điều 27 TT 02/2017/TT-VPCP (chi phí của người dân, doanh nghiệp)",
            Self::HandlingTimeProxy => "Quy đổi từ thời hạn giải quyết của cơ quan (ước tính)",
        }
    }
}

/// The kinds of task of the legal table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// Preparing a dossier component.
    #[default]
    Prepare,
    /// Filing the dossier.
    Submit,
    /// Paying fees and charges.
    Pay,
    /// Preparing for and attending an inspection.
    Inspection,
    /// Anything else.
    Other,
    /// Receiving the result.
    Receive,
}

impl TaskKind {
    /// Every kind, in the order of the table.
    pub const ALL: [Self; 6] = [Self::Prepare, Self::Submit, Self::Pay, Self::Inspection, Self::Other, Self::Receive];

    /// Its name for readers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Prepare => "Chuẩn bị hồ sơ",
            Self::Submit => "Nộp hồ sơ",
            Self::Pay => "Nộp phí, lệ phí",
            Self::Inspection => "Chuẩn bị, phục vụ kiểm tra thực tế",
            Self::Other => "Công việc khác",
            Self::Receive => "Nhận kết quả",
        }
    }
}

/// One line of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Task {
    /// Kind of task.
    pub kind: TaskKind,
    /// What is done, and how.
    pub activity: String,
    /// Time in hundredths of an hour; 8 hours are a working day.
    pub hours: i64,
    /// Average income an hour, đồng.
    pub wage_per_hour: i64,
    /// Hired advice and services, đồng.
    pub service: i64,
    /// Fees, charges and other costs, đồng.
    pub fees: i64,
}

/// Cost of doing a procedure, before or after.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Table {
    /// The tasks.
    pub tasks: Vec<Task>,
    /// How often one subject does it in a year.
    pub times_per_year: i64,
    /// How many subjects do it in a year.
    pub subjects: i64,
}

/// What a table comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Cost {
    /// One case, đồng.
    pub per_case: i64,
    /// One year, đồng.
    pub per_year: i64,
}

/// What a simplification saves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Saving {
    /// Cost before.
    pub before: Cost,
    /// Cost after.
    pub after: Cost,
    /// Đồng a year; negative when it costs more.
    pub per_year: i64,
    /// Hundredths of a percent of the cost before; `None` when that is 0.
    pub rate: Option<i64>,
}

impl Task {
    /// `hours × wage + service + fees`, đồng.
    #[must_use]
    pub fn cost(&self) -> i128 {
        let time = i128::from(self.hours) * i128::from(self.wage_per_hour);
        halves_up(time, 100) + i128::from(self.service) + i128::from(self.fees)
    }
}

impl Table {
    /// Checks the figures; `prefix` stands before the names of fields.
    ///
    /// # Errors
    /// Every field that is out of its range.
    pub fn check(&self, prefix: &str) -> Result<(), Vec<FieldError>> {
        let mut wrong = Wrong::default();
        if self.tasks.len() > MAX_TASKS {
            let field = format!("{prefix}.tasks");
            wrong.add(&field, "has more than 100 tasks", "có hơn 100 công việc", None);
        }
        for (place, task) in self.tasks.iter().enumerate() {
            let figures = [
                ("hours", task.hours, MAX_HOURS),
                ("wage_per_hour", task.wage_per_hour, MAX_MONEY),
                ("service", task.service, MAX_MONEY),
                ("fees", task.fees, MAX_MONEY),
            ];
            for (name, value, most) in figures {
                range(&mut wrong, &format!("{prefix}.tasks[{place}].{name}"), value, most);
            }
            if task.activity.chars().count() > 500 {
                let field = format!("{prefix}.tasks[{place}].activity");
                wrong.add(&field, "is longer than 500 characters", "dài quá 500 ký tự", None);
            }
        }
        range(&mut wrong, &format!("{prefix}.times_per_year"), self.times_per_year, MAX_COUNT);
        range(&mut wrong, &format!("{prefix}.subjects"), self.subjects, MAX_COUNT);
        wrong.ended()
    }

    /// `C_case` and `C_year`; amounts beyond 9 × 10¹⁸ đồng stay there.
    #[must_use]
    pub fn cost(&self) -> Cost {
        let per_case: i128 = self.tasks.iter().map(Task::cost).sum();
        let times = i128::from(self.times_per_year) * i128::from(self.subjects);
        Cost { per_case: clamp(per_case), per_year: clamp(per_case.saturating_mul(times)) }
    }
}

/// What is saved between two tables.
#[must_use]
pub fn saving(before: &Table, after: &Table) -> Saving {
    let (before, after) = (before.cost(), after.cost());
    let per_year = before.per_year.saturating_sub(after.per_year);
    Saving { before, after, per_year, rate: rate(per_year, before.per_year) }
}

/// What is saved as hundredths of a percent of the cost before; `None` when that is 0.
#[must_use]
pub fn rate(saved: i64, before: i64) -> Option<i64> {
    (before != 0).then(|| clamp(halves_up(i128::from(saved) * 10_000, i128::from(before))))
}

fn range(wrong: &mut Wrong, field: &str, value: i64, most: i64) {
    if value < 0 {
        wrong.add(field, "is negative: give 0 or more", "là số âm: ghi từ 0 trở lên", Some("0".to_owned()));
    } else if value > most {
        wrong.add(field, "is too large", "lớn quá mức cho phép", Some(most.to_string()));
    }
}

/// Division rounded to the nearest, halves up.
fn halves_up(value: i128, by: i128) -> i128 {
    (2 * value + by).div_euclid(2 * by)
}

fn clamp(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hours(hours: i64, wage: i64) -> Task {
        Task { hours: hours * 100, wage_per_hour: wage, ..Task::default() }
    }

    /// A table of one task, done once a year by so many.
    fn table(task: Task, subjects: i64) -> Table {
        Table { tasks: vec![task], times_per_year: 1, subjects }
    }

    #[test]
    fn ten_days_cut_to_nine_save_a_tenth() {
        let saved = saving(&table(hours(80, 40_000), 10), &table(hours(72, 40_000), 10));
        assert_eq!((saved.before.per_year, saved.after.per_year), (32_000_000, 28_800_000));
        assert_eq!((saved.per_year, saved.rate), (3_200_000, Some(1000)));
    }

    #[test]
    fn twenty_five_days_cut_to_twenty_three_save_eight_percent() {
        let saved = saving(&table(hours(200, 40_000), 10), &table(hours(184, 40_000), 10));
        assert_eq!((saved.before.per_year, saved.after.per_year), (80_000_000, 73_600_000));
        assert_eq!((saved.per_year, saved.rate), (6_400_000, Some(800)));
    }

    #[test]
    fn five_days_cut_to_three_save_forty_percent() {
        let saved = saving(&table(hours(40, 40_000), 10), &table(hours(24, 40_000), 10));
        assert_eq!((saved.before.per_year, saved.after.per_year), (16_000_000, 9_600_000));
        assert_eq!((saved.per_year, saved.rate), (6_400_000, Some(4000)));
    }

    #[test]
    fn the_published_cost_of_a_dossier_gives_the_published_rate() {
        let fees = |fees: i64| Task { fees, ..Task::default() };
        let saved = saving(&table(fees(1_024_000), 3_228), &table(fees(231_000), 3_228));
        assert_eq!((saved.before.per_case, saved.after.per_case), (1_024_000, 231_000));
        assert_eq!(saved.before.per_case - saved.after.per_case, 793_000);
        assert_eq!((saved.per_year, saved.rate), (793_000 * 3_228, Some(7744)));
    }

    #[test]
    fn a_cost_of_nothing_has_no_rate_and_figures_out_of_range_are_named() {
        assert_eq!(saving(&Table::default(), &Table::default()).rate, None);
        let mut wrong = table(hours(-1, 40_000), 10);
        wrong.times_per_year = MAX_COUNT + 1;
        let errors = wrong.check("cost.before").unwrap_err();
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["cost.before.tasks[0].hours", "cost.before.times_per_year"]);
    }

    proptest! {
        #[test]
        fn saving_is_the_difference_and_never_more_than_everything(
            a in 0..MAX_HOURS, b in 0..MAX_HOURS, wage in 0..1_000_000i64, fees in 0..1_000_000_000i64, n in 0..100_000i64,
        ) {
            let of = |hours: i64| table(Task { hours, wage_per_hour: wage, fees, ..Task::default() }, n);
            let saved = saving(&of(a), &of(b));
            prop_assert_eq!(saved.per_year, saved.before.per_year - saved.after.per_year);
            prop_assert!(saved.rate.is_none_or(|rate| rate <= 10_000));
            prop_assert_eq!(saved.per_year > 0, saved.before.per_year > saved.after.per_year);
        }
    }
}
