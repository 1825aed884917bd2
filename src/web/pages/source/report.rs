//! What became of figures, in words.

use std::fmt::Write;

use super::words;
use crate::monitor::intake::period;
use crate::monitor::intake::refusal::Refused;
use crate::monitor::intake::report::{Figure, IntakeReport};
use crate::web::format::number_vi;

/// What became of figures, in words.
#[derive(Debug, Clone, Default)]
pub struct ReportView {
    /// Nothing was stored.
    pub dry_run: bool,
    /// Something was refused.
    pub refused: bool,
    /// Counts in a sentence.
    pub headline: String,
    /// Refusals: where and why.
    pub refusals: Vec<String>,
    /// Refusals that are not listed.
    pub more: String,
    /// Corrections: what, before, after.
    pub corrections: Vec<(String, String, String)>,
    /// The first figures: period, metric, subject, value.
    pub first: Vec<(String, String, String, String)>,
}

impl ReportView {
    /// A report of a source's figures.
    #[must_use]
    pub fn of(report: &IntakeReport) -> Self {
        let n = |count: usize| number_vi(i64::try_from(count).unwrap_or(i64::MAX));
        let begin = if report.dry_run { "Xem thử, chưa lưu gì" } else { "Đã lưu" };
        let headline = format!(
            "{begin}: {} số mới, {} số sửa, {} số không đổi, {} dòng không nhận.",
            n(report.added),
            n(report.corrected),
            n(report.unchanged),
            n(report.refused)
        );
        let more = report.refused.saturating_sub(report.refusals.len());
        let corrections = report.corrections.iter().map(|one| {
            let mut what = format!("{} {}", one.metric, period::write(one.slot));
            if !one.subject.is_empty() {
                let _ = write!(what, ", {}", one.subject);
            }
            let figure = |figure: Figure| words::figure(figure.state, figure.value, "");
            (what, figure(one.before), figure(one.after))
        });
        let first = report.first.iter().map(|one| {
            let value = words::figure(one.figure.state, one.figure.value, &one.unit);
            (period::write(one.slot), one.metric.clone(), one.subject.clone(), value)
        });
        Self {
            dry_run: report.dry_run,
            refused: report.refused > 0,
            headline,
            refusals: report.refusals.iter().map(sentence).collect(),
            more: if more > 0 { n(more) } else { String::new() },
            corrections: corrections.collect(),
            first: first.collect(),
        }
    }
}

fn sentence(refused: &Refused) -> String {
    let mut place = String::new();
    if let Some(line) = refused.place.line {
        let _ = write!(place, "Dòng {line}");
    }
    if let Some(column) = &refused.place.column {
        let _ = write!(place, "{}cột “{column}”", if place.is_empty() { "" } else { ", " });
    }
    if place.is_empty() {
        refused.code.vietnamese().to_owned()
    } else {
        format!("{place}: {}", refused.code.vietnamese())
    }
}
