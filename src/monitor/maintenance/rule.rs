//! The rule on early notice, loaded once to judge many planned stops.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Maintenance, days_on, notice};
use super::store;
use crate::platform::calendar::model::Calendar;
use crate::platform::calendar::store as calendar_store;
use crate::platform::clock::VIETNAM;
use crate::platform::db::Tx;

/// The working calendar and the dated rows of the rule.
#[derive(Debug, Clone)]
pub struct NoticeRule {
    calendar: Calendar,
    rows: Vec<(String, f64)>,
}

/// What a notice comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Judged {
    /// Working days from the notice to the start.
    pub working_days: i64,
    /// Working days that the rule asks for on the day of the start; `null` where the data has no rule.
    pub required: Option<u32>,
    /// The notice came in time: the stop is left out of service levels that leave out such stops.
    pub in_time: bool,
    /// "Tạm tính": a day that was counted lies in a year whose days off are not loaded.
    pub provisional: bool,
}

impl NoticeRule {
    /// Reads calendar and rule.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(tx: &mut Tx) -> Result<Self, sqlx::Error> {
        let calendar = calendar_store::load(tx).await?;
        Ok(Self { calendar, rows: store::notice_rows(tx).await? })
    }

    /// Working days of notice that the rule asks for of a stop that starts at an instant, epoch milliseconds.
    #[must_use]
    pub fn required_at(&self, at: i64) -> Option<u32> {
        days_on(&self.rows, &day(at).to_string())
    }

    /// Judges a notice by the rule in force on the day the stop starts.
    #[must_use]
    pub fn judge(&self, row: &Maintenance) -> Judged {
        let (announced, start) = (day(row.announced_at), day(row.starts_at));
        let required = self.required_at(row.starts_at);
        let elapsed = self.calendar.working_days_between(announced, start);
        let judged = required.map(|days| notice(row.announced_at, row.starts_at, &self.calendar, days));
        Judged {
            working_days: elapsed.days.max(0),
            required,
            in_time: judged.is_some_and(|judged| judged.in_time),
            provisional: elapsed.provisional || judged.is_none_or(|judged| judged.provisional),
        }
    }
}

/// The day in Vietnam that holds an instant.
fn day(at: i64) -> Date {
    Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned_datetime(VIETNAM).date()
}
