//! Keeps service levels current: what the window came to, alerts, the standing of the last full month.

use jiff::Timestamp;

use super::actions::CHANGE_KIND;
use super::alert::{self, Condition};
use super::measure::{self, Setting, Versioned};
use super::model::{Definition, Standing};
use super::report::Report;
use super::report_store::{self, Month};
use super::store::{self, ServiceLevel, ServiceLevelError};
use super::version_store::{self, Version};
use super::window::{self, Span};
use crate::catalog::store as catalog_store;
use crate::monitor::maintenance::store as maintenance_store;
use crate::monitor::observation::model::{MINUTE, Step, vietnam_day};
use crate::monitor::parameters::Parameters;
use crate::platform::calendar::store as calendar_store;
use crate::platform::clock::VIETNAM;
use crate::platform::db::{Db, Tx};
use crate::platform::{changes, word};

/// A poll may take a while: the last steps of five minutes are looked at when they have been over for so long.
const SETTLE: i64 = MINUTE;
/// Service levels that are read, then written, in one transaction each.
const PART: i64 = 100;

/// What an evaluation did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Evaluated {
    /// Service levels looked at.
    pub levels: usize,
    /// Alerts that opened.
    pub opened: usize,
    /// Alerts that were resolved.
    pub resolved: usize,
    /// Service levels whose last full month came out otherwise than before.
    pub standings: usize,
}

impl Setting {
    /// Reads what holds at an instant.
    ///
    /// # Errors
    /// [`ServiceLevelError`]
    pub async fn at(tx: &mut Tx, now: Timestamp) -> Result<Self, ServiceLevelError> {
        let day = now.to_zoned_datetime(VIETNAM).date().to_string();
        Ok(Self {
            calendar: calendar_store::load(tx).await?,
            parameters: Parameters::at(tx, now).await?,
            rules: report_store::rules(tx, &day).await?,
            notice: maintenance_store::notice_rows(tx).await?,
        })
    }
}

/// The end of the time that is evaluated at an instant, epoch milliseconds.
#[must_use]
pub fn end_at(now: Timestamp) -> i64 {
    window::step_before(now.as_millisecond() - SETTLE)
}

/// Evaluates every service level that has not been evaluated up to the last full step of five minutes. Of several
/// processes that do so at once, each service level is written by one.
///
/// # Errors
/// [`ServiceLevelError`]; service levels that were done stay done.
pub async fn evaluate(db: &Db, now: Timestamp) -> Result<Evaluated, ServiceLevelError> {
    let end = end_at(now);
    let mut total = Evaluated::default();
    let mut after = String::new();
    loop {
        let mut tx = db.read().await?;
        let due = store::due(&mut tx, &after, end, PART).await?;
        let Some(last) = due.last else { return Ok(total) };
        after = last;
        let setting = Setting::at(&mut tx, now).await?;
        let mut computed = Vec::with_capacity(due.levels.len());
        for level in due.levels {
            computed.push(compute(&mut tx, level, end, &setting).await?);
        }
        drop(tx);
        let mut tx = db.write().await?;
        for one in &computed {
            write(&mut tx, one, end, &setting, now, &mut total).await?;
        }
        tx.commit().await?;
    }
}

/// What was computed of one service level.
struct Computed {
    level: ServiceLevel,
    report: Report,
    /// The last full month where it was looked at; `None` within when it has no version to be judged by.
    month: Option<(String, Option<Month>)>,
}

async fn compute(tx: &mut Tx, level: ServiceLevel, end: i64, setting: &Setting) -> Result<Computed, ServiceLevelError> {
    let versioned = Versioned { definition: &level.definition, version: level.version };
    let report = measure::report(tx, versioned, end, setting).await?;
    let (name, span) = window::month_before(end);
    // Once a day the month is looked at again: late values and corrections may still change it.
    let day = level.evaluated_to.map(vietnam_day);
    let month = if level.month.as_ref() != Some(&name) || day != Some(vietnam_day(end)) {
        Some((name.clone(), month(tx, &level, &name, span, end, setting).await?))
    } else {
        None
    };
    Ok(Computed { level, report, month })
}

async fn month(
    tx: &mut Tx,
    level: &ServiceLevel,
    name: &str,
    span: Span,
    end: i64,
    setting: &Setting,
) -> Result<Option<Month>, ServiceLevelError> {
    let versions = version_store::versions(tx, &level.definition.id).await?;
    let Some((version, span)) = version_for(&versions, span) else { return Ok(None) };
    let versioned = Versioned { definition: &version.definition, version: version.version };
    let report = measure::of_span(tx, versioned, span, span, setting).await?;
    let counts = report.counts;
    Ok(Some(Month {
        month: name.to_owned(),
        version: version.version,
        objective: version.definition.objective,
        good: counts.good,
        bad: counts.bad,
        excluded: counts.excluded,
        absent: counts.absent.unwrap_or(0),
        standing: word::of(&report.standing),
        judged_at: end,
    }))
}

/// The version that a month is judged by: the one in force when it began, so that nobody lowers an objective on the last
/// day; else the first that came within the month, for what was left of it.
fn version_for(versions: &[Version], month: Span) -> Option<(&Version, Span)> {
    let begun = versions.iter().rev().find(|version| version.valid_from <= month.from);
    if let Some(version) = begun.filter(|version| version.enabled) {
        return Some((version, month));
    }
    let within =
        |version: &&Version| version.enabled && month.from < version.valid_from && version.valid_from < month.to;
    let version = versions.iter().find(within)?;
    let step = if version.definition.indicator.is_polled() { Step::FiveMinutes } else { Step::Day };
    let span = Span::new(step.start_from(version.valid_from), month.to);
    (!span.is_empty()).then_some((version, span))
}

async fn write(
    tx: &mut Tx,
    computed: &Computed,
    end: i64,
    setting: &Setting,
    now: Timestamp,
    total: &mut Evaluated,
) -> Result<(), ServiceLevelError> {
    let level = &computed.level;
    let id = level.definition.id.as_str();
    if !store::advance(tx, id, level.version, end).await? {
        return Ok(());
    }
    total.levels += 1;
    report_store::put(tx, id, &computed.report).await?;
    let conditions = Condition::all(&level.definition, &computed.report, setting)?;
    let turns = alert::follow(tx, &level.definition, conditions, end, now).await?;
    total.opened += turns.opened;
    total.resolved += turns.resolved;
    let Some((name, month)) = &computed.month else { return Ok(()) };
    let standing = month.as_ref().and_then(|month| word::read::<Standing>(&month.standing));
    if let Some(month) = month {
        report_store::put_month(tx, id, month).await?;
    }
    if (level.month.as_ref(), level.standing) == (Some(name), standing) {
        return Ok(());
    }
    store::set_standing(tx, id, Some(name), standing).await?;
    let missed = |standing: Option<Standing>| standing == Some(Standing::Missed);
    if missed(standing) != missed(level.standing) {
        total.standings += 1;
        let codes = procedures(tx, &level.definition).await?;
        changes::record(tx, CHANGE_KIND, &codes, now).await?;
    }
    Ok(())
}

/// Procedures whose standing a service level is part of: its own, or those of its source. One of a unit says nothing of a
/// procedure as a whole.
///
/// # Errors
/// [`ServiceLevelError`]
pub async fn procedures(tx: &mut Tx, d: &Definition) -> Result<Vec<String>, ServiceLevelError> {
    let s = &d.scope;
    if !s.procedure.is_empty() {
        return Ok(vec![s.procedure.clone()]);
    }
    if s.source.is_empty() {
        return Ok(Vec::new());
    }
    let codes = store::covered(tx, &s.source).await?;
    if codes.iter().any(|code| code == "*") { Ok(catalog_store::public_codes(tx).await?) } else { Ok(codes) }
}
