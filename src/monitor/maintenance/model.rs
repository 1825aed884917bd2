//! A planned stop, and the rule on how early it must be announced.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::monitor::field::{FieldError, Wrong};
use crate::monitor::observation::model::{DAY, Step};
use crate::platform::calendar::model::Calendar;
use crate::platform::clock::VIETNAM;

/// Longest planned stop, milliseconds.
const LONGEST: i64 = 31 * DAY;
/// A notice that is older than this when it is recorded must say where it was published, milliseconds.
const PROVEN_AFTER: i64 = DAY;

/// A planned stop as it is stored. Times are epoch milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Maintenance {
    /// Identifier (UUIDv7).
    pub id: String,
    /// The source that stands still.
    pub source_id: String,
    /// When it begins.
    pub starts_at: i64,
    /// When the service is back, as announced; never moved.
    pub restores_at: i64,
    /// When it ends: `restores_at`, or earlier when the work was done sooner.
    pub ends_at: i64,
    /// When it was made public.
    pub announced_at: i64,
    /// Where it was made public; may be empty.
    pub link: String,
    /// Why.
    pub reason: String,
    /// Login of who recorded it.
    pub created_by: String,
    /// When it was recorded.
    pub created_at: i64,
    /// When it was called off; `None` while it holds.
    pub cancelled_at: Option<i64>,
    /// Counts changes.
    pub version: i64,
}

/// A planned stop as somebody announces it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewMaintenance {
    /// The source that stands still.
    pub source: String,
    /// When it begins, such as `2026-12-05T22:00:00+07:00`, on a step of five minutes.
    pub starts_at: Option<Timestamp>,
    /// When the service is back, on a step of five minutes.
    pub restores_at: Option<Timestamp>,
    /// When it was made public; now when left out.
    pub announced_at: Option<Timestamp>,
    /// Where it was made public.
    pub link: String,
    /// Why.
    pub reason: String,
}

/// Whether a notice came in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// It did.
    pub in_time: bool,
    /// The first start that this notice allows, epoch milliseconds.
    pub earliest: i64,
    /// "Tạm tính": a day that was counted lies in a year whose days off are not loaded.
    pub provisional: bool,
}

/// Whether a stop that was announced at one instant may begin at another: `days` working days later at the earliest, at
/// the same time of day.
#[must_use]
pub fn notice(announced_at: i64, starts_at: i64, calendar: &Calendar, days: u32) -> Notice {
    let announced = Timestamp::from_millisecond(announced_at).unwrap_or(Timestamp::UNIX_EPOCH);
    let due = calendar.add_working_days(announced.to_zoned_datetime(VIETNAM).datetime(), days);
    let earliest = due.at.to_zoned_datetime(VIETNAM).map_or(i64::MAX, |at| at.timestamp().as_millisecond());
    Notice { in_time: starts_at >= earliest, earliest, provisional: due.provisional }
}

/// The working days of notice in force on a day, by the dated rows of the parameter; before the first row the first
/// one is applied, since no earlier rule is known.
#[must_use]
pub fn days_on(rows: &[(String, f64)], day: &str) -> Option<u32> {
    let (_, days) = rows.iter().rev().find(|(from, _)| from.as_str() <= day).or(rows.first())?;
    whole(*days)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of days within 0 to 1,000")]
fn whole(days: f64) -> Option<u32> {
    (0.0..=1_000.0).contains(&days).then(|| days.round() as u32)
}

/// Checks what somebody announces. `known` says that the source is there.
///
/// # Errors
/// Every field that is wrong.
pub fn check(new: &NewMaintenance, known: bool, now: Timestamp) -> Result<(), Vec<FieldError>> {
    let mut wrong = Wrong::default();
    let now = now.as_millisecond();
    if !known {
        wrong.add("source", "names no source", "không có nguồn này", None);
    }
    if !(1..=500).contains(&new.reason.trim().chars().count()) {
        wrong.add("reason", "takes 1 to 500 characters", "cần 1 đến 500 ký tự", None);
    }
    for (field, at) in [("starts_at", new.starts_at), ("restores_at", new.restores_at)] {
        match at.map(Timestamp::as_millisecond) {
            None => wrong.add(field, "is missing", "cần thời điểm", None),
            Some(at) if Step::FiveMinutes.start(at) != at => {
                let near = Timestamp::from_millisecond(Step::FiveMinutes.start(at)).ok().map(|at| at.to_string());
                wrong.add(field, "lies on a step of five minutes", "là bội của 5 phút", near);
            }
            Some(_) => {}
        }
    }
    if let (Some(from), Some(to)) = (new.starts_at, new.restores_at) {
        let length = to.as_millisecond() - from.as_millisecond();
        if !(1..=LONGEST).contains(&length) {
            let message = "lies after the start, at most 31 days";
            wrong.add("restores_at", message, "sau lúc bắt đầu, nhiều nhất 31 ngày", None);
        }
    }
    let announced = new.announced_at.map_or(now, Timestamp::as_millisecond);
    if announced > now {
        wrong.add("announced_at", "lies in the future", "không được ở tương lai", None);
    }
    let link = new.link.trim();
    let is_link = link.starts_with("https://") && link.len() <= 2_000;
    if !(link.is_empty() || is_link) || (link.is_empty() && now - announced > PROVEN_AFTER) {
        let message = "takes the https:// address of the notice; a must for one that is older than a day";
        let vietnamese = "cần địa chỉ https:// của thông báo; bắt buộc khi thông báo đã quá một ngày";
        wrong.add("link", message, vietnamese, None);
    }
    wrong.ended()
}
