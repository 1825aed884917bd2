//! SQL of the dated rules of index 766: formulas, groups, bands, breaks of series.

use jiff::civil::Date;

use super::decimal::Decimal;
use super::rules::{Band, Break, Formula, Group, Rule, Rules};
use crate::on_db;
use crate::platform::db::Tx;
use crate::platform::word;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// The formulas in force on a day.
    pub const FORMULAS: &str = "
        SELECT code, formula_version, group_code, number, name, rule, numerator, denominator, target_hundredths,
               max_hundredths, valid_from, valid_to, source
        FROM indicator_formulas WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)
        ORDER BY number, code, valid_from DESC LIMIT 1000";
    /// The groups in force on a day.
    pub const GROUPS: &str = "
        SELECT code, number, name, max_hundredths, shown_with FROM indicator_groups
        WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1) ORDER BY number, code LIMIT 100";
    /// The bands in force on a day, the highest first.
    pub const BANDS: &str = "
        SELECT code, name, least_hundredths FROM indicator_bands
        WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)
        ORDER BY least_hundredths DESC, code LIMIT 100";
    /// The breaks of a series.
    pub const BREAKS: &str = "SELECT day, reason FROM series_breaks WHERE series = $1 ORDER BY day LIMIT 100";
}

#[derive(sqlx::FromRow)]
struct FormulaRow {
    code: String,
    formula_version: String,
    group_code: String,
    number: String,
    name: String,
    rule: String,
    numerator: String,
    denominator: String,
    target_hundredths: Option<i64>,
    max_hundredths: i64,
    valid_from: String,
    valid_to: Option<String>,
    source: String,
}

impl FormulaRow {
    /// A row that somebody has spoilt by hand is passed over.
    fn read(self) -> Option<Formula> {
        let fields = |text: &str| text.split('+').map(str::trim).filter(|f| !f.is_empty()).map(str::to_owned).collect();
        Some(Formula {
            rule: word::read::<Rule>(&self.rule)?,
            numerator: fields(&self.numerator),
            denominator: fields(&self.denominator),
            target: self.target_hundredths.map(Decimal::hundredths),
            max: Decimal::hundredths(self.max_hundredths),
            valid_from: self.valid_from.parse().ok()?,
            valid_to: self.valid_to.and_then(|day| day.parse().ok()),
            code: self.code,
            version: self.formula_version,
            group: self.group_code,
            number: self.number,
            name: self.name,
            source: self.source,
        })
    }
}

/// The rules in force on a day. Of two formulas for one indicator the one that began later holds.
///
/// # Errors
/// When the database fails.
pub async fn rules(tx: &mut Tx, day: Date) -> Result<Rules, sqlx::Error> {
    let day = day.to_string();
    let rows: Vec<FormulaRow> =
        on_db!(&mut *tx, |conn| sqlx::query_as(sql::FORMULAS).bind(&day).fetch_all(conn).await?);
    let mut formulas: Vec<Formula> = rows.into_iter().filter_map(FormulaRow::read).collect();
    formulas.dedup_by(|later, first| later.code == first.code);
    let groups: Vec<(String, String, String, i64, Option<String>)> =
        on_db!(&mut *tx, |conn| sqlx::query_as(sql::GROUPS).bind(&day).fetch_all(conn).await?);
    let group =
        |(code, number, name, max, shown_with)| Group { code, number, name, max: Decimal::hundredths(max), shown_with };
    let bands: Vec<(String, String, i64)> =
        on_db!(&mut *tx, |conn| sqlx::query_as(sql::BANDS).bind(&day).fetch_all(conn).await?);
    let band = |(code, name, least)| Band { code, name, least: Decimal::hundredths(least) };
    Ok(Rules {
        formulas,
        groups: groups.into_iter().map(group).collect(),
        bands: bands.into_iter().map(band).collect(),
    })
}

/// The days at which a series began to be measured in another way.
///
/// # Errors
/// When the database fails.
pub async fn breaks(tx: &mut Tx, series: &str) -> Result<Vec<Break>, sqlx::Error> {
    let rows: Vec<(String, String)> =
        on_db!(tx, |conn| sqlx::query_as(sql::BREAKS).bind(series).fetch_all(conn).await?);
    Ok(rows.into_iter().map(|(day, reason)| Break { day, reason }).collect())
}
