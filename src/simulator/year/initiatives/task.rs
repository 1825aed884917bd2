//! Tasks of a directive, given and reported on; two agencies are silent.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;

use super::staff::Staff;
use crate::initiative::actions::directive::{give, report};
use crate::initiative::directive::{NewTask, Report};
use crate::initiative::model::Objective;
use crate::platform::db::Db;
use crate::simulator::year::YearError;
use crate::simulator::year::people::People;
use crate::simulator::year::plan::Plan;
use crate::simulator::year::units::rows;

/// Days are counted back from the end of the year.
const TASKS: &str = include_str!("tasks.csv");
/// The directive and who decides; both are made up.
const DIRECTIVE: &str = "Chỉ thị về cải cách thủ tục hành chính (minh họa)";
const AUTHORITY: &str = "Chủ tịch UBND tỉnh";

#[derive(Debug, Clone, Deserialize)]
struct Row {
    item: String,
    title: String,
    organisation: String,
    owner: String,
    product: String,
    given: i64,
    due: i64,
    begun: Option<i64>,
    done: Option<i64>,
    objective: Objective,
    result: String,
}

/// Makes them.
///
/// # Errors
/// [`YearError`]
pub async fn build(db: &Db, plan: &Plan, people: &People, staff: &Staff) -> Result<(), YearError> {
    let ago = |days: i64| plan.last_day().saturating_sub(days.days());
    for row in rows::<Row>("tasks.csv", TASKS)? {
        let task = NewTask {
            directive: DIRECTIVE.to_owned(),
            item: row.item,
            title: row.title,
            organisation: row.organisation.clone(),
            owner: row.owner,
            authority: AUTHORITY.to_owned(),
            product: row.product,
            due_date: ago(row.due).to_string(),
            objective: Some(row.objective),
        };
        let id = give(db, &people.approver, task, plan.at(ago(row.given), 9)).await?;
        let text = |day: Date| day.to_string();
        let days = [row.begun.map(ago), row.done.map(ago)];
        for (version, day) in (1..).zip(days.into_iter().flatten()) {
            let is_done = days[1] == Some(day);
            let new = Report {
                begun_on: days[0].map(text).unwrap_or_default(),
                done_on: if is_done { text(day) } else { String::new() },
                result: if is_done { row.result.clone() } else { String::new() },
            };
            let head = staff.head(&row.organisation)?;
            report(db, head, (&id, version), &new, plan.at(day, 16)).await?;
        }
    }
    Ok(())
}
