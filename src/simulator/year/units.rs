//! The offices of the province: communes as units of the catalog, all of them under agency codes of a made-up form.

use serde::Deserialize;
use serde_json::json;

use super::YearError;
use super::index766::province_id;
use super::plan::{PROVINCE, PROVINCE_UNIT, Plan};
use crate::catalog::units;
use crate::monitor::index766::directory;
use crate::monitor::index766::model::Department;
use crate::platform::db::Db;
use crate::simulator::captures::made_up::made_id;

/// Names and codes of communes are those in force since 1 July 2025; agency codes below `H31` are made up.
const UNITS: &str = include_str!("units.csv");
/// The province's name.
const NAME: &str = "Hưng Yên";

/// An office.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Unit {
    /// `H31.4`.
    pub agency: String,
    /// The code of a commune as a unit; empty for a department of the province.
    pub unit: String,
    /// Its name.
    pub name: String,
}

impl Unit {
    /// Whether it is a commune.
    #[must_use]
    pub fn is_commune(&self) -> bool {
        !self.unit.is_empty()
    }

    /// The id under which reports of the portal name it.
    #[must_use]
    pub fn department_id(&self) -> String {
        made_id(&self.agency)
    }
}

/// Every office: departments of the province, then communes.
///
/// # Errors
/// [`YearError::Data`]
pub fn all() -> Result<Vec<Unit>, YearError> {
    rows("units.csv", UNITS)
}

/// The rows of a table inside the program.
///
/// # Errors
/// [`YearError::Data`]
pub(super) fn rows<T: serde::de::DeserializeOwned>(name: &'static str, text: &str) -> Result<Vec<T>, YearError> {
    let rows: Result<Vec<T>, csv::Error> = csv::Reader::from_reader(text.as_bytes()).deserialize().collect();
    rows.map_err(|error| YearError::Data(name, error.to_string()))
}

/// Puts the offices in.
///
/// # Errors
/// [`YearError`]
pub async fn build(db: &Db, plan: &Plan) -> Result<Vec<Unit>, YearError> {
    let all = all()?;
    let short = |name: &str| name.split_once(' ').map_or(name, |(_, rest)| rest).to_owned();
    let communes = all.iter().filter(|unit| unit.is_commune());
    let wards: Vec<_> =
        communes.map(|unit| json!({ "Code": unit.unit, "Name": short(&unit.name), "FullName": unit.name })).collect();
    let province = json!([{ "Code": PROVINCE_UNIT, "Name": NAME, "FullName": format!("Tỉnh {NAME}"), "Wards": wards }]);
    units::import(db, &province.to_string()).await?;
    let agency = json!([{ "AGENCY_NAME": format!("UBND tỉnh {NAME}"), "CODE": PROVINCE }]);
    units::import(db, &agency.to_string()).await?;
    let mut tx = db.write().await?;
    for unit in &all {
        if unit.is_commune() {
            units::bears(&mut tx, &format!("commune:{}", unit.unit), &unit.agency).await?;
        }
        let department = Department {
            id: unit.department_id(),
            code: unit.agency.clone(),
            name: unit.name.clone(),
            level: if unit.is_commune() { "COMMUNE" } else { "PROVINCE" }.to_owned(),
            parent_id: province_id(),
        };
        directory::put_department(&mut tx, &department, plan.begin()).await?;
    }
    tx.commit().await?;
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::dossier::agency::normalise;

    #[test]
    fn every_office_has_a_code_of_its_own_that_dossiers_can_carry() {
        let all = all().unwrap();
        assert_eq!(all.iter().filter(|unit| unit.is_commune()).count(), 104);
        assert!(all.iter().all(|unit| normalise(&unit.agency).as_deref() == Some(unit.agency.as_str())));
        let mut codes: Vec<&str> = all.iter().map(|unit| unit.agency.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all.len());
    }
}
