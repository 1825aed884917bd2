//! What dossiers are counted with: source, procedure, unit and channel as one number.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::bulk;
use super::model::Channel;
use super::reader::{self, Batch};
use super::store::{self, GroupRow};
use crate::platform::db::Tx;

/// The groups of one source, and those of all sources that were met.
#[derive(Debug, Default)]
pub struct Groups {
    source: i64,
    codes: Vec<String>,
    units: Vec<String>,
    known: HashMap<(u32, u32, u8), i64>,
    rows: HashMap<i64, GroupRow>,
    stored: HashMap<(String, String, u8), i64>,
    all_read: bool,
}

/// With more groups missing than this, all of the source are read at once.
const FEW: usize = 100;

impl Groups {
    /// Those of a source; none are known yet.
    #[must_use]
    pub fn of_source(source: i64) -> Self {
        Self { source, ..Self::default() }
    }

    async fn reread(&mut self, tx: &mut Tx) -> Result<(), sqlx::Error> {
        for row in store::groups(tx, self.source).await? {
            self.remember(row);
        }
        Ok(())
    }

    /// Reads those of some groups that are stored.
    async fn look_up(&mut self, tx: &mut Tx, names: &[(String, String, u8)]) -> Result<(), sqlx::Error> {
        if names.len() > FEW && !self.all_read {
            self.all_read = true;
            return self.reread(tx).await;
        }
        if self.all_read {
            return Ok(());
        }
        for name in names {
            if let Some(row) = store::group(tx, self.source, name).await? {
                self.remember(row);
            }
        }
        Ok(())
    }

    fn remember(&mut self, row: GroupRow) {
        let channel = u8::try_from(row.channel).unwrap_or_default();
        self.stored.insert((row.code.clone(), row.unit_id.clone(), channel), row.id);
        self.rows.insert(row.id, row);
    }

    /// The procedure at a place.
    #[must_use]
    pub fn code(&self, place: u32) -> &str {
        self.codes.get(place as usize).map_or("", String::as_str)
    }

    /// The unit at a place.
    #[must_use]
    pub fn unit(&self, place: u32) -> &str {
        self.units.get(place as usize).map_or("", String::as_str)
    }

    /// The group of a record; 0 until [`Groups::take_in`] has seen it.
    #[must_use]
    pub fn of(&self, entry: &reader::Entry) -> i64 {
        self.known.get(&(entry.code, entry.unit, entry.channel as u8)).copied().unwrap_or_default()
    }

    /// Gives every record of a batch a group.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_in(&mut self, tx: &mut Tx, batch: &Batch) -> Result<(), sqlx::Error> {
        self.codes.extend(batch.codes.iter().cloned());
        self.units.extend(batch.units.iter().cloned());
        let mut missing: Vec<(u32, u32, Channel)> = Vec::new();
        for entry in &batch.entries {
            let key = (entry.code, entry.unit, entry.channel as u8);
            if let Entry::Vacant(place) = self.known.entry(key) {
                place.insert(0);
                missing.push((entry.code, entry.unit, entry.channel));
            }
        }
        let name = |(code, unit, channel): &(u32, u32, Channel)| {
            (self.codes[*code as usize].clone(), self.units[*unit as usize].clone(), *channel as u8)
        };
        let named: Vec<(String, String, u8)> = missing.iter().map(name).collect();
        self.look_up(tx, &named).await?;
        let fresh: Vec<&(String, String, u8)> = named.iter().filter(|name| !self.stored.contains_key(name)).collect();
        if !fresh.is_empty() {
            let count = i64::try_from(fresh.len()).unwrap_or(i64::MAX);
            let first = bulk::lock(tx, count).await? - count + 1;
            let rows = (first..).zip(fresh).map(|(id, (code, unit, channel))| GroupRow {
                id,
                code: code.clone(),
                unit_id: unit.clone(),
                channel: i64::from(*channel),
            });
            let rows: Vec<GroupRow> = rows.collect();
            if store::insert_groups(tx, self.source, &rows).await? == rows.len() as u64 {
                for row in rows {
                    self.remember(row);
                }
            } else {
                // Another process added some of them first: what is stored counts.
                self.reread(tx).await?;
            }
        }
        for ((code, unit, channel), name) in missing.into_iter().zip(named) {
            let id = self.stored.get(&name).copied().unwrap_or_default();
            self.known.insert((code, unit, channel as u8), id);
        }
        Ok(())
    }

    /// A group of any source.
    ///
    /// # Errors
    /// When the database fails, or has no such group.
    pub async fn row(&mut self, tx: &mut Tx, id: i64) -> Result<&GroupRow, sqlx::Error> {
        match self.rows.entry(id) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => Ok(place.insert(store::group_by_id(tx, id).await?)),
        }
    }
}
