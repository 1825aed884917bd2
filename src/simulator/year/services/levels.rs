//! Service levels over the services and some procedures, judged month by month by the code that judges real ones.

use jiff::{Timestamp, ToSpan};
use serde::Deserialize;

use super::service::{SIGNING_ID, youngest};
use crate::monitor::service_level::actions::create;
use crate::monitor::service_level::evaluate::evaluate;
use crate::monitor::service_level::model::Definition;
use crate::platform::db::Db;
use crate::simulator::year::YearError;
use crate::simulator::year::people::People;
use crate::simulator::year::plan::Plan;

const LEVELS: &str = include_str!("levels.toml");

#[derive(Deserialize)]
struct Levels {
    level: Vec<Definition>,
}

/// Makes them and has them evaluated.
///
/// # Errors
/// [`YearError`]
pub async fn build(db: &Db, plan: &Plan, people: &People) -> Result<(), YearError> {
    let levels: Levels = toml::from_str(LEVELS).map_err(|error| YearError::Data("levels.toml", error.to_string()))?;
    let is_young = |level: &Definition| level.scope.source == SIGNING_ID;
    let (young, first): (Vec<Definition>, Vec<Definition>) = levels.level.into_iter().partition(is_young);
    for level in &first {
        create(db, &people.metric_owner, level, plan.begin()).await?;
    }
    let mut made = false;
    for at in evaluations(plan) {
        if !made && at > youngest(plan) {
            made = true;
            for level in &young {
                create(db, &people.metric_owner, level, youngest(plan)).await?;
            }
        }
        evaluate(db, at).await?;
    }
    Ok(())
}

/// When they are evaluated: in the first two hours of each month, while paying failed, and at the end. Twice each time:
/// an alert is resolved when its reason has been gone for a while.
fn evaluations(plan: &Plan) -> Vec<Timestamp> {
    let mut all = Vec::new();
    let mut twice = |at: Timestamp| all.extend([at.checked_sub(1.hour()).unwrap_or(at), at]);
    for month in plan.months().into_iter().skip(1) {
        // Evaluating looks at what was over a minute before.
        twice(plan.at(month.first, 2) + 1.minute());
        let weeks = plan.outage();
        let fails = month.first.series(1.day()).take_while(|day| *day <= month.last).filter(|day| weeks.is_on(*day));
        for day in fails {
            twice(plan.at(day, 15) + 1.minute());
        }
    }
    twice(plan.end());
    all.retain(|at| *at <= plan.end());
    all.sort_unstable();
    all.dedup();
    all
}
