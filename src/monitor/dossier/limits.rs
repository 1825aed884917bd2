//! The time limits of procedures, read from the catalog once for each that is asked for.

use std::collections::HashMap;

use super::judge::Limits;
use crate::catalog::store::{self as catalog_store, StoreError};
use crate::platform::db::Tx;

/// Time limits by procedure code; read when first asked for, the same for as long as this lives.
#[derive(Debug, Default)]
pub struct KnownLimits(HashMap<String, Option<Limits>>);

impl KnownLimits {
    /// Reads those that are not known yet.
    ///
    /// # Errors
    /// When the database fails or a document cannot be read.
    pub async fn read(&mut self, tx: &mut Tx, codes: impl Iterator<Item = &str>) -> Result<(), StoreError> {
        for code in codes {
            if self.0.contains_key(code) {
                continue;
            }
            let limits = catalog_store::find(tx, code).await?.map(|stored| {
                let all = &stored.procedure.time_limits;
                Limits {
                    known: all.iter().filter_map(|limit| limit.value).collect(),
                    complete: all.iter().all(|limit| limit.value.is_some()),
                }
            });
            self.0.insert(code.to_owned(), limits);
        }
        Ok(())
    }

    /// Those of a procedure; `None` where the catalog does not have it or it was not read.
    #[must_use]
    pub fn of(&self, code: &str) -> Option<&Limits> {
        self.0.get(code)?.as_ref()
    }
}
