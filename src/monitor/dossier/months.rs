//! Counts of dossiers by month, kept beside the daily ones: by unit over all procedures, by procedure over all units.

use std::collections::BTreeMap;

use super::counts::Counts;
use super::months_store;
use super::store::GroupRow;
use super::volumes::month_of;
use crate::platform::db::Tx;

/// First day of a month counted from 1 January 1970, whose it is, channel.
pub type Key = (i64, String, i64);

/// What is to be added to the months.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Months {
    /// By unit.
    pub units: BTreeMap<Key, Counts>,
    /// By procedure.
    pub procedures: BTreeMap<Key, Counts>,
}

impl Months {
    /// Takes in what a day of a group came to.
    pub fn add(&mut self, group: &GroupRow, day: i32, counts: &Counts) {
        let month = month_of(i64::from(day));
        for (months, whose) in [(&mut self.units, &group.unit_id), (&mut self.procedures, &group.code)] {
            months.entry((month, whose.clone(), group.channel)).or_default().join(counts);
        }
    }

    /// Adds all to what is stored.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn write(&self, tx: &mut Tx) -> Result<(), sqlx::Error> {
        months_store::add(tx, months_store::sql::ADD_UNIT, &self.units).await?;
        months_store::add(tx, months_store::sql::ADD_PROCEDURE, &self.procedures).await
    }
}
