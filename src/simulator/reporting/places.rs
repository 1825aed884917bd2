//! Departments and the ones below them, with counts that repeat.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::request::Period;
use super::results::scaled;
use crate::simulator::captures::made_up::{made_id, two_decimals};
use crate::simulator::captures::model::{Captures, Department};
use crate::simulator::chance::Chance;

/// Made-up departments below a province: so many of the province, and so many communes.
const BELOW: (u32, u32) = (6, 10);

/// A department of which a report is asked.
#[derive(Debug, Clone)]
pub struct Place {
    /// The department.
    pub department: Department,
    /// `PROVINCE` or `COMMUNE`.
    pub level: &'static str,
    /// Its place among those of its province; 0 for the province itself.
    pub order: u32,
    /// Points of the last month with figures.
    last: Department,
    /// Names of those below it by code.
    names: Arc<BTreeMap<String, String>>,
}

impl Place {
    /// The department with this identifier: a province, or a made-up department below one.
    #[must_use]
    pub fn find(captures: &Captures, id: &str) -> Option<Self> {
        let province = |department: &Department| Self {
            department: department.clone(),
            last: department.clone(),
            level: "PROVINCE",
            order: 0,
            names: Arc::clone(&captures.reporting.names),
        };
        if let Some(department) = captures.department(id) {
            return Some(province(department));
        }
        let provinces = captures.reporting.departments.iter();
        provinces.flat_map(|d| province(d).below()).find(|place| place.department.id == id)
    }

    /// The place with the points that it had in a period.
    #[must_use]
    pub fn grown(self, period: Period) -> Self {
        Self { department: scaled(&self.last, period.grown()), ..self }
    }

    /// The points of a group in a period as a share of the most that it can have.
    #[must_use]
    pub fn share_in(&self, group: &str, period: Period) -> f64 {
        scaled(&self.last, period.grown()).share(group)
    }

    /// Made-up departments below a province; none below the others.
    #[must_use]
    pub fn below(&self) -> Vec<Self> {
        if self.order > 0 {
            return Vec::new();
        }
        let (departments, communes) = BELOW;
        (1..=departments + communes).map(|order| self.child(order, order > departments)).collect()
    }

    fn child(&self, order: u32, commune: bool) -> Self {
        let parent = &self.department;
        let code = format!("{}.{}", parent.code, if commune { 94 + order } else { order });
        let made_up = || if commune { format!("Xã mô phỏng {code}") } else { format!("Sở mô phỏng {code}") };
        let name = self.names.get(&code).cloned().unwrap_or_else(made_up);
        let mut chance = Chance::named(766, &code);
        let mut at = 0;
        let points = parent.points.map(|points| {
            let most = Department::GROUPS[at].1;
            at += 1;
            two_decimals((points * (0.8 + 0.4 * chance.share())).min(most))
        });
        let level = if commune { "COMMUNE" } else { "PROVINCE" };
        let department = Department { id: made_id(&code), code, name, points };
        Self { last: department.clone(), department, level, order, names: Arc::clone(&self.names) }
    }

    /// Dossiers that the department received in a period, narrowed to a procedure or not.
    #[must_use]
    pub fn received(&self, seed: u64, period: Period, procedure: Option<&str>) -> u64 {
        if !period.has_data() {
            return 0;
        }
        let mut chance = self.chance(seed, period, procedure);
        let monthly = if self.order == 0 { 20_000 + chance.below(60_000) } else { 200 + chance.below(3_000) };
        let all = u64::from(monthly) * u64::from(period.months());
        if procedure.is_some() { all / u64::from(5 + chance.below(200)) } else { all }
    }

    /// Chance of this department, period and procedure.
    #[must_use]
    pub fn chance(&self, seed: u64, period: Period, procedure: Option<&str>) -> Chance {
        let place = format!("{}/{}/{}", self.department.id, period.word(), procedure.unwrap_or_default());
        Chance::named(seed, &place)
    }
}
