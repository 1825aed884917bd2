//! How a procedure is handled, as the public sees it: with its period and n, hidden where few dossiers would show.

use jiff::civil::Date;
use serde::Serialize;

use super::counts::{Count, Counts};
use super::model::Channel;
use super::sums::{self, Scope};
use crate::platform::calendar::model::number;
use crate::platform::db::Tx;

/// Fewer judged dossiers than this tell nothing (PRODUCT.md U-06).
pub const LEAST: i64 = 30;
/// A count below this is not told, nor one that the rest would give away (DOMAIN.md 8.1).
pub const LEAST_COUNT: i64 = 5;

/// How a procedure was handled in a period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Performance {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Dossiers judged on time or late.
    pub n: i64,
    /// Dossiers taken in.
    pub received: i64,
    /// Dossiers without a due date and without a time limit that can be read; in no share.
    pub not_judged: i64,
    /// Some of it was counted with days off that are not announced yet ("tạm tính").
    pub provisional: bool,
    /// Ended by the due date, of those judged.
    pub on_time: Share,
    /// Half of the dossiers that were finished took at most this many working days.
    pub median_working_days: Option<i64>,
    /// Asked for more papers, of those taken in.
    pub supplement: Share,
    /// Refused, of those refused and taken in.
    pub refusal: Share,
    /// Came online, of those taken in.
    pub online: Share,
    /// Fees paid online, of dossiers with a fee.
    pub paid_online: Share,
    /// Result as a file, of those finished.
    pub result_electronic: Share,
}

/// A part of a whole. Where the part or the rest is 1 to 4, only bounds are told.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// The whole.
    pub of: i64,
    /// 0 to 1; `None` where the whole is 0 or the part may not be told.
    pub value: Option<f64>,
    /// It is at least this; the value itself where that is told.
    pub least: Option<f64>,
    /// It is at most this.
    pub most: Option<f64>,
}

impl Share {
    /// A part of a whole as it may be told.
    #[must_use]
    pub fn of(part: i64, whole: i64) -> Self {
        if whole <= 0 {
            return Self { of: 0, value: None, least: None, most: None };
        }
        let ratio = |part: i64| Some(ratio(part, whole));
        let few = |n: i64| (1..LEAST_COUNT).contains(&n);
        let (least, most) = match (few(part), few(whole - part)) {
            (true, true) => (0, whole),
            (true, false) => (0, LEAST_COUNT - 1),
            (false, true) => (whole - LEAST_COUNT + 1, whole),
            (false, false) => (part, part),
        };
        Self { of: whole, value: ratio(part).filter(|_| least == most), least: ratio(least), most: ratio(most) }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn ratio(part: i64, whole: i64) -> f64 {
    part as f64 / whole as f64
}

/// Dossiers that were judged, as a service level counts them: each once, on the day it ended in time or became late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OnTime {
    /// Ended by the due date.
    pub on_time: i64,
    /// Did not, ended or not.
    pub late: i64,
    /// Neither can be said.
    pub not_judged: i64,
}

/// On time and late in a scope. Dossiers that are still handled are late from the day after the one they are due on;
/// `today` says which have come.
///
/// # Errors
/// When the database fails.
pub async fn on_time(tx: &mut Tx, scope: &Scope<'_>, today: Date) -> Result<OnTime, sqlx::Error> {
    let all = total(&sums::sums(tx, scope).await?);
    let overdue = overdue(tx, scope, today).await?;
    Ok(OnTime {
        on_time: all.of(Count::OnTime),
        late: all.of(Count::Late) + overdue,
        not_judged: all.of(Count::NotJudged),
    })
}

async fn overdue(tx: &mut Tx, scope: &Scope<'_>, today: Date) -> Result<i64, sqlx::Error> {
    sums::pending(tx, &Scope { to: scope.to.min(number(today) - 1), ..*scope }).await
}

/// How a procedure was handled from one day to another; `None` where fewer than [`LEAST`] dossiers were judged.
///
/// # Errors
/// When the database fails.
pub async fn performance(
    tx: &mut Tx,
    code: &str,
    from: Date,
    to: Date,
    today: Date,
) -> Result<Option<Performance>, sqlx::Error> {
    let scope = Scope { code, unit: "", from: number(from), to: number(to) };
    let channels = sums::sums(tx, &scope).await?;
    let all = total(&channels);
    let late = all.of(Count::Late) + overdue(tx, &scope, today).await?;
    let n = all.of(Count::OnTime) + late;
    if n < LEAST {
        return Ok(None);
    }
    let median = median(&sums::durations(tx, &scope).await?);
    let received = all.of(Count::Received);
    let refused = all.of(Count::Refused);
    let online = channels.iter().filter(|(channel, _)| *channel == Channel::Online as i64);
    let online = online.map(|(_, counts)| counts.of(Count::Received)).sum();
    Ok(Some(Performance {
        from,
        to,
        n,
        received,
        not_judged: all.of(Count::NotJudged),
        provisional: all.of(Count::Provisional) > 0,
        on_time: Share::of(all.of(Count::OnTime), n),
        median_working_days: median,
        supplement: Share::of(all.of(Count::SupplementAsked), received),
        refusal: Share::of(refused, received + refused),
        online: Share::of(online, received),
        paid_online: Share::of(all.of(Count::PaidOnline), all.of(Count::FeeDue)),
        result_electronic: Share::of(all.of(Count::ResultElectronic), all.of(Count::Finished)),
    }))
}

fn total(channels: &[(i64, Counts)]) -> Counts {
    let mut sum = Counts::default();
    for (_, counts) in channels {
        for (at, n) in counts.0.iter().enumerate() {
            sum.0[at] += n;
        }
    }
    sum
}

/// The fewest working days in which at least half were finished; `None` for fewer than [`LEAST`] dossiers.
fn median(durations: &[(i64, i64)]) -> Option<i64> {
    let all: i64 = durations.iter().map(|(_, dossiers)| dossiers).sum();
    if all < LEAST {
        return None;
    }
    let mut passed = 0;
    durations
        .iter()
        .find(|(_, dossiers)| {
            passed += dossiers;
            passed * 2 >= all
        })
        .map(|(days, _)| *days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_dossiers_are_not_told_by_their_share_nor_by_the_rest() {
        assert_eq!(Share::of(40, 100).value, Some(0.4));
        assert_eq!(Share::of(0, 100).value, Some(0.0));
        let few = Share::of(3, 100);
        assert_eq!((few.value, few.least, few.most), (None, Some(0.0), Some(0.04)));
        let most = Share::of(998, 1_000);
        assert_eq!((most.value, most.least, most.most), (None, Some(0.996), Some(1.0)));
        assert_eq!(Share::of(0, 0).least, None);
        assert_eq!(Share::of(2, 4).value, None);
    }

    #[test]
    fn the_median_is_the_day_by_which_half_were_finished() {
        assert_eq!(median(&[(0, 10), (2, 20), (5, 30)]), Some(2));
        assert_eq!(median(&[(0, 10), (2, 19), (5, 31)]), Some(5));
        assert_eq!(median(&[(1, 29)]), None);
    }
}
