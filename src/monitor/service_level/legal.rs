//! Windows that hold enough values to mean something: at least three expected ones, else a wider one is proposed.

use super::check::Known;
use super::model::{BurnRule, Definition, Period, Window};
use crate::monitor::field::Wrong;
use crate::monitor::observation::model::{DAY, MINUTE};

/// A window needs so many expected values (S-03).
const LEAST: i64 = 3;
/// Roll-ups have steps of five minutes, milliseconds.
const STEP: i64 = 5 * MINUTE;
/// Longest window of an alert, minutes: 90 days.
const LONGEST: u32 = 90 * 1_440;

/// The slowest rhythm of a scope, milliseconds.
fn slowest(known: &Known) -> Option<i64> {
    known.rhythms.iter().flatten().max().copied().filter(|every| *every > 0)
}

/// An age that three values fit in, seconds; an hour where no rhythm is known.
pub(super) fn fresh_seconds(known: &Known) -> i64 {
    slowest(known).map_or(3_600, |every| least(every) / 1_000)
}

/// The shortest window in steps of five minutes with enough values of a rhythm, milliseconds.
#[must_use]
pub fn least(every: i64) -> i64 {
    let needed = every.saturating_mul(LEAST);
    needed.saturating_add(STEP - 1).div_euclid(STEP).saturating_mul(STEP)
}

/// The shortest that a window ever is, milliseconds.
fn shortest(window: Window) -> i64 {
    match window {
        Window::Rolling { days } => i64::from(days) * DAY,
        Window::Calendar { period: Period::Month } => 28 * DAY,
        Window::Calendar { period: Period::Quarter } => 90 * DAY,
        Window::Calendar { period: Period::Year } => 365 * DAY,
    }
}

/// Refuses a window with too few expected values, and proposes the shortest rolling one that has enough.
pub(super) fn window(d: &Definition, known: &Known, wrong: &mut Wrong) {
    let Some(every) = slowest(known) else { return };
    if shortest(d.window) / every >= LEAST {
        return;
    }
    let days = every.saturating_mul(LEAST).saturating_add(DAY - 1).div_euclid(DAY);
    let proposal = (days <= 365).then(|| format!("rolling {days} days"));
    let message = format!("holds fewer than {LEAST} values of a rhythm of {} minutes", every / MINUTE);
    let vietnamese = format!("chứa ít hơn {LEAST} giá trị với nhịp {} phút", every / MINUTE);
    wrong.add("window", &message, &vietnamese, proposal);
}

/// Checks the alert rules that a service level brings itself.
pub(super) fn rules(d: &Definition, known: &Known, wrong: &mut Wrong) {
    let step = if d.indicator.is_polled() { 5 } else { 1_440 };
    for (at, rule) in d.burn.iter().enumerate() {
        let field = |name: &str| format!("burn.{at}.{name}");
        let named = d.burn.iter().filter(|other| other.name == rule.name).count();
        if rule.name.trim().is_empty() || rule.name.chars().count() > 40 || named > 1 {
            let message = "takes 1 to 40 characters that no other rule has";
            wrong.add(&field("name"), message, "cần 1 đến 40 ký tự, không trùng luật khác", None);
        }
        factor(d, rule, &field("factor"), wrong);
        for (name, minutes) in [("long_minutes", rule.long_minutes), ("short_minutes", rule.short_minutes)] {
            let stepped = minutes.div_ceil(step).max(1).saturating_mul(step).min(LONGEST);
            if minutes != stepped {
                let message = format!("takes whole steps of {step} minutes, at most 90 days");
                let vietnamese = format!("là bội của {step} phút, nhiều nhất 90 ngày");
                wrong.add(&field(name), &message, &vietnamese, Some(stepped.to_string()));
            }
        }
        if rule.long_minutes <= rule.short_minutes {
            let proposal = rule.short_minutes.saturating_mul(12).min(LONGEST).to_string();
            let message = "must be longer than the short window";
            wrong.add(&field("long_minutes"), message, "phải dài hơn cửa sổ ngắn", Some(proposal));
        }
        if let Some(every) = slowest(known).filter(|_| d.indicator.is_polled()) {
            let least = least(every) / MINUTE;
            if i64::from(rule.short_minutes) < least {
                let message = format!("holds fewer than {LEAST} values of a rhythm of {} minutes", every / MINUTE);
                let vietnamese = format!("chứa ít hơn {LEAST} giá trị với nhịp {} phút", every / MINUTE);
                wrong.add(&field("short_minutes"), &message, &vietnamese, Some(least.to_string()));
            }
        }
    }
}

fn factor(d: &Definition, rule: &BurnRule, field: &str, wrong: &mut Wrong) {
    let most = 1.0 / (1.0 - d.objective.clamp(0.0, 1.0 - f64::EPSILON));
    if rule.factor.is_finite() && rule.factor > 0.0 && rule.factor < most {
        return;
    }
    // Where everything fails, the budget burns 1 / (1 - objective) times as fast as allowed, and never faster.
    let message = format!("takes a number above 0 and below {most:.6}, which is reached when everything fails");
    let vietnamese = format!("lớn hơn 0 và nhỏ hơn {most:.6}, mức đạt tới khi mọi lần đều lỗi");
    let proposal = ((most / 2.0) * 100.0).round() / 100.0;
    wrong.add(field, &message, &vietnamese, Some(proposal.to_string()));
}

/// A rule of the program as it can be used with a rhythm: windows with too few values are widened. `None` where it
/// could never hold, because all failing is not that many times the allowed pace.
#[must_use]
pub fn fit(rule: &BurnRule, objective: f64, every: Option<i64>) -> Option<BurnRule> {
    if rule.factor * (1.0 - objective) >= 1.0 {
        return None;
    }
    let mut rule = rule.clone();
    if let Some(every) = every.filter(|every| *every > 0) {
        let least = u32::try_from(least(every) / MINUTE).unwrap_or(LONGEST).min(LONGEST);
        if rule.short_minutes < least {
            rule.short_minutes = least;
            rule.long_minutes = rule.long_minutes.max(least.saturating_mul(4));
        }
    }
    Some(rule)
}
