//! What initiatives of the year say, and what is given with their steps.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::story::{Book, Story, Texts, Told};
use crate::initiative::cost::{Method, Table, Task, TaskKind};
use crate::initiative::given::{Appraisal, Completion, Criterion, Given, Liability};
use crate::initiative::model::Track;
use crate::initiative::record::{Author, Breakthrough, CostCase, Innovation, Measure, Recognition, Record};
use crate::initiative::workflow::model::{Need, Step};
use crate::platform::clock::VIETNAM;
use crate::simulator::chance::Chance;

/// How far what is promised may lie from what the story says, either way.
const PROMISED: f64 = 0.05;
/// Shares of the authors of an initiative that asks for recognition, in percent.
const SHARES: [u32; 2] = [60, 40];

/// The record that the law of its track asks for.
pub fn record(book: &Book, story: &Story, authors: [&str; 2], now: Timestamp) -> Record {
    let mut record = Record {
        summary: story.summary.clone(),
        reasons: story.reasons.clone(),
        impact: story.impact.clone(),
        objectives: story.objectives.clone(),
        ..Record::default()
    };
    let texts = &book.texts;
    match story.track {
        Track::Simplification => {}
        Track::InnovationProposal => record.innovation = innovation(texts, story),
        Track::Recognition => {
            record.recognition = Recognition {
                authors: authors
                    .iter()
                    .zip(SHARES)
                    .map(|(name, share)| Author { name: (*name).to_owned(), share })
                    .collect(),
                field: texts.field.clone(),
                first_applied: Some(day(now).saturating_sub(90.days())),
                description: story.content.clone(),
                applicability: texts.applicability.clone(),
                benefit: story.benefit.clone(),
                confidential: String::new(),
            };
        }
        Track::Breakthrough => {
            record.breakthrough = Breakthrough { requirements: story.content.clone(), ..Breakthrough::default() };
        }
    }
    record
}

fn innovation(texts: &Texts, story: &Story) -> Innovation {
    Innovation {
        position: texts.position.clone(),
        is_head: false,
        bottleneck: story.reasons.clone(),
        legal_gap: story.gap.clone(),
        content: story.content.clone(),
        resources: texts.resources.clone(),
        effects: story.benefit.clone(),
    }
}

/// A measure with what it costs and saves.
pub fn measure(book: &Book, told: &Told, wage_per_hour: i64, chance: &mut Chance) -> Measure {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "cases a year stay far below 2^52"
    )]
    let subjects = (told.subjects as f64 * (1.0 - PROMISED + 2.0 * PROMISED * chance.share())).round() as i64;
    let table = |place: usize| Table {
        tasks: vec![Task {
            kind: TaskKind::Prepare,
            activity: book.texts.activity.clone(),
            hours: told.hours[place],
            wage_per_hour,
            service: 0,
            fees: told.fees[place],
        }],
        times_per_year: 1,
        subjects,
    };
    let cost =
        CostCase { method: Method::Statutory, before: table(0), after: table(1), source: book.texts.source.clone() };
    Measure {
        title: told.title.clone(),
        kind: told.kind,
        place: told.place,
        content: told.content.clone(),
        recommendation: told.recommendation.clone(),
        codes: told.codes.clone(),
        changes: told.changes.clone(),
        cost: (told.subjects > 0).then_some(cost),
    }
}

/// What a step asks for.
pub fn given(book: &Book, step: &Step, members: &[&str], now: Timestamp, chance: &mut Chance) -> Given {
    let mut given = Given::default();
    let today = day(now).to_string();
    for need in &step.needs {
        match need {
            Need::Reason => given.reason = book.reasons.get(&step.code).cloned().unwrap_or_default(),
            Need::Document | Need::Decision => {
                let kind = if *need == Need::Decision { "QĐ-UBND" } else { "CV" };
                given.number = format!("{}/{kind}", 100 + chance.below(3_000));
                given.date.clone_from(&today);
            }
            Need::Appraisal => given.appraisal = Some(appraisal(&book.texts)),
            Need::Members => given.members = members.iter().map(|login| (*login).to_owned()).collect(),
            Need::Completion => given.completed_on.clone_from(&today),
            Need::Result => {
                given.result = Some(if chance.holds(0.7) { Completion::Complete } else { Completion::Partial });
            }
            Need::Liability => {
                given.liability = Some(Liability::None);
                given.encouragement.clone_from(&book.texts.liability);
            }
            _ => {}
        }
    }
    given
}

fn appraisal(texts: &Texts) -> Appraisal {
    let met = |reason: &String| Criterion { met: Some(true), reason: reason.clone() };
    Appraisal {
        necessity: met(&texts.necessity),
        reasonableness: met(&texts.reasonableness),
        legality: met(&texts.legality),
        cost: met(&texts.cost),
    }
}

/// The day in Vietnam.
pub fn day(at: Timestamp) -> Date {
    at.to_zoned_datetime(VIETNAM).date()
}
