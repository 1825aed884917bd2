//! What alerts look at: how fast a budget burns in pairs of windows, and whether values fail to come.

use super::budget::{self, Counts};
use super::burn::{Burn, exceeds};
use super::came::{counts, sum};
use super::legal;
use super::line::Line;
use super::measure::{Setting, counted};
use super::model::{BurnRule, Definition};
use super::report::Silence;
use super::store::ServiceLevelError;
use super::window::Span;
use crate::monitor::observation::model::{MINUTE, Step};
use crate::platform::db::Tx;

/// How fast the budget burns by each rule in force: of several sources the one that burns fastest counts.
///
/// # Errors
/// [`ServiceLevelError`]
pub async fn burns(
    tx: &mut Tx,
    d: &Definition,
    lines: &[Line],
    end: i64,
    setting: &Setting,
) -> Result<Vec<Burn>, ServiceLevelError> {
    let every = lines.iter().filter_map(|line| line.rhythm.at(end)).max();
    let mut all = Vec::new();
    for (rule, widened) in rules_of(d, every, setting) {
        let mut burn = Burn { rule, widened, long: None, short: None, holds: None };
        for line in lines.iter().filter(|line| line.on || !d.indicator.is_polled()) {
            look(tx, d, line, end, setting, &mut burn).await?;
        }
        all.push(burn);
    }
    Ok(all)
}

/// The rules of a definition as they can be used: its own, or those of the program where it counts polls.
#[must_use]
pub fn rules_of(d: &Definition, every: Option<i64>, setting: &Setting) -> Vec<(BurnRule, bool)> {
    let given = if d.burn.is_empty() && d.indicator.is_polled() { &setting.rules } else { &d.burn };
    let every = every.filter(|_| d.indicator.is_polled());
    let fitted = given.iter().filter_map(|rule| Some((rule, legal::fit(rule, d.objective, every)?)));
    fitted.map(|(rule, fitted)| (fitted.clone(), fitted != *rule)).collect()
}

async fn look(
    tx: &mut Tx,
    d: &Definition,
    line: &Line,
    end: i64,
    setting: &Setting,
    burn: &mut Burn,
) -> Result<(), ServiceLevelError> {
    let few = d.counting.min_samples.map_or_else(|| setting.parameters.count("service_level_few"), Ok)?;
    let short = last(tx, d, line, end, burn.rule.short_minutes, setting).await?;
    burn.short = most(burn.short, budget::burn(&short, d.objective));
    let long = last(tx, d, line, end, burn.rule.long_minutes, setting).await?;
    burn.long = most(burn.long, budget::burn(&long, d.objective));
    let above = |counts: &Counts| exceeds(counts, d.objective, burn.rule.factor, few);
    let holds = match (above(&short), above(&long)) {
        // Where one window is clear, the other may be as silent as it likes.
        (Some(false), _) | (_, Some(false)) => Some(false),
        (short, long) => short.zip(long).map(|_| true),
    };
    burn.holds = match (burn.holds, holds) {
        (Some(a), Some(b)) => Some(a || b),
        (one, None) | (None, one) => one,
    };
    Ok(())
}

fn most(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (one, None) | (None, one) => one,
    }
}

/// What a source came to in the last minutes before an instant.
///
/// # Errors
/// When the database fails.
pub async fn last(
    tx: &mut Tx,
    d: &Definition,
    line: &Line,
    end: i64,
    minutes: u32,
    setting: &Setting,
) -> Result<Counts, sqlx::Error> {
    let span = Span::new(end - i64::from(minutes) * MINUTE, end);
    let counted = counted(tx, d, line, span, setting).await?;
    Ok(counts(tx, d, line, &counted.spans, span).await?.0)
}

/// Whether values fail to come: nothing that counts in the shortest time in which enough should have, or nothing for
/// longer than the age the source names. The first source that is silent is told.
///
/// # Errors
/// [`ServiceLevelError`]
pub async fn silence(
    tx: &mut Tx,
    d: &Definition,
    lines: &[Line],
    end: i64,
    setting: &Setting,
) -> Result<Option<Silence>, ServiceLevelError> {
    let needed = i64::from(setting.parameters.count("service_level_absent_samples")?.max(1));
    let mut all = None;
    for line in lines.iter().filter(|line| line.on && d.indicator.is_polled()) {
        let Some(one) = silence_of(tx, d, line, end, needed, setting).await? else { continue };
        if one.holds {
            return Ok(Some(one));
        }
        all = all.or(Some(one));
    }
    Ok(all)
}

async fn silence_of(
    tx: &mut Tx,
    d: &Definition,
    line: &Line,
    end: i64,
    needed: i64,
    setting: &Setting,
) -> Result<Option<Silence>, sqlx::Error> {
    let told = |holds, expected, excluded| {
        Some(Silence { holds, source: line.source_id.clone(), expected, excluded, last_at: line.last })
    };
    if let Some(every) = line.rhythm.at(end) {
        let width = Step::FiveMinutes.width();
        let length = (every * needed + width - 1).div_euclid(width) * width;
        let span = Span::new(end - length, end);
        let counted = counted(tx, d, line, span, setting).await?;
        // Before the first value ever came, the whole time counts: a source that never spoke is silent too.
        let expected = line.rhythm.expected(&counted.spans).unwrap_or(0);
        if expected < needed {
            return Ok(None);
        }
        let Some(series) = &line.series else { return Ok(told(true, expected, 0)) };
        let sum = sum(tx, series.id, &counted.spans).await?;
        let counted = sum.good + sum.bad + sum.not_applicable + sum.suppressed;
        return Ok(told(counted == 0, expected, sum.excluded));
    }
    let age = line.series.as_ref().and_then(|series| series.max_age_ms);
    let Some((age, last)) = age.zip(line.last) else { return Ok(None) };
    Ok(told(end - (last + Step::FiveMinutes.width()) > age, 0, 0))
}
