//! SQL of the numbers that law or policy sets for the monitor, as dated rows.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::on_db;
use crate::platform::clock::VIETNAM;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Every number in force on a day, with where it comes from.
    pub const IN_FORCE: &str = "
        SELECT p.name, p.value, p.source FROM parameters p
        WHERE p.valid_from = (SELECT MAX(q.valid_from) FROM parameters q WHERE q.name = p.name AND q.valid_from <= $1)
        ORDER BY p.name LIMIT 1000";
}

/// A number that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ParameterError {
    /// The database failed.
    #[error("the database failed")]
    Sql(#[from] sqlx::Error),
    /// It has no row that is in force.
    #[error("the parameter {0} has no row in force: add one to the table parameters")]
    Missing(&'static str),
}

/// The numbers in force on one day.
#[derive(Debug, Clone, Default)]
pub struct Parameters(HashMap<String, (f64, String)>);

impl Parameters {
    /// Reads the rows in force on the day of an instant in Vietnam.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn at(tx: &mut Tx, now: Timestamp) -> Result<Self, sqlx::Error> {
        let day = now.to_zoned_datetime(VIETNAM).date().to_string();
        let rows: Vec<(String, f64, String)> =
            on_db!(tx, |conn| sqlx::query_as(sql::IN_FORCE).bind(&day).fetch_all(conn).await?);
        Ok(Self(rows.into_iter().map(|(name, value, source)| (name, (value, source))).collect()))
    }

    /// A number.
    ///
    /// # Errors
    /// [`ParameterError::Missing`]
    pub fn number(&self, name: &'static str) -> Result<f64, ParameterError> {
        self.0.get(name).map(|(value, _)| *value).ok_or(ParameterError::Missing(name))
    }

    /// A count, rounded and at least 0.
    ///
    /// # Errors
    /// [`ParameterError::Missing`]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count, cut to its range")]
    pub fn count(&self, name: &'static str) -> Result<u32, ParameterError> {
        Ok(self.number(name)?.round().clamp(0.0, f64::from(u32::MAX)) as u32)
    }
}
