//! How often somebody may try a password: counted by the login that was typed, whether or not somebody has it.

use jiff::Timestamp;
use serde_json::json;

use super::lock_store as store;
use crate::account::actions::AccountError;
use crate::account::audit::{self, Author};
use crate::account::model::Login;
use crate::config::Account;
use crate::platform::db::{Db, Tx};

/// A try that was counted before the password was looked at, so that a hundred at once are not a hundred tries.
#[derive(Debug)]
pub(super) struct Try {
    /// It is the last one.
    last: bool,
    /// Until when the login is locked, should it fail.
    until: Timestamp,
}

/// Counts a try. `subject` is what the audit log may call the login.
///
/// # Errors
/// [`AccountError::Locked`] when too many failed; this one does not prolong it.
pub(super) async fn take(
    db: &Db,
    limits: &Account,
    login: &Login,
    subject: &str,
    now: Timestamp,
) -> Result<Try, AccountError> {
    let mut tx = db.write().await?;
    store::prune(&mut tx, now.as_millisecond().saturating_sub(limits.lock())).await?;
    let taken = store::take(&mut tx, login, limits.max_failures, now).await?;
    let since = match taken {
        Some(_) => now.as_millisecond(),
        None => store::last(&mut tx, login).await?.unwrap_or_else(|| now.as_millisecond()),
    };
    let until = Timestamp::from_millisecond(since.saturating_add(limits.lock())).unwrap_or(Timestamp::MAX);
    if taken.is_none() {
        audit::record(&mut tx, Author::NOBODY, "sign_in_refused", subject, &json!({ "why": "locked" }), now).await?;
    }
    tx.commit().await?;
    match taken {
        Some(failures) => Ok(Try { last: failures >= i64::from(limits.max_failures), until }),
        None => Err(AccountError::Locked { until }),
    }
}

impl Try {
    /// Writes down that it failed, as `action`, and gives `why`, or that the login is locked now.
    pub(super) async fn failed(
        self,
        mut tx: Tx,
        action: &str,
        subject: &str,
        now: Timestamp,
        why: AccountError,
    ) -> AccountError {
        let detail = if self.last { json!({ "locked_until": self.until.as_millisecond() }) } else { json!({}) };
        let written = async {
            audit::record(&mut tx, Author::NOBODY, action, subject, &detail, now).await?;
            tx.commit().await
        };
        match written.await {
            Err(error) => error.into(),
            Ok(()) if self.last => AccountError::Locked { until: self.until },
            Ok(()) => why,
        }
    }
}
