//! Measures search on judged queries: how often the first answer is right.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::engine::Engine;
use super::find::Request;

/// A query with the codes that answer it.
#[derive(Debug, Clone, Deserialize)]
pub struct Judged {
    /// Its name.
    pub id: String,
    /// What kind of query it is: exact, partial, typo…
    pub class: String,
    /// What is typed.
    pub query: String,
    /// Codes that are right.
    pub relevant: Vec<String>,
    /// It asks for an everyday procedure that the starter catalog has.
    #[serde(default)]
    pub starter: bool,
}

/// Shares between 0 and 1 over a set of queries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Scores {
    /// Queries.
    pub n: usize,
    /// The first answer is right.
    pub success_at_1: f64,
    /// One of the first five is right.
    pub success_at_5: f64,
    /// Mean of one over the place of the first right answer, within ten.
    pub mrr_at_10: f64,
}

/// Scores over all queries and per class, and the queries whose first answer is wrong.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Judgement {
    /// Over all.
    pub all: Scores,
    /// By class.
    pub classes: BTreeMap<String, Scores>,
    /// Failures at 1: id, class, query, what came first.
    pub failures: Vec<Failure>,
}

/// A query whose first answer is wrong.
#[derive(Debug, Clone, Serialize)]
pub struct Failure {
    /// Its name.
    pub id: String,
    /// Its class.
    pub class: String,
    /// What was typed.
    pub query: String,
    /// What came first.
    pub first: Vec<String>,
    /// Place of the first right answer, from 1; `None` beyond ten.
    pub place: Option<usize>,
}

/// Reads judged queries, one JSON object a line.
///
/// # Errors
/// When a line is not one.
pub fn read(text: &str) -> Result<Vec<Judged>, serde_json::Error> {
    text.lines().filter(|l| !l.trim().is_empty()).map(serde_json::from_str).collect()
}

/// Asks every query.
#[must_use]
pub fn judge(engine: &Engine, queries: &[Judged]) -> Judgement {
    let mut judgement = Judgement::default();
    for judged in queries {
        let request = Request { text: judged.query.clone(), limit: 10, ..Request::default() };
        let answer = engine.search(&request);
        let place = answer.found.iter().position(|f| judged.relevant.contains(&f.shown.code)).map(|p| p + 1);
        judgement.all.add(place);
        judgement.classes.entry(judged.class.clone()).or_default().add(place);
        if place != Some(1) {
            let first = answer.found.iter().take(2).map(|f| format!("{} {}", f.shown.code, f.shown.name)).collect();
            judgement.failures.push(Failure {
                id: judged.id.clone(),
                class: judged.class.clone(),
                query: judged.query.clone(),
                first,
                place,
            });
        }
    }
    judgement.all.average();
    judgement.classes.values_mut().for_each(Scores::average);
    judgement
}

impl Scores {
    #[expect(clippy::cast_precision_loss, reason = "a place within ten")]
    fn add(&mut self, place: Option<usize>) {
        self.n += 1;
        if let Some(place) = place {
            self.success_at_1 += f64::from(u8::from(place == 1));
            self.success_at_5 += f64::from(u8::from(place <= 5));
            self.mrr_at_10 += 1.0 / place as f64;
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a count of queries")]
    fn average(&mut self) {
        let n = self.n.max(1) as f64;
        self.success_at_1 /= n;
        self.success_at_5 /= n;
        self.mrr_at_10 /= n;
    }
}
