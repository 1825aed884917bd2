//! SQL of the months that values lie in on PostgreSQL: made before they begin, dropped whole.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use sqlx::{AssertSqlSafe, Postgres, Transaction};

use super::model::DAY;
use crate::platform::clock::VIETNAM;

/// The statements of this file; SQLite has no partitions.
pub mod sql {
    /// Those who make and drop months wait for each other.
    pub const LOCK_POSTGRES: &str = "SELECT n FROM counters WHERE name = 'dropped_raw' FOR UPDATE";
    /// A statement that waits longer for a table fails, so that it holds nobody up; it is tried again later.
    pub const PATIENCE_POSTGRES: &str = "SET LOCAL lock_timeout = '5s'";
    /// The months that are there.
    pub const MONTHS_POSTGRES: &str = "
        SELECT CAST(c.relname AS TEXT) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = CAST('observations' AS regclass) ORDER BY c.relname LIMIT 10000";
    /// Does the partition for all other times hold values of a month? Then the month cannot be made any more.
    pub const TAKEN_POSTGRES: &str = "
        SELECT slot FROM observations_other WHERE slot >= $1 AND slot < $2 ORDER BY slot LIMIT 1";
}

/// A month in Vietnam.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Month(Date);

impl Month {
    fn of(at: Timestamp) -> Self {
        Self(at.to_zoned_datetime(VIETNAM).date().first_of_month())
    }

    fn next(self) -> Self {
        Self(self.0.saturating_add(1.month()))
    }

    /// Its first instant, epoch milliseconds.
    fn start(self) -> i64 {
        self.0.to_zoned_datetime(VIETNAM).map_or(0, |start| start.timestamp().as_millisecond())
    }

    fn table(self) -> String {
        format!("observations_{:04}{:02}", self.0.year(), self.0.month())
    }

    /// Reads what [`Month::table`] wrote.
    fn read(table: &str) -> Option<Self> {
        let digits = table.strip_prefix("observations_").filter(|digits| digits.len() == 6)?;
        let (year, month) = (digits.get(..4)?.parse().ok()?, digits.get(4..)?.parse().ok()?);
        Date::new(year, month, 1).ok().map(Self)
    }
}

/// The first instant of the month in Vietnam that holds an instant, epoch milliseconds.
#[must_use]
pub fn month_start(at: Timestamp) -> i64 {
    Month::of(at).start()
}

/// Makes this month and the next one, and says how many were made.
///
/// A month whose values already lie in the partition for all other times is left there: they are found all the same.
///
/// # Errors
/// When the database fails, also when the table was busy for too long.
pub async fn make(tx: &mut Transaction<'static, Postgres>, now: Timestamp) -> Result<u64, sqlx::Error> {
    let there = months(tx).await?;
    let this = Month::of(now);
    let mut made = 0;
    for month in [this, this.next()] {
        if there.contains(&month) {
            continue;
        }
        let (from, to) = (month.start(), month.next().start());
        let taken: Option<(i64,)> =
            sqlx::query_as(sql::TAKEN_POSTGRES).bind(from).bind(to).fetch_optional(&mut **tx).await?;
        if taken.is_some() {
            continue;
        }
        let table = month.table();
        let text = format!("CREATE TABLE {table} PARTITION OF observations FOR VALUES FROM ({from}) TO ({to})");
        sqlx::query(AssertSqlSafe(text)).execute(&mut **tx).await?;
        made += 1;
    }
    Ok(made)
}

/// Drops months that end by an instant, epoch milliseconds, and says how many. Values of reports are kept.
///
/// # Errors
/// When the database fails, also when the table was busy for too long.
pub async fn drop_before(tx: &mut Transaction<'static, Postgres>, before: i64) -> Result<u64, sqlx::Error> {
    let mut dropped = 0;
    for month in months(tx).await?.into_iter().filter(|month| month.next().start() <= before) {
        let table = month.table();
        let steps = [
            format!("ALTER TABLE observations DETACH PARTITION {table}"),
            format!(
                "INSERT INTO observations SELECT o.* FROM {table} o JOIN series s ON s.id = o.series_id
                 WHERE s.every_ms IS NULL OR s.every_ms >= {DAY}"
            ),
            format!("DROP TABLE {table}"),
        ];
        for text in steps {
            sqlx::query(AssertSqlSafe(text)).execute(&mut **tx).await?;
        }
        dropped += 1;
    }
    Ok(dropped)
}

/// The months that are there; nobody else makes or drops one until the transaction ends.
async fn months(tx: &mut Transaction<'static, Postgres>) -> Result<Vec<Month>, sqlx::Error> {
    sqlx::query(sql::PATIENCE_POSTGRES).execute(&mut **tx).await?;
    sqlx::query(sql::LOCK_POSTGRES).execute(&mut **tx).await?;
    let tables: Vec<(String,)> = sqlx::query_as(sql::MONTHS_POSTGRES).fetch_all(&mut **tx).await?;
    Ok(tables.iter().filter_map(|(table,)| Month::read(table)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_at_midnight_in_vietnam_and_is_read_from_its_table() {
        let month = Month::of("2026-11-30T17:00:00Z".parse().unwrap());
        assert_eq!(month.table(), "observations_202612");
        assert_eq!(Month::read("observations_202612"), Some(month));
        assert_eq!(month.next().table(), "observations_202701");
        let start: Timestamp = "2026-12-01T00:00:00+07:00".parse().unwrap();
        assert_eq!(month.start(), start.as_millisecond());
        for other in ["observations_other", "observations_202613", "observations_20261", "series"] {
            assert_eq!(Month::read(other), None, "{other}");
        }
    }
}
