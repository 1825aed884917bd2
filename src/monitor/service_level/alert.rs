//! Opens and resolves alerts by what a report says, and tells whoever wants to hear of it.

use jiff::Timestamp;

use super::alert_store::{self, Alert};
use super::burn::{Patience, Stage, Turn};
use super::measure::Setting;
use super::model::{Definition, Severity};
use super::policy::{pace, times};
use super::report::{Report, Silence};
use super::store::{self, ServiceLevelError};
use super::window::day_of;
use crate::monitor::notify::model::{Event, EventKind};
use crate::monitor::notify::tell::tell;
use crate::monitor::observation::model::MINUTE;
use crate::monitor::parameters::ParameterError;
use crate::platform::clock::VIETNAM;
use crate::platform::db::Tx;
use crate::platform::word;

/// Something that an alert is about, as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// `burn` or `absent`.
    pub kind: &'static str,
    /// The rule, empty for `absent`.
    pub rule: String,
    /// How urgent.
    pub severity: Severity,
    /// Whether it holds; `None` when nobody can tell.
    pub holds: Option<bool>,
    /// How long it must.
    pub patience: Patience,
    /// What was seen, in Vietnamese.
    pub detail: String,
}

impl Condition {
    /// Every condition that a report has.
    ///
    /// # Errors
    /// [`ParameterError`]
    pub fn all(d: &Definition, report: &Report, setting: &Setting) -> Result<Vec<Self>, ParameterError> {
        let minutes = |minutes: u32| i64::from(minutes) * MINUTE;
        let mut all: Vec<Self> = report
            .burn
            .iter()
            .map(|burn| Self {
                kind: "burn",
                rule: burn.rule.name.clone(),
                severity: burn.rule.severity,
                holds: if report.off { Some(false) } else { burn.holds },
                patience: Patience {
                    opens: minutes(burn.rule.opens_minutes),
                    resolves: minutes(burn.rule.resolves_minutes),
                },
                detail: format!(
                    "Mức lỗi cho phép bị tiêu {} trong {} phút, {} trong {} phút (ngưỡng {}).",
                    pace(burn.long),
                    burn.rule.long_minutes,
                    pace(burn.short),
                    burn.rule.short_minutes,
                    pace(Some(burn.rule.factor)),
                ),
            })
            .collect();
        if d.indicator.is_polled() {
            let silence = report.silence.as_ref();
            all.push(Self {
                kind: "absent",
                rule: String::new(),
                severity: Severity::Urgent,
                holds: if report.off { Some(false) } else { silence.map(|silence| silence.holds) },
                patience: Patience {
                    opens: minutes(setting.parameters.count("service_level_absent_opens_minutes")?),
                    resolves: minutes(setting.parameters.count("service_level_absent_resolves_minutes")?),
                },
                detail: silence.map(silent).unwrap_or_default(),
            });
        }
        Ok(all)
    }
}

fn silent(silence: &Silence) -> String {
    let last = silence.last_at.and_then(|at| Timestamp::from_millisecond(at).ok()).map_or_else(
        || "chưa từng có".to_owned(),
        |at| at.to_zoned_datetime(VIETNAM).strftime("%H:%M ngày %d/%m/%Y").to_string(),
    );
    let excluded = match silence.excluded {
        0 => String::new(),
        n => format!(" Có {} hỏi không do dịch vụ (mạng của chính hệ thống hỏi, tường lửa).", times(n)),
    };
    let expected = match silence.expected {
        0 => String::new(),
        n => format!(" mong đợi {},", times(n)),
    };
    format!("Không có số liệu từ nguồn {}:{expected} lần cuối {last}.{excluded}", silence.source)
}

/// How many alerts turned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Turns {
    /// Opened.
    pub opened: usize,
    /// Resolved.
    pub resolved: usize,
}

/// Moves the alerts of a service level on by their conditions at an instant. An alert whose rule is no longer there is
/// resolved.
///
/// # Errors
/// [`ServiceLevelError`]
pub async fn follow(
    tx: &mut Tx,
    d: &Definition,
    conditions: Vec<Condition>,
    at: i64,
    now: Timestamp,
) -> Result<Turns, ServiceLevelError> {
    let mut standing = alert_store::standing(tx, &d.id).await?;
    let mut turns = Turns::default();
    for condition in conditions {
        let is = |alert: &Alert| alert.kind == condition.kind && alert.rule == condition.rule;
        let known = standing.iter().position(is).map(|place| standing.swap_remove(place));
        let stage = known.as_ref().map_or(Stage::Quiet, Alert::stage);
        let (next, turn) = stage.next(condition.holds, at, condition.patience);
        if next == stage {
            continue;
        }
        let alert = moved(d, known, &condition, next, at);
        write(tx, &alert, stage, next).await?;
        if let Some(turn) = turn {
            count(&mut turns, turn);
            let event = event(tx, d, &alert, turn, at).await?;
            tell(tx, &event, now).await?;
        }
    }
    for mut alert in standing {
        let stage = alert.stage();
        alert.resolved_at = Some(at);
        write(tx, &alert, stage, Stage::Quiet).await?;
        if matches!(stage, Stage::Open { .. }) {
            count(&mut turns, Turn::Resolved);
            let event = event(tx, d, &alert, Turn::Resolved, at).await?;
            tell(tx, &event, now).await?;
        }
    }
    Ok(turns)
}

fn count(turns: &mut Turns, turn: Turn) {
    match turn {
        Turn::Opened => turns.opened += 1,
        Turn::Resolved => turns.resolved += 1,
    }
}

fn moved(d: &Definition, known: Option<Alert>, condition: &Condition, next: Stage, at: i64) -> Alert {
    let new = || Alert {
        id: uuid::Uuid::now_v7().to_string(),
        service_level_id: d.id.clone(),
        kind: condition.kind.to_owned(),
        rule: condition.rule.clone(),
        severity: word::of(&condition.severity),
        since: at,
        opened_at: None,
        clear_since: None,
        resolved_at: None,
        detail: condition.detail.clone(),
    };
    let mut alert = known.unwrap_or_else(new);
    match next {
        Stage::Quiet => alert.resolved_at = Some(at),
        Stage::Waiting { since } => alert.since = since,
        Stage::Open { since, opened, clear } => {
            if alert.opened_at.is_none() {
                alert.detail.clone_from(&condition.detail);
            }
            (alert.since, alert.opened_at, alert.clear_since) = (since, Some(opened), clear);
        }
    }
    alert
}

async fn write(tx: &mut Tx, alert: &Alert, before: Stage, after: Stage) -> Result<(), sqlx::Error> {
    match (before, after) {
        (Stage::Quiet, _) => alert_store::insert(tx, alert).await,
        (Stage::Waiting { .. }, Stage::Quiet) => alert_store::delete(tx, &alert.id).await,
        _ => alert_store::move_on(tx, alert).await,
    }
}

async fn event(tx: &mut Tx, d: &Definition, alert: &Alert, turn: Turn, at: i64) -> Result<Event, ServiceLevelError> {
    let (kind, said, verb) = match turn {
        Turn::Opened => (EventKind::AlertOpened, "opened", "Cảnh báo"),
        Turn::Resolved => (EventKind::AlertResolved, "resolved", "Hết cảnh báo"),
    };
    let about = if alert.kind == "absent" { "vắng số liệu" } else { "tiêu mức lỗi cho phép quá nhanh" };
    let (procedures, sources) = if d.scope.procedure.is_empty() {
        let codes = if d.scope.source.is_empty() { Vec::new() } else { store::covered(tx, &d.scope.source).await? };
        (codes, Some(d.scope.source.clone()).filter(|source| !source.is_empty()))
    } else {
        (vec![d.scope.procedure.clone()], None)
    };
    let since = day_of(alert.since);
    Ok(Event {
        key: format!("alert:{}:{said}", alert.id),
        kind,
        title: format!("{verb}: {} – {about}", d.name),
        body: format!("{} Bắt đầu {since}. Phụ trách: {}. Mức phục vụ: {}.", alert.detail, d.owner, d.id),
        service_level: d.id.clone(),
        sources: sources.into_iter().collect(),
        procedures,
        at,
    })
}
