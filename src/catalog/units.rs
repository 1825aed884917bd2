//! Provinces and communes: an own id each, with dated codes and names as aliases.
//!
//! A unit's id is `scheme:code` of the table that it was first read from, so that a second import finds it again.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::store::StoreError;
use super::text;
use crate::on_db;
use crate::platform::db::{Db, Tx};

/// The day on which 63 provinces became 34 and districts were abolished (Resolution 202/2025/QH15).
const REORGANISED: &str = "2025-07-01";
/// Codes of provinces before that day share their numbers with other provinces after it.
const FIRST_DAY: &str = "2004-01-01";

/// The statements of units.
pub mod sql {
    /// Adds or renames a unit.
    pub const UPSERT: &str = "
        INSERT INTO units (id, name, full_name, level, parent_id, valid_from, valid_to)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, full_name = excluded.full_name";
    /// Adds an alias.
    pub const ALIAS: &str = "
        INSERT INTO unit_aliases (unit_id, scheme, value, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (scheme, value, unit_id) DO NOTHING";
    /// The current province with a short name.
    pub const PROVINCE_BY_NAME: &str = "
        SELECT u.id FROM units u JOIN unit_aliases a ON a.unit_id = u.id
        WHERE a.scheme = 'bare_name' AND a.value = $1 AND u.level = 'province' AND u.valid_to IS NULL
        ORDER BY u.id LIMIT 1";
    /// The unit that bears an agency code.
    pub const BY_AGENCY: &str = "
        SELECT unit_id FROM unit_aliases WHERE scheme = 'agency' AND value = $1
        ORDER BY valid_from DESC, unit_id LIMIT 1";
    /// Every agency code with the unit that bears it, the newest first.
    pub const AGENCIES: &str = "
        SELECT a.value AS code, u.full_name AS name, COALESCE(a.valid_to, u.valid_to) AS until
        FROM unit_aliases a JOIN units u ON u.id = a.unit_id WHERE a.scheme = 'agency'
        ORDER BY a.value, a.valid_from DESC, u.id LIMIT 100000";
    /// How many units of a level are in force.
    pub const COUNT: &str = "
        SELECT CAST(COUNT(*) AS BIGINT) FROM units WHERE level = $1 AND valid_to IS NULL";
}

/// What an import of units did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct UnitsReport {
    /// Provinces read.
    pub provinces: u64,
    /// Districts read; there are none after 1 July 2025.
    pub districts: u64,
    /// Communes read.
    pub communes: u64,
    /// Agency codes tied to a province.
    pub agency_codes: u64,
    /// Agencies that are no province, or whose province is not known.
    pub passed_over: u64,
}

impl fmt::Display for UnitsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} provinces, {} districts, {} communes, {} agency codes, {} passed over",
            self.provinces, self.districts, self.communes, self.agency_codes, self.passed_over
        )
    }
}

/// Why units cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum UnitsError {
    /// The file is none of the known tables.
    #[error("not a table of units: expected provinces with Wards or District, or agencies with AGENCY_NAME and CODE")]
    Format(#[source] serde_json::Error),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Table {
    Current(Vec<CurrentProvince>),
    Former(Vec<FormerProvince>),
    Agencies(Vec<Agency>),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CurrentProvince {
    code: String,
    name: String,
    full_name: String,
    wards: Vec<CurrentCommune>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CurrentCommune {
    code: String,
    name: String,
    full_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FormerProvince {
    code: String,
    full_name: String,
    district: Vec<FormerDistrict>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FormerDistrict {
    code: String,
    full_name: String,
    #[serde(default)]
    ward: Option<Vec<FormerCommune>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FormerCommune {
    code: String,
    full_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Agency {
    agency_name: String,
    code: String,
}

struct Unit<'a> {
    id: String,
    code: &'a str,
    name: &'a str,
    full_name: &'a str,
    level: &'static str,
    parent: Option<&'a str>,
    former: bool,
}

/// Imports one table: current units, units before 1 July 2025, or agencies with their codes.
///
/// # Errors
/// [`UnitsError`]; nothing is written then.
pub async fn import(db: &Db, text: &str) -> Result<UnitsReport, UnitsError> {
    let table: Table = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(UnitsError::Format)?;
    let mut report = UnitsReport::default();
    let mut tx = db.write().await.map_err(StoreError::from)?;
    match table {
        Table::Current(provinces) => {
            for province in &provinces {
                write_current(&mut tx, province, &mut report).await?;
            }
        }
        Table::Former(provinces) => {
            for province in &provinces {
                write_former(&mut tx, province, &mut report).await?;
            }
        }
        Table::Agencies(agencies) => {
            for agency in &agencies {
                write_agency(&mut tx, agency, &mut report).await?;
            }
        }
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(report)
}

async fn write_current(tx: &mut Tx, province: &CurrentProvince, report: &mut UnitsReport) -> Result<(), StoreError> {
    let id = format!("province:{}", province.code);
    report.provinces += 1;
    let unit = Unit {
        id: id.clone(),
        code: &province.code,
        name: &province.name,
        full_name: &province.full_name,
        level: "province",
        parent: None,
        former: false,
    };
    write(tx, &unit).await?;
    for commune in &province.wards {
        report.communes += 1;
        let unit = Unit {
            id: format!("commune:{}", commune.code),
            code: &commune.code,
            name: &commune.name,
            full_name: &commune.full_name,
            level: "commune",
            parent: Some(&id),
            former: false,
        };
        write(tx, &unit).await?;
    }
    Ok(())
}

async fn write_former(tx: &mut Tx, province: &FormerProvince, report: &mut UnitsReport) -> Result<(), StoreError> {
    let id = format!("former-province:{}", province.code);
    report.provinces += 1;
    write(tx, &former(id.clone(), &province.code, &province.full_name, "province", None)).await?;
    for district in &province.district {
        let district_id = format!("former-district:{}", district.code);
        report.districts += 1;
        let unit = former(district_id.clone(), &district.code, &district.full_name, "district", Some(&id));
        write(tx, &unit).await?;
        for commune in district.ward.iter().flatten() {
            report.communes += 1;
            let commune_id = format!("former-commune:{}", commune.code);
            write(tx, &former(commune_id, &commune.code, &commune.full_name, "commune", Some(&district_id))).await?;
        }
    }
    Ok(())
}

fn former<'a>(id: String, code: &'a str, full_name: &'a str, level: &'static str, parent: Option<&'a str>) -> Unit<'a> {
    Unit { id, code, name: short_name(full_name), full_name, level, parent, former: true }
}

/// "Tỉnh Hưng Yên" is known as "Hưng Yên".
fn short_name(full_name: &str) -> &str {
    const KINDS: [&str; 9] =
        ["Thành phố ", "Tỉnh ", "Quận ", "Huyện ", "Thị xã ", "Phường ", "Xã ", "Thị trấn ", "Đặc khu "];
    KINDS.iter().find_map(|kind| full_name.strip_prefix(kind)).unwrap_or(full_name)
}

async fn write(tx: &mut Tx, unit: &Unit<'_>) -> Result<(), StoreError> {
    let (from, to) = if unit.former { (FIRST_DAY, Some(REORGANISED)) } else { (REORGANISED, None) };
    on_db!(tx, |conn| sqlx::query(sql::UPSERT)
        .bind(&unit.id)
        .bind(unit.name)
        .bind(unit.full_name)
        .bind(unit.level)
        .bind(unit.parent)
        .bind(from)
        .bind(to)
        .execute(conn)
        .await
        .map(|_| ())?);
    let bare = text::bare(unit.name);
    let names = [("name", unit.name), ("full_name", unit.full_name), ("bare_name", bare.as_str())];
    for (scheme, value) in [("table", unit.code)].into_iter().chain(names) {
        write_alias(tx, &unit.id, scheme, value, from, to).await?;
    }
    Ok(())
}

async fn write_alias(
    tx: &mut Tx,
    unit_id: &str,
    scheme: &str,
    value: &str,
    from: &str,
    to: Option<&str>,
) -> Result<(), StoreError> {
    on_db!(tx, |conn| sqlx::query(sql::ALIAS)
        .bind(unit_id)
        .bind(scheme)
        .bind(value)
        .bind(from)
        .bind(to)
        .execute(conn)
        .await
        .map(|_| ())?);
    Ok(())
}

/// Ties `H31` to the province whose people's committee bears it.
async fn write_agency(tx: &mut Tx, agency: &Agency, report: &mut UnitsReport) -> Result<(), StoreError> {
    let code = agency.code.rsplit('.').next().unwrap_or_default();
    let name = agency.agency_name.trim();
    let province = name.strip_prefix("UBND ").map(|rest| {
        ["tỉnh ", "thành phố ", "Tỉnh ", "Thành phố ", "TP "].iter().find_map(|k| rest.strip_prefix(k)).unwrap_or(rest)
    });
    let (Some(province), true) = (province, code.starts_with('H')) else {
        report.passed_over += 1;
        return Ok(());
    };
    let found: Option<(String,)> = on_db!(tx, |conn| sqlx::query_as(sql::PROVINCE_BY_NAME)
        .bind(text::bare(province))
        .fetch_optional(conn)
        .await?);
    let Some((id,)) = found else {
        report.passed_over += 1;
        return Ok(());
    };
    report.agency_codes += 1;
    write_alias(tx, &id, "agency", code, REORGANISED, None).await
}

/// Ties an agency code such as `H31.101` to a unit.
///
/// # Errors
/// [`StoreError`]
pub async fn bears(tx: &mut Tx, unit_id: &str, agency: &str) -> Result<(), StoreError> {
    write_alias(tx, unit_id, "agency", agency, REORGANISED, None).await
}

/// How many units of a level (`province`, `district`, `commune`) are in force.
///
/// # Errors
/// [`StoreError`]
pub async fn count(tx: &mut Tx, level: &str) -> Result<i64, StoreError> {
    let (n,): (i64,) = on_db!(tx, |conn| sqlx::query_as(sql::COUNT).bind(level).fetch_one(conn).await?);
    Ok(n)
}

/// The unit that bears an agency code such as `H31`, where one is known.
///
/// # Errors
/// [`StoreError`]
pub async fn of_agency(tx: &mut Tx, code: &str) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::BY_AGENCY).bind(code).fetch_optional(conn).await?);
    Ok(row.map(|(id,)| id))
}

/// A unit by an agency code.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Bearer {
    /// Such as `H31.1`.
    pub code: String,
    /// Full name of the unit.
    pub name: String,
    /// The last day on which it existed under this code, ISO; `None` while it does.
    pub until: Option<String>,
}

/// Every agency that is known, by its code; the newest bearer of a code comes first.
///
/// # Errors
/// When the database fails.
pub async fn agencies(tx: &mut Tx) -> Result<Vec<Bearer>, StoreError> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::AGENCIES).fetch_all(conn).await?))
}
