//! SQL of the working calendar.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::hours::Profile;
use super::import::Year;
use super::model::{Calendar, DayKind};
use crate::on_db;
use crate::platform::db::{Db, Tx};
use crate::platform::word;

/// The statements of the calendar; every text runs on both databases.
pub mod sql {
    /// Years that are loaded.
    pub const YEARS: &str = "SELECT year FROM calendar_years ORDER BY year LIMIT 1000";
    /// Days that differ from the week.
    pub const DAYS: &str = "SELECT day, kind FROM calendar_days ORDER BY day LIMIT 100000";
    /// Hours of work.
    pub const HOURS: &str = "
        SELECT p.valid_from, p.received_until, p.source, h.begins, h.ends
        FROM working_profiles p JOIN working_hours h ON h.valid_from = p.valid_from
        ORDER BY p.valid_from, h.begins LIMIT 10000";
    /// Loads a year, or says anew where it comes from.
    pub const PUT_YEAR: &str = "
        INSERT INTO calendar_years (year, decision, source, loaded_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (year) DO UPDATE SET
            decision = excluded.decision, source = excluded.source, loaded_at = excluded.loaded_at";
    /// Forgets the days of a year.
    pub const DELETE_DAYS: &str = "DELETE FROM calendar_days WHERE year = $1";
    /// Adds a day.
    pub const INSERT_DAY: &str = "
        INSERT INTO calendar_days (day, year, kind, name, decision, source) VALUES ($1, $2, $3, $4, $5, $6)";
}

#[derive(sqlx::FromRow)]
struct HoursRow {
    valid_from: String,
    received_until: Option<String>,
    source: String,
    begins: String,
    ends: String,
}

/// The calendar as it is known.
///
/// # Errors
/// When the database fails. A row that is no day, time or kind is left out.
pub async fn load(tx: &mut Tx) -> Result<Calendar, sqlx::Error> {
    let years: Vec<(i64,)> = on_db!(tx, |conn| sqlx::query_as(sql::YEARS).fetch_all(conn).await?);
    let days: Vec<(String, String)> = on_db!(tx, |conn| sqlx::query_as(sql::DAYS).fetch_all(conn).await?);
    let hours: Vec<HoursRow> = on_db!(tx, |conn| sqlx::query_as(sql::HOURS).fetch_all(conn).await?);
    let years: BTreeSet<i16> = years.into_iter().filter_map(|(year,)| i16::try_from(year).ok()).collect();
    let days: Vec<(Date, DayKind)> =
        days.into_iter().filter_map(|(day, kind)| Some((day.parse().ok()?, word::read(&kind)?))).collect();
    Ok(Calendar::new(&years, &days, profiles(hours)))
}

fn profiles(rows: Vec<HoursRow>) -> Vec<Profile> {
    let time = |text: &str| text.parse::<Time>().ok();
    let mut all: BTreeMap<Date, Profile> = BTreeMap::new();
    for row in rows {
        let (Ok(from), Some(begins), Some(ends)) = (row.valid_from.parse(), time(&row.begins), time(&row.ends)) else {
            continue;
        };
        let received_until = row.received_until.as_deref().and_then(time);
        let new = || Profile { valid_from: from, spans: Vec::new(), received_until, source: row.source };
        all.entry(from).or_insert_with(new).spans.push((begins, ends));
    }
    all.into_values().collect()
}

/// Loads years in place of what was known of them; the other years stay.
///
/// # Errors
/// When the database fails; nothing is written then.
pub async fn replace(db: &Db, years: &[Year], now: Timestamp) -> Result<(), sqlx::Error> {
    let mut tx = db.write().await?;
    for year in years {
        let number = i64::from(year.year);
        on_db!(&mut tx, |conn| sqlx::query(sql::PUT_YEAR)
            .bind(number)
            .bind(&year.decision)
            .bind(&year.source)
            .bind(now.as_millisecond())
            .execute(conn)
            .await
            .map(|_| ())?);
        on_db!(&mut tx, |conn| sqlx::query(sql::DELETE_DAYS).bind(number).execute(conn).await.map(|_| ())?);
        for day in &year.days {
            let or = |own: &str, year: &str| if own.is_empty() { year.to_owned() } else { own.to_owned() };
            on_db!(&mut tx, |conn| sqlx::query(sql::INSERT_DAY)
                .bind(day.day.to_string())
                .bind(number)
                .bind(word::of(&day.kind))
                .bind(&day.name)
                .bind(or(&day.decision, &year.decision))
                .bind(or(&day.source, &year.source))
                .execute(conn)
                .await
                .map(|_| ())?);
        }
    }
    tx.commit().await
}
