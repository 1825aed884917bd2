//! What came in a time: polls out of roll-ups, fresh time, counts of what people did.

use std::collections::BTreeMap;

use super::budget::{self, Counts};
use super::line::Line;
use super::model::{Definition, Indicator};
use super::scope_store;
use super::window::{self, Span};
use crate::monitor::dossier::performance::on_time;
use crate::monitor::dossier::sums::Scope;
use crate::monitor::observation::model::{DAY, MINUTE, Step, vietnam_day};
use crate::monitor::observation::rollup::Aggregate;
use crate::monitor::observation::window_store;
use crate::platform::calendar::model::date;
use crate::platform::db::Tx;

/// A question to the database costs about as much as reading so many windows more.
const WINDOWS_A_QUERY: i64 = 40;

/// What came in some parts of a time, and when the first value ever came.
///
/// # Errors
/// When the database fails.
pub async fn counts(
    tx: &mut Tx,
    d: &Definition,
    line: &Line,
    spans: &[Span],
    span: Span,
) -> Result<(Counts, Option<i64>), sqlx::Error> {
    match (&line.series, &line.all) {
        (Some(good), Some(all)) => Ok((pair(tx, good.id, all.id, span).await?, line.first)),
        (Some(series), None) if d.indicator == Indicator::Freshness => {
            let counts = fresh(tx, d, line, series.id, spans).await?;
            Ok((counts, line.first))
        }
        (Some(series), None) => {
            let sum = sum(tx, series.id, spans).await?;
            let counts = budget::of_polls(d.indicator, &sum, d.threshold_ms, line.expected(spans), &d.counting);
            Ok((counts, line.first))
        }
        _ if d.indicator == Indicator::DossiersOnTime => dossiers(tx, d, span).await,
        _ => Ok((Counts::default(), None)),
    }
}

/// What a series came to in some times, out of the widest roll-ups that fit.
///
/// # Errors
/// When the database fails.
pub async fn sum(tx: &mut Tx, series: i64, spans: &[Span]) -> Result<Aggregate, sqlx::Error> {
    let mut parts = Vec::new();
    for span in spans {
        window::cut(*span, &mut parts);
    }
    let mut sum = Aggregate::default();
    for step in Step::ALL {
        let of_step: Vec<Span> = parts.iter().filter(|(of, _)| *of == step).map(|(_, span)| *span).collect();
        add(tx, series, step, &of_step, &mut sum).await?;
    }
    Ok(sum)
}

/// Adds the windows of one step in some times, which come in order.
async fn add(tx: &mut Tx, series: i64, step: Step, spans: &[Span], sum: &mut Aggregate) -> Result<(), sqlx::Error> {
    let (Some(first), Some(last)) = (spans.first(), spans.last()) else { return Ok(()) };
    let windows = (last.to - first.from) / step.width();
    let many = i64::try_from(spans.len()).unwrap_or(i64::MAX);
    if windows <= many.saturating_mul(WINDOWS_A_QUERY) {
        for row in window_store::windows(tx, series, step, first.from, last.to).await? {
            let place = spans.partition_point(|span| span.to <= row.at);
            if spans.get(place).is_some_and(|span| span.from <= row.at) {
                sum.merge(&row.aggregate());
            }
        }
        return Ok(());
    }
    for span in spans {
        for row in window_store::windows(tx, series, step, span.from, span.to).await? {
            sum.merge(&row.aggregate());
        }
    }
    Ok(())
}

/// Steps of five minutes at whose end the newest value was not older than allowed, and those at whose end it was.
async fn fresh(tx: &mut Tx, d: &Definition, line: &Line, series: i64, spans: &[Span]) -> Result<Counts, sqlx::Error> {
    let age = i64::from(d.max_age_seconds.unwrap_or(0)) * 1_000;
    let (Some(from), Some(to)) = (spans.first().map(|span| span.from), spans.last().map(|span| span.to)) else {
        return Ok(Counts::default());
    };
    let came = scope_store::delivered(tx, series, from - age, to).await?;
    // A series that has not begun is neither fresh nor stale.
    let begun = window::within(spans, Span::new(line.first.unwrap_or(to), to));
    let steps = |spans: &[Span]| window::minutes(spans) / (Step::FiveMinutes.width() / MINUTE);
    let mut kept: Vec<Span> = Vec::new();
    for at in came {
        let one = Span::new(at, at + age);
        match kept.last_mut() {
            Some(last) if one.from <= last.to => last.to = one.to,
            _ => kept.push(one),
        }
    }
    let good: i64 = kept.iter().map(|kept| steps(&window::within(&begun, *kept))).sum();
    let total = steps(&begun);
    Ok(Counts { good, bad: total - good, received: good, ..Counts::default() })
}

/// Counts of good and all by day. A day counts where both were told and agree; the others are said as absent.
async fn pair(tx: &mut Tx, good: i64, all: i64, span: Span) -> Result<Counts, sqlx::Error> {
    let good = window_store::windows(tx, good, Step::Day, span.from, span.to).await?;
    let all = window_store::windows(tx, all, Step::Day, span.from, span.to).await?;
    let goods: BTreeMap<i64, Aggregate> = good.iter().map(|row| (row.at, row.aggregate())).collect();
    let (mut counts, mut absent) = (Counts::default(), 0);
    for row in &all {
        let (sum, good) = (row.aggregate(), goods.get(&row.at));
        counts.other += sum.not_applicable + sum.suppressed;
        match good.filter(|good| good.good > 0 && sum.good > 0).map(|good| (round(good.total), round(sum.total))) {
            Some((good, all)) if (0..=all).contains(&good) => {
                counts.good += good;
                counts.bad += all - good;
                counts.received += 1;
            }
            _ if sum.good > 0 || sum.not_delivered > 0 => absent += 1,
            _ => {}
        }
    }
    counts.absent = Some(absent);
    Ok(counts)
}

/// Dossiers that were in time or became late on days that are over; those without a time limit are told apart.
async fn dossiers(tx: &mut Tx, d: &Definition, span: Span) -> Result<(Counts, Option<i64>), sqlx::Error> {
    let (from, to) = (vietnam_day(span.from), vietnam_day(span.to));
    let number = |day: i64| i32::try_from(day).unwrap_or(i32::MAX);
    let scope = Scope { code: &d.scope.procedure, unit: &d.scope.unit, from: number(from), to: number(to) - 1 };
    let found = on_time(tx, &scope, date(number(to))).await?;
    let first = scope_store::first_day(tx, scope.code, scope.unit).await?;
    let (good, bad) = (found.on_time, found.late);
    let counts = Counts { good, bad, other: found.not_judged, received: good + bad, ..Counts::default() };
    Ok((counts, first.map(|day| span.from + (day - from) * DAY)))
}

#[expect(clippy::cast_possible_truncation, reason = "a count that came as a number")]
fn round(count: f64) -> i64 {
    count.round() as i64
}
