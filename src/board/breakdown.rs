//! Opens a figure of dossiers into the rows behind it: units, procedures of a unit, days of a procedure in a unit; and says
//! how much each row moved the figure since the period before.

use std::collections::BTreeMap;

use super::dossiers::{self, Channels};
use super::figure::{Base, FigureCode};
use super::model::Counted;
use super::months;
use super::picture::span;
use crate::monitor::dossier::counts::Counts;
use crate::monitor::dossier::months::Key;
use crate::monitor::dossier::months_store::{self, Asked};
use crate::monitor::index766::period::Period;
use crate::platform::calendar::model::date;
use crate::platform::db::Tx;

/// By what a figure is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Units of all procedures, or of one.
    Unit,
    /// Procedures of all units, or of one.
    Procedure,
    /// Days of a procedure in a unit.
    Day,
}

impl By {
    /// The word in addresses.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Procedure => "procedure",
            Self::Day => "day",
        }
    }
}

/// What is opened; an empty text is all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scope<'a> {
    /// Agency code with all below it.
    pub unit: &'a str,
    /// Procedure.
    pub procedure: &'a str,
}

/// A row behind a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Agency code, procedure, or ISO day.
    pub key: String,
    /// In the period.
    pub counted: Counted,
    /// In the period before; `None` where there is none.
    pub before: Option<Counted>,
    /// By how many hundredths of a percentage point the row moved the whole figure; `None` where nothing is compared.
    pub effect: Option<i64>,
}

/// A figure with the rows behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breakdown {
    /// By what.
    pub by: By,
    /// The rows together.
    pub total: Counted,
    /// The rows of the period before together.
    pub before: Option<Counted>,
    /// By key.
    pub rows: Vec<Row>,
}

/// Opens a figure of dossiers; `None` for other figures. With a unit and a procedure the rows are days.
///
/// # Errors
/// When the database fails.
pub async fn open(
    tx: &mut Tx,
    figure: FigureCode,
    period: Period,
    by: By,
    scope: Scope<'_>,
) -> Result<Option<Breakdown>, sqlx::Error> {
    if !matches!(figure.base(), Base::Dossiers(..)) {
        return Ok(None);
    }
    let now = count(read(tx, period, by, scope).await?, figure);
    let before = match months::before(period).filter(|_| by != By::Day) {
        Some(before) => Some(count(read(tx, before, by, scope).await?, figure)).filter(|rows| !rows.is_empty()),
        None => None,
    };
    Ok(Some(compare(by, &now, before.as_ref())))
}

fn count(rows: BTreeMap<String, Channels>, figure: FigureCode) -> BTreeMap<String, Counted> {
    let counted = rows.into_iter().map(|(key, channels)| (key, channels.count(figure)));
    counted.filter(|(_, counted)| *counted != Counted::default()).collect()
}

async fn read(
    tx: &mut Tx,
    period: Period,
    by: By,
    scope: Scope<'_>,
) -> Result<BTreeMap<String, Channels>, sqlx::Error> {
    let (from, to) = span(period);
    let days = (months::key(period.first()), months::key(period.last()));
    let rows: Vec<(Key, Counts)> = match (by, scope.unit, scope.procedure) {
        (By::Unit, "", "") => months_store::read(tx, Asked::Units, from, to).await?,
        (By::Procedure, "", "") => months_store::read(tx, Asked::Procedures, from, to).await?,
        (By::Unit, _, code) if !code.is_empty() => months_store::read(tx, Asked::UnitsOf(code), days.0, days.1).await?,
        (By::Procedure, unit, _) if !unit.is_empty() => {
            months_store::read(tx, Asked::ProceduresOf(unit), days.0, days.1).await?
        }
        (By::Day, unit, code) => months_store::read(tx, Asked::Days(code, unit), days.0, days.1).await?,
        (By::Unit, ..) => months_store::read(tx, Asked::Units, from, to).await?,
        (By::Procedure, _, code) => months_store::read(tx, Asked::UnitsOf(code), days.0, days.1).await?,
    };
    Ok(dossiers::by(rows, |day, whose| if by == By::Day { day_word(day) } else { whose }))
}

fn day_word(day: i64) -> String {
    date(i32::try_from(day).unwrap_or_default()).to_string()
}

/// Puts the rows of two periods side by side. What a row moved is what it adds to the rate above what it would add at the
/// former rate, less the same of before: the effects of all rows sum to the change of the rate.
///
/// ```text
/// r0 = P0 / W0;  effect = (p1 − r0·w1) / W1 − (p0 − r0·w0) / W0
/// ```
#[must_use]
pub fn compare(by: By, now: &BTreeMap<String, Counted>, before: Option<&BTreeMap<String, Counted>>) -> Breakdown {
    let sum = |rows: &BTreeMap<String, Counted>| {
        rows.values().fold(Counted::default(), |mut sum, row| {
            sum.join(*row);
            sum
        })
    };
    let total = sum(now);
    let total_before = before.map(sum);
    let mut keys: Vec<&String> = now.keys().chain(before.iter().flat_map(|rows| rows.keys())).collect();
    keys.sort_unstable();
    keys.dedup();
    let row = |key: &String| {
        let counted = now.get(key).copied().unwrap_or_default();
        let old = before.map(|rows| rows.get(key).copied().unwrap_or_default());
        let effect = old.zip(total_before).and_then(|(old, all_old)| effect((counted, total), (old, all_old)));
        Row { key: key.clone(), counted, before: old, effect }
    };
    let rows = keys.into_iter().map(row).collect();
    Breakdown { by, total, before: total_before, rows }
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "hundredths of a point of counts")]
fn effect((row, all): (Counted, Counted), (old, all_old): (Counted, Counted)) -> Option<i64> {
    if all.whole <= 0 || all_old.whole <= 0 {
        return None;
    }
    let rate = all_old.part as f64 / all_old.whole as f64;
    let above = |row: Counted, all: Counted| (row.part as f64 - rate * row.whole as f64) / all.whole as f64;
    Some(((above(row, all) - above(old, all_old)) * 10_000.0).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(of: &[(&str, i64, i64)]) -> BTreeMap<String, Counted> {
        of.iter().map(|(key, part, whole)| ((*key).to_owned(), Counted::new(*part, *whole))).collect()
    }

    #[test]
    fn effects_of_rows_sum_to_the_change_of_the_rate() {
        let before = rows(&[("a", 80, 100), ("b", 50, 100), ("c", 10, 20)]);
        let now = rows(&[("a", 40, 100), ("b", 55, 100), ("d", 5, 50)]);
        let opened = compare(By::Unit, &now, Some(&before));
        let change = opened.total.in_steps(10_000).unwrap() - opened.before.unwrap().in_steps(10_000).unwrap();
        let effects: i64 = opened.rows.iter().filter_map(|row| row.effect).sum();
        assert!((effects - change).abs() <= 2, "{effects} against {change}");
        let of = |key: &str| opened.rows.iter().find(|row| row.key == key).unwrap().effect.unwrap();
        assert!(of("a") < of("d") && of("d") < 0 && of("b") > 0, "a fell, d came in below the rate, b rose");
        assert_eq!(opened.rows.len(), 4, "a row that is gone is shown too");
    }

    #[test]
    fn without_a_period_before_nothing_is_compared() {
        let opened = compare(By::Unit, &rows(&[("a", 1, 2)]), None);
        assert_eq!((opened.rows[0].effect, opened.before), (None, None));
        let opened = compare(By::Unit, &rows(&[("a", 1, 2)]), Some(&rows(&[("a", 0, 0)])));
        assert_eq!(opened.rows[0].effect, None, "nothing to count before");
    }
}
