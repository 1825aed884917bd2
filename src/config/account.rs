//! `[account]`: how long people stay signed in, and when they are locked out.

use serde::{Deserialize, Serialize};

use super::{ConfigError, in_range};

/// `[account]`. The defaults are those of TCVN 14423:2026; a rule that comes later is a setting, not a new program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Account {
    /// Failed sign-ins for a login after which it is locked.
    pub max_failures: u32,
    /// Minutes a login stays locked, and after which failures before it are forgotten.
    pub lock_minutes: u32,
    /// Days without a sign-in after which a user is refused, with their tokens, until somebody enables them again.
    pub inactive_days: u32,
    /// Minutes without a request after which a session is over.
    pub idle_minutes: u32,
    /// The same for administrators.
    pub admin_idle_minutes: u32,
    /// Hours after which a session is over in any case: a working day with its breaks.
    pub session_hours: u32,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            max_failures: 5,
            lock_minutes: 15,
            inactive_days: 45,
            idle_minutes: 15,
            admin_idle_minutes: 5,
            session_hours: 12,
        }
    }
}

/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;

impl Account {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let at_most = |setting, value: u32, most, expected| in_range(setting, value.into(), 1, most, expected);
        at_most("account.max_failures", self.max_failures, 100, "1 to 100 failed sign-ins")?;
        at_most("account.lock_minutes", self.lock_minutes, 1_440, "1 to 1440 minutes")?;
        at_most("account.inactive_days", self.inactive_days, 3_660, "1 to 3660 days")?;
        at_most("account.idle_minutes", self.idle_minutes, 720, "1 to 720 minutes")?;
        let own = self.idle_minutes.into();
        at_most("account.admin_idle_minutes", self.admin_idle_minutes, own, "1 minute to account.idle_minutes")?;
        at_most("account.session_hours", self.session_hours, 24, "1 to 24 hours")
    }

    /// Milliseconds a login stays locked.
    #[must_use]
    pub fn lock(&self) -> i64 {
        i64::from(self.lock_minutes) * MINUTE
    }

    /// Milliseconds without a sign-in after which a user is refused.
    #[must_use]
    pub fn inactive(&self) -> i64 {
        i64::from(self.inactive_days) * 24 * 60 * MINUTE
    }

    /// Milliseconds without a request after which a session is over.
    #[must_use]
    pub fn idle(&self, admin: bool) -> i64 {
        i64::from(if admin { self.admin_idle_minutes } else { self.idle_minutes }) * MINUTE
    }

    /// Milliseconds after which a session is over in any case.
    #[must_use]
    pub fn lifetime(&self) -> i64 {
        i64::from(self.session_hours) * 60 * MINUTE
    }
}
